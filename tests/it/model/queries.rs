//! Lists that are kept in memory and asked questions, beside lists that are taken anew each time.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use gather::{
    AttendeePage, AttendeeQuery, CheckInListId, Column, Columns, Filter, GatheringId, KeptAttendeeList,
    OfferingId, Presence, QueryError, RegistrationStatus, Route, SortKey,
};
use proptest::prelude::*;

use super::ledger::Ledger;
use super::{Watched, cases, lives};

/// What is asked after each step: orders and conditions that something may come into or fall out of.
fn questions() -> Vec<AttendeeQuery> {
    let named = Columns::new([Column::Number, Column::Place, Column::Name, Column::answer("diet")]);
    let by_name = AttendeeQuery::new().columns(named).sort([SortKey::ascending(Column::Name)]);
    let state = SortKey::descending(Column::State);
    vec![
        AttendeeQuery::new(),
        AttendeeQuery::everybody().sort([state, SortKey::ascending(Column::Since)]),
        by_name.clone(),
        by_name.narrow(!Filter::presence(Presence::Attended)),
        AttendeeQuery::everybody().narrow(Filter::state("waiting").or(Filter::state("offered"))),
        AttendeeQuery::everybody()
            .narrow(Filter::route(Route::Line).and(!Filter::offering(OfferingId::ONLY))),
        AttendeeQuery::everybody()
            .columns("number, place, presence, first_check_in, first_check_in:0".parse().unwrap())
            .narrow(Filter::checked_in().or(!Filter::checked_in_at(CheckInListId::DOOR)))
            .sort([SortKey::descending(Column::FirstCheckIn)]),
        AttendeeQuery::everybody().narrow(Filter::forgotten()).sort([SortKey::descending(Column::Name)]),
    ]
}

fn shown(page: &AttendeePage) -> (usize, Vec<Vec<String>>) {
    let cells = |row: &std::sync::Arc<gather::ListedAttendee>| page.cells(row).map(Into::into).collect();
    (page.total(), page.rows().iter().map(cells).collect())
}

/// Whoever is counted is on the list that was asked for, and nobody else.
fn counted_is_used(
    watched: &Watched,
    id: GatheringId,
    ledger: &Ledger,
    now: DateTime<Utc>,
) -> Result<(), TestCaseError> {
    let gathering = ledger.gathering(id).unwrap();
    let all = watched.desk.registration_list(id).unwrap();
    for pool in gathering.pools() {
        let offerings = &all.announcement().offerings;
        let drawing = offerings.iter().filter(|offering| offering.pools.contains(&pool.id));
        let through = drawing.map(|offering| Filter::offering(offering.id)).reduce(Filter::or);
        let query = AttendeeQuery::new().narrow(through.unwrap_or(!Filter::everybody()));
        let page = all.query(&query).unwrap();
        let counted = page.rows().iter().filter(|row| row.row().is_counted()).count();
        prop_assert_eq!(u64::try_from(counted).unwrap(), gathering.used_at(pool.id, now));
    }
    let places = all.query(&AttendeeQuery::new()).unwrap();
    let list = watched.desk.attendee_list(id).unwrap();
    prop_assert!(
        places.rows().iter().map(|row| row.cursor()).eq(list
            .query(&AttendeeQuery::everybody())
            .unwrap()
            .rows()
            .iter()
            .map(|row| row.cursor()))
    );
    for row in places.rows().iter().map(|row| row.row()) {
        prop_assert!(row.is_counted() || row.status == RegistrationStatus::Confirmed);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(40))]

    /// Whatever happens in between, and whatever ends by itself: a list kept since before it is as one that is taken now.
    #[test]
    fn a_kept_list_is_as_one_taken_now(history in lives(1..60)) {
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        let mut kept: BTreeMap<GatheringId, KeptAttendeeList> = BTreeMap::new();
        let questions = questions();
        for nth in 0..history.steps.len() {
            let before = watched.log.head();
            let _ = watched.play(&history, nth);
            watched.audit(&mut ledger, before)?;
            for (id, _) in ledger.gatherings() {
                let list = kept.entry(id).or_insert_with(|| watched.desk.keep_attendee_list(id, "test").unwrap());
                let now = watched.desk.registration_list(id).unwrap().expose("test");
                for query in &questions {
                    let (one, other) = (list.page(query).unwrap(), now.query(query).unwrap());
                    prop_assert_eq!(shown(&one), shown(&other), "{:?}", query);
                }
                counted_is_used(&watched, id, &ledger, history.time(nth))?;
            }
        }
        let nowhere = AttendeeQuery::new().after(gather::Cursor { number: u32::MAX, place: 1 });
        for list in kept.values() {
            let refused = list.page(&nowhere).unwrap_err();
            prop_assert!(matches!(refused, QueryError::UnknownRow { .. }), "{}", refused);
        }
    }
}
