//! The lists, as they should be.

use super::times::{ends, overlap, starts};
use super::*;
use gather::testkit::{person_id, room};
use gather::{BookingState, PersonId, ProgrammeWarning, Schedule, Session, SessionStatus};

/// One place of the attendee list.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Attending {
    pub(in super::super) number: u32,
    pub(in super::super) place: u32,
    pub(in super::super) registration: RegistrationId,
    pub(in super::super) person: Option<PersonId>,
    pub(in super::super) booker: PersonId,
    pub(in super::super) offering: u16,
    pub(in super::super) party: u32,
    pub(in super::super) since: DateTime<Utc>,
}

/// A pool with the people who have a place in it.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Taken {
    pub(in super::super) pool: u16,
    /// `None` is without a limit.
    pub(in super::super) capacity: Option<u32>,
    pub(in super::super) people: u64,
}

/// One registration in line.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Waits {
    pub(in super::super) offering: u16,
    pub(in super::super) place_in_line: u32,
    pub(in super::super) number: u32,
    pub(in super::super) registration: RegistrationId,
    pub(in super::super) booker: PersonId,
    pub(in super::super) party: u32,
    pub(in super::super) since: DateTime<Utc>,
}

/// One gathering that is on.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct On {
    pub(in super::super) gathering: GatheringId,
    pub(in super::super) booking: BookingState,
    /// The number of each offering, the places left in it and how many registrations wait.
    pub(in super::super) offerings: Vec<(u16, Option<i64>, u64)>,
}

/// One registration of somebody's agenda.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Booked {
    pub(in super::super) registration: RegistrationId,
    pub(in super::super) number: u32,
    pub(in super::super) booker: PersonId,
    pub(in super::super) gathering: GatheringId,
    pub(in super::super) offering: u16,
    pub(in super::super) party: u32,
    pub(in super::super) status: &'static str,
    pub(in super::super) place_in_line: Option<u32>,
    pub(in super::super) since: DateTime<Utc>,
    pub(in super::super) joined_at: DateTime<Utc>,
    pub(in super::super) was_confirmed: bool,
    pub(in super::super) session: Option<Session>,
    pub(in super::super) schedule: Schedule,
    /// When it is or was to be, and whether that does not hold.
    pub(in super::super) shown: (Schedule, bool),
    pub(in super::super) link: Option<String>,
}

/// One session of a programme.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Slot {
    pub(in super::super) session: Session,
    pub(in super::super) status: SessionStatus,
    pub(in super::super) shown: Schedule,
    pub(in super::super) added_at: DateTime<Utc>,
}

impl Naive<'_> {
    pub(in super::super) fn attendee_list(&self, gathering: GatheringId) -> Vec<Attending> {
        let confirmed = self.live(gathering).into_iter().filter(|one| one.claim == Claim::Confirmed);
        let places = confirmed.flat_map(|one| {
            let people = one.asked.people.clone();
            let place = |(place, person): (u32, Option<u8>)| Attending {
                number: one.number,
                place,
                registration: one.id(),
                person: person.map(person_id),
                booker: person_id(one.asked.booker()),
                offering: one.asked.offering,
                party: one.asked.size(),
                since: one.since,
            };
            (1..).zip(people).map(place).collect::<Vec<_>>()
        });
        places.collect()
    }

    pub(in super::super) fn pools(&self, gathering: GatheringId) -> Vec<Taken> {
        let count = |(pool, plan): &(u16, PoolPlan)| Taken {
            pool: *pool,
            capacity: plan.places,
            people: u64::try_from(self.used(gathering, *pool)).unwrap(),
        };
        self.of(gathering).pools.iter().map(count).collect()
    }

    pub(in super::super) fn waiting_list(&self, gathering: GatheringId) -> Vec<Waits> {
        let of = self.of(gathering);
        let rows = of.offerings.iter().flat_map(|(offering, _)| {
            let row = |(place_in_line, one): (u32, Rc<Registration>)| Waits {
                offering: *offering,
                place_in_line,
                number: one.number,
                registration: one.id(),
                booker: person_id(one.asked.booker()),
                party: one.asked.size(),
                since: one.since,
            };
            (1..).zip(self.line(gathering, *offering)).map(row).collect::<Vec<_>>()
        });
        rows.collect()
    }

    /// What is on: the earliest first, then by title and id, those without dates last.
    pub(in super::super) fn whats_on(&self, now: DateTime<Utc>) -> Vec<On> {
        let gatherings = self.gatherings().into_iter();
        let on = gatherings.filter(|&id| !self.called_off(id) && !self.over(id, now));
        let mut on: Vec<GatheringId> = on.collect();
        on.sort_by_key(|&id| {
            let start = starts(self.when(id));
            (start.is_none(), start, title(id), id)
        });
        let shown = |gathering| On {
            gathering,
            booking: self.booking(gathering, now),
            offerings: self.offerings_on(gathering, now),
        };
        on.into_iter().map(shown).collect()
    }

    fn offerings_on(&self, gathering: GatheringId, now: DateTime<Utc>) -> Vec<(u16, Option<i64>, u64)> {
        let of = self.of(gathering);
        let on = of.offerings.iter().filter(|(_, it)| self.session_can_be_had(gathering, it, now));
        let on = on.map(|(number, it)| {
            let left = it.plan.pools.iter().filter_map(|&pool| self.general(gathering, pool, now)).min();
            let waiting = u64::try_from(self.line(gathering, *number).len()).unwrap();
            (*number, left, waiting)
        });
        on.collect()
    }

    /// Everything that names a person now, the earliest first, then what was booked first; what has no date last.
    pub(in super::super) fn agenda(&self, person: u8) -> Vec<Booked> {
        let gatherings = self.gatherings().into_iter();
        let all = gatherings.flat_map(|gathering| self.registrations(gathering));
        let theirs = all.filter(|one| one.asked.names(person));
        let mut booked: Vec<Booked> = theirs.map(|one| self.booked(&one)).collect();
        let made = |id: RegistrationId| {
            let makes = |done: &Done| match done {
                Done::Joined(asked, _) => asked.registration == id,
                Done::Split(_, _, rest, _) => *rest == id,
                _ => false,
            };
            self.past.iter().position(|deed| makes(&deed.what))
        };
        booked.sort_by_cached_key(|booked| {
            let start = booked.schedule.starts();
            (start.is_none(), start, made(booked.registration))
        });
        booked
    }

    fn booked(&self, one: &Registration) -> Booked {
        let Asked { gathering, registration, offering, .. } = one.asked;
        let number = self.offering(gathering, offering).unwrap().session;
        let session = number.map(|number| (number, self.session(gathering, number).unwrap()));
        let of_gathering = (self.when(gathering), self.last_dates(gathering));
        let (when, shown) = match &session {
            Some((_, session)) => {
                let postponed = self.session_status(gathering, session) == SessionStatus::Postponed;
                (session.when, (session.shown(), postponed))
            }
            None => match of_gathering {
                (When::ToBeConfirmed, Some(last)) => (When::ToBeConfirmed, (last, true)),
                (when, _) => (when, (when, false)),
            },
        };
        let queue = || self.line(gathering, offering);
        let ahead = || queue().iter().position(|other| other.id() == registration);
        let place = || u32::try_from(ahead().unwrap()).unwrap() + 1;
        let link = self.of(gathering).mode.1.filter(|_| one.claim == Claim::Confirmed);
        Booked {
            registration,
            number: one.number,
            booker: person_id(one.asked.booker()),
            gathering,
            offering,
            party: one.asked.size(),
            status: code(one.claim, one.was_confirmed),
            place_in_line: (one.claim == Claim::Waiting).then(place),
            since: one.since,
            joined_at: one.joined_at,
            was_confirmed: one.was_confirmed,
            session: session.map(|(number, session)| session.as_planned(number)),
            schedule: when.schedule(),
            shown: (shown.0.schedule(), shown.1),
            link: link.map(|number| format!("https://meet.example/room-{number}")),
        }
    }

    /// A programme: the earliest first, then by room and id, what has no date last; with what does not fit in it.
    pub(in super::super) fn programme(&self, gathering: GatheringId) -> (Vec<Slot>, Vec<ProgrammeWarning>) {
        let sessions = self.sessions(gathering).into_iter();
        let mut sessions: Vec<_> =
            sessions.map(|number| (number, self.session(gathering, number).unwrap())).collect();
        sessions.sort_by_key(|(number, session)| {
            let start = starts(session.shown());
            (start.is_none(), start, room(session.room), *number)
        });
        let slot = |(number, session): &(u8, SessionNow)| Slot {
            session: session.as_planned(*number),
            status: self.session_status(gathering, session),
            shown: session.shown().schedule(),
            added_at: session.added_at,
        };
        let slots = sessions.iter().map(slot).collect();
        sessions.retain(|(_, session)| !session.dropped && !self.called_off(gathering));
        (slots, self.warnings(gathering, &sessions))
    }

    fn warnings(&self, gathering: GatheringId, standing: &[(u8, SessionNow)]) -> Vec<ProgrammeWarning> {
        let at_once = |shares: &dyn Fn(&SessionNow, &SessionNow) -> bool| -> Vec<_> {
            let pairs = (0..standing.len()).filter_map(|nth| {
                let (number, session) = &standing[nth];
                // Of those that it meets, the one that ends last; of several such, the one that came first.
                let before = standing[..nth].iter().rev().filter(|(_, other)| shares(other, session));
                let timed = before.filter(|(_, other)| matches!(other.when, When::Hours { .. }));
                let (earlier, other) = timed.max_by_key(|(_, other)| ends(other.when))?;
                overlap(other.when, session.when).then(|| (session_id(*earlier), session_id(*number), nth))
            });
            pairs.collect()
        };
        let in_one_room = at_once(&|one, other| one.room == other.room && one.room != 0).into_iter();
        let mut warnings: Vec<ProgrammeWarning> = in_one_room
            .map(|(earlier, later, nth)| {
                let room = room(standing[nth].1.room);
                ProgrammeWarning::RoomTwice { room, earlier, later }
            })
            .collect();
        let mut with_one_speaker = Vec::new();
        for speaker in 0..gather::testkit::PEOPLE {
            let speaks = |one: &SessionNow| one.texts.speakers.contains(&speaker);
            for (earlier, later, nth) in at_once(&|one, other| speaks(one) && speaks(other)) {
                let place = standing[nth].1.texts.speakers.iter().position(|other| *other == speaker);
                let warning = ProgrammeWarning::SpeakerTwice { speaker: person_id(speaker), earlier, later };
                with_one_speaker.push(((nth, place), warning));
            }
        }
        with_one_speaker.sort_by_key(|(order, _)| *order);
        warnings.extend(with_one_speaker.into_iter().map(|(_, warning)| warning));
        let outside = standing.iter().filter(|(_, session)| self.is_outside(gathering, session.when));
        warnings
            .extend(outside.map(|(number, _)| ProgrammeWarning::Outside { session: session_id(*number) }));
        let untimed = standing.iter().filter(|(_, session)| !matches!(session.when, When::Hours { .. }));
        warnings
            .extend(untimed.map(|(number, _)| ProgrammeWarning::Untimed { session: session_id(*number) }));
        warnings
    }
}

impl SessionNow {
    /// The session as somebody would have planned it who wanted it as it is.
    fn as_planned(&self, session: u8) -> Session {
        let Self { when, room, ref texts, .. } = *self;
        SessionPlan { session, when, room, texts: texts.clone() }.session()
    }
}

/// The name of a standing for machines.
fn code(claim: Claim, was_confirmed: bool) -> &'static str {
    match claim {
        Claim::Confirmed => "confirmed",
        Claim::Waiting => "waiting",
        Claim::Held { .. } => "held",
        Claim::Pending { .. } => "pending",
        Claim::Offered { .. } => "offered",
        Claim::FollowUpOnly => "follow_up_only",
        Claim::Interested => "interested",
        Claim::Ended(Gone::CalledOff) => "cancelled_with_gathering",
        Claim::Ended(Gone::LineClosed) => "line_closed",
        Claim::Ended(Gone::BooksClosed) => "books_closed",
        Claim::Ended(Gone::How(Ending::Attendee)) if was_confirmed => "cancelled_by_attendee",
        Claim::Ended(Gone::How(Ending::Organiser)) if was_confirmed => "cancelled_by_organiser",
        Claim::Ended(Gone::How(Ending::Attendee | Ending::Organiser)) => "left_line",
        Claim::Ended(Gone::How(how)) => how.code(),
    }
}

/// Gatherings are called by their numbers, and compared as texts.
fn title(gathering: GatheringId) -> String {
    let number = (0..100).find(|&number| gathering_id(number) == gathering).unwrap();
    format!("Gathering {number}")
}
