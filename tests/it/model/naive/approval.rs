//! Somebody says yes, or no.

use super::*;

impl Naive<'_> {
    pub(super) fn approve(&mut self, id: RegistrationId, given: DateTime<Utc>) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        let one = self.live_one(id, now)?;
        let Claim::Pending { uses_places, .. } = one.claim else { return Err(No::from("not_pending")) };
        if uses_places {
            self.done(now, Done::Approved(gathering, id, one.draws.clone(), None));
            return Ok(Told::Confirmed(id));
        }
        let (asked, people) = (&one.asked, one.asked.counted());
        self.may_come(asked, now)?;
        refuse_if(self.never_fits(asked, people), "never_fits")?;
        let mut walk = self.walk_for(asked, now);
        match self.room(asked, people, &walk, now) {
            Ok(()) => {
                let draws = self.draws(asked, people, &walk.kept, now);
                if !asked.uncounted {
                    self.record_passed(&mut walk, gathering, asked.offering, now);
                }
                self.done(now, Done::Approved(gathering, id, draws, None));
                Ok(Told::Confirmed(id))
            }
            Err(_) if self.keeps_a_line(gathering, asked.offering) => {
                let ahead = self.ahead(asked);
                self.done(now, Done::Approved(gathering, id, Vec::new(), Some(ahead)));
                if self.changes_the_line(asked) {
                    self.serve(gathering, now);
                }
                Ok(Told::Waiting(id, ahead))
            }
            Err(no) => Err(no),
        }
    }

    pub(super) fn reject(&mut self, id: RegistrationId, given: DateTime<Utc>) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        let one = self.live_one(id, now)?;
        refuse_if(!matches!(one.claim, Claim::Pending { .. }), "not_pending")?;
        self.end_with_dependents(&one, Ending::Rejected, now);
        self.serve(gathering, now);
        Ok(self.effects_besides(&[id]))
    }
}
