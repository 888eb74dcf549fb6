//! Change a set-aside: its size, its release; and so release it by hand.

use super::add_set_aside::{check_release, check_size};
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, Effects, waiting_list};
use crate::fact::{BookingTime, Fact, SetAside};
use crate::id::{GatheringId, SetAsideId};

/// Gives a set-aside another size, another release, or both. Size 0 releases it at once. What is drawn stays drawn. What
/// becomes free goes to the line in the same decision.
///
/// # Refusals
/// In this order: unknown gathering, unknown set-aside, gathering called off, completed or archived, more set aside in all
/// than the pool takes, a new release that is not ahead.
#[derive(Clone, Copy, Debug)]
pub struct ChangeSetAside {
    gathering: GatheringId,
    set_aside: SetAsideId,
    places: u32,
    release: Release,
}

/// What is said of when the rest goes to everybody.
#[derive(Clone, Copy, Debug)]
enum Release {
    AsBefore,
    At(BookingTime),
    Never,
}

impl ChangeSetAside {
    /// Sets how many places are set aside from now on.
    #[must_use]
    pub fn new(gathering: GatheringId, set_aside: SetAsideId, places: u32) -> Self {
        Self { gathering, set_aside, places, release: Release::AsBefore }
    }

    /// Sets when what is left goes to everybody. Unless something is said, that stays as it was.
    #[must_use]
    pub fn release(mut self, at: BookingTime) -> Self {
        self.release = Release::At(at.whole());
        self
    }

    /// Releases it no more by itself.
    #[must_use]
    pub fn never_released(mut self) -> Self {
        self.release = Release::Never;
        self
    }
}

impl Decide for ChangeSetAside {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        let Self { set_aside, places, .. } = *self;
        let gathering = decision.acting_on(self.gathering)?;
        let Some(known) = gathering.cell.plan.set_aside(set_aside).cloned() else {
            return Err(Refusal::UnknownSetAside { gathering: gathering.id, set_aside });
        };
        gathering.must_stand()?;
        let release = match self.release {
            Release::AsBefore => known.release,
            Release::At(time) => Some(time),
            Release::Never => None,
        };
        if (places, release) != (known.places, known.release) {
            let more = growth(decision, &gathering, &known, (places, release));
            if more > 0 {
                check_size(decision, &gathering, known.pool, more)?;
            }
            if release != known.release {
                check_release(decision, &gathering, release)?;
            }
            decision.record(Fact::SetAsideChanged { gathering: gathering.id, set_aside, places, release });
            waiting_list::serve(decision, gathering.id);
        }
        Ok(Effects::among(decision.facts(), &[]))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("change set-aside");
        clear.gathering(self.gathering).number(self.set_aside.get()).number(self.places);
        match self.release {
            Release::AsBefore => clear.number(0_u8),
            Release::Never => clear.number(1_u8),
            Release::At(time) => clear.number(2_u8).booking_time(Some(time)),
        };
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        Some(Effects::among(facts, &[]))
    }
}

/// By how much what is set aside in all would grow. What was released counted for nothing, and does unless it comes back.
fn growth(
    decision: &Decision<'_>,
    gathering: &Gathering,
    known: &SetAside,
    (places, release): (u32, Option<BookingTime>),
) -> u64 {
    let is_released = decision.is_released(gathering, known);
    let before = if is_released { 0 } else { known.places };
    let after = if is_released && release == known.release { 0 } else { places };
    u64::from(after.saturating_sub(before))
}
