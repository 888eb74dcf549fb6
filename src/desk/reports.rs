//! Reports: of now, and of a moment that is over.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::as_of::{AsOf, Then, Until};
use super::{Desk, Failure, Inner};
use crate::domain::Refusal;
use crate::id::GatheringId;
use crate::log::Progress;
use crate::projection::{
    Digest, FillCurve, FillFold, NearlyFull, Period, Reach, Resources, ShowUp, Threshold,
};
use crate::record::{Position, Tag};

impl Desk {
    /// Who came to what took place in a period, gathering by gathering and by organisation.
    ///
    /// # Example
    /// ```
    /// use gather::testkit::TestClock;
    /// use gather::{Desk, Gathering, PersonId, Presence, RecordPresence};
    ///
    /// let clock = TestClock::at("2026-03-01T09:00:00Z".parse()?);
    /// let desk = Desk::builder().clock(clock.clone()).in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2026-03-05 14:00 to 15:30 Europe/London".parse()?).places(9);
    /// let talk = desk.announce(talk)?.outcome;
    /// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
    /// drop(desk.register(talk, PersonId::random())?);
    /// clock.set("2026-03-05T16:00:00Z".parse()?);
    /// drop(desk.execute(RecordPresence::new(anns, Presence::Attended))?);
    ///
    /// let came = desk.show_up(&"2026-01-01 to 2026-12-31 Europe/London".parse()?);
    /// assert_eq!((came.total().came(), came.total().unknown), (1, 1));
    /// println!("{came}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[doc(alias = "no-show")]
    #[doc(alias = "attendance")]
    pub fn show_up(&self, period: &Period) -> ShowUp {
        let now = self.inner.clock.now();
        self.lists().show_up(period, now)
    }

    /// Whom the gatherings of a period reached: people, organisations, and regions once they are exposed; and whom of a host's members
    /// they did not.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, OrganisationId, Period};
    ///
    /// let (desk, library) = (Desk::in_memory(), OrganisationId::random());
    /// let reach = desk.reach(&Period::year(2026, "Europe/London")?);
    /// assert_eq!(reach.organisations_not_reached([library]), [library]);
    /// assert!(reach.expose("annual report").regions().is_empty());
    /// # Ok::<(), gather::ScheduleError>(())
    /// ```
    #[must_use]
    pub fn reach(&self, period: &Period) -> Reach {
        let now = self.inner.clock.now();
        self.lists().reach(period, now, self.opener())
    }

    /// What is on now and nearly full, or full.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, Threshold};
    ///
    /// let desk = Desk::in_memory();
    /// let tour = Gathering::webinar("Library tour").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(3);
    /// drop(desk.announce(tour)?);
    /// assert_eq!(desk.nearly_full(Threshold::Places(3)).rows()[0].left, 3);
    /// assert!(desk.nearly_full(Threshold::PerCent(10)).rows().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn nearly_full(&self, threshold: Threshold) -> NearlyFull {
        let now = self.inner.clock.now();
        self.lists().nearly_full(threshold, now)
    }

    /// What is coming in a period, for a newsletter.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?).places(3);
    /// drop(desk.announce(talk)?);
    ///
    /// let digest = desk.digest(&"2099-03-01 to 2099-03-31 Europe/London".parse()?);
    /// let digest = digest.with_links(|_| Some("https://network.example/volunteering".into()));
    /// assert_eq!(
    ///     digest.to_string(),
    ///     "Volunteering\n\
    ///      Thursday 5 March 2099, 14:00 to 15:30 (Europe/London)\n\
    ///      online\n\
    ///      3 places left\n\
    ///      https://network.example/volunteering"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[doc(alias = "newsletter")]
    pub fn digest(&self, period: &Period) -> Digest {
        let now = self.inner.clock.now();
        self.lists().digest(period, now)
    }

    /// All that can be had of what took place in a period, whoever gets it: recordings, handouts, slides.
    /// [`Resources::for_audience`] narrows it to what is for members, say.
    #[must_use]
    pub fn resources_in(&self, period: &Period) -> Resources {
        let now = self.inner.clock.now();
        self.lists().resources_in(period, now, self.opener())
    }

    /// How a gathering filled up, day by day: booked, cancelled, in line, offered.
    ///
    /// No list keeps how things stood before, so the log is read for it from the beginning to the end, and of it that gathering's
    /// records are folded. Nobody who books waits for it. For several gatherings ask [`fill_curves`](Self::fill_curves): it reads once.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]; the log cannot be read.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, PersonId};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(1);
    /// let talk = desk.announce(talk)?.outcome;
    /// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
    /// drop(desk.register(talk, PersonId::random())?);
    /// drop(desk.cancel_registration(anns)?); // and whoever waits has the place
    ///
    /// let today = desk.fill_curve(talk)?.days()[0];
    /// assert_eq!((today.booked, today.cancelled, today.joined_line, today.confirmed), (2, 1, 1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fill_curve(&self, gathering: GatheringId) -> Result<FillCurve, Failure> {
        let mut curves = self.fill_curves([gathering], &mut |_| ())?;
        Ok(curves.pop().ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// How several gatherings filled up, in the order in which they are named, each once; the log is read once for all of them. It is
    /// told how far that has come.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`] for the first that is; the log cannot be read.
    pub fn fill_curves(
        &self,
        gatherings: impl IntoIterator<Item = GatheringId>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<FillCurve>, Failure> {
        let now = self.inner.clock.now();
        let end = self.position();
        self.inner.fill_curves(gatherings, Until::known(AsOf::Position(end), end), now, progress)
    }
}

impl Then {
    /// As [`Desk::show_up`].
    #[must_use]
    pub fn show_up(&self, period: &Period) -> ShowUp {
        self.lists.show_up(period, self.at)
    }

    /// As [`Desk::reach`].
    #[must_use]
    pub fn reach(&self, period: &Period) -> Reach {
        self.lists.reach(period, self.at, self.opener())
    }

    /// As [`Desk::nearly_full`].
    #[must_use]
    pub fn nearly_full(&self, threshold: Threshold) -> NearlyFull {
        self.lists.nearly_full(threshold, self.at)
    }

    /// As [`Desk::digest`].
    #[must_use]
    pub fn digest(&self, period: &Period) -> Digest {
        self.lists.digest(period, self.at)
    }

    /// As [`Desk::resources_in`].
    #[must_use]
    pub fn resources_in(&self, period: &Period) -> Resources {
        self.lists.resources_in(period, self.at, self.opener())
    }

    /// As [`Desk::fill_curve`]: how it had filled up by then. The log is read for it.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced; the log cannot be read.
    pub fn fill_curve(&self, gathering: GatheringId) -> Result<FillCurve, Failure> {
        let mut curves = self.fill_curves([gathering], &mut |_| ())?;
        Ok(curves.pop().ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// As [`Desk::fill_curves`].
    ///
    /// # Errors
    /// As for [`Desk::fill_curves`].
    pub fn fill_curves(
        &self,
        gatherings: impl IntoIterator<Item = GatheringId>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<FillCurve>, Failure> {
        self.desk.inner.fill_curves(gatherings, self.until, self.at, progress)
    }
}

impl Inner {
    fn fill_curves(
        &self,
        gatherings: impl IntoIterator<Item = GatheringId>,
        until: Until,
        now: DateTime<Utc>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<FillCurve>, Failure> {
        let (mut ids, mut folds) = (Vec::new(), BTreeMap::new());
        for id in gatherings {
            folds.entry(id).or_insert_with(|| {
                ids.push(id);
                FillFold::new(id)
            });
        }
        self.walk_until(until, Position::START, progress, &mut |batch| {
            for record in batch.records() {
                let tags = Tag::of(record.fact());
                for tag in &tags {
                    let Tag::Gathering(id) = tag else { continue };
                    if let Some(fold) = folds.get_mut(id) {
                        fold.apply(&record, &tags);
                    }
                }
            }
        })?;
        let curve = |gathering: GatheringId| {
            let curve = folds.remove(&gathering).and_then(|fold| fold.curve(now));
            Ok(curve.ok_or(Refusal::UnknownGathering { gathering })?)
        };
        ids.into_iter().map(curve).collect()
    }
}
