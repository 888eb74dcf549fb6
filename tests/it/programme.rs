//! What a programme warns of is what an all-pairs check finds, over generated programmes and over real ones.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test names what it waits for")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use gather::testkit::{TestClock, epoch};
use gather::{
    Desk, DropSession, Gathering, GatheringId, PersonId, Programme, ProgrammeWarning, Schedule, Session,
    SessionId, SessionStatus, SetProgramme, Venue,
};
use proptest::prelude::*;

/// A session as the check sees it: its order, its hours, its room and its speakers.
struct Slot {
    id: SessionId,
    starts: DateTime<Utc>,
    ends: DateTime<Utc>,
    room: String,
    speakers: Vec<PersonId>,
}

impl Slot {
    /// Half-open: what ends when something else starts does not overlap it.
    fn overlaps(&self, other: &Self) -> bool {
        self.starts < other.ends && other.starts < self.ends
    }

    fn is_before(&self, other: &Self) -> bool {
        (self.starts, &self.room, self.id) < (other.starts, &other.room, other.id)
    }
}

/// What clashes, by room or speaker: each session that overlaps an earlier one.
type Clashes<K> = BTreeMap<K, BTreeSet<SessionId>>;

/// Every pair is looked at.
fn all_pairs<K: Ord + Clone>(slots: &[&Slot], keys: impl Fn(&Slot) -> Vec<K>) -> Clashes<K> {
    let mut clashes = Clashes::new();
    for (earlier, later) in slots.iter().flat_map(|one| slots.iter().map(move |other| (one, other))) {
        if !earlier.is_before(later) || !earlier.overlaps(later) {
            continue;
        }
        let theirs = keys(later);
        for key in keys(earlier).into_iter().filter(|key| theirs.contains(key)) {
            clashes.entry(key).or_default().insert(later.id);
        }
    }
    clashes
}

/// The same from what was warned of, with every pair checked by itself: it overlaps, and it is named once.
fn warned<K: Ord + Clone>(
    slots: &[&Slot],
    pairs: impl Iterator<Item = (K, SessionId, SessionId)>,
    keys: impl Fn(&Slot) -> Vec<K>,
) -> Clashes<K> {
    let by_id: BTreeMap<SessionId, &Slot> = slots.iter().map(|slot| (slot.id, *slot)).collect();
    let mut clashes = Clashes::new();
    for (key, earlier, later) in pairs {
        let [earlier, later] = [earlier, later].map(|id| by_id[&id]);
        assert!(earlier.is_before(later) && earlier.overlaps(later), "{} and {}", earlier.id, later.id);
        assert!(keys(earlier).contains(&key) && keys(later).contains(&key), "they share it");
        assert!(clashes.entry(key).or_default().insert(later.id), "{} is named twice", later.id);
    }
    clashes
}

/// Holds a programme's warnings against the naive check. Gives how many sessions clash by room, and by speaker.
fn judge(programme: &Programme, slots: &[Slot]) -> [usize; 2] {
    let stands = |slot: &&Slot| programme.session(slot.id).unwrap().status != SessionStatus::Cancelled;
    let slots: Vec<&Slot> = slots.iter().filter(stands).collect();
    let rooms = |slot: &Slot| Some(slot.room.clone()).filter(|room| !room.is_empty()).into_iter().collect();
    let speakers = |slot: &Slot| slot.speakers.clone();
    let warnings = programme.warnings();
    let by_room = warnings.iter().filter_map(|warning| match warning {
        ProgrammeWarning::RoomTwice { room, earlier, later } => Some((room.clone(), *earlier, *later)),
        _ => None,
    });
    let by_speaker = warnings.iter().filter_map(|warning| match warning {
        ProgrammeWarning::SpeakerTwice { speaker, earlier, later } => Some((*speaker, *earlier, *later)),
        _ => None,
    });
    let (room_clashes, speaker_clashes) = (all_pairs(&slots, rooms), all_pairs(&slots, speakers));
    assert_eq!(warned(&slots, by_room, rooms), room_clashes);
    assert_eq!(warned(&slots, by_speaker, speakers), speaker_clashes);
    [room_clashes.values().map(BTreeSet::len).sum(), speaker_clashes.values().map(BTreeSet::len).sum()]
}

/// The sessions that stand and are warned of for want of a time, and for a day that is not the gathering's.
fn untimed_and_outside(programme: &Programme) -> [BTreeSet<SessionId>; 2] {
    let mut found = [BTreeSet::new(), BTreeSet::new()];
    for warning in programme.warnings() {
        let fresh = match warning {
            ProgrammeWarning::Untimed { session } => found[0].insert(session),
            ProgrammeWarning::Outside { session } => found[1].insert(session),
            _ => true,
        };
        assert!(fresh, "each is named once");
    }
    found
}

/// What is generated of a session: its day, its start and its length in steps of five minutes, its room and speakers.
#[derive(Clone, Debug)]
struct Draft {
    /// `None` is to be confirmed.
    day: Option<u8>,
    /// `None` is the whole day.
    hours: Option<(u8, u8)>,
    room: u8,
    speakers: BTreeSet<u8>,
    dropped: bool,
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let day = prop_oneof![9 => (0..2_u8).prop_map(Some), 1 => Just(None)];
    let hours = prop_oneof![9 => (0..30_u8, 1..9_u8).prop_map(Some), 1 => Just(None)];
    let draft = (day, hours, 0..4_u8, prop::collection::btree_set(0..4_u8, 0..3), prop::bool::weighted(0.15));
    let draft =
        draft.prop_map(|(day, hours, room, speakers, dropped)| Draft { day, hours, room, speakers, dropped });
    prop::collection::vec(draft, 0..25)
}

const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2027, 3, 20) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

impl Draft {
    fn schedule(&self) -> Schedule {
        let Some(day) = self.day else { return Schedule::to_be_confirmed("") };
        let day = FIRST_DAY + TimeDelta::days(day.into());
        let Some((start, length)) = self.hours else { return Schedule::days(day, day, "UTC").unwrap() };
        let start = day.and_hms_opt(9, 0, 0).unwrap() + TimeDelta::minutes(5 * i64::from(start));
        Schedule::exact(start, start + TimeDelta::minutes(5 * i64::from(length)), "UTC").unwrap()
    }

    fn session(&self, number: u128) -> Session {
        let rooms = ["", "Hall", "Annexe", "Reading Room"];
        let session = Session::new(SessionId::from_u128(number), "Talk").at(self.schedule());
        let session = session.room(rooms[usize::from(self.room)]);
        self.speakers
            .iter()
            .fold(session, |session, speaker| session.speaker(PersonId::from_u128(u128::from(*speaker))))
    }
}

/// The sessions with hours.
fn slots(sessions: &[Session]) -> Vec<Slot> {
    let exact = sessions.iter().filter(|session| matches!(session.schedule, Schedule::Exact(_)));
    let slot = exact.map(|session| Slot {
        id: session.id,
        starts: session.schedule.starts().unwrap(),
        ends: session.schedule.ends().unwrap(),
        room: session.room.clone(),
        speakers: session.texts.speakers.clone(),
    });
    slot.collect()
}

fn conference(desk: &Desk, days: &str) -> GatheringId {
    let gathering = Gathering::conference("Conference", Venue::new("Hub")).at(days.parse().unwrap());
    desk.announce(gathering).unwrap().outcome
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_programme_warns_of_what_an_all_pairs_check_finds(drafts in drafts(), moved in any::<bool>()) {
        let desk = Desk::builder().clock(TestClock::at(epoch())).in_memory();
        let on = conference(&desk, "2027-03-20 to 2027-03-21 UTC");
        let numbered = (0..).zip(&drafts);
        let sessions: Vec<_> = numbered.map(|(number, draft)| draft.session(number)).collect();
        drop(desk.execute(SetProgramme::new(on, sessions.clone())).unwrap());
        let dropped = sessions.iter().zip(&drafts).filter(|(_, draft)| draft.dropped);
        for (session, _) in dropped {
            drop(desk.execute(DropSession::new(on, session.id)).unwrap());
        }
        if moved {
            drop(desk.reschedule(on, "2027-03-21 to 2027-03-22 UTC".parse().unwrap()).unwrap());
        }

        let programme = desk.programme(on).unwrap();
        judge(&programme, &slots(&sessions));
        let standing = || sessions.iter().zip(&drafts).filter(|(_, draft)| !draft.dropped);
        let untimed = standing().filter(|(_, draft)| draft.day.is_none() || draft.hours.is_none());
        let outside = standing().filter(|(_, draft)| moved && draft.day == Some(0));
        let ids = |kept: Vec<(&Session, &Draft)>| kept.iter().map(|(session, _)| session.id).collect();
        prop_assert_eq!(untimed_and_outside(&programme), [ids(untimed.collect()), ids(outside.collect())]);
    }
}

/// Both snapshots of a real programme, where they are: they are not part of this crate.
fn real_sessions(file: &str) -> Option<Vec<Session>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/fosdem-2025");
    let text = fs::read_to_string(folder.join(file)).ok()?;
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    Some(json["sessions"].as_array().unwrap().iter().map(real_session).collect())
}

fn real_session(json: &serde_json::Value) -> Session {
    let text = |name: &str| json[name].as_str().unwrap();
    let starts: DateTime<Utc> = text("start").parse().unwrap();
    let (hours, minutes) = text("duration").split_once(':').unwrap();
    let [hours, minutes] = [hours, minutes].map(|number| number.parse::<i64>().unwrap());
    let ends = starts + TimeDelta::minutes(60 * hours + minutes);
    let session = Session::new(text("id").parse().unwrap(), text("title"))
        .at(Schedule::between(starts, ends, "Europe/Brussels").unwrap())
        .room(text("room"))
        .track(text("track"))
        .kind(text("type"))
        .link(text("url"))
        .about(text("abstract"));
    let speakers = json["speakers"].as_array().unwrap().iter().map(|speaker| speaker.as_str().unwrap());
    let number = |speaker: &str| speaker.strip_prefix("Speaker ").unwrap().parse().unwrap();
    speakers.fold(session, |session, speaker| session.speaker(PersonId::from_u128(number(speaker))))
}

/// The same programme where each building is one room, and ten people speak as one: it is full of clashes.
fn crowded(sessions: &[Session]) -> Vec<Session> {
    let crowd = |session: &Session| {
        let mut crowded = session.clone();
        crowded.room.truncate(1);
        let speakers = session.texts.speakers.iter().map(|speaker| speaker.uuid().as_u128() / 10);
        let speakers: BTreeSet<_> = speakers.map(PersonId::from_u128).collect();
        crowded.texts.speakers = speakers.into_iter().collect();
        crowded
    };
    sessions.iter().map(crowd).collect()
}

/// One session moves from a snapshot to the next when its start, its length or its room differs.
#[test]
fn a_real_programme_is_set_changed_and_judged_like_any_other() {
    let [Some(before), Some(after)] = ["2025-01-26.json", "2025-02-02.json"].map(real_sessions) else {
        return;
    };
    let desk = Desk::builder().clock(TestClock::at("2025-01-01T12:00:00Z".parse().unwrap())).in_memory();
    let on = conference(&desk, "2025-02-01 to 2025-02-02 Europe/Brussels");

    let set = desk.execute(SetProgramme::new(on, before.clone())).unwrap().outcome;
    assert_eq!((set.added.len(), set.unchanged), (1_085, 0));
    assert_eq!(judge(&desk.programme(on).unwrap(), &slots(&before)), [0, 0], "whoever planned it did well");

    let set = desk.execute(SetProgramme::new(on, after.clone())).unwrap().outcome;
    let [added, moved, dropped] = [&set.added, &set.moved, &set.dropped].map(Vec::len);
    assert_eq!([added, moved, dropped], [39, 73, 22]);
    let programme = desk.programme(on).unwrap();
    assert_eq!(programme.rows().len(), 1_085 + 39, "what was dropped stays in sight");
    assert_eq!(judge(&programme, &slots(&after)), [0, 0]);
    let sequences: BTreeMap<_, _> = programme.rows().iter().map(|row| (row.session, row.sequence)).collect();
    let raised = |ids: &[SessionId]| ids.iter().all(|id| sequences[id] == 1);
    assert!(raised(&set.moved) && raised(&set.dropped));
    assert_eq!(sequences.values().filter(|sequence| **sequence == 0).count(), 1_085 + 39 - 73 - 22);
    assert_eq!(
        desk.execute(SetProgramme::new(on, after.clone())).unwrap().facts,
        [],
        "again, it changes nothing"
    );

    let crowded = crowded(&after);
    drop(desk.execute(SetProgramme::new(on, crowded.clone())).unwrap());
    let [rooms, speakers] = judge(&desk.programme(on).unwrap(), &slots(&crowded));
    assert!(rooms > 500 && speakers > 50, "{rooms} by room, {speakers} by speaker");
}
