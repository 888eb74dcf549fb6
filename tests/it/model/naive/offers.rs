//! Places that are offered to whoever is next in line.

use super::times::{ends, out_of_quiet, quiet_since, starts};
use super::*;
use gather::testkit::ServingPlan;
use gather::{BookingState, Change};

impl Naive<'_> {
    /// Until when somebody can answer who is offered a place now; `None` where there is no time to.
    pub(super) fn respond_by(
        &self,
        gathering: GatheringId,
        offering: u16,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let serving = self.offering(gathering, offering)?.plan.line.serving;
        let ServingPlan::Offer { respond_within, quiet } = serving else { return None };
        if self.booking(gathering, now) != BookingState::Open {
            return None;
        }
        let mut until = out_of_quiet(now + TimeDelta::seconds(i64::from(respond_within)), quiet);
        let closes = self.last_moment(gathering);
        if let Some(closes) = closes.filter(|closes| until > *closes) {
            until = quiet_since(closes, quiet).map_or(closes, |began| began - TimeDelta::seconds(1));
        }
        (until > now).then_some(until)
    }

    /// When booking closes by itself if nothing is said by hand, else the end; `None` while that is not known.
    fn last_moment(&self, gathering: GatheringId) -> Option<DateTime<Utc>> {
        let (of, when) = (self.of(gathering), self.when(gathering));
        let with_the_start = of.by_hand.is_none() && !of.plan.until_the_end;
        if with_the_start { starts(when) } else { ends(when) }
    }

    pub(super) fn accept_offer(&mut self, id: RegistrationId, given: DateTime<Utc>) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        let one = self.live_one(id, now)?;
        refuse_if(!matches!(one.claim, Claim::Offered { .. }), "not_offered")?;
        self.done(now, Done::OfferAccepted(gathering, id));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn end_offer(
        &mut self,
        id: RegistrationId,
        how: Ending,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        let one = self.live_one(id, now)?;
        refuse_if(!matches!(one.claim, Claim::Offered { .. }), "not_offered")?;
        self.end_with_dependents(&one, how, now);
        self.serve(gathering, now);
        Ok(self.effects_besides(&[id]))
    }
}
