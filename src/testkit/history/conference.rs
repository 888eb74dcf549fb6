//! Histories in which little goes wrong: two conferences that take people's time, with what can be booked in them, and a
//! handful of people who change their minds. What needs what, and what happens when that ends, comes up all the time.

use std::ops::Range;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::generate::any_which;
use super::plan::{GatheringPlan, OfferingPlan, PartPlan, PoolPlan, SessionPlan, TextsPlan, When, Which};
use super::{History, Step, What};

/// How many people come.
const REGULARS: u8 = 7;

/// Histories of two conferences of some days each, at which everything can be booked that is not full, and so many
/// steps.
pub fn conferences(length: Range<usize>) -> impl Strategy<Value = History> {
    let after = prop_oneof![12 => 0..600_i64, 1 => 3_600..40_000_i64];
    let steps = vec((after, what()).prop_map(|(after, what)| Step { after, what }), length);
    (conference(0), conference(2), steps).prop_map(|(mut first, second, steps)| {
        first.extend(second);
        let begun = first.into_iter().map(|what| Step { after: 0, what });
        History { steps: begun.chain(steps).collect() }
    })
}

/// A conference with two sessions that have places of their own, numbered from the base.
fn conference(base: u8) -> impl Strategy<Value = Vec<What>> {
    let capacities = (3..12_u32, 1..6_u32);
    let sessions = [session(base), session(base + 1)];
    let places = [places_in_a_session(4), places_in_a_session(5)];
    let dates = prop_oneof![
        3 => (1..3_i64).prop_map(|first| When::Days { first, long: 4 }),
        1 => Just(When::ToBeConfirmed),
    ];
    (dates, capacities, option::of(1..3_u16), sessions, places).prop_map(
        |(when, (all, some), needed, sessions, places)| {
            let offering = |pool, waiting_list, requires| {
                let plan = OfferingPlan::new(vec![pool], 3);
                OfferingPlan { waiting_list, requires, ..plan }
            };
            let pools = vec![PoolPlan::of(Some(all)), PoolPlan::of(Some(some))];
            let offerings =
                vec![offering(1, true, None), offering(2, true, Some(1)), offering(2, false, needed)];
            let plan = GatheringPlan::new(when, pools, offerings);
            let announced = What::Announce(GatheringPlan { no_overlap: true, ..plan });
            std::iter::once(announced).chain(sessions).chain(places).collect()
        },
    )
}

/// A session on one of two days, of a few hours on a grid of three.
fn session(number: u8) -> impl Strategy<Value = What> {
    hours().prop_map(move |when| {
        let texts = TextsPlan { title: 1, track: 0, speakers: Vec::new() };
        let session = SessionPlan { session: number, when, room: 0, texts };
        What::AddSession { gathering: Which::LAST, session }
    })
}

fn hours() -> impl Strategy<Value = When> {
    (16..26_i64, 1..3_i64).prop_map(|(start, long)| When::Hours { start: 3 * start, long: 3 * long })
}

fn places_in_a_session(number: u16) -> impl Strategy<Value = What> {
    let requires = option::weighted(0.6, any_which());
    (requires, any_which(), 1..4_u32).prop_map(move |(requires, session, places)| {
        let pools = vec![(number, PoolPlan::of(Some(places)))];
        let (session, offering) = (Some(session), OfferingPlan::new(vec![number], 3));
        What::AddOffering { gathering: Which::LAST, number, offering, requires, session, pools }
    })
}

fn guests() -> impl Strategy<Value = Vec<Option<u8>>> {
    prop_oneof![4 => Just(Vec::new()), 2 => vec(option::of(0..REGULARS), 1..3)]
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        40 => booking(),
        20 => changed_minds(),
        10 => changed_plans(),
        2 => any_which().prop_map(What::SendAgain),
    ]
}

fn booking() -> impl Strategy<Value = What> {
    let which = any_which;
    // What others need comes first.
    let offering = prop_oneof![Just(Which::FIRST), which()];
    let parts = (vec(which(), 1..3), guests());
    prop_oneof![
        3 => (which(), offering, 0..REGULARS, guests()).prop_map(|(gathering, offering, booker, guests)| {
            What::Register(PartPlan { guests, ..PartPlan::new(gathering, Some(offering), booker) })
        }),
        1 => (which(), 0..REGULARS, parts, any::<bool>()).prop_map(
            |(gathering, booker, (others, guests), best_effort)| {
                let part = |offering: Which| {
                    let guests = guests.clone();
                    PartPlan { guests, ..PartPlan::new(gathering, Some(offering), booker) }
                };
                let mut parts: Vec<PartPlan> = others.into_iter().map(part).collect();
                parts.push(part(Which::FIRST));
                What::Basket { parts, best_effort }
            }
        ),
    ]
}

fn changed_minds() -> impl Strategy<Value = What> {
    let which = any_which;
    prop_oneof![
        (which(), any::<bool>()).prop_map(|(registration, by_organiser)| {
            What::CancelRegistration { registration, by_organiser }
        }),
        (which(), 1..3_u16, 0..REGULARS)
            .prop_map(|(registration, place, to)| { What::Transfer { registration, place, to } }),
        (which(), vec(2..4_u16, 0..2), vec(option::of(0..REGULARS), 0..2))
            .prop_map(|(registration, without, added)| What::ChangeParty { registration, without, added }),
    ]
}

fn changed_plans() -> impl Strategy<Value = What> {
    let which = any_which;
    prop_oneof![
        3 => (which(), which(), 0..6_u32).prop_map(|(gathering, pool, places)| {
            let (plan, keep_all, displace) = (PoolPlan::of(Some(places)), false, Vec::new());
            What::ChangeCapacity { gathering, pool, plan, keep_all, displace }
        }),
        5 => (which(), which(), hours()).prop_map(|(gathering, session, when)| {
            What::MoveSession { gathering, session, when: Some(when), room: None }
        }),
        1 => (which(), which()).prop_map(|(gathering, session)| What::DropSession { gathering, session }),
        1 => (which(), vec(which(), 1..4)).prop_map(|(gathering, again)| {
            What::SetProgramme { gathering, sessions: Vec::new(), again, leave: Vec::new() }
        }),
        1 => (which(), 1..5_i64, any::<bool>()).prop_map(|(gathering, first, with_programme)| {
            What::Reschedule { gathering, when: When::Days { first, long: 4 }, with_programme, ask: None }
        }),
        2 => which().prop_map(What::OpenBooking),
    ]
}
