//! Whether generated histories come to the point: a model is no judge of what never comes up.

use std::collections::BTreeMap;

use gather::testkit::{
    Answer, GatheringPlan, History, OfferingPlan, PoolPlan, SessionPlan, Step, TextsPlan, Told, What, When,
    Which,
};
use gather::{Change, Part};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::lives;
use super::naive::{Naive, No};

/// What has to come up: every verb done, in every way that it can be told.
const DONE: &[&str] = &[
    "AnswerInvitation GivenUp",
    "AnswerInvitation NothingLeft",
    "AnswerInvitation Noted",
    "AcceptOffer made",
    "AddOffering OfferingAdded",
    "AddSession SessionAdded",
    "AddSetAside SetAside",
    "Announce Announced",
    "AnnounceDraft already so",
    "AnnounceDraft made",
    "Approve Confirmed",
    "Approve waiting",
    "Archive already so",
    "Archive made",
    "AttachResource Attached",
    "Basket all",
    "Basket left out",
    "Basket pending",
    "Basket placed",
    "Basket waiting",
    "CancelGathering already so",
    "CancelGathering made",
    "CancelRegistration done",
    "CancelRegistration ended",
    "CancelRegistration offered",
    "CancelRegistration promoted",
    "ChangeCapacity done",
    "ChangeCapacity ended",
    "ChangeCapacity offered",
    "ChangeCapacity promoted",
    "ChangeMode already so",
    "ChangeMode made",
    "ChangeParty done",
    "ChangeParty promoted",
    "ChangePriorities done",
    "ChangeSession already so",
    "ChangeSession made",
    "ChangeSetAside done",
    "ChangeSetAside promoted",
    "CloseBooking already so",
    "CloseBooking made",
    "CloseBooks already so",
    "CloseBooks made",
    "CloseLine already so",
    "CloseLine made",
    "ConfirmHold Confirmed",
    "ConfirmHold pending",
    "DeclineOffer done",
    "DeclineOffer offered",
    "DropSession done",
    "DropSession ended",
    "ExtendHold already so",
    "ExtendHold made",
    "FollowUp Noted",
    "Hold Held",
    "IssueCalendarToken CalendarToken",
    "LineOnly already so",
    "LineOnly made",
    "MoveRegistration Confirmed",
    "MoveRegistration waiting",
    "MoveSession already so",
    "MoveSession made",
    "NoteInterest Noted",
    "OpenBooking already so",
    "OpenBooking made",
    "OpenInterest already so",
    "OpenInterest made",
    "PauseBooking already so",
    "PauseBooking made",
    "PublishName Published",
    "Reconfirm already so",
    "Reconfirm made",
    "RecordPerson Recorded",
    "CheckIn Again",
    "CheckIn Counted",
    "CheckIn NotConfirmed",
    "CheckIn OtherGathering",
    "CheckIn OutsideWindow",
    "CheckIn Undone",
    "CheckIn UnknownPlace",
    "CheckIn UnknownRegistration",
    "CheckIn WrongList",
    "Join Again",
    "Join Counted",
    "SetCheckInList already so",
    "SetCheckInList made",
    "UndoCheckIn already so",
    "UndoCheckIn made",
    "WithdrawCheckInList already so",
    "WithdrawCheckInList made",
    "RecordPresence counted",
    "RecordPresence flagged",
    "Register Confirmed",
    "Register pending",
    "Register waiting",
    "Reject done",
    "Reschedule already so",
    "Reschedule made",
    "RevokeCalendarToken already so",
    "RevokeCalendarToken made",
    "RotateCalendarToken CalendarToken",
    "SetProgramme added",
    "SetProgramme dropped",
    "SetProgramme ended",
    "SetProgramme moved",
    "SetProgramme revised",
    "SetProgramme unchanged",
    "Settle done",
    "Settle ended",
    "ExpireAnswers made",
    "RecordExport Exported",
    "Forget Forgotten",
    "KeepAnswers made",
    "KeepNeeds made",
    "ExpireNeeds made",
    "ReadNeeds NeedsRead",
    "RecordConsent already so",
    "RecordConsent made",
    "RecordNeeds made",
    "SetTags already so",
    "SetTags made",
    "WriteNote made",
    "Transfer already so",
    "Transfer made",
    "WithdrawOffer done",
    "WithdrawResource made",
    "repeated",
];

/// Every refusal that histories can come to.
const REFUSED: &[&str] = &[
    "already_registered",
    "answers_expired",
    "needs_expired",
    "not_on_registration",
    "forgotten",
    "unknown_person",
    "below_used",
    "booking_closed",
    "booking_not_open_yet",
    "booking_open",
    "booking_paused",
    "bookers_place",
    "calendar_token_exists",
    "deadline_past",
    "deadline_too_late",
    "full",
    "gathering_archived",
    "gathering_cancelled",
    "gathering_completed",
    "gathering_over",
    "in_line",
    "in_the_past",
    "interest_only",
    "layout",
    "line_first",
    "line_only",
    "needs_approval",
    "needs_place",
    "never_fits",
    "no_calendar_token",
    "no_show_by_books",
    "not_announced",
    "not_asked",
    "not_begun",
    "not_completed",
    "not_confirmed",
    "not_displaceable",
    "not_eligible",
    "not_held",
    "not_offered",
    "not_over",
    "not_pending",
    "organisation_cap",
    "organisation_needed",
    "overlap",
    "party_too_large",
    "presence_recorded",
    "programme session_exists",
    "programme session_outside",
    "programme session_text",
    "programme session_twice",
    "programme speaker_twice",
    "registration_ended",
    "request_reused",
    "resource_exists",
    "series_date",
    "session_dropped",
    "session_exists",
    "session_outside",
    "session_over",
    "session_text",
    "set_aside_exists",
    "set_aside_for_nobody",
    "set_asides_too_large",
    "speaker_twice",
    "split_needs_names",
    "still_live",
    "still_needed",
    "text",
    "twice_in_party",
    "unknown_gathering",
    "unknown_offering",
    "unknown_place",
    "unknown_pool",
    "unknown_registration",
    "unknown_resource",
    "unknown_session",
    "unknown_set_aside",
    "which_offering",
    "no_confirmed_place",
    "no_join_link",
    "not_open_to_join",
    "scan_reused",
    "unknown_check_in_list",
];

/// Refusals that are told apart by the verb that gets them.
const REFUSED_BY_VERB: &[&str] = &[
    "Basket full",
    "Basket needs_place",
    "Basket never_fits",
    "Basket overlap",
    "Basket twice_in_party",
    "ChangeParty full",
    "ChangeParty needs_place",
    "ConfirmHold full",
    "Hold full",
    "Hold line_first",
    "MoveRegistration full",
    "Transfer needs_place",
    "Transfer series_date",
    "Transfer session_over",
];

/// Every way to end, and the reasons to be passed that come up: whoever is in line has what is needed, since it ends without,
/// nobody in line for one date of a series gets another, and few have something at the same time since it was moved.
const WHY: &[&str] = &[
    "ended Attendee",
    "ended Declined",
    "ended Displaced",
    "ended Expired",
    "ended MovedAway",
    "ended NotReconfirmed",
    "ended OfferWithdrawn",
    "ended Organiser",
    "ended Rejected",
    "ended Superseded",
    "passed OrganisationCap",
    "passed SetAside",
    "passed TooLarge",
    "fact LineClosed",
    "fact MovedToFollowUp",
    "fact ReconfirmationClosed",
    "fact RegistrationSplit",
];

/// What chance comes to too rarely to wait for it: a session is said to be what it is already.
fn said_again() -> History {
    let when = When::Hours { start: 48, long: 3 };
    let texts = TextsPlan { title: 1, track: 0, speakers: Vec::new() };
    let session = SessionPlan { session: 0, when, room: 0, texts };
    let (pools, offerings) = (vec![PoolPlan::of(Some(3))], vec![OfferingPlan::new(vec![1], 2)]);
    let gathering = Which::FIRST;
    let steps = [
        What::Announce(GatheringPlan::new(When::Days { first: 1, long: 4 }, pools, offerings)),
        What::AddSession { gathering, session: session.clone() },
        What::ChangeSession { gathering, session },
    ];
    History { steps: steps.into_iter().map(|what| Step { after: 0, what }).collect() }
}

#[test]
fn histories_come_to_the_point() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeMap::<String, usize>::new();
    let by_chance = (0..6_000).map(|_| lives(50..70).new_tree(&mut runner).unwrap().current());
    for history in by_chance.chain([said_again()]) {
        let mut naive = Naive::new(&history);
        for nth in 0..history.steps.len() {
            let before = naive.deeds();
            let answer = naive.answer(nth);
            let what = &history.steps[history.original(nth)].what;
            let facts = naive.facts_since(before);
            for kind in kinds(what, answer).into_iter().chain(facts.iter().filter_map(|fact| why(fact))) {
                *seen.entry(kind).or_default() += 1;
            }
        }
    }
    let wanted = [DONE, REFUSED, REFUSED_BY_VERB, WHY].into_iter().flatten();
    let missing: Vec<_> = wanted.filter(|kind| !seen.contains_key(**kind)).collect();
    assert!(missing.is_empty(), "never seen: {missing:#?}; seen: {seen:#?}");
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphabetic()).collect()
}

/// What a fact gives as its reason, or what it is.
fn why(fact: &str) -> Option<String> {
    let after = |mark: &str| fact.split(mark).nth(1).map(word);
    match word(fact).as_str() {
        "RegistrationEnded" => after("how: ").map(|how| format!("ended {how}")),
        "PassedOver" => after("reason: ").map(|reason| format!("passed {reason}")),
        other => Some(format!("fact {other}")),
    }
}

/// By which names an answer is counted.
fn kinds(what: &What, answer: Result<Answer, No>) -> Vec<String> {
    let verb = word(&format!("{what:?}"));
    let told = match answer {
        Ok(Answer { repeated: true, .. }) => return vec![String::from("repeated")],
        Ok(Answer { told, .. }) => told,
        Err(no) if no.starts_with("programme ") => {
            let codes = no.split('"').skip(1).step_by(2);
            return codes.map(|code| format!("programme {code}")).collect();
        }
        Err(no) => {
            let code = no.split(' ').next().unwrap_or_default().to_owned();
            return vec![format!("{verb} {code}"), code];
        }
    };
    let how = match told {
        Told::Promoted { registrations, offered, ended } => {
            let lists = [("promoted", registrations), ("offered", offered), ("ended", ended)];
            let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
            lists.map(|(what, _)| what).chain(["done"]).collect()
        }
        Told::Waiting(..) => vec!["waiting"],
        Told::Pending(..) => vec!["pending"],
        Told::Seen { flagged } => vec![if flagged { "flagged" } else { "counted" }],
        Told::Parts(_) if !matches!(what, What::Basket { best_effort: true, .. }) => vec!["all"],
        Told::Parts(parts) => parts.iter().map(part).collect(),
        Told::Programme(change) => {
            let lists = [
                ("added", change.added.len()),
                ("moved", change.moved.len()),
                ("revised", change.revised.len()),
                ("dropped", change.dropped.len()),
                ("ended", change.ended.len()),
                ("promoted", change.promoted.len()),
                ("unchanged", change.unchanged),
            ];
            let lists = lists.into_iter().filter(|(_, length)| *length > 0);
            lists.map(|(what, _)| what).collect()
        }
        Told::Changed(Change::Made) => vec!["made"],
        Told::Changed(Change::AlreadySo) => vec!["already so"],
        Told::CheckedIn(told) => return vec![format!("{verb} {}", word(&format!("{told:?}")))],
        Told::Answered(answered) => return vec![format!("{verb} {}", word(&format!("{answered:?}")))],
        other => return vec![format!("{verb} {}", word(&format!("{other:?}")))],
    };
    how.into_iter().map(|how| format!("{verb} {how}")).collect()
}

fn part(part: &Part) -> &'static str {
    match part {
        Part::Registered(gather::Registered::Confirmed { .. }) => "placed",
        Part::Registered(gather::Registered::Waiting { .. }) => "waiting",
        Part::Registered(gather::Registered::Pending { .. }) => "pending",
        Part::LeftOut => "left out",
    }
}
