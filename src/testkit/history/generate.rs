//! How histories are made up. The world in them is small, so that its people get in each other's way: few people and
//! places, sessions that several gatherings want, and times on a grid on which things overlap or just do not.

use std::ops::Range;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;

use super::plan::{
    GatheringPlan, ModePlan, OfferingPlan, PEOPLE, PartPlan, SESSIONS, SessionPlan, TextsPlan, When,
};
use super::{History, Step, What};

/// The highest number of an offering or a pool. Announcements use 1 to 3.
const PARTS: u16 = 6;

/// Histories of so many steps and a few to begin with: they announce a gathering or two with a programme. Few people and
/// fewer places see to it that lines form. They shrink by leaving steps out.
pub fn histories(length: Range<usize>) -> impl Strategy<Value = History> {
    (beginnings(), steps(length)).prop_map(|(mut beginning, steps)| {
        beginning.extend(steps);
        History { steps: beginning }
    })
}

/// Some steps, to go on with a history.
pub fn steps(length: Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    let after = prop_oneof![12 => 0..600_i64, 2 => 3_600..90_000_i64, 1 => -100_000..0_i64];
    vec((after, what()).prop_map(|(after, what)| Step { after, what }), length)
}

/// Something to book, and mostly something in its programme that can be booked too.
fn beginnings() -> impl Strategy<Value = Vec<Step>> {
    let announced = plans().prop_map(What::Announce);
    let more = prop_oneof![
        2 => plans().prop_map(What::Announce),
        3 => added_sessions(),
        3 => places_in_sessions(),
        1 => any::<Index>().prop_map(What::OpenBooking),
    ];
    (announced, vec(more, 0..8)).prop_map(|(announced, more)| {
        let steps = std::iter::once(announced).chain(more);
        steps.map(|what| Step { after: 0, what }).collect()
    })
}

/// Gatherings with one to three pools and offerings that share them, or require each other.
pub fn plans() -> impl Strategy<Value = GatheringPlan> {
    let offering = (1..8_u8, 1..5_u16, prop::bool::weighted(0.8), option::weighted(0.5, 1..4_u16));
    let parts = (vec(places(), 1..4), vec(offering, 1..4), any::<bool>());
    let opens = option::weighted(0.15, 0..30_i64);
    let ways = (any::<bool>(), prop::bool::weighted(0.6));
    (ways, when(), opens, parts).prop_map(|((online, no_overlap), when, opens, parts)| {
        let (pools, offerings, upwards) = parts;
        let pool_count = u16::try_from(pools.len()).unwrap_or(1);
        let offering_count = u16::try_from(offerings.len()).unwrap_or(1);
        let planned = (1..).zip(offerings).map(|(number, (mask, max_party, waiting_list, requires))| {
            let drawn: Vec<u16> = (1..=pool_count).filter(|pool| mask >> (pool - 1) & 1 == 1).collect();
            // All requirements of one gathering go one way, so that none comes back to where it began.
            let requires = requires.filter(|&other: &u16| {
                other <= offering_count && if upwards { other > number } else { other < number }
            });
            let pools = if drawn.is_empty() { vec![1] } else { drawn };
            OfferingPlan { pools, max_party, waiting_list, requires, session: None }
        });
        GatheringPlan { online, when, opens, offerings: planned.collect(), pools, no_overlap }
    })
}

fn places() -> impl Strategy<Value = Option<u32>> {
    prop_oneof![1 => Just(None), 8 => (0..6_u32).prop_map(Some)]
}

pub(in crate::testkit) fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        2 => Just(When::ToBeConfirmed),
        5 => (0..6_i64, 1..5_i64).prop_map(|(first, long)| When::Days { first, long }),
        4 => (1..20_i64, 1..6_i64).prop_map(|(start, long)| When::Hours { start: 6 * start, long: 6 * long }),
    ]
}

fn session_when() -> impl Strategy<Value = When> {
    prop_oneof![
        1 => Just(When::ToBeConfirmed),
        1 => (0..6_i64, 1..3_i64).prop_map(|(first, long)| When::Days { first, long }),
        10 => (0..40_i64, 1..4_i64).prop_map(|(start, long)| When::Hours { start: 3 * start, long: 3 * long }),
    ]
}

fn texts() -> impl Strategy<Value = TextsPlan> {
    let title = prop_oneof![1 => Just(0), 16 => 1..4_u8];
    (title, 0..3_u8, vec(0..3_u8, 0..3)).prop_map(|(title, track, mut speakers)| {
        // Naming somebody twice is refused, so only the third title keeps it.
        if title != 3 {
            speakers.sort_unstable();
            speakers.dedup();
        }
        TextsPlan { title, track, speakers }
    })
}

/// Sessions as a programme is to have them.
pub fn session_plans() -> impl Strategy<Value = SessionPlan> {
    (0..SESSIONS, session_when(), 0..3_u8, texts()).prop_map(|(session, when, room, texts)| SessionPlan {
        session,
        when,
        room,
        texts,
    })
}

fn added_sessions() -> impl Strategy<Value = What> {
    (any::<Index>(), session_plans()).prop_map(|(gathering, session)| What::AddSession { gathering, session })
}

/// Offerings for sessions, mostly with a pool that comes with them; that of another session may be meant.
fn places_in_sessions() -> impl Strategy<Value = What> {
    let offering = (0..SESSIONS, 4..=PARTS, 1..4_u16, prop::bool::weighted(0.8));
    let requires = option::weighted(0.3, 1..=PARTS);
    let number = 4..=PARTS;
    let own_pool = option::weighted(0.8, places());
    (any::<Index>(), number, offering, requires, own_pool).prop_map(
        |(gathering, number, (session, pool, max_party, waiting_list), requires, own_pool)| {
            let (pools, session) = (vec![pool], Some(session));
            let offering = OfferingPlan { pools, max_party, waiting_list, requires, session };
            let pools = own_pool.map(|places| (pool, places)).into_iter().collect();
            What::AddOffering { gathering, number, offering, pools }
        },
    )
}

/// Offerings for the gathering as a whole, and some of which the parts do not fit together.
fn more_offerings() -> impl Strategy<Value = What> {
    let offering = (vec(1..=PARTS, 0..3), 1..4_u16, any::<bool>());
    let requires = option::weighted(0.6, 1..=PARTS);
    let session = option::weighted(0.2, 0..SESSIONS);
    let pools = prop_oneof![3 => Just(Vec::new()), 1 => vec((1..=PARTS, places()), 1..3)];
    (any::<Index>(), 1..=PARTS, offering, requires, session, pools).prop_map(
        |(gathering, number, (drawn, max_party, waiting_list), requires, session, pools)| {
            let offering = OfferingPlan { pools: drawn, max_party, waiting_list, requires, session };
            What::AddOffering { gathering, number, offering, pools }
        },
    )
}

fn guests() -> impl Strategy<Value = Vec<Option<u8>>> {
    prop_oneof![
        4 => Just(Vec::new()),
        2 => vec(option::of(0..PEOPLE), 1..4),
    ]
}

fn offering_numbers() -> impl Strategy<Value = u16> {
    prop_oneof![6 => 0..4_u16, 3 => 4..=PARTS]
}

/// Two or three parts on a gathering or two, mostly for one booker.
fn baskets() -> impl Strategy<Value = What> {
    let on = (any::<Index>(), any::<Index>());
    let part =
        (prop::bool::weighted(0.7), offering_numbers(), option::weighted(0.3, 0..PEOPLE), guests());
    (on, 0..PEOPLE, vec(part, 2..4), any::<bool>()).prop_map(|((here, there), booker, parts, best_effort)| {
        let parts = parts.into_iter().map(|(is_here, offering, other, guests)| PartPlan {
            gathering: if is_here { here } else { there },
            offering,
            booker: other.unwrap_or(booker),
            guests,
        });
        What::Basket { parts: parts.collect(), best_effort }
    })
}

fn modes() -> impl Strategy<Value = What> {
    let mode = prop_oneof![
        2 => Just(ModePlan::Online),
        1 => Just(ModePlan::Hub),
        1 => Just(ModePlan::Hall),
        2 => Just(ModePlan::HallAndOnline),
    ];
    (any::<Index>(), mode, option::of(1..3_u8))
        .prop_map(|(gathering, mode, link)| What::ChangeMode { gathering, mode, link })
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        48 => on_bookings(),
        15 => on_gatherings(),
        16 => on_programmes(),
        4 => any::<Index>().prop_map(What::SendAgain),
        2 => (any::<Index>(), any::<Index>())
            .prop_map(|(request, content)| What::SendOther { request, content }),
    ]
}

fn on_bookings() -> impl Strategy<Value = What> {
    let which = any::<Index>;
    prop_oneof![
        2 => (0..PEOPLE).prop_map(What::RecordPerson),
        24 => (which(), offering_numbers(), 0..PEOPLE, guests()).prop_map(
            |(gathering, offering, booker, guests)| What::Register { gathering, offering, booker, guests }
        ),
        8 => baskets(),
        9 => (which(), any::<bool>()).prop_map(|(registration, by_organiser)| {
            What::CancelRegistration { registration, by_organiser }
        }),
        5 => (which(), 0..4_u16, 0..PEOPLE).prop_map(|(registration, place, to)| {
            What::Transfer { registration, place, to }
        }),
    ]
}

fn on_gatherings() -> impl Strategy<Value = What> {
    let which = any::<Index>;
    prop_oneof![
        1 => plans().prop_map(What::Announce),
        2 => more_offerings(),
        4 => (which(), 1..=PARTS, option::weighted(0.9, 0..7_u32)).prop_map(|(gathering, pool, capacity)| {
            What::ChangeCapacity { gathering, pool, capacity }
        }),
        3 => (which(), when(), any::<bool>()).prop_map(|(gathering, when, with_programme)| {
            What::Reschedule { gathering, when, with_programme }
        }),
        1 => modes(),
        2 => which().prop_map(What::OpenBooking),
        1 => which().prop_map(What::CloseBooking),
        1 => which().prop_map(What::CancelGathering),
    ]
}

fn on_programmes() -> impl Strategy<Value = What> {
    let which = any::<Index>;
    let leave = prop_oneof![2 => Just(Vec::new()), 1 => vec(0..SESSIONS, 1..3)];
    let moved = (option::weighted(0.8, session_when()), option::weighted(0.4, 0..3_u8));
    prop_oneof![
        1 => (0..PEOPLE).prop_map(What::PublishName),
        3 => added_sessions(),
        3 => places_in_sessions(),
        4 => (which(), 0..SESSIONS, moved).prop_map(|(gathering, session, (when, room))| {
            What::MoveSession { gathering, session, when, room }
        }),
        2 => (which(), session_plans()).prop_map(|(gathering, session)| {
            What::ChangeSession { gathering, session }
        }),
        2 => (which(), 0..SESSIONS).prop_map(|(gathering, session)| {
            What::DropSession { gathering, session }
        }),
        3 => (which(), vec(session_plans(), 0..4), leave).prop_map(|(gathering, sessions, leave)| {
            What::SetProgramme { gathering, sessions, leave }
        }),
    ]
}
