//! The office: it sends the year's commands to the desk, one after the other, and remembers what came of them.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use gather::{
    AddOffering, AddSession, Basket, CancelGathering, CancelRegistration, ChangeCapacity, ChangeMode,
    ChangeSession, Command, Desk, DropSession, Effects, Failure, GatheringId, JoinLink, MoveSession,
    OpenBooking, Part, PersonDetails, PersonId, PoolId, PublishName, PublishedName, RecordPerson, Register,
    RegistrationId, RequestId, Reschedule, Session, SessionId, SetProgramme, Transfer,
};

use crate::Outcome;
use crate::year::programme::{Activity, Talk};
use crate::year::{self, Booking, Do, Member, Registered, Step, Year};

/// The desk, and what the file's own numbers and names stand for there.
pub(crate) struct Office {
    pub(crate) desk: Desk,
    people: BTreeMap<u32, PersonId>,
    gatherings: BTreeMap<String, GatheringId>,
    sessions: BTreeMap<String, SessionId>,
    /// By request and, in a basket, by part.
    registrations: BTreeMap<(RequestId, usize), RegistrationId>,
    pub(crate) news: Vec<News>,
    pub(crate) done_now: usize,
    pub(crate) answered_before: usize,
    pub(crate) refused: Vec<String>,
    pub(crate) files_written: usize,
}

/// What became of somebody's registration through what others asked for: they want to be told.
pub(crate) struct News {
    pub(crate) time: DateTime<Utc>,
    pub(crate) registration: RegistrationId,
    pub(crate) has_ended: bool,
}

/// The id and the time of a request.
#[derive(Clone, Copy)]
struct Ask {
    request: RequestId,
    time: DateTime<Utc>,
}

impl Office {
    /// The year is over when it is read, so the desk's clock stands at the file's "today".
    pub(crate) fn open(out: &Path, today: DateTime<Utc>) -> Outcome<Self> {
        let desk = Desk::builder().clock(move || today).open(out);
        Ok(Self {
            desk: desk.map_err(|error| format!("cannot open {}: {error}", out.display()))?,
            people: BTreeMap::new(),
            gatherings: BTreeMap::new(),
            sessions: BTreeMap::new(),
            registrations: BTreeMap::new(),
            news: Vec::new(),
            done_now: 0,
            answered_before: 0,
            refused: Vec::new(),
            files_written: 0,
        })
    }

    /// Sends one command. `None` is a refusal: an answer like any other, so the year goes on.
    fn send<C: Command>(&mut self, ask: Ask, command: C) -> Result<Option<C::Outcome>, Failure> {
        match self.desk.request(ask.request).at(ask.time).execute(command) {
            Ok(receipt) => {
                let count = if receipt.repeated { &mut self.answered_before } else { &mut self.done_now };
                *count += 1;
                Ok(Some(receipt.outcome))
            }
            Err(Failure::Refused(refusal)) => {
                self.refused.push(format!("{}: {refusal}", ask.time.format("%Y-%m-%d %H:%M")));
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Sends a command that can give places to others or end theirs, and notes whose.
    fn send_noting(&mut self, ask: Ask, command: impl Command<Outcome = Effects>) -> Result<(), Failure> {
        let outcome = self.send(ask, command)?.unwrap_or_default();
        self.note(ask, &outcome.promoted, &outcome.ended);
        Ok(())
    }

    pub(crate) fn record(&mut self, year: &Year) -> Outcome<()> {
        for member in &year.people {
            let Member { person, of, request, .. } = *member;
            let home = year.organisations.iter().find(|organisation| organisation.no == of);
            let home = home.ok_or_else(|| format!("person {person}: there is no organisation {of}"))?;
            let details = PersonDetails::new(&member.name)
                .email(&member.email)
                .role(&member.role)
                .organisation(&home.name)
                .region(&home.region);
            let ask = Ask { request, time: year.recorded };
            if let Some(id) = self.send(ask, RecordPerson::new(details))? {
                self.people.insert(person, id);
            }
        }
        Ok(())
    }

    pub(crate) fn take(&mut self, step: &Step) -> Outcome<()> {
        let ask = Ask { request: step.request, time: step.time };
        match &step.r#do {
            Do::Announce(plan) => {
                if let Some(id) = self.send(ask, plan.gathering()?)? {
                    self.gatherings.insert(plan.gathering.clone(), id);
                }
            }
            Do::OpenBooking { gathering } => {
                self.send(ask, OpenBooking::new(self.gathering(gathering)?))?;
            }
            Do::Reschedule { gathering, when } => {
                self.send(ask, Reschedule::new(self.gathering(gathering)?, when.clone()))?;
            }
            Do::ChangeCapacity { gathering, pool, places } => {
                let change = ChangeCapacity::new(self.gathering(gathering)?, *places);
                self.send_noting(ask, change.pool(pool.unwrap_or(PoolId::ONLY)))?;
            }
            Do::ChangeMode { gathering, venue, join } => {
                let mode = year::mode(venue.as_ref(), join.as_deref());
                let change = ChangeMode::new(self.gathering(gathering)?, mode);
                let link = join.as_ref().map(JoinLink::new);
                self.send(ask, link.into_iter().fold(change, ChangeMode::join_link))?;
            }
            Do::CancelGathering { gathering } => {
                self.send(ask, CancelGathering::new(self.gathering(gathering)?))?;
            }
            Do::PublishName { person, name } => {
                self.send(ask, PublishName::of(self.person(*person)?, PublishedName::new(name)))?;
            }
            Do::SetProgramme { gathering, sessions } => {
                let sessions = sessions.iter().map(|talk| self.session_of(talk));
                let sessions = sessions.collect::<Outcome<Vec<_>>>()?;
                let set = SetProgramme::new(self.gathering(gathering)?, sessions);
                let outcome = self.send(ask, set)?.unwrap_or_default();
                self.note(ask, &outcome.promoted, &outcome.ended);
            }
            Do::AddSession { gathering, session } => {
                let session = self.session_of(session)?;
                self.send(ask, AddSession::new(self.gathering(gathering)?, session))?;
            }
            Do::ChangeSession { gathering, session } => {
                let session = self.session_of(session)?;
                self.send(ask, ChangeSession::new(self.gathering(gathering)?, session))?;
            }
            Do::MoveSession { gathering, session, room } => {
                let change = MoveSession::new(self.gathering(gathering)?, self.session(session)?);
                self.send(ask, change.room(room))?;
            }
            Do::DropSession { gathering, session } => {
                self.send_noting(ask, DropSession::new(self.gathering(gathering)?, self.session(session)?))?;
            }
            Do::AddOffering(activity) => self.add_offering(ask, activity)?,
            Do::Register(booking) => {
                if let Some(outcome) = self.send(ask, self.booking(booking)?)? {
                    self.registrations.insert((ask.request, 1), outcome.registration());
                }
            }
            Do::Basket { parts, best_effort } => self.take_basket(ask, parts, *best_effort)?,
            Do::Cancel(registered) => {
                self.send_noting(ask, CancelRegistration::new(self.registration(*registered)?))?;
            }
            Do::Transfer { place, to } => {
                self.send(ask, Transfer::new(self.registration(*place)?, self.person(*to)?))?;
            }
        }
        Ok(())
    }

    fn add_offering(&mut self, ask: Ask, activity: &Activity) -> Outcome<()> {
        let Activity { gathering, session, choice, limit } = activity;
        let offering = choice.offering().for_session(self.session(session)?);
        self.send(ask, AddOffering::new(self.gathering(gathering)?, offering).pool(limit.pool()))?;
        Ok(())
    }

    fn take_basket(&mut self, ask: Ask, bookings: &[Booking], best_effort: bool) -> Outcome<()> {
        let parts = bookings.iter().map(|booking| self.booking(booking)).collect::<Outcome<Vec<_>>>()?;
        let basket = parts.into_iter().fold(Basket::new(), Basket::part);
        let basket = if best_effort { basket.best_effort() } else { basket };
        for (number, part) in (1..).zip(self.send(ask, basket)?.unwrap_or_default()) {
            // What was left out has no registration: a step that speaks of it is a mistake in the file.
            if let Part::Registered(registered) = part {
                self.registrations.insert((ask.request, number), registered.registration());
            }
        }
        Ok(())
    }

    fn note(&mut self, ask: Ask, promoted: &[RegistrationId], ended: &[RegistrationId]) {
        let news = |has_ended| {
            move |registration: &RegistrationId| News {
                time: ask.time,
                registration: *registration,
                has_ended,
            }
        };
        self.news.extend(ended.iter().map(news(true)));
        self.news.extend(promoted.iter().map(news(false)));
    }

    fn booking(&self, booking: &Booking) -> Outcome<Register> {
        let booker = self.person(booking.person)?;
        let mut register = Register::new(self.gathering(&booking.gathering)?, booker);
        for &guest in &booking.with {
            register = register.guest(self.person(guest)?);
        }
        if let Some(offering) = booking.offering {
            register = register.offering(offering);
        }
        Ok(register.unnamed_guests(booking.unnamed_guests))
    }

    /// The session that the file speaks of; from now on its short name is known.
    fn session_of(&mut self, talk: &Talk) -> Outcome<Session> {
        let speakers = talk.speakers.iter().map(|&number| self.person(number));
        let speakers = speakers.collect::<Outcome<Vec<_>>>()?;
        self.sessions.insert(talk.session.clone(), talk.id);
        Ok(talk.session(speakers))
    }

    pub(crate) fn person(&self, number: u32) -> Outcome<PersonId> {
        let person = self.people.get(&number).copied();
        Ok(person.ok_or_else(|| format!("there is no person {number}"))?)
    }

    pub(crate) fn gathering(&self, name: &str) -> Outcome<GatheringId> {
        let gathering = self.gatherings.get(name).copied();
        Ok(gathering.ok_or_else(|| format!("no gathering `{name}` has been announced"))?)
    }

    fn session(&self, name: &str) -> Outcome<SessionId> {
        let session = self.sessions.get(name).copied();
        Ok(session.ok_or_else(|| format!("no programme has had a session `{name}`"))?)
    }

    fn registration(&self, made: Registered) -> Outcome<RegistrationId> {
        let registration = self.registrations.get(&(made.registered, made.part)).copied();
        Ok(registration.ok_or("that request has registered nobody")?)
    }
}
