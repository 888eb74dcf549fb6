//! Checking people in: many scans at once, joining by a personal link, and what is shown of it.

use std::fmt;

use super::{Desk, Failure, Pending};
use crate::domain::{CheckIn, Join, Refusal};
use crate::fact::{CheckInList, CheckedIn, Scan};
use crate::id::{GatheringId, RegistrationId, ScanId};
use crate::log::Progress;
use crate::person::JoinLink;
use crate::projection::{Attendance, CheckInCounts, RegistrationStatus, ScanList};
use crate::sealed::Opened;

/// How many scans are on their way at once: one sync serves them all.
const AT_ONCE: usize = 512;

/// What came of many scans that were taken in together, each in the order in which it was given.
///
/// Printed, it is one line with the figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "some may not have been taken in"]
pub struct MergedScans {
    /// What came of each.
    pub each: Vec<MergedScan>,
}

/// What came of one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MergedScan {
    /// Which scan.
    pub scan: ScanId,
    /// What it was told, or why it was not taken in.
    pub told: Result<CheckedIn, Refusal>,
    /// Whether it had been taken in before, and this is what it was told then.
    pub repeated: bool,
}

impl MergedScans {
    /// How many count that had not been taken in before.
    #[must_use]
    pub fn counted(&self) -> usize {
        self.how_many(|one| !one.repeated && one.told.as_ref().is_ok_and(CheckedIn::counts))
    }

    /// How many were flagged that had not been taken in before: somebody should look into them.
    #[must_use]
    pub fn flagged(&self) -> usize {
        self.how_many(|one| !one.repeated && one.told.as_ref().is_ok_and(CheckedIn::is_flagged))
    }

    /// How many had been taken in before.
    #[must_use]
    pub fn repeated(&self) -> usize {
        self.how_many(|one| one.repeated)
    }

    /// How many had been taken back before they arrived.
    #[must_use]
    pub fn undone(&self) -> usize {
        self.how_many(|one| !one.repeated && one.told == Ok(CheckedIn::Undone))
    }

    /// How many were not taken in.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.how_many(|one| one.told.is_err())
    }

    fn how_many(&self, which: impl Fn(&&MergedScan) -> bool) -> usize {
        self.each.iter().filter(which).count()
    }
}

impl fmt::Display for MergedScans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (counted, flagged, repeated) = (self.counted(), self.flagged(), self.repeated());
        write!(
            f,
            "{} scans: {counted} counted, {flagged} flagged, {repeated} known before",
            self.each.len()
        )?;
        if self.undone() > 0 {
            write!(f, ", {} taken back", self.undone())?;
        }
        if self.refused() > 0 {
            write!(f, ", {} refused", self.refused())?;
        }
        Ok(())
    }
}

/// What somebody gets who joins online by their own link.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Joined {
    /// What was recorded: [`CheckedIn::Again`] for whoever has joined before and not left.
    pub told: CheckedIn,
    /// Where to join it; `None` where there is no link any more, or the registration is not confirmed any more.
    pub link: Option<Opened<JoinLink>>,
}

impl Desk {
    /// Takes in many scans, in any order and however often: what a device kept while it had no connection. Each is as by
    /// [`CheckIn`]; one that is refused keeps none of the others back. Who was seen and when comes out the same
    /// in whatever order they come.
    ///
    /// Progress is told from the caller's own thread, in scans. To read them from a file see [`Scan`].
    ///
    /// # Errors
    /// A fault of the log. Some of the scans may have been taken in; giving all of them again does no harm.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, PersonId, Scan, ScanId};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
    /// let talk = desk.announce(talk)?.outcome;
    /// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
    ///
    /// let scan = Scan::new(ScanId::from_u128(1), anns, "2099-03-05T13:58:00Z".parse()?);
    /// let merged = desk.merge_scans(talk, [scan, scan], &mut |_| ())?;
    /// assert_eq!(merged.to_string(), "2 scans: 1 counted, 0 flagged, 1 known before");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge_scans(
        &self,
        gathering: GatheringId,
        scans: impl IntoIterator<Item = Scan>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<MergedScans, Failure> {
        let scans: Vec<Scan> = scans.into_iter().collect();
        let count = |scans: usize| u64::try_from(scans).unwrap_or(u64::MAX);
        let mut merged = MergedScans { each: Vec::with_capacity(scans.len()) };
        progress(Progress::new(0, count(scans.len())));
        for some in scans.chunks(AT_ONCE) {
            let coming = some.iter().map(|scan| (scan.id, self.submit(CheckIn::of(gathering, *scan))));
            let coming: Vec<(ScanId, Pending<CheckedIn>)> = coming.collect();
            for (scan, pending) in coming {
                merged.each.push(taken_in(scan, pending)?);
            }
            progress(Progress::new(count(merged.each.len()), count(scans.len())));
        }
        Ok(merged)
    }

    /// Lets somebody join online who has followed their own link: records it, once, and gives the link. The host has made
    /// sure that it is them; `place` is 1 for whoever booked.
    ///
    /// # Errors
    /// As for [`Join`](crate::Join): nobody gets the link who is not confirmed, or comes too early or too late;
    /// [`Refusal::NotOpenToJoin`] says when it opens.
    ///
    /// # Example
    /// ```
    /// use gather::{CheckedIn, Desk, Gathering, JoinLink, Opened, PersonId};
    ///
    /// let five_to_two = || "2099-03-05T13:55:00Z".parse().unwrap();
    /// let desk = Desk::builder().clock(five_to_two).in_memory();
    /// let talk = Gathering::webinar("Volunteering")
    ///     .at("2099-03-05 14:00 to 15:30 UTC".parse()?)
    ///     .join_link(JoinLink::new("https://meet.example/volunteering"));
    /// let talk = desk.announce(talk)?.outcome;
    /// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
    ///
    /// let joined = desk.join(anns, 1)?;
    /// assert_eq!(joined.told, CheckedIn::Counted);
    /// let Some(Opened::Known(link)) = joined.link else { panic!("there is a link") };
    /// assert_eq!(link.expose().as_str(), "https://meet.example/volunteering");
    /// assert!(matches!(desk.join(anns, 1)?.told, CheckedIn::Again { .. }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn join(&self, registration: RegistrationId, place: u16) -> Result<Joined, Failure> {
        let told = self.execute(Join::new(registration).place(place))?.outcome;
        let sealed = {
            let lists = self.lists();
            let known = lists.registration(registration);
            let confirmed = known.filter(|(card, it)| card.status(it) == RegistrationStatus::Confirmed);
            confirmed.and_then(|(card, _)| Some((card.id(), card.join_link()?.clone())))
        };
        let link = sealed.map(|(gathering, sealed)| self.opener().join_link(gathering, &sealed));
        Ok(Joined { told, link })
    }

    /// The lists at which people are checked in, by number: those that were set and not withdrawn, and list 0, which is
    /// there without being set.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    pub fn check_in_lists(&self, gathering: GatheringId) -> Result<Vec<CheckInList>, Failure> {
        let lists = self.lists().gathering(gathering).map(crate::projection::GatheringCard::check_in_lists);
        Ok(lists.ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// How many have come, list by list, and how many are in the house now.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    ///
    /// # Example
    /// ```
    /// use gather::{CheckIn, Desk, Gathering, PersonId};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?);
    /// let talk = desk.announce(talk)?.outcome;
    /// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
    /// drop(desk.register(talk, PersonId::random())?);
    /// drop(desk.execute(CheckIn::new(talk, anns).seen_at("2099-03-05T13:58:00Z".parse()?))?);
    /// let counts = desk.check_in_counts(talk)?;
    /// assert_eq!((counts.lists[0].expected, counts.lists[0].came, counts.in_the_house), (2, 1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check_in_counts(&self, gathering: GatheringId) -> Result<CheckInCounts, Failure> {
        let counts = self.lists().check_in_counts(gathering);
        Ok(counts.ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// Every scan at a gathering, in the order in which they were taken in: flagged ones and those that were taken back too.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    pub fn scans(&self, gathering: GatheringId) -> Result<ScanList, Failure> {
        let scans = self.lists().scans(gathering);
        Ok(scans.ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// Who attended, and for how long: what certificates are made of.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    pub fn attendance(&self, gathering: GatheringId) -> Result<Attendance, Failure> {
        let attendance = self.lists().attendance(gathering, self.opener());
        Ok(attendance.ok_or(Refusal::UnknownGathering { gathering })?)
    }
}

fn taken_in(scan: ScanId, pending: Pending<CheckedIn>) -> Result<MergedScan, Failure> {
    match pending.wait() {
        Ok(receipt) => {
            let repeated = receipt.facts.is_empty();
            Ok(MergedScan { scan, told: Ok(receipt.outcome), repeated })
        }
        Err(Failure::Refused(refusal)) => Ok(MergedScan { scan, told: Err(refusal), repeated: false }),
        Err(fault @ Failure::Fault(_)) => Err(fault),
    }
}
