//! Set a list at which people are checked in, for the first time or anew.

use std::collections::BTreeSet;

use crate::domain::check_in::LISTS_LIMIT;
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::{CheckInList, Fact};
use crate::id::GatheringId;
use crate::text::check_line;

/// Sets a list at which people are checked in; one of the same number is replaced, and one that was withdrawn is there
/// again. Scans that were taken in before stay what they were told.
///
/// # Refusals
/// In this order: a name that is empty or too long, unknown gathering, called off or archived, unknown offering, unknown
/// or dropped session, more than 100 lists.
///
/// # Example
/// ```
/// use gather::{Change, CheckInList, CheckInListId, Desk, Gathering, SetCheckInList};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
/// let talk = desk.announce(talk)?.outcome;
/// let online = CheckInList::new(CheckInListId::new(1), "online room").online().window(900, 0);
/// assert_eq!(desk.execute(SetCheckInList::new(talk, online.clone()))?.outcome, Change::Made);
/// assert_eq!(desk.execute(SetCheckInList::new(talk, online))?.outcome, Change::AlreadySo);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SetCheckInList {
    gathering: GatheringId,
    list: CheckInList,
}

impl SetCheckInList {
    /// Sets a list of a gathering. An offering that is named twice is named once.
    #[must_use]
    pub fn new(gathering: GatheringId, mut list: CheckInList) -> Self {
        let mut named = BTreeSet::new();
        list.offerings.retain(|offering| named.insert(*offering));
        Self { gathering, list }
    }

    fn must_fit(&self, decision: &Decision<'_>, gathering: &Gathering) -> Result<(), Refusal> {
        for offering in &self.list.offerings {
            gathering.offering(Some(*offering))?;
        }
        if let Some(session) = self.list.session {
            decision.live_session(gathering, session)?;
        }
        let lists = &gathering.cell.plan.check_in;
        let others = lists.iter().filter(|known| known.list.id != self.list.id).count();
        if others >= LISTS_LIMIT {
            return Err(Refusal::TooManyCheckInLists { limit: LISTS_LIMIT });
        }
        Ok(())
    }
}

impl Decide for SetCheckInList {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        check_line("name", &self.list.name)?;
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_not_be_gone()?;
        self.must_fit(decision, &gathering)?;
        let known = gathering.cell.plan.check_in_list(self.list.id);
        if known.is_some_and(|known| !known.withdrawn && known.list == self.list) {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::CheckInListSet { gathering: gathering.id, list: self.list.clone() });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let CheckInList { id, name, offerings, session, kind, opens, closes } = &self.list;
        let mut clear = Clear::new("set check-in list");
        clear.gathering(self.gathering).number(id.get()).text(name);
        clear.each(offerings.iter(), |clear, offering| {
            clear.number(offering.get());
        });
        clear.maybe(*session, |clear, session| {
            clear.id(session.bytes());
        });
        clear.text(kind.code()).number(*opens).number(*closes);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::CheckInListSet { .. })))
    }
}
