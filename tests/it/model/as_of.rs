//! Looking back shows what was shown.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use gather::log::StoredBatch;
use gather::testkit::{History, What};
use gather::{AsOf, AttendeeList, Desk, Fact, GatheringId, Lists, PersonId, Position, RegistrationStatus};
use proptest::prelude::*;
use serde_json::Value;

use super::ledger::Ledger;
use super::read::{Shows, all_shown};
use super::{Watched, cases, lives};

/// What was shown live when the log ended at a position, and to a clock that said so.
struct Snapshot<T> {
    position: Position,
    now: DateTime<Utc>,
    gatherings: Vec<GatheringId>,
    shown: T,
}

/// Lives through a history, and keeps what was shown after each step, some of them a while later.
fn watched_life<T>(
    history: &History,
    show: impl Fn(&Desk, &[GatheringId]) -> T,
) -> Result<(Watched, Vec<Snapshot<T>>), TestCaseError> {
    let (watched, mut ledger, mut kept) = (Watched::new(), Ledger::default(), Vec::new());
    for nth in 0..history.steps.len() {
        let before = watched.log.head();
        let _ = watched.play(history, nth);
        watched.audit(&mut ledger, before)?;
        let now = history.time(nth) + TimeDelta::seconds([0, 1_800, 50_000][nth % 3]);
        watched.clock.set(now);
        let gatherings: Vec<_> = ledger.gatherings().map(|(gathering, _)| gathering).collect();
        let shown = show(&watched.desk, &gatherings);
        kept.push(Snapshot { position: watched.desk.position(), now, gatherings, shown });
    }
    Ok((watched, kept))
}

/// The two lists of each gathering, without names.
fn lists_of(desk: &impl Shows, gatherings: &[GatheringId]) -> Vec<Value> {
    let attending = gatherings.iter().map(|it| serde_json::to_value(desk.attendee_list(*it)).unwrap());
    attending
        .chain(gatherings.iter().map(|it| serde_json::to_value(desk.waiting_list(*it)).unwrap()))
        .collect()
}

/// Says of each row of those who were forgotten that they were.
fn forget_in(list: &mut Value, forgotten: &BTreeMap<PersonId, DateTime<Utc>>) {
    match list {
        Value::Array(rows) => rows.iter_mut().for_each(|row| forget_in(row, forgotten)),
        Value::Object(row) => {
            let whose = row.get("person").or_else(|| row.get("booker")).and_then(Value::as_str);
            let since = whose.and_then(|whose| forgotten.get(&whose.parse().unwrap()));
            if let (Some(since), Some(told)) = (since.copied(), row.get_mut("forgotten")) {
                *told = serde_json::to_value(since).unwrap();
                // Of somebody who waits a list without names says `[personal]` in any case.
                if row.contains_key("person") {
                    row.insert("name".into(), "".into());
                }
            }
            row.values_mut().for_each(|value| forget_in(value, forgotten));
        }
        _ => {}
    }
}

/// Whoever is forgotten by now, and since when.
fn forgotten(desk: &Desk) -> BTreeMap<PersonId, DateTime<Utc>> {
    let batches = desk.read_log(Position::START, usize::MAX).unwrap().batches;
    let mut forgotten = BTreeMap::new();
    for record in batches.iter().flat_map(StoredBatch::records) {
        if let Fact::PersonForgotten { person } = record.fact() {
            forgotten.entry(*person).or_insert(record.time());
        }
    }
    forgotten
}

/// Whether what is done destroys a key.
fn erases(what: &What) -> bool {
    matches!(what, What::Forget(_) | What::ExpireAnswers(_) | What::ExpireNeeds(_))
}

proptest! {
    #![proptest_config(cases(30))]

    /// `as_of` a position is what was computed live at that position: every list, every calendar, names and all.
    #[test]
    fn as_of_a_position_is_what_was_shown_then(mut history in lives(1..40)) {
        history.steps.retain(|step| !erases(&step.what));
        let (watched, kept) = watched_life(&history, |desk, its| all_shown(desk, its.iter().copied()))?;
        for was in kept {
            let then = watched.desk.as_of(was.position).unwrap().about(was.now);
            prop_assert_eq!((then.position(), then.at()), (was.position, was.now));
            prop_assert_eq!(all_shown(&then, was.gatherings), was.shown, "as of {}", was.position);
        }
    }

    /// Whoever is forgotten since is so in the past as well, and nothing else is another than it was.
    #[test]
    fn the_past_keeps_its_rows_and_loses_the_names_of_the_forgotten(history in lives(1..60)) {
        let (watched, kept) = watched_life(&history, lists_of)?;
        let forgotten = forgotten(&watched.desk);
        for mut was in kept {
            let then = watched.desk.as_of(was.position).unwrap().about(was.now);
            was.shown.iter_mut().for_each(|list| forget_in(list, &forgotten));
            prop_assert_eq!(lists_of(&then, &was.gatherings), was.shown, "as of {}", was.position);
            for person in forgotten.keys() {
                prop_assert!(then.person(*person).is_none_or(|details| details.known().is_none()));
            }
        }
    }

    /// What changed between two moments, made to what was claimed at the one, is what is claimed at the other; forwards and
    /// back. Between a moment and itself nothing changed.
    #[test]
    fn a_difference_leads_from_one_moment_to_the_other(
        history in lives(1..80),
        (one, other) in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let (watched, kept) = watched_life(&history, |_, _| ())?;
        let moment = |index: prop::sample::Index| {
            let was = &kept[index.index(kept.len())];
            watched.desk.as_of(was.position).unwrap().about(was.now)
        };
        let (from, to) = (moment(one), moment(other));
        prop_assert!(from.diff(&from).is_empty() && to.diff(&to).is_empty());
        for (from, to) in [(&from, &to), (&to, &from)] {
            let told = from.diff(to);
            let (mut before, mut after) = (0, 0);
            for gathering in kept.last().into_iter().flat_map(|was| was.gatherings.iter().copied()) {
                let was = from.claims(gathering).unwrap_or_default();
                let is = to.claims(gathering).unwrap_or_default();
                let Some(changed) = told.of(gathering) else {
                    prop_assert_eq!(was, is);
                    continue;
                };
                prop_assert_eq!(changed.apply(&was), is.clone());
                prop_assert_eq!((changed.before.is_some(), changed.after.is_some()), (
                    from.claims(gathering).is_ok(), to.claims(gathering).is_ok()
                ));
                before += changed.claimed_before.confirmed;
                after += changed.claimed_after.confirmed;
                let list = to.attendee_list(gathering);
                let rows = list.iter().flat_map(AttendeeList::rows);
                let confirmed = rows.filter(|row| row.status == RegistrationStatus::Confirmed).count();
                prop_assert_eq!(changed.claimed_after.confirmed, u64::try_from(confirmed).unwrap());
            }
            prop_assert_eq!((before, after), (told.claimed().0.confirmed, told.claimed().1.confirmed));
            prop_assert!(told.to_string().lines().all(|line| line.chars().count() <= 80), "{}", told);
        }
    }

    /// A time is one position: the last before any record of a later time. Clocks may jump.
    #[test]
    fn as_of_a_time_picks_one_position_and_says_which(
        mut history in lives(1..60),
        jumps in prop::collection::vec((any::<prop::sample::Index>(), -400_000..0_i64), 0..4),
        asked in any::<prop::sample::Index>(),
        off in -1..=1_i64,
    ) {
        for (at, back) in jumps {
            let at = at.index(history.steps.len());
            history.steps[at].after = back;
        }
        let (watched, _) = watched_life(&history, |_, _| ())?;
        let batches = watched.desk.read_log(Position::START, usize::MAX).unwrap().batches;
        let times: Vec<_> = batches.iter().map(|stored| stored.batch.time).collect();
        let time = times.get(asked.index(times.len().max(1))).copied().unwrap_or_default() + TimeDelta::microseconds(off);

        let then = watched.desk.as_of(time).unwrap();
        let known = batches.iter().take_while(|stored| stored.batch.time <= time);
        let picked = known.last().map_or(Position::START, StoredBatch::last);
        prop_assert_eq!((then.position(), then.at()), (picked, time));
        let there = watched.desk.as_of(picked).unwrap().about(time);
        let known: Vec<_> = there.lists().gatherings().iter().map(|card| card.id()).collect();
        prop_assert_eq!(all_shown(&then, known.clone()), all_shown(&there, known));

        // In hindsight it is what a log would show that has no later records in it.
        let hindsight = watched.desk.as_of(AsOf::Hindsight(time)).unwrap();
        prop_assert_eq!(hindsight.position(), watched.desk.position());
        let counted = batches.iter().filter(|stored| stored.batch.time <= time);
        let mut lists = Lists::new();
        counted.flat_map(|stored| stored.records().collect::<Vec<_>>()).for_each(|record| lists.apply(&record));
        for card in lists.gatherings() {
            let list = hindsight.attendee_list(card.id()).unwrap();
            prop_assert_eq!(list.pools(), card.pools(time));
        }
        if times.is_sorted() {
            prop_assert_eq!(then.lists().position(), hindsight.lists().position());
        }
    }
}
