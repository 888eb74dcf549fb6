//! The lists, as they should be.

use super::pools::limit;
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
    pub(in super::super) status: &'static str,
    pub(in super::super) uncounted: bool,
    pub(in super::super) presence: Presence,
    pub(in super::super) since: DateTime<Utc>,
}

/// A pool with the people who have a place in it.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Taken {
    pub(in super::super) pool: u16,
    /// `None` is without a limit.
    pub(in super::super) capacity: Option<u32>,
    pub(in super::super) limit: Option<u32>,
    pub(in super::super) people: u64,
    pub(in super::super) set_aside: u64,
    pub(in super::super) left: Option<i64>,
}

/// One registration in line, or with an offer.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Waits {
    pub(in super::super) offering: u16,
    /// 0 has an offer.
    pub(in super::super) place_in_line: u32,
    pub(in super::super) number: u32,
    pub(in super::super) registration: RegistrationId,
    pub(in super::super) booker: PersonId,
    pub(in super::super) party: u32,
    pub(in super::super) class: u32,
    /// How often it was passed, and why the last time.
    pub(in super::super) passed: (u64, Option<&'static str>),
    pub(in super::super) respond_by: Option<DateTime<Utc>>,
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
    pub(in super::super) reconfirm_by: Option<DateTime<Utc>>,
    pub(in super::super) place_in_line: Option<u32>,
    pub(in super::super) supersedes: Option<RegistrationId>,
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
    pub(in super::super) fn attendee_list(
        &self,
        gathering: GatheringId,
        now: DateTime<Utc>,
    ) -> Vec<Attending> {
        let all = self.live(gathering).into_iter();
        let has_a_place = |one: &Registration| {
            one.claim == Claim::Confirmed || one.keeps_places(now) && !one.asked.uncounted
        };
        let places = all.filter(|one| has_a_place(one)).flat_map(|one| {
            let people = one.asked.people.clone();
            let place = |(place, person): (u32, Option<u8>)| Attending {
                number: one.number,
                place,
                registration: one.id(),
                person: person.map(person_id),
                booker: person_id(one.asked.booker()),
                offering: one.asked.offering,
                party: one.asked.size(),
                status: code(&one),
                uncounted: one.asked.uncounted,
                presence: self.presence(&one, usize::try_from(place).unwrap() - 1),
                since: one.since,
            };
            (1..).zip(people).map(place).collect::<Vec<_>>()
        });
        places.collect()
    }

    /// Whether somebody came: as was said of what was seen last, whenever it was written down. That they were scanned is said
    /// once, of when they were first.
    fn presence(&self, one: &Registration, place: usize) -> Presence {
        let scanned =
            self.first_scan(one, u16::try_from(place).unwrap() + 1).map(|at| (at, Presence::Attended));
        let said = one.seen[place].iter().copied();
        let last = said.chain(scanned).max().map_or(Presence::Unknown, |(_, presence)| presence);
        let did_not_come = last == Presence::Unknown && one.claim == Claim::Confirmed;
        if did_not_come && self.of(one.asked.gathering).completed { Presence::NoShow } else { last }
    }

    pub(in super::super) fn pools(&self, gathering: GatheringId, now: DateTime<Utc>) -> Vec<Taken> {
        let count = |(pool, plan): &(u16, PoolPlan)| Taken {
            pool: *pool,
            capacity: plan.places,
            limit: limit(*plan).map(|limit| u32::try_from(limit).unwrap()),
            people: u64::try_from(self.used_at(gathering, *pool, now)).unwrap(),
            set_aside: u64::try_from(self.set_aside_at(gathering, *pool, now)).unwrap(),
            left: self.general(gathering, *pool, now),
        };
        self.of(gathering).pools.iter().map(count).collect()
    }

    /// Who has an offer, whoever has to answer first first; then who waits, the first in line first.
    pub(in super::super) fn waiting_list(&self, gathering: GatheringId, now: DateTime<Utc>) -> Vec<Waits> {
        let of = self.of(gathering);
        let mut rows = Vec::new();
        for (offering, _) in &of.offerings {
            let mut offers = self.live(gathering);
            offers.retain(|one| one.asked.offering == *offering);
            let mut offers: Vec<_> = offers
                .into_iter()
                .filter_map(|one| match one.claim {
                    Claim::Offered { respond_by } => Some((respond_by, one)),
                    _ => None,
                })
                .filter(|(respond_by, _)| *respond_by > now)
                .collect();
            offers.sort_by_key(|(respond_by, one)| (*respond_by, one.number));
            rows.extend(offers.iter().map(|(respond_by, one)| self.waits(one, 0, Some(*respond_by))));
        }
        for (offering, _) in &of.offerings {
            let line = (1..).zip(self.line(gathering, *offering));
            rows.extend(line.map(|(place, one)| self.waits(&one, place, None)));
        }
        rows
    }

    /// Why somebody was passed before a deed, each time; what is left of a party that was split was passed with it.
    fn passes(&self, id: RegistrationId, before: usize) -> Vec<&'static str> {
        let mut reasons = Vec::new();
        for (nth, deed) in self.past[..before].iter().enumerate() {
            match &deed.what {
                Done::Split(_, whole, rest, _) if *rest == id => reasons = self.passes(*whole, nth),
                Done::PassedOver(_, passed, reason) if *passed == id => reasons.push(reason.code()),
                _ => {}
            }
        }
        reasons
    }

    fn waits(&self, one: &Registration, place_in_line: u32, respond_by: Option<DateTime<Utc>>) -> Waits {
        let reasons = self.passes(one.id(), self.past.len());
        Waits {
            offering: one.asked.offering,
            place_in_line,
            number: one.number,
            registration: one.id(),
            booker: person_id(one.asked.booker()),
            party: one.asked.size(),
            class: u32::try_from(self.class(&one.asked)).unwrap(),
            passed: (u64::try_from(reasons.len()).unwrap(), reasons.last().copied()),
            respond_by,
            since: one.since,
        }
    }

    /// What is on: the earliest first, then by title and id, those without dates last.
    pub(in super::super) fn whats_on(&self, now: DateTime<Utc>) -> Vec<On> {
        let gatherings = self.gatherings().into_iter();
        let is_announced = |id: GatheringId| {
            let of = self.of(id);
            !of.called_off && !of.draft && !of.completed && !of.archived
        };
        let on = gatherings.filter(|&id| is_announced(id) && !self.over(id, now));
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
        let mut booked: Vec<(usize, Booked)> = theirs.map(|one| (one.made, self.booked(&one))).collect();
        if self.was_forgotten(person) {
            for (_, booked) in &mut booked {
                booked.link = None;
            }
        }
        booked.sort_by_cached_key(|(made, booked)| {
            let start = booked.schedule.starts();
            (start.is_none(), start, *made)
        });
        booked.into_iter().map(|(_, booked)| booked).collect()
    }

    /// Until when its people have to say that new dates suit them, where they were asked and have not.
    fn reconfirm_by(&self, one: &Registration) -> Option<DateTime<Utc>> {
        let of = self.of(one.asked.gathering);
        let is_silent = one.claim == Claim::Confirmed && one.asked_again && !one.said_yes;
        of.round.map(|(until, _)| until).filter(|_| is_silent && !of.completed)
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
            status: code(one),
            reconfirm_by: self.reconfirm_by(one),
            place_in_line: (one.claim == Claim::Waiting).then(place),
            supersedes: one.asked.supersedes,
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

/// The name of a standing for machines. What it was decides what its end is called.
fn code(one: &Registration) -> &'static str {
    match (one.claim, one.was) {
        (Claim::Confirmed, _) => "confirmed",
        (Claim::Waiting, _) => "waiting",
        (Claim::Held { .. }, _) => "held",
        (Claim::Pending { .. }, _) => "pending",
        (Claim::Offered { .. }, _) => "offered",
        (Claim::FollowUpOnly, _) => "follow_up_only",
        (Claim::Interested, _) => "interested",
        (Claim::Ended(Gone::CalledOff), _) => "cancelled_with_gathering",
        (Claim::Ended(Gone::LineClosed), _) => "line_closed",
        (Claim::Ended(Gone::BooksClosed), _) => "books_closed",
        (Claim::Ended(Gone::How(how)), was) => code_of_end(was, how),
    }
}

fn code_of_end(was: Claim, how: Ending) -> &'static str {
    match (was, how) {
        (_, Ending::NotReconfirmed) => "not_reconfirmed",
        (_, Ending::Displaced) => "displaced",
        (_, Ending::MovedAway) => "moved_away",
        (_, Ending::Superseded) => "superseded",
        (Claim::Confirmed, Ending::Attendee) => "cancelled_by_attendee",
        (Claim::Confirmed, _) => "cancelled_by_organiser",
        (Claim::Waiting, _) => "left_line",
        (Claim::Held { .. }, Ending::Expired) => "hold_expired",
        (Claim::Held { .. }, _) => "hold_released",
        (Claim::Pending { .. }, Ending::Rejected) => "rejected",
        (Claim::Pending { .. }, Ending::Expired) => "approval_expired",
        (Claim::Offered { .. }, Ending::Expired) => "offer_lapsed",
        (Claim::Offered { .. }, Ending::OfferWithdrawn | Ending::Organiser) => "offer_withdrawn",
        (Claim::Offered { .. }, _) => "offer_declined",
        _ => "withdrawn",
    }
}

/// Gatherings are called by their numbers, and compared as texts.
fn title(gathering: GatheringId) -> String {
    let number = (0..100).find(|&number| gathering_id(number) == gathering).unwrap();
    format!("Gathering {number}")
}
