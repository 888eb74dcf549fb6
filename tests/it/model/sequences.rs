//! What entries of calendars show, folded anew from the facts, beside the SEQUENCE under which they show it.
//!
//! Readers take no notice of a change without a higher SEQUENCE, and ask their people again for nothing when it rises
//! without one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use gather::calendar::ProgrammeFeed;
use gather::log::StoredBatch;
use gather::testkit::{PEOPLE, person_id};
use gather::{
    Desk, Fact, GatheringId, Lists, Mode, OfferingId, RegistrationId, Schedule, SessionId, SessionTexts,
};
use proptest::prelude::*;

/// All that entries show of time, place and status, by the facts.
#[derive(Default)]
pub(super) struct Shown {
    gatherings: BTreeMap<GatheringId, OfGathering>,
    lists: Lists,
}

struct OfGathering {
    dates: Dates,
    mode: Mode,
    /// How many links there have been, if there is one: each is another.
    link: Option<u32>,
    links: u32,
    cancelled: bool,
    sessions: BTreeMap<SessionId, OfSession>,
    for_session: BTreeMap<OfferingId, SessionId>,
    registrations: BTreeMap<RegistrationId, OfRegistration>,
}

#[derive(Clone)]
struct Dates {
    now: Schedule,
    last: Schedule,
}

struct OfSession {
    dates: Dates,
    room: String,
    texts: SessionTexts,
    dropped: bool,
}

struct OfRegistration {
    offering: OfferingId,
    confirmed: bool,
    has_left: bool,
}

/// What one entry shows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    dates: (Schedule, Schedule),
    room: String,
    mode: Mode,
    link: Option<u32>,
    status: &'static str,
    /// Whether the place that it was for has been given up.
    has_left: bool,
}

/// An entry, with what is shown by it and under which number, and what else it says.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    look: Look,
    texts: SessionTexts,
    sequence: u32,
    revised_at: DateTime<Utc>,
}

/// Every entry by its UID; those of people by whose they are as well.
pub(super) type Entries = BTreeMap<String, Entry>;

impl Dates {
    fn new(schedule: &Schedule) -> Self {
        Self { now: schedule.clone(), last: schedule.clone() }
    }

    fn set(&mut self, schedule: &Schedule) {
        self.now = schedule.clone();
        // Until there has been a date, what is said in its stead is shown.
        if is_dated(schedule) || !is_dated(&self.last) {
            self.last = schedule.clone();
        }
    }

    fn were_lost(&self) -> bool {
        !is_dated(&self.now) && is_dated(&self.last)
    }

    /// Calendars show no word that is said in a date's stead, so all of those look the same.
    fn look(&self) -> (Schedule, Schedule) {
        let shown = |schedule: &Schedule| match schedule {
            Schedule::ToBeConfirmed { .. } => Schedule::to_be_confirmed(""),
            dated => dated.clone(),
        };
        (shown(&self.now), shown(&self.last))
    }
}

fn is_dated(schedule: &Schedule) -> bool {
    !matches!(schedule, Schedule::ToBeConfirmed { .. })
}

impl OfRegistration {
    fn new(booking: &gather::Booking, confirmed: bool) -> Self {
        Self { offering: booking.offering, confirmed, has_left: false }
    }
}

impl OfGathering {
    fn status(&self) -> &'static str {
        match (self.cancelled, self.dates.were_lost()) {
            (true, _) => "cancelled",
            (false, true) => "postponed",
            (false, false) => "confirmed",
        }
    }

    fn status_of(&self, session: &OfSession) -> &'static str {
        let days = self.dates.now.first_and_last_day();
        let begins = session.dates.now.first_and_last_day().map(|(first, _)| first);
        let outside = days.zip(begins).is_some_and(|((first, last), day)| day < first || last < day);
        let unsettled = begins.is_some() && (self.dates.were_lost() || outside);
        match (self.cancelled || session.dropped, unsettled || session.dates.were_lost()) {
            (true, _) => "cancelled",
            (false, true) => "postponed",
            (false, false) => "confirmed",
        }
    }

    fn look(&self) -> Look {
        Look {
            dates: self.dates.look(),
            room: String::new(),
            mode: self.mode.clone(),
            link: self.link,
            status: self.status(),
            has_left: false,
        }
    }

    fn look_of(&self, session: &OfSession) -> Look {
        let (dates, room) = (session.dates.look(), session.room.clone());
        Look { dates, room, status: self.status_of(session), ..self.look() }
    }

    fn look_of_registration(&self, registration: &OfRegistration) -> (Look, SessionTexts) {
        let session = self.for_session.get(&registration.offering).map(|session| &self.sessions[session]);
        let look = session.map_or_else(|| self.look(), |session| self.look_of(session));
        let texts = session.map_or_else(SessionTexts::default, |session| session.texts.clone());
        (Look { has_left: registration.has_left, ..look }, texts)
    }

    fn set_link(&mut self, is_there: bool) {
        self.links += u32::from(is_there);
        self.link = is_there.then_some(self.links);
    }

    fn take(&mut self, fact: &Fact) {
        match fact {
            Fact::GatheringRescheduled { schedule, .. } => self.dates.set(schedule),
            Fact::GatheringCancelled { .. } => self.cancelled = true,
            Fact::ModeChanged { mode, join_link, .. } => {
                self.mode = mode.clone();
                self.set_link(join_link.is_some());
            }
            Fact::OfferingAdded { offering, .. } => {
                self.for_session.extend(offering.session.map(|session| (offering.id, session)));
            }
            Fact::SessionAdded { session, .. } => {
                let mut dates = Dates::new(&session.schedule);
                if let Some(before) = self.sessions.remove(&session.id) {
                    dates = before.dates;
                    dates.set(&session.schedule);
                }
                let (room, texts) = (session.room.clone(), session.texts.clone());
                self.sessions.insert(session.id, OfSession { dates, room, texts, dropped: false });
            }
            Fact::SessionMoved { session, schedule, room, .. } => {
                let session = self.sessions.get_mut(session).unwrap();
                session.dates.set(schedule);
                session.room.clone_from(room);
            }
            Fact::SessionRevised { session, texts, .. } => {
                self.sessions.get_mut(session).unwrap().texts = (**texts).clone();
            }
            Fact::SessionDropped { session, .. } => self.sessions.get_mut(session).unwrap().dropped = true,
            _ => self.take_booking(fact),
        }
    }

    fn take_booking(&mut self, fact: &Fact) {
        match fact {
            Fact::RegistrationConfirmed { registration, booking, .. } => {
                self.registrations.insert(*registration, OfRegistration::new(booking, true));
            }
            Fact::RegistrationWaitlisted { registration, booking, .. }
            | Fact::RegistrationHeld { registration, booking, .. }
            | Fact::ApprovalRequested { registration, booking, .. }
            | Fact::FollowUpRequested { registration, booking, .. }
            | Fact::InterestNoted { registration, booking, .. } => {
                self.registrations.insert(*registration, OfRegistration::new(booking, false));
            }
            Fact::RegistrationSplit { registration, rest, .. } => {
                let offering = self.registrations[registration].offering;
                let (confirmed, has_left) = (false, false);
                self.registrations.insert(*rest, OfRegistration { offering, confirmed, has_left });
            }
            Fact::RegistrationPromoted { registration, .. }
            | Fact::OfferAccepted { registration, .. }
            | Fact::HoldConfirmed { registration, pending: None, .. }
            | Fact::RegistrationApproved { registration, ahead: None, .. } => {
                self.registrations.get_mut(registration).unwrap().confirmed = true;
            }
            Fact::RegistrationEnded { registration, .. } | Fact::MovedToFollowUp { registration, .. } => {
                let registration = self.registrations.get_mut(registration).unwrap();
                registration.has_left |= registration.confirmed;
            }
            _ => {}
        }
    }
}

impl Shown {
    pub(super) fn take(&mut self, stored: &StoredBatch) {
        stored.records().for_each(|record| self.lists.apply(&record));
        for fact in &stored.batch.facts {
            let Some(id) = fact.gathering() else { continue };
            let Fact::GatheringAnnounced { announcement, join_link, .. } = fact else {
                self.gatherings.get_mut(&id).unwrap().take(fact);
                continue;
            };
            let mut gathering = OfGathering {
                dates: Dates::new(&announcement.schedule),
                mode: announcement.mode.clone(),
                link: None,
                links: 0,
                cancelled: false,
                sessions: BTreeMap::new(),
                for_session: BTreeMap::new(),
                registrations: BTreeMap::new(),
            };
            gathering.set_link(join_link.is_some());
            self.gatherings.insert(id, gathering);
        }
    }

    /// Every entry as the desk has it: of gatherings, of sessions and of registrations. What the desk shows of a session
    /// has to be what the facts say.
    pub(super) fn entries(&self, desk: &Desk) -> Result<Entries, TestCaseError> {
        let mut entries = Entries::new();
        for (id, gathering) in &self.gatherings {
            let card = self.lists.gathering(*id).unwrap();
            let (sequence, revised_at, look) = (card.sequence(), card.revised_at(), gathering.look());
            let texts = SessionTexts::default();
            entries.insert(id.to_string(), Entry { look, texts, sequence, revised_at });
            for row in desk.programme(*id).unwrap().rows() {
                let session = &gathering.sessions[&row.session];
                let look = gathering.look_of(session);
                let told = (row.schedule().clone(), row.shown_schedule().clone());
                let said = (session.dates.now.clone(), session.dates.last.clone());
                prop_assert_eq!((&told, row.status.code()), (&said, look.status));
                let (sequence, revised_at, texts) = (row.sequence, row.revised_at, session.texts.clone());
                entries.insert(row.session.to_string(), Entry { look, texts, sequence, revised_at });
            }
        }
        // How often somebody lost a place and got it back counts in their own entry, so each has theirs.
        let agendas = (0..PEOPLE).map(|person| desk.agenda(person_id(person)));
        let rows = agendas.flat_map(|agenda| {
            agenda.rows().iter().map(|row| (agenda.person(), row.clone())).collect::<Vec<_>>()
        });
        for (person, row) in rows {
            let gathering = &self.gatherings[&row.gathering];
            let registration = &gathering.registrations[&row.registration];
            let (look, texts) = gathering.look_of_registration(registration);
            let (sequence, revised_at) = (row.sequence, row.revised_at);
            let uid = format!("{} of {person}", row.registration);
            entries.insert(uid, Entry { look, texts, sequence, revised_at });
        }
        Ok(entries)
    }
}

/// Every entry of the calendars for everybody: its SEQUENCE by its UID.
pub(super) fn sequences_in_calendars(desk: &Desk, shown: &Shown) -> BTreeMap<String, u32> {
    let programmes = shown.gatherings.keys().map(|id| desk.programme(*id).unwrap());
    let mut texts: Vec<String> =
        programmes.map(|programme| ProgrammeFeed::new(programme).to_string()).collect();
    texts.push(desk.public_feed().to_string());
    let mut found = BTreeMap::new();
    for text in texts {
        let mut uid = String::new();
        for line in text.lines() {
            match line.split_once(':') {
                Some(("UID", value)) => value.clone_into(&mut uid),
                Some(("SEQUENCE", value)) => {
                    found.insert(uid.clone(), value.parse().unwrap());
                }
                _ => {}
            }
        }
    }
    found
}

/// A SEQUENCE rises exactly when its entry shows something else, and never falls. What else is changed of an entry is
/// seen by its time alone.
pub(super) fn sequences_follow_what_is_shown(
    before: &Entries,
    after: &Entries,
    time: DateTime<Utc>,
) -> Result<(), TestCaseError> {
    for (uid, now) in after {
        let Some(was) = before.get(uid) else { continue };
        prop_assert!(was.sequence <= now.sequence, "{} goes back: {:?}, then {:?}", uid, was, now);
        let (changed, risen) = (was.look != now.look, was.sequence < now.sequence);
        prop_assert_eq!(changed, risen, "{}: {:?}, then {:?}", uid, was, now);
        if changed || was.texts != now.texts {
            // A speaker's name may have been published later, by a clock that has gone back since.
            prop_assert!(now.revised_at >= time, "{}: {:?}, then {:?}", uid, was, now);
        }
        // Whose name was published later, by a clock that has gone back since, may speak no more.
        let same_speakers = was.texts.speakers == now.texts.speakers;
        let older = was.revised_at > now.revised_at;
        prop_assert!(!(older && same_speakers), "{} is older: {:?}, then {:?}", uid, was, now);
    }
    Ok(())
}

/// What a calendar has once had it keeps, under the number that the lists have.
pub(super) fn calendars_keep_what_they_had(
    before: &BTreeMap<String, u32>,
    after: &BTreeMap<String, u32>,
    entries: &Entries,
) -> Result<(), TestCaseError> {
    for uid in before.keys() {
        prop_assert!(after.contains_key(uid), "{} is gone: {:?}", uid, entries.get(uid));
    }
    for (uid, sequence) in after {
        prop_assert_eq!(*sequence, entries[uid].sequence, "{}", uid);
    }
    Ok(())
}
