//! Lists at which people are checked in, and the scans that do it.

use std::fmt;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::PresenceSource;
use crate::id::{CheckInListId, OfferingId, RegistrationId, ScanId, SessionId};
use crate::image::image;
use crate::schedule::{Schedule, Zone};

/// So long before the start, and after the end, a scan counts unless a list says otherwise: a day, in seconds.
const DAY: u32 = 86_400;

/// A list at which people are checked in: the door, a workshop, a visit, the online room.
///
/// Every gathering has list 0, "door", for everybody, from a day before its start to a day after its end, without its
/// being set. Setting a list of this number replaces it. Each list counts by itself: whoever was checked in at the door is
/// checked in for the first time at a workshop.
///
/// ```
/// use gather::{CheckInList, CheckInListId, OfferingId};
///
/// let visit = CheckInList::new(CheckInListId::new(2), "visit").offering(OfferingId::new(3)).window(1_800, 0);
/// assert!(visit.covers(OfferingId::new(3)) && !visit.covers(OfferingId::new(1)));
/// assert!(CheckInList::door().covers(OfferingId::new(1)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckInList {
    /// Its number within the gathering.
    pub id: CheckInListId,
    /// What people call it, one line.
    pub name: String,
    /// The offerings whose people belong on it; none is all.
    pub offerings: Vec<OfferingId>,
    /// The session whose time counts; `None` is the gathering's own.
    pub session: Option<SessionId>,
    /// Where it stands.
    pub kind: CheckInKind,
    /// So many seconds before the start a scan begins to count.
    pub opens: u32,
    /// So many seconds after the end a scan still counts.
    pub closes: u32,
}

image!(struct CheckInList { id, name, offerings, session, kind, opens, closes });

impl CheckInList {
    /// A list at a door for everybody, from a day before the start to a day after the end.
    #[must_use]
    pub fn new(id: CheckInListId, name: impl Into<String>) -> Self {
        let (offerings, session, kind) = (Vec::new(), None, CheckInKind::Door);
        Self { id, name: name.into(), offerings, session, kind, opens: DAY, closes: DAY }
    }

    /// The list that every gathering has without its being set: number 0.
    #[must_use]
    pub fn door() -> Self {
        Self::new(CheckInListId::DOOR, "door")
    }

    /// Adds an offering whose people belong on it. Those of others do not any more.
    #[must_use]
    pub fn offering(mut self, offering: OfferingId) -> Self {
        self.offerings.push(offering);
        self
    }

    /// Goes by the time of a session.
    #[must_use]
    pub fn session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    /// Stands online: whoever joins by their link is checked in at it.
    #[must_use]
    pub fn online(mut self) -> Self {
        self.kind = CheckInKind::Online;
        self
    }

    /// Says from how many seconds before the start to how many after the end a scan counts.
    #[must_use]
    pub fn window(mut self, opens: u32, closes: u32) -> Self {
        (self.opens, self.closes) = (opens, closes);
        self
    }

    /// Whether the people of an offering belong on it.
    #[must_use]
    pub fn covers(&self, offering: OfferingId) -> bool {
        self.offerings.is_empty() || self.offerings.contains(&offering)
    }

    /// From when to when, both included, a scan counts at what takes place then; `None` where there is no date.
    #[must_use]
    pub fn times(&self, schedule: &Schedule) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let (starts, ends) = (schedule.starts()?, schedule.ends()?);
        let opens = starts.checked_sub_signed(TimeDelta::seconds(i64::from(self.opens)));
        let closes = ends.checked_add_signed(TimeDelta::seconds(i64::from(self.closes)));
        Some((opens.unwrap_or(starts), closes.unwrap_or(ends)))
    }
}

/// Where a list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "whoever counts heads in a house must know who is not in it")]
pub enum CheckInKind {
    /// Where people come in: the house, a room.
    Door,
    /// Where people join online.
    Online,
}

image!(enum CheckInKind { 0 => Door, 1 => Online });

impl CheckInKind {
    /// A stable name for machines: `door`, `online`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Door => "door",
            Self::Online => "online",
        }
    }

    /// What sees people there.
    pub(crate) const fn source(self) -> PresenceSource {
        match self {
            Self::Door => PresenceSource::Door,
            Self::Online => PresenceSource::Online,
        }
    }
}

/// Which way somebody goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a door has two sides")]
pub enum Way {
    /// They come.
    #[default]
    In,
    /// They go.
    Out,
}

image!(enum Way { 0 => In, 1 => Out });

impl Way {
    /// A stable name for machines: `in`, `out`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// One scan of one place of a registration: who, at which list, which way, when.
///
/// Its form in a file is a promise: an object with `id`, `registration` (UUIDs as text) and `seen_at` (RFC 3339), and,
/// where they are not what is usual, `place` (1), `list` (0) and `way` (`"in"`, or `"out"`). What else is in it is left
/// alone. A device without a connection writes one such object a line, and
/// [`Desk::merge_scans`](crate::Desk::merge_scans) takes them when there is one.
///
/// ```
/// use gather::{CheckInListId, Scan, Way};
///
/// let line = r#"{"id":"00000000-0000-0000-0000-000000000007","registration":"00000000-0000-0000-0000-000000000001",
///     "seen_at":"2099-03-05T13:58:00Z"}"#;
/// let scan: Scan = serde_json::from_str(line)?;
/// assert_eq!((scan.place, scan.list, scan.way), (1, CheckInListId::DOOR, Way::In));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Scan {
    /// Its own id. The same scan, however often it is sent, counts once.
    pub id: ScanId,
    /// Of which registration, as the ticket says.
    pub registration: RegistrationId,
    /// Of which place of the party, from 1, by its number as it is when the scan is taken in.
    #[serde(default = "first_place")]
    pub place: u16,
    /// At which list.
    #[serde(default = "door")]
    pub list: CheckInListId,
    /// Which way they go.
    #[serde(default)]
    pub way: Way,
    /// When they were seen, by the clock of whatever saw them; in microseconds where it is stored.
    pub seen_at: DateTime<Utc>,
}

image!(struct Scan { id, registration, place, list, way, seen_at });

fn first_place() -> u16 {
    1
}

fn door() -> CheckInListId {
    CheckInListId::DOOR
}

impl Scan {
    /// A scan of the first place of a registration, on its way in through the door.
    #[must_use]
    pub fn new(id: ScanId, registration: RegistrationId, seen_at: DateTime<Utc>) -> Self {
        let seen_at = seen_at.trunc_subsecs(6);
        Self { id, registration, place: 1, list: CheckInListId::DOOR, way: Way::In, seen_at }
    }

    /// Says which place is meant.
    #[must_use]
    pub fn place(mut self, place: u16) -> Self {
        self.place = place;
        self
    }

    /// Says at which list it was.
    #[must_use]
    pub fn list(mut self, list: CheckInListId) -> Self {
        self.list = list;
        self
    }

    /// Says which way they went.
    #[must_use]
    pub fn way(mut self, way: Way) -> Self {
        self.way = way;
        self
    }
}

/// How a registration stood that was scanned and had no confirmed place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Standing {
    /// In line.
    Waiting,
    /// Held while its form was filled in.
    Held,
    /// Waiting for approval.
    Pending,
    /// Offered places, and had not answered.
    Offered,
    /// Asking for what there is afterwards.
    FollowUpOnly,
    /// Interested, and no more.
    Interested,
    /// Ended.
    Ended,
}

image!(enum Standing {
    0 => Waiting,
    1 => Held,
    2 => Pending,
    3 => Offered,
    4 => FollowUpOnly,
    5 => Interested,
    6 => Ended,
});

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Waiting => "waiting in line",
            Self::Held => "held, not confirmed yet",
            Self::Pending => "waiting for approval",
            Self::Offered => "offered, not accepted yet",
            Self::FollowUpOnly => "only wants what comes afterwards",
            Self::Interested => "interested only",
            Self::Ended => "ended",
        })
    }
}

/// What whoever scanned was told. Every scan is kept; what does not count is flagged, for somebody to look into.
///
/// It is what was so when the scan was taken in: what it was told stays so where the confirmed place is cancelled afterwards. Whoever
/// had it is in no count from then on, since the registration is not confirmed any more; the scan stays in the list of scans.
/// The same scan sent again is told the same.
///
/// Printed, it is for people at the door, with times in UTC; [`text`](Self::text) has them as clocks there show them.
/// Serialised it is an object with `told`, which is [`code`](Self::code), and the fields of the variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "told", rename_all = "snake_case")]
#[must_use = "not everybody who is scanned has a place"]
#[expect(clippy::exhaustive_enums, reason = "somebody at the door must not overlook one of these")]
pub enum CheckedIn {
    /// It counts: they have a confirmed place, and go the other way than before, or go in for the first time.
    Counted,
    /// It counts, and they were seen going the same way before (or, of a scan that arrives late, after): perhaps somebody
    /// else with the same ticket.
    Again {
        /// When they were first seen going in at this list, of all scans known by then.
        first_seen: DateTime<Utc>,
    },
    /// Flagged: who booked this does not belong on the list, or the list was withdrawn.
    WrongList {
        /// The lists where they belong, by number.
        belongs: Vec<ListName>,
    },
    /// Flagged: they have no confirmed place.
    NotConfirmed {
        /// How the registration stands.
        standing: Standing,
    },
    /// Flagged: nobody has ever heard of the registration.
    UnknownRegistration,
    /// Flagged: it is a registration on another gathering.
    OtherGathering,
    /// Flagged: it is too early or too late for the list.
    OutsideWindow {
        /// From when on a scan counts; `None` where there is no date.
        opens: Option<DateTime<Utc>>,
        /// Until when, included.
        closes: Option<DateTime<Utc>>,
    },
    /// Flagged: the registration has no such place.
    UnknownPlace {
        /// How many places it has.
        places: u32,
    },
    /// It does not count: it was taken back before it arrived.
    Undone,
}

image!(enum CheckedIn {
    0 => Counted,
    1 => Again { first_seen },
    2 => WrongList { belongs },
    3 => NotConfirmed { standing },
    4 => UnknownRegistration,
    5 => OtherGathering,
    6 => OutsideWindow { opens, closes },
    7 => UnknownPlace { places },
    8 => Undone,
});

/// A list, and what people call it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct ListName {
    /// Its number.
    pub id: CheckInListId,
    /// Its name, as it was then.
    pub name: String,
}

image!(struct ListName { id, name });

impl ListName {
    /// A list by its number and its name.
    #[must_use]
    pub fn new(id: CheckInListId, name: impl Into<String>) -> Self {
        Self { id, name: name.into() }
    }
}

impl CheckedIn {
    /// A stable name for machines: `counted`, `again`, `wrong_list`, `not_confirmed`, `unknown_registration`,
    /// `other_gathering`, `outside_window`, `unknown_place`, `undone`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Again { .. } => "again",
            Self::WrongList { .. } => "wrong_list",
            Self::NotConfirmed { .. } => "not_confirmed",
            Self::UnknownRegistration => "unknown_registration",
            Self::OtherGathering => "other_gathering",
            Self::OutsideWindow { .. } => "outside_window",
            Self::UnknownPlace { .. } => "unknown_place",
            Self::Undone => "undone",
        }
    }

    /// Whether it counts, for the first time or again.
    #[must_use]
    pub const fn counts(&self) -> bool {
        matches!(self, Self::Counted | Self::Again { .. })
    }

    /// Whether somebody should look into it.
    #[must_use]
    pub const fn is_flagged(&self) -> bool {
        !self.counts() && !matches!(self, Self::Undone)
    }

    /// What to say at the door, with times as clocks show them in a zone.
    #[must_use]
    pub fn text(&self, zone: Zone) -> String {
        let clock = |time: DateTime<Utc>| zone.wall(time).format("%Y-%m-%d %H:%M:%S").to_string();
        match self {
            Self::Counted => String::from("counted"),
            Self::Again { first_seen } => format!("seen already, at {}", clock(*first_seen)),
            Self::WrongList { belongs } if belongs.is_empty() => {
                String::from("not for this list, nor for any other")
            }
            Self::WrongList { belongs } => format!("not for this list; it belongs at {}", names(belongs)),
            Self::NotConfirmed { standing } => format!("no confirmed place: {standing}"),
            Self::UnknownRegistration => String::from("no such registration"),
            Self::OtherGathering => String::from("a registration for something else"),
            Self::OutsideWindow { opens: Some(opens), closes: Some(closes) } => {
                format!("not at this time: it counts from {} to {}", clock(*opens), clock(*closes))
            }
            Self::OutsideWindow { .. } => String::from("not at this time: there is no date"),
            Self::UnknownPlace { places } => format!("no such place: the registration has {places}"),
            Self::Undone => String::from("taken back before it arrived"),
        }
    }
}

fn names(lists: &[ListName]) -> String {
    lists.iter().map(|list| list.name.as_str()).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for CheckedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text(Zone::UTC))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_reaches_from_before_the_start_to_after_the_end() {
        let talk: Schedule = "2026-03-05 14:00 to 15:30 Europe/London".parse().unwrap();
        let list = CheckInList::door().window(1_800, 60);
        assert_eq!(list.times(&talk), Some((time("2026-03-05T13:30:00Z"), time("2026-03-05T15:31:00Z"))));
        assert_eq!(list.times(&Schedule::to_be_confirmed("spring")), None);
    }

    #[test]
    fn what_is_said_at_the_door_is_by_the_clock_there() {
        let zone = Zone::named("Europe/London").unwrap();
        let again = CheckedIn::Again { first_seen: time("2026-07-05T08:02:11Z") };
        assert_eq!(again.text(zone), "seen already, at 2026-07-05 09:02:11");
        assert_eq!(again.to_string(), "seen already, at 2026-07-05 08:02:11");
        let list = |id, name: &str| ListName { id: CheckInListId::new(id), name: name.into() };
        let wrong = CheckedIn::WrongList { belongs: vec![list(0, "door"), list(2, "visit")] };
        assert_eq!(wrong.to_string(), "not for this list; it belongs at door, visit");
        assert!(wrong.is_flagged() && again.counts() && !CheckedIn::Undone.is_flagged());
    }

    #[test]
    fn a_scan_in_a_file_says_only_what_is_not_usual() {
        let id = "00000000-0000-0000-0000-000000000007";
        let line = format!(
            r#"{{"id":"{id}","registration":"{id}","seen_at":"2026-03-05T13:58:00.5Z","device":"A"}}"#
        );
        let scan: Scan = serde_json::from_str(&line).unwrap();
        let expected =
            Scan::new(ScanId::from_u128(7), RegistrationId::from_u128(7), time("2026-03-05T13:58:00.5Z"));
        assert_eq!(scan, expected);
        let full = serde_json::to_string(&scan.place(2).list(CheckInListId::new(3)).way(Way::Out)).unwrap();
        let form = format!(
            r#"{{"id":"{id}","registration":"{id}","place":2,"list":3,"way":"out","seen_at":"2026-03-05T13:58:00.500Z"}}"#
        );
        assert_eq!(full, form);
    }
}
