//! What can be asked of a programme, and what its sessions are.

use std::collections::BTreeSet;

use super::times::{days, ends};
use super::*;
use gather::{Change, SessionStatus};

/// A session as it is by now.
#[derive(Clone, Debug)]
pub(super) struct SessionNow {
    pub(super) when: When,
    pub(super) room: u8,
    pub(super) texts: TextsPlan,
    pub(super) dropped: bool,
    pub(super) added_at: DateTime<Utc>,
    /// The last dates that it had, if it ever had any.
    pub(super) last_dates: Option<When>,
}

impl SessionNow {
    pub(super) fn is_over(&self, now: DateTime<Utc>) -> bool {
        ends(self.when).is_some_and(|end| end <= now)
    }

    /// When it is, or was to be.
    pub(super) fn shown(&self) -> When {
        self.last_dates.unwrap_or(self.when)
    }

    fn set_when(&mut self, when: When) {
        self.when = when;
        if when != When::ToBeConfirmed {
            self.last_dates = Some(when);
        }
    }

    fn is_as(&self, plan: &SessionPlan) -> (bool, bool) {
        ((self.when, self.room) == (plan.when, plan.room), self.texts == plan.texts)
    }
}

/// What a programme is told of a session that it is to have.
enum Wanted {
    New,
    Moved,
    Revised,
    MovedAndRevised,
    Same,
}

impl Naive<'_> {
    pub(super) fn session(&self, gathering: GatheringId, number: u8) -> Option<SessionNow> {
        let mut now: Option<SessionNow> = None;
        for deed in self.past.iter().filter(|deed| deed.what.gathering() == Some(gathering)) {
            match (&deed.what, &mut now) {
                (Done::SessionAdded(_, plan), None) if plan.session == number => {
                    let SessionPlan { when, room, texts, .. } = plan.clone();
                    let dates = (when != When::ToBeConfirmed).then_some(when);
                    let (dropped, added_at, last_dates) = (false, deed.time, dates);
                    now = Some(SessionNow { when, room, texts, dropped, added_at, last_dates });
                }
                (Done::SessionAdded(_, plan), Some(session)) if plan.session == number => {
                    session.set_when(plan.when);
                    (session.room, session.texts, session.dropped) = (plan.room, plan.texts.clone(), false);
                }
                (Done::SessionMoved(_, moved, when, room), Some(session)) if *moved == number => {
                    session.set_when(*when);
                    session.room = *room;
                }
                (Done::SessionRevised(_, revised, texts), Some(session)) if *revised == number => {
                    session.texts = texts.clone();
                }
                (Done::SessionDropped(_, dropped), Some(session)) if *dropped == number => {
                    session.dropped = true;
                }
                _ => {}
            }
        }
        now
    }

    /// Every session that the programme has ever had, by number.
    pub(super) fn sessions(&self, gathering: GatheringId) -> Vec<u8> {
        let on_it = self.past.iter().filter(|deed| deed.what.gathering() == Some(gathering));
        let numbers: BTreeSet<u8> = on_it.filter_map(|deed| deed.what.session()).collect();
        numbers.into_iter().collect()
    }

    /// A session that has not been dropped.
    fn live_session(&self, gathering: GatheringId, number: u8) -> Result<SessionNow, No> {
        let session = self.session(gathering, number).ok_or("unknown_session")?;
        refuse_if(session.dropped, "session_dropped")?;
        Ok(session)
    }

    fn belongs_elsewhere(&self, gathering: GatheringId, number: u8) -> bool {
        let mut everywhere = self.gatherings().into_iter();
        everywhere.any(|other| other != gathering && self.session(other, number).is_some())
    }

    /// Whether something would begin on a day that is none of the gathering's.
    pub(super) fn is_outside(&self, gathering: GatheringId, when: When) -> bool {
        let (on, begins) = (days(self.when(gathering)), days(when).map(|(first, _)| first));
        on.zip(begins).is_some_and(|((first, last), begins)| begins < first || begins > last)
    }

    /// Whether an offering is for no session, or for one that can still be had.
    pub(super) fn session_can_be_had(
        &self,
        gathering: GatheringId,
        offering: &Offered,
        now: DateTime<Utc>,
    ) -> bool {
        let session = offering.session.map(|number| self.session(gathering, number).unwrap());
        session.is_none_or(|session| !session.dropped && !session.is_over(now))
    }

    /// How a session stands.
    pub(super) fn session_status(&self, gathering: GatheringId, session: &SessionNow) -> SessionStatus {
        let is_dated = session.when != When::ToBeConfirmed;
        let gathering_lost_its_dates =
            self.when(gathering) == When::ToBeConfirmed && self.last_first_day(gathering).is_some();
        if session.dropped || self.called_off(gathering) {
            SessionStatus::Cancelled
        } else if !is_dated && session.last_dates.is_some()
            || is_dated && (gathering_lost_its_dates || self.is_outside(gathering, session.when))
        {
            SessionStatus::Postponed
        } else {
            SessionStatus::Confirmed
        }
    }

    /// Whoever was forgotten is no new speaker; one whom the session names already may stay.
    fn knows_new_speakers(&self, gathering: GatheringId, plan: &SessionPlan) -> Result<(), No> {
        let stood = self.live_session(gathering, plan.session).map(|session| session.texts.speakers);
        let stood = stood.unwrap_or_default();
        let new = plan.texts.speakers.iter().copied().filter(|speaker| !stood.contains(speaker));
        self.knows_all(&new.collect::<Vec<_>>())
    }

    pub(super) fn add_session(
        &mut self,
        gathering: GatheringId,
        plan: &SessionPlan,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.stands_and_is_not_over(gathering, given)?;
        texts_are_taken(plan)?;
        refuse_if(self.is_outside(gathering, plan.when), "session_outside")?;
        let is_there = self.live_session(gathering, plan.session).is_ok();
        refuse_if(is_there || self.belongs_elsewhere(gathering, plan.session), "session_exists")?;
        self.knows_new_speakers(gathering, plan)?;
        self.done(now, Done::SessionAdded(gathering, plan.clone()));
        Ok(Told::SessionAdded(session_id(plan.session)))
    }

    pub(super) fn move_session(
        &mut self,
        gathering: GatheringId,
        number: u8,
        when: Option<When>,
        room: Option<u8>,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.stands_and_is_not_over(gathering, given)?;
        let session = self.live_session(gathering, number)?;
        let (when, room) = (when.unwrap_or(session.when), room.unwrap_or(session.room));
        if (when, room) == (session.when, session.room) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        refuse_if(self.is_outside(gathering, when), "session_outside")?;
        self.done(now, Done::SessionMoved(gathering, number, when, room));
        self.serve(gathering, now);
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn change_session(
        &mut self,
        gathering: GatheringId,
        plan: &SessionPlan,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        self.stands(gathering)?;
        texts_are_taken(plan)?;
        let (same_place, same_texts) = self.live_session(gathering, plan.session)?.is_as(plan);
        if same_place && same_texts {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        if !same_place {
            refuse_if(self.over(gathering, now), "gathering_over")?;
            refuse_if(self.is_outside(gathering, plan.when), "session_outside")?;
        }
        self.knows_new_speakers(gathering, plan)?;
        self.say_what_it_is(gathering, plan, same_place, same_texts, now);
        self.serve(gathering, now);
        Ok(Told::Changed(Change::Made))
    }

    fn say_what_it_is(
        &mut self,
        gathering: GatheringId,
        plan: &SessionPlan,
        same_place: bool,
        same_texts: bool,
        now: DateTime<Utc>,
    ) {
        if !same_place {
            self.done(now, Done::SessionMoved(gathering, plan.session, plan.when, plan.room));
        }
        if !same_texts {
            self.done(now, Done::SessionRevised(gathering, plan.session, plan.texts.clone()));
        }
    }

    pub(super) fn drop_session(
        &mut self,
        gathering: GatheringId,
        number: u8,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.stands_and_is_not_over(gathering, given)?;
        self.live_session(gathering, number)?;
        self.drop_it(gathering, number, now);
        self.serve(gathering, now);
        Ok(self.effects())
    }

    /// Drops a session; whoever has, or waits for, a place in it has it no more.
    fn drop_it(&mut self, gathering: GatheringId, number: u8, now: DateTime<Utc>) {
        self.done(now, Done::SessionDropped(gathering, number));
        let of = self.of(gathering);
        let for_it = of.offerings.iter().filter(|(_, offering)| offering.session == Some(number));
        for (offering, _) in for_it {
            let mut live = self.live(gathering);
            live.retain(|one| one.asked.offering == *offering);
            // What is left of a party that was split joined when the whole did.
            live.sort_by_key(|one| (one.joined, one.id()));
            for one in live {
                self.end_if_live(one.id(), Ending::Organiser, now);
            }
        }
    }

    pub(super) fn set_programme(
        &mut self,
        gathering: GatheringId,
        plans: &[SessionPlan],
        leave: &[u8],
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        self.stands(gathering)?;
        let meant: Vec<&SessionPlan> = plans.iter().filter(|plan| !leave.contains(&plan.session)).collect();
        let wanted = self.all_wanted(gathering, &meant)?;
        let others = self.sessions(gathering).into_iter().filter(|&number| {
            let named = plans.iter().any(|plan| plan.session == number) || leave.contains(&number);
            !named && self.live_session(gathering, number).is_ok()
        });
        let others: Vec<u8> = others.collect();
        refuse_if(meant.is_empty() && !others.is_empty(), "empty_programme")?;
        let only_texts =
            others.is_empty() && wanted.iter().all(|wanted| matches!(wanted, Wanted::Revised | Wanted::Same));
        refuse_if(!only_texts && self.over(gathering, now), "gathering_over")?;

        let mut told = gather::ProgrammeChange::default();
        for (plan, wanted) in meant.into_iter().zip(wanted) {
            let id = session_id(plan.session);
            match wanted {
                Wanted::New => {
                    self.done(now, Done::SessionAdded(gathering, plan.clone()));
                    told.added.push(id);
                }
                Wanted::Same => told.unchanged += 1,
                Wanted::Moved => {
                    self.say_what_it_is(gathering, plan, false, true, now);
                    told.moved.push(id);
                }
                Wanted::Revised => {
                    self.say_what_it_is(gathering, plan, true, false, now);
                    told.revised.push(id);
                }
                Wanted::MovedAndRevised => {
                    self.say_what_it_is(gathering, plan, false, false, now);
                    told.moved.push(id);
                    told.revised.push(id);
                }
            }
        }
        for number in others {
            self.drop_it(gathering, number, now);
            told.dropped.push(session_id(number));
        }
        self.serve(gathering, now);
        let Told::Promoted { registrations, ended, .. } = self.effects() else {
            unreachable!("that is how effects are told")
        };
        (told.promoted, told.ended) = (registrations, ended);
        Ok(Told::Programme(told))
    }

    /// What is to become of each session; or all that is wrong, each with its session.
    fn all_wanted(&self, gathering: GatheringId, meant: &[&SessionPlan]) -> Result<Vec<Wanted>, No> {
        let (mut wanted, mut problems) = (Vec::new(), Vec::new());
        for (nth, plan) in meant.iter().enumerate() {
            let twice = meant[..nth].iter().any(|other| other.session == plan.session);
            match refuse_if(twice, "session_twice").and_then(|()| self.wanted(gathering, plan)) {
                Ok(one) => wanted.push(one),
                Err(code) => problems.push((session_id(plan.session), code)),
            }
        }
        if problems.is_empty() { Ok(wanted) } else { Err(programme_refused(&problems)) }
    }

    fn wanted(&self, gathering: GatheringId, plan: &SessionPlan) -> Result<Wanted, No> {
        texts_are_taken(plan)?;
        let wanted = match self.live_session(gathering, plan.session).map(|session| session.is_as(plan)) {
            Err(_) => {
                refuse_if(self.belongs_elsewhere(gathering, plan.session), "session_exists")?;
                Wanted::New
            }
            Ok((true, true)) => Wanted::Same,
            Ok((true, false)) => Wanted::Revised,
            Ok((false, true)) => Wanted::Moved,
            Ok((false, false)) => Wanted::MovedAndRevised,
        };
        let stays = matches!(wanted, Wanted::Same | Wanted::Revised);
        refuse_if(!stays && self.is_outside(gathering, plan.when), "session_outside")?;
        self.knows_new_speakers(gathering, plan)?;
        Ok(wanted)
    }
}

fn texts_are_taken(plan: &SessionPlan) -> Result<(), No> {
    refuse_if(plan.texts.title == 0, "session_text")?;
    let mut speakers = plan.texts.speakers.clone();
    speakers.sort_unstable();
    refuse_if(speakers.windows(2).any(|two| two[0] == two[1]), "speaker_twice")
}

/// How a refused programme is told: with the code for each session.
pub(in super::super) fn programme_refused(problems: &[(gather::SessionId, String)]) -> No {
    format!("programme {problems:?}")
}
