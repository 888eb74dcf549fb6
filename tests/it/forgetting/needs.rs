//! What people need, and what else stands beside a booking: who may read it, how long it is kept, and that it goes with them.

use gather::{
    ActorId, AnswerClass, DueForErasure, MoveRegistration, Needs, Note, RecordConsent, RecordNeeds, SetTags,
    TextFault, WriteNote,
};
use serde_json::{Value, json};

use super::*;
use crate::scene::reference;

const DIET: &str = "no nuts";
const ACCESS: &str = "step-free";

fn needs() -> Needs {
    Needs::diet(DIET).and_access(ACCESS)
}

impl Scene {
    /// What each person needs whose needs are read, `None` where they cannot be.
    fn needs(&self) -> Vec<(PersonId, Option<String>)> {
        let read = self.desk.read_needs(self.on, reference("kitchen")).unwrap();
        let said = |needs: &Opened<Needs>| needs.known().map(|needs| needs.expose().diet.clone());
        read.people().iter().map(|it| (it.person, said(&it.needs))).collect()
    }

    fn needed(&self) -> Vec<PersonId> {
        self.needs().into_iter().map(|(person, _)| person).collect()
    }

    fn says(&self, registration: RegistrationId, person: u8, diet: &str) {
        let command = RecordNeeds::new(registration, person_id(person), Needs::diet(diet));
        assert_eq!(self.does(command), Change::Made);
    }

    fn note_on(&self, registration: RegistrationId) -> Option<String> {
        let note = self.desk.note(registration).unwrap()?;
        note.known().map(|note| note.expose().as_str().to_owned())
    }
}

#[test]
fn they_are_said_with_the_booking_and_later_by_each_of_a_party() {
    let scene = Scene::with_places(9);
    let asked =
        scene.one(ANN).needs(needs()).guest_with_needs(person_id(BOB), Needs::access("a hearing loop"));
    let asked = asked.guest(person_id(CYD));
    let receipt = scene.receives(asked);
    let said = |fact: &&gather::Fact| matches!(fact, gather::Fact::NeedsRecorded { .. });
    assert_eq!((receipt.facts.len(), receipt.facts.iter().filter(said).count()), (3, 2));
    let registration = receipt.outcome.registration();
    scene.says(registration, CYD, "vegan");
    scene.says(registration, ANN, "all but nuts");
    let known = |text: &str| Some(text.to_owned());
    let all = [(ANN, known("all but nuts")), (BOB, known("")), (CYD, known("vegan"))];
    assert_eq!(scene.needs(), all.map(|(person, diet)| (person_id(person), diet)));
    drop(scene.receives(RecordNeeds::take_back(registration, person_id(BOB))));
    assert_eq!(scene.needed(), [ANN, CYD].map(person_id));
    let list = scene.desk.attendee_list(scene.on).unwrap();
    assert_eq!(
        list.rows().iter().map(gather::AttendeeRow::has_needs).collect::<Vec<_>>(),
        [true, false, true]
    );
    assert_eq!(scene.desk.registration(registration).unwrap().party, 3);
    scene.is_sound();
}

/// With a hold, in a basket, in line and waiting for approval likewise.
#[test]
fn whatever_becomes_of_a_booking_it_has_its_needs() {
    let scene = Scene::with_places(1);
    scene.holds(scene.one(ANN).needs(needs()), 10);
    let bobs = scene.waits(scene.one(BOB).needs(needs()), 0);
    let part = Register::new(scene.on, person_id(CYD)).needs(Needs::diet("none"));
    let _ = scene.does(gather::Basket::new().part(part).best_effort());
    assert_eq!(scene.needed(), [ANN, BOB, CYD].map(person_id));
    let _ = scene.cancels(bobs);
    assert_eq!(scene.needed(), [ANN, CYD].map(person_id), "who does not come need not be cooked for");
    scene.is_sound();
    let asks = Scene::of(hall(1, gather::Offering::needs_approval));
    asks.asks(asks.one(ANN).needs(needs()));
    assert_eq!(asks.needed(), [person_id(ANN)]);
    asks.is_sound();
}

#[test]
fn they_go_with_who_has_them() {
    let scene = Scene::with_places(9);
    let pair = scene.books(scene.one(ANN).needs(needs()).guest_with_needs(person_id(BOB), needs()));
    let given = |person| RecordConsent::given(pair, person_id(person), reference("photos"));
    for person in [ANN, BOB] {
        assert_eq!(scene.does(given(person)), Change::Made);
    }
    drop(scene.receives(WriteNote::new(pair, Note::new("asked twice"))));
    drop(scene.receives(SetTags::new(pair).tag(reference("press"))));
    drop(scene.receives(Transfer::new(pair, person_id(CYD)).place(2)));
    assert_eq!(scene.needed(), [person_id(ANN)]);
    assert_eq!(scene.note_on(pair).as_deref(), Some("asked twice"));
    drop(scene.receives(Transfer::new(pair, person_id(DAN))));
    assert_eq!((scene.needed(), scene.note_on(pair)), (vec![], None), "both were of whoever was the booker");
    let list = scene.desk.attendee_list(scene.on).unwrap();
    let row = &list.rows()[0];
    assert_eq!((row.has_consented(&reference("photos")), row.tags()), (None, &[reference("press")][..]));
    assert_eq!(scene.does(RecordConsent::given(pair, person_id(DAN), reference("photos"))), Change::Made);

    let other = scene.desk.announce(workshop().places(5)).unwrap().outcome;
    let moving = scene.books(scene.one(ANN).needs(needs()));
    let _ = scene.receives(MoveRegistration::new(moving, other));
    assert!(scene.desk.read_needs(other, reference("kitchen")).unwrap().people().is_empty());
    scene.is_sound();
}

/// A party that is let in by parts takes them along, each of its people their own.
#[test]
fn a_party_that_is_split_shares_them_out() {
    let scene = Scene::with_places(3);
    let first = scene.books(scene.party(DAN, 3));
    let asked = scene.one(ANN).needs(needs()).guest_with_needs(person_id(BOB), needs()).guest(person_id(CYD));
    let three = scene.waits(asked.may_split(), 0);
    drop(scene.receives(RecordConsent::given(three, person_id(BOB), reference("photos"))));
    drop(scene.receives(SetTags::new(three).tag(reference("press"))));
    drop(scene.receives(ChangeParty::new(first).without(3)));
    let list = scene.desk.attendee_list(scene.on).unwrap();
    let row = |person: u8| list.rows().iter().find(|row| row.person == Some(person_id(person)));
    assert_eq!(row(ANN).unwrap().registration, three);
    drop(scene.receives(ChangeParty::new(first).without(2)));
    let list = scene.desk.attendee_list(scene.on).unwrap();
    let row = list.rows().iter().find(|row| row.person == Some(person_id(BOB))).unwrap();
    assert_ne!(row.registration, three);
    assert!(row.has_needs() && row.has_consented(&reference("photos")) == Some(true));
    assert_eq!(row.tags(), [reference("press")]);
    assert_eq!(scene.needed(), [ANN, BOB].map(person_id));
    scene.is_sound();
}

/// The read is in the log, with who and what for, before anybody is shown anything.
#[test]
fn who_reads_them_is_recorded_first() {
    let scene = Scene::with_places(9);
    let registration = scene.books(scene.one(ANN).needs(needs()));
    assert!(scene.desk.reads(scene.on).unwrap().is_empty());
    let cook = ActorId::from_u128(7);
    let read = scene.desk.by(cook).read_needs(scene.on, reference("catering")).unwrap();
    assert_eq!(read.position(), scene.desk.position());
    let reads = scene.desk.reads(scene.on).unwrap();
    assert_eq!(reads.len(), 1);
    let told = (reads[0].position, reads[0].at, reads[0].actor, reads[0].purpose.as_str());
    assert_eq!(told, (read.position(), read.at(), Some(cook), "catering"));
    assert!(
        read.of(registration, person_id(ANN)).is_some() && read.of(registration, person_id(BOB)).is_none()
    );

    let (text, json) = (read.to_string(), serde_json::to_value(&read).unwrap());
    assert!(text.contains("diet: no nuts") && text.contains("access: step-free"), "{text}");
    assert_eq!((&json["people"][0]["diet"], &json["people"][0]["unavailable"]), (&json!(DIET), &Value::Null));
    assert!(!format!("{read:?}").contains(DIET));
    assert_eq!(
        refused(scene.desk.read_needs(GatheringId::from_u128(99), reference("x"))),
        "unknown_gathering"
    );
    assert_eq!(refused(scene.desk.reads(GatheringId::from_u128(99))), "unknown_gathering");
    scene.is_sound();
}

/// Whoever asks again under the id of a request that was answered is told nothing: it was recorded for what there was then.
#[test]
fn no_read_goes_unrecorded_under_an_old_request() {
    let scene = Scene::with_places(9);
    let registration = scene.books(scene.one(ANN).needs(needs()));
    let request = RequestId::from_u128(77);
    assert_eq!(
        scene.desk.request(request).read_needs(scene.on, reference("catering")).unwrap().people().len(),
        1
    );
    let again = scene.desk.request(request).read_needs(scene.on, reference("catering"));
    assert_eq!(refused(again), "request_reused");
    assert_eq!(scene.desk.reads(scene.on).unwrap().len(), 1);

    let request = RequestId::from_u128(78);
    drop(scene.desk.request(request).export_person(person_id(ANN), reference("article-15")).unwrap());
    let again = scene.desk.request(request).export_person(person_id(ANN), reference("article-15"));
    assert_eq!(again.err().and_then(|failure| failure.refusal().map(Refusal::code)), Some("request_reused"));
    let _ = scene.cancels(registration);
    assert!(scene.desk.read_needs(scene.on, reference("catering")).unwrap().people().is_empty());
}

/// Nothing that shows a booking to others shows them, and the lists know only that there are some.
#[test]
fn no_list_shows_them() {
    let scene = Scene::with_places(9);
    scene.records(ANN, "Ann Example");
    let registration = scene.books(scene.one(ANN).needs(needs()));
    drop(scene.receives(WriteNote::new(registration, Note::new(DIET))));
    let list = scene.desk.attendee_list(scene.on).unwrap();
    let exposed = list.expose("door");
    let shown = [
        list.to_string(),
        format!("{list:?}"),
        serde_json::to_string(&list).unwrap(),
        exposed.to_string(),
        serde_json::to_string(&exposed).unwrap(),
        scene.desk.agenda(person_id(ANN)).to_string(),
        format!("{:?}", scene.desk.registration(registration).unwrap()),
    ];
    assert!(shown.iter().all(|text| !text.contains(DIET) && !text.contains(ACCESS)), "{shown:#?}");
    assert!(scene.desk.reads(scene.on).unwrap().is_empty(), "so nobody has read anything");
}

#[test]
fn they_expire_by_themselves_and_answers_stay() {
    let scene = Scene::with_places(9);
    let answers = || Answers::new().answer("why", "to learn");
    let registration = scene.books(scene.one(ANN).answers(answers()).needs(needs()));
    let keep = |class, days| KeepAnswers::new(scene.on).of_class(class).for_days(days);
    assert_eq!(scene.does(keep(AnswerClass::Needs, 1)), Change::Made);
    assert_eq!(scene.does(keep(AnswerClass::Needs, 1)), Change::AlreadySo);
    assert_eq!(scene.does(keep(AnswerClass::Answers, 30)), Change::Made);
    let due = |time: &str| -> Vec<AnswerClass> {
        scene.desk.due_for_erasure(at(time)).iter().map(|due: &DueForErasure| due.class).collect()
    };
    assert_eq!(due("2027-03-21T15:59:59Z"), []);
    assert_eq!(due("2027-03-21T16:00:00Z"), [AnswerClass::Needs]);
    assert_eq!(due("2027-04-19T16:00:00Z"), [AnswerClass::Needs, AnswerClass::Answers]);

    scene.set_clock("2027-03-21T16:00:00Z");
    assert_eq!(scene.desk.apply_retention(scene.now()).unwrap().len(), 1);
    assert!(matches!(scene.desk.answers(registration).unwrap(), Some(Opened::Known(_))));
    assert_eq!(refused(scene.desk.read_needs(scene.on, reference("late"))), "needs_expired");
    assert_eq!(refused(scene.desk.execute(keep(AnswerClass::Needs, 9))), "needs_expired");
    assert_eq!(scene.desk.expire_needs(scene.on).unwrap().outcome, Change::AlreadySo);
    assert!(
        scene.desk.attendee_list(scene.on).unwrap().rows()[0].has_needs(),
        "that there were some is known"
    );
    scene.set_clock("2027-04-20T16:00:00Z");
    assert_eq!(scene.desk.apply_retention(scene.now()).unwrap().len(), 1);
    assert!(matches!(scene.desk.answers(registration).unwrap(), Some(Opened::Forgotten { .. })));
    scene.is_sound();
}

#[test]
fn where_none_are_kept_none_are_taken_and_it_can_be_booked_without() {
    let scene = Scene::with_places(9);
    let registration = scene.books(scene.one(ANN).needs(needs()));
    drop(scene.desk.expire_needs(scene.on).unwrap());
    assert_eq!(scene.refused(scene.one(BOB).needs(needs())), "needs_expired");
    assert_eq!(scene.refused(RecordNeeds::new(registration, person_id(ANN), needs())), "needs_expired");
    drop(scene.receives(RecordNeeds::take_back(registration, person_id(ANN))));
    scene.books(scene.one(BOB).answers(Answers::new().answer("why", "to learn")));
    assert_eq!(refused(scene.desk.expire_needs(GatheringId::from_u128(99))), "unknown_gathering");
    scene.is_sound();
}

#[test]
fn whoever_is_forgotten_takes_them_along() {
    let scene = Scene::with_places(9);
    let pair = scene.books(scene.one(ANN).needs(needs()).guest_with_needs(person_id(BOB), needs()));
    drop(scene.receives(WriteNote::new(pair, Note::new("asked twice"))));
    let receipt = scene.desk.forget(person_id(BOB)).unwrap();
    assert_eq!(receipt.keys, 1);
    let known = |diet: &str| Some(diet.to_owned());
    assert_eq!(scene.needs(), [(person_id(ANN), known(DIET)), (person_id(BOB), None)]);
    assert_eq!(scene.note_on(pair).as_deref(), Some("asked twice"));
    let forgotten = [
        scene.refused(RecordNeeds::new(pair, person_id(BOB), needs())),
        scene.refused(RecordNeeds::take_back(pair, person_id(BOB))),
        scene.refused(RecordConsent::given(pair, person_id(BOB), reference("photos"))),
    ];
    assert_eq!(forgotten, ["forgotten"; 3]);
    // Of what has begun the booker's place stays; what was noted on them is gone.
    scene.set_clock(STARTS);
    drop(scene.desk.forget(person_id(ANN)).unwrap());
    assert!(matches!(scene.desk.note(pair).unwrap(), Some(Opened::Forgotten { .. })));
    assert_eq!(scene.refused(WriteNote::new(pair, Note::new("again"))), "forgotten");
    assert_eq!(scene.needs(), [(person_id(ANN), None), (person_id(BOB), None)]);
    scene.is_sound();
}

#[test]
fn they_are_refused_where_they_make_no_sense() {
    let scene = Scene::with_places(9);
    let anns = scene.books(scene.one(ANN));
    let unknown = RegistrationId::from_u128(99);
    let person = person_id(ANN);
    assert_eq!(scene.refused(RecordNeeds::new(unknown, person, needs())), "unknown_registration");
    assert_eq!(scene.refused(RecordNeeds::new(anns, person_id(BOB), needs())), "not_on_registration");
    assert_eq!(scene.refused(RecordNeeds::new(anns, person, Needs::default())), "text");
    assert_eq!(
        scene.refused(RecordConsent::given(anns, person_id(BOB), reference("x"))),
        "not_on_registration"
    );
    assert_eq!(scene.refused(RecordConsent::given(unknown, person, reference("x"))), "unknown_registration");
    assert_eq!(scene.refused(WriteNote::new(unknown, Note::new("x"))), "unknown_registration");
    assert_eq!(scene.refused(WriteNote::take_back(unknown)), "unknown_registration");
    assert_eq!(scene.refused(WriteNote::new(anns, Note::new(" "))), "text");
    assert_eq!(scene.refused(SetTags::new(unknown).tag(reference("x"))), "unknown_registration");
    let many = (0..=20).map(|number| reference(&format!("tag-{number}")));
    let Refusal::Text(problem) = scene.refuses(SetTags::new(anns).tags(many)) else { panic!() };
    assert_eq!(problem.fault, TextFault::TooLong { length: 21, limit: SetTags::LIMIT });

    let bobs = scene.books(scene.one(BOB));
    let _ = scene.cancels(anns);
    assert_eq!(scene.refused(RecordNeeds::new(anns, person, needs())), "registration_ended");
    let refund = SetTags::new(anns).tag(reference("refund"));
    assert_eq!(scene.does(refund), Change::Made, "the host may still have something to do with it");
    drop(scene.receives(WriteNote::new(anns, Note::new("asked for the money back"))));
    scene.set_clock("2027-04-20T15:00:00Z");
    assert_eq!(scene.refused(RecordNeeds::new(bobs, person_id(BOB), needs())), "gathering_over");
    drop(scene.receives(gather::CloseBooks::new(scene.on)));
    assert_eq!(scene.refused(RecordNeeds::new(anns, person, needs())), "gathering_completed");
    drop(scene.receives(gather::Archive::new(scene.on)));
    assert_eq!(scene.refused(SetTags::new(anns)), "gathering_archived");
    assert_eq!(scene.refused(WriteNote::take_back(anns)), "gathering_archived");
    let withdrawn = RecordConsent::withdrawn(anns, person, reference("photos"));
    assert_eq!(scene.does(withdrawn), Change::Made, "at any time");
    scene.is_sound();
}

/// A desk that was opened again, from its log or from a checkpoint, knows the same.
#[test]
fn a_folder_keeps_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::at(at(MORNING));
    let open = || Desk::builder().clock(clock.clone()).open(folder.path()).unwrap();
    let shown = |desk: &Desk, on: GatheringId, registration: RegistrationId| {
        let list = desk.attendee_list(on).unwrap();
        let row = list.rows()[0].clone();
        let consents: Vec<_> = row.consents().cloned().collect();
        let note = desk.note(registration).unwrap().unwrap();
        let note = note.known().unwrap().expose().as_str().to_owned();
        (row.tags().to_vec(), consents, note, row.has_needs(), desk.reads(on).unwrap())
    };
    let desk = open();
    let on = desk.announce(workshop().places(5)).unwrap().outcome;
    let ann = person_id(ANN);
    let details = PersonDetails::new("Annabel Example").badge_name("Ann");
    drop(desk.execute(RecordPerson::of(ann, details)).unwrap());
    let asked = Register::new(on, ann).needs(needs());
    let registration = desk.execute(asked).unwrap().outcome.registration();
    drop(desk.execute(SetTags::new(registration).tag(reference("press"))).unwrap());
    drop(desk.execute(WriteNote::new(registration, Note::new("asked twice"))).unwrap());
    drop(desk.execute(RecordConsent::given(registration, ann, reference("photos"))).unwrap());
    let _ = desk.read_needs(on, reference("kitchen")).unwrap();
    let before = shown(&desk, on, registration);
    drop(desk);
    let desk = open();
    assert_eq!(shown(&desk, on, registration), before);
    desk.checkpoint().unwrap();
    drop(desk);
    let desk = open();
    assert_eq!(shown(&desk, on, registration), before);
    assert_eq!(desk.attendee_list(on).unwrap().expose("badges").rows()[0].details.on_badge(), "Ann");
    let read = desk.read_needs(on, reference("kitchen")).unwrap();
    assert!(matches!(read.people()[0].needs, Opened::Known(_)));
    drop(desk.expire_needs(on).unwrap());
    drop(desk);
    let desk = open();
    assert_eq!(refused(desk.read_needs(on, reference("kitchen"))), "needs_expired");
    assert_eq!(shown(&desk, on, registration).2, "asked twice");
}

/// Whoever was given all that is held about them has all of it, and nobody else's.
#[test]
fn an_export_has_all_of_it() {
    let scene = Scene::with_places(9);
    scene.records(ANN, "Ann Example");
    let code = gather::Credential::Code(reference("SPRING"));
    let asked = scene.one(ANN).credential(code).needs(needs());
    let pair = scene.books(asked.guest_with_needs(person_id(BOB), Needs::diet("fish")));
    drop(scene.receives(SetTags::new(pair).tag(reference("press"))));
    drop(scene.receives(WriteNote::new(pair, Note::new("asked for a seat by the door"))));
    drop(scene.receives(RecordConsent::given(pair, person_id(ANN), reference("photos"))));
    drop(scene.receives(RecordConsent::given(pair, person_id(BOB), reference("newsletter"))));
    drop(scene.receives(RecordConsent::withdrawn(pair, person_id(ANN), reference("photos"))));
    let _ = scene.receives(gather::AnswerInvitation::tentative(pair, person_id(ANN)));

    let export = |person: u8| scene.desk.export_person(person_id(person), reference("article-15")).unwrap();
    let (anns, bobs) = (export(ANN), export(BOB));
    let told: Value = serde_json::to_value(&anns).unwrap();
    let theirs = &told["registrations"][0];
    assert_eq!(theirs["needs"], json!({ "diet": DIET, "access": ACCESS }));
    assert_eq!(theirs["note"], "asked for a seat by the door");
    assert_eq!(theirs["tags"], json!(["press"]));
    assert_eq!((&theirs["rsvp"], &theirs["credentials"]), (&json!("tentative"), &json!(["code:SPRING"])));
    let consents = theirs["consents"].as_array().unwrap();
    assert_eq!(consents.len(), 1);
    assert_eq!((&consents[0]["purpose"], &consents[0]["given"]), (&json!("photos"), &json!(false)));
    let records = told["records"].as_array().unwrap();
    let said: Vec<_> =
        records.iter().map(|record| (record["what"].as_str().unwrap(), &record["said"])).collect();
    for expected in [
        ("registration_confirmed", json!(["code:SPRING"])),
        ("tags_set", json!(["press"])),
        ("consent_recorded", json!(["photos: given"])),
        ("consent_recorded", json!(["photos: withdrawn"])),
        ("invitation_answered", json!(["tentative"])),
    ] {
        assert!(said.contains(&(expected.0, &expected.1)), "{expected:?} in {said:?}");
    }
    let text = anns.to_string();
    for part in
        ["diet: no nuts", "access: step-free", "note: asked for", "tags: press", "code:SPRING", "tentative"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("fish") && !text.contains("newsletter"), "{text}");

    let text = bobs.to_string() + &serde_json::to_string(&bobs).unwrap();
    assert!(text.contains("fish") && text.contains("newsletter") && text.contains("press"), "{text}");
    for anns in [DIET, "seat by the door", "SPRING", "photos"] {
        assert!(!text.contains(anns), "{anns}: {text}");
    }
    scene.is_sound();
}

/// Without the keys nothing is read, and so nothing is recorded as read.
#[test]
fn without_keys_none_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::at(at(MORNING));
    let desk = Desk::builder().clock(clock.clone()).open(folder.path()).unwrap();
    let on = desk.announce(workshop().places(5)).unwrap().outcome;
    let _ = desk.execute(Register::new(on, person_id(ANN)).needs(needs())).unwrap();
    drop(desk);
    let desk = Desk::builder().clock(clock).open_without_keys(folder.path()).unwrap();
    let head = desk.position();
    let Err(gather::Failure::Fault(Error::Vault(_))) = desk.read_needs(on, reference("kitchen")) else {
        panic!("there are no keys")
    };
    assert_eq!(desk.position(), head);
    assert!(desk.attendee_list(on).unwrap().rows()[0].has_needs());
}
