//! Checking people in, in small numbers: lists, scans, and how they are made up.

use proptest::option;
use proptest::prelude::*;

use super::generate::any_which;
use super::{History, What, Which, session_id};
use crate::fact::CheckInList;
use crate::id::{CheckInListId, OfferingId, ScanId};

/// The id of a history's scan by number.
#[must_use]
pub fn scan_id(number: u8) -> ScanId {
    ScanId::from_u128(0x8_0000 + u128::from(number))
}

/// A list at which people are checked in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInListPlan {
    /// Its number.
    pub number: u16,
    /// Whether it has a name; without one it is refused.
    pub named: bool,
    /// Which of the offerings that the steps so far have put on its gathering it is for, if it is not for all.
    pub offering: Option<Which>,
    /// By which of the sessions that the steps so far have put into the programme it goes, if by one.
    pub session: Option<Which>,
    /// Whether it stands online.
    pub online: bool,
    /// From how many hours before the start to how many after the end a scan counts.
    pub hours: (u32, u32),
}

impl History {
    /// The list that a step sets.
    #[must_use]
    pub fn check_in_list(&self, plan: &CheckInListPlan, gathering: Which, nth: usize) -> CheckInList {
        let CheckInListPlan { number, named, offering, session, online, hours } = plan;
        let name = if *named { format!("List {number}") } else { String::new() };
        let list = CheckInList::new(CheckInListId::new(*number), name);
        let list = list.window(hours.0.saturating_mul(3_600), hours.1.saturating_mul(3_600));
        let list = if *online { list.online() } else { list };
        let list = match offering {
            Some(_) => list.offering(OfferingId::new(self.offering(*offering, gathering, nth))),
            None => list,
        };
        match session {
            Some(session) => list.session(session_id(self.session(*session, gathering, nth))),
            None => list,
        }
    }
}

fn lists() -> impl Strategy<Value = CheckInListPlan> {
    let number = prop_oneof![1 => Just(0_u16), 4 => 1..4_u16];
    let part = (option::weighted(0.4, any_which()), option::weighted(0.15, any_which()));
    let hours = prop_oneof![3 => Just((24, 24)), 1 => (0..4_u32, 0..4_u32), 1 => Just((200, 200))];
    (number, prop::bool::weighted(0.95), part, prop::bool::weighted(0.4), hours).prop_map(
        |(number, named, (offering, session), online, hours)| CheckInListPlan {
            number,
            named,
            offering,
            session,
            online,
            hours,
        },
    )
}

/// A list that counts at any time, and people who come to it and join: some again, some where they do not belong.
pub(super) fn people_come(of: impl Fn() -> BoxedStrategy<Which>) -> impl Strategy<Value = Vec<What>> {
    let list = (any_which(), 0..2_u16, option::weighted(0.6, any_which()), any::<bool>());
    let scan = (of(), 1..3_u16, prop::bool::weighted(0.3), option::weighted(0.7, 0..40_u8));
    let scans = prop::collection::vec((0..2_u16, scan), 1..5);
    (list, scans, of(), prop::bool::weighted(0.8)).prop_map(
        |((gathering, number, offering, online), scans, joins, again)| {
            let hours = (500, 500);
            let list = CheckInListPlan { number, named: true, offering, session: None, online, hours };
            let mut steps = vec![What::SetCheckInList { gathering, list }];
            steps.extend(scans.into_iter().map(|(list, (registration, place, out, scan))| {
                let list = list.min(number);
                What::CheckIn { gathering, registration, place, list, out, scan, seen: None }
            }));
            steps.push(What::Join { registration: joins, place: 1 });
            steps.extend(again.then_some(What::Join { registration: joins, place: 1 }));
            steps
        },
    )
}

/// Few scans, so that they come again, with the same and with other content, and before and after they are taken back.
pub(super) fn checking_in(of: impl Fn() -> BoxedStrategy<Which>) -> impl Strategy<Value = What> {
    let list = || prop_oneof![12 => Just(0_u16), 3 => 1..4_u16, 1 => Just(7)];
    let place = || prop_oneof![8 => Just(1_u16), 2 => 2..4_u16, 1 => Just(0)];
    let how = (list(), prop::bool::weighted(0.3), option::weighted(0.8, 0..40_u8));
    let seen = prop_oneof![2 => Just(None), 1 => (-20_000..4_000_i64).prop_map(Some), 1 => Just(Some(-600))];
    prop_oneof![
        2 => (any_which(), lists()).prop_map(|(gathering, list)| What::SetCheckInList { gathering, list }),
        1 => (any_which(), list()).prop_map(|(gathering, number)| {
            What::WithdrawCheckInList { gathering, number }
        }),
        10 => (any_which(), of(), place(), how, seen).prop_map(
            |(gathering, registration, place, (list, out, scan), seen)| {
                What::CheckIn { gathering, registration, place, list, out, scan, seen }
            }
        ),
        2 => (any_which(), 0..40_u8).prop_map(|(gathering, scan)| What::UndoCheckIn { gathering, scan }),
        3 => (of(), place()).prop_map(|(registration, place)| What::Join { registration, place }),
    ]
}
