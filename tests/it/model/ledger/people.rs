//! What takes a person's time, across gatherings.

use gather::Schedule;

use super::gathering::{Registration, names};
use super::*;

impl Ledger {
    /// Whoever takes on a place is not elsewhere at that time, and what they have besides is known as it is: nothing of
    /// it is from later than the decision.
    pub(super) fn leaves_people_free(
        &self,
        fact: &Fact,
        on: GatheringId,
        time: DateTime<Utc>,
    ) -> Result<(), Broken> {
        let gathering = &self.gatherings[&on];
        if !gathering.no_overlap {
            return Ok(());
        }
        let (offering, people) = match fact {
            Fact::RegistrationConfirmed { booking, .. } | Fact::RegistrationWaitlisted { booking, .. } => {
                (booking.offering, booking.party.named().collect())
            }
            Fact::PlaceTransferred { registration, to, .. } => {
                (gathering.one(*registration)?.booking.offering, vec![*to])
            }
            _ => return Ok(()),
        };
        let wanted = gathering.offering(offering);
        for person in people {
            for (other, id, theirs) in self.takes_the_time_of(person) {
                hold(other.time <= time, || format!("{person} had {} later", theirs.id))?;
                let both_sessions =
                    wanted.session.is_some() && other.offering(theirs.booking.offering).session.is_some();
                let judged = id != on || both_sessions;
                let free =
                    !judged || !at_once(gathering.time_of(offering), other.time_of(theirs.booking.offering));
                hold(free, || format!("{person} has {} at that time", theirs.id))?;
            }
        }
        Ok(())
    }

    fn takes_the_time_of(
        &self,
        person: PersonId,
    ) -> impl Iterator<Item = (&Gathering, GatheringId, &Registration)> {
        let theirs = self.gatherings.iter().filter(|(_, gathering)| gathering.no_overlap);
        theirs.flat_map(move |(id, gathering)| {
            let live = gathering.live().filter(move |one| names(&one.booking.party, person));
            live.map(move |one| (gathering, *id, one))
        })
    }
}

impl Gathering {
    /// When it takes place what an offering is for.
    fn time_of(&self, offering: OfferingId) -> &Schedule {
        self.offering(offering).session.map_or(&self.schedule, |session| &self.session(session).schedule)
    }
}

/// Whether two exact times have an instant in common; an end is no part of what it ends.
fn at_once(one: &Schedule, other: &Schedule) -> bool {
    let (Schedule::Exact(one), Schedule::Exact(other)) = (one, other) else { return false };
    let starts = one.start().instant().max(other.start().instant());
    let ends = one.end().instant().min(other.end().instant());
    starts < ends
}
