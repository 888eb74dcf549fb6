//! What a desk says and shows, told as the models tell it.

use std::fmt::Debug;

use chrono::{DateTime, Utc};
use gather::calendar::{PersonalFeed, ProgrammeFeed, PublicFeed};
use gather::testkit::{Answer, PEOPLE, person_id};
use gather::{
    Agenda, Attendance, AttendeeList, Capacity, CheckInCounts, CheckInList, Desk, Fact, Failure, GatheringId,
    Opened, PassReason, PersonId, Programme, ProgrammeWarning, ReadOfNeeds, Refusal, Resources, ScanList,
    SessionProblem, Then, WaitingList, WhatsOn, WhatsOnRow,
};
use proptest::prelude::*;

use super::ledger::Ledger;
use super::naive::{Attending, Booked, Naive, No, On, Slot, Taken, Waits, full, programme_refused};

/// An answer with nothing in it but what everybody would have to say.
pub(super) fn plainly(answer: &Result<Answer, Failure>) -> Result<Answer, No> {
    match answer {
        Ok(answer) => Ok(answer.clone()),
        Err(failure) => Err(match refusal(failure) {
            Refusal::Programme { problems } => {
                let plain = |problem: &SessionProblem| (problem.session, problem.fault.code().to_owned());
                programme_refused(&problems.iter().map(plain).collect::<Vec<_>>())
            }
            Refusal::Full { short, largest, .. } => {
                let short: Vec<_> = short.iter().map(|one| (one.pool.get(), one.free)).collect();
                full(&short, *largest)
            }
            other => other.code().to_owned(),
        }),
    }
}

pub(super) fn refusal(failure: &Failure) -> &Refusal {
    failure.refusal().unwrap_or_else(|| panic!("the desk cannot work: {failure}"))
}

/// Whether two say the same: with the same outcome, or with the same refusal and the same figures in it.
pub(super) fn agree<T: PartialEq + Debug>(
    one: &Result<T, Failure>,
    other: &Result<T, Failure>,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(one.as_ref().map_err(refusal), other.as_ref().map_err(refusal));
    Ok(())
}

/// The attendee list with its counts.
fn attendee_list(desk: &Desk, gathering: GatheringId) -> (Vec<Attending>, Vec<Taken>) {
    let list = desk.attendee_list(gathering).unwrap();
    let place = |row: &gather::AttendeeRow| Attending {
        number: row.number,
        place: row.place,
        registration: row.registration,
        person: row.person,
        booker: row.booker,
        offering: row.offering.get(),
        party: row.party,
        status: row.status.code(),
        uncounted: row.uncounted,
        presence: row.presence,
        since: row.since,
    };
    let pool = |pool: &gather::PoolCount| Taken {
        pool: pool.pool.get(),
        capacity: limit(pool.capacity),
        limit: limit(pool.limit),
        people: pool.taken,
        set_aside: pool.set_aside,
        left: pool.left,
    };
    (list.rows().iter().map(place).collect(), list.pools().iter().map(pool).collect())
}

fn limit(capacity: Capacity) -> Option<u32> {
    match capacity {
        Capacity::Limited(places) => Some(places),
        _ => None,
    }
}

fn waiting_list(desk: &Desk, gathering: GatheringId) -> Vec<Waits> {
    let list = desk.waiting_list(gathering).unwrap();
    let row = |row: &gather::WaitingRow| Waits {
        offering: row.offering.get(),
        place_in_line: row.place_in_line,
        number: row.number,
        registration: row.registration,
        booker: row.booker,
        party: row.party,
        class: row.class,
        passed: (row.passed_over, row.pass_reason.map(PassReason::code)),
        respond_by: row.respond_by,
        since: row.since,
    };
    list.offered().iter().chain(list.rows()).map(row).collect()
}

fn whats_on(desk: &Desk) -> Vec<On> {
    let row = |row: &WhatsOnRow| On {
        gathering: row.gathering,
        booking: row.booking,
        offerings: row.offerings.iter().map(|one| (one.offering.get(), one.left, one.waiting)).collect(),
    };
    desk.whats_on().rows().iter().map(row).collect()
}

fn agenda(desk: &Desk, person: u8) -> Vec<Booked> {
    let agenda = desk.agenda(person_id(person));
    let link = |registration| match agenda.join_link(registration) {
        Some(Opened::Known(link)) => Some(link.expose().as_str().to_owned()),
        None | Some(Opened::Forgotten { .. }) => None,
        Some(other) => panic!("a link that cannot be opened: {other:?}"),
    };
    let row = |row: &gather::AgendaRow| Booked {
        registration: row.registration,
        number: row.number,
        booker: row.booker,
        gathering: row.gathering,
        offering: row.offering.get(),
        party: row.party,
        status: row.status.code(),
        reconfirm_by: row.reconfirm_by,
        place_in_line: row.place_in_line,
        supersedes: row.supersedes,
        since: row.since,
        joined_at: row.joined_at,
        was_confirmed: row.was_confirmed,
        session: row.session().cloned(),
        schedule: row.schedule().clone(),
        shown: (row.shown_schedule().0.clone(), row.shown_schedule().1),
        link: link(row.registration),
    };
    agenda.rows().iter().map(row).collect()
}

fn programme(desk: &Desk, gathering: GatheringId) -> (Vec<Slot>, Vec<ProgrammeWarning>) {
    let programme = desk.programme(gathering).unwrap();
    let slot = |row: &gather::ProgrammeRow| Slot {
        session: row.details().clone(),
        status: row.status,
        shown: row.shown_schedule().clone(),
        added_at: row.added_at,
    };
    (programme.rows().iter().map(slot).collect(), programme.warnings())
}

/// Every list against the naive ones.
pub(super) fn lists_equal_the_recount(
    desk: &Desk,
    naive: &Naive<'_>,
    now: DateTime<Utc>,
) -> Result<(), TestCaseError> {
    for gathering in naive.gatherings() {
        let (rows, pools) = attendee_list(desk, gathering);
        prop_assert_eq!(rows, naive.attendee_list(gathering, now));
        prop_assert_eq!(pools, naive.pools(gathering, now));
        prop_assert_eq!(waiting_list(desk, gathering), naive.waiting_list(gathering, now));
        prop_assert_eq!(programme(desk, gathering), naive.programme(gathering));
        let counts = desk.check_in_counts(gathering).unwrap();
        prop_assert_eq!(counts.in_the_house, naive.in_the_house(gathering));
        let lists = counts.lists.iter().map(|it| (it.list.get(), it.expected, it.came, it.inside));
        prop_assert_eq!(lists.collect::<Vec<_>>(), naive.list_counts(gathering));
        let scans = desk.scans(gathering).unwrap().rows().len();
        prop_assert_eq!((scans, counts.flagged), naive.scans_and_flagged(gathering));
    }
    for person in 0..PEOPLE {
        prop_assert_eq!(agenda(desk, person), naive.agenda(person), "the agenda of {}", person);
    }
    Ok(())
}

/// What depends on the time, and so is another though nothing has happened.
pub(super) fn what_is_on_equals_the_recount(
    desk: &Desk,
    naive: &Naive<'_>,
    now: DateTime<Utc>,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(whats_on(desk), naive.whats_on(now));
    Ok(())
}

/// What shows lists: a desk, and what it was.
pub(super) trait Shows {
    fn whats_on(&self) -> WhatsOn;
    fn public_feed(&self) -> PublicFeed;
    fn attendee_list(&self, gathering: GatheringId) -> AttendeeList;
    fn waiting_list(&self, gathering: GatheringId) -> WaitingList;
    fn programme(&self, gathering: GatheringId) -> Programme;
    fn resources(&self, gathering: GatheringId) -> Resources;
    fn gathering(&self, gathering: GatheringId) -> WhatsOnRow;
    fn registration_list(&self, gathering: GatheringId) -> AttendeeList;
    fn check_in_lists(&self, gathering: GatheringId) -> Vec<CheckInList>;
    fn check_in_counts(&self, gathering: GatheringId) -> CheckInCounts;
    fn scans(&self, gathering: GatheringId) -> ScanList;
    fn attendance(&self, gathering: GatheringId) -> Attendance;
    fn reads(&self, gathering: GatheringId) -> Vec<ReadOfNeeds>;
    fn agenda(&self, person: PersonId) -> Agenda;
    fn calendar(&self, person: PersonId) -> PersonalFeed;
}

macro_rules! shows {
    ($($what:ty),*) => {$(
        impl Shows for $what {
            fn whats_on(&self) -> WhatsOn {
                self.whats_on()
            }

            fn public_feed(&self) -> PublicFeed {
                self.public_feed()
            }

            fn attendee_list(&self, gathering: GatheringId) -> AttendeeList {
                self.attendee_list(gathering).unwrap()
            }

            fn waiting_list(&self, gathering: GatheringId) -> WaitingList {
                self.waiting_list(gathering).unwrap()
            }

            fn programme(&self, gathering: GatheringId) -> Programme {
                self.programme(gathering).unwrap()
            }

            fn resources(&self, gathering: GatheringId) -> Resources {
                self.resources(gathering).unwrap()
            }

            fn gathering(&self, gathering: GatheringId) -> WhatsOnRow {
                self.gathering(gathering).unwrap()
            }

            fn registration_list(&self, gathering: GatheringId) -> AttendeeList {
                self.registration_list(gathering).unwrap()
            }

            fn check_in_lists(&self, gathering: GatheringId) -> Vec<CheckInList> {
                self.check_in_lists(gathering).unwrap()
            }

            fn check_in_counts(&self, gathering: GatheringId) -> CheckInCounts {
                self.check_in_counts(gathering).unwrap()
            }

            fn scans(&self, gathering: GatheringId) -> ScanList {
                self.scans(gathering).unwrap()
            }

            fn attendance(&self, gathering: GatheringId) -> Attendance {
                self.attendance(gathering).unwrap()
            }

            fn reads(&self, gathering: GatheringId) -> Vec<ReadOfNeeds> {
                self.reads(gathering).unwrap()
            }

            fn agenda(&self, person: PersonId) -> Agenda {
                self.agenda(person)
            }

            fn calendar(&self, person: PersonId) -> PersonalFeed {
                self.calendar(person)
            }
        }
    )*};
}

shows!(Desk, Then);

/// Every list that a desk can show, printed by machine and for people, names and all; and every calendar.
pub(super) fn everything_shown(desk: &Desk, ledger: &Ledger) -> Vec<String> {
    all_shown(desk, ledger.gatherings().map(|(gathering, _)| gathering))
}

/// The same of some gatherings, by whatever shows them.
pub(super) fn all_shown(desk: &impl Shows, gatherings: impl IntoIterator<Item = GatheringId>) -> Vec<String> {
    let on = desk.whats_on();
    let mut shown = vec![serde_json::to_string(&on).unwrap(), on.to_string(), desk.public_feed().to_string()];
    for gathering in gatherings {
        let (attending, waiting) = (desk.attendee_list(gathering), desk.waiting_list(gathering));
        shown.push(serde_json::to_string(&attending.expose("test")).unwrap());
        shown.push(serde_json::to_string(&waiting.expose("test")).unwrap());
        shown.push(serde_json::to_string(&desk.gathering(gathering)).unwrap());
        shown.push(serde_json::to_string(&desk.resources(gathering)).unwrap());
        shown.extend(programme_shown(&desk.programme(gathering)));
        shown.push(serde_json::to_string(&desk.registration_list(gathering).expose("test")).unwrap());
        shown.push(serde_json::to_string(&desk.scans(gathering)).unwrap());
        shown.push(serde_json::to_string(&desk.check_in_counts(gathering)).unwrap());
        shown.push(serde_json::to_string(&desk.attendance(gathering).expose("test")).unwrap());
        shown.push(format!("{:?} {:?}", desk.check_in_lists(gathering), desk.reads(gathering)));
    }
    for person in (0..PEOPLE).map(person_id) {
        shown.push(serde_json::to_string(&desk.agenda(person)).unwrap());
        shown.push(desk.calendar(person).with_waiting().to_string());
    }
    shown
}

/// A programme, printed and as calendars: whole, and for each track, room and speaker.
fn programme_shown(programme: &Programme) -> Vec<String> {
    let mut shown = vec![serde_json::to_string(programme).unwrap(), programme.to_string()];
    shown.push(format!("{:?}", programme.warnings()));
    let tracks = programme.tracks().into_iter().map(|track| programme.clone().on_track(track));
    let rooms = programme.rooms().into_iter().map(|room| programme.clone().in_room(room));
    let speakers = programme.speakers().into_iter().map(|speaker| programme.clone().by_speaker(speaker));
    let parts = tracks.chain(rooms).chain(speakers);
    shown.extend(parts.map(|part| ProgrammeFeed::new(part).sessions_only().to_string()));
    shown.push(ProgrammeFeed::new(programme.clone()).to_string());
    shown
}

/// A fact without the bytes that no two keys seal alike.
pub(super) fn unsealed(fact: &Fact) -> String {
    let mut fact = fact.clone();
    match &mut fact {
        Fact::RegistrationConfirmed { booking, .. }
        | Fact::RegistrationWaitlisted { booking, .. }
        | Fact::RegistrationHeld { booking, .. }
        | Fact::ApprovalRequested { booking, .. }
        | Fact::FollowUpRequested { booking, .. }
        | Fact::InterestNoted { booking, .. } => {
            let has_answered = booking.answers.take().is_some();
            return format!("{fact:?}, answered {has_answered}");
        }
        Fact::HoldConfirmed { answers, .. } => {
            let has_answered = answers.take().is_some();
            return format!("{fact:?}, answered {has_answered}");
        }
        Fact::GatheringAnnounced { join_link, .. } | Fact::ModeChanged { join_link, .. } => {
            let is_linked = join_link.take().is_some();
            return format!("{fact:?}, linked {is_linked}");
        }
        _ => {}
    }
    match &fact {
        Fact::PersonRecorded { person, .. } => format!("recorded {person}"),
        Fact::NamePublished { person, .. } => format!("published {person}"),
        Fact::CalendarTokenIssued { person, .. } => format!("calendar address of {person}"),
        Fact::ResourceAttached { gathering, resource, .. } => format!("attached {gathering} {resource:?}"),
        _ => format!("{fact:?}"),
    }
}
