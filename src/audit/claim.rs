//! What happens to registrations: who comes in, who is served, who answers in time.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::finding::{Judged, Rule, breach, hold};
use super::gathering::Gathering;
use super::line::said;
use super::places::Guest;
use super::registration::{Claim, Registration};
use super::so_far::SoFar;
use crate::fact::{Booking, BookingState, Draw, Pending};
use crate::id::{OfferingId, PersonId, RegistrationId};

impl Gathering {
    /// Whether a party may book an offering at all: what it is, whom it is for, when.
    fn may_book(&self, booking: &Booking, time: DateTime<Utc>) -> Judged {
        let guest = Guest::booking(booking);
        let offering = &self.offered(booking.offering)?.terms;
        let (size, most) = (booking.party.size(), u32::from(offering.max_party.get()));
        hold(size <= most, Rule::Party, || format!("a party of {size} books, and at most {most} may"))?;
        hold(!booking.may_split || !booking.party.guests.contains(&None), Rule::Party, || {
            String::from("a party may be split, and nobody could be the booker of the rest")
        })?;
        self.can_be_had(booking.offering, time)?;
        let is_open = matches!(self.booking(time), BookingState::Open | BookingState::LineOnly);
        hold(is_open, Rule::BookingShut, || {
            format!("somebody booked while booking is {}", word(self.booking(time)))
        })?;
        self.holds_none_yet(booking.offering, booking.party.named())?;
        let is_meant = offering.only_for.is_empty() || offering.only_for.iter().any(|who| guest.is(who));
        hold(is_meant, Rule::NotEligible, || format!("offering {} is for others", booking.offering))?;
        self.could_ever_fit(guest, size)?;
        if guest.uncounted { Ok(()) } else { self.is_within_the_cap(guest.credentials, size, time) }
    }

    /// Whether none of these people holds an offering, and none is named twice.
    fn holds_none_yet(&self, offering: OfferingId, people: impl Iterator<Item = PersonId>) -> Judged {
        let mut named = std::collections::BTreeSet::new();
        for person in people {
            hold(named.insert(person), Rule::DoubleBooking, || {
                String::from("somebody has two places of one party")
            })?;
            let other = self.holder(offering, person);
            hold(other.is_none(), Rule::DoubleBooking, || {
                let other = other.map(|other| other.id.to_string()).unwrap_or_default();
                format!("somebody has registration {other} for offering {offering} already")
            })?;
        }
        Ok(())
    }

    /// Neither the gathering nor the session is over, and the session was not dropped.
    pub(super) fn can_be_had(&self, offering: OfferingId, time: DateTime<Utc>) -> Judged {
        hold(!self.is_over(time), Rule::Over, || format!("it was over at {}", said(self.schedule.ends())))?;
        let Some(session) = self.offered(offering)?.terms.session else { return Ok(()) };
        let ends = self.live_session(session)?.schedule.ends();
        hold(ends.is_none_or(|end| time < end), Rule::Over, || {
            format!("session {session} was over at {}", said(ends))
        })
    }

    fn has_no_say(&self, offering: OfferingId) -> Judged {
        hold(self.offered(offering)?.terms.approval.is_none(), Rule::Approval, || {
            format!("offering {offering} asks for approval, and nobody was asked")
        })
    }

    /// Somebody who comes now gets places: by what is free, and past nobody in silence.
    fn comes_in(
        &self,
        guest: Guest<'_>,
        people: u32,
        draws: &[Draw],
        (time, so_far): (DateTime<Utc>, &SoFar),
    ) -> Judged {
        self.admits(guest, people, draws, time)?;
        if guest.uncounted {
            return Ok(());
        }
        hold(self.booking(time) != BookingState::LineOnly, Rule::BookingShut, || {
            String::from("somebody got places while whoever books stands in line")
        })?;
        let turn = self.last_turn(guest);
        self.passes_nobody_in_silence(guest.offering, turn, so_far)?;
        self.takes_what_is_set_aside((guest.offering, turn), people, draws, so_far)
    }

    pub(super) fn confirms(&self, booking: &Booking, draws: &[Draw], at: (DateTime<Utc>, &SoFar)) -> Judged {
        self.may_book(booking, at.0)?;
        self.has_no_say(booking.offering)?;
        self.comes_in(Guest::booking(booking), booking.party.size(), draws, at)
    }

    pub(super) fn waitlists(&self, booking: &Booking, ahead: u32, time: DateTime<Utc>) -> Judged {
        self.may_book(booking, time)?;
        self.has_no_say(booking.offering)?;
        self.can_wait(booking.offering)?;
        self.tells_truly(Guest::booking(booking), ahead)?;
        self.waits_for_something(Guest::booking(booking), booking.party.size(), time)
    }

    pub(super) fn holds(
        &self,
        booking: &Booking,
        draws: &[Draw],
        (until, latest): (DateTime<Utc>, DateTime<Utc>),
        at: (DateTime<Utc>, &SoFar),
    ) -> Judged {
        self.may_book(booking, at.0)?;
        let limit = TimeDelta::seconds(i64::from(self.offered(booking.offering)?.terms.hold_limit));
        let most = at.0.checked_add_signed(limit).unwrap_or(DateTime::<Utc>::MAX_UTC).trunc_subsecs(6);
        hold(latest == most, Rule::Deadline, || {
            format!("a hold may last until {latest}, and the offering says {most}")
        })?;
        lasts(until, latest, at.0)?;
        self.comes_in(Guest::booking(booking), booking.party.size(), draws, at)
    }

    pub(super) fn requests(
        &self,
        booking: &Booking,
        draws: &[Draw],
        pending: Pending,
        at: (DateTime<Utc>, &SoFar),
    ) -> Judged {
        self.may_book(booking, at.0)?;
        let (offering, guest) = (booking.offering, Guest::booking(booking));
        self.is_asked(offering, Some(pending), at.0)?;
        let approval = self.offered(offering)?.terms.approval;
        let may_keep = approval.is_some_and(|approval| approval.pending_uses_places);
        if pending.uses_places {
            hold(may_keep, Rule::Approval, || {
                format!("offering {offering} keeps no places for those who wait for approval")
            })?;
            return self.comes_in(guest, booking.party.size(), draws, at);
        }
        hold(draws.is_empty(), Rule::Draws, || String::from("it keeps no places, and draws on a set-aside"))?;
        if may_keep { self.waits_for_something(guest, booking.party.size(), at.0) } else { Ok(()) }
    }

    /// Whether somebody is asked to say yes if and only if the offering says so, and for as long as it says.
    fn is_asked(&self, offering: OfferingId, pending: Option<Pending>, time: DateTime<Utc>) -> Judged {
        let approval = self.offered(offering)?.terms.approval;
        hold(approval.is_some() == pending.is_some(), Rule::Approval, || {
            let asks = if approval.is_some() { "asks" } else { "does not ask" };
            format!("offering {offering} {asks} for approval")
        })?;
        let (Some(approval), Some(pending)) = (approval, pending) else { return Ok(()) };
        let within = approval.decide_within.map(|seconds| TimeDelta::seconds(i64::from(seconds)));
        let until = within.and_then(|within| time.checked_add_signed(within));
        hold(pending.until == until, Rule::Deadline, || {
            format!(
                "it waits for approval until {}, and the offering says {}",
                said(pending.until),
                said(until)
            )
        })
    }

    /// Somebody wants what there is afterwards, or is interested.
    pub(super) fn asks(&self, booking: &Booking) -> Judged {
        self.offered(booking.offering)?;
        self.holds_none_yet(booking.offering, booking.party.named())
    }

    pub(super) fn is_interested(&self, booking: &Booking, time: DateTime<Utc>) -> Judged {
        let state = self.booking(time);
        let cannot_book = matches!(state, BookingState::NotYet | BookingState::InterestOnly);
        hold(cannot_book, Rule::BookingShut, || {
            format!("an interest was noted while booking is {}", word(state))
        })?;
        self.asks(booking)
    }

    pub(super) fn promotes(&self, id: RegistrationId, draws: &[Draw], at: (DateTime<Utc>, &SoFar)) -> Judged {
        let one = self.live(id)?;
        self.serves(one, draws, at.0)?;
        self.is_served_at_once(one.offering)?;
        self.comes_first(one, draws, at.1)
    }

    pub(super) fn offers(
        &self,
        id: RegistrationId,
        draws: &[Draw],
        respond_by: DateTime<Utc>,
        at: (DateTime<Utc>, &SoFar),
    ) -> Judged {
        let one = self.live(id)?;
        self.serves(one, draws, at.0)?;
        self.can_answer(one.offering, respond_by, at.0)?;
        self.comes_first(one, draws, at.1)
    }

    fn comes_first(&self, one: &Registration, draws: &[Draw], so_far: &SoFar) -> Judged {
        let turn = self.turn(one);
        self.passes_nobody_in_silence(one.offering, turn, so_far)?;
        self.takes_what_is_set_aside((one.offering, turn), one.party.size(), draws, so_far)
    }

    pub(super) fn accepts(&self, id: RegistrationId, time: DateTime<Utc>) -> Judged {
        let one = self.live(id)?;
        let Claim::Offered { respond_by } = one.claim else {
            return Err(breach(
                Rule::NotOffered,
                format!("it was accepted and not offered, but {}", one.claim.word()),
            ));
        };
        hold(time < respond_by, Rule::TooLate, || format!("the offer stood until {respond_by}"))?;
        self.can_be_had(one.offering, time)
    }

    pub(super) fn extends(&self, id: RegistrationId, until: DateTime<Utc>, time: DateTime<Utc>) -> Judged {
        let one = self.live(id)?;
        let latest = self.is_held(one, time)?;
        lasts(until, latest, time)
    }

    pub(super) fn confirms_hold(
        &self,
        id: RegistrationId,
        pending: Option<Pending>,
        time: DateTime<Utc>,
    ) -> Judged {
        let one = self.live(id)?;
        self.is_held(one, time)?;
        self.is_asked(one.offering, pending, time)?;
        hold(pending.is_none_or(|pending| pending.uses_places), Rule::Approval, || {
            String::from("it had its places and gave them up to wait for approval")
        })
    }

    /// The latest that a hold can be put off to, if it is one still.
    fn is_held(
        &self,
        one: &Registration,
        time: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, super::finding::Breach> {
        let Claim::Held { until, latest } = one.claim else {
            return Err(breach(Rule::NotHeld, format!("it was not held, but {}", one.claim.word())));
        };
        hold(time < until, Rule::TooLate, || format!("the hold stood until {until}"))?;
        self.can_be_had(one.offering, time)?;
        Ok(latest)
    }

    pub(super) fn approves(
        &self,
        id: RegistrationId,
        draws: &[Draw],
        ahead: Option<u32>,
        at: (DateTime<Utc>, &SoFar),
    ) -> Judged {
        let (one, time) = (self.live(id)?, at.0);
        let Claim::Pending { uses_places, until } = one.claim else {
            let says = format!("it was approved and did not wait for that, but is {}", one.claim.word());
            return Err(breach(Rule::NotPending, says));
        };
        hold(until.is_none_or(|until| time < until), Rule::TooLate, || {
            format!("it could be approved until {}", said(until))
        })?;
        self.can_be_had(one.offering, time)?;
        let (guest, people) = (Guest::of(one), one.party.size());
        let Some(ahead) = ahead else {
            if uses_places {
                return hold(draws == one.draws, Rule::Draws, || {
                    String::from("it draws on others than before")
                });
            }
            return self.comes_in(guest, people, draws, at);
        };
        hold(!uses_places, Rule::Approval, || String::from("it had its places and was sent to the line"))?;
        hold(draws.is_empty(), Rule::Draws, || String::from("it has no places, and draws on a set-aside"))?;
        self.can_wait(one.offering)?;
        self.tells_truly(guest, ahead)?;
        self.waits_for_something(guest, people, time)
    }

    pub(super) fn reconfirms(&self, id: RegistrationId, time: DateTime<Utc>) -> Judged {
        let one = self.live(id)?;
        let is_open = self.round.is_some_and(|round| time < round.until);
        hold(is_open && one.is_silent(), Rule::Reconfirmation, || {
            String::from("it was not asked whether new dates suit, or has answered")
        })?;
        self.can_be_had(one.offering, time)
    }
}

impl Gathering {
    /// Whoever answers the invitation to a registration has a place by it.
    pub(super) fn answers(&self, id: RegistrationId, person: PersonId, time: DateTime<Utc>) -> Judged {
        let one = self.live(id)?;
        let is_on_it = one.party.named().any(|named| named == person);
        hold(one.claim == Claim::Confirmed && is_on_it, Rule::NotInvited, || {
            format!("person {person} answers an invitation to what they have no place by")
        })?;
        self.can_be_had(one.offering, time)
    }
}

impl Gathering {
    /// There is, or was, such a registration. Of those of a gathering that is called off or archived nothing is known any more.
    pub(super) fn was_made(&self, id: RegistrationId) -> Judged {
        let was_made = self.is_gone() || self.known(id).is_some() || self.past.contains_key(&id);
        hold(was_made, Rule::UnknownRegistration, || {
            String::from("there is no such registration on the gathering")
        })
    }

    /// Whoever says something by a registration is on it; of one that has ended it is not known who was.
    pub(super) fn is_on_it(&self, id: RegistrationId, person: PersonId) -> Judged {
        self.was_made(id)?;
        let is_on_it = self.known(id).is_none_or(|one| one.party.named().any(|named| named == person));
        hold(is_on_it, Rule::NotOnIt, || format!("person {person} is not on the registration"))
    }

    /// Whoever a note is about is the booker.
    pub(super) fn has_booked(&self, id: RegistrationId, booker: PersonId) -> Judged {
        self.was_made(id)?;
        let is_booker = self.known(id).is_none_or(|one| one.party.booker == booker);
        hold(is_booker, Rule::NotOnIt, || format!("person {booker} is not the booker of the registration"))
    }

    /// Whoever needs something comes, or wants to, and there is a key for it.
    pub(super) fn needs(&self, id: RegistrationId, person: PersonId, time: DateTime<Utc>) -> Judged {
        let one = self.live(id)?;
        self.is_on_it(id, person)?;
        self.keeps_needs()?;
        self.can_be_had(one.offering, time)
    }
}

/// Whether a hold lasts for a while, and no longer than it may.
fn lasts(until: DateTime<Utc>, latest: DateTime<Utc>, time: DateTime<Utc>) -> Judged {
    hold(time < until && until <= latest, Rule::Deadline, || {
        format!("a hold lasts from {time} until {until}, and may last until {latest}")
    })
}

pub(super) fn word(state: BookingState) -> &'static str {
    match state {
        BookingState::NotYet => "not open yet",
        BookingState::InterestOnly => "open for interest only",
        BookingState::Open => "open",
        BookingState::Paused => "paused",
        BookingState::LineOnly => "open for the line only",
        BookingState::Closed => "closed",
    }
}
