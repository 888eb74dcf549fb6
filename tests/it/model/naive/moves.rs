//! A registration moves to another offering, or another date.

use super::*;

impl Naive<'_> {
    pub(super) fn move_registration(
        &mut self,
        id: RegistrationId,
        target: GatheringId,
        offering: u16,
        new: RegistrationId,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let from = self.gathering_of(id)?;
        let now = self.begin(&[from, target], given);
        let one = self.live_one(id, now)?;
        let waited = one.claim == Claim::Waiting;
        refuse_if(!waited && one.claim != Claim::Confirmed, "not_confirmed")?;
        refuse_if(self.has_anybody_come(&one), "presence_recorded")?;
        let supersedes = Some(id);
        let (gathering, registration, maker) = (target, new, one.asked.booker());
        let (answers, needs) = (false, false);
        let asked = Asked {
            gathering,
            registration,
            offering,
            maker,
            supersedes,
            answers,
            needs,
            ..one.asked.clone()
        };
        let asked = self.can_be_asked(asked, true, now)?;
        let needs_a_yes = self.offering(target, asked.offering).unwrap().plan.approval.is_some();
        refuse_if(needs_a_yes, "needs_approval")?;
        self.end_with_dependents(&one, Ending::MovedAway, now);
        self.is_eligible(&asked, now)?;
        refuse_if(self.never_fits(&asked, asked.counted()), "never_fits")?;
        let walk = self.walk_for(&asked, now);
        let told = bookings::told(self.enter(asked, walk, waited, now)?);
        self.serve(from, now);
        if from != target {
            self.serve(target, now);
        }
        Ok(told)
    }
}
