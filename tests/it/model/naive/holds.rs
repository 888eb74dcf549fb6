//! Places that are kept while a form is being filled in.

use super::*;
use gather::Change;

impl Naive<'_> {
    fn hold_limit(&self, asked: &Asked) -> TimeDelta {
        let offering = self.offering(asked.gathering, asked.offering).unwrap();
        TimeDelta::seconds(i64::from(offering.plan.hold_limit))
    }

    pub(super) fn hold(
        &mut self,
        asked: Asked,
        until: DateTime<Utc>,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.begin_asking(std::slice::from_ref(&asked), given);
        let asked = self.can_be_asked(asked, false, now)?;
        self.is_eligible(&asked, now)?;
        let people = asked.counted();
        refuse_if(self.never_fits(&asked, people), "never_fits")?;
        let latest = now + self.hold_limit(&asked);
        refuse_if(until <= now, "deadline_past")?;
        refuse_if(until > latest, "deadline_too_late")?;
        let mut walk = self.walk_for(&asked, now);
        self.room(&asked, people, &walk, now)?;
        let draws = self.draws(&asked, people, &walk.kept, now);
        self.supersede(&asked, now);
        if !asked.uncounted {
            self.record_passed(&mut walk, asked.gathering, asked.offering, now);
        }
        let told = Told::Held(asked.registration, until);
        self.done(now, Done::Joined(asked.clone(), How::Held { draws, until, latest }));
        self.say_needs(&asked, now);
        Ok(told)
    }

    pub(super) fn extend_hold(
        &mut self,
        id: RegistrationId,
        wanted: DateTime<Utc>,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        let Claim::Held { until, latest } = self.live_one(id, now)?.claim else {
            return Err(No::from("not_held"));
        };
        if wanted == until {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        refuse_if(wanted <= now, "deadline_past")?;
        refuse_if(wanted > latest, "deadline_too_late")?;
        self.done(now, Done::HoldExtended(gathering, id, wanted));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn confirm_hold(
        &mut self,
        id: RegistrationId,
        answers: bool,
        new: RegistrationId,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        let one = self.one(id)?;
        let was_held = matches!(one.was, Claim::Held { .. });
        if was_held && one.claim == Claim::Ended(Gone::How(Ending::Expired)) {
            return self.confirm_late(&one, answers, new, now);
        }
        let one = self.live_one(id, now)?;
        refuse_if(!matches!(one.claim, Claim::Held { .. }), "not_held")?;
        self.keeps_answers(gathering, answers)?;
        let policy = self.offering(gathering, one.asked.offering).unwrap().plan.approval;
        let pending = policy
            .map(|policy| policy.decide_within.map(|seconds| now + TimeDelta::seconds(i64::from(seconds))));
        self.done(now, Done::HoldConfirmed(gathering, id, pending));
        Ok(match pending {
            Some(_) => Told::Pending(id, true),
            None => Told::Confirmed(id),
        })
    }

    /// The time was up: so it is asked for anew, by those who held it.
    fn confirm_late(
        &mut self,
        one: &Registration,
        answers: bool,
        new: RegistrationId,
        now: DateTime<Utc>,
    ) -> Result<Told, No> {
        let (supersedes, maker) = (Some(one.id()), one.asked.booker());
        let asked =
            Asked { registration: new, supersedes, maker, answers, needs: false, ..one.asked.clone() };
        let asked = self.can_be_asked(asked, false, now)?;
        self.is_eligible(&asked, now)?;
        refuse_if(self.never_fits(&asked, asked.counted()), "never_fits")?;
        let walk = self.walk_for(&asked, now);
        self.room(&asked, asked.counted(), &walk, now)?;
        Ok(bookings::told(self.enter(asked, walk, false, now)?))
    }
}
