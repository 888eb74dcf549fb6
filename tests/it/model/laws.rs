//! What must hold of the line, of scans and of due times at any moment of a history, tried out at the desk.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use gather::testkit::History;
use gather::{
    Booking, CancelRegistration, Effects, Fact, GatheringId, Presence, RecordPresence, Register, Registered,
    RegistrationId, RegistrationStatus, Settle, WaitingRow,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::ledger::Ledger;
use super::{Watched, cases, lives};

proptest! {
    #![proptest_config(cases(250))]

    /// After any decision nobody is left in line who could be served: to settle again at that moment lets nobody in.
    #[test]
    fn nobody_is_left_waiting_who_could_be_served(history in lives(1..110)) {
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        for nth in 0..history.steps.len() {
            let before = watched.log.head();
            let _ = watched.play(&history, nth);
            watched.audit(&mut ledger, before)?;
            for stored in watched.since(before) {
                for gathering in stored.batch.facts.iter().filter_map(Fact::gathering) {
                    // Whoever comes may be the one too many of their organisation for somebody who held the line: that
                    // is found by the next decision.
                    if ledger.gathering(gathering).unwrap().has_a_cap() {
                        continue;
                    }
                    let settle = Settle::new(gathering);
                    let again = watched.desk.at(stored.batch.time).ahead_of_clock().preview(settle);
                    let Effects { promoted, offered, .. } = again.unwrap();
                    let nobody = promoted.is_empty() && offered.is_empty();
                    prop_assert!(nobody, "{:?} {:?} after {:?}", promoted, offered, stored);
                }
            }
        }
    }

    /// The place in line is a matter of when one joined: leaving and joining again is joining last of one's class.
    #[test]
    fn leaving_and_joining_again_never_improves_a_place_in_line(
        history in lives(1..110),
        looks in vec(any::<Index>(), 40),
    ) {
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        for (nth, look) in (0..history.steps.len()).zip(looks.iter().cycle()) {
            let before = watched.log.head();
            let _ = watched.play(&history, nth);
            watched.audit(&mut ledger, before)?;
            let all: Vec<GatheringId> = ledger.gatherings().map(|(id, _)| id).collect();
            let Some(&gathering) = all.get(nth % all.len().max(1)) else { continue };
            let list = watched.desk.waiting_list(gathering).unwrap();
            if let Some(row) = list.rows().get(look.index(list.rows().len().max(1))) {
                let booking = ledger.booking(row.registration).unwrap();
                let known = ledger.gathering(gathering).unwrap();
                // Whoever has taken over a booking has the class of whoever made it, and loses it.
                if known.meant(Some(row.offering)).is_some_and(|offering| known.knows_people(offering)) {
                    continue;
                }
                joins_last(&watched, gathering, row, list.rows(), booking)?;
            }
        }
    }

    /// Scans in any order, and a scan twice, come to the same presence.
    #[test]
    fn scans_in_any_order_give_the_same_presence(
        history in lives(1..110),
        scans in vec((any::<Index>(), 0..4_usize, -50_i64..50), 1..12),
        order in any::<u64>(),
    ) {
        let (one, other) = (played(&history), played(&history));
        let ledger = one.1;
        for (id, _) in ledger.gatherings() {
            let list = one.0.desk.attendee_list(id).unwrap();
            let Some(start) = list.announcement().schedule.starts() else { continue };
            let confirmed: Vec<_> =
                list.rows().iter().filter(|row| row.status == RegistrationStatus::Confirmed).collect();
            if confirmed.is_empty() {
                continue;
            }
            let kinds = [Presence::Attended, Presence::Late, Presence::Excused, Presence::Unknown];
            let scan = |&(which, kind, minutes): &(Index, usize, i64)| {
                let row = confirmed[which.index(confirmed.len())];
                let place = u16::try_from(row.place).unwrap();
                let seen = start + TimeDelta::minutes(minutes);
                RecordPresence::new(row.registration, kinds[kind]).place(place).seen_at(seen)
            };
            let scans: Vec<_> = scans.iter().map(scan).collect();
            let mut shuffled: Vec<_> = scans.iter().chain(scans.first()).copied().collect();
            shuffled.sort_by_key(|scan| format!("{scan:?}{order}").bytes().map(u64::from).sum::<u64>() ^ order);
            for scan in scans {
                drop(one.0.desk.execute(scan));
            }
            for scan in shuffled {
                drop(other.0.desk.execute(scan));
            }
            let seen = |watched: &Watched| -> Vec<Presence> {
                let list = watched.desk.attendee_list(id).unwrap();
                list.rows().iter().map(|row| row.presence).collect()
            };
            prop_assert_eq!(seen(&one.0), seen(&other.0));
        }
    }
}

/// A desk that has lived through a history.
fn played(history: &History) -> (Watched, Ledger) {
    let (watched, mut ledger) = (Watched::new(), Ledger::default());
    for nth in 0..history.steps.len() {
        let before = watched.log.head();
        let _ = watched.play(history, nth);
        watched.audit(&mut ledger, before).unwrap();
    }
    (watched, ledger)
}

/// Whoever leaves the line and asks again stands behind everybody of their class and of those before it who waits still.
fn joins_last(
    watched: &Watched,
    gathering: GatheringId,
    row: &WaitingRow,
    rows: &[WaitingRow],
    booking: &Booking,
) -> Result<(), TestCaseError> {
    let tried = watched.desk.what_if(|trial| {
        trial.execute(CancelRegistration::new(row.registration)).ok()?;
        let answer = trial.execute(again(gathering, booking)).ok()?;
        let Registered::Waiting { ahead, .. } = answer else { return None };
        Some((ahead, trial.facts().to_vec()))
    });
    let Some((ahead, facts)) = tried.unwrap() else { return Ok(()) };
    let same = rows.iter().filter(|other| other.offering == row.offering && other.class <= row.class);
    let there = same.filter(|other| other.registration != row.registration);
    let mut waiting: BTreeSet<RegistrationId> = there.map(|other| other.registration).collect();
    for fact in &facts {
        match fact {
            Fact::RegistrationSplit { registration, rest, .. } if waiting.contains(registration) => {
                waiting.insert(*rest);
            }
            Fact::RegistrationPromoted { registration, .. }
            | Fact::PlaceOffered { registration, .. }
            | Fact::RegistrationEnded { registration, .. } => {
                waiting.remove(registration);
            }
            _ => {}
        }
    }
    let expected = waiting.len();
    prop_assert!(
        usize::try_from(ahead).unwrap() >= expected,
        "{} ahead of {:?}, of {}",
        ahead,
        row,
        expected
    );
    Ok(())
}

/// What asks for the same again.
fn again(gathering: GatheringId, booking: &Booking) -> Register {
    let asked = Register::new(gathering, booking.party.booker).offering(booking.offering);
    let asked = booking.credentials.iter().cloned().fold(asked, Register::credential);
    let asked = if booking.may_split { asked.may_split() } else { asked };
    booking.party.guests.iter().fold(asked, |asked, guest| match guest {
        Some(guest) => asked.guest(*guest),
        None => asked.unnamed_guests(1),
    })
}
