//! Explain: why a registration stands as it does, in words for whoever asks.

use std::fmt;

use chrono::{DateTime, Utc};

use super::{Desk, Failure};
use crate::domain::{Decision, Refusal, WaitsFor, waits_for};
use crate::fact::PassReason;
use crate::id::{GatheringId, OfferingId, PoolId, RegistrationId};
use crate::projection::{GatheringCard, PassOver, RegistrationCard, RegistrationStatus};
use crate::schedule::Zone;

/// Why a registration stands as it does: what it has, what it waits for, who comes first, and when it was passed and why.
///
/// It prints as a few sentences for whoever asks at the desk, with times by the clocks where the gathering is. It names
/// nobody.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The registration.
    pub registration: RegistrationId,
    /// The gathering that it is on.
    pub gathering: GatheringId,
    /// What the gathering is called.
    pub title: String,
    /// What was booked.
    pub offering: OfferingId,
    /// What people call that.
    pub offering_name: String,
    /// How many people there are in it.
    pub people: u32,
    /// How it stands now. What has expired has ended, whether it has been written or not.
    pub status: RegistrationStatus,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it was made.
    pub joined_at: DateTime<Utc>,
    /// How many registrations come before it in its line, while it waits.
    pub ahead: Option<u32>,
    /// What it waits for, while it waits.
    pub waits_for: Option<WaitsFor>,
    /// How often somebody who joined later was served first.
    pub times_passed_over: u64,
    /// The latest of these times, with the reason.
    pub pass_overs: Vec<PassOver>,
    names: Names,
}

/// What the words need besides.
#[derive(Clone, Debug, PartialEq)]
struct Names {
    zone: Zone,
    pools: Vec<(PoolId, String)>,
    offerings: Vec<(OfferingId, String)>,
}

impl Desk {
    /// Why a registration stands as it does, now.
    ///
    /// # Errors
    /// [`Refusal::UnknownRegistration`]; or the log cannot be read.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, PersonId, Register};
    ///
    /// let desk = Desk::in_memory();
    /// let tour = Gathering::webinar("Library tour").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(3);
    /// let tour = desk.announce(tour)?.outcome;
    /// assert!(desk.execute(Register::new(tour, PersonId::random()).unnamed_guests(1))?.outcome.is_confirmed());
    /// let family = Register::new(tour, PersonId::random()).unnamed_guests(1);
    /// let waiting = desk.execute(family)?.outcome.registration();
    ///
    /// assert_eq!(
    ///     desk.explain(waiting)?.to_string(),
    ///     "The party of 2 is first in line for \"Library tour\". It needs 2 places in \"places\", and 1 is free: 1 more would do."
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, registration: RegistrationId) -> Result<Explanation, Failure> {
        let context = self.call().context()?;
        let mut state = self.state()?;
        self.catch_up(&mut state)?;
        let mut decision = Decision::new(&state, &context);
        let recorded = decision.registration(registration)?;
        // As it is with all that is due written, though nothing is.
        let gathering = decision.acting_on(recorded.gathering)?;
        let cell = decision.registration(registration)?;
        let is_waiting = cell.is_waiting();
        let waits_for = is_waiting.then(|| waits_for(&decision, &gathering, registration, &cell));
        let lists = self.lists();
        let known = lists.registration(registration).ok_or(Refusal::UnknownRegistration { registration })?;
        Ok(Explanation::of(known, waits_for, decision.time()))
    }
}

impl Explanation {
    fn of(
        (gathering, it): (&GatheringCard, &RegistrationCard),
        waits_for: Option<WaitsFor>,
        now: DateTime<Utc>,
    ) -> Self {
        let announcement = gathering.announcement();
        let offering = it.booking().offering;
        let names = Names {
            zone: announcement.schedule.zone().unwrap_or(Zone::UTC),
            pools: announcement.pools.iter().map(|pool| (pool.id, pool.name.clone())).collect(),
            offerings: announcement.offerings.iter().map(|it| (it.id, it.name.clone())).collect(),
        };
        Self {
            registration: it.id(),
            gathering: gathering.id(),
            title: announcement.title.clone(),
            offering,
            offering_name: names.offering(offering).to_owned(),
            people: it.booking().party.size(),
            status: gathering.status(it).at(now),
            since: gathering.since(it),
            joined_at: it.joined_at(),
            ahead: gathering.ahead(it).filter(|_| waits_for.is_some()),
            waits_for,
            times_passed_over: it.times_passed_over(),
            pass_overs: it.pass_overs().to_vec(),
            names,
        }
    }

    fn who(&self) -> String {
        match self.people {
            1 => String::from("This person"),
            people => format!("The party of {people}"),
        }
    }

    /// What was booked: the gathering, and of several offerings which.
    fn what(&self) -> String {
        match self.names.offerings.len() {
            0 | 1 => format!("{:?}", self.title),
            _ => format!("{:?} at {:?}", self.offering_name, self.title),
        }
    }

    fn time(&self, instant: DateTime<Utc>) -> String {
        format!("{} ({})", self.names.zone.wall(instant).format("%-d %B %Y, %H:%M"), self.names.zone.name())
    }

    fn standing(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (who, what) = (self.who(), self.what());
        let theirs = if self.people == 1 { "a place" } else { "all its places" };
        #[expect(clippy::wildcard_enum_match_arm, reason = "whatever has ended is told alike")]
        match self.status {
            RegistrationStatus::Confirmed => {
                write!(f, "{who} has {theirs} for {what} since {}.", self.time(self.since))
            }
            RegistrationStatus::Waiting => match self.ahead {
                None | Some(0) => write!(f, "{who} is first in line for {what}."),
                Some(1) => write!(f, "{who} is in line for {what}, with 1 registration ahead."),
                Some(ahead) => write!(f, "{who} is in line for {what}, with {ahead} registrations ahead."),
            },
            RegistrationStatus::Held { until } => {
                write!(
                    f,
                    "{who} has {theirs} for {what} on hold until {}, to be confirmed by then.",
                    self.time(until)
                )
            }
            RegistrationStatus::Offered { respond_by } => {
                write!(
                    f,
                    "{who} has been offered {theirs} for {what} and can accept until {}.",
                    self.time(respond_by)
                )
            }
            RegistrationStatus::Pending { uses_places, .. } => {
                let kept =
                    if uses_places { "places are kept meanwhile" } else { "no places are kept meanwhile" };
                write!(f, "{who} has asked for {what}, and somebody has to say yes first; {kept}.")
            }
            RegistrationStatus::FollowUpOnly => {
                write!(f, "{who} has no place at {what}, and gets what there is afterwards.")
            }
            RegistrationStatus::Interested => {
                write!(f, "{who} is interested in {what}, and has not booked.")
            }
            ended => write!(
                f,
                "{who} has no place for {what}: the registration ended on {} ({ended}).",
                self.time(self.since)
            ),
        }
    }

    fn waiting(&self, f: &mut fmt::Formatter<'_>, waits_for: &WaitsFor) -> fmt::Result {
        f.write_str(" ")?;
        match waits_for {
            WaitsFor::Places(short) => {
                for (n, shortage) in short.iter().enumerate() {
                    let (wanted, free, more) = (shortage.wanted, shortage.free.max(0), shortage.missing());
                    f.write_str(if n == 0 { "" } else { " " })?;
                    let places = if wanted == 1 { "place" } else { "places" };
                    let is = if free == 1 { "is" } else { "are" };
                    let pool = &shortage.name;
                    write!(
                        f,
                        "It needs {wanted} {places} in {pool:?}, and {free} {is} free: {more} more would do."
                    )?;
                }
                Ok(())
            }
            WaitsFor::Others(held) => {
                let pools: Vec<_> = held.iter().map(|pool| format!("{:?}", self.names.pool(*pool))).collect();
                write!(
                    f,
                    "There is room, but it is kept for those ahead, who wait for more in {}.",
                    pools.join(" and ")
                )
            }
            WaitsFor::Obstacle(reason) => {
                self.reason(f, *reason, "It cannot be served as long as ")?;
                f.write_str(".")
            }
            WaitsFor::Opening => f.write_str("Nobody in line is served before booking is opened."),
            WaitsFor::Nothing => f.write_str("What it waits for is over, or does not take place."),
            WaitsFor::Turn => {
                f.write_str("It is next, and there is room: it is served with whatever happens next.")
            }
        }
    }

    fn reason(&self, f: &mut fmt::Formatter<'_>, reason: PassReason, begin: &str) -> fmt::Result {
        f.write_str(begin)?;
        match reason {
            PassReason::TooLarge { pool, wanted, free } => {
                write!(
                    f,
                    "{wanted} places in {:?} are needed and only {} free",
                    self.names.pool(pool),
                    free.max(0)
                )
            }
            PassReason::SetAside { pool } => {
                write!(f, "what is free in {:?} is set aside for others", self.names.pool(pool))
            }
            PassReason::OrganisationCap => {
                f.write_str("its organisation has as many places as each may have")
            }
            PassReason::NeedsPlace { offering } => {
                write!(
                    f,
                    "it has no confirmed place in {:?}, which comes first",
                    self.names.offering(offering)
                )
            }
            PassReason::Overlap { registration } => {
                write!(f, "somebody in it has something else at the same time (registration {registration})")
            }
            PassReason::SeriesDate { registration } => {
                write!(f, "somebody in it has another date of the series (registration {registration})")
            }
            PassReason::NoTimeToAnswer => f.write_str("there is no time left to answer an offer"),
        }
    }
}

impl Names {
    fn pool(&self, id: PoolId) -> &str {
        self.pools.iter().find(|(pool, _)| *pool == id).map_or("", |(_, name)| name)
    }

    fn offering(&self, id: OfferingId) -> &str {
        self.offerings.iter().find(|(offering, _)| *offering == id).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.standing(f)?;
        if let Some(waits_for) = &self.waits_for {
            self.waiting(f, waits_for)?;
        }
        let Some(last) = self.pass_overs.last() else { return Ok(()) };
        match self.times_passed_over {
            1 => write!(f, " It was passed once, on {}, because ", self.time(last.at))?,
            times => write!(f, " It was passed {times} times, last on {}, because ", self.time(last.at))?,
        }
        self.reason(f, last.reason, "")?;
        f.write_str(".")
    }
}
