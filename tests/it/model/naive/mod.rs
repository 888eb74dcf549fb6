//! The naive model: a list of what has happened, and every question answered by reading the whole list again.
//!
//! It shares no rule with the crate. It is slow on purpose: a count that is kept can be wrong.

use chrono::{DateTime, Utc};
use gather::testkit::{
    Answer, GatheringPlan, History, ModePlan, OfferingPlan, PartPlan, SessionPlan, TextsPlan, Told, What,
    When, Which, gathering_id, person_id, session_id,
};
use gather::{GatheringId, RegistrationId, RequestId};

mod bookings;
mod eligible;
mod gatherings;
mod lists;
mod programme;
mod recall;
mod recount;
mod times;

pub(super) use lists::{Attending, Booked, On, Slot, Taken, Waits};
use programme::SessionNow;
pub(super) use programme::programme_refused;
use recount::Standing;

/// A history as the model has lived through it so far.
pub(super) struct Naive<'h> {
    history: &'h History,
    past: Vec<Deed>,
    answered: Vec<Answered>,
}

/// Something that was done, and when.
struct Deed {
    time: DateTime<Utc>,
    what: Done,
}

/// A request that was answered: with which step's content, and what has been done since the one before.
struct Answered {
    request: RequestId,
    content: usize,
    deeds: std::ops::Range<usize>,
    told: Told,
}

#[derive(Clone, Debug)]
enum Done {
    PersonRecorded(u8),
    NamePublished(u8),
    Announced(GatheringId, GatheringPlan),
    OfferingAdded(GatheringId, u16, Offered, Vec<(u16, Option<u32>)>),
    Rescheduled(GatheringId, When),
    ModeChanged(GatheringId, ModePlan, Option<u8>),
    OpenedByHand(GatheringId, bool),
    CapacityChanged(GatheringId, u16, Option<u32>),
    CalledOff(GatheringId),
    SessionAdded(GatheringId, SessionPlan),
    SessionMoved(GatheringId, u8, When, u8),
    SessionRevised(GatheringId, u8, TextsPlan),
    SessionDropped(GatheringId, u8),
    Joined(Joined),
    Promoted(GatheringId, RegistrationId),
    Ended(GatheringId, RegistrationId, bool),
    Transferred(GatheringId, RegistrationId, u16, u8),
}

/// Something that can be booked: in the gathering as a whole, or in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Offered {
    plan: OfferingPlan,
    session: Option<u8>,
}

/// A party as it asked for places, and what it was told.
#[derive(Clone, Debug)]
struct Joined {
    gathering: GatheringId,
    registration: RegistrationId,
    offering: u16,
    booker: u8,
    guests: Vec<Option<u8>>,
    /// How many were ahead of it in line; `None` where it had its places at once.
    ahead: Option<u32>,
}

impl Joined {
    fn size(&self) -> u32 {
        1 + u32::try_from(self.guests.len()).unwrap()
    }

    fn people(&self) -> Vec<Option<u8>> {
        std::iter::once(Some(self.booker)).chain(self.guests.iter().copied()).collect()
    }

    fn named(&self) -> Vec<u8> {
        self.people().into_iter().flatten().collect()
    }
}

/// The code of a refusal; of a programme with the code for each session that was not taken.
pub(super) type No = String;

impl<'h> Naive<'h> {
    pub(super) fn new(history: &'h History) -> Self {
        Self { history, past: Vec::new(), answered: Vec::new() }
    }

    /// How many things have happened.
    pub(super) fn deeds(&self) -> usize {
        self.past.len()
    }

    /// Lives through a step; those before it have been lived through.
    pub(super) fn answer(&mut self, nth: usize) -> Result<Answer, No> {
        let (request, content) = (self.history.request(nth), self.history.original(nth));
        if let Some(answered) = self.answered.iter().find(|answered| answered.request == request) {
            let told = self.recall(answered, content).ok_or("request_reused")?;
            return Ok(Answer { told, repeated: true });
        }
        let before = self.past.len();
        let told = self.decide(content, request, self.history.time(nth));
        if told.is_err() {
            self.past.truncate(before);
        }
        let told = told?;
        if self.past.len() > before {
            let deeds = before..self.past.len();
            self.answered.push(Answered { request, content, deeds, told: told.clone() });
        }
        Ok(Answer { told, repeated: false })
    }

    fn decide(&mut self, step: usize, request: RequestId, given: DateTime<Utc>) -> Result<Told, No> {
        match &self.history.steps[step].what {
            What::RecordPerson(person) => {
                self.done(given, Done::PersonRecorded(*person));
                Ok(Told::Recorded(person_id(*person)))
            }
            What::PublishName(person) => {
                self.done(given, Done::NamePublished(*person));
                Ok(Told::Published(person_id(*person)))
            }
            What::Register { gathering, offering, booker, guests } => {
                let guests = guests.clone();
                let part = PartPlan { gathering: *gathering, offering: *offering, booker: *booker, guests };
                self.register(self.party(&part, step, request, 0), given)
            }
            What::Basket { parts, best_effort } => {
                let parties = (0..).zip(parts).map(|(nth, part)| self.party(part, step, request, nth));
                let parties = parties.collect();
                self.basket(parties, *best_effort, given)
            }
            What::CancelRegistration { registration, by_organiser } => {
                self.cancel_registration(self.history.registration(*registration, step), *by_organiser, given)
            }
            What::Transfer { registration, place, to } => {
                self.transfer(self.history.registration(*registration, step), *place, *to, given)
            }
            What::SendAgain(_) | What::SendOther { .. } => {
                unreachable!("the history says which step is meant")
            }
            other => self.decide_on_a_gathering(other, step, given),
        }
    }

    fn decide_on_a_gathering(&mut self, what: &What, step: usize, given: DateTime<Utc>) -> Result<Told, No> {
        let history = self.history;
        let of = |which: &Which| history.gathering(*which, step);
        match what {
            What::Announce(plan) => self.announce(gathering_id(history.announced_before(step)), plan, given),
            What::AddOffering { gathering, number, pools, .. } => {
                let offered = self.offered(what, step);
                self.add_offering(of(gathering), *number, &offered, pools, given)
            }
            What::ChangeCapacity { gathering, pool, capacity } => {
                let pool = history.pool(*pool, *gathering, step);
                self.change_capacity(of(gathering), pool, *capacity, given)
            }
            What::Reschedule { gathering, when, with_programme } => {
                self.reschedule(of(gathering), *when, *with_programme, given)
            }
            What::ChangeMode { gathering, mode, link } => {
                self.change_mode(of(gathering), *mode, *link, given)
            }
            What::OpenBooking(gathering) => self.by_hand(of(gathering), true, given),
            What::CloseBooking(gathering) => self.by_hand(of(gathering), false, given),
            What::CancelGathering(gathering) => self.call_off(of(gathering), given),
            What::AddSession { gathering, session } => self.add_session(of(gathering), session, given),
            What::MoveSession { gathering, session, when, room } => {
                let session = history.session(*session, *gathering, step);
                self.move_session(of(gathering), session, *when, *room, given)
            }
            What::ChangeSession { gathering, session } => self.change_session(of(gathering), session, given),
            What::DropSession { gathering, session } => {
                self.drop_session(of(gathering), history.session(*session, *gathering, step), given)
            }
            What::SetProgramme { gathering, sessions, again, leave } => {
                let sessions = history.programme(sessions, again, *gathering, step);
                self.set_programme(of(gathering), &sessions, leave, given)
            }
            other => unreachable!("no question about a gathering: {other:?}"),
        }
    }

    /// What a step adds to what can be booked.
    fn offered(&self, what: &What, step: usize) -> Offered {
        let What::AddOffering { gathering, offering, requires, session, .. } = what else {
            unreachable!("only this adds something")
        };
        let plan = self.history.added(offering, *requires, *gathering, step);
        let session = session.map(|session| self.history.session(session, *gathering, step));
        Offered { plan, session }
    }

    /// What one part asks for, as the party that it would be.
    fn party(&self, part: &PartPlan, step: usize, request: RequestId, nth: u32) -> Joined {
        Joined {
            gathering: self.history.gathering(part.gathering, step),
            registration: RegistrationId::from_uuid(request.derive(nth)),
            offering: self.history.offering(part.offering, part.gathering, step),
            booker: part.booker,
            guests: part.guests.clone(),
            ahead: None,
        }
    }

    fn done(&mut self, time: DateTime<Utc>, what: Done) {
        self.past.push(Deed { time, what });
    }
}

fn refuse_if(so: bool, code: &str) -> Result<(), No> {
    if so { Err(code.to_owned()) } else { Ok(()) }
}

impl Done {
    fn gathering(&self) -> Option<GatheringId> {
        match self {
            Self::PersonRecorded(_) | Self::NamePublished(_) => None,
            Self::Announced(gathering, _)
            | Self::OfferingAdded(gathering, ..)
            | Self::Rescheduled(gathering, _)
            | Self::ModeChanged(gathering, ..)
            | Self::OpenedByHand(gathering, _)
            | Self::CapacityChanged(gathering, ..)
            | Self::CalledOff(gathering)
            | Self::SessionAdded(gathering, _)
            | Self::SessionMoved(gathering, ..)
            | Self::SessionRevised(gathering, ..)
            | Self::SessionDropped(gathering, _)
            | Self::Promoted(gathering, _)
            | Self::Transferred(gathering, ..)
            | Self::Ended(gathering, ..) => Some(*gathering),
            Self::Joined(joined) => Some(joined.gathering),
        }
    }

    /// The session that it is about.
    fn session(&self) -> Option<u8> {
        match self {
            Self::SessionAdded(_, plan) => Some(plan.session),
            Self::SessionMoved(_, session, ..)
            | Self::SessionRevised(_, session, _)
            | Self::SessionDropped(_, session) => Some(*session),
            _ => None,
        }
    }
}
