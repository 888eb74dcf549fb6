//! Withdraw a list at which people were to be checked in.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::{CheckInListId, GatheringId};

/// Withdraws a list at which people were to be checked in. What was scanned there stays and counts; a scan that comes
/// later is kept and flagged. List 0 is then again what it is without being set.
///
/// # Refusals
/// In this order: unknown gathering, called off or archived, unknown list. One that was withdrawn already is no refusal,
/// nor is list 0 where it was not set.
///
/// # Example
/// ```
/// use gather::{CheckInList, CheckInListId, Desk, Gathering, SetCheckInList, WithdrawCheckInList};
///
/// let desk = Desk::in_memory();
/// let talk = desk.announce(Gathering::webinar("Volunteering"))?.outcome;
/// let side_door = CheckInListId::new(1);
/// drop(desk.execute(SetCheckInList::new(talk, CheckInList::new(side_door, "side door")))?);
/// drop(desk.execute(WithdrawCheckInList::new(talk, side_door))?);
/// let names: Vec<_> = desk.check_in_lists(talk)?.into_iter().map(|list| list.name).collect();
/// assert_eq!(names, ["door"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WithdrawCheckInList {
    gathering: GatheringId,
    list: CheckInListId,
}

impl WithdrawCheckInList {
    /// Withdraws a list of a gathering.
    #[must_use]
    pub fn new(gathering: GatheringId, list: CheckInListId) -> Self {
        Self { gathering, list }
    }
}

impl Decide for WithdrawCheckInList {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let list = self.list;
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_not_be_gone()?;
        let set = gathering.cell.plan.check_in.iter().find(|known| known.list.id == list);
        match set {
            Some(known) if !known.withdrawn => {
                decision.record(Fact::CheckInListWithdrawn { gathering: gathering.id, list });
                Ok(Change::Made)
            }
            None if list != CheckInListId::DOOR => Err(gathering.unknown_check_in_list(list)),
            Some(_) | None => Ok(Change::AlreadySo),
        }
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("withdraw check-in list");
        clear.gathering(self.gathering).number(self.list.get());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::CheckInListWithdrawn { .. })))
    }
}
