//! Invented people, and what each of them asks for. All of it follows from their numbers.

use gather::{GatheringId, OfferingId, PersonDetails, PersonId, Register, RequestId};

use crate::ids::Digest;
use crate::programme_file::CONFERENCE;

const FIRST: [&str; 20] = [
    "Ada", "Bashir", "Chloé", "Dmitri", "Esra", "Femke", "Goran", "Hana", "Ismaël", "Jana", "Kwame", "Lotte",
    "Mireille", "Nadia", "Odile", "Pieter", "Quentin", "Rosa", "Søren", "Tamar",
];
const LAST: [&str; 18] = [
    "Abbey",
    "Bakker",
    "Claes",
    "Dubois",
    "Eriksson",
    "Farkas",
    "García",
    "Horák",
    "Ilves",
    "Janssens",
    "Kowalska",
    "Lindqvist",
    "Moreau",
    "Novák",
    "O’Brien",
    "Peeters",
    "Rossi",
    "Śliwa",
];

/// Of this many people one brings somebody along, whose name nobody knows yet.
const WITH_A_GUEST: usize = 12;
/// Of this many people one gives their place back.
const GIVES_BACK: usize = 15;
/// Of this many people two ask for sessions too.
const FOR_SESSIONS: usize = 4;

/// Somebody who does not exist.
#[derive(Clone, Copy)]
pub(crate) struct Visitor {
    conference: GatheringId,
    number: usize,
}

/// What somebody asks for.
pub(crate) enum Wish {
    /// A place in the conference, perhaps for two.
    Conference(Register),
    /// A place, and places in sessions: as much of it as can be had.
    AsMuchAsCanBeHad(Vec<Register>),
    /// A place and one in a session: both or neither.
    AllOrNothing(Vec<Register>),
}

impl Visitor {
    pub(crate) fn new(conference: GatheringId, number: usize) -> Self {
        Self { conference, number }
    }

    pub(crate) fn person(self) -> PersonId {
        PersonId::from_uuid(self.digest("visitor").uuid())
    }

    /// The id of something that is asked for this person.
    pub(crate) fn request(self, what: &str) -> RequestId {
        RequestId::from_uuid(self.digest(what).uuid())
    }

    pub(crate) fn details(self) -> PersonDetails {
        let pick = |names: &[&'static str], what| {
            let nth = self.digest(what).number() % names.len();
            names.get(nth).copied().unwrap_or_default()
        };
        let name = format!("{} {}", pick(&FIRST, "first name"), pick(&LAST, "last name"));
        PersonDetails::new(name).email(format!("visitor-{}@example.org", self.number))
    }

    /// Whether this person gives the place back.
    pub(crate) fn gives_back(self) -> bool {
        self.number % GIVES_BACK == GIVES_BACK / 2
    }

    /// What this person asks for, where these sessions can be booked.
    pub(crate) fn wish(self, sessions: &[OfferingId]) -> Wish {
        let place = self.place(CONFERENCE);
        if self.number % WITH_A_GUEST == 1 {
            return Wish::Conference(place.unnamed_guests(1));
        }
        match (self.number % FOR_SESSIONS, self.session(sessions, "one"), self.session(sessions, "another")) {
            (0, Some(one), Some(other)) if one != other => {
                Wish::AsMuchAsCanBeHad(vec![self.place(one), place, self.place(other)])
            }
            (2, Some(one), _) => Wish::AllOrNothing(vec![place, self.place(one)]),
            _ => Wish::Conference(place),
        }
    }

    /// One of the sessions: the earlier in the list, the more people want it.
    fn session(self, sessions: &[OfferingId], which: &str) -> Option<OfferingId> {
        let draw = |nth: &str| self.digest(which).with(nth).number().checked_rem(sessions.len());
        let nth = draw("first draw")?.min(draw("second draw")?);
        sessions.get(nth).copied()
    }

    fn place(self, offering: OfferingId) -> Register {
        Register::new(self.conference, self.person()).offering(offering)
    }

    fn digest(self, what: &str) -> Digest {
        Digest::of(what).with(self.conference.bytes()).with(self.number.to_string())
    }
}
