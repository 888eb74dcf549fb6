//! Set the programme: all sessions as they are to be from now on, in one decision.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::domain::decision::{Decision, Gathering};
use crate::domain::programme::{self, Difference};
use crate::domain::refusal::{Refusal, SessionFault, SessionProblem};
use crate::domain::{Clear, Context, Decide, Effects, waiting_list};
use crate::fact::{Fact, Session};
use crate::id::{GatheringId, RegistrationId, SessionId};

/// Says what a gathering's whole programme is from now on: for imports, and for programmes kept elsewhere.
///
/// Sessions that the programme does not have are added, others are moved or revised where they differ, and those that
/// are not named are dropped, over or not ([`leave_past`](Self::leave_past) spares those that are), with what
/// [`DropSession`](crate::DropSession) does to their registrations. All of it is
/// one decision: either the programme is as the command says, or nothing has changed. The same programme again changes
/// nothing.
///
/// # Refusals
/// In this order: unknown gathering, called off; texts of more than 12 MiB in all; sessions that are not taken, all of
/// them named, each with the first that is wrong with it ([`Refusal::Programme`]): named twice, a text that is not taken,
/// the id of another gathering's session, a day that is none of the gathering's for one that is new or moved, a speaker who is
/// new to it and was forgotten; more than 5,000 sessions; no session at all where there are some, unless that is [said to be meant](Self::even_if_empty);
/// unless only texts change: gathering over. To take the rest in spite of some that are refused, ask for it:
/// [`leave_alone`](Self::leave_alone).
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, Session, SessionId, SetProgramme, Venue};
///
/// let desk = Desk::in_memory();
/// let conference = Gathering::conference("The Changing Landscape", Venue::new("Central Library"));
/// let conference = desk.announce(conference)?.outcome;
/// let session = |number, title: &str| Session::new(SessionId::from_u128(number), title);
///
/// let first = [session(1, "Welcome"), session(2, "Panel")];
/// drop(desk.execute(SetProgramme::new(conference, first))?);
/// let second = [session(1, "Welcome"), session(3, "Workshop").room("Reading Room")];
/// let change = desk.execute(SetProgramme::new(conference, second))?.outcome;
/// assert_eq!((change.added.len(), change.dropped.len(), change.unchanged), (1, 1, 1));
/// # Ok::<(), gather::Failure>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "import")]
pub struct SetProgramme {
    gathering: GatheringId,
    sessions: Vec<Session>,
    left: BTreeSet<SessionId>,
    leave_past: bool,
    even_if_empty: bool,
}

/// What setting a programme has changed. A session that was moved and revised is in both lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProgrammeChange {
    /// Sessions that came into the programme, in the order of the command.
    pub added: Vec<SessionId>,
    /// Sessions with another time or another room.
    pub moved: Vec<SessionId>,
    /// Sessions with other texts.
    pub revised: Vec<SessionId>,
    /// Sessions that are no longer in it, in the order of their ids.
    pub dropped: Vec<SessionId>,
    /// How many are as they were.
    pub unchanged: usize,
    /// The registrations that ended with what was dropped. Whoever is in it wants to be told.
    pub ended: Vec<RegistrationId>,
    /// The registrations that got their places through it.
    pub promoted: Vec<RegistrationId>,
}

impl SetProgramme {
    /// Sets the programme to these sessions.
    #[must_use]
    pub fn new(gathering: GatheringId, sessions: impl IntoIterator<Item = Session>) -> Self {
        Self {
            gathering,
            sessions: sessions.into_iter().collect(),
            left: BTreeSet::new(),
            leave_past: false,
            even_if_empty: false,
        }
    }

    /// Says nothing of these: a session of this programme by such an id is left as it is, and one in the command is
    /// passed over. This is how to import the rest when some are refused; the refusal names them.
    ///
    /// ```
    /// use gather::{Desk, Failure, Gathering, Refusal, Session, SessionId, SetProgramme, Venue};
    ///
    /// let desk = Desk::in_memory();
    /// let conference = desk.announce(Gathering::conference("Reading on", Venue::new("Hall")))?.outcome;
    /// let sessions = [Session::new(SessionId::random(), "Welcome"), Session::new(SessionId::random(), "")];
    ///
    /// let all = SetProgramme::new(conference, sessions);
    /// let Err(Failure::Refused(Refusal::Programme { problems })) = desk.execute(all.clone()) else { panic!() };
    /// let rest = all.leave_alone(problems.iter().map(|problem| problem.session));
    /// assert_eq!(desk.execute(rest)?.outcome.added.len(), 1);
    /// # Ok::<(), Failure>(())
    /// ```
    #[must_use]
    pub fn leave_alone(mut self, sessions: impl IntoIterator<Item = SessionId>) -> Self {
        self.left.extend(sessions);
        self
    }

    /// Leaves sessions that are over as they are when they are not named: for lists of what is still to come.
    #[must_use]
    pub fn leave_past(mut self) -> Self {
        self.leave_past = true;
        self
    }

    /// Says that a programme without a session is meant: all that there are get dropped.
    #[must_use]
    pub fn even_if_empty(mut self) -> Self {
        self.even_if_empty = true;
        self
    }

    /// The sessions that the command speaks of.
    fn meant(&self) -> impl Iterator<Item = &Session> {
        self.sessions.iter().filter(|session| !self.left.contains(&session.id))
    }

    fn check_size(&self) -> Result<(), Refusal> {
        Refusal::check_text_bytes(self.meant().map(Session::text_bytes).sum())
    }

    /// What differs, session by session; or all that is wrong.
    fn differences(
        &self,
        decision: &Decision<'_>,
        gathering: &Gathering,
    ) -> Result<Vec<(&Session, Difference)>, Refusal> {
        let (mut differences, mut problems) = (Vec::with_capacity(self.sessions.len()), Vec::new());
        let mut named = BTreeSet::new();
        for session in self.meant() {
            let difference = if named.insert(session.id) {
                difference(decision, gathering, session)
            } else {
                Err(SessionFault::Twice)
            };
            match difference {
                Ok(difference) => differences.push((session, difference)),
                Err(fault) => problems.push(SessionProblem { session: session.id, fault }),
            }
        }
        if problems.is_empty() { Ok(differences) } else { Err(Refusal::Programme { problems }) }
    }

    /// The sessions of the programme that the command does not name.
    fn dropped(&self, decision: &Decision<'_>, gathering: &Gathering) -> Vec<SessionId> {
        let named: BTreeSet<SessionId> = self.sessions.iter().map(|session| session.id).collect();
        let others = decision.sessions(gathering).into_iter();
        let others = others.filter(|id| !named.contains(id) && !self.left.contains(id));
        let is_over = |ends: Option<DateTime<Utc>>| ends.is_some_and(|ends| decision.time() >= ends);
        let can_go = |id: &SessionId| {
            let session = decision.live_session(gathering, *id);
            session.is_ok_and(|session| !(self.leave_past && is_over(session.schedule.ends())))
        };
        others.filter(can_go).collect()
    }

    fn outcome(&self, facts: &[Fact]) -> ProgrammeChange {
        let effects = Effects::among(facts, &[]);
        let mut change =
            ProgrammeChange { ended: effects.ended, promoted: effects.promoted, ..Default::default() };
        let mut touched: BTreeSet<&SessionId> = BTreeSet::new();
        for fact in facts {
            #[expect(clippy::wildcard_enum_match_arm, reason = "four kinds of facts are about sessions")]
            match fact {
                Fact::SessionAdded { session, .. } => change.added.push(session.id),
                Fact::SessionMoved { session, .. } => change.moved.push(*session),
                Fact::SessionRevised { session, .. } => change.revised.push(*session),
                Fact::SessionDropped { session, .. } => change.dropped.push(*session),
                _ => {}
            }
        }
        touched.extend(change.added.iter().chain(&change.moved).chain(&change.revised));
        change.unchanged = self.meant().count().saturating_sub(touched.len());
        change
    }
}

fn difference(
    decision: &Decision<'_>,
    gathering: &Gathering,
    session: &Session,
) -> Result<Difference, SessionFault> {
    programme::check_session(session)?;
    let difference = programme::compare(decision, gathering, session)?;
    if difference.is_move() {
        programme::check_day(gathering, &session.schedule)?;
    }
    programme::check_speakers(decision, gathering, session, difference)?;
    Ok(difference)
}

impl Decide for SetProgramme {
    type Outcome = ProgrammeChange;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<ProgrammeChange, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        self.check_size()?;
        let differences = self.differences(decision, &gathering)?;
        programme::check_count(decision, &gathering, differences.iter().map(|(session, _)| session.id))?;
        let dropped = self.dropped(decision, &gathering);
        if !dropped.is_empty() && !self.even_if_empty && self.meant().next().is_none() {
            return Err(Refusal::EmptyProgramme { gathering: gathering.id, sessions: dropped.len() });
        }
        if !dropped.is_empty() || differences.iter().any(|(_, difference)| difference.is_move()) {
            gathering.must_not_be_over(decision.time())?;
        }
        for (session, difference) in differences {
            programme::record(decision, &gathering, session, difference);
        }
        for session in dropped {
            programme::drop_session(decision, &gathering, session);
        }
        waiting_list::serve(decision, gathering.id);
        Ok(self.outcome(decision.facts()))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("set programme");
        clear.gathering(self.gathering).each(self.sessions.iter(), |clear, session| {
            clear.session(session);
        });
        clear.each(self.left.iter(), |clear, session| {
            clear.id(session.bytes());
        });
        clear.flag(self.leave_past).flag(self.even_if_empty);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<ProgrammeChange> {
        Some(self.outcome(facts))
    }
}
