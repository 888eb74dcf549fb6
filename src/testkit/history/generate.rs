//! How histories are made up. The world in them is small, so that its people get in each other's way: few people and
//! places, sessions that several gatherings want, and times on a grid on which things overlap or just do not.

use std::ops::Range;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::check_in::checking_in;
use super::plan::{
    GatheringPlan, ModePlan, OfferingPlan, PartPlan, PoolPlan, SESSIONS, SessionPlan, TextsPlan, When, Which,
};
use super::policies::{
    approvals, asks, caps, lines, only_for, overbooks, priorities, says, set_asides, times, with_set_asides,
};
use super::terms::{CapPlan, SetAsidePlan, WhoPlan};
use super::{History, Step, What};
use crate::fact::{Audience, Presence, Rsvp};

/// How many of the people come, so that they meet.
const FEW: u8 = 8;

/// The highest number of an offering or a pool. Announcements use 1 to 3.
const PARTS: u16 = 20;

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

/// A gathering with sessions and places in them, then perhaps another with what is left.
fn beginnings() -> impl Strategy<Value = Vec<Step>> {
    let places = || option::weighted(0.8, places_in_sessions(Just(Which::LAST)));
    let sessions = move || vec((session_plans(), places()), 0..4);
    let begun = move || (plans(), sessions(), prop::bool::weighted(0.6));
    (begun(), option::weighted(0.6, begun())).prop_map(|(first, second)| {
        let mut steps = Vec::new();
        for (base, (plan, sessions, opened)) in [0, 2].into_iter().zip(std::iter::once(first).chain(second)) {
            steps.push(What::Announce(plan.clone()));
            for (number, (session, places)) in (base..).zip(sessions) {
                let session = SessionPlan { session: number % SESSIONS, ..within(&plan, session) };
                steps.push(What::AddSession { gathering: Which::LAST, session });
                steps.extend(places);
            }
            steps.extend(opened.then_some(What::OpenBooking(Which::LAST)));
        }
        steps.into_iter().map(|what| Step { after: 0, what }).collect()
    })
}

/// Any of several things.
pub(super) fn any_which() -> impl Strategy<Value = Which> {
    any::<u16>().prop_map(Which::at)
}

/// Mostly about what was asked for last.
pub(super) fn recent() -> impl Strategy<Value = Which> {
    prop_oneof![1 => any_which(), 2 => (40_000..=u16::MAX).prop_map(Which::at)]
}

/// The same session on a day of the gathering.
fn within(plan: &GatheringPlan, session: SessionPlan) -> SessionPlan {
    let (begins, hours) = match plan.when {
        When::ToBeConfirmed => return session,
        When::Days { first, long } => (24 * first - 12, 24 * long),
        When::Hours { start, long } => (start, long),
    };
    let when = match session.when {
        When::ToBeConfirmed => session.when,
        When::Days { long, .. } => When::Days { first: (begins + 12).div_euclid(24), long },
        When::Hours { start, long } => When::Hours { start: begins + start % hours, long },
    };
    SessionPlan { when, ..session }
}

/// Gatherings with one to three pools and offerings that share them, or require each other; some with terms.
pub fn plans() -> impl Strategy<Value = GatheringPlan> {
    let offering = (1..8_u8, offering_plans(), option::weighted(0.4, 1..4_u16));
    let parts = (vec(pools(), 1..4), vec(offering, 1..4), any::<bool>());
    let opens = option::weighted(0.1, 0..30_i64);
    let ways = (any::<bool>(), prop::bool::weighted(0.7), prop::bool::weighted(0.7));
    let plan = (ways, when(), opens, parts);
    (plan, option::weighted(0.5, terms())).prop_map(|(plan, terms)| {
        let ((online, no_overlap, until_the_end), when, opens, (pools, offerings, upwards)) = plan;
        let pool_count = u16::try_from(pools.len()).unwrap_or(1);
        let offering_count = u16::try_from(offerings.len()).unwrap_or(1);
        let planned = (1..).zip(offerings).map(|(number, (mask, plan, requires))| {
            let drawn: Vec<u16> = (1..=pool_count).filter(|pool| mask >> (pool - 1) & 1 == 1).collect();
            // All requirements of one gathering go one way, so that none comes back to where it began.
            let requires = requires.filter(|&other: &u16| {
                other <= offering_count && if upwards { other > number } else { other < number }
            });
            let pools = if drawn.is_empty() { vec![1] } else { drawn };
            OfferingPlan { pools, requires, ..plan }
        });
        let plan = GatheringPlan::new(when, pools, planned.collect());
        let plan = GatheringPlan { online, opens, until_the_end, no_overlap, ..plan };
        match terms {
            Some(terms) => terms.of(plan),
            None => plan,
        }
    })
}

/// Offerings on no pools yet: parties up to some size, with a line or without, some with terms.
fn offering_plans() -> impl Strategy<Value = OfferingPlan> {
    let terms =
        (lines(), option::weighted(0.3, approvals()), option::weighted(0.15, only_for()), 60..2_400_u32);
    let line = prop::bool::weighted(0.8);
    (party_sizes(), line, option::weighted(0.4, terms)).prop_map(|(max_party, waiting_list, terms)| {
        let plan = OfferingPlan { waiting_list, ..OfferingPlan::new(Vec::new(), max_party) };
        match terms {
            Some((line, approval, only_for, hold_limit)) => {
                OfferingPlan { line, approval, only_for: only_for.unwrap_or_default(), hold_limit, ..plan }
            }
            None => plan,
        }
    })
}

/// The terms of a gathering.
#[derive(Clone, Debug)]
struct Terms {
    draft: bool,
    series: Option<u8>,
    cap: Option<CapPlan>,
    priorities: Vec<Vec<WhoPlan>>,
    set_asides: Vec<SetAsidePlan>,
}

impl Terms {
    fn of(self, plan: GatheringPlan) -> GatheringPlan {
        let Self { draft, series, cap, priorities, set_asides } = self;
        with_set_asides(GatheringPlan { draft, series, cap, priorities, ..plan }, set_asides)
    }
}

fn terms() -> impl Strategy<Value = Terms> {
    let first = prop_oneof![1 => Just(Vec::new()), 1 => priorities()];
    let kept = (option::weighted(0.3, caps()), first, vec(set_asides(Just(1)), 0..3));
    (prop::bool::weighted(0.15), option::weighted(0.3, 0..2_u8), kept).prop_map(
        |(draft, series, (cap, priorities, set_asides))| Terms { draft, series, cap, priorities, set_asides },
    )
}

fn pools() -> impl Strategy<Value = PoolPlan> {
    let places = prop_oneof![2 => Just(None), 1 => Just(Some(0)), 16 => (1..7_u32).prop_map(Some)];
    (places, overbooks()).prop_map(|(places, overbook)| PoolPlan { places, overbook })
}

fn party_sizes() -> impl Strategy<Value = u16> {
    prop_oneof![1 => Just(1_u16), 6 => 3..6_u16]
}

/// The first two are wanted more than others.
fn session_numbers() -> impl Strategy<Value = u8> {
    prop_oneof![3 => 0..2_u8, 2 => 2..SESSIONS]
}

pub(in crate::testkit) fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        2 => Just(When::ToBeConfirmed),
        4 => (0..4_i64, 1..8_i64).prop_map(|(first, long)| When::Days { first, long }),
        5 => (1..28_i64, 1..10_i64).prop_map(|(start, long)| When::Hours { start: 6 * start, long: 6 * long }),
    ]
}

fn session_when() -> impl Strategy<Value = When> {
    prop_oneof![
        1 => Just(When::ToBeConfirmed),
        1 => (0..7_i64, 1..3_i64).prop_map(|(first, long)| When::Days { first, long }),
        12 => (0..56_i64, 1..5_i64).prop_map(|(start, long)| When::Hours { start: 3 * start, long: 3 * long }),
    ]
}

fn texts() -> impl Strategy<Value = TextsPlan> {
    let title = prop_oneof![1 => Just(0), 24 => 1..4_u8];
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
    (session_numbers(), session_when(), 0..3_u8, texts())
        .prop_map(|(session, when, room, texts)| SessionPlan { session, when, room, texts })
}

/// A few sessions; seldom one of them twice.
fn programmes() -> impl Strategy<Value = Vec<SessionPlan>> {
    (vec(session_plans(), 0..4), prop::bool::weighted(0.9)).prop_map(|(mut sessions, apart)| {
        if apart && let Some(first) = sessions.first().map(|first| first.session) {
            for (number, session) in (first..).zip(&mut sessions) {
                session.session = number % SESSIONS;
            }
        }
        sessions
    })
}

fn added_sessions() -> impl Strategy<Value = What> {
    (any_which(), session_plans()).prop_map(|(gathering, session)| What::AddSession { gathering, session })
}

/// Offerings for sessions, mostly with a pool that comes with them; one that is there may be meant.
fn places_in_sessions(gathering: impl Strategy<Value = Which>) -> impl Strategy<Value = What> {
    let offering = (offering_plans(), option::weighted(0.3, any_which()));
    let pool = (option::weighted(0.05, 4..=PARTS), prop::bool::weighted(0.95), pools());
    (gathering, any_which(), 4..=PARTS, offering, pool).prop_map(
        |(gathering, session, number, (plan, requires), (other, comes_along, places))| {
            let pool = other.unwrap_or(number);
            let offering = OfferingPlan { pools: vec![pool], ..plan };
            let pools = if comes_along { vec![(pool, places)] } else { Vec::new() };
            What::AddOffering { gathering, number, offering, requires, session: Some(session), pools }
        },
    )
}

/// Offerings for the gathering as a whole.
fn more_offerings() -> impl Strategy<Value = What> {
    let requires = option::weighted(0.8, any_which());
    let pools = (option::weighted(0.8, Just(1_u16)), option::weighted(0.5, pools()));
    (any_which(), 4..=PARTS, offering_plans(), requires, pools).prop_map(
        |(gathering, number, plan, requires, (shared, own))| {
            let drawn = shared.into_iter().chain(own.map(|_| number)).collect();
            let offering = OfferingPlan { pools: drawn, ..plan };
            let pools = own.map(|places| (number, places)).into_iter().collect();
            What::AddOffering { gathering, number, offering, requires, session: None, pools }
        },
    )
}

/// Offerings of which the parts seldom fit together.
fn any_offerings() -> impl Strategy<Value = What> {
    let requires = option::weighted(0.5, 1..=PARTS);
    let session = option::weighted(0.4, any_which());
    let pools = prop_oneof![1 => Just(Vec::new()), 1 => vec((1..=PARTS, pools()), 1..3)];
    let offering = (vec(1..=PARTS, 0..3), offering_plans(), requires);
    (any_which(), 1..=PARTS, offering, session, pools).prop_map(
        |(gathering, number, (drawn, plan, requires), session, pools)| {
            let offering = OfferingPlan { pools: drawn, requires, ..plan };
            What::AddOffering { gathering, number, offering, requires: None, session, pools }
        },
    )
}

fn guests() -> impl Strategy<Value = Vec<Option<u8>>> {
    prop_oneof![
        4 => Just(Vec::new()),
        2 => vec(option::weighted(0.5, 0..FEW), 1..3),
    ]
}

/// Parties of all kinds.
fn parts() -> impl Strategy<Value = PartPlan> {
    (any_which(), offerings(), 0..FEW, guests(), says()).prop_map(
        |(gathering, offering, booker, guests, says)| {
            says.of(PartPlan::new(gathering, offering, booker), guests)
        },
    )
}

fn offerings() -> impl Strategy<Value = Option<Which>> {
    option::weighted(0.98, any_which())
}

/// Two or three parts on a gathering or two, mostly for one booker.
fn baskets() -> impl Strategy<Value = What> {
    let on = (any_which(), any_which());
    let guests = prop_oneof![4 => Just(Vec::new()), 1 => guests()];
    let part = (prop::bool::weighted(0.7), offerings(), option::weighted(0.4, 0..FEW), guests, says());
    (on, 0..FEW, vec(part, 2..4), any::<bool>()).prop_map(|((here, there), booker, parts, best_effort)| {
        let parts = parts.into_iter().map(|(is_here, offering, other, guests, says)| {
            let gathering = if is_here { here } else { there };
            says.of(PartPlan::new(gathering, offering, other.unwrap_or(booker)), guests)
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
    (any_which(), mode, option::of(1..3_u8)).prop_map(|(gathering, mode, link)| What::ChangeMode {
        gathering,
        mode,
        link,
    })
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        56 => on_bookings(),
        16 => on_claims(),
        11 => on_gatherings(),
        8 => on_terms(),
        14 => on_programmes(),
        6 => afterwards(),
        4 => beside(),
        6 => checking_in(|| any_which().boxed()),
        4 => any_which().prop_map(What::SendAgain),
        2 => (any_which(), any_which())
            .prop_map(|(request, content)| What::SendOther { request, content }),
    ]
}

fn on_bookings() -> impl Strategy<Value = What> {
    let which = any_which;
    prop_oneof![
        2 => (0..FEW).prop_map(What::RecordPerson),
        1 => prop_oneof![3 => (0..FEW).prop_map(What::Forget), 1 => (0..FEW).prop_map(What::RecordExport)],
        28 => parts().prop_map(What::Register),
        7 => baskets(),
        11 => (which(), any::<bool>()).prop_map(|(registration, by_organiser)| {
            What::CancelRegistration { registration, by_organiser }
        }),
        7 => (which(), 0..4_u16, 0..FEW).prop_map(|(registration, place, to)| {
            What::Transfer { registration, place, to }
        }),
        4 => (which(), which(), offerings()).prop_map(|(registration, gathering, offering)| {
            What::MoveRegistration { registration, gathering, offering }
        }),
        6 => (which(), vec(1..5_u16, 0..3), vec(option::weighted(0.7, 0..FEW), 0..3)).prop_map(
            |(registration, without, added)| What::ChangeParty { registration, without, added }
        ),
    ]
}

/// Mostly no, since that does most.
pub(super) fn rsvps() -> impl Strategy<Value = Rsvp> {
    prop_oneof![1 => Just(Rsvp::Accepted), 1 => Just(Rsvp::Tentative), 2 => Just(Rsvp::Declined)]
}

/// What is asked of holds, of requests for approval and of offers; and for what is less than a place.
pub(super) fn on_claims() -> impl Strategy<Value = What> {
    let which = any_which;
    let lasts = || prop_oneof![1 => Just(0_i64), 6 => (1..8_i64).prop_map(|fives| 300 * fives), 1 => 2_400..9_000_i64];
    prop_oneof![
        6 => (parts(), lasts()).prop_map(|(part, lasts)| What::Hold { part, lasts }),
        2 => (recent(), lasts()).prop_map(|(hold, lasts)| What::ExtendHold { hold, lasts }),
        5 => (recent(), any::<bool>()).prop_map(|(hold, answers)| What::ConfirmHold { hold, answers }),
        4 => recent().prop_map(What::Approve),
        1 => recent().prop_map(What::Reject),
        4 => recent().prop_map(What::AcceptOffer),
        2 => recent().prop_map(What::DeclineOffer),
        1 => recent().prop_map(What::WithdrawOffer),
        2 => (which(), offerings(), 0..FEW).prop_map(|(gathering, offering, person)| {
            What::FollowUp { gathering, offering, person }
        }),
        2 => (which(), offerings(), 0..FEW).prop_map(|(gathering, offering, person)| {
            What::NoteInterest { gathering, offering, person }
        }),
        2 => recent().prop_map(What::Reconfirm),
        1 => (recent(), 0..FEW, rsvps(), any::<bool>()).prop_map(|(registration, person, rsvp, comment)| {
            What::AnswerInvitation { registration, person, rsvp, comment }
        }),
    ]
}

fn on_gatherings() -> impl Strategy<Value = What> {
    let which = any_which;
    prop_oneof![
        2 => plans().prop_map(What::Announce),
        5 => more_offerings(),
        2 => any_offerings(),
        10 => capacities(),
        8 => (which(), when(), any::<bool>(), option::weighted(0.4, asks())).prop_map(
            |(gathering, when, with_programme, ask)| What::Reschedule { gathering, when, with_programme, ask }
        ),
        4 => modes(),
        6 => which().prop_map(What::OpenBooking),
        1 => which().prop_map(What::CloseBooking),
        2 => which().prop_map(What::AnnounceDraft),
        1 => which().prop_map(What::CancelGathering),
    ]
}

/// Other capacities, some of which are too small for those who have places.
pub(super) fn capacities() -> impl Strategy<Value = What> {
    let places = option::weighted(0.95, prop_oneof![1 => 0..2_u32, 6 => 2..9_u32]);
    let others = (prop::bool::weighted(0.2), prop_oneof![4 => Just(Vec::new()), 1 => vec(any_which(), 1..3)]);
    (any_which(), any_which(), places, overbooks(), others).prop_map(
        |(gathering, pool, places, overbook, (keep_all, displace))| {
            let plan = PoolPlan { places, overbook };
            What::ChangeCapacity { gathering, pool, plan, keep_all, displace }
        },
    )
}

/// What is asked of the terms of a gathering.
pub(super) fn on_terms() -> impl Strategy<Value = What> {
    let which = any_which;
    let numbers = || prop_oneof![4 => 1..3_u16, 1 => 3..5_u16];
    let release = option::weighted(0.6, option::of(times()));
    let nobody = prop::bool::weighted(0.1);
    prop_oneof![
        3 => (which(), which(), set_asides(numbers()), nobody).prop_map(
            |(gathering, pool, mut set_aside, nobody)| {
                if nobody {
                    set_aside.who.clear();
                }
                What::AddSetAside { gathering, pool, set_aside }
            }
        ),
        3 => (which(), numbers(), 0..4_u32, release).prop_map(|(gathering, number, places, release)| {
            What::ChangeSetAside { gathering, number, places, release }
        }),
        6 => which().prop_map(What::OpenBooking),
        1 => which().prop_map(What::PauseBooking),
        2 => which().prop_map(What::LineOnly),
        1 => which().prop_map(What::OpenInterest),
        1 => which().prop_map(What::CloseBooking),
        1 => (which(), offerings()).prop_map(|(gathering, offering)| What::CloseLine { gathering, offering }),
        2 => (which(), priorities()).prop_map(|(gathering, classes)| {
            What::ChangePriorities { gathering, classes }
        }),
        3 => which().prop_map(What::Settle),
    ]
}

/// What is said of a gathering that has begun, or is over.
pub(super) fn afterwards() -> impl Strategy<Value = What> {
    let which = any_which;
    let presence = prop_oneof![
        1 => Just(Presence::Unknown),
        4 => Just(Presence::Attended),
        2 => Just(Presence::Late),
        2 => Just(Presence::Excused),
        1 => Just(Presence::NoShow),
    ];
    let audience = prop_oneof![
        Just(Audience::Attended),
        Just(Audience::Registered),
        Just(Audience::Members),
        Just(Audience::Public)
    ];
    let seen = option::of(-20_000..4_000_i64);
    prop_oneof![
        8 => (which(), option::of(0..4_u16), presence, seen).prop_map(
            |(registration, place, presence, seen)| {
                What::RecordPresence { registration, place, presence, seen }
            }
        ),
        4 => which().prop_map(What::CloseBooks),
        2 => retention(),
        4 => beside(),
        2 => which().prop_map(What::Archive),
        2 => (which(), 0..3_u8, prop::bool::weighted(0.9), audience).prop_map(
            |(gathering, resource, titled, audience)| {
                What::AttachResource { gathering, resource, titled, audience }
            }
        ),
        1 => (which(), 0..3_u8).prop_map(|(gathering, resource)| {
            What::WithdrawResource { gathering, resource }
        }),
    ]
}

fn retention() -> impl Strategy<Value = What> {
    let which = any_which;
    let days = || option::of(0..3_u32);
    prop_oneof![
        2 => (which(), days()).prop_map(|(gathering, days)| What::KeepAnswers { gathering, days }),
        1 => which().prop_map(What::ExpireAnswers),
        2 => (which(), days()).prop_map(|(gathering, days)| What::KeepNeeds { gathering, days }),
        1 => which().prop_map(What::ExpireNeeds),
    ]
}

/// What is said beside a booking: at any time, and mostly of whoever booked.
pub(super) fn beside() -> impl Strategy<Value = What> {
    let (which, person) = (any_which, || 0..FEW);
    prop_oneof![
        3 => (which(), person(), prop::bool::weighted(0.8)).prop_map(|(registration, person, some)| {
            What::RecordNeeds { registration, person, some }
        }),
        3 => (which(), person(), 0..2_u8, any::<bool>()).prop_map(|(registration, person, purpose, given)| {
            What::RecordConsent { registration, person, purpose, given }
        }),
        2 => (which(), vec(0..3_u8, 0..3)).prop_map(|(registration, tags)| What::SetTags { registration, tags }),
        2 => (which(), prop::bool::weighted(0.8)).prop_map(|(registration, some)| {
            What::WriteNote { registration, some }
        }),
        1 => which().prop_map(What::ReadNeeds),
    ]
}

/// Secret addresses of few people, so that they come to be replaced and taken back.
fn on_calendars() -> impl Strategy<Value = What> {
    prop_oneof![
        2 => (0..3_u8).prop_map(What::IssueCalendarToken),
        1 => (0..3_u8).prop_map(What::RotateCalendarToken),
        1 => (0..3_u8).prop_map(What::RevokeCalendarToken),
    ]
}

fn on_programmes() -> impl Strategy<Value = What> {
    let which = any_which;
    let leave = prop_oneof![1 => Just(Vec::new()), 1 => vec(session_numbers(), 1..4)];
    let moved = (option::weighted(0.8, session_when()), option::weighted(0.4, 0..3_u8));
    prop_oneof![
        1 => (0..FEW).prop_map(What::PublishName),
        1 => on_calendars(),
        3 => added_sessions(),
        2 => places_in_sessions(which()),
        5 => (which(), which(), moved).prop_map(|(gathering, session, (when, room))| {
            What::MoveSession { gathering, session, when, room }
        }),
        2 => (which(), session_plans()).prop_map(|(gathering, session)| {
            What::ChangeSession { gathering, session }
        }),
        1 => (which(), which()).prop_map(|(gathering, session)| {
            What::DropSession { gathering, session }
        }),
        4 => (which(), programmes(), vec(which(), 0..3), leave).prop_map(
            |(gathering, sessions, again, leave)| What::SetProgramme { gathering, sessions, again, leave }
        ),
    ]
}
