//! A person can be forgotten: what they had booked ends, their key is gone whatever happens, and every count stays as it was.

use std::sync::Arc;

use gather::audit::verify;
use gather::log::{FileLog, Log};
use gather::privacy::{FileVault, KeyRef, KeyVault};
use gather::testkit::{FaultyDisk, TestClock, person_id};
use gather::{
    AddSession, Answers, Change, ChangeParty, ChangeSession, Desk, DropSession, Error, FollowUp, Gathering,
    GatheringId, Hold, KeepAnswers, NoteInterest, Opened, PersonDetails, PersonId, PublishName,
    PublishedName, RecordPerson, Refusal, Register, RegistrationId, RequestId, Session, SessionId,
    SetProgramme, Transfer, Unavailable, Venue,
};

use crate::scene::{MORNING, STARTS, Scene, at, hall, workshop};

mod blank;
mod crashes;
mod export;
mod keys;
mod needs;
mod retention;
mod torn;
mod vaults;

const ANN: u8 = 1;
const BOB: u8 = 2;
const CYD: u8 = 3;
const DAN: u8 = 4;
/// A few minutes after a scene begins.
const LATER: &str = "2027-01-04T09:10:00Z";

impl Scene {
    fn is_sound(&self) {
        let findings = self.desk.verify(&mut |_| ()).unwrap();
        assert!(findings.is_sound(), "{findings}");
    }

    fn records(&self, person: u8, name: &str) {
        drop(self.receives(RecordPerson::of(person_id(person), PersonDetails::new(name))));
    }

    /// Who is on the places of a registration, with whoever was forgotten.
    fn rows(&self, registration: RegistrationId) -> Vec<(Option<PersonId>, bool)> {
        let list = self.desk.attendee_list(self.on).unwrap();
        let rows = list.rows().iter().filter(|row| row.registration == registration);
        rows.map(|row| (row.person, row.forgotten().is_some())).collect()
    }
}

/// The code of what a command is refused for.
fn refused<T: std::fmt::Debug>(answer: Result<T, gather::Failure>) -> &'static str {
    match answer.unwrap_err() {
        gather::Failure::Refused(refusal) => refusal.code(),
        gather::Failure::Fault(error) => panic!("{error}"),
    }
}

#[test]
fn a_place_on_saturday_goes_to_the_line() {
    let scene = Scene::with_places(1);
    scene.records(ANN, "Ann Example");
    let anns = scene.books(scene.one(ANN));
    let next = scene.waits(scene.one(BOB), 0);
    let receipt = scene.desk.forget(person_id(ANN)).unwrap();
    assert_eq!((receipt.ended, receipt.promoted), (vec![anns], vec![next]));
    assert_eq!((receipt.before, receipt.keys, receipt.at), (false, 1, at(MORNING)));
    assert_eq!(scene.status(next), "confirmed");
    assert_eq!(scene.rows(next), [(Some(person_id(BOB)), false)]);
    scene.is_sound();
}

#[test]
fn everything_of_theirs_says_that_they_are_forgotten() {
    let scene = Scene::with_places(9);
    scene.records(ANN, "Ann Example");
    let answers = Answers::new().answer("diet", "no nuts");
    let registration = scene.books(scene.one(ANN).answers(answers));
    drop(scene.receives(PublishName::of(person_id(ANN), PublishedName::new("Dr Ann Example"))));
    let at = scene.desk.forget(person_id(ANN)).unwrap().at;
    let details = scene.desk.person(person_id(ANN)).unwrap();
    assert!(matches!(details, Opened::Forgotten { at: since } if since == at));
    let answers = scene.desk.answers(registration).unwrap().unwrap();
    assert!(matches!(answers, Opened::Forgotten { at: since } if since == at));
    let agenda = scene.desk.agenda(person_id(ANN));
    assert_eq!((agenda.forgotten(), agenda.rows().len()), (Some(at), 1));
    assert!(!scene.desk.calendar(person_id(ANN)).to_string().contains("VEVENT"));
    assert!(scene.desk.agenda(person_id(BOB)).forgotten().is_none());
}

#[test]
fn what_has_begun_keeps_its_row_and_every_count() {
    let scene = Scene::with_places(3);
    for (person, name) in [(ANN, "Ann Example"), (BOB, "Bob Example")] {
        scene.records(person, name);
    }
    let booked: Vec<_> = [ANN, BOB].map(|person| scene.books(scene.one(person))).into();
    scene.set_clock(STARTS);
    let (before, on) = (scene.desk.attendee_list(scene.on).unwrap(), scene.desk.gathering(scene.on).unwrap());
    let receipt = scene.desk.forget(person_id(ANN)).unwrap();
    assert_eq!(receipt.ended, []);
    let after = scene.desk.attendee_list(scene.on).unwrap();
    let counts = |list: &gather::AttendeeList| {
        let rows: Vec<_> = list.rows().iter().map(|row| (row.registration, row.person, row.status)).collect();
        (rows, list.pools().to_vec(), list.presence())
    };
    assert_eq!(counts(&before), counts(&after));
    assert_eq!(on.offerings, scene.desk.gathering(scene.on).unwrap().offerings);
    assert_eq!(after.rows()[0].registration, booked[0]);

    let shown = after.expose("badges");
    let [anns, bobs] = shown.rows() else { panic!("two rows") };
    assert!(anns.details == PersonDetails::default() && anns.unavailable.is_none());
    assert_eq!((anns.row.forgotten(), bobs.row.forgotten()), (Some(receipt.at), None));
    assert_eq!(bobs.details.name, "Bob Example");
    assert!(shown.to_string().contains("[erased]") && after.to_string().contains("[erased]"));
    let json = serde_json::to_value(&shown).unwrap();
    assert_eq!(json["attendees"][0]["name"], "");
    assert_eq!(json["attendees"][0]["forgotten"], serde_json::to_value(receipt.at).unwrap());
    assert!(json["attendees"][1]["forgotten"].is_null());
    // A host with names of its own is not asked for theirs.
    let own = after.with_names(|person| {
        assert_ne!(person, person_id(ANN));
        Some("somebody".into())
    });
    assert_eq!(own.rows()[0].details.name, "");
    scene.is_sound();
}

#[test]
fn others_of_the_party_keep_their_places() {
    let scene = Scene::with_places(3);
    let party = Register::new(scene.on, person_id(ANN)).unnamed_guests(1).guest(person_id(BOB));
    let family = scene.books(party.answers(Answers::new().answer("diet", "no nuts")));
    let next = scene.waits(scene.one(CYD), 0);
    let receipt = scene.desk.forget(person_id(ANN)).unwrap();
    assert_eq!((receipt.ended, receipt.handed_on, receipt.promoted), (vec![], vec![family], vec![next]));
    assert_eq!(scene.rows(family), [(Some(person_id(BOB)), false), (None, false)]);
    assert!(scene.desk.answers(family).unwrap().is_none(), "what Ann answered is not Bob's");
    assert_eq!(scene.desk.agenda(person_id(BOB)).rows().len(), 1);
    scene.is_sound();
    // Now it is Bob's, and ends with him: the guest has no name.
    assert_eq!(scene.desk.forget(person_id(BOB)).unwrap().ended, [family]);
    scene.is_sound();
}

#[test]
fn a_guest_stays_as_a_place_without_a_name() {
    let scene = Scene::with_places(3);
    let party = Register::new(scene.on, person_id(ANN)).guest(person_id(BOB)).guest(person_id(CYD));
    let family = scene.books(party);
    let receipt = scene.desk.forget(person_id(BOB)).unwrap();
    assert_eq!((receipt.ended, receipt.handed_on), (vec![], vec![]));
    assert_eq!(
        scene.rows(family),
        [(Some(person_id(ANN)), false), (Some(person_id(BOB)), true), (Some(person_id(CYD)), false)]
    );
    // When the booker goes, too, nobody who is forgotten takes over.
    let receipt = scene.desk.forget(person_id(ANN)).unwrap();
    assert_eq!(receipt.handed_on, [family]);
    assert_eq!(scene.rows(family), [(Some(person_id(CYD)), false)]);
    scene.is_sound();
}

#[test]
fn the_booker_can_hand_on_a_place_without_a_name() {
    let scene = Scene::with_places(2);
    let pair = scene.books(Register::new(scene.on, person_id(ANN)).guest(person_id(BOB)));
    let _ = scene.desk.forget(person_id(BOB)).unwrap();
    assert_eq!(scene.does(Transfer::new(pair, person_id(CYD)).place(2)), Change::Made);
    assert_eq!(scene.rows(pair), [(Some(person_id(ANN)), false), (Some(person_id(CYD)), false)]);
    scene.is_sound();
}

#[test]
fn what_needs_their_place_ends_with_it() {
    use gather::{Offering, OfferingId, Pool, PoolId};
    let visit = OfferingId::new(2);
    let day = hall(9, |place| place)
        .pool(Pool::new(PoolId::new(2), "coach", 9))
        .offering(Offering::new(visit, "visit", [PoolId::new(2)]).requires(OfferingId::ONLY));
    let scene = Scene::of(day);
    let place = |person: u8| Register::new(scene.on, person_id(person)).offering(OfferingId::ONLY);
    let coach = |person: u8| Register::new(scene.on, person_id(person)).offering(visit);
    let pair = scene.books(place(ANN).guest(person_id(BOB)));
    let anns = scene.books(coach(ANN));
    let bobs = scene.books(coach(BOB));
    let receipt = scene.desk.forget(person_id(ANN)).unwrap();
    assert_eq!((receipt.ended, receipt.handed_on), (vec![anns], vec![pair]));
    assert_eq!(scene.status(bobs), "confirmed");
    scene.is_sound();
}

#[test]
fn who_was_seen_early_keeps_their_place() {
    use gather::{Presence, RecordPresence};
    let scene = Scene::with_places(2);
    let anns = scene.books(scene.one(ANN));
    scene.set_clock("2027-03-20T09:30:00Z");
    let seen = RecordPresence::new(anns, Presence::Attended);
    drop(scene.receives(seen));
    assert_eq!(scene.desk.forget(person_id(ANN)).unwrap().ended, []);
    assert_eq!(scene.rows(anns), [(Some(person_id(ANN)), true)]);
    scene.is_sound();
}

#[test]
fn whoever_waits_holds_asks_or_is_interested_leaves() {
    let scene = Scene::with_places(2);
    let _ = scene.books(scene.party(BOB, 2));
    let waits = scene.waits(scene.one(ANN), 0);
    let later = scene.desk.announce(workshop().places(5)).unwrap().outcome;
    let held = scene.does(Hold::new(Register::new(later, person_id(ANN)), at(LATER))).registration;
    let third = scene.desk.announce(workshop().places(5)).unwrap().outcome;
    let asks = scene.does(FollowUp::new(third, person_id(ANN)));
    let mut ended = scene.desk.forget(person_id(ANN)).unwrap().ended;
    let mut all = vec![waits, held, asks];
    ended.sort_unstable();
    all.sort_unstable();
    assert_eq!(ended, all);
    scene.is_sound();
}

#[test]
fn their_id_is_not_used_again() {
    let scene = Scene::with_places(9);
    scene.records(ANN, "Ann Example");
    let bobs = scene.books(scene.one(BOB));
    let soon = at(LATER);
    let at = scene.desk.forget(person_id(ANN)).unwrap().at;
    let (desk, on, ann) = (&scene.desk, scene.on, person_id(ANN));
    let refusal = desk.register(on, ann).unwrap_err();
    assert_eq!(refusal.refusal(), Some(&Refusal::Forgotten { person: ann, at }));
    assert!(refusal.to_string().contains("new id"));
    let head = desk.position();
    assert_eq!(refused(desk.execute(Register::new(on, person_id(CYD)).guest(ann))), "forgotten");
    assert_eq!(refused(desk.execute(Hold::new(Register::new(on, ann), soon))), "forgotten");
    assert_eq!(refused(desk.execute(FollowUp::new(on, ann))), "forgotten");
    assert_eq!(refused(desk.execute(RecordPerson::of(ann, PersonDetails::new("Ann")))), "forgotten");
    assert_eq!(refused(desk.execute(PublishName::of(ann, PublishedName::new("Ann")))), "forgotten");
    assert_eq!(refused(desk.execute(Transfer::new(bobs, ann))), "forgotten");
    assert_eq!(refused(desk.execute(ChangeParty::new(bobs).guest(ann))), "forgotten");
    let next = desk.announce(workshop().places(5)).unwrap().outcome;
    drop(desk.execute(gather::OpenInterest::new(next)).unwrap());
    assert_eq!(refused(desk.execute(NoteInterest::new(next, ann))), "forgotten");
    assert_eq!(desk.position(), head.plus(2));
    // Somebody who comes back is somebody new.
    let again = desk.record_person(PersonDetails::new("Ann Example")).unwrap().outcome;
    assert!(desk.register(on, again).unwrap().outcome.is_confirmed());
    scene.is_sound();
}

#[test]
fn whom_nobody_has_heard_of_is_refused() {
    let scene = Scene::with_places(9);
    let head = scene.desk.position();
    assert_eq!(refused(scene.desk.forget(person_id(ANN))), "unknown_person");
    assert_eq!(scene.desk.position(), head);
}

/// Of whom nothing is recorded but ids, and who is on nothing any more: the log knows them all the same.
#[test]
fn whoever_was_ever_named_is_known() {
    let scene = Scene::with_places(9);
    let pair = scene.books(Register::new(scene.on, person_id(ANN)).guest(person_id(BOB)));
    drop(scene.receives(Transfer::new(pair, person_id(CYD))));
    drop(scene.receives(ChangeParty::new(pair).without(2)));
    drop(scene.receives(ChangeParty::new(pair).guest(person_id(DAN))));
    drop(scene.receives(ChangeParty::new(pair).without(2)));
    for person in [ANN, BOB, DAN] {
        let receipt = scene.desk.forget(person_id(person)).unwrap();
        assert_eq!((receipt.ended, receipt.keys), (vec![], 0), "{person}");
    }
    assert_eq!(scene.rows(pair), [(Some(person_id(CYD)), false)]);
    scene.is_sound();
}

#[test]
fn once_more_tells_of_the_first_time() {
    let scene = Scene::with_places(9);
    scene.records(ANN, "Ann Example");
    let _ = scene.books(scene.one(ANN));
    let request = RequestId::from_u128(7);
    let first = scene.desk.request(request).forget(person_id(ANN)).unwrap();
    let head = scene.desk.position();
    assert_eq!(first.position.get() + 1, head.get(), "and the registration's end behind it");
    scene.set_clock(STARTS);
    let again = scene.desk.forget(person_id(ANN)).unwrap();
    assert_eq!((again.position, again.at, again.before), (first.position, first.at, true));
    assert_eq!((&again.ended, again.keys), (&first.ended, 1));
    // The same request has the same answer.
    let same = scene.desk.request(request).forget(person_id(ANN)).unwrap();
    assert_eq!(
        (same.position, same.at, same.ended, same.before),
        (first.position, first.at, first.ended, true)
    );
    assert_eq!(scene.desk.position(), head);
}

#[test]
fn a_receipt_says_what_was_done_and_what_others_still_hold() {
    let scene = Scene::with_places(9);
    scene.records(ANN, "Ann Example");
    let anns = scene.books(scene.one(ANN));
    let receipt = scene.desk.forget(person_id(ANN)).unwrap();
    let said = receipt.to_string();
    for what in [&person_id(ANN).to_string(), &anns.to_string(), "ended", "destroyed and read back: 1"] {
        assert!(said.contains(what), "{said}");
    }
    assert!(said.ends_with(&receipt.backups()) && receipt.backups().contains("2027-01-04 09:00:00 UTC"));
    assert!(!said.contains("Ann"));
}

#[test]
fn a_speaker_is_no_longer_named_and_the_programme_is_newer() {
    let scene = conference();
    drop(scene.receives(PublishName::of(person_id(ANN), PublishedName::new("Dr Ann Example"))));
    drop(scene.receives(AddSession::new(scene.on, talk(1, &[ANN]))));
    let before = scene.desk.programme(scene.on).unwrap();
    assert!(before.to_string().contains("Dr Ann Example"));
    scene.after(chrono::TimeDelta::days(1));
    let _ = scene.desk.forget(person_id(ANN)).unwrap();
    let after = scene.desk.programme(scene.on).unwrap();
    assert_eq!(after.speaker_name(person_id(ANN)), None);
    assert!(!after.to_string().contains("Ann"));
    assert_eq!(after.rows().len(), before.rows().len());
    assert!(after.rows()[0].revised_at > before.rows()[0].revised_at);
    // What was held before is a value of its own, and opens no more either.
    assert_eq!(before.speaker_name(person_id(ANN)), None);
}

/// Two desks on one log with one vault.
fn conference() -> Scene {
    Scene::of(
        Gathering::conference("Day", Venue::new("Hall")).at(crate::scene::day("2027-03-20 10:00 to 16:00")),
    )
}

fn talk(number: u128, speakers: &[u8]) -> Session {
    let talk = Session::new(SessionId::from_u128(number), "Welcome");
    speakers.iter().fold(talk, |talk, speaker| talk.speaker(person_id(*speaker)))
}

#[test]
fn no_session_takes_a_speaker_who_was_forgotten() {
    let scene = conference();
    let (desk, on) = (&scene.desk, scene.on);
    for it in [talk(1, &[ANN, BOB]), talk(2, &[BOB]), talk(3, &[ANN])] {
        drop(scene.receives(AddSession::new(on, it)));
    }
    drop(scene.receives(DropSession::new(on, SessionId::from_u128(3))));
    let receipt = desk.forget(person_id(ANN)).unwrap();
    assert_eq!((&receipt.sessions[..], receipt.keys), (&[SessionId::from_u128(1)][..], 0));
    let head = desk.position();
    let added = desk.execute(AddSession::new(on, talk(4, &[BOB, ANN]))).unwrap_err();
    assert_eq!(added.refusal(), Some(&Refusal::Forgotten { person: person_id(ANN), at: receipt.at }));
    assert_eq!(refused(desk.execute(ChangeSession::new(on, talk(2, &[BOB, ANN])))), "forgotten");
    // One that was dropped names nobody, so taking it back would name them anew.
    assert_eq!(refused(desk.execute(AddSession::new(on, talk(3, &[ANN])))), "forgotten");
    let programme = [talk(1, &[ANN, BOB]), talk(2, &[ANN]), talk(3, &[BOB]), talk(4, &[ANN])];
    let refusal = desk.execute(SetProgramme::new(on, programme.clone())).unwrap_err();
    let Some(Refusal::Programme { problems }) = refusal.refusal() else { panic!("{refusal}") };
    let told: Vec<_> = problems.iter().map(|it| (it.session.uuid().as_u128(), it.fault.code())).collect();
    assert_eq!(told, [(2, "forgotten"), (4, "forgotten")]);
    assert_eq!(desk.position(), head);
    // The rest is taken when it is asked for.
    let named = problems.iter().map(|it| it.session);
    let rest = desk.execute(SetProgramme::new(on, programme).leave_alone(named)).unwrap().outcome;
    assert_eq!((rest.added, rest.unchanged), (vec![SessionId::from_u128(3)], 1));
    scene.is_sound();
}

#[test]
fn a_session_may_go_on_naming_a_speaker_who_was_forgotten() {
    let scene = conference();
    let (desk, on) = (&scene.desk, scene.on);
    drop(scene.receives(AddSession::new(on, talk(1, &[BOB]))));
    drop(scene.receives(ChangeSession::new(on, talk(1, &[ANN, BOB]))));
    let _ = desk.forget(person_id(ANN)).unwrap();
    let change = |it: Session| desk.execute(ChangeSession::new(on, it)).unwrap().outcome;
    assert_eq!(change(talk(1, &[ANN, BOB])), Change::AlreadySo);
    assert_eq!(change(talk(1, &[ANN, BOB]).about("What is new.").room("Hall")), Change::Made);
    assert_eq!(change(talk(1, &[BOB, ANN])), Change::Made, "another order names nobody anew");
    let programme = SetProgramme::new(on, [talk(1, &[ANN])]);
    assert_eq!(scene.does(programme).revised, [SessionId::from_u128(1)]);
    assert_eq!(change(talk(1, &[BOB])), Change::Made);
    assert_eq!(refused(desk.execute(ChangeSession::new(on, talk(1, &[BOB, ANN])))), "forgotten");
    assert_eq!(desk.forget(person_id(ANN)).unwrap().sessions, []);
    scene.is_sound();
}

/// Nothing was ever recorded of them but that they speak, or once were to.
#[test]
fn whoever_only_speaks_is_known() {
    let scene = conference();
    let desk = &scene.desk;
    drop(scene.receives(AddSession::new(scene.on, talk(1, &[ANN, BOB]))));
    drop(scene.receives(ChangeSession::new(scene.on, talk(1, &[ANN, CYD]))));
    for (person, sessions) in [(ANN, 1), (BOB, 0), (CYD, 1)] {
        let _ = desk.export_person(person_id(person), crate::scene::reference("article-15")).unwrap();
        let receipt = desk.forget(person_id(person)).unwrap();
        assert_eq!((receipt.sessions.len(), receipt.keys, receipt.exports.len()), (sessions, 0, 1));
        let said = receipt.to_string().matches("stays, without their name").count();
        assert_eq!(said, sessions, "{receipt}");
    }
    assert_eq!(refused(desk.forget(person_id(DAN))), "unknown_person");
    scene.is_sound();
}

/// A published name is all that has a key.
#[test]
fn the_name_of_whoever_only_speaks_is_erased() {
    let scene = conference();
    drop(scene.receives(AddSession::new(scene.on, talk(1, &[ANN]))));
    drop(scene.receives(PublishName::of(person_id(ANN), PublishedName::new("Dr Ann Example"))));
    let receipt = scene.desk.forget(person_id(ANN)).unwrap();
    assert_eq!((receipt.keys, receipt.sessions), (1, vec![SessionId::from_u128(1)]));
    let programme = scene.desk.programme(scene.on).unwrap();
    assert!(programme.speakers().contains(&person_id(ANN)));
    assert!(!programme.to_string().contains("Example"));
    scene.is_sound();
}

#[test]
fn other_desks_know_of_it() {
    use gather::log::MemoryLog;
    use gather::privacy::MemoryVault;
    let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(MemoryVault::new()));
    let desk = || Desk::builder().over(Arc::clone(&log), Arc::<MemoryVault>::clone(&vault)).unwrap();
    let (here, there) = (desk(), desk());
    let ann = here.record_person(PersonDetails::new("Ann Example")).unwrap().outcome;
    there.refresh().unwrap();
    assert!(there.person(ann).unwrap().known().is_some());
    let _ = here.forget(ann).unwrap();
    // Before it has heard of it, it is told by the vault, and does not take it for forgotten.
    assert!(matches!(there.person(ann), Some(Opened::Unavailable(Unavailable::KeyErased))));
    let refused = there.execute(RecordPerson::of(ann, PersonDetails::new("Ann Example")));
    assert!(refused.is_err());
    there.refresh().unwrap();
    assert!(matches!(there.person(ann), Some(Opened::Forgotten { .. })));
    assert!(verify(&*log, &mut |_| ()).unwrap().is_sound());
}

#[test]
fn a_hold_that_somebody_fills_in_is_not_confirmed_after_they_are_forgotten() {
    let scene = Scene::with_places(2);
    let held = scene.does(Hold::new(scene.one(ANN), at(LATER))).registration;
    let _ = scene.desk.forget(person_id(ANN)).unwrap();
    let answers = Answers::new().answer("diet", "no nuts");
    let refusal = scene.desk.execute(gather::ConfirmHold::new(held).answers(answers));
    assert_eq!(refused(refusal), "registration_ended");
    scene.is_sound();
}

/// A vault that lets something happen between the look at who the booker is and the sealing of what they answered.
struct Meanwhile {
    inner: Arc<gather::privacy::MemoryVault>,
    happens: Happens,
}

type Happens = Arc<std::sync::Mutex<Option<Box<dyn FnOnce() + Send>>>>;

impl std::fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meanwhile").finish_non_exhaustive()
    }
}

impl KeyVault for Meanwhile {
    fn id(&self) -> gather::VaultId {
        self.inner.id()
    }
    fn fresh(&self) -> Result<KeyRef, gather::privacy::VaultError> {
        self.inner.fresh()
    }
    fn in_use(&self, key: KeyRef) -> Result<(), gather::privacy::VaultError> {
        self.inner.in_use(key)
    }
    fn key(&self, key: KeyRef) -> Result<gather::privacy::Key, gather::privacy::VaultError> {
        let key = self.inner.key(key);
        let happens = self.happens.lock().unwrap().take();
        if let Some(happens) = happens {
            happens();
        }
        key
    }
    fn erase(&self, key: KeyRef) -> Result<(), gather::privacy::VaultError> {
        self.inner.erase(key)
    }
}

#[test]
fn answers_of_a_booker_who_has_changed_meanwhile_are_not_taken() {
    use gather::log::MemoryLog;
    let (log, inner) = (Arc::new(MemoryLog::new()), Arc::new(gather::privacy::MemoryVault::new()));
    let happens: Happens = Arc::default();
    let builder = || Desk::builder().clock(TestClock::at(at(MORNING)));
    let here = builder().over(Arc::clone(&log), Arc::<gather::privacy::MemoryVault>::clone(&inner)).unwrap();
    let slow = Meanwhile { inner, happens: Arc::clone(&happens) };
    let there = builder().over(Arc::clone(&log), Arc::new(slow)).unwrap();
    let on = here.announce(workshop().places(9)).unwrap().outcome;
    let hold = |person| {
        let asked = Register::new(on, person_id(person)).guest(person_id(person + 10));
        here.execute(Hold::new(asked, at(LATER))).unwrap().outcome.registration
    };
    let (first, second) = (hold(ANN), hold(BOB));
    let confirm = |hold| {
        there.refresh().unwrap();
        let answers = Answers::new().answer("diet", "no nuts");
        there.execute(gather::ConfirmHold::new(hold).answers(answers))
    };
    let other = here.clone();
    *happens.lock().unwrap() = Some(Box::new(move || drop(other.forget(person_id(ANN)).unwrap())));
    assert_eq!(refused(confirm(first)), "forgotten");
    *happens.lock().unwrap() =
        Some(Box::new(move || drop(here.execute(Transfer::new(second, person_id(CYD))).unwrap())));
    assert_eq!(refused(confirm(second)), "not_on_registration");
    // Asked again, they are sealed for whoever has it now.
    assert!(confirm(first).unwrap().outcome.is_confirmed());
    assert!(confirm(second).unwrap().outcome.is_confirmed());
    assert!(happens.lock().unwrap().is_none());
    assert!(verify(&*log, &mut |_| ()).unwrap().is_sound());
}

#[test]
fn asked_again_it_tells_what_came_of_it() {
    let scene = Scene::with_places(2);
    scene.records(ANN, "Ann Example");
    let _ = (scene.books(scene.one(ANN)), scene.books(scene.one(BOB)));
    let _ = scene.waits(scene.one(CYD), 0);
    let first = scene.desk.forget(person_id(ANN)).unwrap();
    assert_eq!((first.ended.len(), first.promoted.len()), (1, 1));
    let told = scene.now();
    assert_eq!(first.erased_at, told);
    scene.after(chrono::TimeDelta::hours(1));
    let again = scene.desk.forget(person_id(ANN)).unwrap();
    assert!(again.before);
    assert_eq!((&again.ended, &again.promoted), (&first.ended, &first.promoted));
    assert_eq!((again.position, again.at), (first.position, told));
    assert_eq!(again.erased_at, scene.now());
    assert!(again.backups().contains(&scene.now().format("%Y-%m-%d %H:%M:%S").to_string()));
}
