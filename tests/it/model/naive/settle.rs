//! What is due by the time of a decision is written first.

use super::*;

impl Naive<'_> {
    /// Begins a decision on some gatherings, with what is due in them. Says when it is taken.
    pub(super) fn begin(&mut self, gatherings: &[GatheringId], given: DateTime<Utc>) -> DateTime<Utc> {
        let now = gatherings.iter().map(|gathering| self.now(*gathering, given)).max().unwrap_or(given);
        let mut settled = Vec::new();
        for gathering in gatherings {
            if !settled.contains(gathering) {
                self.settle(*gathering, now);
                settled.push(*gathering);
            }
        }
        now
    }

    /// The same for parties that ask.
    pub(super) fn begin_asking(&mut self, parts: &[Asked], given: DateTime<Utc>) -> DateTime<Utc> {
        let gatherings: Vec<GatheringId> = parts.iter().map(|part| part.gathering).collect();
        self.begin(&gatherings, given)
    }

    pub(super) fn only_settle(&mut self, gathering: GatheringId, given: DateTime<Utc>) -> Result<Told, No> {
        refuse_if(self.known(gathering).is_none(), "unknown_gathering")?;
        self.begin(&[gathering], given);
        Ok(self.effects())
    }

    fn settle(&mut self, gathering: GatheringId, now: DateTime<Utc>) {
        let Some(of) = self.known(gathering) else { return };
        if of.called_off || of.draft || of.completed || of.archived {
            return;
        }
        let live = of.registrations.iter().filter(|one| one.claim.is_live());
        let due = live.filter_map(|one| Some((one.claim.deadline()?, one.joined, one.id())));
        let mut due: Vec<_> = due.filter(|(deadline, ..)| *deadline <= now).collect();
        due.sort();
        for (_, _, id) in due {
            self.end_if_live(id, Ending::Expired, now);
        }
        self.close_round(gathering, now);
        self.serve(gathering, now);
    }

    /// Ends a registration, with all that cannot be without it, unless it has ended by now.
    pub(super) fn end_if_live(&mut self, id: RegistrationId, how: Ending, now: DateTime<Utc>) {
        let one = self.one(id).unwrap();
        if one.claim.is_live() {
            self.end_with_dependents(&one, how, now);
        }
    }

    /// Ends a registration with all that cannot be without it: first itself, then those, one after the other.
    pub(super) fn end_with_dependents(&mut self, one: &Registration, how: Ending, now: DateTime<Utc>) {
        self.done(now, Done::Ended(one.asked.gathering, one.id(), how));
        self.end_dependents(one, how, now);
    }

    pub(super) fn end_dependents(&mut self, one: &Registration, how: Ending, now: DateTime<Utc>) {
        for dependent in self.dependents(&one.asked) {
            self.end_with_dependents(&dependent, how, now);
        }
    }
}
