//! People of a registration: handed over, split, changed; and seen.

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::{Judged, Rule, breach, hold};
use super::gathering::Gathering;
use super::places::Guest;
use super::registration::{Claim, Registration};
use super::so_far::SoFar;
use crate::fact::{BookingState, Draw, Party, Presence};
use crate::id::{PersonId, RegistrationId};

/// A place of a party that changes hands.
#[derive(Clone, Copy)]
pub(super) struct HandOver {
    pub(super) place: u16,
    pub(super) from: Option<PersonId>,
    pub(super) to: PersonId,
}

impl Gathering {
    pub(super) fn hands_over(
        &self,
        id: RegistrationId,
        HandOver { place, from, to }: HandOver,
        (time, so_far): (DateTime<Utc>, &SoFar),
    ) -> Judged {
        let one = self.live(id)?;
        hold(one.party.at(place) == Some(from), Rule::NotTheirPlace, || {
            format!("place {place} was handed over by somebody who did not have it")
        })?;
        let other = self.holder(one.offering, to);
        hold(other.is_none(), Rule::DoubleBooking, || {
            let other = other.map(|other| other.id.to_string()).unwrap_or_default();
            format!(
                "whoever gets place {place} has registration {other} for offering {} already",
                one.offering
            )
        })?;
        match so_far.handed_over {
            None => self.can_be_had_still(one, time),
            Some(first) => hold(first == (from, to) && from.is_some(), Rule::NotTheirPlace, || {
                format!("place {place} of somebody else goes along")
            }),
        }
    }

    /// As for what can be had, but that the session may have been dropped: that is told of elsewhere.
    fn can_be_had_still(&self, one: &Registration, time: DateTime<Utc>) -> Judged {
        let offering = &self.offered(one.offering)?.terms;
        let ends = self.time_of(offering).and_then(crate::schedule::Schedule::ends);
        let is_over = self.is_over(time) || ends.is_some_and(|end| end <= time);
        hold(!is_over, Rule::Over, || String::from("a place in what is over was handed over"))
    }

    pub(super) fn splits(&self, id: RegistrationId, keep: u16) -> Judged {
        let one = self.live(id)?;
        hold(one.claim == Claim::Waiting, Rule::NotWaiting, || {
            format!("it was split and was not waiting, but {}", one.claim.word())
        })?;
        let size = one.party.size();
        let may = one.may_split && keep > 0 && u32::from(keep) < size;
        hold(may, Rule::Party, || format!("a party of {size} was split after {keep}, and may not be"))
    }

    /// The party and the draws are what they were, less those that left and with those that came; and if more come, by what
    /// is free for them.
    pub(super) fn changes(
        &self,
        id: RegistrationId,
        (removed, added): (&[u16], &[Option<PersonId>]),
        draws: &[Draw],
        at: (DateTime<Utc>, &SoFar),
    ) -> Judged {
        let one = self.live(id)?;
        let can_change = !matches!(one.claim, Claim::Offered { .. } | Claim::FollowUp | Claim::Interested);
        hold(can_change, Rule::PartyChange, || format!("its party changed, and it is {}", one.claim.word()))?;
        self.can_be_had_still(one, at.0)?;
        let party = changed(one, removed, added)?;
        self.nobody_scanned_gets_another_number(one, removed)?;
        added.iter().flatten().try_for_each(|person| self.is_new_to(one, *person))?;
        let (old, new) = (one.party.size(), party.size());
        let most = u32::from(self.offered(one.offering)?.terms.max_party.get());
        hold(new <= old || new <= most, Rule::Party, || {
            format!("a party grew to {new}, and at most {most} may book")
        })?;
        hold(!one.may_split || !party.guests.contains(&None), Rule::Party, || {
            String::from("a party may be split, and nobody could be the booker of the rest")
        })?;
        hold(new <= old || one.claim != Claim::Waiting, Rule::Party, || {
            String::from("it grew while in line")
        })?;
        if new > old && one.claim.uses_places() && !one.uncounted {
            return self.more_come(one, new - old, draws, at);
        }
        self.draws_are_cut(one, &party, draws)
    }

    fn nobody_scanned_gets_another_number(&self, one: &Registration, removed: &[u16]) -> Judged {
        let Some(first) = removed.iter().min() else { return Ok(()) };
        let size = u16::try_from(one.party.size()).unwrap_or(u16::MAX);
        let seen = (*first..=size).find(|place| self.check_in.has_seen((one.id, *place)));
        hold(seen.is_none(), Rule::PartyChange, || {
            format!("place {} is another now, and somebody was scanned on it", seen.unwrap_or_default())
        })
    }

    fn is_new_to(&self, one: &Registration, person: PersonId) -> Judged {
        let other = self.holder(one.offering, person);
        hold(other.is_none(), Rule::DoubleBooking, || {
            let other = other.map(|other| other.id.to_string()).unwrap_or_default();
            format!("whoever comes has registration {other} for offering {} already", one.offering)
        })
    }

    fn more_come(
        &self,
        one: &Registration,
        more: u32,
        draws: &[Draw],
        at: (DateTime<Utc>, &SoFar),
    ) -> Judged {
        let guest = Guest::of(one);
        let new: Vec<Draw> =
            draws.iter().map(|draw| less(*draw, &one.draws)).filter(|draw| draw.places > 0).collect();
        self.admits(guest, more, &new, at.0)?;
        hold(self.booking(at.0) != BookingState::LineOnly, Rule::BookingShut, || {
            String::from("somebody got places while whoever books stands in line")
        })?;
        let turn = self.last_turn(guest);
        self.passes_nobody_in_silence(one.offering, turn, at.1)?;
        self.takes_what_is_set_aside((one.offering, turn), more, &new, at.1)
    }

    /// Of what was drawn before as much is kept as the party still takes.
    fn draws_are_cut(&self, one: &Registration, party: &Party, draws: &[Draw]) -> Judged {
        let is_less = draws.iter().all(|draw| {
            one.draws.iter().any(|before| before.set_aside == draw.set_aside && draw.places <= before.places)
        });
        let size = if one.uncounted { 0 } else { u64::from(party.size()) };
        let pools = &self.offered(one.offering)?.terms.pools;
        let mut pools = pools.iter();
        let as_many =
            pools.all(|pool| self.drawn_of(*pool, draws) == self.drawn_of(*pool, &one.draws).min(size));
        hold(is_less && as_many, Rule::Draws, || {
            format!("a party of {size} does not keep what it drew before")
        })
    }

    pub(super) fn sees(
        &self,
        id: RegistrationId,
        (place, presence): (u16, Presence),
        seen_at: DateTime<Utc>,
        flagged: bool,
    ) -> Judged {
        let known = self.known(id);
        let size = known.map(|one| one.party.size()).or_else(|| self.past.get(&id).copied());
        let Some(size) = size else {
            return Err(breach(Rule::UnknownRegistration, "there is no such registration on the gathering"));
        };
        hold(place > 0 && u32::from(place) <= size, Rule::Presence, || {
            format!("somebody was seen on place {place} of {size}")
        })?;
        let is_confirmed = known.is_some_and(|one| one.claim == Claim::Confirmed);
        hold(flagged != is_confirmed, Rule::Presence, || {
            let word = known.map_or("ended", |one| one.claim.word());
            format!(
                "somebody was seen whose registration is {word}, and it was{} flagged",
                if flagged { "" } else { " not" }
            )
        })?;
        hold(presence != Presence::NoShow, Rule::Presence, || {
            String::from("that somebody did not come is for the books to say")
        })?;
        let came = matches!(presence, Presence::Attended | Presence::Late);
        let start = self.schedule.starts();
        let day_before = start.and_then(|start| start.checked_sub_signed(TimeDelta::days(1)));
        let can_be = start.is_some() && (!came || day_before.is_none_or(|first| first <= seen_at));
        hold(can_be, Rule::TooEarly, || String::from("somebody was seen before it began"))
    }
}

/// The party after a change.
pub(super) fn changed(
    one: &Registration,
    removed: &[u16],
    added: &[Option<PersonId>],
) -> Result<Party, super::finding::Breach> {
    let places = one.party.size();
    for place in removed {
        hold(one.party.at(*place).is_some(), Rule::PartyChange, || {
            format!("place {place} was taken away, and there are {places}")
        })?;
    }
    if let Some(first) = removed.iter().min() {
        let seen = one.seen.iter().find(|place| first <= *place);
        hold(seen.is_none(), Rule::PartyChange, || {
            format!("place {} is another now, and somebody was seen on it", seen.copied().unwrap_or_default())
        })?;
    }
    let after = after_change(&one.party, removed, added);
    hold(!removed.contains(&1) || after.booker != one.party.booker, Rule::PartyChange, || {
        String::from("the booker's place was taken away, and nobody else of the party has a name")
    })?;
    Ok(after)
}

/// The places that stay in their order, then those that came. Where the booker goes, the first with a name who stays is it.
pub(super) fn after_change(party: &Party, removed: &[u16], added: &[Option<PersonId>]) -> Party {
    let stays = |nth: usize| !removed.iter().any(|place| usize::from(*place) == nth.saturating_add(2));
    let staying = party.guests.iter().enumerate().filter(|(nth, _)| stays(*nth)).map(|(_, guest)| *guest);
    let mut staying: Vec<Option<PersonId>> = staying.collect();
    let heir = if removed.contains(&1) { staying.iter().position(Option::is_some) } else { None };
    let booker = heir.and_then(|heir| staying.remove(heir)).unwrap_or(party.booker);
    staying.extend_from_slice(added);
    Party { booker, guests: staying }
}

/// What is drawn more than before.
fn less(draw: Draw, before: &[Draw]) -> Draw {
    let was = before.iter().find(|other| other.set_aside == draw.set_aside).map_or(0, |other| other.places);
    Draw { places: draw.places.saturating_sub(was), ..draw }
}
