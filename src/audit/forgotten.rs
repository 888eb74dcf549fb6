//! Who was forgotten, and whether anything is recorded of them since.

use hashbrown::HashSet;

use super::finding::{Judged, Rule, hold};
use super::gathering::Gathering;
use super::heir::booked;
use crate::fact::{AnswerClass, Fact};
use crate::id::PersonId;

/// Everybody who was forgotten.
#[derive(Debug, Default)]
pub(super) struct Forgotten {
    all: HashSet<PersonId>,
    /// Those of them who were in the batch that is being read.
    now: Vec<PersonId>,
}

impl Forgotten {
    /// Nothing is recorded anew of anybody who was forgotten. A place that they had stays theirs, and so does a session that
    /// names them already: without a name.
    pub(super) fn are_left_alone(&self, fact: &Fact, on: Option<&Gathering>) -> Judged {
        let named = named_anew(fact, on);
        let back = named.iter().find(|person| self.all.contains(*person));
        hold(back.is_none(), Rule::Forgotten, || {
            String::from("something is recorded of somebody who was forgotten before")
        })
    }

    /// Begins the next batch.
    pub(super) fn begin(&mut self) {
        self.now.clear();
    }

    pub(super) fn fold(&mut self, fact: &Fact) {
        if let Fact::PersonForgotten { person } = fact {
            self.all.insert(*person);
            self.now.push(*person);
        }
    }

    /// Who was forgotten in this batch so far.
    pub(super) fn now(&self) -> &[PersonId] {
        &self.now
    }

    /// Whoever was seen on a place keeps it, unless they were forgotten: somebody else would have come in their stead.
    pub(super) fn hands_over(&self, fact: &Fact, gathering: &Gathering) -> Judged {
        let Fact::PlaceTransferred { registration, place, from: Some(from), .. } = fact else {
            return Ok(());
        };
        let was_seen = gathering.known(*registration).is_some_and(|one| gathering.has_come(one, *place));
        hold(!was_seen || self.all.contains(from), Rule::Presence, || {
            format!("place {place} was handed over, and whoever had it was seen on it")
        })
    }

    /// A booker leaves the others of their party only where they were forgotten.
    pub(super) fn leaves(&self, fact: &Fact, gathering: &Gathering) -> Judged {
        let Fact::PartyChanged { registration, removed, .. } = fact else { return Ok(()) };
        let Some(one) = gathering.known(*registration).filter(|_| removed.contains(&1)) else {
            return Ok(());
        };
        hold(self.now.contains(&one.party.booker), Rule::BookerLeft, || {
            String::from("the booker's place was taken away, and they were not forgotten")
        })
    }
}

impl Gathering {
    /// Whether there is a key for answers still.
    pub(super) fn keeps_answers(&self) -> Judged {
        hold(!self.expired.contains(&AnswerClass::Answers), Rule::AnswersExpired, || {
            String::from("what was answered for the gathering is kept no more")
        })
    }

    /// Whether there is a key for needs still.
    pub(super) fn keeps_needs(&self) -> Judged {
        hold(!self.expired.contains(&AnswerClass::Needs), Rule::NeedsExpired, || {
            String::from("what people need at the gathering is kept no more")
        })
    }

    pub(super) fn takes_answers(&self, fact: &Fact) -> Judged {
        let said = matches!(
            fact,
            Fact::HoldConfirmed { answers: Some(_), .. } | Fact::InvitationAnswered { comment: Some(_), .. }
        );
        if said || booked(fact).is_some_and(|(_, booking)| booking.answers.is_some()) {
            self.keeps_answers()
        } else {
            Ok(())
        }
    }
}

/// Everybody of whom a fact records something anew.
fn named_anew(fact: &Fact, on: Option<&Gathering>) -> Vec<PersonId> {
    if let Some((_, booking)) = booked(fact) {
        return booking.party.named().collect();
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "few kinds of facts name people anew")]
    match fact {
        Fact::PersonRecorded { person, .. }
        | Fact::NamePublished { person, .. }
        | Fact::PersonForgotten { person }
        | Fact::PersonExported { person, .. }
        | Fact::InvitationAnswered { person, .. }
        | Fact::ConsentRecorded { person, .. }
        | Fact::NeedsRecorded { person, .. }
        | Fact::NoteWritten { booker: person, .. }
        | Fact::CalendarTokenIssued { person, .. } => vec![*person],
        Fact::HoldConfirmed { booker, answers: Some(_), .. } => vec![*booker],
        Fact::PlaceTransferred { to, .. } => vec![*to],
        Fact::PartyChanged { added, .. } => added.iter().copied().flatten().collect(),
        Fact::SessionAdded { session, .. } => session.texts.speakers.clone(),
        Fact::SessionRevised { session, texts, .. } => {
            let stood = on.and_then(|on| on.sessions.get(session)).map(|it| it.speakers.as_slice());
            let stood = stood.unwrap_or_default();
            texts.speakers.iter().copied().filter(|speaker| !stood.contains(speaker)).collect()
        }
        _ => Vec::new(),
    }
}
