//! Explain: why a registration stands as it does, in words for whoever asks.

use std::fmt;

use chrono::{DateTime, Utc};

use super::{Desk, Failure};
use crate::domain::{Context, Decision, Refusal, Shortage, State, WaitsFor, waits_for};
use crate::fact::{Booking, Ending, PassReason};
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
    /// Until when its people have to say that new dates suit them, where they were asked and have not answered. In the
    /// past where that is up and not written yet.
    pub reconfirm_by: Option<DateTime<Utc>>,
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
    /// How many places of a pool are set aside for others still.
    set_aside: Vec<(PoolId, u64)>,
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
    ///     "The party of 2 is first in line for \"Library tour\". They need 2 places in \"places\", and 1 is free for them: 1 more \
    ///      would do."
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, registration: RegistrationId) -> Result<Explanation, Failure> {
        let context = self.call().context()?;
        let (waits_for, time) = self.look(|state| why_it_waits(state, &context, registration))??;
        let lists = self.lists();
        let known = lists.registration(registration).ok_or(Refusal::UnknownRegistration { registration })?;
        Ok(Explanation::of(known, waits_for, time))
    }
}

/// What a registration waits for, as it is with all that is due written, though nothing is; and as of when.
fn why_it_waits(
    state: &State,
    context: &Context,
    registration: RegistrationId,
) -> Result<(WaitsFor, DateTime<Utc>), Refusal> {
    let mut decision = Decision::new(state, context);
    let recorded = decision.registration(registration)?;
    let gathering = decision.acting_on(recorded.gathering)?;
    let cell = decision.registration(registration)?;
    // One that waits in the lists and not in here is served as soon as what is due is written.
    let waits_for = if cell.is_waiting() {
        waits_for(&decision, &gathering, registration, &cell)
    } else {
        WaitsFor::Turn
    };
    Ok((waits_for, decision.time()))
}

impl Explanation {
    fn of(
        (gathering, it): (&GatheringCard, &RegistrationCard),
        waits_for: WaitsFor,
        now: DateTime<Utc>,
    ) -> Self {
        let announcement = gathering.announcement();
        let offering = it.booking().offering;
        let (recorded, since) = (gathering.status(it), gathering.since(it));
        let status = recorded.at(now);
        let is_waiting = status == RegistrationStatus::Waiting;
        let names = Names {
            zone: announcement.schedule.zone().unwrap_or(Zone::UTC),
            pools: announcement.pools.iter().map(|pool| (pool.id, pool.name.clone())).collect(),
            set_aside: set_aside_for_others(gathering, it, now),
            offerings: announcement.offerings.iter().map(|it| (it.id, it.name.clone())).collect(),
        };
        Self {
            registration: it.id(),
            gathering: gathering.id(),
            title: announcement.title.clone(),
            offering,
            offering_name: names.offering(offering).to_owned(),
            people: it.booking().party.size(),
            status,
            // What has expired and was not written yet ended at its deadline.
            since: if status == recorded { since } else { recorded.deadline().unwrap_or(since) },
            joined_at: it.joined_at(),
            ahead: gathering.ahead(it).filter(|_| is_waiting),
            waits_for: is_waiting.then_some(waits_for),
            reconfirm_by: gathering.reconfirm_by(it),
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
                write!(f, "{who} has had {theirs} for {what} since {}.", self.time(self.since))
            }
            RegistrationStatus::Waiting => match self.ahead {
                None | Some(0) => write!(f, "{who} is first in line for {what}."),
                Some(1) => write!(f, "{who} is in line for {what}, with 1 registration ahead."),
                Some(ahead) => write!(f, "{who} is in line for {what}, with {ahead} registrations ahead."),
            },
            RegistrationStatus::Held { until } => write!(
                f,
                "{who} has {theirs} for {what} on hold until {}. If it is not confirmed by then, others can have it.",
                self.time(until)
            ),
            RegistrationStatus::Offered { respond_by } => write!(
                f,
                "{who} has been offered {theirs} for {what}, and can accept until {}. After that it goes to the next in line.",
                self.time(respond_by)
            ),
            RegistrationStatus::Pending { uses_places, until } => {
                let kept = if uses_places { "Places are kept" } else { "No places are kept" };
                write!(f, "{who} has asked for {what}, and somebody has to say yes first")?;
                if let Some(until) = until {
                    write!(f, ", by {}", self.time(until))?;
                }
                write!(f, ". {kept} meanwhile.")
            }
            RegistrationStatus::FollowUpOnly => {
                write!(f, "{who} has no place for {what}, and gets what there is afterwards.")
            }
            RegistrationStatus::Interested => {
                write!(f, "{who} is interested in {what}, and has not booked.")
            }
            ended => {
                write!(f, "{who} has no place for {what}: {}.", why(ended))?;
                write!(f, " It ended on {}.", self.time(self.since))?;
                if ended == RegistrationStatus::HoldExpired {
                    f.write_str(" It can still be confirmed, if there is room.")?;
                }
                Ok(())
            }
        }
    }

    fn waiting(&self, f: &mut fmt::Formatter<'_>, waits_for: &WaitsFor) -> fmt::Result {
        match waits_for {
            WaitsFor::Places(short) => {
                short.iter().try_for_each(|shortage| self.missing(f, shortage))?;
                match self.ahead {
                    None | Some(0) => Ok(()),
                    Some(_) => f.write_str(" What becomes free goes to those ahead first."),
                }
            }
            WaitsFor::Others(held) => {
                let pools: Vec<_> = held.iter().map(|pool| format!("{:?}", self.names.pool(*pool))).collect();
                write!(
                    f,
                    " There is room, but it is kept for those ahead, who wait for more in {}.",
                    pools.join(" and ")
                )
            }
            WaitsFor::Obstacle(reason) => {
                write!(f, " They cannot be served as long as {}.", self.reason(*reason, Tense::Present))
            }
            WaitsFor::Opening => f.write_str(" Nobody in line is served until booking is open."),
            WaitsFor::Nothing => f.write_str(" What they wait for is over, or does not take place."),
            WaitsFor::Turn => {
                f.write_str(" There is room for them: they are served with whatever happens next.")
            }
        }
    }

    /// How many places are short in one pool, and whether others have some of it set aside.
    fn missing(&self, f: &mut fmt::Formatter<'_>, shortage: &Shortage) -> fmt::Result {
        let (wanted, free, missing) = (shortage.wanted, shortage.free.max(0), shortage.missing());
        let free = match free {
            0 => String::from("none is"),
            1 => String::from("1 is"),
            free => format!("{free} are"),
        };
        write!(f, " They need {} in {:?}, and {free} free for them", places(wanted), shortage.name)?;
        match self.names.set_aside(shortage.pool) {
            0 => {}
            1 => f.write_str(" (1 is set aside for others)")?,
            others => write!(f, " ({others} are set aside for others)")?,
        }
        match self.ahead {
            None | Some(0) => write!(f, ": {missing} more would do."),
            Some(_) => f.write_str("."),
        }
    }

    /// Why they cannot be served, or were not.
    fn reason(&self, reason: PassReason, tense: Tense) -> String {
        let (is, has, need) = match tense {
            Tense::Present => ("is", "has", "need"),
            Tense::Past => ("was", "had", "needed"),
        };
        match reason {
            PassReason::TooLarge { pool, wanted, free } => {
                let pool = self.names.pool(pool);
                format!("they {need} {} in {pool:?}, and only {} {is} free", places(wanted), free.max(0))
            }
            PassReason::SetAside { pool } => {
                format!("what {is} free in {:?} {is} set aside for others", self.names.pool(pool))
            }
            PassReason::OrganisationCap => {
                format!("their organisation {has} as many places as each may have")
            }
            PassReason::NeedsPlace { offering } => {
                let offering = self.names.offering(offering);
                format!("somebody in their party {has} no confirmed place in {offering:?}, which comes first")
            }
            PassReason::Overlap { registration } => {
                format!("one of them {has} something else at the same time (registration {registration})")
            }
            PassReason::SeriesDate { registration } => {
                format!("one of them {has} another date of the series (registration {registration})")
            }
            PassReason::NoTimeToAnswer => format!("there {is} no time left to answer an offer"),
        }
    }
}

/// What stands in the way now, or stood there once.
#[derive(Clone, Copy)]
enum Tense {
    Present,
    Past,
}

fn places(wanted: u32) -> String {
    if wanted == 1 { String::from("1 place") } else { format!("{wanted} places") }
}

/// How many places are set aside in each pool that this registration may not draw on.
fn set_aside_for_others(
    gathering: &GatheringCard,
    it: &RegistrationCard,
    now: DateTime<Utc>,
) -> Vec<(PoolId, u64)> {
    let Booking { party, credentials, .. } = it.booking();
    let counts = gathering.set_asides(now).into_iter();
    let others = counts.filter(|it| !it.set_aside.who.iter().any(|who| who.is(party.booker, credentials)));
    others.map(|it| (it.set_aside.pool, it.open)).collect()
}

/// Why one that has ended did.
fn why(ended: RegistrationStatus) -> String {
    #[expect(clippy::wildcard_enum_match_arm, reason = "those that live are told by how they stand")]
    let words = match ended {
        RegistrationStatus::Cancelled { by: Ending::Attendee } => "it was cancelled",
        RegistrationStatus::Cancelled { .. } => "the organiser cancelled it",
        RegistrationStatus::LeftLine => "they left the line",
        RegistrationStatus::LineClosed => "the line was closed",
        RegistrationStatus::HoldReleased => "the hold was given back",
        RegistrationStatus::HoldExpired => "it was on hold, and was not confirmed in time",
        RegistrationStatus::OfferDeclined => "the offer was declined",
        RegistrationStatus::OfferLapsed => "the offer was not answered in time",
        RegistrationStatus::OfferWithdrawn => "the offer was taken back",
        RegistrationStatus::Rejected => "it was not approved",
        RegistrationStatus::ApprovalExpired => "nobody approved it in time",
        RegistrationStatus::Withdrawn => "it was withdrawn",
        RegistrationStatus::NotReconfirmed => "nobody said in time that the new dates suit",
        RegistrationStatus::Displaced => "there are fewer places now, and it had to go",
        RegistrationStatus::MovedAway => "they moved to another date or another offering",
        RegistrationStatus::Superseded => "another registration took its place",
        RegistrationStatus::BooksClosed => "it had no place yet when the books were closed",
        RegistrationStatus::CancelledWithGathering => "it was called off",
        other => return format!("it ended ({other})"),
    };
    words.into()
}

impl Names {
    fn pool(&self, id: PoolId) -> &str {
        self.pools.iter().find(|(pool, _)| *pool == id).map_or("", |(_, name)| name)
    }

    fn set_aside(&self, id: PoolId) -> u64 {
        self.set_aside.iter().filter(|(pool, _)| *pool == id).map(|(_, places)| places).sum()
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
        if let Some(until) = self.reconfirm_by {
            write!(
                f,
                " They were asked to say by {} whether the new dates suit, and have not.",
                self.time(until)
            )?;
        }
        let Some(last) = self.pass_overs.last() else { return Ok(()) };
        let (at, because) = (self.time(last.at), self.reason(last.reason, Tense::Past));
        match self.times_passed_over {
            1 => {
                write!(f, " Once, on {at}, somebody who came later was served first, because {because}.")
            }
            times => write!(
                f,
                " Somebody who came later was served first {times} times, last on {at}, because {because}."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Gathering, Hold, Register, Settle};
    use crate::id::PersonId;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// A desk at noon, and a talk of one place that is on hold from eleven to half past; somebody stands in line.
    fn held() -> (Desk, GatheringId, RegistrationId, RegistrationId) {
        let desk = Desk::builder().clock(|| instant("2026-03-01T12:00:00Z")).in_memory();
        let talk =
            Gathering::webinar("Volunteering").at("2026-07-05 14:00 to 15:30 Europe/London".parse().unwrap());
        let eleven = instant("2026-03-01T11:00:00Z");
        let talk = desk.at(eleven).execute(talk.places(1)).unwrap().outcome;
        let hold = Hold::new(Register::new(talk, PersonId::random()), instant("2026-03-01T11:30:00Z"));
        let hold = desk.at(eleven).execute(hold).unwrap().outcome.registration;
        let next = desk.at(eleven).execute(Register::new(talk, PersonId::random())).unwrap().outcome;
        (desk, talk, hold, next.registration())
    }

    #[test]
    fn what_has_expired_ended_at_its_deadline_whether_written_or_not() {
        let (desk, talk, hold, next) = held();
        let told = "This person has no place for \"Volunteering\": it was on hold, and was not confirmed in time. It ended \
                    on 1 March 2026, 11:30 (Europe/London). It can still be confirmed, if there is room.";
        assert_eq!(desk.explain(hold).unwrap().to_string(), told);
        let waiting = "This person is first in line for \"Volunteering\". There is room for them: they are served with \
                       whatever happens next.";
        assert_eq!(desk.explain(next).unwrap().to_string(), waiting);

        drop(desk.at(instant("2026-03-01T11:30:00Z")).execute(Settle::new(talk)).unwrap());
        assert_eq!(desk.explain(hold).unwrap().to_string(), told);
        let served =
            "This person has had a place for \"Volunteering\" since 1 March 2026, 11:30 (Europe/London).";
        assert_eq!(desk.explain(next).unwrap().to_string(), served);
    }
}
