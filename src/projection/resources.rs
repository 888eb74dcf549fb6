//! What people get once a gathering has begun: recordings, handouts, slides.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use crate::fact::{Audience, Presence, Resource, ResourceKind};
use crate::id::{GatheringId, PersonId, ResourceId};
use crate::image::image;
use crate::person::ResourceLink;
use crate::projection::card::GatheringCard;
use crate::projection::registration::RegistrationCard;
use crate::projection::status::RegistrationStatus;
use crate::projection::table::{Column, Table};
use crate::sealed::{Opened, Opener, Sealed};

/// A resource of a gathering.
#[derive(Clone, Debug)]
pub(super) struct ResourceCard {
    resource: Resource,
    link: Arc<Sealed<ResourceLink>>,
    attached_at: DateTime<Utc>,
}

image!(struct ResourceCard { resource, link, attached_at });

impl ResourceCard {
    pub(super) fn attached(resource: &Resource, link: &Sealed<ResourceLink>, time: DateTime<Utc>) -> Self {
        Self { resource: resource.clone(), link: Arc::new(link.clone()), attached_at: time }
    }

    pub(super) fn resource(&self) -> &Resource {
        &self.resource
    }
}

/// What can be had of gatherings that have begun: all that one gathering has, or what one person may have.
///
/// The gathering that started first comes first, then the title and the id decide; within a gathering the order is that of
/// attaching. Links are sealed in it; [`link`](Self::link) opens one, and neither printing nor serialising does.
///
/// Serialised it has `resources`, each with `resource`, `gathering`, `gathering_title`, `kind` (`recording`, `handout`,
/// `slides`, `other`), `title`, `audience` (`attended`, `registered`, `members`, `public`) and `attached_at`.
#[derive(Clone)]
#[doc(alias = "recordings")]
#[doc(alias = "materials")]
pub struct Resources {
    rows: Vec<ResourceRow>,
    opener: Arc<dyn Opener>,
}

/// Something that can be had, without its link.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ResourceRow {
    /// What: its id, its kind, its title and who gets it.
    pub resource: Resource,
    /// Of which gathering.
    pub gathering: GatheringId,
    /// What that is called.
    pub gathering_title: String,
    /// When it was attached.
    pub attached_at: DateTime<Utc>,
    link: Arc<Sealed<ResourceLink>>,
}

impl ResourceRow {
    fn of(card: &GatheringCard, resource: &ResourceCard) -> Self {
        Self {
            resource: resource.resource.clone(),
            gathering: card.id(),
            gathering_title: card.announcement().title.clone(),
            attached_at: resource.attached_at,
            link: Arc::clone(&resource.link),
        }
    }
}

/// What a person is to one gathering, as far as resources go.
#[derive(Clone, Copy, Default)]
pub(super) struct Reader {
    came: bool,
    registered: bool,
    member: bool,
}

impl Reader {
    pub(super) fn new(is_member: bool) -> Self {
        Self { member: is_member, ..Self::default() }
    }

    /// Whether they came is asked of the places that they are named on; a party is registered with all of its people.
    pub(super) fn note(&mut self, card: &GatheringCard, it: &RegistrationCard, person: PersonId) {
        let party = &it.booking().party;
        let people = std::iter::once(Some(party.booker)).chain(party.guests.iter().copied());
        let mut theirs = (1..).zip(people).filter(|(_, named)| *named == Some(person));
        let came = |(place, _)| matches!(card.presence(it, place), Presence::Attended | Presence::Late);
        self.came |= theirs.any(came);
        let status = card.status(it);
        self.registered |= matches!(status, RegistrationStatus::Confirmed | RegistrationStatus::FollowUpOnly);
    }

    fn may_have(self, audience: Audience) -> bool {
        match audience {
            Audience::Attended => self.came,
            Audience::Registered => self.registered,
            Audience::Members => self.member,
            Audience::Public => true,
        }
    }
}

impl Resources {
    pub(super) fn all_of(card: &GatheringCard, opener: Arc<dyn Opener>) -> Self {
        let rows = card.resources().iter().map(|resource| ResourceRow::of(card, resource)).collect();
        Self { rows, opener }
    }

    /// All that can be had of some gatherings, in the order in which they come.
    pub(super) fn all_of_several<'a>(
        cards: impl IntoIterator<Item = &'a GatheringCard>,
        opener: Arc<dyn Opener>,
    ) -> Self {
        let of = |card: &'a GatheringCard| card.resources().iter().map(|it| ResourceRow::of(card, it));
        Self { rows: cards.into_iter().flat_map(of).collect(), opener }
    }

    /// What is called off is had no more: nobody would come to see who may have it.
    pub(super) fn for_reader<'a>(
        cards: impl Iterator<Item = &'a GatheringCard>,
        reader: impl Fn(&GatheringCard) -> Reader,
        opener: Arc<dyn Opener>,
    ) -> Self {
        let mut cards: Vec<_> =
            cards.filter(|card| !card.is_cancelled() && !card.resources().is_empty()).collect();
        cards.sort_unstable_by_key(|card| {
            let start = card.announcement().schedule.starts();
            (start.is_none(), start, card.announcement().title.as_str(), card.id())
        });
        let rows = cards.into_iter().flat_map(|card| {
            let reader = reader(card);
            let theirs = card.resources().iter().filter(move |it| reader.may_have(it.resource.audience));
            theirs.map(|resource| ResourceRow::of(card, resource))
        });
        Self { rows: rows.collect(), opener }
    }

    /// Those of one gathering only.
    #[must_use]
    pub fn of(mut self, gathering: GatheringId) -> Self {
        self.rows.retain(|row| row.gathering == gathering);
        self
    }

    /// Those for one audience only.
    #[must_use]
    pub fn for_audience(mut self, audience: Audience) -> Self {
        self.rows.retain(|row| row.resource.audience == audience);
        self
    }

    /// The resources, the earliest gathering first.
    #[must_use]
    pub fn rows(&self) -> &[ResourceRow] {
        &self.rows
    }

    /// Opens the link of a resource; `None` for one that is not among these.
    #[must_use]
    pub fn link(&self, resource: ResourceId) -> Option<Opened<ResourceLink>> {
        let row = self.rows.iter().find(|row| row.resource.id == resource)?;
        Some(self.opener.resource_link(row.gathering, resource, &row.link))
    }
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resources").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl fmt::Display for Resources {
    /// A table, at most 80 columns wide, without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resources\n\n")?;
        if self.rows.is_empty() {
            return f.write_str("nothing can be had");
        }
        let mut table = Table::new(vec![
            Column::text("Gathering"),
            Column::whole("Kind"),
            Column::subject("Title"),
            Column::whole("For"),
        ]);
        for row in &self.rows {
            table.row(vec![
                row.gathering_title.clone(),
                kind(row.resource.kind).into(),
                row.resource.title.clone(),
                audience(row.resource.audience).into(),
            ]);
        }
        table.fmt(f)
    }
}

const fn kind(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Recording => "recording",
        ResourceKind::Handout => "handout",
        ResourceKind::Slides => "slides",
        ResourceKind::Other => "other",
    }
}

const fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Attended => "attended",
        Audience::Registered => "registered",
        Audience::Members => "members",
        Audience::Public => "public",
    }
}

#[derive(serde::Serialize)]
struct ResourcesForm<'a> {
    resources: Vec<RowForm<'a>>,
}

#[derive(serde::Serialize)]
struct RowForm<'a> {
    resource: ResourceId,
    gathering: GatheringId,
    gathering_title: &'a str,
    kind: &'static str,
    title: &'a str,
    audience: &'static str,
    attached_at: DateTime<Utc>,
}

impl<'a> From<&'a ResourceRow> for RowForm<'a> {
    fn from(row: &'a ResourceRow) -> Self {
        Self {
            resource: row.resource.id,
            gathering: row.gathering,
            gathering_title: &row.gathering_title,
            kind: kind(row.resource.kind),
            title: &row.resource.title,
            audience: audience(row.resource.audience),
            attached_at: row.attached_at,
        }
    }
}

impl Serialize for Resources {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ResourcesForm { resources: self.rows.iter().map(RowForm::from).collect() }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Fact, PresenceSource};
    use crate::projection::fixture::{Story, booking, gathering, person, registration, time, webinar};
    use crate::sealed::{KeyRef, Keys};

    fn resource(number: u128) -> ResourceId {
        ResourceId::from_u128(number)
    }

    fn attaches(story: &mut Story, on: u128, number: u128, audience: Audience) {
        let title = format!("Thing {number}");
        story.tell(Fact::ResourceAttached {
            gathering: gathering(on),
            resource: Resource { id: resource(number), kind: ResourceKind::Slides, title, audience },
            link: Sealed::from_parts(Keys::One(KeyRef::new(99)), 1, Box::new([9; 8])),
        });
    }

    /// One for each audience; person 1 came, 2 has a place and was not seen, 3 asked for what there is, 4 waited.
    fn story() -> Story {
        let mut story = Story::new();
        story
            .announces(2, webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 10))
            .announces(1, webinar("Later talk", "2026-03-06 14:00 to 15:30 UTC", 10))
            .confirms(2, 1, booking(1, 1, &[Some(2)]))
            .tell(Fact::FollowUpRequested {
                gathering: gathering(2),
                registration: registration(2),
                booking: booking(1, 3, &[]),
            })
            .waitlists(2, 3, booking(1, 4, &[]))
            .tell(Fact::PresenceRecorded {
                gathering: gathering(2),
                registration: registration(1),
                place: 1,
                presence: Presence::Late,
                source: PresenceSource::Online,
                seen_at: time("2026-03-05T14:10:00Z"),
                flagged: false,
            });
        let audiences = [Audience::Attended, Audience::Registered, Audience::Members, Audience::Public];
        for (number, audience) in (1..).zip(audiences) {
            attaches(&mut story, 2, number, audience);
        }
        attaches(&mut story, 1, 5, Audience::Public);
        story
    }

    fn ids(resources: &Resources) -> Vec<u128> {
        resources.rows().iter().map(|row| row.resource.id.uuid().as_u128()).collect()
    }

    fn had(story: &Story, who: u128, is_member: bool) -> Vec<u128> {
        ids(&story.lists.resources_for(person(who), is_member, story.opener()))
    }

    #[test]
    fn everybody_gets_what_is_for_them() {
        let story = story();
        assert_eq!(had(&story, 1, false), [1, 2, 4, 5]);
        assert_eq!(had(&story, 2, false), [2, 4, 5], "it is not known that they came");
        assert_eq!(had(&story, 3, true), [2, 3, 4, 5]);
        assert_eq!(had(&story, 4, false), [4, 5]);
        assert_eq!(had(&story, 77, true), [3, 4, 5], "somebody never heard of may be a member");
        let all = story.lists.resources(gathering(2), story.opener()).unwrap();
        assert_eq!(ids(&all), [1, 2, 3, 4]);
        assert_eq!(ids(&story.lists.resources_for(person(1), true, story.opener()).of(gathering(1))), [5]);
        assert!(story.lists.resources(gathering(7), story.opener()).is_none());
    }

    #[test]
    fn what_ended_withdrawn_or_was_called_off_is_had_no_more() {
        let mut story = story();
        story.cancels(2, 2).tell(Fact::ResourceWithdrawn { gathering: gathering(2), resource: resource(4) });
        assert_eq!(had(&story, 3, false), [5]);
        story.calls_off(1);
        assert!(had(&story, 3, false).is_empty());
    }

    #[test]
    fn a_link_is_opened_only_when_asked_for() {
        let story = story();
        let resources = story.lists.resources_for(person(4), false, story.opener());
        let shown = format!("{resources:?} {resources} {}", serde_json::to_string(&resources).unwrap());
        assert!(!shown.contains("secret"), "{shown}");
        assert!(resources.link(resource(4)).unwrap().known().unwrap().expose().as_str().contains("secret"));
        assert!(resources.link(resource(1)).is_none(), "that is for those who came");
    }

    #[test]
    fn a_table_has_what_can_be_had() {
        let expected = "\
Resources

Gathering   Kind    Title    For
Talk        slides  Thing 4  public
Later talk  slides  Thing 5  public";
        let story = story();
        assert_eq!(story.lists.resources_for(person(4), false, story.opener()).to_string(), expected);
        let none = Story::new();
        let none = none.lists.resources_for(person(4), false, none.opener());
        assert_eq!(none.to_string(), "Resources\n\nnothing can be had");
    }

    #[test]
    fn field_names_are_stable() {
        let story = story();
        let json = serde_json::to_value(story.lists.resources_for(person(4), false, story.opener())).unwrap();
        let expected = serde_json::json!({
            "resource": "00000000-0000-0000-0000-000000000004",
            "gathering": "00000000-0000-0000-0000-000000000002",
            "gathering_title": "Talk",
            "kind": "slides",
            "title": "Thing 4",
            "audience": "public",
            "attached_at": "2026-02-01T18:00:00Z",
        });
        assert_eq!(json["resources"][0], expected);
    }
}
