//! Why registrations end, and places change hands: no capacity and no date ends one. What ends was named, or its time was
//! up, or it is for a session that was dropped, or it needed what has just ended.

use gather::Silence;

use super::*;

impl Gathering {
    pub(super) fn has_a_reason(
        &self,
        fact: &Fact,
        time: DateTime<Utc>,
        so_far: &mut SoFar,
    ) -> Result<(), Broken> {
        match fact {
            Fact::SessionDropped { session, .. } => {
                so_far.dropped.insert(*session);
            }
            Fact::RegistrationEnded { registration, how, .. } => {
                let one = self.one(*registration)?;
                let lost = self.needed_what_ended(one, *how, so_far);
                hold(lost || self.ends_by_itself(one, *how, time, so_far), || {
                    format!("{registration} ends without a reason")
                })?;
                hold(so_far.asked_for <= 1, || String::from("nobody asked for that to end"))?;
                so_far.ended.push((*registration, *how));
            }
            Fact::MovedToFollowUp { registration, .. } => {
                let one = self.one(*registration)?;
                hold(self.is_up(one, Silence::FollowUp, time), || String::from("nobody was asked"))?;
                so_far.ended.push((*registration, Ending::NotReconfirmed));
            }
            Fact::PlaceTransferred { from, to, .. } => {
                let is_first = so_far.handed_over.is_none();
                let first = *so_far.handed_over.get_or_insert((*from, *to));
                hold(first == (*from, *to), || String::from("a place of somebody else goes along"))?;
                hold(is_first || from.is_some(), || String::from("nobody's place goes along"))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether its time to say that new dates suit is up, and this comes of silence.
    fn is_up(&self, one: &Registration, silence: Silence, time: DateTime<Utc>) -> bool {
        let round = self.round().filter(|round| round.until <= time && round.on_silence == silence);
        round.is_some() && one.is_silent()
    }

    /// Whether it stood on a registration that ended so just before, or gives up its places just after.
    fn needed_what_ended(&self, one: &Registration, how: Ending, so_far: &SoFar) -> bool {
        let Some(required) = self.offering(one.booking.offering).requires else { return false };
        if !one.takes_time() {
            return false;
        }
        let stood_on = |other: &&Registration| {
            other.booking.offering == required && one.booking.party.named().any(|person| other.names(person))
        };
        let mut bases = self.registrations.iter().filter(stood_on);
        bases.any(|other| {
            let gives_up = how == Ending::NotReconfirmed && other.claim == Claim::Confirmed && other.asked;
            so_far.ended.contains(&(other.id, how)) || gives_up
        })
    }

    fn ends_by_itself(
        &self,
        one: &Registration,
        how: Ending,
        time: DateTime<Utc>,
        so_far: &mut SoFar,
    ) -> bool {
        match how {
            Ending::Expired => one.deadline().is_some_and(|deadline| deadline <= time),
            Ending::NotReconfirmed => self.is_up(one, Silence::Release, time),
            Ending::Superseded => one.claim == Claim::Asks,
            Ending::Displaced => one.uses_places() && !one.booking.uncounted,
            Ending::Declined | Ending::OfferWithdrawn | Ending::Rejected | Ending::MovedAway => {
                so_far.asked_for += 1;
                match how {
                    Ending::Rejected => matches!(one.claim, Claim::Pending { .. }),
                    Ending::MovedAway => matches!(one.claim, Claim::Confirmed | Claim::Waiting),
                    _ => matches!(one.claim, Claim::Offered { .. }),
                }
            }
            Ending::Attendee | Ending::Organiser => {
                let session = self.offering(one.booking.offering).session;
                let was_dropped = session.is_some_and(|session| so_far.dropped.contains(&session));
                // All that somebody had ends at once when they are forgotten, with what needed it.
                let needs = self.offering(one.booking.offering).requires.is_some();
                let theirs = so_far.forgotten.contains(&one.booking.party.booker);
                let goes_along = theirs || needs && !so_far.forgotten.is_empty();
                so_far.asked_for += usize::from(!was_dropped && !goes_along);
                !was_dropped || how == Ending::Organiser
            }
            _ => false,
        }
    }
}
