//! A request that was answered before: what it is told when it comes again, perhaps with something else in it.
//!
//! Nothing but what has happened is remembered of a request. So what comes under its id is told what has happened, if
//! that can have come of it; or that the id was used for something else.

use super::*;
use gather::{Change, Part, ProgrammeChange, Registered};

impl Naive<'_> {
    pub(super) fn recall(&self, answered: &Answered, content: usize) -> Option<Told> {
        if answered.content == content {
            return Some(answered.told.clone());
        }
        let deeds: Vec<&Done> = self.past[answered.deeds.clone()].iter().map(|deed| &deed.what).collect();
        let what = &self.history.steps[content].what;
        match (what, deeds.as_slice()) {
            (What::RecordPerson(person), [Done::PersonRecorded(other)]) if person == other => {
                Some(Told::Recorded(person_id(*person)))
            }
            (What::PublishName(person), [Done::NamePublished(other)]) if person == other => {
                Some(Told::Published(person_id(*person)))
            }
            (What::Register { gathering, offering, booker, guests }, [Done::Joined(joined)]) => {
                let guests = guests.clone();
                let part = PartPlan { gathering: *gathering, offering: *offering, booker: *booker, guests };
                let outcome = registered(joined);
                let same = self.asks_for(&part, content, joined);
                same.then_some(match outcome {
                    Registered::Confirmed { registration } => Told::Confirmed(registration),
                    Registered::Waiting { registration, ahead } => Told::Waiting(registration, ahead),
                })
            }
            (What::Basket { parts, best_effort }, deeds) => {
                self.recall_basket(parts, *best_effort, deeds, content, answered.request)
            }
            (
                What::CancelRegistration { registration, by_organiser },
                [Done::Ended(_, ended, by), others @ ..],
            ) => {
                let same = self.history.registration(*registration, content) == *ended && by_organiser == by;
                same.then(|| promoted(others))
            }
            (What::Transfer { registration, place, to }, [Done::Transferred(_, moved, at, who), ..]) => {
                let same = self.history.registration(*registration, content) == *moved;
                (same && (place, to) == (at, who)).then_some(Told::Changed(Change::Made))
            }
            (what, deeds) => self.recall_on_a_gathering(what, content, deeds),
        }
    }

    fn recall_on_a_gathering(&self, what: &What, content: usize, deeds: &[&Done]) -> Option<Told> {
        let of = |which: &Which| self.history.gathering(*which, content);
        let made = Some(Told::Changed(Change::Made));
        match (what, deeds) {
            (What::Announce(plan), [Done::Announced(on, other)]) => {
                let id = gathering_id(self.history.announced_before(content));
                (id == *on && plan == other).then_some(Told::Announced(id))
            }
            (
                What::AddOffering { gathering, number, pools, .. },
                [Done::OfferingAdded(on, other, it, with)],
            ) => {
                let meant = self.offered(what, content);
                let same = of(gathering) == *on && (number, &meant, pools) == (other, it, with);
                same.then_some(Told::OfferingAdded(gather::OfferingId::new(*number)))
            }
            (
                What::ChangeCapacity { gathering, pool, capacity },
                [Done::CapacityChanged(on, other, places), others @ ..],
            ) => {
                let pool = self.history.pool(*pool, *gathering, content);
                let same = of(gathering) == *on && (pool, *capacity) == (*other, *places);
                same.then(|| promoted(others))
            }
            (
                What::Reschedule { gathering, when, with_programme },
                [Done::Rescheduled(on, other), others @ ..],
            ) => {
                let moved = others.iter().any(|done| matches!(done, Done::SessionMoved(..)));
                let same = of(gathering) == *on && when == other && (*with_programme || !moved);
                made.filter(|_| same)
            }
            (What::ChangeMode { gathering, mode, link }, [Done::ModeChanged(on, other, with)]) => {
                let same = of(gathering) == *on && mode == other && link.is_some() == with.is_some();
                made.filter(|_| same)
            }
            (What::OpenBooking(gathering), [Done::OpenedByHand(on, true)])
            | (What::CloseBooking(gathering), [Done::OpenedByHand(on, false)])
            | (What::CancelGathering(gathering), [Done::CalledOff(on)]) => {
                made.filter(|_| of(gathering) == *on)
            }
            (what, deeds) => self.recall_on_a_programme(what, content, deeds),
        }
    }

    fn recall_on_a_programme(&self, what: &What, content: usize, deeds: &[&Done]) -> Option<Told> {
        let of = |which: &Which| self.history.gathering(*which, content);
        let made = Some(Told::Changed(Change::Made));
        match (what, deeds) {
            (What::AddSession { gathering, session }, [Done::SessionAdded(on, plan)]) => {
                let same = of(gathering) == *on && session == plan;
                same.then_some(Told::SessionAdded(session_id(session.session)))
            }
            (
                What::MoveSession { gathering, session, when, room },
                [Done::SessionMoved(on, moved, to, into), others @ ..],
            ) => {
                let session = self.history.session(*session, *gathering, content);
                let same = of(gathering) == *on && session == *moved && only_bookings(others);
                let says = when.is_some() || room.is_some();
                let same = same && says && when.is_none_or(|when| when == *to);
                made.filter(|_| same && room.is_none_or(|room| room == *into))
            }
            (What::ChangeSession { gathering, session }, [first, others @ ..]) => {
                let says = |done: &Done| {
                    !matches!(done, Done::SessionAdded(..)) && says(done, of(gathering), session)
                };
                let fits = |done: &&Done| says(done) || done.is_a_booking();
                made.filter(|_| says(first) && others.iter().all(fits))
            }
            (What::DropSession { gathering, session }, [Done::SessionDropped(on, dropped), others @ ..]) => {
                let session = self.history.session(*session, *gathering, content);
                let same = of(gathering) == *on && session == *dropped && only_bookings(others);
                same.then(|| promoted(others))
            }
            (What::SetProgramme { gathering, sessions, again, leave }, deeds) => {
                let sessions = self.history.programme(sessions, again, *gathering, content);
                let meant: Vec<_> = sessions.iter().filter(|plan| !leave.contains(&plan.session)).collect();
                let plan = |number| meant.iter().find(|plan| plan.session == number);
                let is_dropped = |done: &Done, number| {
                    let here = matches!(done, Done::SessionDropped(on, _) if *on == of(gathering));
                    here && !leave.contains(&number)
                };
                let fits = |done: &Done| match done.session().map(|number| (number, plan(number))) {
                    None => done.is_a_booking(),
                    Some((_, Some(plan))) => says(done, of(gathering), plan),
                    Some((number, None)) => is_dropped(done, number),
                };
                let same = deeds[0].session().is_some() && deeds.iter().all(|done| fits(done));
                same.then(|| Told::Programme(programme(deeds, meant.len())))
            }
            _ => None,
        }
    }

    /// Whether a part asks for what a party was registered for.
    fn asks_for(&self, part: &PartPlan, content: usize, joined: &Joined) -> bool {
        let offering = self.history.offering(part.offering, part.gathering, content);
        self.history.gathering(part.gathering, content) == joined.gathering
            && (offering == 0 || offering == joined.offering)
            && (part.booker, &part.guests) == (joined.booker, &joined.guests)
    }

    fn recall_basket(
        &self,
        parts: &[PartPlan],
        best_effort: bool,
        deeds: &[&Done],
        content: usize,
        request: RequestId,
    ) -> Option<Told> {
        let joined = deeds.iter().map(|done| match done {
            Done::Joined(joined) => Some(joined),
            _ => None,
        });
        let mut joined: Vec<&Joined> = joined.collect::<Option<_>>()?;
        let mut told = Vec::new();
        for (nth, part) in (0..).zip(parts) {
            let id = RegistrationId::from_uuid(request.derive(nth));
            match joined.iter().position(|one| one.registration == id) {
                Some(at) => {
                    let one = joined.remove(at);
                    told.push(Part::Registered(registered(one)));
                    let in_line_though_all_or_nothing = one.ahead.is_some() && !best_effort;
                    if in_line_though_all_or_nothing || !self.asks_for(part, content, one) {
                        return None;
                    }
                }
                None if best_effort => told.push(Part::LeftOut),
                None => return None,
            }
        }
        joined.is_empty().then_some(Told::Parts(told))
    }
}

fn registered(joined: &Joined) -> Registered {
    let registration = joined.registration;
    match joined.ahead {
        None => Registered::Confirmed { registration },
        Some(ahead) => Registered::Waiting { registration, ahead },
    }
}

fn says(done: &Done, on: GatheringId, meant: &SessionPlan) -> bool {
    match done {
        Done::SessionAdded(gathering, plan) => *gathering == on && plan == meant,
        Done::SessionMoved(gathering, number, when, room) => {
            (*gathering, *number, *when, *room) == (on, meant.session, meant.when, meant.room)
        }
        Done::SessionRevised(gathering, number, texts) => {
            (*gathering, *number) == (on, meant.session) && *texts == meant.texts
        }
        _ => false,
    }
}

fn only_bookings(deeds: &[&Done]) -> bool {
    deeds.iter().all(|done| done.is_a_booking())
}

fn ids<'d>(deeds: &'d [&Done], which: impl Fn(&Done) -> Option<RegistrationId> + 'd) -> Vec<RegistrationId> {
    deeds.iter().filter_map(|done| which(done)).collect()
}

fn given_places(done: &Done) -> Option<RegistrationId> {
    match done {
        Done::Promoted(_, id) => Some(*id),
        _ => None,
    }
}

fn ended(done: &Done) -> Option<RegistrationId> {
    match done {
        Done::Ended(_, id, _) => Some(*id),
        _ => None,
    }
}

fn promoted(deeds: &[&Done]) -> Told {
    Told::Promoted { registrations: ids(deeds, given_places), ended: ids(deeds, ended) }
}

fn programme(deeds: &[&Done], meant: usize) -> ProgrammeChange {
    let mut told = ProgrammeChange::default();
    (told.ended, told.promoted) = (ids(deeds, ended), ids(deeds, given_places));
    let mut touched = std::collections::BTreeSet::new();
    for done in deeds {
        let Some(number) = done.session() else { continue };
        let list = match done {
            Done::SessionAdded(..) => &mut told.added,
            Done::SessionMoved(..) => &mut told.moved,
            Done::SessionRevised(..) => &mut told.revised,
            _ => &mut told.dropped,
        };
        list.push(session_id(number));
        if !matches!(done, Done::SessionDropped(..)) {
            touched.insert(number);
        }
    }
    told.unchanged = meant.saturating_sub(touched.len());
    told
}

impl Done {
    /// Whether it is about a registration.
    fn is_a_booking(&self) -> bool {
        matches!(self, Self::Joined(_) | Self::Promoted(..) | Self::Ended(..) | Self::Transferred(..))
    }
}
