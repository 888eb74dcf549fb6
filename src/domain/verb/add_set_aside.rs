//! Set places aside: for members, for a code, for an organisation, until a release time.

use super::hold::check_deadline;
use crate::domain::capacity;
use crate::domain::cells::PoolCell;
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, waiting_list};
use crate::fact::{BookingTime, Capacity, Fact, SetAside};
use crate::id::{GatheringId, PoolId, SetAsideId};

/// Keeps places of a pool for some people until they are released. Whoever has a place keeps it: where fewer are free than
/// are set aside, what is given back fills the set-aside first.
///
/// # Refusals
/// In this order: unknown gathering, unknown pool, gathering called off, completed or archived, a set-aside of this
/// number that is there already, one for nobody, more set aside in all than the pool takes, a release that is not ahead.
///
/// # Example
/// ```
/// use gather::{
///     AddSetAside, BookingTime, Credential, Desk, Gathering, PersonId, PoolId, Reference, Register, SetAside, SetAsideId,
/// };
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?).places(10);
/// let talk = desk.announce(talk)?.outcome;
///
/// let member = Credential::Category(Reference::new("member")?);
/// let for_members = SetAside::new(SetAsideId::new(1), PoolId::ONLY, 10)
///     .who(member.clone())
///     .release(BookingTime::BeforeStart { seconds: 14 * 86_400 });
/// drop(desk.execute(AddSetAside::new(talk, for_members))?);
///
/// let anybody = Register::new(talk, PersonId::random());
/// assert!(!desk.execute(anybody)?.outcome.is_confirmed()); // stands in line until a fortnight before
/// let ann = Register::new(talk, PersonId::random()).credential(member);
/// assert!(desk.execute(ann)?.outcome.is_confirmed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "reserve places")]
pub struct AddSetAside {
    gathering: GatheringId,
    set_aside: SetAside,
}

impl AddSetAside {
    /// Sets places of a gathering aside.
    #[must_use]
    pub fn new(gathering: GatheringId, set_aside: SetAside) -> Self {
        Self { gathering, set_aside: set_aside.whole() }
    }
}

impl Decide for AddSetAside {
    type Outcome = SetAsideId;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<SetAsideId, Refusal> {
        let SetAside { id, pool, places, ref who, release } = self.set_aside;
        let gathering = decision.acting_on(self.gathering)?;
        if decision.pool(&gathering, pool).is_none() {
            return Err(gathering.unknown_pool(pool));
        }
        gathering.must_stand()?;
        if gathering.cell.plan.set_aside(id).is_some() {
            return Err(Refusal::SetAsideExists { gathering: gathering.id, set_aside: id });
        }
        if who.is_empty() {
            return Err(Refusal::SetAsideForNobody { set_aside: id });
        }
        check_size(decision, &gathering, pool, u64::from(places))?;
        check_release(decision, &gathering, release)?;
        decision.record(Fact::SetAsideMade { gathering: gathering.id, set_aside: self.set_aside.clone() });
        // Somebody in line may draw on it.
        waiting_list::serve(decision, gathering.id);
        Ok(id)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("add set-aside");
        clear.gathering(self.gathering).set_aside(&self.set_aside);
        clear
    }

    fn recall(&self, _: &Context, _: &[Fact]) -> Option<SetAsideId> {
        Some(self.set_aside.id)
    }
}

/// Refuses to set aside more in all than a pool takes.
pub(super) fn check_size(
    decision: &Decision<'_>,
    gathering: &Gathering,
    pool: PoolId,
    more: u64,
) -> Result<(), Refusal> {
    let Some(Capacity::Limited(limit)) = decision.pool(gathering, pool).map(PoolCell::limit) else {
        return Ok(());
    };
    let before = capacity::set_aside_in_all(decision, gathering, pool);
    if before.saturating_add(more) <= u64::from(limit) {
        return Ok(());
    }
    let name = gathering.cell.plan.pool_name(pool).to_owned();
    let room = u32::try_from(u64::from(limit).saturating_sub(before)).unwrap_or(0);
    Err(Refusal::SetAsidesTooLarge { pool, name, asked: u32::try_from(more).unwrap_or(u32::MAX), room })
}

/// Refuses a release that is not ahead.
pub(super) fn check_release(
    decision: &Decision<'_>,
    gathering: &Gathering,
    release: Option<BookingTime>,
) -> Result<(), Refusal> {
    match release.and_then(|release| release.resolve(gathering.cell.schedule.starts())) {
        Some(release) => check_deadline(release, decision.time(), None),
        None => Ok(()),
    }
}
