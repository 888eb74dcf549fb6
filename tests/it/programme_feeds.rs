//! What a programme's calendars say is what its programme says, as a reader that is not ours reads it.
//!
//! Samples are left in the build's folder with what is expected beside each, for readers in other languages
//! (`.ci/readers`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use gather::calendar::{ProgrammeFeed, Wording};
use gather::testkit::TestClock;
use gather::{
    AddOffering, AddSession, ChangeMode, ChangeSession, Command, Desk, DropSession, Gathering, GatheringId,
    JoinLink, Mode, MoveSession, Offering, OfferingId, PersonDetails, PersonId, Pool, PoolId, Programme,
    ProgrammeRow, PublishName, PublishedName, Register, RegistrationId, Reschedule, Schedule, Session,
    SessionId, SessionStatus, SetProgramme, Transfer, Venue,
};
use ical::IcalParser;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::feeds::{address, entry, instant, read_entry, unescaped};

const WHOLE: OfferingId = OfferingId::new(1);
const WORKSHOP: OfferingId = OfferingId::new(2);

/// A conference on two days, at a desk whose clock moves on by an hour with each command.
struct Stage {
    desk: Desk,
    clock: TestClock,
    on: GatheringId,
}

impl Stage {
    fn of(gathering: Gathering) -> Self {
        let clock = TestClock::at("2027-01-01T09:00:00Z".parse().unwrap());
        let desk = Desk::builder().clock(clock.clone()).in_memory();
        let on = desk.announce(gathering.at(days("2027-03-20 to 2027-03-21"))).unwrap().outcome;
        Self { desk, clock, on }
    }

    fn new() -> Self {
        let hub = Venue::new("Library Hub").address("Hill Road 1, Sheffield");
        let hall = PoolId::new(1);
        let conference = Gathering::conference("The Changing Landscape", hub)
            .about("Two days on owning libraries.")
            .online_too()
            .join_link(JoinLink::new("https://meet.example/secret"))
            .pool(Pool::new(hall, "hall", 100))
            .offering(Offering::new(WHOLE, "conference", [hall]));
        Self::of(conference)
    }

    fn does<C: Command>(&self, command: C) -> C::Outcome {
        self.clock.advance(TimeDelta::hours(1));
        self.desk.execute(command).unwrap().outcome
    }

    fn adds(&self, session: Session) -> SessionId {
        self.does(AddSession::new(self.on, session))
    }

    fn publishes(&self, number: u128, name: &str) -> PersonId {
        self.does(PublishName::of(person(number), PublishedName::new(name)))
    }

    /// Makes a session bookable, for whoever has a place in the conference.
    fn opens(&self, session: SessionId, places: u32) {
        let pool = PoolId::new(2);
        let offering = Offering::new(WORKSHOP, "workshop", [pool]).for_session(session).requires(WHOLE);
        self.does(AddOffering::new(self.on, offering).pool(Pool::new(pool, "workshop", places)));
    }

    fn books(&self, person: u128, offering: OfferingId) -> RegistrationId {
        self.does(Register::new(self.on, self::person(person)).offering(offering)).registration()
    }

    fn programme(&self) -> Programme {
        self.desk.programme(self.on).unwrap()
    }

    fn row(&self, session: SessionId) -> ProgrammeRow {
        self.programme().session(session).unwrap().clone()
    }

    /// What the calendar of the whole programme says of one session, or of the gathering.
    fn entry(&self, uid: impl ToString + Copy) -> Event {
        let feed = ProgrammeFeed::new(self.programme()).to_string();
        Event::of(&feed, &uid.to_string()).unwrap()
    }

    fn now(&self) -> DateTime<Utc> {
        use gather::Clock;
        self.clock.now()
    }
}

/// Somebody whose id is no session's.
fn person(number: u128) -> PersonId {
    PersonId::from_u128(1_000 + number)
}

fn days(days: &str) -> Schedule {
    format!("{days} Europe/London").parse().unwrap()
}

fn talk(number: u128, title: &str, hours: &str) -> Session {
    Session::new(SessionId::from_u128(number), title).at(days(&format!("2027-03-20 {hours}")))
}

/// One entry of a calendar, with every property by its name.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    json: Value,
    properties: BTreeMap<String, String>,
}

impl Event {
    /// Every entry, in the order of the file.
    fn all(text: &str) -> Vec<Self> {
        let unfolded = text.replace("\r\n ", "");
        let calendars: Vec<_> = IcalParser::new(unfolded.as_bytes()).map(Result::unwrap).collect();
        let [calendar] = calendars.as_slice() else { panic!("{} calendars", calendars.len()) };
        let events = calendar.events.iter().map(|event| {
            let properties = event.properties.iter();
            let value = |value: &Option<String>| value.clone().unwrap_or_default();
            let all: Vec<_> = properties.map(|it| (it.name.clone(), value(&it.value))).collect();
            let properties: BTreeMap<_, _> = all.iter().cloned().collect();
            assert_eq!(properties.len(), all.len(), "no property comes twice: {all:?}");
            Self { json: read_entry(event), properties }
        });
        events.collect()
    }

    fn of(text: &str, uid: &str) -> Option<Self> {
        Self::all(text).into_iter().find(|event| event.json["uid"] == uid)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.properties.get(name).map(|value| unescaped(value))
    }

    fn time(&self, name: &str) -> DateTime<Utc> {
        let value = &self.properties[name];
        chrono::NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%SZ").unwrap().and_utc()
    }

    fn sequence(&self) -> u64 {
        self.json["sequence"].as_u64().unwrap()
    }

    fn str(&self, name: &str) -> &str {
        self.json[name].as_str().unwrap()
    }

    /// How it stands: `CONFIRMED`, with what stands before its title.
    fn status(&self) -> (&str, &str) {
        let summary = self.str("summary");
        let prefix = ["Cancelled: ", "Postponed: "].into_iter().find(|prefix| summary.starts_with(prefix));
        (self.str("status"), prefix.unwrap_or_default())
    }

    /// What the list beside a file says of it: the entry, with what it is a part of and when it was changed last.
    fn beside(&self) -> Value {
        let mut beside = self.json.clone();
        beside["related_to"] = self.properties.get("RELATED-TO").cloned().into();
        beside["last_modified"] = instant(self.time("LAST-MODIFIED")).into();
        beside
    }
}

fn status(of: SessionStatus) -> (&'static str, &'static str) {
    match of {
        SessionStatus::Confirmed => ("CONFIRMED", ""),
        SessionStatus::Postponed => ("TENTATIVE", "Postponed: "),
        SessionStatus::Cancelled => ("CANCELLED", "Cancelled: "),
        other => panic!("{other} is new"),
    }
}

/// What the calendar should say of a session; nothing where it never had a date.
fn expected_session(programme: &Programme, row: &ProgrammeRow) -> Option<Value> {
    row.shown_schedule().starts()?;
    let (status, prefix) = status(row.status);
    let place = programme.announcement().mode.venue().map_or_else(|| "Online".into(), address);
    let room = Some(row.room().to_owned()).filter(|room| !room.is_empty());
    let location = room.map_or_else(|| place.clone(), |room| format!("{room}, {place}"));
    let (uid, summary) = (row.session.to_string(), format!("{prefix}{}", row.texts().title));
    let mut expected = entry(&uid, row.sequence, &summary, &location, row.shown_schedule(), status);
    expected["related_to"] = programme.gathering().to_string().into();
    expected["last_modified"] = instant(row.revised_at).into();
    Some(expected)
}

fn expected_sessions(programme: &Programme) -> Vec<Value> {
    programme.rows().iter().filter_map(|row| expected_session(programme, row)).collect()
}

/// Reads a calendar back, compares it with what is expected, and leaves both for readers in other languages.
fn compare(name: &str, text: &str, expected: &[Value]) {
    let read: Vec<_> = Event::all(text).iter().map(Event::beside).collect();
    assert_eq!(read, expected, "{name}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programmes");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.ics")), text).unwrap();
    let beside = serde_json::to_string_pretty(expected).unwrap();
    fs::write(folder.join(format!("{name}.ics.json")), beside).unwrap();
}

/// A programme with something of everything.
fn full() -> Stage {
    let stage = Stage::new();
    let [ann, bob] = [stage.publishes(1, "Dr Ann Example"), stage.publishes(2, "Smith; Bob, \"Bobby\"")];
    let nameless = person(3);
    stage.adds(talk(1, "Welcome", "09:30 to 09:45").room("Hall").kind("keynote").speaker(ann));
    stage.adds(
        talk(2, "Assets, and how they are transferred; ten years on", "10:00 to 10:45")
            .room("Reading Room")
            .track("Owning, leasing")
            .kind("talk")
            .link("https://example.org/talks?id=2&lang=en")
            .about("What has become of them.\nBring examples.")
            .speaker(bob)
            .speaker(nameless)
            .speaker(ann),
    );
    stage.adds(
        talk(3, "資産移転の十年、図書館とその未来について語り合う長い長い題名の会", "10:00 to 11:00")
            .room("Hall"),
    );
    stage.adds(Session::new(SessionId::from_u128(4), "To be found"));
    stage.adds(
        Session::new(SessionId::from_u128(5), "Second day").at(days("2027-03-21")).track("Owning, leasing"),
    );
    stage.adds(talk(6, "Moved and dropped", "14:00 to 15:00").speaker(nameless));
    stage.adds(talk(7, "Taken back", "15:00 to 16:00").room("Hall").speaker(bob));
    stage.does(MoveSession::new(stage.on, SessionId::from_u128(6)).room("Annexe"));
    stage.does(DropSession::new(stage.on, SessionId::from_u128(6)));
    stage.does(MoveSession::new(stage.on, SessionId::from_u128(7)).to(Schedule::to_be_confirmed("later")));
    stage
}

#[test]
fn a_feed_has_the_gathering_s_own_entry_and_one_for_each_dated_session() {
    let stage = full();
    let programme = stage.programme();
    let hub = "Library Hub, Hill Road 1, Sheffield";
    let uid = stage.on.to_string();
    let when = &programme.announcement().schedule;
    let mut own = entry(&uid, 0, "The Changing Landscape", hub, when, "CONFIRMED");
    own["related_to"] = Value::Null;
    own["last_modified"] = json!("2027-01-01T09:00:00Z");

    let sessions = expected_sessions(&programme);
    let uids: Vec<_> = sessions.iter().map(|entry| entry["uid"].as_str().unwrap()).collect();
    let numbers = [1, 3, 2, 6, 7, 5].map(|number| SessionId::from_u128(number).to_string());
    assert_eq!(uids, numbers, "by start, then by room; the one without a date is not there");
    let all: Vec<_> = std::iter::once(own).chain(sessions.clone()).collect();
    compare("whole", &ProgrammeFeed::new(programme.clone()).to_string(), &all);
    compare("sessions", &ProgrammeFeed::new(programme.clone()).sessions_only().to_string(), &sessions);

    let mut written = Vec::new();
    ProgrammeFeed::new(programme.clone()).write_to(&mut written).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), ProgrammeFeed::new(programme).to_string());
}

#[test]
fn the_gathering_s_entry_is_the_same_as_in_the_public_feed() {
    let stage = full();
    let same = || {
        let public = Event::of(&stage.desk.public_feed().to_string(), &stage.on.to_string()).unwrap();
        assert_eq!(stage.entry(stage.on), public);
        public
    };
    assert_eq!(same().text("CATEGORIES").as_deref(), Some("Conference"));
    stage.does(Reschedule::new(stage.on, Schedule::to_be_confirmed("autumn")));
    assert_eq!(same().status(), ("TENTATIVE", "Postponed: "));
    drop(stage.desk.cancel_gathering(stage.on).unwrap());
    assert_eq!((same().status(), same().sequence()), (("CANCELLED", "Cancelled: "), 2));
}

#[test]
fn an_entry_says_all_that_the_programme_says_of_a_session() {
    let stage = full();
    let full = stage.entry(SessionId::from_u128(2));
    assert_eq!(full.str("summary"), "Assets, and how they are transferred; ten years on");
    assert_eq!(full.str("location"), "Reading Room, Library Hub, Hill Road 1, Sheffield");
    assert_eq!(full.properties["CATEGORIES"], "talk,Owning\\, leasing");
    let description =
        "With Smith; Bob, \"Bobby\", Dr Ann Example\n\nWhat has become of them.\nBring examples.";
    assert_eq!(full.text("DESCRIPTION").unwrap(), description, "the one without a name is not billed");
    assert_eq!(full.properties["URL"], "https://example.org/talks?id=2&lang=en");
    assert_eq!(full.properties["RELATED-TO"], stage.on.to_string());
    assert_eq!(full.properties["CLASS"], "PUBLIC");
    assert_eq!(full.time("CREATED"), stage.row(SessionId::from_u128(2)).added_at);

    let bare = stage.entry(SessionId::from_u128(3));
    for absent in ["DESCRIPTION", "URL", "CATEGORIES"] {
        assert_eq!(bare.text(absent), None, "{absent}");
    }
    let only_speakers = stage.entry(SessionId::from_u128(1));
    assert_eq!(only_speakers.text("DESCRIPTION").unwrap(), "With Dr Ann Example");
    assert_eq!(only_speakers.properties["CATEGORIES"], "keynote");
    let nobody_known = stage.entry(SessionId::from_u128(6));
    assert_eq!(nobody_known.text("DESCRIPTION"), None);
    assert_eq!(nobody_known.status(), ("CANCELLED", "Cancelled: "));
    let all_day = stage.entry(SessionId::from_u128(5));
    assert_eq!((all_day.str("start"), all_day.str("end")), ("2027-03-21", "2027-03-22"));
    assert_eq!(all_day.properties["CATEGORIES"], "Owning\\, leasing");
}

#[test]
fn a_feed_for_a_room_a_track_or_a_speaker_has_their_sessions_only() {
    let stage = full();
    let parts = [
        ("room", stage.programme().in_room("Hall"), vec![1, 3, 7]),
        ("track", stage.programme().on_track("Owning, leasing"), vec![2, 5]),
        ("speaker", stage.programme().by_speaker(person(2)), vec![2, 7]),
    ];
    for (name, part, numbers) in parts {
        let expected = expected_sessions(&part);
        let uids: Vec<_> = expected.iter().map(|entry| entry["uid"].as_str().unwrap().to_owned()).collect();
        let numbers: Vec<_> = numbers.into_iter().map(|n| SessionId::from_u128(n).to_string()).collect();
        assert_eq!(uids, numbers, "{name}");
        let feed = ProgrammeFeed::new(part).sessions_only().name(format!("By {name}"));
        let text = feed.description("A part of it").to_string();
        assert!(text.contains(&format!("X-WR-CALNAME:By {name}\r\n")));
        assert!(text.contains("X-WR-CALDESC:A part of it\r\n"));
        compare(name, &text, &expected);
    }
}

#[test]
fn feeds_without_an_entry_are_calendars_all_the_same() {
    let stage = Stage::new();
    let empty = [
        ("empty-programme", ProgrammeFeed::new(stage.programme()).sessions_only()),
        ("empty-room", ProgrammeFeed::new(full().programme().in_room("No such room")).sessions_only()),
        ("undated", {
            stage.adds(Session::new(SessionId::from_u128(1), "To be found"));
            ProgrammeFeed::new(stage.programme()).sessions_only()
        }),
    ];
    for (name, feed) in empty {
        compare(name, &feed.to_string(), &[]);
    }
    // A part without a session still has the gathering's own entry, unless that is not asked for.
    let text = ProgrammeFeed::new(full().programme().in_room("No such room")).to_string();
    assert_eq!(Event::all(&text).len(), 1);
}

#[test]
fn a_gathering_without_a_date_has_no_entry_and_its_dated_sessions_have() {
    let stage = Stage::of(Gathering::conference("Reading on", Venue::new("Hub")));
    let undated =
        stage.desk.announce(Gathering::conference("Reading on", Venue::new("Hub"))).unwrap().outcome;
    let talk = talk(1, "Welcome", "09:30 to 09:45");
    stage.does(AddSession::new(undated, talk.clone()));
    let feed = ProgrammeFeed::new(stage.desk.programme(undated).unwrap()).to_string();
    let uids: Vec<_> = Event::all(&feed).iter().map(|event| event.str("uid").to_owned()).collect();
    assert_eq!(uids, [talk.id.to_string()]);
}

/// What readers take notice of: SEQUENCE. What they take up silently: LAST-MODIFIED.
#[test]
fn a_text_is_taken_up_silently_and_a_move_a_drop_and_a_return_are_noticed() {
    let stage = Stage::new();
    let session = talk(1, "Asset transfer", "10:00 to 10:45").room("Hall");
    let id = stage.adds(session.clone());
    let seen = || {
        let event = stage.entry(id);
        let modified = event.time("LAST-MODIFIED");
        assert_eq!(event.time("DTSTAMP"), modified);
        let now = modified == stage.now();
        (event.sequence(), event.status().0.to_owned(), now)
    };
    assert_eq!(seen(), (0, "CONFIRMED".into(), true));

    let revised = session.clone().about("Ten years on.").kind("talk").speaker(stage.publishes(1, "Ann"));
    stage.does(ChangeSession::new(stage.on, revised.clone()));
    assert_eq!(seen(), (0, "CONFIRMED".into(), true));
    assert_eq!(stage.entry(id).text("DESCRIPTION").unwrap(), "With Ann\n\nTen years on.");
    stage.does(ChangeSession::new(stage.on, revised.clone()));
    assert_eq!(seen(), (0, "CONFIRMED".into(), false), "nothing was changed");

    stage.does(MoveSession::new(stage.on, id).to(days("2027-03-20 11:00 to 11:45")));
    assert_eq!(seen(), (1, "CONFIRMED".into(), true));
    stage.does(MoveSession::new(stage.on, id).room("Annexe"));
    assert_eq!(seen(), (2, "CONFIRMED".into(), true));
    let both = revised.clone().about("Another text.").room("Hall");
    stage.does(ChangeSession::new(stage.on, both.clone()));
    assert_eq!(seen(), (3, "CONFIRMED".into(), true), "time and room and text at once");

    stage.does(DropSession::new(stage.on, id));
    assert_eq!(seen(), (4, "CANCELLED".into(), true));
    assert_eq!(stage.entry(id).str("start"), "2027-03-20T10:00:00Z");
    stage.adds(both);
    assert_eq!(seen(), (5, "CONFIRMED".into(), true));
    stage.does(SetProgramme::new(stage.on, []).even_if_empty());
    assert_eq!(seen(), (6, "CANCELLED".into(), true));
    let created = stage.entry(id).time("CREATED");
    assert_eq!(created, stage.row(id).added_at, "it was made once");
}

#[test]
fn another_mode_raises_every_entry_of_the_programme() {
    let stage = full();
    let before: BTreeMap<_, _> = sequences(&stage);
    let hall = Venue::new("Town Hall");
    stage.does(ChangeMode::new(stage.on, Mode::InPerson(hall)));
    let after = sequences(&stage);
    assert!(before.iter().all(|(uid, sequence)| after[uid] == sequence + 1), "{before:?} {after:?}");
    assert_eq!(stage.entry(SessionId::from_u128(2)).str("location"), "Reading Room, Town Hall");
    stage.does(ChangeMode::new(stage.on, Mode::Online).join_link(JoinLink::new("https://meet.example/2")));
    assert_eq!(stage.entry(SessionId::from_u128(5)).str("location"), "Online");
    assert_eq!(stage.entry(SessionId::from_u128(2)).str("location"), "Reading Room, Online");
    assert_eq!(stage.entry(stage.on).str("location"), "Online");
    assert!(stage.entry(stage.on).sequence() == 2);
}

fn sequences(stage: &Stage) -> BTreeMap<String, u64> {
    let feed = ProgrammeFeed::new(stage.programme()).to_string();
    Event::all(&feed).iter().map(|event| (event.str("uid").to_owned(), event.sequence())).collect()
}

#[test]
fn a_postponed_gathering_postpones_its_sessions_once_and_takes_them_along() {
    let stage = Stage::new();
    let morning = stage.adds(talk(1, "Welcome", "09:30 to 09:45").room("Hall"));
    let second = Session::new(SessionId::from_u128(2), "Second day").at(days("2027-03-21 10:00 to 11:00"));
    let second = stage.adds(second);
    let dropped = stage.adds(talk(3, "Dropped", "14:00 to 15:00"));
    stage.does(DropSession::new(stage.on, dropped));

    stage.does(Reschedule::new(stage.on, Schedule::to_be_confirmed("autumn")));
    for session in [morning, second] {
        let event = stage.entry(session);
        assert_eq!((event.status(), event.sequence()), (("TENTATIVE", "Postponed: "), 1));
        assert_eq!(event.properties["TRANSP"], "TRANSPARENT");
        assert_eq!(event.time("LAST-MODIFIED"), stage.now());
    }
    assert_eq!(stage.entry(morning).str("start"), "2027-03-20T09:30:00Z", "where it was");
    assert_eq!((stage.entry(dropped).status().0, stage.entry(dropped).sequence()), ("CANCELLED", 1));
    compare(
        "postponed",
        &ProgrammeFeed::new(stage.programme()).sessions_only().to_string(),
        &expected_sessions(&stage.programme()),
    );
    stage.does(Reschedule::new(stage.on, Schedule::to_be_confirmed("winter")));
    assert_eq!((stage.entry(morning).sequence(), stage.entry(stage.on).sequence()), (1, 1), "raised once");

    // In summer time: the same by the clocks on the wall is another instant.
    stage.does(Reschedule::new(stage.on, days("2027-09-03 to 2027-09-04")).with_programme());
    let moved = [(morning, "2027-09-03T08:30:00Z"), (second, "2027-09-04T09:00:00Z")];
    for (session, start) in moved {
        let event = stage.entry(session);
        assert_eq!((event.status(), event.sequence(), event.str("start")), (("CONFIRMED", ""), 2, start));
    }
    assert_eq!(
        stage.entry(dropped).str("start"),
        "2027-03-20T14:00:00Z",
        "what was dropped stays where it was"
    );
    compare(
        "dated-again",
        &ProgrammeFeed::new(stage.programme()).sessions_only().to_string(),
        &expected_sessions(&stage.programme()),
    );

    drop(stage.desk.cancel_gathering(stage.on).unwrap());
    let sequence = stage.entry(morning).sequence();
    assert_eq!((stage.entry(morning).status().0, sequence), ("CANCELLED", 3));
    assert_eq!(stage.entry(dropped).sequence(), 1, "it was cancelled before");
}

#[test]
fn a_host_s_own_words_are_taken() {
    let stage = full();
    let wording = Wording::default().cancelled("Entfällt: ").postponed("Verschoben: ").speakers("Mit ");
    let feed = ProgrammeFeed::new(stage.programme()).wording(wording).to_string();
    let summary = |number| {
        Event::of(&feed, &SessionId::from_u128(number).to_string()).unwrap().str("summary").to_owned()
    };
    assert_eq!(summary(6), "Entfällt: Moved and dropped");
    assert_eq!(summary(7), "Verschoben: Taken back");
    let welcome = Event::of(&feed, &SessionId::from_u128(1).to_string()).unwrap();
    assert_eq!(welcome.text("DESCRIPTION").unwrap(), "Mit Dr Ann Example");
}

/// Details are never made public, whoever they belong to: a speaker who is also a guest, say.
#[test]
fn no_feed_of_a_programme_has_details_a_join_link_or_an_attendee() {
    let stage = full();
    let details = PersonDetails::new("Secretly Ann").email("ann@secret.example").phone("0114 496 0000");
    let ann = person(1);
    stage.does(gather::RecordPerson::of(ann, details.clone()));
    let bob = stage.does(gather::RecordPerson::new(details));
    stage.opens(SessionId::from_u128(1), 10);
    let both = [
        Register::new(stage.on, ann).guest(bob).offering(WHOLE),
        Register::new(stage.on, ann).offering(WORKSHOP),
    ];
    assert!(both.map(|one| stage.does(one)).iter().all(gather::Registered::is_confirmed));
    let whole = stage.programme();
    let mut feeds = vec![ProgrammeFeed::new(whole.clone()).to_string()];
    feeds.extend(
        whole.rooms().into_iter().map(|room| ProgrammeFeed::new(whole.clone().in_room(room)).to_string()),
    );
    feeds.extend(
        whole.tracks().into_iter().map(|track| ProgrammeFeed::new(whole.clone().on_track(track)).to_string()),
    );
    feeds.extend(
        whole.speakers().into_iter().map(|who| ProgrammeFeed::new(whole.clone().by_speaker(who)).to_string()),
    );
    assert!(feeds.len() > 6, "{}", feeds.len());
    for feed in feeds {
        let feed = feed.replace("\r\n ", "");
        for personal in ["Secretly", "secret", "0114", "meet.example", "ATTENDEE", "ORGANIZER", "VALARM"] {
            assert!(!feed.contains(personal), "{personal} in {feed}");
        }
        assert!(
            !feed.contains(&bob.to_string()) && !feed.contains(&ann.to_string()),
            "ids of people stay inside"
        );
    }
    assert!(stage.desk.calendar(ann).to_string().contains("meet.example/secret"), "it is in one's own");
}

/// What a person's own calendar says of a registration.
fn own(stage: &Stage, person: u128, registration: RegistrationId) -> Option<Event> {
    let calendar = stage.desk.calendar(self::person(person)).to_string();
    Event::of(&calendar, &registration.to_string())
}

/// A conference with a workshop of one place; people 1 and 2 have both, or wait.
fn at_a_workshop() -> (Stage, SessionId, [RegistrationId; 2]) {
    let stage = Stage::new();
    let workshop = stage.adds(talk(1, "Asset transfer, hands on", "10:00 to 12:00").room("Reading Room"));
    stage.opens(workshop, 1);
    let _ = (stage.books(1, WHOLE), stage.books(2, WHOLE));
    let booked = [stage.books(1, WORKSHOP), stage.books(2, WORKSHOP)];
    (stage, workshop, booked)
}

#[test]
fn what_was_booked_for_a_session_is_in_one_s_calendar_at_its_time_and_room() {
    let (stage, workshop, [anns, bobs]) = at_a_workshop();
    let event = own(&stage, 1, anns).unwrap();
    assert_eq!(event.str("summary"), "Asset transfer, hands on");
    assert_eq!(event.str("location"), "Reading Room, Library Hub, Hill Road 1, Sheffield");
    assert_eq!((event.str("start"), event.str("end")), ("2027-03-20T10:00:00Z", "2027-03-20T12:00:00Z"));
    assert_eq!(event.text("DESCRIPTION").unwrap(), "Join: https://meet.example/secret");
    assert_eq!(event.properties["CONFERENCE"], "https://meet.example/secret");
    assert_eq!((event.sequence(), event.status().0), (0, "CONFIRMED"));

    assert_eq!(own(&stage, 2, bobs), None, "who waits has no entry");
    let asked = stage.desk.calendar(person(2)).with_waiting().to_string();
    let waits = Event::of(&asked, &bobs.to_string()).unwrap();
    assert_eq!((waits.status().0, waits.text("CONFERENCE")), ("TENTATIVE", None));
    assert_eq!(waits.str("start"), "2027-03-20T10:00:00Z");

    stage.does(MoveSession::new(stage.on, workshop).to(days("2027-03-21 14:00 to 15:00")).room("Hall"));
    let moved = own(&stage, 1, anns).unwrap();
    assert_eq!((moved.sequence(), moved.str("start")), (1, "2027-03-21T14:00:00Z"));
    assert!(moved.str("location").starts_with("Hall, "));
    assert_eq!(moved.time("LAST-MODIFIED"), stage.now());
    let text = stage.row(workshop).details().clone().about("Bring a laptop.");
    stage.does(ChangeSession::new(stage.on, text));
    let revised = own(&stage, 1, anns).unwrap();
    assert_eq!((revised.sequence(), revised.time("LAST-MODIFIED")), (1, stage.now()));
    assert_eq!(revised.text("DESCRIPTION").unwrap(), "Join: https://meet.example/secret\nBring a laptop.");
}

#[test]
fn what_was_booked_for_a_session_is_cancelled_when_that_is_dropped() {
    let (stage, workshop, [anns, bobs]) = at_a_workshop();
    let ended = stage.does(DropSession::new(stage.on, workshop)).ended;
    assert_eq!(ended, [anns, bobs], "in the order in which they joined");
    let event = own(&stage, 1, anns).unwrap();
    assert_eq!((event.status(), event.sequence()), (("CANCELLED", "Cancelled: "), 2));
    assert!(!format!("{event:?}").contains("meet.example"), "no link to what does not take place");
    let asked = stage.desk.calendar(person(2)).with_waiting().to_string();
    assert_eq!(Event::of(&asked, &bobs.to_string()), None, "who never had a place has nothing to be told");

    stage.adds(talk(1, "Asset transfer, hands on", "10:00 to 12:00"));
    let event = own(&stage, 1, anns).unwrap();
    assert_eq!((event.status().0, event.sequence()), ("CANCELLED", 3), "it has ended for good");
}

#[test]
fn a_postponed_session_is_postponed_in_one_s_calendar_too() {
    let (stage, workshop, [anns, bobs]) = at_a_workshop();
    stage.does(Reschedule::new(stage.on, Schedule::to_be_confirmed("autumn")));
    let event = own(&stage, 1, anns).unwrap();
    assert_eq!((event.status(), event.sequence()), (("TENTATIVE", "Postponed: "), 1));
    assert_eq!((event.str("start"), event.text("CONFERENCE")), ("2027-03-20T10:00:00Z", None));
    let asked = stage.desk.calendar(person(2)).with_waiting().to_string();
    assert_eq!(Event::of(&asked, &bobs.to_string()).unwrap().status(), ("TENTATIVE", "Postponed: "));

    stage.does(Reschedule::new(stage.on, days("2027-09-03 to 2027-09-04")).with_programme());
    let event = own(&stage, 1, anns).unwrap();
    assert_eq!(
        (event.status().0, event.sequence(), event.str("start")),
        ("CONFIRMED", 2, "2027-09-03T09:00:00Z")
    );
    assert!(event.text("CONFERENCE").is_some());
    stage.does(MoveSession::new(stage.on, workshop).to(Schedule::to_be_confirmed("")));
    let event = own(&stage, 1, anns).unwrap();
    assert_eq!((event.status().1, event.str("start")), ("Postponed: ", "2027-09-03T09:00:00Z"));
}

#[test]
fn a_dependent_place_that_goes_along_moves_to_the_other_calendar() {
    let (stage, _, [anns, _]) = at_a_workshop();
    let whole = stage.desk.agenda(person(1)).rows()[0].registration;
    let dan = person(4);
    stage.does(Transfer::new(whole, dan));
    assert_eq!(own(&stage, 1, anns).unwrap().status().0, "CANCELLED");
    let event = own(&stage, 4, anns).unwrap();
    assert_eq!((event.status().0, event.str("summary")), ("CONFIRMED", "Asset transfer, hands on"));
    assert!(event.text("CONFERENCE").is_some() && own(&stage, 4, whole).is_some());
    let gone = Event::all(&stage.desk.calendar(person(1)).to_string());
    assert!(gone.len() == 2 && gone.iter().all(|event| event.status().0 == "CANCELLED"), "{gone:?}");
}

#[test]
fn an_online_session_is_joined_by_the_gathering_s_link() {
    let stage =
        Stage::of(Gathering::webinar("Webinars").join_link(JoinLink::new("https://meet.google.com/abc")));
    let first = stage.adds(talk(1, "First", "10:00 to 11:00"));
    let offering = Offering::new(WORKSHOP, "first", [PoolId::new(2)]).for_session(first);
    stage.does(AddOffering::new(stage.on, offering).pool(Pool::new(PoolId::new(2), "first", 9)));
    let booked = stage.books(1, WORKSHOP);
    let event = own(&stage, 1, booked).unwrap();
    assert_eq!(event.str("location"), "https://meet.google.com/abc");
    assert_eq!(event.properties["X-GOOGLE-CONFERENCE"], "https://meet.google.com/abc");
    assert_eq!(stage.entry(first).str("location"), "Online");
}

/// Something that an organiser does to a programme of four sessions.
#[derive(Clone, Debug)]
enum Step {
    Add(u128, Slot),
    Move(u128, Slot),
    Room(u128, u8),
    Text(u128, u8),
    Drop(u128),
    Set(Vec<(u128, Slot)>),
    Days(Option<u8>, bool),
    Mode(u8, bool),
}

/// A time: to be confirmed, or a day and an hour of it.
type Slot = Option<(u8, u8)>;

fn step() -> impl Strategy<Value = Step> {
    let slot = || prop::option::weighted(0.8, (0..4_u8, 0..6_u8));
    let id = 0..4_u128;
    prop_oneof![
        4 => (id.clone(), slot()).prop_map(|(id, slot)| Step::Add(id, slot)),
        3 => (id.clone(), slot()).prop_map(|(id, slot)| Step::Move(id, slot)),
        2 => (id.clone(), 0..3_u8).prop_map(|(id, room)| Step::Room(id, room)),
        2 => (id.clone(), 0..3_u8).prop_map(|(id, text)| Step::Text(id, text)),
        2 => id.clone().prop_map(Step::Drop),
        1 => prop::collection::vec((id, slot()), 0..4).prop_map(Step::Set),
        3 => (prop::option::of(0..3_u8), any::<bool>()).prop_map(|(day, along)| Step::Days(day, along)),
        1 => (0..3_u8, any::<bool>()).prop_map(|(mode, linked)| Step::Mode(mode, linked)),
    ]
}

impl Step {
    fn moves(&self) -> bool {
        matches!(self, Self::Add(..) | Self::Move(..) | Self::Room(..) | Self::Set(_) | Self::Days(_, true))
    }
}

impl Stage {
    /// Does a step, if it is not refused, and says whether it was another mode or link.
    fn takes(&self, step: &Step) -> bool {
        self.clock.advance(TimeDelta::hours(1));
        let (desk, on) = (&self.desk, self.on);
        let id = SessionId::from_u128;
        let when = |slot: &Slot| match slot {
            Some((day, hour)) => {
                let (day, start) = (20 + day, 9 + hour);
                days(&format!("2027-03-{day} {start:02}:00 to {:02}:00", start + 1))
            }
            None => Schedule::to_be_confirmed(""),
        };
        let room = |room: &u8| ["", "Hall", "Annexe"][usize::from(*room)];
        let session = |number: u128, slot: &Slot| Session::new(id(number), "Talk").at(when(slot));
        match step {
            Step::Add(number, slot) => drop(desk.execute(AddSession::new(on, session(*number, slot)))),
            Step::Move(number, slot) => drop(desk.execute(MoveSession::new(on, id(*number)).to(when(slot)))),
            Step::Room(number, to) => drop(desk.execute(MoveSession::new(on, id(*number)).room(room(to)))),
            Step::Text(number, text) => {
                let Some(known) = self.programme().session(id(*number)).map(|row| row.details().clone())
                else {
                    return false;
                };
                drop(desk.execute(ChangeSession::new(on, known.about(format!("Text {text}")))));
            }
            Step::Drop(number) => drop(desk.execute(DropSession::new(on, id(*number)))),
            Step::Set(all) => {
                let all: Vec<_> = all.iter().map(|(number, slot)| session(*number, slot)).collect();
                drop(desk.execute(SetProgramme::new(on, all).even_if_empty()));
            }
            Step::Days(day, along) => {
                let dates = day.map(|day| days(&format!("2027-03-{} to 2027-03-{}", 20 + day, 21 + day)));
                let other = Reschedule::new(on, dates.unwrap_or_else(|| Schedule::to_be_confirmed("")));
                drop(desk.execute(if *along { other.with_programme() } else { other }));
            }
            Step::Mode(mode, linked) => {
                let hub = Venue::new("Hub");
                let mode = [Mode::Online, Mode::InPerson(hub.clone()), Mode::Hybrid(hub)][usize::from(*mode)]
                    .clone();
                let linked = *linked && mode.is_online();
                let change = ChangeMode::new(on, mode);
                let link = JoinLink::new("https://meet.example/other");
                return desk.execute(if linked { change.join_link(link) } else { change }).is_ok();
            }
        }
        false
    }
}

/// What readers are to notice of an entry: when and where it is, and whether it holds.
fn noticed(entry: &Value) -> [&Value; 4] {
    ["start", "end", "location", "status"].map(|name| &entry[name])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// After any steps the calendar reads as the programme says; SEQUENCE never goes down, and rises with what readers
    /// are to notice. It may rise with a move that they cannot see yet, and with nothing else.
    #[test]
    fn feeds_follow_whatever_becomes_of_a_programme(steps in prop::collection::vec(step(), 1..25)) {
        let stage = Stage::new();
        let mut seen: BTreeMap<String, Value> = BTreeMap::new();
        for step in &steps {
            let other_mode = stage.takes(step);
            let programme = stage.programme();
            let feed = ProgrammeFeed::new(programme.clone()).sessions_only().to_string();
            let read: Vec<_> = Event::all(&feed).iter().map(Event::beside).collect();
            prop_assert_eq!(&read, &expected_sessions(&programme));
            for entry in read {
                let uid = entry["uid"].as_str().unwrap().to_owned();
                let Some(before) = seen.insert(uid, entry.clone()) else { continue };
                let [was, is] = [&before, &entry].map(|entry| entry["sequence"].as_u64().unwrap());
                let (risen, other) = (is > was, noticed(&before) != noticed(&entry));
                prop_assert!(is >= was, "SEQUENCE went down: {entry}");
                prop_assert!(risen || !other, "nobody notices {entry} after {before}");
                prop_assert!(other || !risen || other_mode || step.moves(), "{step:?} raised {entry}");
                let [was, is] = [&before, &entry].map(|entry| entry["last_modified"].as_str().unwrap());
                prop_assert!(is > was || before == entry, "LAST-MODIFIED stood still: {entry}");
            }
        }
    }
}
