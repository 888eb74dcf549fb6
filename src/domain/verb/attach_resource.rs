//! Attach a resource: the recording is there.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::{Audience, Fact, Resource, ResourceKind};
use crate::id::{GatheringId, ResourceId};
use crate::person::ResourceLink;
use crate::sealed::{Personal, Sealed};
use crate::text;

/// Adds something that people get once a gathering has begun: the recording, a handout, the slides. Its address is stored
/// sealed, and shown to its audience only, see [`Desk::resources_for`](crate::Desk::resources_for).
///
/// # Refusals
/// In this order: a link that is no https address, a title that is not taken, unknown gathering, called off or archived, a
/// draft, not begun, a resource of this id that is there already.
#[derive(Clone, Debug)]
pub struct AttachResource<L = Personal<ResourceLink>> {
    pub(crate) gathering: GatheringId,
    pub(crate) id: Option<ResourceId>,
    pub(crate) kind: ResourceKind,
    pub(crate) title: String,
    pub(crate) audience: Audience,
    pub(crate) link: L,
}

impl AttachResource {
    /// Adds something for everybody with a place; say for whom else with [`audience`](Self::audience).
    #[must_use]
    pub fn new(
        gathering: GatheringId,
        kind: ResourceKind,
        title: impl Into<String>,
        link: impl Into<Personal<ResourceLink>>,
    ) -> Self {
        let (title, link) = (title.into(), link.into());
        Self { gathering, id: None, kind, title, audience: Audience::Registered, link }
    }

    /// Says who gets it.
    #[must_use]
    pub fn audience(mut self, audience: Audience) -> Self {
        self.audience = audience;
        self
    }

    /// Gives it an id that the host has chosen. By default the id derives from the request.
    #[must_use]
    pub fn id(mut self, id: ResourceId) -> Self {
        self.id = Some(id);
        self
    }
}

impl<L> AttachResource<L> {
    /// The id it will have: the one chosen, or the one that the request makes.
    pub(crate) fn identity(&self, context: &Context) -> ResourceId {
        self.id.unwrap_or_else(|| ResourceId::from_uuid(context.request.derive(0)))
    }
}

impl Decide for AttachResource<Sealed<ResourceLink>> {
    type Outcome = ResourceId;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<ResourceId, Refusal> {
        text::check_line("resource's title", &self.title)?;
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_not_be_gone()?;
        gathering.must_be_announced()?;
        let starts = gathering.cell.schedule.starts();
        if starts.is_none_or(|starts| decision.time() < starts) {
            return Err(Refusal::NotBegun { gathering: gathering.id, starts });
        }
        let id = self.identity(context);
        if gathering.cell.plan.resources.contains(&id) {
            return Err(Refusal::ResourceExists { resource: id });
        }
        let resource = Resource { id, kind: self.kind, title: self.title.clone(), audience: self.audience };
        decision.record(Fact::ResourceAttached {
            gathering: gathering.id,
            resource,
            link: self.link.clone(),
        });
        Ok(id)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("attach resource");
        clear.gathering(self.gathering).maybe(self.id, |clear, id| {
            clear.id(id.bytes());
        });
        clear.number(match self.kind {
            ResourceKind::Recording => 0_u8,
            ResourceKind::Handout => 1,
            ResourceKind::Slides => 2,
            ResourceKind::Other => 3,
        });
        clear.text(&self.title).number(match self.audience {
            Audience::Attended => 0_u8,
            Audience::Registered => 1,
            Audience::Members => 2,
            Audience::Public => 3,
        });
        clear
    }

    fn recall(&self, context: &Context, _: &[Fact]) -> Option<ResourceId> {
        Some(self.identity(context))
    }
}
