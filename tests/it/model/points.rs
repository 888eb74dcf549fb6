//! Whether generated histories come to the point: a model is no judge of what never comes up.

use std::collections::BTreeMap;

use gather::testkit::{Answer, Told, What};
use gather::{Change, Part};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::lives;
use super::naive::{Naive, No};

/// What has to come up.
const WANTED: &[&str] = &[
    "repeated",
    "promoted 1",
    "promoted 2",
    "ended 1",
    "ended 2",
    "all of a basket",
    "best effort: placed",
    "best effort: in line",
    "best effort: left out",
    "programme: added",
    "programme: moved",
    "programme: revised",
    "programme: dropped",
    "programme: ended",
    "programme: unchanged",
    "Published",
    "OfferingAdded",
    "SessionAdded",
    "MoveSession made",
    "MoveSession already so",
    "ChangeSession made",
    "DropSession ended",
    "ChangeMode made",
    "Transfer made",
    "Reschedule made",
    "waiting 0",
    "waiting 1",
    "Confirmed",
    "Announced",
    "Changed",
    "unknown_gathering",
    "unknown_offering",
    "which_offering",
    "twice_in_party",
    "party_too_large",
    "gathering_cancelled",
    "gathering_over",
    "booking_not_open_yet",
    "booking_closed",
    "already_registered",
    "never_fits",
    "full",
    "line_first",
    "unknown_registration",
    "unknown_place",
    "registration_ended",
    "unknown_pool",
    "below_used",
    "in_the_past",
    "layout",
    "unknown_session",
    "session_exists",
    "session_dropped",
    "session_outside",
    "session_over",
    "session_text",
    "speaker_twice",
    "programme session_exists",
    "programme session_outside",
    "programme session_text",
    "programme session_twice",
    "programme speaker_twice",
    "needs_place",
    "overlap",
    "request_reused",
    "Basket full",
    "Basket needs_place",
    "Basket never_fits",
    "Basket overlap",
    "Basket twice_in_party",
    "Transfer session_over",
    "Transfer needs_place",
];

#[test]
fn histories_come_to_the_point() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeMap::<String, usize>::new();
    for _ in 0..400 {
        let history = lives(40..60).new_tree(&mut runner).unwrap().current();
        let mut naive = Naive::new(&history);
        for nth in 0..history.steps.len() {
            let answer = naive.answer(nth);
            for kind in kinds(&history.steps[history.original(nth)].what, answer) {
                *seen.entry(kind).or_default() += 1;
            }
        }
    }
    let missing: Vec<_> = WANTED.iter().filter(|kind| !seen.contains_key(**kind)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}; seen: {seen:#?}");
}

/// By which names an answer is counted.
fn kinds(what: &What, answer: Result<Answer, No>) -> Vec<String> {
    let word = |text: String| text.chars().take_while(|c| c.is_alphabetic()).collect::<String>();
    let verb = word(format!("{what:?}"));
    let told = match answer {
        Ok(Answer { repeated: true, .. }) => return vec![String::from("repeated")],
        Ok(Answer { told, .. }) => told,
        Err(no) if no.starts_with("programme ") => {
            let codes = no.split('"').skip(1).step_by(2);
            return codes.map(|code| format!("programme {code}")).collect();
        }
        Err(code) => return vec![format!("{verb} {code}"), code],
    };
    match told {
        Told::Promoted { registrations, offered, ended } => {
            let some = |what: &str, list: &[_]| {
                vec![format!("{what} {}", list.len().min(2)), format!("{verb} {what}")]
            };
            let lists = [("promoted", registrations), ("offered", offered), ("ended", ended)];
            let lists = lists.iter().filter(|(_, list)| !list.is_empty());
            lists.flat_map(|(what, list)| some(what, list)).chain([format!("{verb} done")]).collect()
        }
        Told::Waiting(_, ahead) => vec![format!("waiting {}", ahead.min(1))],
        Told::Parts(_) if !matches!(what, What::Basket { best_effort: true, .. }) => {
            vec![String::from("all of a basket")]
        }
        Told::Parts(parts) => {
            let kind = |part: &Part| match part {
                Part::Registered(one) if one.is_confirmed() => "best effort: placed",
                Part::Registered(_) => "best effort: in line",
                Part::LeftOut => "best effort: left out",
            };
            parts.iter().map(|part| kind(part).to_owned()).collect()
        }
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
            let lists = lists.iter().filter(|(_, length)| *length > 0);
            lists.map(|(what, _)| format!("programme: {what}")).collect()
        }
        Told::Changed(change) => {
            let how = if change == Change::Made { "made" } else { "already so" };
            vec![format!("{verb} {how}"), String::from("Changed")]
        }
        other => vec![word(format!("{other:?}"))],
    }
}
