//! A decision in the making: a view of the state that notes what is read, and the facts recorded so far.
//!
//! A command that acts on a gathering asks for it by [`acting_on`](Decision::acting_on) or
//! [`live_registration`](Decision::live_registration): what is due there is written first, so that nobody counts a hold
//! whose time is up.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::cells::{
    Cells, Due, Forgotten, GatheringCell, Phase, Place, Plan, PoolCell, RegistrationCell, ScanCell,
    SessionCell, Turn,
};
use super::fold::fold;
use super::overlay::Overlay;
use super::refusal::{Refusal, SessionFault};
use super::state::State;
use super::{Context, due};
use crate::fact::{BookingState, ByHand, Fact, Offering, Presence, Scan, SetAside};
use crate::id::{
    GatheringId, OfferingId, OrganisationId, PersonId, PoolId, RegistrationId, RequestId, ScanId, SessionId,
    SetAsideId,
};
use crate::record::{Position, Scope, Tag};

/// Ids of registrations that nobody asked for by themselves are derived from here on.
const SPARE_IDS_BEGIN: u32 = 1_000_000;

/// A view of the state with this decision's own facts laid over it.
///
/// [`look_at`](Self::look_at), [`registration`](Self::registration), [`engagements`](Self::engagements),
/// [`home_of`](Self::home_of), [`has_calendar_token`](Self::has_calendar_token) and [`knows`](Self::knows) are the only doors to the state (others go through these), and
/// each notes what it was asked for, absent things too. What was noted is the scope of the guard: nobody can read something and forget to
/// guard it.
#[derive(Clone, Debug)]
pub(crate) struct Decision<'s> {
    /// The cells with all facts laid over them, once somebody has looked at them.
    laid: OnceCell<Overlay<'s>>,
    /// The same without the last fact, until then. After the last fact of a decision nobody looks, as a rule.
    before: RefCell<Option<Overlay<'s>>>,
    /// Where and when the last fact was recorded.
    last: (Position, DateTime<Utc>),
    state: &'s State,
    noted: RefCell<Vec<Tag>>,
    facts: Vec<Fact>,
    /// How many of the facts are of commands before this one.
    begun: usize,
    time: DateTime<Utc>,
    request: RequestId,
    unsettled: Option<GatheringId>,
}

/// What a decision came to.
#[derive(Debug)]
pub(crate) struct Decided {
    /// What has happened; nothing when the decision changed nothing.
    pub(crate) facts: Vec<Fact>,
    /// What was read.
    pub(crate) scope: Scope,
    /// When it was decided.
    pub(crate) time: DateTime<Utc>,
}

/// A gathering as one decision found it, with its id.
#[derive(Clone, Debug)]
pub(crate) struct Gathering {
    pub(crate) id: GatheringId,
    pub(crate) cell: GatheringCell,
}

impl<'s> Decision<'s> {
    /// Begins a decision at a time. It ends up later than asked for when a gathering that it acts on has facts from
    /// later: a clock that goes back changes nothing.
    pub(crate) fn new(state: &'s State, context: &Context) -> Self {
        Self {
            laid: OnceCell::new(),
            before: RefCell::default(),
            last: (state.head(), context.time),
            state,
            noted: RefCell::default(),
            facts: Vec::new(),
            begun: 0,
            time: context.time,
            request: context.request,
            unsettled: None,
        }
    }

    /// Notes that more is due on a gathering than this decision has written.
    pub(crate) fn leave_unsettled(&mut self, gathering: GatheringId) {
        self.unsettled = Some(gathering);
    }

    /// A gathering on which more is due than this decision has written.
    pub(crate) fn unsettled(&self) -> Option<GatheringId> {
        self.unsettled
    }

    /// Goes on with the next of several commands that are tried one after the other.
    pub(crate) fn go_on(&mut self, context: &Context) {
        self.begun = self.facts.len();
        self.time = context.time;
        self.request = context.request;
        self.unsettled = None;
    }

    /// The time of this decision: ask after reading what it acts on.
    pub(crate) fn time(&self) -> DateTime<Utc> {
        self.time
    }

    /// A new registration that this decision makes besides those that were asked for.
    pub(crate) fn spare_registration(&self) -> RegistrationId {
        let nth = u32::try_from(self.facts().len()).unwrap_or(u32::MAX).saturating_add(SPARE_IDS_BEGIN);
        RegistrationId::from_uuid(self.request.derive(nth))
    }

    /// A gathering that must be there, for a command that will act on it. A command that acts on several reads all of
    /// them so before it acts on any: its time depends on it.
    pub(crate) fn gathering(&mut self, id: GatheringId) -> Result<Gathering, Refusal> {
        let gathering = self.look_at(id)?;
        self.time = self.time.max(gathering.cell.touched);
        Ok(gathering)
    }

    /// A gathering that must be there, with all that is due on it written.
    pub(crate) fn acting_on(&mut self, id: GatheringId) -> Result<Gathering, Refusal> {
        let gathering = self.gathering(id)?;
        let before = self.facts.len();
        due::settle(self, &gathering);
        if self.facts.len() == before { Ok(gathering) } else { self.look_at(id) }
    }

    /// A gathering that must be there, to be looked at only. What others have elsewhere does not date a decision.
    pub(crate) fn look_at(&self, id: GatheringId) -> Result<Gathering, Refusal> {
        self.note(Tag::Gathering(id));
        let cell = self.cells().gathering(id).cloned().ok_or(Refusal::UnknownGathering { gathering: id })?;
        Ok(Gathering { id, cell })
    }

    /// A registration that must be there, as it is now.
    pub(crate) fn registration(&self, id: RegistrationId) -> Result<RegistrationCell, Refusal> {
        self.note(Tag::Registration(id));
        self.cells().registration(id).cloned().ok_or(Refusal::UnknownRegistration { registration: id })
    }

    /// The id of a new registration, if nothing has it yet.
    pub(crate) fn unused(&self, id: RegistrationId) -> Result<RegistrationId, Refusal> {
        match self.registration(id) {
            Ok(_) => Err(Refusal::RegistrationExists { registration: id }),
            Err(_) => Ok(id),
        }
    }

    /// A registration that must be there, with its gathering, on which all that is due has been written.
    pub(crate) fn acting_on_registration(
        &mut self,
        id: RegistrationId,
    ) -> Result<(RegistrationCell, Gathering), Refusal> {
        let gathering = self.registration(id)?.gathering;
        let gathering = self.acting_on(gathering)?;
        Ok((self.registration(id)?, gathering))
    }

    /// A registration that can still be changed, with its gathering. Refuses, in this order, one that is not there,
    /// a gathering that is called off, completed or archived, a registration that has ended, and a gathering or a
    /// session that is over.
    pub(crate) fn live_registration(
        &mut self,
        id: RegistrationId,
    ) -> Result<(RegistrationCell, Gathering), Refusal> {
        let (cell, gathering) = self.acting_on_registration(id)?;
        gathering.must_stand()?;
        if cell.claim.is_ended() {
            return Err(Refusal::RegistrationEnded { registration: id });
        }
        gathering.must_not_be_over(self.time)?;
        if let Some(offering) = gathering.cell.plan.offering(cell.offering) {
            self.session_must_not_be_over(&gathering, offering)?;
        }
        Ok((cell, gathering))
    }

    /// A session of a gathering that has been read. One that was dropped is still there.
    pub(crate) fn session(&self, gathering: &Gathering, id: SessionId) -> Result<SessionCell, Refusal> {
        let known = self.cells().session(gathering.id, id).cloned();
        // Whatever happens to a session bears its gathering's tag; only one that is not there is worth a note.
        known.ok_or_else(|| {
            self.note(Tag::Session(id));
            SessionFault::Unknown.of(id).into()
        })
    }

    /// A session of a gathering that has been read, unless it was dropped.
    pub(crate) fn live_session(&self, gathering: &Gathering, id: SessionId) -> Result<SessionCell, Refusal> {
        let session = self.session(gathering, id)?;
        if session.dropped { Err(SessionFault::Dropped.of(id).into()) } else { Ok(session) }
    }

    /// Every session of a gathering that has been read, in the order of their ids, the dropped ones too.
    pub(crate) fn sessions(&self, gathering: &Gathering) -> Vec<SessionId> {
        self.cells().sessions(gathering.id)
    }

    /// The gathering that has a session, if there is one.
    pub(crate) fn home_of(&self, session: SessionId) -> Option<GatheringId> {
        self.note(Tag::Session(session));
        self.cells().home_of(session)
    }

    /// The registrations that take a person's time at the time of this decision, each with its gathering, in order of
    /// joining.
    pub(crate) fn engagements(
        &self,
        person: PersonId,
    ) -> Result<Vec<(RegistrationId, RegistrationCell, Gathering)>, Refusal> {
        self.note(Tag::Person(person));
        let mut theirs = Vec::new();
        for &id in self.cells().engagements(person) {
            let Some(cell) = self.cells().registration(id).cloned() else { continue };
            let gathering = self.look_at(cell.gathering)?;
            if gathering.must_stand().is_ok() && cell.claim.is_live_at(self.time) {
                theirs.push((id, cell, gathering));
            }
        }
        Ok(theirs)
    }

    /// The live registrations for an offering of a gathering that has been read, in order of joining.
    pub(crate) fn holders_of(&self, gathering: &Gathering, offering: OfferingId) -> Vec<RegistrationId> {
        let mut held: Vec<_> = self.cells().holders_of(gathering.id, offering);
        held.sort_unstable();
        held.dedup();
        held.sort_by_key(|id| self.cells().registration(*id).map(|cell| cell.joined));
        held
    }

    /// A registration of a gathering that has been read.
    pub(crate) fn registration_on(&self, _: &Gathering, id: RegistrationId) -> Option<&RegistrationCell> {
        self.cells().registration(id)
    }

    /// Whether the log has ever heard of somebody. It may look at every registration.
    pub(crate) fn knows(&self, person: PersonId) -> bool {
        self.note(Tag::Person(person));
        self.cells().knows_person(person) || self.cells().is_on_a_registration(person)
    }

    /// Since when somebody is forgotten, if they are.
    pub(crate) fn forgotten(&self, person: PersonId) -> Option<Forgotten> {
        self.note(Tag::Person(person));
        self.cells().forgotten(person)
    }

    /// Refuses to record anything of somebody who was forgotten.
    pub(crate) fn must_not_be_forgotten(&self, person: PersonId) -> Result<(), Refusal> {
        match self.forgotten(person) {
            Some(Forgotten { at, .. }) => Err(Refusal::Forgotten { person, at }),
            None => Ok(()),
        }
    }

    /// What somebody holds live registrations for, on whatever gathering, in order.
    pub(crate) fn held_by(&self, person: PersonId) -> Vec<(GatheringId, RegistrationId)> {
        self.note(Tag::Person(person));
        let held = self.cells().held_by(person);
        held.into_iter().filter_map(|key| Some((key.0, self.cells().holder(key)?))).collect()
    }

    /// Whether a person's own calendar has a secret address.
    pub(crate) fn has_calendar_token(&self, person: PersonId) -> bool {
        self.note(Tag::Person(person));
        self.cells().has_calendar_token(person)
    }

    /// A pool of a gathering that has been read.
    pub(crate) fn pool(&self, gathering: &Gathering, pool: PoolId) -> Option<PoolCell> {
        self.cells().pool(gathering.id, pool)
    }

    /// The live registration that somebody holds for an offering of a gathering that has been read.
    pub(crate) fn holder(
        &self,
        gathering: &Gathering,
        offering: OfferingId,
        person: PersonId,
    ) -> Option<RegistrationId> {
        self.cells().holder((gathering.id, offering, person))
    }

    /// How many registrations wait for an offering of a gathering that has been read.
    pub(crate) fn waiting(&self, gathering: &Gathering, offering: OfferingId) -> u32 {
        self.cells().waiting(gathering.id, offering)
    }

    /// Whether anybody waits on a gathering that has been read, as of now: this decision may have put somebody in line.
    pub(crate) fn has_a_line(&self, gathering: &Gathering) -> bool {
        self.cells().gathering(gathering.id).is_some_and(|cell| cell.in_line > 0)
    }

    /// The first in the line for an offering after a turn, or the first of all.
    pub(crate) fn next_waiting(
        &self,
        gathering: &Gathering,
        offering: OfferingId,
        after: Option<Turn>,
    ) -> Option<Turn> {
        self.cells().next_waiting(gathering.id, offering, after)
    }

    /// How many wait for an offering whose turn comes before another.
    pub(crate) fn waiting_before(&self, gathering: &Gathering, offering: OfferingId, class: u16) -> u32 {
        let last = u16::try_from(gathering.cell.plan.priorities.len()).unwrap_or(u16::MAX);
        if class >= last {
            return self.waiting(gathering, offering);
        }
        let mut count = 0_u32;
        let mut turn = self.next_waiting(gathering, offering, None);
        while let Some(next) = turn.filter(|turn| turn.class <= class) {
            count = count.saturating_add(1);
            turn = self.next_waiting(gathering, offering, Some(next));
        }
        count
    }

    /// The first registration of a gathering that ends by itself, after one or of all.
    pub(crate) fn next_due(&self, gathering: &Gathering, after: Option<Due>) -> Option<Due> {
        self.cells().next_due(gathering.id, after)
    }

    /// How many places of a set-aside have been drawn.
    pub(crate) fn drawn(&self, gathering: &Gathering, set_aside: SetAsideId) -> u32 {
        self.cells().drawn(gathering.id, set_aside)
    }

    /// Whether what is left of a set-aside goes to everybody by now.
    pub(crate) fn is_released(&self, gathering: &Gathering, set_aside: &SetAside) -> bool {
        let starts = gathering.cell.schedule.starts();
        let release = set_aside.release.and_then(|release| release.resolve(starts));
        release.is_some_and(|release| self.time >= release)
    }

    /// How many places of a set-aside are still kept.
    pub(crate) fn open(&self, gathering: &Gathering, set_aside: &SetAside) -> u32 {
        if self.is_released(gathering, set_aside) {
            return 0;
        }
        set_aside.places.saturating_sub(self.drawn(gathering, set_aside.id))
    }

    /// How many people of an organisation have places.
    pub(crate) fn people_of(&self, gathering: &Gathering, organisation: OrganisationId) -> u32 {
        self.cells().people_of(gathering.id, organisation)
    }

    /// Whether anything was recorded of a place of a registration, or it was scanned and that counts.
    pub(crate) fn was_seen(&self, gathering: &Gathering, place: Place) -> bool {
        self.cells().seen(gathering.id, place).is_some() || !self.counted_scans(gathering, place).is_empty()
    }

    /// Refuses where somebody was seen on any of some places of a registration.
    pub(crate) fn must_be_unseen(
        &self,
        gathering: &Gathering,
        registration: RegistrationId,
        mut places: impl Iterator<Item = u16>,
    ) -> Result<(), Refusal> {
        let found = places.find(|place| self.was_seen(gathering, (registration, *place)));
        found.map_or(Ok(()), |place| Err(Refusal::PresenceRecorded { registration, place }))
    }

    /// Refuses where somebody came on any of some places of a registration: was scanned, and that counts, or was last said to
    /// have come. Whoever was excused may still hand over.
    pub(crate) fn must_not_have_come(
        &self,
        gathering: &Gathering,
        registration: RegistrationId,
        mut places: impl Iterator<Item = u16>,
    ) -> Result<(), Refusal> {
        let found = places.find(|place| self.has_come(gathering, (registration, *place)));
        found.map_or(Ok(()), |place| Err(Refusal::PresenceRecorded { registration, place }))
    }

    fn has_come(&self, gathering: &Gathering, place: Place) -> bool {
        let said = self.cells().seen(gathering.id, place).map(|(_, presence)| presence);
        said.is_some_and(Presence::is_of_whoever_came) || !self.counted_scans(gathering, place).is_empty()
    }

    /// A scan at a gathering that has been read, or that it was taken back.
    pub(crate) fn scan(&self, gathering: &Gathering, id: ScanId) -> Option<&ScanCell> {
        self.cells().scan(gathering.id, id)
    }

    /// The scans of a place that count, in the order in which they were seen.
    pub(crate) fn counted_scans(&self, gathering: &Gathering, place: Place) -> Vec<Scan> {
        let ids = self.cells().scans_of(gathering.id, place).into_iter();
        let cells = ids.filter_map(|id| self.cells().scan(gathering.id, id));
        let mut scans: Vec<Scan> = cells.filter_map(ScanCell::counted).copied().collect();
        scans.sort_unstable_by_key(|scan| (scan.seen_at, scan.id));
        scans
    }

    /// Refuses when an offering is for a session that was dropped.
    pub(crate) fn session_must_stand(
        &self,
        gathering: &Gathering,
        offering: &Offering,
    ) -> Result<(), Refusal> {
        offering.session.map_or(Ok(()), |session| self.live_session(gathering, session).map(|_| ()))
    }

    /// Refuses when an offering is for a session that has ended by now.
    pub(crate) fn session_must_not_be_over(
        &self,
        gathering: &Gathering,
        offering: &Offering,
    ) -> Result<(), Refusal> {
        let Some(session) = offering.session else { return Ok(()) };
        match self.session(gathering, session)?.schedule.ends() {
            Some(ended) if self.time >= ended => Err(Refusal::SessionOver { session, ended }),
            _ => Ok(()),
        }
    }

    /// When what an offering is a place in begins: its session, or the gathering.
    pub(crate) fn starts(&self, gathering: &Gathering, offering: &Offering) -> Option<DateTime<Utc>> {
        match offering.session {
            Some(session) => self.session(gathering, session).ok()?.schedule.starts(),
            None => gathering.cell.schedule.starts(),
        }
    }

    /// Records that something has happened; from here on this decision sees its effect.
    pub(crate) fn record(&mut self, fact: Fact) {
        // One fact at most is ever still to be laid over them.
        self.cells();
        *self.before.get_mut() = self.laid.take();
        self.last = (self.state.head().plus(self.facts.len()).next(), self.time);
        if self.facts.is_empty() {
            // Most decisions record one, which is handed on with its room.
            self.facts.reserve_exact(1);
        }
        self.facts.push(fact);
    }

    /// The cells with all that was recorded.
    fn cells(&self) -> &Overlay<'s> {
        self.laid.get_or_init(|| {
            let before = self.before.borrow_mut().take();
            debug_assert_eq!(
                before.is_some(),
                !self.facts.is_empty(),
                "nothing but the last fact is missing"
            );
            let mut cells = before.unwrap_or_else(|| Overlay::new(self.state));
            let (position, time) = self.last;
            if let Some(last) = self.facts.last() {
                fold(&mut cells, position, time, last);
            }
            cells
        })
    }

    /// The facts recorded so far, of this command alone.
    pub(crate) fn facts(&self) -> &[Fact] {
        self.facts.get(self.begun..).unwrap_or_default()
    }

    /// The facts recorded so far, of all commands that are tried one after the other.
    pub(crate) fn all_facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Ends the decision.
    pub(crate) fn finish(self) -> Decided {
        Decided { facts: self.facts, scope: Scope::of(self.noted.into_inner()), time: self.time }
    }

    fn note(&self, tag: Tag) {
        let mut noted = self.noted.borrow_mut();
        // More than a scope can list is everything, so there is no need to keep the rest.
        if noted.len() <= Scope::LIMIT && !noted.contains(&tag) {
            noted.push(tag);
        }
    }
}

impl Gathering {
    /// Refuses answers where those of the gathering are kept no more: there is no key for them.
    pub(crate) fn must_keep_answers(&self, has_some: bool) -> Result<(), Refusal> {
        if has_some && self.cell.answers.expired {
            return Err(Refusal::AnswersExpired { gathering: self.id });
        }
        Ok(())
    }

    /// Refuses needs where those at the gathering are kept no more.
    pub(crate) fn must_keep_needs(&self, has_some: bool) -> Result<(), Refusal> {
        if has_some && self.cell.needs.expired {
            return Err(Refusal::NeedsExpired { gathering: self.id });
        }
        Ok(())
    }

    /// Refuses when the gathering was put away.
    pub(crate) fn must_not_be_archived(&self) -> Result<(), Refusal> {
        match self.cell.phase {
            Phase::Archived => self.must_stand(),
            Phase::Draft | Phase::Announced | Phase::Cancelled | Phase::Completed => Ok(()),
        }
    }

    /// Refuses when the gathering has been called off, or its books are closed.
    pub(crate) fn must_stand(&self) -> Result<(), Refusal> {
        let gathering = self.id;
        match self.cell.phase {
            Phase::Draft | Phase::Announced => Ok(()),
            Phase::Cancelled => Err(Refusal::GatheringCancelled { gathering }),
            Phase::Completed => Err(Refusal::GatheringCompleted { gathering }),
            Phase::Archived => Err(Refusal::GatheringArchived { gathering }),
        }
    }

    /// Refuses when the gathering has been called off or archived; one whose books are closed will do.
    pub(crate) fn must_not_be_gone(&self) -> Result<(), Refusal> {
        match self.cell.phase {
            Phase::Completed => Ok(()),
            Phase::Draft | Phase::Announced | Phase::Cancelled | Phase::Archived => self.must_stand(),
        }
    }

    /// Refuses a draft.
    pub(crate) fn must_be_announced(&self) -> Result<(), Refusal> {
        match self.cell.phase {
            Phase::Draft => Err(Refusal::NotAnnounced { gathering: self.id }),
            Phase::Announced | Phase::Cancelled | Phase::Completed | Phase::Archived => Ok(()),
        }
    }

    /// Refuses when the gathering has ended by `now`.
    pub(crate) fn must_not_be_over(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        match self.cell.schedule.ends() {
            Some(ended) if now >= ended => Err(Refusal::GatheringOver { gathering: self.id, ended }),
            _ => Ok(()),
        }
    }

    /// Refuses when booking is not open at `now`. Where whoever books stands in line, it is open.
    pub(crate) fn must_be_open(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        let gathering = self.id;
        match self.booking(now) {
            BookingState::Open | BookingState::LineOnly => Ok(()),
            BookingState::InterestOnly => Err(Refusal::InterestOnly { gathering }),
            BookingState::Paused => Err(Refusal::BookingPaused { gathering }),
            BookingState::Closed => Err(Refusal::BookingClosed { gathering }),
            BookingState::NotYet => {
                let opens = self.cell.window.opens;
                let opens = opens.and_then(|opens| opens.resolve(self.cell.schedule.starts()));
                Err(Refusal::BookingNotOpenYet { gathering, opens })
            }
        }
    }

    /// Whether it can be booked at `now`.
    pub(crate) fn booking(&self, now: DateTime<Utc>) -> BookingState {
        self.cell.window.state(&self.cell.schedule, self.cell.by_hand, now)
    }

    /// Whether people in line can be given places at `now`.
    pub(crate) fn serves_its_lines(&self, now: DateTime<Utc>) -> bool {
        let rests =
            matches!(self.cell.by_hand, Some(ByHand::Paused | ByHand::LineOnly | ByHand::InterestOnly));
        !rests && self.cell.phase == Phase::Announced && self.must_not_be_over(now).is_ok()
    }

    /// For each offering, how many others one needs to have first.
    pub(crate) fn depths(&self) -> BTreeMap<OfferingId, usize> {
        let offerings = &self.cell.plan.offerings;
        let requires: BTreeMap<_, _> = offerings.iter().map(|it| (it.id, it.requires)).collect();
        let mut depths = BTreeMap::new();
        for offering in offerings {
            // Up the chain to one that is known. No offering requires itself; the count says so to whoever does not
            // believe it.
            let (mut chain, mut next) = (Vec::new(), Some(offering.id));
            while let Some(id) = next.filter(|id| !depths.contains_key(id) && chain.len() < offerings.len()) {
                chain.push(id);
                next = requires.get(&id).copied().flatten();
            }
            let first =
                next.and_then(|id| depths.get(&id)).map_or(0, |known: &usize| known.saturating_add(1));
            depths.extend(chain.into_iter().rev().zip(first..));
        }
        depths
    }

    /// The offering asked for, or the only one where none was named.
    pub(crate) fn offering(&self, named: Option<OfferingId>) -> Result<&Arc<Offering>, Refusal> {
        let offerings = &self.cell.plan.offerings;
        let known = || offerings.iter().map(|offering| offering.id).collect();
        match (named, offerings.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(Refusal::WhichOffering { gathering: self.id, offerings: known() }),
            (Some(id), _) => self.cell.plan.offering(id).ok_or_else(|| Refusal::UnknownOffering {
                gathering: self.id,
                offering: id,
                offerings: known(),
            }),
        }
    }
}

impl Gathering {
    /// The refusal of a pool that is not there.
    pub(crate) fn unknown_pool(&self, pool: PoolId) -> Refusal {
        Refusal::UnknownPool { gathering: self.id, pool, pools: self.cell.plan.pool_ids() }
    }
}

impl Plan {
    /// The set-aside with this number.
    pub(crate) fn set_aside(&self, id: SetAsideId) -> Option<&SetAside> {
        self.set_asides.iter().find(|set_aside| set_aside.id == id)
    }

    /// The offering with this number.
    pub(crate) fn offering(&self, id: OfferingId) -> Option<&Arc<Offering>> {
        self.offerings.iter().find(|offering| offering.id == id)
    }

    /// The numbers of the pools, in the author's order.
    pub(crate) fn pool_ids(&self) -> Vec<PoolId> {
        self.pools.iter().map(|(pool, _)| *pool).collect()
    }

    /// What people call a pool.
    pub(crate) fn pool_name(&self, id: PoolId) -> &str {
        self.pools.iter().find(|(pool, _)| *pool == id).map_or("", |(_, name)| name)
    }
}
