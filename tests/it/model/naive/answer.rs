//! Somebody answers an invitation.

use super::*;
use gather::{Answered, Effects};

impl Naive<'_> {
    pub(super) fn answer_invitation(
        &mut self,
        id: RegistrationId,
        person: u8,
        (rsvp, comment): (Rsvp, bool),
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        self.knows_all(&[person])?;
        let now = self.begin(&[gathering], given);
        self.stands(gathering)?;
        self.keeps_answers(gathering, comment)?;
        let one = self.one(id).unwrap();
        let has_ended = !one.claim.is_live();
        if rsvp == Rsvp::Declined && (has_ended || !one.asked.names(person)) {
            return Ok(Told::Answered(Answered::NothingLeft));
        }
        refuse_if(has_ended, "registration_ended")?;
        refuse_if(!one.asked.names(person), "not_on_registration")?;
        refuse_if(one.claim != Claim::Confirmed, "not_invited")?;
        let one = self.live_one(id, now)?;
        self.done(now, Done::InvitationAnswered(gathering, id, person, rsvp));
        let is_booker = one.asked.booker() == person;
        Ok(Told::Answered(match rsvp {
            Rsvp::Tentative => Answered::Noted,
            Rsvp::Accepted => {
                let is_asked = self.of(gathering).round.is_some() && one.asked_again && !one.said_yes;
                if !is_asked || !is_booker {
                    return Ok(Told::Answered(Answered::Noted));
                }
                self.done(now, Done::Reconfirmed(gathering, id));
                Answered::Reconfirmed
            }
            Rsvp::Declined if !is_booker => {
                let place = one.asked.people.iter().position(|who| *who == Some(person)).unwrap() + 1;
                let told = self.change_party(id, &[u16::try_from(place).unwrap()], &[], given)?;
                Answered::GivenUp(plain_effects(told))
            }
            Rsvp::Declined if one.asked.named().len() > 1 => Answered::PartyStands,
            Rsvp::Declined => {
                self.end_with_dependents(&one, Ending::Attendee, now);
                self.serve(gathering, now);
                Answered::GivenUp(plain_effects(self.effects_besides(&[id])))
            }
        }))
    }
}

fn plain_effects(told: Told) -> Effects {
    let Told::Promoted { registrations, offered, ended } = told else {
        unreachable!("it is told in effects")
    };
    let mut effects = Effects::default();
    (effects.promoted, effects.offered, effects.ended) = (registrations, offered, ended);
    effects
}
