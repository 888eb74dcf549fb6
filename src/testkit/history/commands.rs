//! What a step asks a desk for, as a command.

#![expect(clippy::wildcard_enum_match_arm, reason = "what one part of this leaves, the next takes up")]

use chrono::TimeDelta;

use super::{AnyCommand, History, NO_GATHERING, PartPlan, SessionPlan, What, Which};
use super::{gathering_id, person_id, plan, resource_id, room, scan_id, session_id, terms};
use crate::domain::{
    AcceptOffer, AddOffering, AddSession, AddSetAside, AnnounceDraft, AnswerInvitation, Approve, Archive,
    AttachResource, Basket, CancelGathering, CancelRegistration, ChangeCapacity, ChangeMode, ChangeParty,
    ChangePriorities, ChangeSession, ChangeSetAside, CheckIn, CloseBooking, CloseBooks, CloseLine,
    ConfirmHold, DeclineOffer, DropSession, ExtendHold, FollowUp, Hold, IssueCalendarToken, Join,
    KeepAnswers, LineOnly, MoveRegistration, MoveSession, NoteInterest, OpenBooking, OpenInterest,
    PauseBooking, PublishName, Reconfirm, RecordConsent, RecordNeeds, RecordPerson, RecordPresence, Register,
    Reject, Reschedule, RevokeCalendarToken, RotateCalendarToken, SetCheckInList, SetProgramme, SetTags,
    Settle, Transfer, UndoCheckIn, WithdrawCheckInList, WithdrawOffer, WithdrawResource, WriteNote,
};
use crate::fact::{AnswerClass, Offering, ResourceKind, Way};
use crate::id::{CheckInListId, OfferingId, PoolId, SetAsideId};
use crate::person::{Answers, Needs, Note, PersonDetails, PublishedName, ReplyComment, ResourceLink};

impl History {
    /// What a step asks a desk for.
    #[must_use]
    pub fn command(&self, nth: usize) -> AnyCommand {
        let nth = self.original(nth);
        let nobodys = AnyCommand::CancelGathering(CancelGathering::new(gathering_id(NO_GATHERING)));
        self.steps.get(nth).map_or(nobodys, |step| self.on_bookings(&step.what, nth))
    }

    fn on_bookings(&self, what: &What, nth: usize) -> AnyCommand {
        match what {
            What::RecordPerson(person) => {
                let details =
                    PersonDetails::new(format!("Person {person}")).email(format!("p{person}@example.org"));
                AnyCommand::RecordPerson(RecordPerson::of(person_id(*person), details))
            }
            What::Forget(person) => AnyCommand::Forget(person_id(*person)),
            What::RecordExport(person) => AnyCommand::RecordExport(person_id(*person)),
            What::PublishName(person) => {
                let name = PublishedName::new(format!("Speaker {person}"));
                AnyCommand::PublishName(PublishName::of(person_id(*person), name))
            }
            What::IssueCalendarToken(person) => {
                AnyCommand::IssueCalendarToken(IssueCalendarToken::new(person_id(*person)))
            }
            What::RotateCalendarToken(person) => {
                AnyCommand::RotateCalendarToken(RotateCalendarToken::new(person_id(*person)))
            }
            What::RevokeCalendarToken(person) => {
                AnyCommand::RevokeCalendarToken(RevokeCalendarToken::new(person_id(*person)))
            }
            What::Register(part) => AnyCommand::Register(self.register(part, nth)),
            What::Basket { parts, best_effort } => {
                let parts = parts.iter().map(|part| self.register(part, nth));
                let basket = parts.fold(Basket::new(), Basket::part);
                AnyCommand::Basket(if *best_effort { basket.best_effort() } else { basket })
            }
            What::CancelRegistration { registration, by_organiser } => {
                let command = CancelRegistration::new(self.registration(*registration, nth));
                AnyCommand::CancelRegistration(if *by_organiser { command.by_organiser() } else { command })
            }
            What::Transfer { registration, place, to } => {
                let command = Transfer::new(self.registration(*registration, nth), person_id(*to));
                AnyCommand::Transfer(command.place(*place))
            }
            _ => self.on_one_registration(what, nth),
        }
    }

    fn on_one_registration(&self, what: &What, nth: usize) -> AnyCommand {
        let of = |which: &Which| self.registration(*which, nth);
        match what {
            What::Approve(which) => AnyCommand::Approve(Approve::new(of(which))),
            What::Reject(which) => AnyCommand::Reject(Reject::new(of(which))),
            What::AcceptOffer(which) => AnyCommand::AcceptOffer(AcceptOffer::new(of(which))),
            What::DeclineOffer(which) => AnyCommand::DeclineOffer(DeclineOffer::new(of(which))),
            What::WithdrawOffer(which) => AnyCommand::WithdrawOffer(WithdrawOffer::new(of(which))),
            What::Reconfirm(which) => AnyCommand::Reconfirm(Reconfirm::new(of(which))),
            What::AnswerInvitation { registration, person, rsvp, comment } => {
                let command = AnswerInvitation::new(of(registration), person_id(*person), *rsvp);
                AnyCommand::AnswerInvitation(if *comment {
                    command.comment(ReplyComment::new("It depends on the trains."))
                } else {
                    command
                })
            }
            What::MoveRegistration { registration, gathering, offering } => {
                let command = MoveRegistration::new(of(registration), self.gathering(*gathering, nth));
                AnyCommand::MoveRegistration(match self.offering(*offering, *gathering, nth) {
                    0 => command,
                    number => command.offering(OfferingId::new(number)),
                })
            }
            What::ChangeParty { registration, without, added } => {
                let command = ChangeParty::new(of(registration));
                let command = without.iter().fold(command, |command, place| command.without(*place));
                AnyCommand::ChangeParty(added.iter().fold(command, |command, guest| match guest {
                    Some(guest) => command.guest(person_id(*guest)),
                    None => command.unnamed_guests(1),
                }))
            }
            What::RecordPresence { registration, place, presence, seen } => {
                let command = RecordPresence::new(of(registration), *presence);
                let command = place.map_or(command, |place| command.place(place));
                let seen = seen.map(|seconds| self.time(nth) + TimeDelta::seconds(seconds));
                AnyCommand::RecordPresence(seen.map_or(command, |seen| command.seen_at(seen)))
            }
            _ => self.on_scans(what, nth),
        }
    }

    fn on_scans(&self, what: &What, nth: usize) -> AnyCommand {
        let of = |which: &Which| self.gathering(*which, nth);
        match what {
            What::SetCheckInList { gathering, list } => AnyCommand::SetCheckInList(SetCheckInList::new(
                of(gathering),
                self.check_in_list(list, *gathering, nth),
            )),
            What::WithdrawCheckInList { gathering, number } => AnyCommand::WithdrawCheckInList(
                WithdrawCheckInList::new(of(gathering), CheckInListId::new(*number)),
            ),
            What::CheckIn { gathering, registration, place, list, out, scan, seen } => {
                let command = CheckIn::new(of(gathering), self.registration(*registration, nth));
                let command = command.place(*place).list(CheckInListId::new(*list));
                let command = if *out { command.way(Way::Out) } else { command };
                let command = scan.map_or(command, |number| command.scan(scan_id(number)));
                let seen = seen.map(|seconds| self.time(nth) + TimeDelta::seconds(seconds));
                AnyCommand::CheckIn(seen.map_or(command, |seen| command.seen_at(seen)))
            }
            What::UndoCheckIn { gathering, scan } => {
                AnyCommand::UndoCheckIn(UndoCheckIn::new(of(gathering), scan_id(*scan)))
            }
            What::Join { registration, place } => {
                AnyCommand::Join(Join::new(self.registration(*registration, nth)).place(*place))
            }
            _ => self.on_holds(what, nth),
        }
    }

    fn on_holds(&self, what: &What, nth: usize) -> AnyCommand {
        match what {
            What::Hold { part, lasts } => {
                let until = self.time(nth) + TimeDelta::seconds(*lasts);
                AnyCommand::Hold(Hold::new(self.register(part, nth), until))
            }
            What::ExtendHold { hold, lasts } => {
                let (hold, asked) = self.hold(*hold, nth);
                AnyCommand::ExtendHold(ExtendHold::new(hold, asked + TimeDelta::seconds(*lasts)))
            }
            What::ConfirmHold { hold, answers } => {
                let command = ConfirmHold::new(self.hold(*hold, nth).0);
                AnyCommand::ConfirmHold(if *answers {
                    command.answers(Answers::new().answer("diet", "none"))
                } else {
                    command
                })
            }
            What::FollowUp { gathering, offering, person } => {
                let command = FollowUp::new(self.gathering(*gathering, nth), person_id(*person));
                AnyCommand::FollowUp(match self.offering(*offering, *gathering, nth) {
                    0 => command,
                    number => command.offering(OfferingId::new(number)),
                })
            }
            What::NoteInterest { gathering, offering, person } => {
                let command = NoteInterest::new(self.gathering(*gathering, nth), person_id(*person));
                AnyCommand::NoteInterest(match self.offering(*offering, *gathering, nth) {
                    0 => command,
                    number => command.offering(OfferingId::new(number)),
                })
            }
            _ => self.on_gatherings(what, nth),
        }
    }

    fn on_gatherings(&self, what: &What, nth: usize) -> AnyCommand {
        match what {
            What::Announce(plan) => AnyCommand::Announce(plan.gathering(self.announced_before(nth))),
            What::AddOffering { gathering, number, offering, requires, session, pools } => {
                let session = session.map(|session| session_id(self.session(session, *gathering, nth)));
                let plan = self.added(offering, *requires, *gathering, nth);
                let offering = Offering { session, ..plan.offering(*number) };
                let command = AddOffering::new(self.gathering(*gathering, nth), offering);
                let pools = pools.iter().map(|&(number, pool)| plan::pool(number, pool));
                AnyCommand::AddOffering(pools.fold(command, AddOffering::pool))
            }
            What::ChangeCapacity { gathering, pool, plan, keep_all, displace } => {
                let pool = self.pool(*pool, *gathering, nth);
                let command =
                    ChangeCapacity::new(self.gathering(*gathering, nth), plan::capacity(plan.places));
                let command = command.pool(PoolId::new(pool)).overbook(plan.overbook.overbook());
                let command = if *keep_all { command.keep_all() } else { command };
                let displaced = self.registrations(displace, nth);
                AnyCommand::ChangeCapacity(displaced.into_iter().fold(command, ChangeCapacity::displace))
            }
            What::Reschedule { gathering, when, with_programme, ask } => {
                let command = Reschedule::new(self.gathering(*gathering, nth), when.schedule());
                let command = if *with_programme { command.with_programme() } else { command };
                AnyCommand::Reschedule(match ask {
                    Some(ask) => command.ask(self.time(nth) + TimeDelta::hours(ask.hours), ask.on_silence),
                    None => command,
                })
            }
            What::ChangeMode { gathering, mode, link } => {
                let command = ChangeMode::new(self.gathering(*gathering, nth), mode.mode());
                AnyCommand::ChangeMode(match link {
                    Some(number) => command.join_link(plan::link(*number)),
                    None => command,
                })
            }
            _ => self.on_terms(what, nth),
        }
    }

    fn on_terms(&self, what: &What, nth: usize) -> AnyCommand {
        let of = |which: &Which| self.gathering(*which, nth);
        match what {
            What::AddSetAside { gathering, pool, set_aside } => {
                let set_aside = set_aside.set_aside(self.pool(*pool, *gathering, nth));
                AnyCommand::AddSetAside(AddSetAside::new(of(gathering), set_aside))
            }
            What::ChangeSetAside { gathering, number, places, release } => {
                let command = ChangeSetAside::new(of(gathering), SetAsideId::new(*number), *places);
                AnyCommand::ChangeSetAside(match release {
                    None => command,
                    Some(None) => command.never_released(),
                    Some(Some(release)) => command.release(release.time()),
                })
            }
            What::KeepAnswers { gathering, days } => {
                let command = KeepAnswers::new(of(gathering));
                AnyCommand::KeepAnswers(days.map_or(command, |days| command.for_days(days)))
            }
            What::ExpireAnswers(which) => AnyCommand::ExpireAnswers(of(which)),
            What::KeepNeeds { gathering, days } => {
                let command = KeepAnswers::new(of(gathering)).of_class(AnswerClass::Needs);
                AnyCommand::KeepAnswers(days.map_or(command, |days| command.for_days(days)))
            }
            What::ExpireNeeds(which) => AnyCommand::ExpireNeeds(of(which)),
            What::ReadNeeds(which) => AnyCommand::ReadNeeds(of(which)),
            What::CloseLine { gathering, offering } => {
                let command = CloseLine::new(of(gathering));
                AnyCommand::CloseLine(match self.offering(*offering, *gathering, nth) {
                    0 => command,
                    number => command.offering(OfferingId::new(number)),
                })
            }
            What::ChangePriorities { gathering, classes } => AnyCommand::ChangePriorities(
                ChangePriorities::new(of(gathering), terms::classes(classes), terms::reference("minutes", 1)),
            ),
            What::AttachResource { gathering, resource, titled, audience } => {
                let title = if *titled { format!("Resource {resource}") } else { String::new() };
                let link = ResourceLink::new(format!("https://files.example/{resource}"));
                let kind =
                    if resource.is_multiple_of(2) { ResourceKind::Slides } else { ResourceKind::Recording };
                let command = AttachResource::new(of(gathering), kind, title, link);
                AnyCommand::AttachResource(command.audience(*audience).id(resource_id(*resource)))
            }
            What::WithdrawResource { gathering, resource } => {
                AnyCommand::WithdrawResource(WithdrawResource::new(of(gathering), resource_id(*resource)))
            }
            _ => self.on_whole_gatherings(what, nth),
        }
    }

    fn on_whole_gatherings(&self, what: &What, nth: usize) -> AnyCommand {
        let of = |which: &Which| self.gathering(*which, nth);
        match what {
            What::OpenBooking(which) => AnyCommand::OpenBooking(OpenBooking::new(of(which))),
            What::CloseBooking(which) => AnyCommand::CloseBooking(CloseBooking::new(of(which))),
            What::PauseBooking(which) => AnyCommand::PauseBooking(PauseBooking::new(of(which))),
            What::LineOnly(which) => AnyCommand::LineOnly(LineOnly::new(of(which))),
            What::OpenInterest(which) => AnyCommand::OpenInterest(OpenInterest::new(of(which))),
            What::AnnounceDraft(which) => AnyCommand::AnnounceDraft(AnnounceDraft::new(of(which))),
            What::CloseBooks(which) => AnyCommand::CloseBooks(CloseBooks::new(of(which))),
            What::Archive(which) => AnyCommand::Archive(Archive::new(of(which))),
            What::Settle(which) => AnyCommand::Settle(Settle::new(of(which))),
            What::CancelGathering(which) => AnyCommand::CancelGathering(CancelGathering::new(of(which))),
            _ => self.on_programmes(what, nth),
        }
    }

    fn on_programmes(&self, what: &What, nth: usize) -> AnyCommand {
        match what {
            What::AddSession { gathering, session } => {
                AnyCommand::AddSession(AddSession::new(self.gathering(*gathering, nth), session.session()))
            }
            What::MoveSession { gathering, session, when, room: into } => {
                let session = session_id(self.session(*session, *gathering, nth));
                let command = MoveSession::new(self.gathering(*gathering, nth), session);
                let command = match when {
                    Some(when) => command.to(when.schedule()),
                    None => command,
                };
                AnyCommand::MoveSession(match into {
                    Some(number) => command.room(room(*number)),
                    None => command,
                })
            }
            What::ChangeSession { gathering, session } => AnyCommand::ChangeSession(ChangeSession::new(
                self.gathering(*gathering, nth),
                session.session(),
            )),
            What::DropSession { gathering, session } => {
                let session = session_id(self.session(*session, *gathering, nth));
                AnyCommand::DropSession(DropSession::new(self.gathering(*gathering, nth), session))
            }
            What::SetProgramme { gathering, sessions, again, leave } => {
                let sessions = self.programme(sessions, again, *gathering, nth);
                let sessions = sessions.iter().map(SessionPlan::session);
                let command = SetProgramme::new(self.gathering(*gathering, nth), sessions);
                AnyCommand::SetProgramme(
                    command.leave_alone(leave.iter().map(|&session| session_id(session))),
                )
            }
            _ => self.beside(what, nth),
        }
    }

    /// What is said beside a booking.
    fn beside(&self, what: &What, nth: usize) -> AnyCommand {
        let of = |which: &Which| self.registration(*which, nth);
        match what {
            What::RecordNeeds { registration, person, some } => {
                let (registration, person) = (of(registration), person_id(*person));
                AnyCommand::RecordNeeds(if *some {
                    RecordNeeds::new(registration, person, Needs::diet("vegan").and_access("step-free"))
                } else {
                    RecordNeeds::take_back(registration, person)
                })
            }
            What::RecordConsent { registration, person, purpose, given } => {
                let how = if *given { RecordConsent::given } else { RecordConsent::withdrawn };
                let purpose = terms::reference("purpose", *purpose);
                AnyCommand::RecordConsent(how(of(registration), person_id(*person), purpose))
            }
            What::SetTags { registration, tags } => {
                let tags = tags.iter().map(|tag| terms::reference("tag", *tag));
                AnyCommand::SetTags(SetTags::new(of(registration)).tags(tags))
            }
            What::WriteNote { registration, some } => AnyCommand::WriteNote(if *some {
                WriteNote::new(of(registration), Note::new("asked for a seat by the door"))
            } else {
                WriteNote::take_back(of(registration))
            }),
            // `original` has followed what is sent again, but for a first step that would send itself.
            _ => AnyCommand::CancelGathering(CancelGathering::new(gathering_id(NO_GATHERING))),
        }
    }

    fn register(&self, part: &PartPlan, nth: usize) -> Register {
        let mut command = Register::new(self.gathering(part.gathering, nth), person_id(part.booker));
        match self.offering(part.offering, part.gathering, nth) {
            0 => {}
            number => command = command.offering(OfferingId::new(number)),
        }
        if part.booker.is_multiple_of(3) {
            command = command.answers(Answers::new().answer("diet", "vegan"));
        }
        if part.booker % 4 == 1 {
            command = command.needs(Needs::diet("vegan"));
        }
        if part.uncounted {
            command = command.uncounted();
        }
        if part.may_split {
            command = command.may_split();
        }
        if let Some(other) = part.supersedes {
            command = command.supersedes(self.registration(other, nth));
        }
        let credentials = part.credentials.iter().map(|credential| credential.credential());
        command = credentials.fold(command, Register::credential);
        part.guests.iter().fold(command, |command, guest| match guest {
            Some(guest) => command.guest(person_id(*guest)),
            None => command.unnamed_guests(1),
        })
    }
}
