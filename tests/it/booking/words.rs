//! What a refusal says to a person, for every code of the booking rules.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use gather::testkit::person_id;
use gather::{
    AcceptOffer, AddSetAside, AnswerInvitation, Approve, Archive, AttachResource, Basket, BookingTime,
    BookingWindow, CancelGathering, CancelRegistration, ChangeCapacity, ChangeParty, ChangeSetAside,
    CloseBooking, CloseBooks, ConfirmHold, Credential, Gathering, GatheringId, Hold, LineOnly,
    MoveRegistration, NoteInterest, Offering, OfferingId, OpenInterest, OrganisationCap, OrganisationId,
    PauseBooking, Pool, PoolId, Presence, Reconfirm, RecordPresence, Refusal, Register, RegistrationId,
    Reschedule, ResourceId, ResourceKind, ResourceLink, SeriesId, SetAside, SetAsideId, Silence,
    WithdrawResource,
};

use crate::scene::{ENDS, HALL, PLACE, STARTS, Scene, at, day, hall, member};

const VISIT: OfferingId = OfferingId::new(2);
const COACH: PoolId = PoolId::new(2);

/// Refusals by their codes, each with its words.
#[derive(Default)]
struct Said(BTreeMap<&'static str, String>);

impl Said {
    /// Ids are random, so they are told as `…`.
    fn note(&mut self, refusal: &Refusal) {
        let words = refusal.to_string();
        let is_id = |word: &str| word.trim_end_matches([';', ',', ':', '.']).len() == 36;
        let words: Vec<_> = words
            .split(' ')
            .map(|word| if is_id(word) { format!("…{}", &word[36..]) } else { word.to_owned() })
            .collect();
        self.0.insert(refusal.code(), words.join(" "));
    }
}

fn of_booking(said: &mut Said) {
    let plain = || Scene::with_places(3);
    let tbc = Scene::of(Gathering::webinar("Talk"));
    said.note(&tbc.refuses(CloseBooks::new(tbc.on)));
    said.note(&tbc.refuses(tbc.one(1)));
    let draft = Scene::of(hall(1, |place| place).draft());
    said.note(&draft.refuses(draft.one(1)));
    let scene = plain();
    said.note(&scene.refuses(scene.party(1, 2).may_split()));
    said.note(&scene.refuses(scene.party(1, 11)));
    said.note(&scene.refuses(scene.one(1).guest(person_id(1))));
    said.note(&scene.refuses(scene.party(1, 4)));
    said.note(&scene.refuses(scene.one(1).supersedes(RegistrationId::from_u128(1))));
    said.note(&scene.refuses(scene.one(1).offering(VISIT)));
    let ann = scene.books(scene.one(1));
    said.note(&scene.refuses(scene.one(1)));
    said.note(&scene.refuses(scene.one(2).supersedes(ann)));
    said.note(&scene.refuses(NoteInterest::new(scene.on, person_id(2))));
    said.note(&scene.refuses(Archive::new(scene.on)));
    scene.does(PauseBooking::new(scene.on));
    said.note(&scene.refuses(scene.one(2)));
    scene.does(OpenInterest::new(scene.on));
    said.note(&scene.refuses(scene.one(2)));
    scene.does(CloseBooking::new(scene.on));
    said.note(&scene.refuses(scene.one(2)));
    scene.does(LineOnly::new(scene.on));
    said.note(&scene.refuses(Basket::new().part(scene.one(2))));
    scene.set_clock(ENDS);
    said.note(&scene.refuses(CancelRegistration::new(ann)));
    scene.does(CloseBooks::new(scene.on));
    said.note(&scene.refuses(scene.one(2)));
    scene.does(Archive::new(scene.on));
    said.note(&scene.refuses(scene.one(2)));
    let scene = plain();
    scene.does(CancelGathering::new(scene.on));
    said.note(&scene.refuses(scene.one(2)));
    said.note(&scene.refuses(Register::new(GatheringId::from_u128(1), person_id(1))));
    let window = BookingWindow { opens: Some(BookingTime::At(at("2027-02-01T09:00:00Z"))), closes: None };
    let early = Scene::of(hall(1, |place| place).booking(window));
    assert_eq!(early.refuses(early.one(1)).to_string(), "booking opens at 2027-02-01T09:00:00Z");
}

fn of_places(said: &mut Said) {
    let visit = Offering::new(VISIT, "visit", [COACH]).requires(PLACE).without_waiting_list();
    let place = |place: Offering| place.without_waiting_list();
    let scene = Scene::of(hall(3, place).pool(Pool::new(COACH, "coach", 1)).offering(visit));
    said.note(&scene.refuses(scene.one(1)));
    said.note(&scene.refuses(scene.one(1).offering(VISIT)));
    let ann = scene.books(scene.one(1).guest(person_id(2)).offering(PLACE));
    said.note(&scene.refuses(scene.party(3, 2).offering(PLACE)));
    said.note(&scene.refuses(ChangeCapacity::new(scene.on, 1).pool(HALL)));
    said.note(&scene.refuses(ChangeCapacity::new(scene.on, 1)));
    said.note(&scene.refuses(ChangeCapacity::new(scene.on, 1).pool(PoolId::new(9))));
    scene.books(scene.one(2).offering(VISIT));
    said.note(&scene.refuses(ChangeParty::new(ann).without(2)));
    said.note(&scene.refuses(ChangeParty::new(ann).without(1)));
    said.note(&scene.refuses(ChangeParty::new(ann).without(3)));
    said.note(&scene.refuses(ChangeCapacity::new(scene.on, 9).pool(COACH).displace(ann)));
    for refused in [
        scene.refuses(ConfirmHold::new(ann)),
        scene.refuses(Approve::new(ann)),
        scene.refuses(AcceptOffer::new(ann)),
        scene.refuses(Reconfirm::new(ann)),
    ] {
        said.note(&refused);
    }
    scene.set_clock("2027-03-20T09:30:00Z");
    said.note(&scene.refuses(RecordPresence::new(ann, Presence::NoShow)));
    let _ = scene.does(RecordPresence::new(ann, Presence::Attended).place(2));
    said.note(&scene.refuses(ChangeParty::new(ann).without(2)));
    drop(scene.cancels(ann));
    said.note(&scene.refuses(CancelRegistration::new(ann)));

    let scene = Scene::with_places(3);
    scene.books(scene.party(1, 2));
    let family = scene.waits(scene.party(2, 2), 0);
    let soon = scene.now() + TimeDelta::minutes(1);
    said.note(&scene.refuses(AnswerInvitation::accept(family, person_id(2))));
    said.note(&scene.refuses(AnswerInvitation::accept(family, person_id(9))));
    said.note(&Refusal::WrongSender { registration: family });
    said.note(&scene.refuses(Hold::new(scene.one(3), soon)));
    said.note(&scene.refuses(Hold::new(scene.one(3), scene.now())));
    said.note(&scene.refuses(Hold::new(scene.one(3), scene.now() + TimeDelta::days(1))));
    said.note(&scene.refuses(ChangeParty::new(family).guest(person_id(8))));
    let held = scene.holds(scene.one(4).uncounted(), 5);
    said.note(&scene.refuses(MoveRegistration::new(held, scene.on)));
    let asked = scene.does(hall(9, Offering::needs_approval).at(day("2027-05-20 10:00 to 16:00")));
    said.note(&scene.refuses(MoveRegistration::new(family, asked)));
    let ask = Reschedule::new(scene.on, day("2027-04-10 10:00 to 16:00"));
    scene.does(ask.ask(soon, Silence::Keep));
}

fn of_people(said: &mut Said) {
    let series = SeriesId::from_u128(1);
    let scene = Scene::of(hall(9, |place| place).series(series));
    scene.books(scene.one(1));
    let other = scene.does(hall(9, |place| place).series(series));
    said.note(&scene.refuses(Register::new(other, person_id(1))));
    let [first, second] = [0, 1].map(|_| scene.does(hall(9, |place| place).no_overlap()));
    scene.books(Register::new(first, person_id(1)));
    said.note(&scene.refuses(Register::new(second, person_id(1))));
    let some = Scene::of(hall(9, |place| place.only_for(member())));
    said.note(&some.refuses(some.one(1)));
    let capped = Scene::of(hall(9, |place| place).organisation_cap(OrganisationCap {
        people: 2,
        until: Some(BookingTime::At(at("2027-02-01T09:00:00Z"))),
    }));
    said.note(&capped.refuses(capped.one(1)));
    let library = Credential::Organisation(OrganisationId::from_u128(1));
    said.note(&capped.refuses(capped.party(1, 3).credential(library)));
}

fn of_what_is_kept(said: &mut Said) {
    let aside = |number, places| SetAside::new(SetAsideId::new(number), HALL, places);
    let scene = Scene::of(hall(3, |place| place).set_aside(aside(1, 2).who(member())));
    let add = |set_aside| scene.refuses(AddSetAside::new(scene.on, set_aside));
    said.note(&add(aside(1, 1).who(member())));
    said.note(&add(aside(2, 1)));
    said.note(&add(aside(2, 2).who(member())));
    said.note(&scene.refuses(ChangeSetAside::new(scene.on, SetAsideId::new(7), 2)));
    let link = || ResourceLink::new("https://media.example/talk");
    let attach = || AttachResource::new(scene.on, ResourceKind::Slides, "Slides", link());
    said.note(&scene.refuses(attach()));
    said.note(&scene.refuses(WithdrawResource::new(scene.on, ResourceId::from_u128(1))));
    scene.set_clock(STARTS);
    let slides = scene.does(attach());
    said.note(&scene.refuses(attach().id(slides)));
}

/// Read them: each should tell a person what stands in the way, and what would change it.
#[test]
fn every_refusal_says_in_words_what_stands_in_the_way() {
    let mut said = Said::default();
    of_booking(&mut said);
    of_places(&mut said);
    of_people(&mut said);
    of_what_is_kept(&mut said);
    let lines: Vec<_> = said.0.iter().map(|(code, words)| format!("{code}: {words}")).collect();
    assert_eq!(lines.join("\n"), WORDS.trim());
    for (code, words) in &said.0 {
        assert!(
            words.contains(' ') && words != code && !words.ends_with('.') && !words.contains("  "),
            "{words}"
        );
    }
}

const WORDS: &str = r#"
already_registered: person … is booked for this already, with registration …; that one can be changed or cancelled until the gathering is over
below_used: 2 people have a place in "hall", 1 more than 1; lower it to 2, say who has to go, or say that all of them keep theirs
bookers_place: place 1 is the booker's: it can be transferred, or the registration cancelled
booking_closed: booking is closed; it can be opened by hand until the gathering is over
booking_not_open_yet: booking is not open yet: it follows the date, which is to be confirmed; it can be opened by hand
booking_open: booking is open: a place can be booked
booking_paused: booking is paused; it can be opened by hand
deadline_past: the deadline, 2027-01-04T09:00:00Z, is past: it is 2027-01-04T09:00:00Z
deadline_too_late: the deadline, 2027-01-05T09:00:00Z, is too far off; 2027-01-04T09:30:00Z is the latest
full: it is full: "hall" has 1 free of the 2 wanted; 1 more place would do; one person alone would fit
gathering_archived: the gathering has been archived
gathering_cancelled: gathering … has been called off
gathering_completed: the books of the gathering are closed
gathering_over: the gathering ended at 2027-03-20T16:00:00Z
in_line: a party in line cannot grow, since that would push back those behind it; the others can register by themselves
interest_only: it cannot be booked yet; until it can, interest can be noted
line_first: there is room in pool 1, but those in line come first; it can be booked once they are served
line_only: for now people can only stand in line, and this cannot: there is no line for it, or it is wanted at once
needs_approval: a place there has to be approved first, so nobody can be moved to it; ask for it, and cancel this one once that is approved
needs_place: a confirmed place in "place" comes first, and person … has none that the same booker has booked
never_fits: it can never fit, even if nobody else came: "hall" has 3 in all, and 4 are wanted; 1 more place would do
no_show_by_books: nobody is marked absent by hand: closing the books does it, for all who were not seen
not_announced: the gathering is a draft; it can be booked once it is announced
not_asked: registration … has no question about new dates to answer
not_begun: the gathering has not begun: it begins at 2027-03-20T10:00:00Z
not_completed: the books of the gathering are not closed yet; close them first
not_confirmed: registration … is neither confirmed nor in line
not_displaceable: registration … has no place of this pool to give up
not_eligible: this is for some people only: category member
not_held: registration … is not on hold, so there is nothing to confirm or extend
not_invited: registration … has no places, so there is no invitation to answer
not_offered: registration … has no offer to answer
not_on_registration: the person is not on registration …
not_over: the gathering has no date yet, so it is not over
not_pending: registration … does not wait for approval
organisation_cap: organisation … has 0 of the 2 places that each organisation may have, so there are 2 of the 3 asked for; the limit ends at 2027-02-01T09:00:00Z
organisation_needed: each organisation may have only so many places here; say which one the party comes from
overlap: person … cannot be in two places at once: registration … is from 2027-03-20T10:00:00Z to 2027-03-20T16:00:00Z
party_too_large: a party of 11 is too large; one registration may have up to 10 people
presence_recorded: somebody was seen on place 2, so it stays as it is; a scan by mistake can be taken back first
registration_ended: registration … has ended; a new one can be made
resource_exists: there is a resource … already
series_date: person … has another date of this series, with registration …; it can be moved here instead, or once that date is over its books can be closed
set_aside_exists: there is a set-aside 1 already
set_aside_for_nobody: set-aside 2 is for nobody: say who may draw on it
set_asides_too_large: 2 places cannot be set aside in "hall": 1 can
split_needs_names: a party that may be split needs a name for everybody in it
still_live: registration … has not ended, so nothing can take its place; cancel it first
still_needed: registration … needs these places; change or cancel it first
twice_in_party: person … is named twice for the same offering
unknown_gathering: there is no gathering …
unknown_offering: there is no offering 2; the gathering has 1
unknown_place: there is no place 3; the registration has places 1 to 2
unknown_pool: there is no pool 9; the gathering has 1, 2
unknown_registration: there is no registration …
unknown_resource: there is no resource …
unknown_set_aside: there is no set-aside 7
which_offering: say which offering is meant; the gathering has 1, 2
which_pool: say which pool is meant; the gathering has 1, 2
wrong_sender: the answer about registration … came from another address
"#;
