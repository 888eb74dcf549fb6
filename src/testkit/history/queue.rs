//! Histories in which lines, offers, holds, set-asides, caps and splits meet all the time: a gathering or two with few
//! places and all sorts of terms, and a handful of people who want them.

use std::ops::Range;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::generate::{afterwards, any_which, capacities, on_claims, on_terms, recent};
use super::plan::{GatheringPlan, OfferingPlan, PartPlan, PoolPlan, When, Which};
use super::policies::{
    approvals, asks, caps, lines, only_for, overbooks, priorities, says, set_asides, with_set_asides,
};
use super::{History, Step, What};

/// How many people come.
const REGULARS: u8 = 7;

/// Histories of so many steps about a gathering or two that are too small for those who want to come, and a few steps
/// in some of them after it is over.
pub fn queues(length: Range<usize>) -> impl Strategy<Value = History> {
    let after =
        || prop_oneof![8 => 0..400_i64, 4 => 400..4_000_i64, 1 => 10_000..60_000_i64, 1 => -4_000..0_i64];
    let steps = vec((after(), what()).prop_map(|(after, what)| Step { after, what }), length);
    let end = vec((0..4_000_i64, afterwards()).prop_map(|(after, what)| Step { after, what }), 3..12);
    let ends = option::weighted(0.4, (90_000..600_000_i64, end));
    (gatherings(), steps, ends).prop_map(|(begun, mut steps, ends)| {
        if let Some((jump, mut end)) = ends {
            if let Some(first) = end.first_mut() {
                first.after = jump;
            }
            steps.extend(end);
        }
        let begun = begun.into_iter().map(|what| Step { after: 0, what });
        History { steps: begun.chain(steps).collect() }
    })
}

/// One gathering or two, which may be two dates of a series.
fn gatherings() -> impl Strategy<Value = Vec<What>> {
    let all = (any::<bool>(), option::weighted(0.3, Just(1_u8)), prop::bool::weighted(0.3));
    (vec(gathering(), 1..3), all).prop_map(|(plans, (is_draft_first, series, no_overlap))| {
        let mut steps = Vec::new();
        for plan in plans {
            let draft = plan.draft;
            steps.push(What::Announce(GatheringPlan { series, no_overlap, ..plan.clone() }));
            if draft && is_draft_first {
                steps.push(What::AnnounceDraft(Which::LAST));
            }
            if plan.when == When::ToBeConfirmed {
                steps.push(What::OpenBooking(Which::LAST));
            }
        }
        steps
    })
}

/// A gathering of which everything is scarce.
fn gathering() -> impl Strategy<Value = GatheringPlan> {
    let when = prop_oneof![
        1 => Just(When::ToBeConfirmed),
        2 => (1..4_i64, 1..3_i64).prop_map(|(first, long)| When::Days { first, long }),
        6 => (2..12_i64, 1..4_i64).prop_map(|(start, long)| When::Hours { start: 6 * start, long: 3 * long }),
    ];
    let parts = (vec(pool(), 1..3), vec((1..4_u8, offering()), 1..4));
    let terms = (
        option::weighted(0.35, caps()),
        prop_oneof![1 => Just(Vec::new()), 1 => priorities()],
        prop_oneof![2 => Just(Vec::new()), 3 => vec(set_asides(Just(1)), 1..3)],
    );
    (when, any::<bool>(), prop::bool::weighted(0.07), parts, terms).prop_map(
        |(when, until_the_end, draft, (pools, offerings), (cap, priorities, set_asides))| {
            let count = u16::try_from(pools.len()).unwrap_or(1);
            let offerings = offerings.into_iter().map(|(mask, plan)| {
                let drawn: Vec<u16> = (1..=count).filter(|pool| mask >> (pool - 1) & 1 == 1).collect();
                OfferingPlan { pools: if drawn.is_empty() { vec![1] } else { drawn }, ..plan }
            });
            let mut offerings: Vec<OfferingPlan> = offerings.collect();
            for offering in offerings.iter_mut().take(1) {
                // The first needs nothing, so that what needs it can be had.
                offering.requires = None;
            }
            let plan = GatheringPlan::new(when, pools, offerings);
            with_set_asides(GatheringPlan { until_the_end, draft, cap, priorities, ..plan }, set_asides)
        },
    )
}

fn pool() -> impl Strategy<Value = PoolPlan> {
    let places = prop_oneof![1 => Just(None), 1 => Just(Some(0)), 20 => (1..6_u32).prop_map(Some)];
    (places, overbooks()).prop_map(|(places, overbook)| PoolPlan { places, overbook })
}

fn offering() -> impl Strategy<Value = OfferingPlan> {
    let approval = option::weighted(0.25, approvals());
    let only_for = prop_oneof![9 => Just(Vec::new()), 1 => only_for()];
    let requires = option::weighted(0.25, Just(1_u16));
    let line = prop::bool::weighted(0.85);
    (lines(), approval, only_for, requires, line, 2..7_u16).prop_map(
        |(policy, approval, only_for, requires, waiting_list, max_party)| {
            let plan = OfferingPlan::new(Vec::new(), max_party.min(4));
            OfferingPlan { line: policy, approval, only_for, requires, waiting_list, ..plan }
        },
    )
}

fn offerings() -> impl Strategy<Value = Option<Which>> {
    // What others need comes first.
    prop_oneof![1 => Just(Some(Which::FIRST)), 2 => any_which().prop_map(Some)]
}

fn guests() -> impl Strategy<Value = Vec<Option<u8>>> {
    prop_oneof![3 => Just(Vec::new()), 4 => vec(option::weighted(0.8, 0..REGULARS), 1..4)]
}

fn part() -> impl Strategy<Value = PartPlan> {
    (any_which(), offerings(), 0..REGULARS, guests(), says()).prop_map(
        |(gathering, offering, booker, guests, says)| {
            says.of(PartPlan::new(gathering, offering, booker), guests)
        },
    )
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        16 => part().prop_map(What::Register),
        3 => (vec(part(), 2..4), any::<bool>())
            .prop_map(|(parts, best_effort)| What::Basket { parts, best_effort }),
        14 => on_claims(),
        14 => changed_minds(),
        7 => changed_plans(),
        6 => on_terms(),
        1 => afterwards(),
        1 => any_which().prop_map(What::SendAgain),
        1 => (any_which(), any_which()).prop_map(|(request, content)| What::SendOther { request, content }),
    ]
}

fn changed_minds() -> impl Strategy<Value = What> {
    prop_oneof![
        4 => (recent(), any::<bool>()).prop_map(|(registration, by_organiser)| {
            What::CancelRegistration { registration, by_organiser }
        }),
        3 => recent().prop_map(What::AcceptOffer),
        2 => recent().prop_map(What::DeclineOffer),
        1 => recent().prop_map(What::WithdrawOffer),
        3 => recent().prop_map(What::Approve),
        1 => recent().prop_map(What::Reject),
        2 => recent().prop_map(What::Reconfirm),
        1 => (recent(), 1..4_u16, 0..REGULARS)
            .prop_map(|(registration, place, to)| What::Transfer { registration, place, to }),
        3 => (recent(), any_which(), offerings()).prop_map(|(registration, gathering, offering)| {
            What::MoveRegistration { registration, gathering, offering }
        }),
        3 => (recent(), vec(2..4_u16, 0..2), vec(option::weighted(0.8, 0..REGULARS), 0..3)).prop_map(
            |(registration, without, added)| What::ChangeParty { registration, without, added }
        ),
    ]
}

fn changed_plans() -> impl Strategy<Value = What> {
    let when = prop_oneof![
        1 => Just(When::ToBeConfirmed),
        1 => (1..5_i64, 1..3_i64).prop_map(|(first, long)| When::Days { first, long }),
        3 => (3..14_i64, 1..4_i64).prop_map(|(start, long)| When::Hours { start: 6 * start, long: 3 * long }),
    ];
    prop_oneof![
        4 => capacities(),
        2 => (any_which(), when, option::weighted(0.8, asks())).prop_map(|(gathering, when, ask)| {
            What::Reschedule { gathering, when, with_programme: false, ask }
        }),
        1 => prop_oneof![6 => any_which().prop_map(What::OpenBooking), 1 => any_which().prop_map(What::CancelGathering)],
    ]
}
