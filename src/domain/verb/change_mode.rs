//! Change the mode: another venue, online, or both.

use super::announce::check_venue;
use crate::domain::cells::Fingerprint;
use crate::domain::decision::Decision;
use crate::domain::refusal::{LayoutProblem, Refusal};
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::{Fact, Mode};
use crate::id::GatheringId;
use crate::person::JoinLink;
use crate::sealed::{Personal, Sealed};

/// Says where a gathering takes place from now on: moved online, to another venue, or held at both.
///
/// Everybody keeps what they have: places, pools and the order of the line. In calendars the entries move along. The join
/// link is the one given here; without one there is none any more, so give it again where it stays. A link that is given
/// always counts as a change: what is sealed cannot be compared.
///
/// # Refusals
/// In this order: a join link that is no https address, a link for what cannot be joined online, a name or an address of
/// the venue that is not taken, unknown gathering, called off, over.
///
/// # Example
/// ```
/// use gather::{ChangeMode, Desk, Gathering, JoinLink, Mode, Venue};
///
/// let desk = Desk::in_memory();
/// let meeting = desk.announce(Gathering::meeting("Regional meeting", Venue::new("Library Hub")))?.outcome;
/// let online = ChangeMode::new(meeting, Mode::Online).join_link(JoinLink::new("https://meet.example/north"));
/// drop(desk.execute(online)?);
/// assert_eq!(desk.gathering(meeting)?.announcement().mode, Mode::Online);
/// # Ok::<(), gather::Failure>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "moved online")]
pub struct ChangeMode<L = Personal<JoinLink>> {
    pub(crate) gathering: GatheringId,
    pub(crate) mode: Mode,
    pub(crate) join_link: Option<L>,
}

impl ChangeMode {
    /// Sets where it takes place from now on, with no link to join it online.
    #[must_use]
    pub fn new(gathering: GatheringId, mode: Mode) -> Self {
        Self { gathering, mode, join_link: None }
    }

    /// Says where to join it online. It is stored sealed and shown to people with a confirmed place only.
    #[must_use]
    pub fn join_link(mut self, link: impl Into<Personal<JoinLink>>) -> Self {
        self.join_link = Some(link.into());
        self
    }
}

impl Decide for ChangeMode<Sealed<JoinLink>> {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        if self.join_link.is_some() && !self.mode.is_online() {
            return Err(LayoutProblem::LinkWithoutOnline.into());
        }
        check_venue(&self.mode)?;
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        // A link is sealed, so one that is given counts as another.
        let has_none = self.join_link.is_none();
        if has_none && gathering.cell.place == (Fingerprint::of_place(&self.mode), false) {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::ModeChanged {
            gathering: gathering.id,
            mode: self.mode.clone(),
            join_link: self.join_link.clone(),
        });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("change mode");
        clear.gathering(self.gathering).mode(&self.mode).flag(self.join_link.is_some());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::ModeChanged { .. })))
    }
}
