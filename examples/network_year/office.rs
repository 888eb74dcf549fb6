//! The office: it sends the year's commands to the desk, one after the other, and remembers what came of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, Utc};
use gather::{
    AddOffering, AddSession, Basket, CancelGathering, CancelRegistration, ChangeCapacity, ChangeMode,
    ChangeSession, Command, Credential, Desk, DropSession, Effects, Failure, GatheringId, Hold, JoinLink,
    Lifecycle, MoveSession, OpenBooking, OrganisationId, Part, PersonDetails, PersonId, PoolId, PublishName,
    PublishedName, RecordPerson, Reference, Refusal, Register, RegistrationId, RequestId, Reschedule,
    Schedule, Session, SessionId, SetProgramme, Silence, Transfer,
};

use crate::Outcome;
use crate::year::programme::{Activity, Talk};
use crate::year::{self, Booking, Do, Member, Organisation, Place, Registered, Step, Year};

mod rules;

/// The desk, and what the file's own numbers and names stand for there.
pub(crate) struct Office {
    pub(crate) desk: Desk,
    people: BTreeMap<u32, PersonId>,
    /// What the office vouches for: of which organisation somebody is, and whether they are from a council.
    credentials: BTreeMap<u32, Vec<Credential>>,
    gatherings: BTreeMap<String, GatheringId>,
    sessions: BTreeMap<String, SessionId>,
    /// By request and, in a basket, by part.
    registrations: BTreeMap<(RequestId, usize), RegistrationId>,
    pub(crate) news: Vec<News>,
    pub(crate) done_now: usize,
    pub(crate) answered_before: usize,
    /// Steps about what was archived before: the desk no longer remembers requests about it.
    pub(crate) archived: usize,
    /// What was due by itself between the steps.
    pub(crate) settled: usize,
    pub(crate) refused: Vec<(DateTime<Utc>, Refusal)>,
    pub(crate) files_written: usize,
    /// The gatherings that were archived before this run.
    put_away: BTreeSet<String>,
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
            credentials: BTreeMap::new(),
            gatherings: BTreeMap::new(),
            sessions: BTreeMap::new(),
            registrations: BTreeMap::new(),
            news: Vec::new(),
            done_now: 0,
            answered_before: 0,
            archived: 0,
            settled: 0,
            refused: Vec::new(),
            files_written: 0,
            put_away: BTreeSet::new(),
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
                self.refused.push((ask.time, refusal));
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
            self.credentials.insert(person, credentials(member)?);
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

    /// Looks which gatherings were archived before. A host knows their ids, having chosen them.
    pub(crate) fn look_what_is_put_away(&mut self, year: &Year) {
        for step in &year.steps {
            let Do::Announce(plan) = &step.r#do else { continue };
            let Some(id) = plan.id else { continue };
            if self.desk.gathering(id).is_ok_and(|it| it.lifecycle == Lifecycle::Archived) {
                self.gatherings.insert(plan.gathering.clone(), id);
                self.put_away.insert(plan.gathering.clone());
            }
        }
    }

    /// Lets happen what is due by itself until a time: a host does it when the next deadline comes.
    pub(crate) fn settle_until(&mut self, time: DateTime<Utc>) -> Outcome<()> {
        while let Some(due) = self.desk.next_deadline()?.filter(|due| *due <= time) {
            let receipts = self.desk.settle(due)?;
            if receipts.is_empty() {
                break;
            }
            self.settled += receipts.len();
        }
        Ok(())
    }

    /// Does the next step, after all that came due before it.
    pub(crate) fn take(&mut self, step: &Step) -> Outcome<()> {
        if step.file.as_ref().is_some_and(|gathering| self.put_away.contains(gathering)) {
            self.archived += 1;
            return Ok(());
        }
        self.settle_until(step.time)?;
        self.act(Ask { request: step.request, time: step.time }, &step.r#do)
    }

    fn act(&mut self, ask: Ask, what: &Do) -> Outcome<()> {
        match what {
            Do::Announce(plan) => {
                if let Some(id) = self.send(ask, plan.gathering()?)? {
                    self.gatherings.insert(plan.gathering.clone(), id);
                }
            }
            Do::OpenBooking { gathering } => {
                self.send(ask, OpenBooking::new(self.gathering(gathering)?))?;
            }
            Do::Reschedule { gathering, when, ask_until } => {
                self.send(ask, reschedule(self.gathering(gathering)?, when, *ask_until))?;
            }
            Do::ChangeCapacity { gathering, pool, places, keep_all } => {
                let change = ChangeCapacity::new(self.gathering(gathering)?, *places);
                let change = if *keep_all { change.keep_all() } else { change };
                self.send_noting(ask, change.pool(pool.unwrap_or(PoolId::ONLY)))?;
            }
            Do::ChangeMode { gathering, venue, join } => {
                self.change_mode(ask, gathering, venue.as_ref(), join.as_deref())?;
            }
            Do::CancelGathering { gathering } => {
                self.send(ask, CancelGathering::new(self.gathering(gathering)?))?;
            }
            Do::PublishName { person, name } => {
                self.send(ask, PublishName::of(self.person(*person)?, PublishedName::new(name)))?;
            }
            Do::SetProgramme { gathering, sessions } => self.set_programme(ask, gathering, sessions)?,
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
            Do::Hold { booking, until } => {
                if let Some(held) = self.send(ask, Hold::new(self.booking(booking)?, *until))? {
                    self.registrations.insert((ask.request, 1), held.registration);
                }
            }
            Do::Interest(interest) => self.take_interest(ask, interest)?,
            Do::Claim(claim) => self.take_claim(ask, claim)?,
            Do::After(after) => self.take_after(ask, after)?,
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

    fn change_mode(
        &mut self,
        ask: Ask,
        gathering: &str,
        venue: Option<&Place>,
        join: Option<&str>,
    ) -> Outcome<()> {
        let change = ChangeMode::new(self.gathering(gathering)?, year::mode(venue, join));
        let link = join.map(JoinLink::new);
        self.send(ask, link.into_iter().fold(change, ChangeMode::join_link))?;
        Ok(())
    }

    fn set_programme(&mut self, ask: Ask, gathering: &str, talks: &[Talk]) -> Outcome<()> {
        let sessions = talks.iter().map(|talk| self.session_of(talk));
        let sessions = sessions.collect::<Outcome<Vec<_>>>()?;
        let set = SetProgramme::new(self.gathering(gathering)?, sessions);
        let outcome = self.send(ask, set)?.unwrap_or_default();
        self.note(ask, &outcome.promoted, &outcome.ended);
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

    pub(crate) fn booking(&self, booking: &Booking) -> Outcome<Register> {
        let booker = self.person(booking.person)?;
        let mut register = Register::new(self.gathering(&booking.gathering)?, booker);
        for &guest in &booking.with {
            register = register.guest(self.person(guest)?);
        }
        if let Some(offering) = booking.offering {
            register = register.offering(offering);
        }
        if booking.vouch {
            let credentials = self.credentials.get(&booking.person).into_iter().flatten();
            register = credentials.cloned().fold(register, Register::credential);
        }
        if booking.uncounted {
            register = register.uncounted();
        }
        if booking.may_split {
            register = register.may_split();
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

    /// Everybody whom the office knows.
    pub(crate) fn people(&self) -> impl Iterator<Item = PersonId> {
        self.people.values().copied()
    }

    /// Every registration that the office has made.
    pub(crate) fn registrations(&self) -> impl Iterator<Item = RegistrationId> {
        self.registrations.values().copied()
    }

    /// Every gathering that the office has announced.
    pub(crate) fn gatherings(&self) -> impl Iterator<Item = GatheringId> {
        self.gatherings.values().copied()
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

    pub(crate) fn registration(&self, made: Registered) -> Outcome<RegistrationId> {
        let registration = self.registrations.get(&(made.registered, made.part)).copied();
        Ok(registration.ok_or("that request has registered nobody")?)
    }
}

impl Organisation {
    /// The number that the office's own table has, as an id.
    pub(crate) fn id(number: u32) -> OrganisationId {
        OrganisationId::from_u128(number.into())
    }
}

/// What the office vouches for when somebody books.
fn credentials(member: &Member) -> Outcome<Vec<Credential>> {
    let organisation = Credential::Organisation(Organisation::id(member.of));
    let council = Credential::Category(Reference::new("council")?);
    Ok(if member.role == "council officer" { vec![organisation, council] } else { vec![organisation] })
}

/// New dates; where there is a time until which to answer, everybody is asked, and the silent are released.
fn reschedule(gathering: GatheringId, when: &Schedule, ask_until: Option<DateTime<Utc>>) -> Reschedule {
    let change = Reschedule::new(gathering, when.clone());
    match ask_until {
        Some(until) => change.ask(until, Silence::Release),
        None => change,
    }
}
