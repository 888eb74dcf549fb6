//! The office at work on what comes before, between and after the booking.

use gather::{
    AcceptOffer, Answers, Approve, Archive, AttachResource, ChangeParty, CloseBooks, ConfirmHold,
    DeclineOffer, FollowUp, MoveRegistration, NoteInterest, OpenInterest, Reconfirm, RecordPresence, Reject,
    ResourceLink,
};

use super::{Ask, Office};
use crate::Outcome;
use crate::year::Registered;
use crate::year::rules::{After, Claim, Interest};

impl Office {
    pub(super) fn take_interest(&mut self, ask: Ask, interest: &Interest) -> Outcome<()> {
        let registration = match interest {
            Interest::Open { gathering } => {
                self.send(ask, OpenInterest::new(self.gathering(gathering)?))?;
                None
            }
            Interest::Note { gathering, person } => {
                self.send(ask, NoteInterest::new(self.gathering(gathering)?, self.person(*person)?))?
            }
            Interest::FollowUp { gathering, person } => {
                self.send(ask, FollowUp::new(self.gathering(gathering)?, self.person(*person)?))?
            }
        };
        self.registrations.extend(registration.map(|id| ((ask.request, 1), id)));
        Ok(())
    }

    pub(super) fn take_claim(&mut self, ask: Ask, claim: &Claim) -> Outcome<()> {
        match claim {
            Claim::ConfirmHold { hold, answers } => {
                let answers =
                    answers.iter().fold(Answers::new(), |all, (asked, said)| all.answer(asked, said));
                self.send(ask, ConfirmHold::new(self.registration(*hold)?).answers(answers))?;
            }
            Claim::Approve(asked) => {
                self.send(ask, Approve::new(self.registration(*asked)?))?;
            }
            Claim::Reject(asked) => self.send_noting(ask, Reject::new(self.registration(*asked)?))?,
            Claim::Accept(offered) => {
                self.send(ask, AcceptOffer::new(self.registration(*offered)?))?;
            }
            Claim::Decline(offered) => {
                self.send_noting(ask, DeclineOffer::new(self.registration(*offered)?))?;
            }
            Claim::Reconfirm(asked) => {
                self.send(ask, Reconfirm::new(self.registration(*asked)?))?;
            }
            Claim::Move { place, to } => {
                let change = MoveRegistration::new(self.registration(*place)?, self.gathering(to)?);
                let moved = self.send(ask, change)?;
                self.registrations.extend(moved.map(|it| ((ask.request, 1), it.registration())));
            }
            Claim::ChangeParty { place, without, with } => self.change_party(ask, *place, without, with)?,
            Claim::Presence { place, number, presence, source } => {
                let presence = RecordPresence::new(self.registration(*place)?, (*presence).into());
                self.send(ask, presence.place(*number).source((*source).into()).seen_at(ask.time))?;
            }
        }
        Ok(())
    }

    fn change_party(&mut self, ask: Ask, place: Registered, without: &[u16], with: &[u32]) -> Outcome<()> {
        let mut change = ChangeParty::new(self.registration(place)?);
        for &number in without {
            change = change.without(number);
        }
        for &guest in with {
            change = change.guest(self.person(guest)?);
        }
        self.send_noting(ask, change)?;
        Ok(())
    }

    pub(super) fn take_after(&mut self, ask: Ask, after: &After) -> Outcome<()> {
        match after {
            After::CloseBooks { gathering } => {
                self.send(ask, CloseBooks::new(self.gathering(gathering)?))?;
            }
            After::Archive { gathering } => {
                self.send(ask, Archive::new(self.gathering(gathering)?))?;
            }
            After::Attach { gathering, kind, title, link, audience } => {
                let (gathering, link) = (self.gathering(gathering)?, ResourceLink::new(link));
                let resource = AttachResource::new(gathering, (*kind).into(), title, link);
                self.send(ask, resource.audience((*audience).into()))?;
            }
        }
        Ok(())
    }
}
