//! How terms are made up: a few people, categories and organisations, so that they meet; deadlines that come while
//! people still think.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::plan::{GatheringPlan, PEOPLE, PartPlan, PoolPlan, Which};
use super::terms::{
    ApprovalPlan, AskPlan, CapPlan, CredentialPlan, HeadPlan, LinePlan, OverbookPlan, ServingPlan,
    SetAsidePlan, TimePlan, WhoPlan,
};
use crate::fact::Silence;

const MINUTE: u32 = 60;

fn credential() -> impl Strategy<Value = CredentialPlan> {
    prop_oneof![
        3 => (1..3_u8).prop_map(CredentialPlan::Organisation),
        2 => (1..3_u8).prop_map(CredentialPlan::Category),
        1 => Just(CredentialPlan::Code(1)),
    ]
}

/// What the host vouches for: mostly an organisation, perhaps with something else.
fn credentials() -> impl Strategy<Value = Vec<CredentialPlan>> {
    let organisation = (1..3_u8).prop_map(CredentialPlan::Organisation);
    prop_oneof![
        2 => Just(Vec::new()),
        5 => (organisation, vec(credential(), 0..2)).prop_map(|(first, others)| {
            std::iter::once(first).chain(others).collect()
        }),
        2 => vec(credential(), 1..3),
    ]
}

/// Whom a rule is for.
pub(super) fn who() -> impl Strategy<Value = WhoPlan> {
    prop_oneof![3 => credential().prop_map(WhoPlan::With), 1 => (0..PEOPLE).prop_map(WhoPlan::Person)]
}

fn some() -> impl Strategy<Value = Vec<WhoPlan>> {
    vec(who(), 1..3)
}

pub(super) fn priorities() -> impl Strategy<Value = Vec<Vec<WhoPlan>>> {
    vec(some(), 1..3)
}

pub(super) fn times() -> impl Strategy<Value = TimePlan> {
    prop_oneof![(0..40_i64).prop_map(TimePlan::At), (1..60_u8).prop_map(TimePlan::BeforeStart)]
}

pub(super) fn overbooks() -> impl Strategy<Value = OverbookPlan> {
    prop_oneof![
        6 => Just(OverbookPlan::No),
        1 => (1..3_u32).prop_map(OverbookPlan::Places),
        1 => prop_oneof![Just(30_u16), Just(50)].prop_map(OverbookPlan::PerCent),
    ]
}

/// How long somebody has to decide: some minutes or some hours.
fn decision_times() -> impl Strategy<Value = u32> {
    prop_oneof![
        (5..40_u32).prop_map(|minutes| minutes * MINUTE),
        (1..5_u32).prop_map(|hours| 60 * hours * MINUTE)
    ]
}

/// Lines that offer their places, more often than not.
pub(super) fn lines() -> impl Strategy<Value = LinePlan> {
    let quiet = option::weighted(0.3, (0..24_u8, 0..24_u8));
    let serving = prop_oneof![
        2 => Just(ServingPlan::Automatic),
        3 => (decision_times(), quiet)
            .prop_map(|(respond_within, quiet)| ServingPlan::Offer { respond_within, quiet }),
    ];
    let head = prop_oneof![
        3 => Just(HeadPlan::Strict),
        2 => Just(HeadPlan::BestFit),
        1 => (1..72_u8).prop_map(HeadPlan::StrictThenFit),
    ];
    (serving, head).prop_map(|(serving, head)| LinePlan { serving, head })
}

pub(super) fn approvals() -> impl Strategy<Value = ApprovalPlan> {
    (any::<bool>(), option::weighted(0.7, decision_times()))
        .prop_map(|(uses_places, decide_within)| ApprovalPlan { uses_places, decide_within })
}

pub(super) fn only_for() -> impl Strategy<Value = Vec<WhoPlan>> {
    vec(who(), 2..4)
}

pub(super) fn caps() -> impl Strategy<Value = CapPlan> {
    (1..4_u16, option::weighted(0.3, times())).prop_map(|(people, until)| CapPlan { people, until })
}

/// Places that are set aside in pools by number, of which not all need to be there.
pub(super) fn set_asides(number: impl Strategy<Value = u16>) -> impl Strategy<Value = SetAsidePlan> {
    let places = prop_oneof![1 => Just(0_u32), 6 => 1..3_u32];
    (number, 1..3_u16, places, some(), option::of(times()))
        .prop_map(|(number, pool, places, who, release)| SetAsidePlan { number, pool, places, who, release })
}

/// The same gathering with places set aside in it, as far as its pools have them.
pub(super) fn with_set_asides(mut plan: GatheringPlan, set_asides: Vec<SetAsidePlan>) -> GatheringPlan {
    let pools = u16::try_from(plan.pools.len()).unwrap_or(1).max(1);
    for (number, mut set_aside) in (1..).zip(set_asides) {
        set_aside.number = number;
        set_aside.pool = (set_aside.pool - 1) % pools + 1;
        let same = plan.set_asides.iter().filter(|other| other.pool == set_aside.pool);
        let taken: u32 = same.map(|other| other.places).sum();
        let pool = plan.pools.get(usize::from(set_aside.pool) - 1);
        if let Some(PoolPlan { places: Some(places), overbook }) = pool {
            let limit = places + overbook.overbook().of(*places);
            set_aside.places = set_aside.places.min(limit.saturating_sub(taken));
        }
        plan.set_asides.push(set_aside);
    }
    plan
}

/// Whether, and how, everybody is asked.
pub(super) fn asks() -> impl Strategy<Value = AskPlan> {
    let silence = prop_oneof![Just(Silence::Keep), Just(Silence::Release), Just(Silence::FollowUp)];
    let hours = prop_oneof![1 => -1..1_i64, 8 => 1..8_i64, 1 => 90..200_i64];
    (hours, silence).prop_map(|(hours, on_silence)| AskPlan { hours, on_silence })
}

/// What a party says of itself besides what it books and for whom.
#[derive(Clone, Debug)]
pub(super) struct Says {
    credentials: Vec<CredentialPlan>,
    uncounted: bool,
    may_split: bool,
    supersedes: Option<Which>,
}

/// Most parties say little.
pub(super) fn says() -> impl Strategy<Value = Says> {
    let flags = (prop::bool::weighted(0.06), prop::bool::weighted(0.4));
    let supersedes = option::weighted(0.04, super::generate::any_which());
    (credentials(), flags, supersedes).prop_map(|(credentials, (uncounted, may_split), supersedes)| Says {
        credentials,
        uncounted,
        may_split,
        supersedes,
    })
}

impl Says {
    /// The party with what it says of itself. One with unnamed guests hardly ever says that it may be split, and
    /// somebody is hardly ever named twice.
    pub(super) fn of(self, mut part: PartPlan, mut guests: Vec<Option<u8>>) -> PartPlan {
        let is_careless = self.credentials.len() == 2 && part.booker == 0;
        if !is_careless {
            let mut named = vec![part.booker];
            for guest in guests.iter_mut().flatten() {
                while named.contains(guest) {
                    *guest = (*guest + 1) % PEOPLE;
                }
                named.push(*guest);
            }
        }
        part.may_split = self.may_split && (guests.iter().all(Option::is_some) || is_careless);
        part.guests = guests;
        part.credentials = self.credentials;
        part.uncounted = self.uncounted;
        part.supersedes = self.supersedes;
        part
    }
}
