//! Invented people book the conference, and some of its sessions; some give their places back.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use gather::{
    AddOffering, Basket, CancelRegistration, Command, Desk, Failure, GatheringId, Offering, OfferingId, Part,
    Pool, PoolId, Receipt, RecordPerson, Registered, RegistrationId, RequestId, Session,
};

use crate::Outcome;
use crate::ids::Digest;
use crate::people::{Visitor, Wish};
use crate::problem::grouped;
use crate::programme_file::{CONFERENCE, ProgrammeFile};
use crate::progress::Progress;

/// At most so many sessions have few places and can be booked, spread over the programme.
const BOOKABLE: usize = 90;
/// How many places such a session has.
const SEATS: u32 = 12;
/// Of this many such sessions one keeps no line.
const WITHOUT_LINE: usize = 3;

/// How many places a conference has for so many people: too few.
pub(crate) fn places(people: usize) -> u32 {
    u32::try_from(people * 2 / 3).unwrap_or(u32::MAX)
}

/// What has come of the bookings, as it was answered at the time.
#[derive(Default)]
pub(crate) struct Bookings {
    people: usize,
    sessions: usize,
    confirmed: usize,
    waiting: usize,
    left_out: usize,
    refused: usize,
    given_back: usize,
    promoted: usize,
}

/// The bookings of a conference, in the making.
struct Office<'d> {
    desk: &'d Desk,
    conference: GatheringId,
    opened: DateTime<Utc>,
    sessions: Vec<OfferingId>,
    /// The registrations for the conference as such, by the number of the person.
    places: Vec<Option<RegistrationId>>,
    /// How many people an earlier run has been through with.
    served_before: usize,
    counts: Bookings,
}

/// Books so many people onto the conference, after its first snapshot was imported; `None` if it had begun by then.
///
/// All of it can be asked for again: a later run, also one after a run that was stopped half-way, gets the same answers
/// and goes on from there. For that it looks at the snapshot, not at what the programme has become since.
pub(crate) fn book(desk: &Desk, first: &ProgrammeFile, people: usize) -> Outcome<Option<Bookings>> {
    let opened = first.taken + TimeDelta::hours(9);
    if first.conference.days.starts().is_none_or(|starts| starts <= opened) {
        return Ok(None);
    }
    let mut office = Office {
        desk,
        conference: first.conference.id(),
        opened,
        sessions: Vec::new(),
        places: Vec::with_capacity(people),
        served_before: 0,
        counts: Bookings { people, ..Bookings::default() },
    };
    office.open_sessions(first)?;
    office.served_before = office.count_served(people)?;
    let mut progress = Progress::of("people", people);
    for number in 0..people {
        office.serve(number)?;
        progress.step();
    }
    for number in 0..people {
        office.give_back(number)?;
    }
    Ok(Some(office.counts))
}

impl Office<'_> {
    fn visitor(&self, number: usize) -> Visitor {
        Visitor::new(self.conference, number)
    }

    /// Lets some sessions be booked: each with its own few places, for those who have a place in the conference.
    fn open_sessions(&mut self, first: &ProgrammeFile) -> Result<(), Failure> {
        for (nth, session) in chosen(first).into_iter().enumerate() {
            let number = u16::try_from(nth).unwrap_or(u16::MAX).saturating_add(2);
            let (offering, pool) = (OfferingId::new(number), PoolId::new(number));
            self.open_session(session, offering, pool, nth)?;
            self.sessions.push(offering);
        }
        self.counts.sessions = self.sessions.len();
        Ok(())
    }

    fn open_session(
        &self,
        session: &Session,
        id: OfferingId,
        pool: PoolId,
        nth: usize,
    ) -> Result<(), Failure> {
        let offering =
            Offering::new(id, &session.texts.title, [pool]).requires(CONFERENCE).for_session(session.id);
        let offering =
            if nth.is_multiple_of(WITHOUT_LINE) { offering.without_waiting_list() } else { offering };
        let command = AddOffering::new(self.conference, offering).pool(Pool::new(pool, "seats", SEATS));
        let request = Digest::of("offering").with(self.conference.bytes()).with(session.id.bytes()).uuid();
        unless_refused(self.send(RequestId::from_uuid(request), 0, command)).map(drop)
    }

    /// How many people an earlier run has been through with. A person is recorded after all else that is asked for
    /// them, and nobody before the one in front of them.
    fn count_served(&self, people: usize) -> Outcome<usize> {
        let (mut served, mut not) = (0, people);
        while served < not {
            let middle = served.midpoint(not);
            if self.desk.answered(self.visitor(middle).request("record"))?.is_some() {
                served = middle + 1;
            } else {
                not = middle;
            }
        }
        Ok(served)
    }

    fn serve(&mut self, number: usize) -> Outcome<()> {
        let visitor = self.visitor(number);
        let place = self.ask(visitor, number)?;
        self.places.push(place);
        if number >= self.served_before {
            let details = RecordPerson::of(visitor.person(), visitor.details());
            self.send(visitor.request("record"), number, details).map(drop)?;
        }
        Ok(())
    }

    /// Asks for what somebody wants. A refusal leaves no trace in the log, so one of an earlier run is not asked for
    /// again: what was full may have room by now, and nobody is waiting for that answer any more.
    fn ask(&mut self, visitor: Visitor, number: usize) -> Outcome<Option<RegistrationId>> {
        let request = visitor.request("book");
        if number < self.served_before && self.desk.answered(request)?.is_none() {
            self.counts.refused += 1;
            return Ok(None);
        }
        let answer = match visitor.wish(&self.sessions) {
            Wish::Conference(register) => {
                let answer = self.send(request, number, register);
                answer.map(|receipt| vec![Part::Registered(receipt.outcome)])
            }
            Wish::AsMuchAsCanBeHad(parts) => {
                let basket = parts.into_iter().fold(Basket::new(), Basket::part).best_effort();
                self.send(request, number, basket).map(|receipt| receipt.outcome)
            }
            Wish::AllOrNothing(parts) => {
                let basket = parts.into_iter().fold(Basket::new(), Basket::part);
                self.send(request, number, basket).map(|receipt| receipt.outcome)
            }
        };
        let Some(parts) = unless_refused(answer)? else {
            self.counts.refused += 1;
            return Ok(None);
        };
        Ok(self.counts.note(self.desk, &parts))
    }

    /// Some have thought better of it, when all have booked.
    fn give_back(&mut self, number: usize) -> Outcome<()> {
        let visitor = self.visitor(number);
        let place = self.places.get(number).copied().flatten();
        let Some(registration) = place.filter(|_| visitor.gives_back()) else { return Ok(()) };
        let command = CancelRegistration::new(registration);
        if let Some(receipt) =
            unless_refused(self.send(visitor.request("give back"), self.counts.people + number, command))?
        {
            self.counts.given_back += 1;
            self.counts.promoted += receipt.outcome.promoted.len();
        }
        Ok(())
    }

    /// Sends a request, a second after the one before.
    fn send<C: Command>(
        &self,
        request: RequestId,
        number: usize,
        command: C,
    ) -> Result<Receipt<C::Outcome>, Failure> {
        let seconds = i64::try_from(number).unwrap_or_default();
        self.desk.request(request).at(self.opened + TimeDelta::seconds(seconds)).execute(command)
    }
}

/// What was answered, unless the answer was no: a run that goes on where another was stopped may find a session dropped.
fn unless_refused<T>(answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Failure::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Some sessions, evenly spread over the programme.
fn chosen(first: &ProgrammeFile) -> Vec<&Session> {
    let mut sessions: Vec<_> = first.taken_sessions().collect();
    sessions.sort_by_key(|session| (session.schedule.starts(), &session.room, session.id));
    let every = sessions.len().div_ceil(BOOKABLE).max(1);
    sessions.into_iter().step_by(every).collect()
}

impl Bookings {
    /// Counts what was answered, and gives the place in the conference.
    fn note(&mut self, desk: &Desk, parts: &[Part]) -> Option<RegistrationId> {
        let mut place = None;
        for part in parts {
            match part {
                Part::LeftOut => self.left_out += 1,
                Part::Registered(registered) => {
                    match registered {
                        Registered::Confirmed { .. } => self.confirmed += 1,
                        Registered::Waiting { .. } | Registered::Pending { .. } => self.waiting += 1,
                    }
                    let id = registered.registration();
                    let is_place = desk.registration(id).is_ok_and(|row| row.offering == CONFERENCE);
                    place = place.or(is_place.then_some(id));
                }
            }
        }
        place
    }
}

impl fmt::Display for Bookings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { people, sessions, confirmed, waiting, left_out, refused, given_back, promoted } = self;
        write!(
            f,
            "bookings: {} people asked for the conference and for {} sessions: {} confirmed, {} waiting, {} left out, \
             {} refused; {} given back, {} moved up",
            grouped(*people),
            grouped(*sessions),
            grouped(*confirmed),
            grouped(*waiting),
            grouped(*left_out),
            grouped(*refused),
            grouped(*given_back),
            grouped(*promoted)
        )
    }
}
