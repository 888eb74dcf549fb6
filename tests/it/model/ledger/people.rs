//! What takes a person's time, across gatherings.

use gather::Schedule;

use super::*;

impl Ledger {
    /// Whoever takes on a place has no other date of its series, and is not elsewhere at that time. Whoever is let in from
    /// a line has had no other place meanwhile.
    pub(super) fn leaves_people_free(
        &self,
        fact: &Fact,
        on: GatheringId,
        time: DateTime<Utc>,
    ) -> Result<(), Broken> {
        let gathering = &self.gatherings[&on];
        let own = |registration: &RegistrationId| gathering.one(*registration);
        let (id, offering, people, from_line) = match fact {
            Fact::RegistrationConfirmed { registration, booking, .. }
            | Fact::RegistrationWaitlisted { registration, booking, .. }
            | Fact::RegistrationHeld { registration, booking, .. }
            | Fact::ApprovalRequested { registration, booking, .. } => {
                (*registration, booking.offering, booking.party.named().collect(), false)
            }
            Fact::PlaceTransferred { registration, to, .. } => {
                (*registration, own(registration)?.booking.offering, vec![*to], false)
            }
            Fact::PartyChanged { registration, added, .. } => {
                let added = added.iter().copied().flatten().collect();
                (*registration, own(registration)?.booking.offering, added, false)
            }
            Fact::RegistrationPromoted { registration, .. } | Fact::PlaceOffered { registration, .. } => {
                let booking = &own(registration)?.booking;
                (*registration, booking.offering, booking.party.named().collect(), true)
            }
            _ => return Ok(()),
        };
        for person in people {
            self.is_free(person, (on, id), offering, from_line, time)?;
        }
        Ok(())
    }

    fn is_free(
        &self,
        person: PersonId,
        (on, id): (GatheringId, RegistrationId),
        offering: OfferingId,
        from_line: bool,
        time: DateTime<Utc>,
    ) -> Result<(), Broken> {
        let gathering = &self.gatherings[&on];
        let wanted = gathering.offering(offering);
        for (other, there) in &self.gatherings {
            if there.is_completed() {
                continue;
            }
            for theirs in there.live().filter(|theirs| theirs.id != id && theirs.names(person)) {
                let is_past = theirs.deadline().is_some_and(|deadline| deadline <= time);
                let counts = if from_line { theirs.uses_places() } else { theirs.takes_time() };
                if is_past || !counts {
                    continue;
                }
                let series = gathering.announcement.series;
                let same_series = series.is_some() && there.announcement.series == series;
                hold(*other == on || !same_series, || format!("{person} has another date: {}", theirs.id))?;
                let both_sessions =
                    wanted.session.is_some() && there.offering(theirs.booking.offering).session.is_some();
                let is_judged = gathering.announcement.no_overlap
                    && there.announcement.no_overlap
                    && (*other != on || both_sessions);
                let free = !is_judged
                    || !at_once(gathering.time_of(offering), there.time_of(theirs.booking.offering));
                hold(free, || format!("{person} has {} at that time", theirs.id))?;
            }
        }
        Ok(())
    }
}

impl Gathering {
    /// When it takes place what an offering is for.
    fn time_of(&self, offering: OfferingId) -> &Schedule {
        self.offering(offering).session.map_or(&self.schedule, |session| &self.session(session).schedule)
    }

    /// Whether its books are closed: what is in them is over.
    pub(super) fn is_completed(&self) -> bool {
        matches!(self.life, gathering::Life::Completed | gathering::Life::Archived)
    }
}

/// Whether two exact times have an instant in common; an end is no part of what it ends.
fn at_once(one: &Schedule, other: &Schedule) -> bool {
    let (Schedule::Exact(one), Schedule::Exact(other)) = (one, other) else { return false };
    let starts = one.start().instant().max(other.start().instant());
    let ends = one.end().instant().min(other.end().instant());
    starts < ends
}
