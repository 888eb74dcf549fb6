//! Scenes in which every verb is done, to be mixed with each other and gone on with: what chance alone leads to too rarely.

use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::fact::{Audience, Presence, Rsvp, Silence};
use crate::testkit::{
    ApprovalPlan, AskPlan, CheckInListPlan, CredentialPlan, GatheringPlan, HeadPlan, History, LinePlan,
    ModePlan, OfferingPlan, PEOPLE, PartPlan, PoolPlan, ServingPlan, SessionPlan, SetAsidePlan, Step,
    TextsPlan, TimePlan, What, When, Which, WhoPlan, steps,
};

/// Some of the scenes in any order, each with people of its own choice, and so many steps of any kind behind them.
pub(super) fn stories(length: Range<usize>) -> impl Strategy<Value = History> {
    let some = subsequence(SCENES.to_vec(), 4..7).prop_shuffle();
    (some, prop::collection::vec((0..PEOPLE, 0..900_i64), SCENES.len()), steps(length)).prop_map(
        |(scenes, chances, steps)| {
            let mut story = Story::default();
            for (scene, (first, pace)) in scenes.into_iter().zip(chances) {
                (story.first, story.pace) = (first, pace);
                scene(&mut story);
            }
            story.steps.extend(steps);
            History { steps: story.steps }
        },
    )
}

const SCENES: [fn(&mut Story); 16] = [
    somebody_is_passed,
    offers_are_answered,
    interest_is_noted,
    deadlines_pass,
    approval_is_asked,
    places_are_held,
    places_are_set_aside,
    a_programme_changes,
    dates_change,
    parties_change,
    a_party_gets_in_by_parts,
    booking_opens_and_closes,
    it_is_over,
    it_is_called_off,
    somebody_is_forgotten,
    people_are_checked_in,
];

/// The steps of some scenes, and how much there is so far of what steps name by number.
#[derive(Default)]
struct Story {
    steps: Vec<Step>,
    now: i64,
    first: u8,
    pace: i64,
    gatherings: usize,
    parties: usize,
    holds: usize,
}

impl Story {
    /// Puts the next request, and says the number of the first party that it may make.
    fn ask(&mut self, what: What) -> usize {
        self.ask_after(self.pace, what)
    }

    fn ask_after(&mut self, after: i64, what: What) -> usize {
        let first = self.parties;
        self.now += after;
        self.parties += usize::try_from(what.parties()).unwrap();
        self.holds += usize::from(matches!(what, What::Hold { .. }));
        self.gatherings += usize::from(matches!(what, What::Announce(_)));
        self.steps.push(Step { after, what });
        first
    }

    /// Announces a gathering with one pool and one offering on it, in some days, and says its number.
    fn announce(&mut self, places: u32, offering: OfferingPlan) -> usize {
        self.announce_plan(GatheringPlan::new(self.soon(), vec![PoolPlan::of(Some(places))], vec![offering]))
    }

    fn announce_plan(&mut self, plan: GatheringPlan) -> usize {
        self.ask(What::Announce(plan));
        self.gatherings - 1
    }

    fn soon(&self) -> When {
        When::Hours { start: self.now / 3_600 + 72, long: 2 }
    }

    fn gathering(&self, nth: usize) -> Which {
        Which::exactly(nth, self.gatherings)
    }

    fn party(&self, nth: usize) -> Which {
        Which::exactly(nth, self.parties)
    }

    fn hold(&self, nth: usize) -> Which {
        Which::exactly(nth, self.holds)
    }

    fn person(&self, nth: u8) -> u8 {
        (self.first + nth) % PEOPLE
    }

    fn part(&self, gathering: usize, person: u8) -> PartPlan {
        PartPlan::new(self.gathering(gathering), None, self.person(person))
    }

    fn register(&mut self, gathering: usize, person: u8) -> usize {
        self.ask(What::Register(self.part(gathering, person)))
    }

    fn cancel(&mut self, party: usize) {
        let registration = self.party(party);
        self.ask(What::CancelRegistration { registration, by_organiser: false });
    }
}

fn plain() -> OfferingPlan {
    OfferingPlan::new(vec![1], 4)
}

fn offers_are_answered(story: &mut Story) {
    let serving = ServingPlan::Offer { respond_within: 7_200, quiet: None };
    let talk =
        story.announce(1, OfferingPlan { line: LinePlan { serving, ..LinePlan::default() }, ..plain() });
    let asked: Vec<usize> = (0..5).map(|person| story.register(talk, person)).collect();
    story.cancel(asked[0]);
    story.ask(What::DeclineOffer(story.party(asked[1])));
    story.ask(What::WithdrawOffer(story.party(asked[2])));
    story.ask(What::AcceptOffer(story.party(asked[3])));
    story.cancel(asked[3]);
}

fn interest_is_noted(story: &mut Story) {
    let talk = story.announce(3, plain());
    story.ask(What::OpenInterest(story.gathering(talk)));
    for person in 0..2 {
        let (gathering, person) = (story.gathering(talk), story.person(person));
        story.ask(What::NoteInterest { gathering, offering: None, person });
    }
    story.ask(What::OpenBooking(story.gathering(talk)));
    story.register(talk, 2);
}

fn deadlines_pass(story: &mut Story) {
    let talk = story.announce(1, plain());
    let part = story.part(talk, 0);
    story.ask(What::Hold { part, lasts: 600 });
    story.register(talk, 1);
    story.ask_after(1_200, What::Settle(story.gathering(talk)));
}

fn approval_is_asked(story: &mut Story) {
    let approval = Some(ApprovalPlan { uses_places: true, decide_within: None });
    let talk = story.announce(2, OfferingPlan { approval, ..plain() });
    let asked: Vec<usize> = (0..3).map(|person| story.register(talk, person)).collect();
    story.ask(What::Approve(story.party(asked[0])));
    story.ask(What::Reject(story.party(asked[1])));
}

fn places_are_held(story: &mut Story) {
    let talk = story.announce(2, plain());
    let part = story.part(talk, 0);
    story.pace = 30;
    story.ask(What::Hold { part, lasts: 600 });
    let hold = story.hold(story.holds - 1);
    story.ask(What::ExtendHold { hold, lasts: 900 });
    story.ask(What::ConfirmHold { hold, answers: true });
}

fn places_are_set_aside(story: &mut Story) {
    let talk = story.announce(5, plain());
    let code = CredentialPlan::Code(1);
    let who = vec![WhoPlan::With(code)];
    let release = Some(TimePlan::BeforeStart(1));
    let set_aside = SetAsidePlan { number: 9, pool: 1, places: 3, who: who.clone(), release };
    let gathering = story.gathering(talk);
    story.ask(What::AddSetAside { gathering, pool: Which::FIRST, set_aside });
    let part = PartPlan { credentials: vec![code], ..story.part(talk, 0) };
    story.ask(What::Register(part));
    story.ask(What::ChangeSetAside { gathering, number: 9, places: 2, release: Some(None) });
    story.ask(What::ChangePriorities { gathering, classes: vec![who] });
    let (pool, plan) = (Which::FIRST, PoolPlan::of(Some(4)));
    story.ask(What::ChangeCapacity { gathering, pool, plan, keep_all: false, displace: Vec::new() });
}

fn a_programme_changes(story: &mut Story) {
    let day = story.announce(9, plain());
    let (gathering, when) = (story.gathering(day), story.soon());
    story.ask(What::PublishName(story.person(0)));
    story.ask(What::IssueCalendarToken(story.person(0)));
    story.ask(What::RotateCalendarToken(story.person(0)));
    story.ask(What::RevokeCalendarToken(story.person(0)));
    let texts = |title| TextsPlan { title, track: 1, speakers: vec![story.person(0)] };
    let session = |session, title| SessionPlan { session, when, room: 1, texts: texts(title) };
    let [added, changed, set] = [session(0, 1), session(0, 2), session(1, 3)];
    story.ask(What::AddSession { gathering, session: added });
    story.ask(What::ChangeSession { gathering, session: changed });
    story.ask(What::MoveSession { gathering, session: Which::FIRST, when: None, room: Some(2) });
    let (again, leave) = (vec![Which::FIRST], Vec::new());
    story.ask(What::SetProgramme { gathering, sessions: vec![set], again, leave });
    let (offering, pools) = (OfferingPlan::new(vec![20], 2), vec![(20, PoolPlan::of(Some(2)))]);
    let (requires, session) = (Some(Which::FIRST), Some(Which::FIRST));
    story.ask(What::AddOffering { gathering, number: 20, offering, requires, session, pools });
    let (first, second) = (Some(Which::FIRST), Some(Which::LAST));
    let part = |offering| PartPlan { offering, ..story.part(day, 1) };
    story.ask(What::Basket { parts: vec![part(first), part(second)], best_effort: false });
    story.ask(What::DropSession { gathering, session: Which::FIRST });
}

fn dates_change(story: &mut Story) {
    let talk = story.announce(3, plain());
    let asked: Vec<usize> = (0..2).map(|person| story.register(talk, person)).collect();
    let (gathering, when) = (story.gathering(talk), When::Hours { start: story.now / 3_600 + 99, long: 3 });
    let on_silence = if story.first.is_multiple_of(3) { Silence::Release } else { Silence::FollowUp };
    let ask = Some(AskPlan { hours: 5, on_silence });
    story.ask(What::Reschedule { gathering, when, with_programme: true, ask });
    story.ask(What::Reconfirm(story.party(asked[0])));
    story.ask(What::ChangeMode { gathering, mode: ModePlan::HallAndOnline, link: Some(2) });
    story.ask_after(6 * 3_600, What::Settle(gathering));
}

/// A booker may come, then comes; their guest does not, and then neither do they.
fn invitations_are_answered(story: &mut Story, talk: usize) {
    let (booker, guest) = (story.person(4), story.person(5));
    let asked = story.ask(What::Register(PartPlan { guests: vec![Some(guest)], ..story.part(talk, 4) }));
    let registration = story.party(asked);
    let answers = [
        (booker, Rsvp::Tentative),
        (booker, Rsvp::Accepted),
        (booker, Rsvp::Declined),
        (guest, Rsvp::Declined),
        (booker, Rsvp::Declined),
        (booker, Rsvp::Accepted),
    ];
    for (person, rsvp) in answers {
        let comment = person == guest;
        story.ask(What::AnswerInvitation { registration, person, rsvp, comment });
    }
}

fn parties_change(story: &mut Story) {
    let [talk, other] = [0, 1].map(|_| story.announce(4, plain()));
    story.ask(What::RecordPerson(story.person(0)));
    invitations_are_answered(story, other);
    let part = PartPlan { guests: vec![None, Some(story.person(1))], ..story.part(talk, 0) };
    let asked = story.ask(What::Register(part));
    let (registration, to) = (story.party(asked), story.person(2));
    let added = vec![Some(story.person(3))];
    story.ask(What::ChangeParty { registration, without: vec![2], added });
    story.ask(What::Transfer { registration, place: 2, to });
    let gathering = story.gathering(other);
    story.ask(What::MoveRegistration { registration, gathering, offering: None });
}

/// Of the first party on a gathering.
fn things_are_said_beside(story: &mut Story, talk: usize) {
    let (registration, gathering, person) =
        (story.party(story.parties - 2), story.gathering(talk), story.person(0));
    story.ask(What::SetTags { registration, tags: vec![1, 2] });
    story.ask(What::WriteNote { registration, some: true });
    for given in [true, false] {
        story.ask(What::RecordConsent { registration, person, purpose: 1, given });
    }
    story.ask(What::RecordNeeds { registration, person, some: true });
    story.ask(What::KeepNeeds { gathering, days: Some(3) });
    story.ask(What::ReadNeeds(gathering));
}

fn somebody_is_forgotten(story: &mut Story) {
    let talk = story.announce(2, plain());
    let pair = PartPlan { guests: vec![Some(story.person(1))], ..story.part(talk, 0) };
    story.ask(What::RecordPerson(story.person(0)));
    story.ask(What::Register(pair));
    story.register(talk, 2);
    things_are_said_beside(story, talk);
    story.ask(What::RecordExport(story.person(0)));
    story.ask(What::KeepAnswers { gathering: story.gathering(talk), days: Some(30) });
    story.ask(What::Forget(story.person(0)));
    story.ask(What::ExpireAnswers(story.gathering(talk)));
    story.ask(What::ExpireNeeds(story.gathering(talk)));
    story.register(talk, 0);
}

/// Twice, since one of the three may be somebody who has something else.
fn a_party_gets_in_by_parts(story: &mut Story) {
    for _ in 0..2 {
        somebody_makes_room_for_a_part(story);
    }
}

fn somebody_makes_room_for_a_part(story: &mut Story) {
    let talk = story.announce(2, plain());
    let pair = PartPlan { guests: vec![None], ..story.part(talk, 0) };
    let three = PartPlan { guests: vec![None, None], may_split: true, ..story.part(talk, 1) };
    let pair = story.ask(What::Register(pair));
    story.ask(What::Register(three));
    story.register(talk, 2);
    story.cancel(pair);
}

/// Two are first in line, and one place is free: whoever comes alone behind them gets it.
fn somebody_is_passed(story: &mut Story) {
    let line = LinePlan { head: HeadPlan::BestFit, ..LinePlan::default() };
    let talk = story.announce(2, OfferingPlan { line, ..plain() });
    let [first, _] = [0, 1].map(|person| story.register(talk, person));
    story.ask(What::Register(PartPlan { guests: vec![None], ..story.part(talk, 2) }));
    story.register(talk, 3);
    story.cancel(first);
}

fn booking_opens_and_closes(story: &mut Story) {
    let pools = vec![PoolPlan::of(Some(1))];
    let plan = GatheringPlan { draft: true, ..GatheringPlan::new(story.soon(), pools, vec![plain()]) };
    let talk = story.announce_plan(plan);
    let gathering = story.gathering(talk);
    story.ask(What::AnnounceDraft(gathering));
    story.register(talk, 0);
    story.register(talk, 1);
    story.ask(What::PauseBooking(gathering));
    story.register(talk, 2);
    story.ask(What::LineOnly(gathering));
    story.register(talk, 3);
    story.ask(What::CloseLine { gathering, offering: None });
    story.ask(What::CloseBooking(gathering));
    story.ask(What::OpenBooking(gathering));
}

fn it_is_over(story: &mut Story) {
    let talk = story.announce(2, plain());
    let came = story.register(talk, 0);
    let gathering = story.gathering(talk);
    story.ask(What::FollowUp { gathering, offering: None, person: story.person(1) });
    let registration = story.party(came);
    let presence =
        What::RecordPresence { registration, place: None, presence: Presence::Attended, seen: None };
    story.ask_after(80 * 3_600, presence);
    let audience = Audience::Registered;
    story.ask(What::AttachResource { gathering, resource: 1, titled: true, audience });
    story.ask(What::WithdrawResource { gathering, resource: 1 });
    story.ask(What::CloseBooks(gathering));
    story.ask(What::Archive(gathering));
}

fn people_are_checked_in(story: &mut Story) {
    let plan = GatheringPlan::new(story.soon(), vec![PoolPlan::of(Some(1))], vec![plain()]);
    let talk = story.announce_plan(GatheringPlan { online: true, ..plan });
    let gathering = story.gathering(talk);
    let [came, waits] = [0, 1].map(|person| story.register(talk, person));
    let list = CheckInListPlan {
        number: 1,
        named: true,
        offering: None,
        session: None,
        online: true,
        hours: (1, 1),
    };
    story.ask(What::SetCheckInList { gathering, list });
    let registration = story.party(came);
    story.ask_after(71 * 3_600 + 1_800, What::Join { registration, place: 1 });
    for (party, list, out, number) in
        [(came, 0, false, 1), (came, 0, true, 2), (waits, 0, false, 3), (came, 0, false, 1)]
    {
        let (registration, scan) = (story.party(party), Some(number));
        story.ask(What::CheckIn { gathering, registration, place: 1, list, out, scan, seen: None });
    }
    story.ask(What::UndoCheckIn { gathering, scan: 2 });
    story.ask(What::WithdrawCheckInList { gathering, number: 1 });
}

fn it_is_called_off(story: &mut Story) {
    let talk = story.announce(2, plain());
    let asked = story.register(talk, 0);
    let registration = story.party(asked);
    story.ask(What::CancelRegistration { registration, by_organiser: true });
    story.register(talk, 1);
    let gathering = story.gathering(talk);
    story.ask(What::CancelGathering(gathering));
    // None of these can be done any more.
    story.ask(What::PauseBooking(gathering));
    story.ask(What::AnnounceDraft(gathering));
    story.ask(What::CloseLine { gathering, offering: None });
    story.ask(What::ChangePriorities { gathering, classes: Vec::new() });
}
