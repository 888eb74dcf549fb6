//! Histories in which lines, offers, holds, set-asides, caps and splits meet all the time: a gathering or two with few
//! places and all sorts of terms, and a handful of people who want them.
//!
//! What is told here is told in scenes: somebody fills a pool, somebody else waits, the first goes, the second is asked
//! and answers. So a scene says whom it means by how long ago they asked. Any step of a scene can be left out.

#![expect(clippy::wildcard_enum_match_arm, reason = "most steps have no party and mean no registration")]

use std::collections::BTreeMap;
use std::ops::Range;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::check_in::{checking_in, people_come};
use super::generate::{afterwards, any_which, capacities, on_terms};
use super::plan::{GatheringPlan, OfferingPlan, PEOPLE, PartPlan, PoolPlan, When, Which};
use super::policies::{
    approvals, asks, caps, lines, only_for, overbooks, priorities, says, set_asides, with_set_asides,
};
use super::terms::CredentialPlan;
use super::{History, Step, What};
use crate::fact::Presence;

/// Histories of so many steps about a gathering or two that are too small for those who want to come, and a few steps
/// in some of them after it is over.
pub fn queues(length: Range<usize>) -> impl Strategy<Value = History> {
    let most = length.end;
    let end = vec((0..4_000_i64, afterwards()).prop_map(|(after, what)| Step { after, what }), 3..12);
    let ends = option::weighted(0.4, (300_000..900_000_i64, end));
    (gatherings(), vec(scene(), length), ends).prop_map(move |(begun, scenes, ends)| {
        let mut steps: Vec<Step> = begun.into_iter().map(|what| Step { after: 0, what }).collect();
        let begun = steps.len();
        steps.extend(scenes.into_iter().flatten().flatten());
        steps.truncate(begun + most.saturating_sub(1));
        if let Some((jump, mut end)) = ends {
            if let Some(first) = end.first_mut() {
                first.after = jump;
            }
            steps.extend(end);
        }
        History { steps: named_from_the_end(with_others(steps)) }
    })
}

/// The same steps, with little in them that could only be refused: those who have asked for the same before give way to
/// others, who has what is needed asks for what needs it, and where organisations are counted everybody has one. The first
/// of all people does not care.
fn with_others(mut steps: Vec<Step>) -> Vec<Step> {
    let mut plans: Vec<GatheringPlan> = Vec::new();
    let mut asked: BTreeMap<usize, WhoAsked> = BTreeMap::new();
    for step in &mut steps {
        let parts = match &mut step.what {
            What::Announce(plan) => {
                plans.push(plan.clone());
                continue;
            }
            What::Register(part) | What::Hold { part, .. } => std::slice::from_mut(part),
            What::Basket { parts, .. } => parts.as_mut_slice(),
            _ => continue,
        };
        for part in parts.iter_mut().filter(|part| part.booker > 0) {
            let gathering = part.gathering.index(plans.len());
            if let Some(plan) = plans.get(gathering) {
                sensible(part, plan, asked.entry(gathering).or_default());
            }
        }
    }
    steps
}

/// Who has asked for each offering of a gathering, by its place.
type WhoAsked = BTreeMap<usize, Vec<u8>>;

fn sensible(part: &mut PartPlan, plan: &GatheringPlan, asked: &mut WhoAsked) {
    let count = plan.offerings.len();
    let mut offering = part.offering.unwrap_or(Which::FIRST).index(count);
    if plan.offerings.get(offering).is_some_and(|offering| offering.requires.is_some()) {
        let has_asked = asked.entry(offering).or_default().clone();
        let has_it = asked.entry(0).or_default().iter().find(|person| !has_asked.contains(person));
        if let Some(person) = has_it {
            (part.booker, part.guests) = (*person, Vec::new());
        } else {
            part.offering = Some(Which::FIRST);
            offering = 0;
        }
    }
    let before = asked.entry(offering).or_default();
    for person in std::iter::once(&mut part.booker).chain(part.guests.iter_mut().flatten()) {
        if before.len() >= usize::from(PEOPLE) {
            before.clear();
        }
        while before.contains(person) {
            *person = (*person + 1) % PEOPLE;
        }
        before.push(*person);
    }
    let is_organisation = |credential: &CredentialPlan| matches!(credential, CredentialPlan::Organisation(_));
    if plan.cap.is_some() && !part.credentials.iter().any(is_organisation) {
        part.credentials.push(CredentialPlan::Organisation(part.booker % 3));
    }
}

/// The same steps, with whatever they mean of the steps before them named as any history names it.
fn named_from_the_end(mut steps: Vec<Step>) -> Vec<Step> {
    let (mut asked, mut holds) = (0, 0);
    for step in &mut steps {
        match &mut step.what {
            What::CancelRegistration { registration, .. }
            | What::Transfer { registration, .. }
            | What::MoveRegistration { registration, .. }
            | What::ChangeParty { registration, .. }
            | What::RecordPresence { registration, .. }
            | What::CheckIn { registration, .. }
            | What::Join { registration, .. }
            | What::AnswerInvitation { registration, .. }
            | What::Approve(registration)
            | What::Reject(registration)
            | What::AcceptOffer(registration)
            | What::DeclineOffer(registration)
            | What::WithdrawOffer(registration)
            | What::Reconfirm(registration) => *registration = registration.back_from(asked),
            What::ChangeCapacity { displace, .. } => {
                for one in displace.iter_mut() {
                    *one = one.back_from(asked);
                }
            }
            What::ExtendHold { hold, .. } | What::ConfirmHold { hold, .. } => *hold = hold.back_from(holds),
            What::Hold { .. } => holds += 1,
            _ => {}
        }
        asked += usize::try_from(step.what.parties()).unwrap_or_default();
    }
    steps
}

/// One gathering or two, which may be two dates of a series.
fn gatherings() -> impl Strategy<Value = Vec<What>> {
    let all = (prop::bool::weighted(0.9), option::weighted(0.3, Just(1_u8)), prop::bool::weighted(0.4));
    (vec(gathering(), 1..3), all).prop_map(|(plans, (is_made_known, series, no_overlap))| {
        let mut steps = Vec::new();
        for plan in plans {
            steps.push(What::Announce(GatheringPlan { no_overlap, series, ..plan.clone() }));
            if plan.draft && is_made_known {
                steps.push(What::AnnounceDraft(Which::LAST));
            }
            if plan.when == When::ToBeConfirmed {
                steps.push(What::OpenBooking(Which::LAST));
            }
        }
        steps
    })
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        2 => Just(When::ToBeConfirmed),
        2 => (2..8_i64, 1..3_i64).prop_map(|(first, long)| When::Days { first, long }),
        8 => (4..12_i64, 1..4_i64).prop_map(|(start, long)| When::Hours { start: 12 * start, long: 6 * long }),
    ]
}

/// A gathering of which everything is scarce.
fn gathering() -> impl Strategy<Value = GatheringPlan> {
    let parts = (vec(pool(), 1..3), vec((1..4_u8, offering()), 1..4));
    let terms = (
        option::weighted(0.25, caps()),
        prop_oneof![1 => Just(Vec::new()), 1 => priorities()],
        prop_oneof![2 => Just(Vec::new()), 3 => vec(set_asides(Just(1)), 1..3)],
    );
    (when(), any::<bool>(), prop::bool::weighted(0.1), parts, terms).prop_map(
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
    let places = prop_oneof![1 => Just(None), 1 => Just(Some(0)), 40 => (2..6_u32).prop_map(Some)];
    (places, overbooks()).prop_map(|(places, overbook)| PoolPlan { places, overbook })
}

fn offering() -> impl Strategy<Value = OfferingPlan> {
    let approval = option::weighted(0.25, approvals());
    let only_for = prop_oneof![30 => Just(Vec::new()), 1 => only_for()];
    let requires = option::weighted(0.25, Just(1_u16));
    let line = prop::bool::weighted(0.9);
    (lines(), approval, only_for, requires, line, 3..6_u16).prop_map(
        |(policy, approval, only_for, requires, waiting_list, max_party)| {
            let plan = OfferingPlan::new(Vec::new(), max_party.min(4));
            OfferingPlan { line: policy, approval, only_for, requires, waiting_list, ..plan }
        },
    )
}

fn offerings() -> impl Strategy<Value = Option<Which>> {
    // What others need comes first.
    prop_oneof![2 => Just(Some(Which::FIRST)), 3 => any_which().prop_map(Some)]
}

fn guests() -> impl Strategy<Value = Vec<Option<u8>>> {
    prop_oneof![4 => Just(Vec::new()), 4 => vec(option::weighted(0.9, 0..PEOPLE), 1..3)]
}

fn part() -> impl Strategy<Value = PartPlan> {
    (any_which(), offerings(), 0..PEOPLE, guests(), says()).prop_map(
        |(gathering, offering, booker, guests, says)| {
            says.of(PartPlan::new(gathering, offering, booker), guests)
        },
    )
}

/// Who asked so many before the last.
fn back(most: u16) -> impl Strategy<Value = Which> {
    (0..most).prop_map(Which::at)
}

type Scene = Vec<Option<Step>>;

/// A step of a scene, which may be left out.
fn then(what: impl Strategy<Value = What> + 'static) -> BoxedStrategy<Option<Step>> {
    let after = prop_oneof![
        16 => 0..300_i64,
        4 => 300..4_000_i64,
        1 => 10_000..50_000_i64,
        1 => -4_000..0_i64,
    ];
    option::weighted(0.96, (after, what).prop_map(|(after, what)| Step { after, what })).boxed()
}

/// The same offering of the same gathering, wanted by one after the other.
fn wanted_by_several() -> impl Strategy<Value = Vec<PartPlan>> {
    (part(), vec((1..PEOPLE, guests(), says()), 1..4)).prop_map(|(first, others)| {
        let others = others.into_iter().map(|(person, guests, says)| {
            let booker = (first.booker + person) % PEOPLE;
            says.of(PartPlan::new(first.gathering, first.offering, booker), guests)
        });
        std::iter::once(first.clone()).chain(others).collect()
    })
}

fn scene() -> BoxedStrategy<Scene> {
    let register = || part().prop_map(What::Register);
    prop_oneof![
        10 => then(register()).prop_map(|step| vec![step]),
        3 => then(
            (vec(part(), 2..4), any::<bool>())
                .prop_map(|(parts, best_effort)| What::Basket { parts, best_effort })
        )
        .prop_map(|step| vec![step]),
        9 => somebody_goes(),
        5 => somebody_holds(),
        5 => somebody_asks(),
        1 => somebody_is_excused(),
        10 => then(changed_minds()).prop_map(|step| vec![step]),
        7 => then(changed_plans()).prop_map(|step| vec![step]),
        2 => new_dates(),
        2 => then(less_than_a_place()).prop_map(|step| vec![step]),
        1 => then(afterwards()).prop_map(|step| vec![step]),
        1 => then(checking_in(|| back(8).boxed())).prop_map(|step| vec![step]),
        1 => somebody_comes(),
        1 => then(any_which().prop_map(What::SendAgain)).prop_map(|step| vec![step]),
        1 => then(
            (any_which(), any_which()).prop_map(|(request, content)| What::SendOther { request, content })
        )
        .prop_map(|step| vec![step]),
    ]
    .boxed()
}

/// Several want the same, one who has it goes, and those who waited answer.
fn somebody_goes() -> BoxedStrategy<Scene> {
    let cancelled = (option::weighted(0.5, 0..10_u16), any::<bool>());
    let answers = || {
        prop_oneof![
            4 => back(4).prop_map(What::AcceptOffer),
            1 => back(4).prop_map(What::DeclineOffer),
            1 => back(4).prop_map(What::WithdrawOffer),
        ]
    };
    (wanted_by_several(), cancelled, vec(then(answers()), 1..3))
        .prop_map(|(parts, (other, by_organiser), answers)| {
            let first = u16::try_from(parts.len()).unwrap_or(1) - 1;
            let registration = Which::at(other.unwrap_or(first));
            let cancelled = What::CancelRegistration { registration, by_organiser };
            let asked = parts.into_iter().map(What::Register).chain([cancelled]);
            let asked = asked.map(|what| Some(Step { after: 10, what }));
            asked.chain(answers).collect()
        })
        .boxed()
}

/// People come, and join.
fn somebody_comes() -> BoxedStrategy<Scene> {
    let step = |what| Some(Step { after: 20, what });
    people_come(|| back(8).boxed()).prop_map(move |steps| steps.into_iter().map(step).collect()).boxed()
}

/// Somebody says that they will not come, and then is taken off the party.
fn somebody_is_excused() -> BoxedStrategy<Scene> {
    let said = (0..6_u16, 1..4_u16, 0..2_u16).prop_map(|(back, place, other)| {
        let registration = Which::at(back);
        let presence = Presence::Excused;
        let said = What::RecordPresence { registration, place: Some(place), presence, seen: None };
        let without = vec![place.saturating_sub(other).max(2)];
        (said, What::ChangeParty { registration, without, added: Vec::new() })
    });
    let step = |what| Some(Step { after: 10, what });
    said.prop_map(move |(said, changed)| vec![step(said), step(changed)]).boxed()
}

/// Somebody asks for a yes and gets an answer, perhaps when nobody can book any more.
fn somebody_asks() -> BoxedStrategy<Scene> {
    let closed = option::weighted(0.3, any_which());
    let asked = then(part().prop_map(What::Register));
    (asked, closed, then(answer_to_a_request()))
        .prop_map(|(asked, closed, answer)| {
            let step = |what| Some(Step { after: 10, what });
            let first = closed.and_then(|which| step(What::CloseBooking(which)));
            let last = closed.and_then(|which| step(What::OpenBooking(which)));
            vec![asked, first, answer, last]
        })
        .boxed()
}

/// Places are held, for longer perhaps, and confirmed, in time or not.
fn somebody_holds() -> BoxedStrategy<Scene> {
    let lasts = || {
        prop_oneof![
            1 => Just(0_i64),
            20 => (1..6_i64).prop_map(|fives| 300 * fives),
            1 => 2_000..4_000_i64,
        ]
    };
    let held = (part(), lasts()).prop_map(|(part, lasts)| What::Hold { part, lasts });
    let extended = (back(2), lasts()).prop_map(|(hold, lasts)| What::ExtendHold { hold, lasts });
    let confirmed = (back(2), any::<bool>()).prop_map(|(hold, answers)| What::ConfirmHold { hold, answers });
    (then(held), option::weighted(0.4, then(extended)), then(confirmed))
        .prop_map(|(held, extended, confirmed)| vec![held, extended.flatten(), confirmed])
        .boxed()
}

fn answer_to_a_request() -> impl Strategy<Value = What> {
    prop_oneof![4 => back(2).prop_map(What::Approve), 1 => back(2).prop_map(What::Reject)]
}

/// New dates, of which everybody is asked if they suit, and some say so.
fn new_dates() -> BoxedStrategy<Scene> {
    let asked = (any_which(), when(), option::weighted(0.9, asks()))
        .prop_map(|(gathering, when, ask)| What::Reschedule { gathering, when, with_programme: false, ask });
    (then(asked), vec(then(back(8).prop_map(What::Reconfirm)), 0..4))
        .prop_map(|(asked, answers)| std::iter::once(asked).chain(answers).collect())
        .boxed()
}

fn changed_minds() -> impl Strategy<Value = What> {
    let recent = || back(12);
    prop_oneof![
        4 => (recent(), any::<bool>()).prop_map(|(registration, by_organiser)| {
            What::CancelRegistration { registration, by_organiser }
        }),
        2 => recent().prop_map(What::AcceptOffer),
        1 => recent().prop_map(What::DeclineOffer),
        1 => recent().prop_map(What::WithdrawOffer),
        2 => recent().prop_map(What::Approve),
        1 => recent().prop_map(What::Reject),
        1 => recent().prop_map(What::Reconfirm),
        2 => (recent(), 1..4_u16, 0..PEOPLE)
            .prop_map(|(registration, place, to)| What::Transfer { registration, place, to }),
        3 => (recent(), any_which(), offerings()).prop_map(|(registration, gathering, offering)| {
            What::MoveRegistration { registration, gathering, offering }
        }),
        4 => (recent(), vec(1..4_u16, 0..2), vec(option::weighted(0.8, 0..PEOPLE), 0..3)).prop_map(
            |(registration, without, added)| What::ChangeParty { registration, without, added }
        ),
    ]
}

fn less_than_a_place() -> impl Strategy<Value = What> {
    (any_which(), offerings(), 0..PEOPLE, any::<bool>()).prop_map(|(gathering, offering, person, follows)| {
        if follows {
            What::FollowUp { gathering, offering, person }
        } else {
            What::NoteInterest { gathering, offering, person }
        }
    })
}

fn changed_plans() -> impl Strategy<Value = What> {
    prop_oneof![
        40 => capacities(),
        40 => on_terms(),
        20 => any_which().prop_map(What::OpenBooking),
        1 => any_which().prop_map(What::CancelGathering),
    ]
}
