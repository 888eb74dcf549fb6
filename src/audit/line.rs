//! Who comes before whom, and that nobody is passed in silence.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::{Judged, Rule, breach, hold};
use super::gathering::{Gathering, Life};
use super::places::Guest;
use super::registration::{Claim, Registration};
use super::so_far::SoFar;
use crate::fact::{
    BookingState, ByHand, Draw, HeadPolicy, OfferTerms, Offering, PassReason, QuietHours, Serving,
};
use crate::id::{OfferingId, PoolId, RegistrationId};
use crate::record::Position;

/// The line of an offering: class by class, whoever joined first first.
#[derive(Debug, Default)]
pub(super) struct Line(BTreeMap<usize, BTreeSet<(Position, RegistrationId)>>);

impl Line {
    /// How many are in it up to a class, that one included.
    fn up_to(&self, class: usize) -> usize {
        self.0.range(..=class).map(|(_, waiting)| waiting.len()).sum()
    }

    /// Who is in it, with the class and where they joined.
    fn turns(&self) -> impl Iterator<Item = (usize, Position, RegistrationId)> {
        self.0.iter().flat_map(|(class, waiting)| waiting.iter().map(|(joined, id)| (*class, *joined, *id)))
    }
}

/// A place in a line: a class, and where one joined; whoever comes now joins behind all of their class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    class: usize,
    joined: Option<Position>,
}

impl Turn {
    fn comes_after(self, (class, joined): (usize, Position)) -> bool {
        class < self.class || class == self.class && self.joined.is_none_or(|own| joined < own)
    }
}

/// So many at the head of the lines are looked at to see whether somebody was left waiting who could be served.
const LOOKED_AT: usize = 8;

impl Gathering {
    fn class(&self, guest: Guest<'_>) -> usize {
        let mut classes = self.priorities.iter();
        let class = classes.position(|class| class.iter().any(|who| guest.is(who)));
        class.unwrap_or(self.priorities.len())
    }

    /// The turn of somebody in line.
    pub(super) fn turn(&self, one: &Registration) -> Turn {
        Turn { class: self.class(Guest::of(one)), joined: Some(one.joined) }
    }

    /// The turn of somebody who comes now.
    pub(super) fn last_turn(&self, guest: Guest<'_>) -> Turn {
        Turn { class: self.class(guest), joined: None }
    }

    pub(super) fn stand_in_line(&mut self, one: &Registration, joins: bool) {
        let class = self.class(Guest::of(one));
        let line = self.lines.entry(one.offering).or_default();
        let waiting = line.0.entry(class).or_default();
        if joins {
            waiting.insert((one.joined, one.id));
            return;
        }
        waiting.remove(&(one.joined, one.id));
        if waiting.is_empty() {
            line.0.remove(&class);
        }
        if line.0.is_empty() {
            self.lines.remove(&one.offering);
        }
    }

    /// Everybody stands anew where the classes put them.
    pub(super) fn stand_anew(&mut self) {
        let waiting: Vec<RegistrationId> =
            self.lines.values().flat_map(Line::turns).map(|(_, _, id)| id).collect();
        self.lines.clear();
        for id in waiting {
            if let Some(one) = self.registrations.remove(&id) {
                self.stand_in_line(&one, true);
                self.registrations.insert(id, one);
            }
        }
    }

    /// Who stands in the line for an offering.
    pub(super) fn in_line(&self, offering: OfferingId) -> Vec<RegistrationId> {
        self.lines.get(&offering).into_iter().flat_map(Line::turns).map(|(_, _, id)| id).collect()
    }

    pub(super) fn can_wait(&self, offering: OfferingId) -> Judged {
        hold(self.offered(offering)?.keeps_a_line, Rule::NoLine, || {
            format!("offering {offering} keeps no line")
        })
    }

    /// Whether it is told as it is how many are ahead.
    pub(super) fn tells_truly(&self, guest: Guest<'_>, told: u32) -> Judged {
        let ahead = self.lines.get(&guest.offering).map_or(0, |line| line.up_to(self.class(guest)));
        hold(usize::try_from(told) == Ok(ahead), Rule::Ahead, || {
            format!("{ahead} are ahead in the line for offering {}, and {told} were told of", guest.offering)
        })
    }

    /// Nobody stands in line beside free places if nobody else does.
    pub(super) fn waits_for_something(&self, guest: Guest<'_>, people: u32, time: DateTime<Utc>) -> Judged {
        let says = || format!("offering {} has {people} places free, and nobody else waits", guest.offering);
        hold(!guest.uncounted, Rule::WaitsInVain, || {
            String::from("it is not counted, and waits for places")
        })?;
        let may_wait = !self.lines.is_empty() || self.booking(time) == BookingState::LineOnly;
        hold(may_wait || !self.has_room(guest, people, time), Rule::WaitsInVain, says)
    }

    /// Whether booking is open, by the organiser's last word and by the window.
    pub(super) fn booking(&self, time: DateTime<Utc>) -> BookingState {
        if self.is_over(time) {
            return BookingState::Closed;
        }
        match self.by_hand {
            Some(ByHand::Opened) => return BookingState::Open,
            Some(ByHand::Closed) => return BookingState::Closed,
            Some(ByHand::Paused) => return BookingState::Paused,
            Some(ByHand::LineOnly) => return BookingState::LineOnly,
            Some(ByHand::InterestOnly) => return BookingState::InterestOnly,
            None => {}
        }
        let start = self.schedule.starts();
        // What counts from a start that is not known has not come, be it the opening or the closing.
        if let Some(opens) = self.window.opens
            && opens.resolve(start).is_none_or(|opens| time < opens)
        {
            return BookingState::NotYet;
        }
        match self.window.closes.map(|closes| closes.resolve(start)) {
            Some(None) => BookingState::NotYet,
            Some(Some(closes)) if closes <= time => BookingState::Closed,
            None | Some(Some(_)) => BookingState::Open,
        }
    }

    /// Whether people in line can be given places.
    fn is_served(&self, time: DateTime<Utc>) -> bool {
        let rests = matches!(self.by_hand, Some(ByHand::Paused | ByHand::LineOnly | ByHand::InterestOnly));
        !rests && self.life == Life::Announced && !self.is_over(time)
    }

    /// Somebody who waits, and can be served, gets their places.
    pub(super) fn serves(&self, one: &Registration, draws: &[Draw], time: DateTime<Utc>) -> Judged {
        hold(one.claim == Claim::Waiting, Rule::NotWaiting, || {
            format!("it is served and was not waiting, but {}", one.claim.word())
        })?;
        self.can_be_had(one.offering, time)?;
        hold(self.is_served(time), Rule::Serving, || {
            String::from("the line rests, and somebody was served")
        })?;
        self.admits(Guest::of(one), one.party.size(), draws, time)
    }

    pub(super) fn is_served_at_once(&self, offering: OfferingId) -> Judged {
        let is_asked = matches!(self.offered(offering)?.terms.line.serving, Serving::Offer(_));
        hold(!is_asked, Rule::Serving, || {
            format!("places of offering {offering} are offered, and one was given at once")
        })
    }

    /// An offer is made while booking is open, and stands as long as the terms give.
    pub(super) fn can_answer(
        &self,
        offering: OfferingId,
        respond_by: DateTime<Utc>,
        time: DateTime<Utc>,
    ) -> Judged {
        let Serving::Offer(terms) = self.offered(offering)?.terms.line.serving else {
            let says = format!("places of offering {offering} are given at once, and one was offered");
            return Err(breach(Rule::Serving, says));
        };
        hold(self.booking(time) == BookingState::Open, Rule::Serving, || {
            String::from("a place was offered while booking is not open")
        })?;
        hold(time < respond_by, Rule::Deadline, || String::from("there is no time to answer an offer"))?;
        let closes = self.closes();
        hold(closes.is_none_or(|closes| respond_by <= closes), Rule::Deadline, || {
            format!("an offer stands until {respond_by}, when booking has closed")
        })?;
        self.stands_as_long_as_said(terms, respond_by, time)
    }

    fn stands_as_long_as_said(&self, terms: OfferTerms, by: DateTime<Utc>, time: DateTime<Utc>) -> Judged {
        if let Some(quiet) = terms.quiet {
            let wall = self.schedule.zone().map_or_else(|| by.naive_utc(), |zone| zone.wall(by));
            return hold(!is_quiet(quiet, wall.time()), Rule::Deadline, || {
                format!("an offer ends at {wall}, within quiet hours")
            });
        }
        let given = time.checked_add_signed(TimeDelta::seconds(i64::from(terms.respond_within)));
        let ends = given.into_iter().chain(self.closes()).min();
        hold(ends == Some(by), Rule::Deadline, || {
            format!("an offer stands until {by}, and its terms give until {}", said(ends))
        })
    }

    /// When booking closes if nothing more is said by hand.
    fn closes(&self) -> Option<DateTime<Utc>> {
        let by_window = match self.by_hand {
            Some(ByHand::Opened) => None,
            _ => self.window.closes.and_then(|closes| closes.resolve(self.schedule.starts())),
        };
        by_window.into_iter().chain(self.schedule.ends()).min()
    }

    /// Whoever gets places before somebody who waits for the same and comes first: that was said in the same decision.
    pub(super) fn passes_nobody_in_silence(
        &self,
        offering: OfferingId,
        turn: Turn,
        so_far: &SoFar,
    ) -> Judged {
        let Some(line) = self.lines.get(&offering) else { return Ok(()) };
        let ahead = line.turns().take_while(|(class, joined, _)| turn.comes_after((*class, *joined)));
        let silent = ahead.map(|(_, _, id)| id).find(|id| !so_far.was_passed(*id));
        hold(silent.is_none(), Rule::PassedInSilence, || {
            let silent = silent.map(|id| id.to_string()).unwrap_or_default();
            format!(
                "registration {silent} comes first in the line for offering {offering}, and was passed in silence"
            )
        })
    }

    /// Where somebody was passed since what is free is set aside for others, whoever passes takes what is set aside.
    pub(super) fn takes_what_is_set_aside(
        &self,
        (offering, turn): (OfferingId, Turn),
        people: u32,
        draws: &[Draw],
        so_far: &SoFar,
    ) -> Judged {
        let Some((first, pool)) = so_far.kept_from(offering) else { return Ok(()) };
        let Some(one) = self.known(first).filter(|one| one.claim == Claim::Waiting) else { return Ok(()) };
        if self.offered(offering)?.terms.pools.len() > 1 {
            // What it was short of may be held for somebody else, in another pool.
            return Ok(());
        }
        let is_passed = turn.comes_after((self.class(Guest::of(one)), one.joined));
        let kept = self.drawn_of(pool, draws);
        hold(!is_passed || kept == u64::from(people), Rule::PassReason, || {
            format!(
                "registration {first} was passed since pool {pool} was set aside for others, and of {people} places \
                 {kept} were set aside"
            )
        })
    }

    pub(super) fn is_strict(&self, offering: &Offering, time: DateTime<Utc>) -> bool {
        match offering.line.head {
            HeadPolicy::Strict => true,
            HeadPolicy::BestFit => false,
            HeadPolicy::StrictThenFit { seconds } => {
                let start = self.time_of(offering).and_then(crate::schedule::Schedule::starts);
                let before = TimeDelta::seconds(i64::from(seconds));
                start.is_none_or(|start| start.checked_sub_signed(before).is_some_and(|fit| time < fit))
            }
        }
    }

    /// Whether a reason to pass somebody is one that can be, of those that can be told within the gathering.
    pub(super) fn can_be_the_reason(
        &self,
        one: &Registration,
        reason: &PassReason,
        time: DateTime<Utc>,
    ) -> Judged {
        hold(one.claim == Claim::Waiting, Rule::NotWaiting, || {
            format!("it was passed and was not waiting, but {}", one.claim.word())
        })?;
        let offering = &self.offered(one.offering)?.terms;
        let may_be = match reason {
            PassReason::TooLarge { pool, wanted, free } => {
                let fits_not = *wanted == one.counted() && (1..i64::from(*wanted)).contains(free);
                fits_not && offering.pools.contains(pool) && !self.is_strict(offering, time)
            }
            PassReason::SetAside { pool } => {
                offering.pools.contains(pool) && offering.pools.iter().any(|pool| self.sets_aside(*pool))
            }
            PassReason::OrganisationCap => {
                let is_within = self.is_within_the_cap(&one.credentials, one.party.size(), time);
                !one.uncounted && is_within.is_err()
            }
            PassReason::NeedsPlace { offering: required } => offering.requires == Some(*required),
            PassReason::Overlap { registration } => *registration != one.id && self.no_overlap,
            PassReason::SeriesDate { registration } => *registration != one.id && self.series.is_some(),
            PassReason::NoTimeToAnswer => matches!(offering.line.serving, Serving::Offer(_)),
        };
        hold(may_be, Rule::PassReason, || {
            format!("it was passed as `{}`, which cannot be the reason", reason.code())
        })
    }

    fn sets_aside(&self, pool: PoolId) -> bool {
        self.set_asides.values().any(|kept| kept.terms.pool == pool)
    }

    /// Whoever comes first in all lines together and has room, if that can be told from this gathering alone.
    pub(super) fn is_left_waiting(&self, time: DateTime<Utc>) -> Option<RegistrationId> {
        if !self.is_served(time) || self.cap.is_some() || self.takes_time() {
            return None;
        }
        let mut turns: Vec<_> = self.lines.values().flat_map(|line| line.turns().take(LOOKED_AT)).collect();
        turns.sort_unstable();
        for (_, _, id) in turns.into_iter().take(LOOKED_AT) {
            let one = self.known(id)?;
            let offering = &self.offerings.get(&one.offering)?.terms;
            if offering.session.is_some() || offering.requires.is_some() {
                return None;
            }
            if offering.line.serving != Serving::Automatic {
                return None;
            }
            if self.has_room(Guest::of(one), one.party.size(), time) {
                return Some(id);
            }
            if self.is_strict(offering, time) {
                // What it is short of is held for it.
                return None;
            }
        }
        None
    }
}

fn is_quiet(quiet: QuietHours, at: chrono::NaiveTime) -> bool {
    let QuietHours { from, until } = quiet;
    if from <= until { from <= at && at < until } else { from <= at || at < until }
}

/// A time that may not be, for a sentence.
pub(super) fn said(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(|| String::from("no time"), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_run_over_midnight_and_may_be_none() {
        let time = |text: &str| text.parse().unwrap();
        let night = QuietHours { from: time("21:00:00"), until: time("08:00:00") };
        for (at, quiet) in [("20:59:59", false), ("21:00:00", true), ("03:00:00", true), ("08:00:00", false)]
        {
            assert_eq!(is_quiet(night, time(at)), quiet, "{at}");
        }
        let noon = QuietHours { from: time("12:00:00"), until: time("13:00:00") };
        assert_eq!([is_quiet(noon, time("12:30:00")), is_quiet(noon, time("13:00:00"))], [true, false]);
        let never = QuietHours { from: time("08:00:00"), until: time("08:00:00") };
        assert!(!is_quiet(never, time("08:00:00")));
    }

    #[test]
    fn whoever_comes_now_comes_after_all_of_their_class() {
        let now = Turn { class: 1, joined: None };
        let first = Turn { class: 1, joined: Some(Position::new(5)) };
        let others =
            [(0, Position::new(9)), (1, Position::new(4)), (1, Position::new(6)), (2, Position::new(1))];
        assert_eq!(others.map(|other| now.comes_after(other)), [true, true, true, false]);
        assert_eq!(others.map(|other| first.comes_after(other)), [true, true, false, false]);
    }
}
