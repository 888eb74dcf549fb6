//! What is on, with the places left: for a public page.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use crate::fact::{Announcement, BookingState, Offering};
use crate::id::{GatheringId, OfferingId, SessionId};
use crate::projection::card::GatheringCard;
use crate::projection::lifecycle::Lifecycle;
use crate::projection::places::Tally;
use crate::projection::table::{Column, Table};
use crate::projection::when::{PlaceForm, ScheduleForm, above, place, shared_zone, start_cell};
use crate::schedule::Zone;
use crate::text::Reference;

/// What is on at some time: gatherings that were announced and are neither cancelled nor over, with the places left.
///
/// The earliest start comes first, then the title and the id decide; those whose dates are to be confirmed come
/// last. Nothing in it is personal: it may be published.
///
/// Serialised it has `at` and `gatherings`. Each of these has `gathering`, `reference`, `title`, `description`, `kind`,
/// `lifecycle` (see [`Lifecycle::code`]), `cancelled`, `schedule` (`text`, `starts`, `ends`, `zone`, `all_day`), `place`
/// (`online`, `venue`, `address`), `booking` (see [`BookingState::code`]), `pause_reason` and `offerings`, each with `offering`, `name`, `left` (`null` for no limit,
/// below 0 when over-full), `waiting`, `requires` and `session` (ids, or `null`).
#[derive(Clone, Debug)]
#[doc(alias = "upcoming")]
pub struct WhatsOn {
    at: DateTime<Utc>,
    rows: Vec<WhatsOnRow>,
}

/// A gathering with the places left.
///
/// Serialised by itself it is what [`WhatsOn`] has in `gatherings`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WhatsOnRow {
    /// Which.
    pub gathering: GatheringId,
    /// How far it has come. In a [`WhatsOn`] it was announced, and no more.
    pub lifecycle: Lifecycle,
    /// Whether it was called off: then nobody has a place, nobody waits and booking is closed. Never so in a
    /// [`WhatsOn`].
    pub cancelled: bool,
    /// Whether it can be booked at the time of the list.
    pub booking: BookingState,
    /// Why booking rests, if it does and a reason was given: a code of the host's.
    pub pause_reason: Option<Reference>,
    /// What can be booked, in the author's order; without places in sessions that were dropped or are over.
    pub offerings: Vec<OfferingOn>,
    announcement: Arc<Announcement>,
}

/// An offering of a gathering that is on. Serialised its fields have their names; ids are as everywhere.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct OfferingOn {
    /// Its number within the gathering.
    pub offering: OfferingId,
    /// Its name for people.
    pub name: String,
    /// The places left for everybody in the tightest pool that it draws on, without those that are set aside for some:
    /// `None` without a limit, below 0 when over-full. Where somebody waits, the places left are theirs first.
    pub left: Option<i64>,
    /// How many registrations stand in its line.
    pub waiting: u64,
    /// The offering that one must have a place in to book this one.
    pub requires: Option<OfferingId>,
    /// The session of the programme that it is a place in; `None` is the gathering as a whole.
    pub session: Option<SessionId>,
}

impl WhatsOnRow {
    pub(super) fn of(card: &GatheringCard, now: DateTime<Utc>) -> Self {
        let tally = Tally::of(card, now);
        let offering = |(offering, waiting): (&Offering, u64)| OfferingOn {
            offering: offering.id,
            name: offering.name.clone(),
            left: tally.left(offering),
            waiting,
            requires: offering.requires,
            session: offering.session,
        };
        Self {
            gathering: card.id(),
            lifecycle: card.lifecycle(),
            cancelled: card.is_cancelled(),
            booking: card.booking_state(now),
            pause_reason: card.pause_reason().cloned(),
            offerings: tally.lines().filter(|(it, _)| card.is_on_offer(it, now)).map(offering).collect(),
            announcement: card.shared_announcement(),
        }
    }

    /// The gathering's announcement as it was when the list was taken.
    #[must_use]
    pub fn announcement(&self) -> &Announcement {
        &self.announcement
    }

    /// An offering without an alternative says nothing that the title does not; of several, each has a line.
    fn print(&self, table: &mut Table, zone: Option<Zone>) {
        let it = &self.announcement;
        let (start, place) = (start_cell(&it.schedule, zone), place(&it.mode));
        let booking = self.booking.to_string();
        if let [only] = self.offerings.as_slice() {
            let (left, waiting) = (left_cell(only.left), only.waiting.to_string());
            table.row(vec![start, it.title.clone(), place, left, waiting, booking]);
            return;
        }
        table.row(vec![start, it.title.clone(), place, String::new(), String::new(), booking]);
        for offering in &self.offerings {
            let (left, waiting) = (left_cell(offering.left), offering.waiting.to_string());
            let name = format!("  {}", offering.name);
            table.row(vec![String::new(), name, String::new(), left, waiting, String::new()]);
        }
    }

    /// Dates to be confirmed are last, so "has no start" is asked first.
    fn order(&self) -> (bool, Option<DateTime<Utc>>, &str, GatheringId) {
        let start = self.announcement.schedule.starts();
        (start.is_none(), start, &self.announcement.title, self.gathering)
    }
}

impl WhatsOn {
    pub(super) fn of<'a>(cards: impl Iterator<Item = &'a GatheringCard>, now: DateTime<Utc>) -> Self {
        let is_over =
            |card: &GatheringCard| card.announcement().schedule.ends().is_some_and(|end| now >= end);
        let on = cards.filter(|card| card.lifecycle() == Lifecycle::Announced && !is_over(card));
        let mut rows: Vec<_> = on.map(|card| WhatsOnRow::of(card, now)).collect();
        rows.sort_unstable_by(|one, other| one.order().cmp(&other.order()));
        Self { at: now, rows }
    }

    /// The time that was asked about.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The gatherings, the earliest first.
    #[must_use]
    pub fn rows(&self) -> &[WhatsOnRow] {
        &self.rows
    }
}

impl fmt::Display for WhatsOn {
    /// A table, at most 80 columns wide, without a line break at its end: a line for each gathering and,
    /// where there is a choice, one below it for each offering.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = shared_zone(self.rows.iter().map(|row| &row.announcement.schedule));
        writeln!(f, "{}\n", above("What is on", zone))?;
        if self.rows.is_empty() {
            return f.write_str("nothing is on");
        }
        let mut table = Table::new(vec![
            Column::whole("Start"),
            Column::subject("Title"),
            Column::text("Where"),
            Column::number("Left"),
            Column::number("Waiting"),
            Column::whole("Booking"),
        ]);
        for row in &self.rows {
            row.print(&mut table, zone);
        }
        table.fmt(f)
    }
}

/// A reader of a public page is not helped by "-2".
fn left_cell(left: Option<i64>) -> String {
    left.map_or_else(|| String::from("no limit"), |left| left.max(0).to_string())
}

#[derive(serde::Serialize)]
struct WhatsOnForm<'a> {
    at: DateTime<Utc>,
    gatherings: Vec<RowForm<'a>>,
}

#[derive(serde::Serialize)]
struct RowForm<'a> {
    gathering: GatheringId,
    reference: Option<&'a str>,
    title: &'a str,
    description: &'a str,
    kind: &'static str,
    lifecycle: &'static str,
    cancelled: bool,
    schedule: ScheduleForm,
    place: PlaceForm<'a>,
    booking: &'static str,
    pause_reason: Option<&'a str>,
    offerings: &'a [OfferingOn],
}

impl<'a> From<&'a WhatsOnRow> for RowForm<'a> {
    fn from(row: &'a WhatsOnRow) -> Self {
        let it = &row.announcement;
        Self {
            gathering: row.gathering,
            reference: it.reference.as_ref().map(Reference::as_str),
            title: &it.title,
            description: &it.description,
            kind: it.kind.code(),
            lifecycle: row.lifecycle.code(),
            cancelled: row.cancelled,
            schedule: ScheduleForm::from(&it.schedule),
            place: PlaceForm::from(&it.mode),
            booking: row.booking.code(),
            pause_reason: row.pause_reason.as_ref().map(Reference::as_str),
            offerings: &row.offerings,
        }
    }
}

impl Serialize for WhatsOnRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RowForm::from(self).serialize(serializer)
    }
}

impl Serialize for WhatsOn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let gatherings = self.rows.iter().map(RowForm::from).collect();
        WhatsOnForm { at: self.at, gatherings }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Capacity, Fact, Overbook};
    use crate::id::PoolId;
    use crate::projection::fixture::{Story, booking, conference, gathering, time, webinar};

    const NOW: &str = "2026-03-01T12:00:00Z";

    #[test]
    fn what_is_on_is_sorted_by_start_with_dates_to_be_confirmed_last() {
        let mut story = Story::new();
        story
            .announces(1, webinar("王小明 speaks", "to be confirmed (spring)", 5))
            .announces(2, conference())
            .announces(4, webinar("Same start", "2026-03-05 14:00 to 15:30 Europe/London", 1))
            .announces(3, webinar("Same start", "2026-03-05 14:00 to 15:30 Europe/London", 2))
            .announces(5, webinar("Early", "2026-03-01 12:30 to 13:00 Europe/London", 3))
            .announces(6, webinar("Called off", "2026-03-05 14:00 to 15:30 Europe/London", 3))
            .announces(7, webinar("Over", "2026-03-01 11:00 to 12:00 Europe/London", 3))
            .calls_off(6)
            .confirms(2, 1, booking(3, 1, &[None, None]))
            .confirms(2, 2, booking(2, 2, &[]))
            .waitlists(2, 3, booking(3, 3, &[]));
        let on = story.lists.whats_on(time(NOW));
        let expected = "\
What is on, times in Europe/London

Start             Title              Where                Left  Waiting  Booking
2026-03-01 12:30  Early              online                  3        0  open
2026-03-05 14:00  Same start         online                  2        0  open
2026-03-05 14:00  Same start         online                  1        0  open
2026-03-20        Owning libraries   Library Hub, o…                     open
                    in person                                0        0
                    online                            no limit        0
                    with site visit                          0        1
to be confirmed   王小明 speaks      online                  5        0  not yet";
        assert_eq!(on.to_string(), expected);
        let ids: Vec<_> = on.rows().iter().map(|row| row.gathering).collect();
        assert_eq!(ids, [gathering(5), gathering(3), gathering(4), gathering(2), gathering(1)]);
    }

    #[test]
    fn places_left_are_those_of_the_tightest_pool() {
        let mut story = Story::new();
        story.announces(1, conference()).confirms(1, 1, booking(3, 1, &[None, None]));
        let on = story.lists.whats_on(time(NOW));
        let left: Vec<_> = on.rows()[0].offerings.iter().map(|offering| offering.left).collect();
        assert_eq!(left, [Some(-1), None, Some(-2)], "over-full is not hidden in the data");
        let json = serde_json::to_value(&on).unwrap();
        assert_eq!(json["gatherings"][0]["offerings"][2]["left"], -2);
    }

    #[test]
    fn a_changed_capacity_and_a_hand_on_the_door_are_followed() {
        let mut story = Story::new();
        let it = gathering(1);
        story
            .announces(1, webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 1))
            .tell(Fact::CapacityChanged {
                gathering: it,
                pool: PoolId::ONLY,
                capacity: Capacity::Limited(7),
                overbook: Overbook::No,
                keep_all: false,
            })
            .tell(Fact::BookingClosed { gathering: it });
        let on = story.lists.whats_on(time(NOW));
        assert_eq!((on.rows()[0].offerings[0].left, on.rows()[0].booking), (Some(7), BookingState::Closed));
        story.tell(Fact::BookingOpened { gathering: it });
        let during = story.lists.whats_on(time("2026-03-05T15:00:00Z"));
        assert_eq!(during.rows()[0].booking, BookingState::Open);
        assert_eq!(on.rows()[0].booking, BookingState::Closed, "a list stays as it was taken");
    }

    #[test]
    fn field_names_are_stable() {
        let mut story = Story::new();
        story.announces(1, conference());
        let mut json = serde_json::to_value(story.lists.whats_on(time(NOW))).unwrap();
        let offerings = json["gatherings"][0]["offerings"].take();
        assert_eq!(
            offerings[0],
            serde_json::json!({
                "offering": 1,
                "name": "in person",
                "left": 2,
                "waiting": 0,
                "requires": null,
                "session": null,
            })
        );
        let expected = serde_json::json!({
            "at": "2026-03-01T12:00:00Z",
            "gatherings": [{
                "gathering": "00000000-0000-0000-0000-000000000001",
                "reference": null,
                "title": "Owning libraries",
                "description": "",
                "kind": "conference",
                "lifecycle": "announced",
                "cancelled": false,
                "schedule": {
                    "text": "2026-03-20 to 2026-03-21 Europe/London",
                    "starts": "2026-03-20T00:00:00Z",
                    "ends": "2026-03-22T00:00:00Z",
                    "zone": "Europe/London",
                    "all_day": true,
                },
                "place": { "online": true, "venue": "Library Hub", "address": "Hill Road 1" },
                "booking": "open",
                "pause_reason": null,
                "offerings": null,
            }],
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn nothing_on_is_said_in_words() {
        assert_eq!(Story::new().lists.whats_on(time(NOW)).to_string(), "What is on\n\nnothing is on");
    }

    #[test]
    fn drafts_and_what_is_done_with_are_not_on_and_closed() {
        let mut story = Story::new();
        let mut draft = webinar("Draft", "2026-03-05 14:00 to 15:30 UTC", 1);
        draft.draft = true;
        story.announces(1, draft).announces(2, webinar("Done", "to be confirmed", 1));
        story.tell(Fact::BookingOpened { gathering: gathering(1) });
        let row = |story: &Story, number| story.lists.places_left(gathering(number), time(NOW)).unwrap();
        assert_eq!(
            (row(&story, 1).lifecycle, row(&story, 1).booking),
            (Lifecycle::Draft, BookingState::Closed)
        );
        assert_eq!(story.lists.whats_on(time(NOW)).rows().len(), 1);
        story.tell(Fact::DraftAnnounced { gathering: gathering(1) });
        assert_eq!(
            (row(&story, 1).lifecycle, row(&story, 1).booking),
            (Lifecycle::Announced, BookingState::Open)
        );
        assert_eq!(story.lists.whats_on(time(NOW)).rows().len(), 2);
        story.tell(Fact::BooksClosed { gathering: gathering(2) });
        assert_eq!(
            (row(&story, 2).lifecycle, row(&story, 2).booking),
            (Lifecycle::Completed, BookingState::Closed)
        );
        story.tell(Fact::GatheringArchived { gathering: gathering(2) });
        assert_eq!((row(&story, 2).lifecycle.code(), row(&story, 2).cancelled), ("archived", false));
        assert_eq!(story.lists.whats_on(time(NOW)).rows().len(), 1);
    }

    #[test]
    fn what_the_organiser_says_of_booking_is_told_in_words() {
        let mut story = Story::new();
        let it = gathering(1);
        story.announces(1, webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 1));
        let mut after = |fact| {
            story.tell(fact);
            let row = story.lists.places_left(it, time(NOW)).unwrap();
            (row.booking.to_string(), row.pause_reason.map(|reason| reason.as_str().to_owned()))
        };
        let reason = Some(Reference::new("venue").unwrap());
        assert_eq!(
            after(Fact::BookingPaused { gathering: it, reason }),
            ("paused".into(), Some("venue".into()))
        );
        assert_eq!(after(Fact::BookingToLineOnly { gathering: it }), ("line only".into(), None));
        assert_eq!(after(Fact::InterestOpened { gathering: it }), ("interest only".into(), None));
        assert_eq!(after(Fact::BookingOpened { gathering: it }), ("open".into(), None));
    }
}
