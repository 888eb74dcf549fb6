//! Undo a check-in: a scan was a mistake.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::{GatheringId, ScanId};

/// Takes a scan back: it stays on record, marked, and counts no more. There is no way back from that but another scan.
///
/// A scan may be taken back before it has arrived, as where devices send what they have when they can: it does not count
/// then when it comes.
///
/// # Refusals
/// In this order: unknown gathering, called off or archived, a draft. A scan that was taken back already is no refusal.
///
/// # Example
/// ```
/// use gather::{Change, CheckIn, Desk, Gathering, PersonId, Presence, ScanId, UndoCheckIn};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
/// let talk = desk.announce(talk)?.outcome;
/// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
///
/// let scan = ScanId::from_u128(1);
/// drop(desk.execute(CheckIn::new(talk, anns).scan(scan).seen_at("2099-03-05T13:58:00Z".parse()?))?);
/// assert_eq!(desk.attendee_list(talk)?.rows()[0].presence, Presence::Attended);
/// assert_eq!(desk.execute(UndoCheckIn::new(talk, scan))?.outcome, Change::Made);
/// assert_eq!(desk.attendee_list(talk)?.rows()[0].presence, Presence::Unknown);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UndoCheckIn {
    gathering: GatheringId,
    scan: ScanId,
}

impl UndoCheckIn {
    /// Takes back a scan at a gathering.
    #[must_use]
    pub fn new(gathering: GatheringId, scan: ScanId) -> Self {
        Self { gathering, scan }
    }
}

impl Decide for UndoCheckIn {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let scan = self.scan;
        let gathering = decision.acting_on(self.gathering)?;
        if decision.scan(&gathering, scan).is_some_and(|known| known.undone) {
            return Ok(Change::AlreadySo);
        }
        gathering.must_not_be_gone()?;
        gathering.must_be_announced()?;
        decision.record(Fact::ScanUndone { gathering: gathering.id, scan });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("undo check-in");
        clear.gathering(self.gathering).id(self.scan.bytes());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::ScanUndone { .. })))
    }
}
