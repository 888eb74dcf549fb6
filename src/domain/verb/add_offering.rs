//! Add an offering: something more to book on a gathering that is announced already.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, layout};
use crate::fact::{Fact, Offering, Pool};
use crate::id::{GatheringId, OfferingId, PoolId};

/// Adds something to book, with the pools that it needs: a place in a session, a dinner, a second coach.
///
/// The offering may draw on pools that the gathering has. One that is for a session has pools of its own, shared at most
/// with other offerings for the same session.
///
/// # Refusals
/// In this order: unknown gathering, called off, over; parts that do not fit together ([`LayoutProblem`]), a name that
/// is not taken; unknown session, session dropped.
///
/// [`LayoutProblem`]: crate::LayoutProblem
///
/// # Example
/// ```
/// use gather::{AddOffering, Desk, Gathering, Offering, OfferingId, Pool, PoolId, Venue};
///
/// let desk = Desk::in_memory();
/// let conference = Gathering::conference("The Changing Landscape", Venue::new("Central Library")).places(120);
/// let conference = desk.announce(conference)?.outcome;
///
/// let (dinner, tables) = (OfferingId::new(2), PoolId::new(2));
/// let offering = Offering::new(dinner, "dinner", [tables]).requires(OfferingId::ONLY);
/// drop(desk.execute(AddOffering::new(conference, offering).pool(Pool::new(tables, "tables", 40)))?);
/// assert_eq!(desk.gathering(conference)?.offerings[1].left, Some(40));
/// # Ok::<(), gather::Failure>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "add-on")]
#[doc(alias = "ticket type")]
pub struct AddOffering {
    gathering: GatheringId,
    offering: Offering,
    pools: Vec<Pool>,
}

impl AddOffering {
    /// Adds an offering that draws on pools which the gathering has, or which come with it.
    #[must_use]
    pub fn new(gathering: GatheringId, offering: Offering) -> Self {
        Self { gathering, offering: offering.whole(), pools: Vec::new() }
    }

    /// Brings a pool along.
    #[must_use]
    pub fn pool(mut self, pool: Pool) -> Self {
        self.pools.push(pool);
        self
    }
}

impl Decide for AddOffering {
    type Outcome = OfferingId;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<OfferingId, Refusal> {
        let Self { offering, pools, .. } = self;
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        let plan = &gathering.cell.plan;
        let all_pools: Vec<PoolId> =
            plan.pool_ids().into_iter().chain(pools.iter().map(|pool| pool.id)).collect();
        let all_offerings: Vec<Offering> =
            plan.offerings.iter().map(|known| &**known).chain([offering]).cloned().collect();
        layout::check(&all_pools, &all_offerings)?;
        layout::check_names(pools, std::slice::from_ref(offering))?;
        decision.session_must_stand(&gathering, offering)?;
        decision.record(Fact::OfferingAdded {
            gathering: gathering.id,
            offering: offering.clone(),
            pools: pools.clone(),
        });
        Ok(offering.id)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("add offering");
        clear.gathering(self.gathering).offered(&self.offering);
        clear.each(self.pools.iter(), |clear, pool| {
            clear.pool(pool);
        });
        clear
    }

    fn recall(&self, _: &Context, _: &[Fact]) -> Option<OfferingId> {
        Some(self.offering.id)
    }
}
