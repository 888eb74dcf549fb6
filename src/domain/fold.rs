//! What each fact does to the cells: the only place where that is written.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::cells::{
    AnswersKept, Asked, Cells, Claim, Consented, Fingerprint, Forgotten, GatheringCell, ListCell,
    Particulars, Phase, Plan, PoolCell, RegistrationCell, Replied, Scanned, SessionCell,
};
use crate::fact::{
    Announcement, Booking, BookingTime, ByHand, Capacity, CheckInList, CheckedIn, Draw, Ending, Fact,
    Offering, Overbook, Party, Pool, Presence, Reconfirmation, Scan, Session, SessionTexts, SetAside, Who,
    organisation,
};
use crate::id::{
    CheckInListId, GatheringId, OfferingId, PersonId, PoolId, RegistrationId, ScanId, SessionId, SetAsideId,
};
use crate::record::Position;
use crate::schedule::Schedule;

/// Folds one fact. Facts about what is not there (outside the scope that was folded) do nothing to it.
#[expect(
    clippy::too_many_lines,
    reason = "a line or two for each kind of fact: the whole vocabulary at a glance"
)]
pub(super) fn fold<C: Cells>(cells: &mut C, position: Position, time: DateTime<Utc>, fact: &Fact) {
    match fact {
        Fact::PersonRecorded { person, .. } | Fact::NamePublished { person, .. } => cells.put_person(*person),
        Fact::CalendarTokenIssued { person, .. } => {
            cells.put_person(*person);
            cells.put_calendar_token(*person, true);
        }
        Fact::CalendarTokenRevoked { person } => cells.put_calendar_token(*person, false),
        Fact::GatheringAnnounced { gathering, announcement, join_link } => {
            announce(cells, *gathering, announcement, join_link.is_some(), time);
        }
        Fact::DraftAnnounced { gathering } => set_phase(cells, *gathering, Phase::Announced),
        Fact::GatheringRescheduled { gathering, schedule, ask } => {
            reschedule(cells, *gathering, schedule, *ask);
        }
        Fact::BookingOpened { gathering } => say(cells, *gathering, ByHand::Opened),
        Fact::BookingClosed { gathering } => say(cells, *gathering, ByHand::Closed),
        Fact::BookingPaused { gathering, .. } => say(cells, *gathering, ByHand::Paused),
        Fact::BookingToLineOnly { gathering } => say(cells, *gathering, ByHand::LineOnly),
        Fact::InterestOpened { gathering } => say(cells, *gathering, ByHand::InterestOnly),
        Fact::CapacityChanged { gathering, pool, capacity, overbook, .. } => {
            resize(cells, *gathering, *pool, *capacity, *overbook);
        }
        Fact::GatheringCancelled { gathering } => set_phase(cells, *gathering, Phase::Cancelled),
        Fact::BooksClosed { gathering } => close_books(cells, *gathering),
        Fact::GatheringArchived { gathering } => set_phase(cells, *gathering, Phase::Archived),
        Fact::RegistrationConfirmed { gathering, registration, booking, draws } => {
            enter(cells, *gathering, *registration, booking, draws, Claim::Confirmed, position);
        }
        Fact::RegistrationWaitlisted { gathering, registration, booking, .. } => {
            enter(cells, *gathering, *registration, booking, &[], Claim::Waiting, position);
        }
        Fact::RegistrationHeld { gathering, registration, booking, draws, until, latest } => {
            enter(cells, *gathering, *registration, booking, draws, Claim::Held { until: *until }, position);
            change_registration(cells, *registration, |cell| cell.particular().latest = Some(*latest));
        }
        Fact::ApprovalRequested { gathering, registration, booking, draws, pending } => {
            enter(cells, *gathering, *registration, booking, draws, Claim::Pending(*pending), position);
        }
        Fact::FollowUpRequested { gathering, registration, booking } => {
            enter(cells, *gathering, *registration, booking, &[], Claim::FollowUp, position);
        }
        Fact::InterestNoted { gathering, registration, booking } => {
            enter(cells, *gathering, *registration, booking, &[], Claim::Interested, position);
        }
        Fact::HoldExtended { registration, until, .. } => {
            set_claim(cells, *registration, Claim::Held { until: *until }, None);
        }
        Fact::HoldConfirmed { registration, pending, .. } => {
            set_claim(cells, *registration, pending.map_or(Claim::Confirmed, Claim::Pending), None);
        }
        Fact::RegistrationApproved { registration, draws, ahead: None, .. }
        | Fact::RegistrationPromoted { registration, draws, .. } => {
            set_claim(cells, *registration, Claim::Confirmed, Some(draws));
        }
        Fact::RegistrationApproved { registration, .. } => {
            reclaim(cells, *registration, |cell| {
                (cell.claim, cell.joined) = (Claim::Waiting, position);
            });
        }
        Fact::PlaceOffered { registration, draws, respond_by, .. } => {
            set_claim(cells, *registration, Claim::Offered { respond_by: *respond_by }, Some(draws));
        }
        Fact::OfferAccepted { registration, .. } => set_claim(cells, *registration, Claim::Confirmed, None),
        Fact::MovedToFollowUp { registration, .. } => {
            set_claim(cells, *registration, Claim::FollowUp, Some(&[]));
        }
        Fact::RegistrationEnded { registration, how, .. } => end(cells, *registration, *how),
        Fact::RegistrationSplit { registration, rest, keep, .. } => split(cells, *registration, *rest, *keep),
        Fact::PartyChanged { registration, removed, added, draws, .. } => {
            change_party(cells, *registration, removed, added, draws);
        }
        Fact::PlaceTransferred { registration, place, from, to, .. } => {
            transfer(cells, *registration, *place, *from, *to);
        }
        Fact::RegistrationReconfirmed { registration, .. } => {
            change_registration(cells, *registration, |cell| cell.particular().asked = Asked::Answered);
        }
        Fact::ReconfirmationClosed { gathering } => {
            cells.change_gathering(*gathering, |cell| cell.round = None);
        }
        Fact::SetAsideMade { gathering, set_aside } => {
            change_plan(cells, *gathering, |plan| plan.set_asides.push(set_aside.clone()));
        }
        Fact::SetAsideChanged { gathering, set_aside, places, release } => {
            change_set_aside(cells, *gathering, *set_aside, *places, *release);
        }
        Fact::LineClosed { gathering, offering } => close_line(cells, *gathering, *offering),
        Fact::PrioritiesChanged { gathering, priorities, .. } => prioritise(cells, *gathering, priorities),
        Fact::PresenceRecorded { gathering, registration, place, presence, seen_at, .. } => {
            see(cells, *gathering, (*registration, *place), (*seen_at, *presence));
        }
        Fact::ResourceAttached { gathering, resource, .. } => change_plan(cells, *gathering, |plan| {
            plan.resources.insert(resource.id);
        }),
        Fact::ResourceWithdrawn { gathering, resource } => change_plan(cells, *gathering, |plan| {
            plan.resources.remove(resource);
        }),
        Fact::ModeChanged { gathering, mode, join_link } => {
            let place = (Fingerprint::of_place(mode), join_link.is_some());
            cells.change_gathering(*gathering, |cell| cell.place = place);
        }
        Fact::OfferingAdded { gathering, offering, pools } => {
            add_offering(cells, *gathering, offering, pools);
        }
        Fact::SessionAdded { gathering, session } => add_session(cells, *gathering, session),
        Fact::SessionMoved { gathering, session, schedule, room } => {
            change_session(cells, *gathering, *session, |cell| {
                cell.schedule = Arc::new(schedule.clone());
                cell.room = Arc::from(room.as_str());
            });
        }
        Fact::SessionRevised { gathering, session, texts } => {
            know_speakers(cells, texts);
            change_session(cells, *gathering, *session, |cell| {
                cell.texts = Fingerprint::of(texts);
                cell.speakers.clone_from(&texts.speakers);
            });
        }
        Fact::SessionDropped { gathering, session } => {
            change_session(cells, *gathering, *session, |cell| cell.dropped = true);
        }
        Fact::PersonForgotten { person } => {
            cells.put_forgotten(*person, Forgotten { at: time, position });
            cells.put_calendar_token(*person, false);
        }
        Fact::AnswersExpired { gathering } => {
            cells.change_gathering(*gathering, |cell| cell.answers.expired = true);
        }
        Fact::RetentionSet { gathering, answers } => {
            cells.change_gathering(*gathering, |cell| cell.answers.days = *answers);
        }
        Fact::NeedsExpired { gathering } => {
            cells.change_gathering(*gathering, |cell| cell.needs.expired = true);
        }
        Fact::NeedsRetentionSet { gathering, days } => {
            cells.change_gathering(*gathering, |cell| cell.needs.days = *days);
        }
        Fact::TagsSet { registration, tags, .. } => {
            change_registration(cells, *registration, |cell| cell.particular().tags.clone_from(tags));
        }
        Fact::ConsentRecorded { registration, person, purpose, given, .. } => {
            let consent = Consented { person: *person, purpose: purpose.clone(), given: *given };
            change_registration(cells, *registration, |cell| note_consent(cell.particular(), consent));
        }
        // Who was passed stays where they were, and what was given out is still here; the lists tell of it, and of what is
        // sealed, which no rule asks for.
        Fact::PassedOver { .. }
        | Fact::PersonExported { .. }
        | Fact::NoteWritten { .. }
        | Fact::NeedsRecorded { .. }
        | Fact::NeedsRead { .. } => {}
        Fact::InvitationAnswered { registration, person, sequence, stamp, .. } => {
            let reply = Replied { person: *person, sequence: *sequence, stamp: *stamp };
            change_registration(cells, *registration, |cell| note_reply(cell.particular(), reply));
        }
        Fact::CheckInListSet { gathering, list } => set_check_in_list(cells, *gathering, list),
        Fact::CheckInListWithdrawn { gathering, list } => withdraw_check_in_list(cells, *gathering, *list),
        Fact::Scanned { gathering, scan, told, .. } => take_scan(cells, *gathering, scan, told),
        Fact::ScanUndone { gathering, scan } => undo_scan(cells, *gathering, *scan),
    }
    if let Some(gathering) = fact.gathering() {
        cells.change_gathering(gathering, |cell| cell.touched = cell.touched.max(time));
    }
}

fn announce<C: Cells>(
    cells: &mut C,
    id: GatheringId,
    announcement: &Announcement,
    has_link: bool,
    time: DateTime<Utc>,
) {
    let pools = announcement.pools.iter().map(|pool| (pool.id, pool.name.clone())).collect();
    let plan = Plan {
        pools,
        offerings: announcement.offerings.iter().cloned().map(Arc::new).collect(),
        set_asides: announcement.set_asides.clone(),
        priorities: announcement.priorities.clone(),
        organisation_cap: announcement.organisation_cap,
        resources: BTreeSet::new(),
        check_in: Vec::new(),
    };
    let cell = GatheringCell {
        plan: Arc::new(plan),
        schedule: Arc::new(announcement.schedule.clone()),
        window: announcement.window,
        by_hand: None,
        phase: if announcement.draft { Phase::Draft } else { Phase::Announced },
        place: (Fingerprint::of_place(&announcement.mode), has_link),
        no_overlap: announcement.no_overlap,
        series: announcement.series,
        first_day: first_day(&announcement.schedule),
        round: None,
        in_line: 0,
        answers: AnswersKept::default(),
        needs: AnswersKept::default(),
        touched: time,
    };
    cells.put_gathering(id, cell);
    put_pools(cells, id, &announcement.pools);
}

fn put_pools<C: Cells>(cells: &mut C, id: GatheringId, pools: &[Pool]) {
    for pool in pools {
        cells.put_pool(id, pool.id, PoolCell { capacity: pool.capacity, overbook: pool.overbook, used: 0 });
    }
}

fn add_offering<C: Cells>(cells: &mut C, id: GatheringId, offering: &Offering, pools: &[Pool]) {
    change_plan(cells, id, |plan| {
        plan.pools.extend(pools.iter().map(|pool| (pool.id, pool.name.clone())));
        plan.offerings.push(Arc::new(offering.clone()));
    });
    put_pools(cells, id, pools);
}

fn first_day(schedule: &Schedule) -> Option<NaiveDate> {
    schedule.first_and_last_day().map(|(first, _)| first)
}

/// New dates. Where they ask, everybody with a confirmed place is asked.
fn reschedule<C: Cells>(cells: &mut C, id: GatheringId, schedule: &Schedule, ask: Option<Reconfirmation>) {
    cells.change_gathering(id, |cell| {
        cell.schedule = Arc::new(schedule.clone());
        cell.first_day = first_day(schedule).or(cell.first_day);
        cell.round = ask.or(cell.round);
    });
    if ask.is_none() {
        return;
    }
    for registration in everybody(cells, id) {
        change_registration(cells, registration, |cell| {
            let is_asked = cell.claim == Claim::Confirmed;
            if is_asked || cell.asked() != Asked::Not {
                cell.particular().asked = if is_asked { Asked::Open } else { Asked::Not };
            }
        });
    }
}

/// Every live registration on a gathering, each once for each person named on it.
fn everybody<C: Cells>(cells: &C, gathering: GatheringId) -> Vec<RegistrationId> {
    let Some(plan) = cells.gathering(gathering).map(|cell| Arc::clone(&cell.plan)) else { return Vec::new() };
    plan.offerings.iter().flat_map(|offering| cells.holders_of(gathering, offering.id)).collect()
}

/// Whoever was ever named as a speaker is known.
fn know_speakers<C: Cells>(cells: &mut C, texts: &SessionTexts) {
    texts.speakers.iter().for_each(|speaker| cells.put_person(*speaker));
}

fn add_session<C: Cells>(cells: &mut C, gathering: GatheringId, session: &Session) {
    know_speakers(cells, &session.texts);
    let cell = SessionCell {
        schedule: Arc::new(session.schedule.clone()),
        room: Arc::from(session.room.as_str()),
        texts: Fingerprint::of(&session.texts),
        speakers: session.texts.speakers.clone(),
        dropped: false,
    };
    cells.put_session(gathering, session.id, cell);
    cells.put_home(session.id, gathering);
}

fn change_session<C: Cells>(
    cells: &mut C,
    gathering: GatheringId,
    id: SessionId,
    how: impl FnOnce(&mut SessionCell),
) {
    let Some(mut cell) = cells.session(gathering, id).cloned() else { return };
    how(&mut cell);
    cells.put_session(gathering, id, cell);
}

fn change_plan<C: Cells>(cells: &mut C, id: GatheringId, how: impl FnOnce(&mut Plan)) {
    cells.change_gathering(id, |cell| how(Arc::make_mut(&mut cell.plan)));
}

fn change_registration<C: Cells>(cells: &mut C, id: RegistrationId, how: impl FnOnce(&mut RegistrationCell)) {
    let Some(mut cell) = cells.registration(id).cloned() else { return };
    how(&mut cell);
    cells.put_registration(id, cell);
}

fn note_reply(it: &mut Particulars, reply: Replied) {
    it.replies.retain(|known| known.person != reply.person);
    it.replies.push(reply);
}

fn note_consent(it: &mut Particulars, consent: Consented) {
    it.consents.retain(|known| (known.person, &known.purpose) != (consent.person, &consent.purpose));
    it.consents.push(consent);
}

/// What people agreed to goes with them when they leave a registration.
fn drop_consents(cell: &mut RegistrationCell) {
    let RegistrationCell { party, particulars: Some(it), .. } = cell else { return };
    it.consents.retain(|consent| party.named().any(|person| person == consent.person));
}

fn set_phase<C: Cells>(cells: &mut C, id: GatheringId, phase: Phase) {
    cells.change_gathering(id, |cell| cell.phase = phase);
}

fn say<C: Cells>(cells: &mut C, id: GatheringId, word: ByHand) {
    cells.change_gathering(id, |cell| cell.by_hand = Some(word));
}

fn resize<C: Cells>(cells: &mut C, id: GatheringId, pool: PoolId, capacity: Capacity, overbook: Overbook) {
    if let Some(cell) = cells.pool(id, pool) {
        cells.put_pool(id, pool, PoolCell { capacity, overbook, ..cell });
    }
}

fn change_set_aside<C: Cells>(
    cells: &mut C,
    id: GatheringId,
    set_aside: SetAsideId,
    places: u32,
    release: Option<BookingTime>,
) {
    change_plan(cells, id, |plan| {
        if let Some(known) = plan.set_asides.iter_mut().find(|known| known.id == set_aside) {
            *known = SetAside { places, release, ..known.clone() };
        }
    });
}

/// Everybody in a line leaves it, and nobody can join it.
fn close_line<C: Cells>(cells: &mut C, gathering: GatheringId, offering: OfferingId) {
    while let Some(turn) = cells.next_waiting(gathering, offering, None) {
        set_claim(cells, turn.registration, Claim::Ended, None);
        // In a log that nobody decided somebody may stand in line twice, and the claim lets go of one place only.
        if cells.next_waiting(gathering, offering, None) == Some(turn) {
            cells.leave_line(gathering, offering, turn);
        }
    }
    change_plan(cells, gathering, |plan| {
        if let Some(known) = plan.offerings.iter_mut().find(|known| known.id == offering) {
            Arc::make_mut(known).waiting_list = false;
        }
    });
}

/// Everybody in line stands anew where the classes put them.
fn prioritise<C: Cells>(cells: &mut C, gathering: GatheringId, priorities: &[Vec<Who>]) {
    let Some(plan) = cells.gathering(gathering).map(|cell| Arc::clone(&cell.plan)) else { return };
    let mut stood = Vec::new();
    for offering in &plan.offerings {
        while let Some(turn) = cells.next_waiting(gathering, offering.id, None) {
            cells.leave_line(gathering, offering.id, turn);
            stood.push((offering.id, turn.registration));
        }
    }
    change_plan(cells, gathering, |plan| plan.priorities = priorities.to_vec());
    for (offering, registration) in stood {
        let Some(cell) = cells.registration(registration).cloned() else { continue };
        stand_in_line(cells, gathering, offering, registration, &cell, true);
    }
}

/// What was not decided ends; whoever has a place is no longer busy with it.
fn close_books<C: Cells>(cells: &mut C, gathering: GatheringId) {
    for id in everybody(cells, gathering) {
        let Some(cell) = cells.registration(id).cloned() else { continue };
        match cell.claim {
            Claim::Held { .. }
            | Claim::Pending(_)
            | Claim::Offered { .. }
            | Claim::Waiting
            | Claim::Interested => set_claim(cells, id, Claim::Ended, None),
            Claim::Confirmed => cell.party.named().for_each(|person| disengage(cells, person, id)),
            Claim::FollowUp | Claim::Ended | Claim::Lapsed => {}
        }
    }
    cells.change_gathering(gathering, |cell| cell.phase = Phase::Completed);
}

/// The latest of what was seen counts, in whatever order it is told.
fn see<C: Cells>(
    cells: &mut C,
    gathering: GatheringId,
    place: (RegistrationId, u16),
    seen: (DateTime<Utc>, Presence),
) {
    if cells.seen(gathering, place).is_none_or(|known| known < seen) {
        cells.put_seen(gathering, place, seen);
    }
}

fn set_check_in_list<C: Cells>(cells: &mut C, id: GatheringId, list: &CheckInList) {
    change_plan(cells, id, |plan| {
        plan.check_in.retain(|known| known.list.id != list.id);
        plan.check_in.push(ListCell { list: list.clone(), withdrawn: false });
        plan.check_in.sort_by_key(|known| known.list.id);
    });
}

fn withdraw_check_in_list<C: Cells>(cells: &mut C, id: GatheringId, list: CheckInListId) {
    change_plan(cells, id, |plan| {
        if let Some(known) = plan.check_in.iter_mut().find(|known| known.list.id == list) {
            known.withdrawn = true;
        }
    });
}

/// A scan has arrived, perhaps after it was taken back. The first under an id is the one.
fn take_scan<C: Cells>(cells: &mut C, gathering: GatheringId, scan: &Scan, told: &CheckedIn) {
    let mut cell = cells.scan(gathering, scan.id).cloned().unwrap_or_default();
    cell.scanned.get_or_insert_with(|| Scanned { scan: *scan, told: told.clone() });
    cells.put_scan(gathering, scan.id, cell);
}

fn undo_scan<C: Cells>(cells: &mut C, gathering: GatheringId, scan: ScanId) {
    let mut cell = cells.scan(gathering, scan).cloned().unwrap_or_default();
    cell.undone = true;
    cells.put_scan(gathering, scan, cell);
}

fn enter<C: Cells>(
    cells: &mut C,
    gathering: GatheringId,
    id: RegistrationId,
    booking: &Booking,
    draws: &[Draw],
    claim: Claim,
    joined: Position,
) {
    let Booking { offering, party, credentials, uncounted, may_split, .. } = booking;
    let is_ordinary = credentials.is_empty() && draws.is_empty() && !uncounted && !may_split;
    let particulars = (!is_ordinary).then(|| {
        Box::new(Particulars {
            credentials: credentials.clone(),
            draws: draws.to_vec(),
            uncounted: *uncounted,
            may_split: *may_split,
            ..Particulars::default()
        })
    });
    let cell =
        RegistrationCell { gathering, offering: *offering, party: party.clone(), claim, joined, particulars };
    admit(cells, id, cell);
}

/// A registration that was not there before is there.
fn admit<C: Cells>(cells: &mut C, id: RegistrationId, cell: RegistrationCell) {
    for person in cell.party.named() {
        cells.put_holder((cell.gathering, cell.offering, person), Some(id));
        if cell.claim.is_engagement() {
            engage(cells, cell.gathering, person, id);
        }
    }
    take_up(cells, id, &cell, true);
    cells.put_registration(id, cell);
}

fn end<C: Cells>(cells: &mut C, id: RegistrationId, how: Ending) {
    let is_hold = cells.registration(id).is_some_and(|cell| matches!(cell.claim, Claim::Held { .. }));
    let lapsed = is_hold && how == Ending::Expired;
    set_claim(cells, id, if lapsed { Claim::Lapsed } else { Claim::Ended }, None);
}

/// Moves a registration from one claim to another. What it draws stays as it was unless it is said.
fn set_claim<C: Cells>(cells: &mut C, id: RegistrationId, next: Claim, draws: Option<&[Draw]>) {
    reclaim(cells, id, |cell| {
        cell.claim = next;
        if let Some(draws) = draws.filter(|draws| *draws != cell.draws()) {
            cell.particular().draws = draws.to_vec();
        }
    });
}

/// Changes what a live registration claims: it gives up the places or the line that it had, and takes up the next.
fn reclaim<C: Cells>(cells: &mut C, id: RegistrationId, how: impl FnOnce(&mut RegistrationCell)) {
    let Some(mut cell) = cells.registration(id).cloned().filter(|cell| !cell.claim.is_ended()) else {
        return;
    };
    take_up(cells, id, &cell, false);
    let (was_engaged, gathering, offering) = (cell.claim.is_engagement(), cell.gathering, cell.offering);
    how(&mut cell);
    if cell.claim.is_ended() {
        cell.party.named().for_each(|person| cells.put_holder((gathering, offering, person), None));
    }
    if was_engaged && !cell.claim.is_engagement() {
        cell.party.named().for_each(|person| disengage(cells, person, id));
    }
    take_up(cells, id, &cell, true);
    cells.put_registration(id, cell);
}

/// Takes up, or gives back, what a registration has by its claim: places, a place in line, a deadline.
fn take_up<C: Cells>(cells: &mut C, id: RegistrationId, cell: &RegistrationCell, takes: bool) {
    if cell.claim.uses_places() {
        occupy(cells, cell, takes);
    }
    if cell.claim == Claim::Waiting {
        stand_in_line(cells, cell.gathering, cell.offering, id, cell, takes);
    }
    if let Some(deadline) = cell.claim.deadline() {
        cells.put_due(cell.gathering, (deadline, cell.joined, id), takes);
    }
}

fn stand_in_line<C: Cells>(
    cells: &mut C,
    gathering: GatheringId,
    offering: OfferingId,
    id: RegistrationId,
    cell: &RegistrationCell,
    joins: bool,
) {
    let Some(turn) = cells.gathering(gathering).map(|known| known.plan.turn(id, cell)) else { return };
    if joins {
        cells.join_line(gathering, offering, turn);
    } else {
        cells.leave_line(gathering, offering, turn);
    }
}

/// The first places stay; the others are a registration of their own at the same place in the line.
fn split<C: Cells>(cells: &mut C, id: RegistrationId, rest: RegistrationId, keep: u16) {
    let Some(mut cell) = cells.registration(id).cloned() else { return };
    let mut guests =
        cell.party.guests.split_off(usize::from(keep.saturating_sub(1)).min(cell.party.guests.len()));
    if guests.is_empty() {
        return;
    }
    // Whoever may be split has everybody named.
    let Some(booker) = guests.remove(0) else { return };
    let mut others = cell.clone();
    others.party = Party { booker, guests };
    others.particular().made_by = Some(cell.made_by());
    for person in others.party.named() {
        disengage(cells, person, id);
    }
    drop_consents(&mut cell);
    drop_consents(&mut others);
    cells.put_registration(id, cell);
    admit(cells, rest, others);
}

fn change_party<C: Cells>(
    cells: &mut C,
    id: RegistrationId,
    removed: &[u16],
    added: &[Option<PersonId>],
    draws: &[Draw],
) {
    added.iter().copied().flatten().for_each(|person| cells.put_person(person));
    let Some(mut cell) = cells.registration(id).cloned() else { return };
    let (gathering, offering) = (cell.gathering, cell.offering);
    take_up(cells, id, &cell, false);
    for person in removed.iter().filter_map(|place| cell.party.at(*place).flatten()) {
        cells.put_person(person);
        cells.put_holder((gathering, offering, person), None);
        disengage(cells, person, id);
    }
    if removed.contains(&1) {
        // As where place 1 is handed on.
        let made_by = cell.made_by();
        cell.particular().made_by = Some(made_by);
    }
    cell.party.change(removed, added);
    drop_consents(&mut cell);
    for person in added.iter().copied().flatten() {
        cells.put_holder((gathering, offering, person), Some(id));
        if cell.claim.is_engagement() {
            engage(cells, gathering, person, id);
        }
    }
    if draws != cell.draws() {
        cell.particular().draws = draws.to_vec();
    }
    take_up(cells, id, &cell, true);
    cells.put_registration(id, cell);
}

/// Somebody else has the place; pools and lines are as they were.
fn transfer<C: Cells>(cells: &mut C, id: RegistrationId, place: u16, from: Option<PersonId>, to: PersonId) {
    from.into_iter().chain([to]).for_each(|person| cells.put_person(person));
    let Some(mut cell) = cells.registration(id).cloned() else { return };
    let (gathering, offering) = (cell.gathering, cell.offering);
    if let Some(from) = from {
        cells.put_holder((gathering, offering, from), None);
        disengage(cells, from, id);
    }
    cells.put_holder((gathering, offering, to), Some(id));
    if cell.claim.is_engagement() {
        engage(cells, gathering, to, id);
    }
    if place == 1 {
        // Its place in line, and what it may draw on, stay as they are.
        let made_by = cell.made_by();
        cell.particular().made_by = Some(made_by);
    }
    cell.party.put(place, to);
    drop_consents(&mut cell);
    cells.put_registration(id, cell);
}

/// Notes a registration among those that take a person's time, if its gathering says that they do.
fn engage<C: Cells>(cells: &mut C, gathering: GatheringId, person: PersonId, id: RegistrationId) {
    let is_taken = |cell: &GatheringCell| cell.no_overlap || cell.series.is_some();
    if cells.gathering(gathering).is_some_and(is_taken) && !cells.engagements(person).contains(&id) {
        let mut theirs = cells.engagements(person).to_vec();
        theirs.push(id);
        cells.put_engagements(person, theirs);
    }
}

fn disengage<C: Cells>(cells: &mut C, person: PersonId, id: RegistrationId) {
    if cells.engagements(person).contains(&id) {
        let others = cells.engagements(person).iter().copied().filter(|theirs| *theirs != id).collect();
        cells.put_engagements(person, others);
    }
}

/// Takes places for a registration, or gives them back: of each pool, of each set-aside, for its organisation.
fn occupy<C: Cells>(cells: &mut C, cell: &RegistrationCell, takes: bool) {
    let (gathering, people) = (cell.gathering, cell.counted());
    let after = |count: u32, more: u32| {
        if takes { count.saturating_add(more) } else { count.saturating_sub(more) }
    };
    let Some(plan) = cells.gathering(gathering).map(|cell| Arc::clone(&cell.plan)) else { return };
    let Some(offering) = plan.offering(cell.offering) else { return };
    for &pool in &offering.pools {
        if let Some(known) = cells.pool(gathering, pool) {
            cells.put_pool(gathering, pool, PoolCell { used: after(known.used, people), ..known });
        }
    }
    for draw in cell.draws() {
        let drawn = cells.drawn(gathering, draw.set_aside);
        cells.put_drawn(gathering, draw.set_aside, after(drawn, draw.places));
    }
    if let Some(organisation) = organisation(cell.credentials()) {
        let theirs = cells.people_of(gathering, organisation);
        cells.put_people_of(gathering, organisation, after(theirs, people));
    }
}
