//! Reports come to what the lists come to.

use gather::{Period, PresenceCounts, RegistrationStatus};
use proptest::prelude::*;

use super::{Ledger, Watched, cases, lives};

proptest! {
    #![proptest_config(cases(40))]

    /// A curve ends where the lists are, after every step; what it adds up day by day is what stands.
    #[test]
    fn a_fill_curve_ends_where_the_lists_are(history in lives(1..60)) {
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        for nth in 0..history.steps.len() {
            let before = watched.log.head();
            let _ = watched.play(&history, nth);
            watched.audit(&mut ledger, before)?;
            let now = history.time(nth) + chrono::TimeDelta::seconds([0, 1_800, 50_000][nth % 3]);
            watched.clock.set(now);
            let then = watched.desk.as_of(watched.desk.position()).unwrap().about(now);
            for (gathering, _) in ledger.gatherings() {
                let curve = watched.desk.fill_curve(gathering).unwrap();
                let stands = curve.days().last().map_or((0, 0, 0), |day| (day.confirmed, day.kept, day.waiting));
                let claims = then.claims(gathering).unwrap();
                let counts: gather::ClaimCounts = claims.iter().collect();
                let kept = counts.held + counts.offered + counts.pending;
                prop_assert_eq!(stands, (counts.confirmed, kept, counts.waiting), "{}", curve);
                let sum = |of: fn(&gather::FillDay) -> u64| curve.days().iter().map(of).sum::<u64>();
                prop_assert_eq!(sum(|day| day.booked), counts.confirmed + sum(|day| day.cancelled));
                prop_assert_eq!(sum(|day| day.joined_line), counts.waiting + sum(|day| day.left_line));
                prop_assert!(curve.days().is_sorted_by(|one, other| one.day < other.day));
                prop_assert_eq!(then.fill_curve(gathering).unwrap().to_string(), curve.to_string());
            }
        }
    }

    /// Who came is the sum of the lists; a reach counts the same places; forgetting everybody changes neither.
    #[test]
    fn who_came_is_what_the_lists_say(history in lives(1..80)) {
        let watched = Watched::new();
        for nth in 0..history.steps.len() {
            let _ = watched.play(&history, nth);
        }
        // What is to come has begun by then, and nobody's booking ends when they are forgotten.
        let now = "2040-01-01T00:00:00Z".parse().unwrap();
        watched.clock.set(now);
        // What is due is written: from then on time changes nothing.
        let _ = watched.desk.settle(now).unwrap();
        let period = Period::between(chrono::DateTime::UNIX_EPOCH, now);
        let (came, reach) = (watched.desk.show_up(&period), watched.desk.reach(&period));
        let mut total = PresenceCounts::default();
        for row in came.gatherings() {
            let list = watched.desk.attendee_list(row.gathering).unwrap();
            prop_assert_eq!(row.presence, list.presence());
            total += list.presence();
        }
        prop_assert_eq!(came.total(), total);
        let by_organisation: u64 = came.organisations().iter().map(|row| row.presence.total()).sum();
        prop_assert_eq!((by_organisation, reach.places()), (total.total(), total.total()));
        let mut people = std::collections::BTreeSet::new();
        for row in came.gatherings() {
            let list = watched.desk.attendee_list(row.gathering).unwrap();
            let confirmed = list.rows().iter().filter(|row| row.status == RegistrationStatus::Confirmed);
            people.extend(confirmed.filter_map(|row| row.person));
        }
        prop_assert_eq!(reach.people(), u64::try_from(people.len()).unwrap());

        let told = (serde_json::to_string(&came).unwrap(), serde_json::to_string(&reach).unwrap());
        for person in people {
            drop(watched.desk.forget(person));
        }
        let (came, reach) = (watched.desk.show_up(&period), watched.desk.reach(&period));
        prop_assert_eq!((serde_json::to_string(&came).unwrap(), serde_json::to_string(&reach).unwrap()), told);
    }
}
