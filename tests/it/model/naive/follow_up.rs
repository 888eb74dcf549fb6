//! Somebody wants what there is afterwards, or would like to know when it can be booked.

use super::*;
use gather::BookingState;

impl Naive<'_> {
    pub(super) fn follow_up(&mut self, asked: Asked, given: DateTime<Utc>) -> Result<Told, No> {
        let gathering = asked.gathering;
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        let asked = Asked { offering: self.which_offering(gathering, asked.offering)?, ..asked };
        let of = self.of(gathering);
        refuse_if(of.called_off, "gathering_cancelled")?;
        refuse_if(of.archived, "gathering_archived")?;
        self.is_announced(gathering)?;
        self.note(asked, How::FollowUp, now)
    }

    pub(super) fn note_interest(&mut self, asked: Asked, given: DateTime<Utc>) -> Result<Told, No> {
        let gathering = asked.gathering;
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        let asked = Asked { offering: self.which_offering(gathering, asked.offering)?, ..asked };
        self.stands(gathering)?;
        self.is_announced(gathering)?;
        refuse_if(self.over(gathering, now), "gathering_over")?;
        match self.booking(gathering, now) {
            BookingState::Open | BookingState::LineOnly => return Err(No::from("booking_open")),
            BookingState::Paused => return Err(No::from("booking_paused")),
            BookingState::Closed => return Err(No::from("booking_closed")),
            BookingState::NotYet | BookingState::InterestOnly => {}
        }
        self.note(asked, How::Interested, now)
    }

    fn note(&mut self, asked: Asked, how: How, now: DateTime<Utc>) -> Result<Told, No> {
        self.knows_all(&[asked.booker()])?;
        let same = self.same_offering(&asked);
        refuse_if(same.iter().any(|one| one.asked.names(asked.booker())), "already_registered")?;
        let id = asked.registration;
        self.done(now, Done::Joined(asked, how));
        Ok(Told::Noted(id))
    }
}
