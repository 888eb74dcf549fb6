//! What people need in order to take part: read for a named purpose only, and every read is recorded first.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use super::{Call, Desk, Failure};
use crate::domain::{ReadNeeds, Refusal};
use crate::id::{GatheringId, PersonId, RegistrationId};
use crate::person::Needs;
use crate::projection::{AttendeePage, ReadOfNeeds};
use crate::record::Position;
use crate::sealed::{Opened, Personal, Sealed, Unavailable};
use crate::text::Reference;

/// What the people of a gathering need, opened for one purpose.
///
/// It is meant for a kitchen or a venue, so it prints and serialises what it holds; only `Debug` does not. It names nobody: ids,
/// and the numbers that the attendee list has, so that whoever only cooks need not know who eats.
///
/// Serialised it has `gathering`, `purpose`, `at`, `position` and `people`; each of these has `number`, `place`, `registration`,
/// `person`, `diet`, `access` and `unavailable` (`erased`, `key_missing`, `damaged`, `key_erased`, or `null` where it can be
/// read). Ids are texts, times are RFC 3339 in UTC.
pub struct NeedsList {
    gathering: GatheringId,
    purpose: Reference,
    at: DateTime<Utc>,
    position: Position,
    people: Vec<PersonNeeds>,
}

/// What one person needs.
#[derive(Clone)]
#[non_exhaustive]
pub struct PersonNeeds {
    /// The registration's number within the gathering.
    pub number: u32,
    /// The place within the party: 1 is the booker's.
    pub place: u32,
    /// Which registration.
    pub registration: RegistrationId,
    /// Who.
    pub person: PersonId,
    /// What. [`Opened::Forgotten`] where the person was forgotten.
    pub needs: Opened<Needs>,
}

/// What one person needs, still sealed.
struct Found {
    number: u32,
    place: u32,
    registration: RegistrationId,
    person: PersonId,
    sealed: Sealed<Needs>,
}

impl Desk {
    /// Reads what the people of a gathering need, for a purpose: a code of the host's, nothing personal.
    ///
    /// **The read is recorded first**, durably, with the purpose, the time, and the actor of the call
    /// ([`by`](Self::by)); only then is anything opened. [`reads`](Self::reads) lists them. It has everybody who has said what
    /// they need and whose registration has not ended: with a place, in line, held or pending.
    ///
    /// # Refusals
    /// In this order: unknown gathering, needs at this gathering kept no more; a request that was used before
    /// ([`Refusal::RequestReused`]), also for the same: each read is recorded by itself.
    ///
    /// # Errors
    /// As for [`execute`](Self::execute), and [`Error::Vault`](super::Error::Vault) where the desk was opened without its keys:
    /// then nothing is recorded. What cannot be read is no error but [`Opened::Unavailable`].
    ///
    /// # Example
    /// ```
    /// use gather::{ActorId, Desk, Gathering, Needs, PersonId, Reference, Register};
    ///
    /// let desk = Desk::in_memory();
    /// let lunch = Gathering::webinar("Lunch talk").at("2099-03-05 12:00 to 13:30 UTC".parse()?);
    /// let lunch = desk.announce(lunch)?.outcome;
    /// let ann = Register::new(lunch, PersonId::random()).needs(Needs::diet("no nuts").and_access("step-free"));
    /// assert!(desk.execute(ann)?.outcome.is_confirmed());
    ///
    /// let cook = ActorId::random();
    /// let needs = desk.by(cook).read_needs(lunch, Reference::new("catering")?)?;
    /// assert!(needs.to_string().contains("no nuts"));
    /// assert!(!format!("{needs:?}").contains("no nuts"));
    /// assert_eq!(desk.reads(lunch)?[0].actor, Some(cook));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_needs(&self, gathering: GatheringId, purpose: Reference) -> Result<NeedsList, Failure> {
        self.call().read_needs(gathering, purpose)
    }

    /// Who read what the people of a gathering need, when and what for, in the log's order: for whoever has to answer for it.
    /// What one person was given of their own is in [`ForgetReceipt::exports`](super::ForgetReceipt::exports).
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    #[doc(alias = "access log")]
    pub fn reads(&self, gathering: GatheringId) -> Result<Vec<ReadOfNeeds>, Failure> {
        let lists = self.lists();
        let card = lists.gathering(gathering).ok_or(Refusal::UnknownGathering { gathering })?;
        Ok(card.reads_of_needs().to_vec())
    }

    /// Whoever has said what they need and is on something that has not ended, in the order of the attendee list.
    fn sealed_needs(&self, gathering: GatheringId, now: DateTime<Utc>) -> Vec<Found> {
        let lists = self.lists();
        let Some(card) = lists.gathering(gathering) else { return Vec::new() };
        let mut found = Vec::new();
        for it in card.registrations().filter(|it| card.status(it).at(now).is_live()) {
            let party = &it.booking().party;
            let of = |(person, sealed): (PersonId, &Sealed<Needs>)| Found {
                number: it.number(),
                place: party.place_of(person).unwrap_or_default().into(),
                registration: it.id(),
                person,
                sealed: sealed.clone(),
            };
            found.extend(it.needs().map(of));
        }
        found.sort_by_key(|found| (found.number, found.place));
        found
    }
}

impl Call<'_> {
    /// Reads what the people of a gathering need. See [`Desk::read_needs`].
    ///
    /// # Errors
    /// As for [`Desk::read_needs`].
    pub fn read_needs(self, gathering: GatheringId, purpose: Reference) -> Result<NeedsList, Failure> {
        let desk = self.desk;
        desk.must_have_keys("read")?;
        let receipt = self.execute(ReadNeeds { gathering, purpose: purpose.clone() })?;
        if receipt.repeated {
            // It was recorded for what there was then, and for whoever asked then.
            return Err(Refusal::RequestReused { request: receipt.request }.into());
        }
        let found = desk.sealed_needs(gathering, receipt.time);
        // Keys may come from a service of the host's, so nothing is opened under the lists' lock.
        let open = |Found { number, place, registration, person, sealed }| {
            let needs = desk.inner.keyring.needs(person, gathering, &sealed);
            PersonNeeds { number, place, registration, person, needs }
        };
        let people = found.into_iter().map(open).collect();
        Ok(NeedsList { gathering, purpose, at: receipt.time, position: receipt.position, people })
    }
}

impl NeedsList {
    /// Of which gathering.
    #[must_use]
    pub fn gathering(&self) -> GatheringId {
        self.gathering
    }

    /// What for.
    #[must_use]
    pub fn purpose(&self) -> &Reference {
        &self.purpose
    }

    /// When.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Where the log says that it was read.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// Everybody who has said what they need, by the registration's number and then by place.
    #[must_use]
    pub fn people(&self) -> &[PersonNeeds] {
        &self.people
    }

    /// A page of an attendee list with what people need in its columns `diet` and `access`.
    ///
    /// It is then printed, serialised and written with them: hand it on to those only for whom this was read.
    ///
    /// # Example
    /// ```
    /// use gather::{AttendeeQuery, Desk, Gathering, Needs, PersonId, Reference, Register};
    ///
    /// let desk = Desk::in_memory();
    /// let lunch = Gathering::webinar("Lunch talk").at("2099-03-05 12:00 to 13:30 UTC".parse()?);
    /// let lunch = desk.announce(lunch)?.outcome;
    /// drop(desk.execute(Register::new(lunch, PersonId::random()).needs(Needs::diet("no nuts")))?);
    ///
    /// let query = AttendeeQuery::new().columns("number, diet, access".parse()?);
    /// let page = desk.attendee_list(lunch)?.expose("catering").query(&query)?;
    /// assert!(page.to_string().contains("[personal]"));
    /// let page = desk.read_needs(lunch, Reference::new("catering")?)?.beside(page);
    /// assert!(page.to_string().contains("no nuts"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn beside(&self, page: AttendeePage) -> AttendeePage {
        page.with_needs(|registration, person| self.of(registration, person))
    }

    /// What one person on a registration needs, if they have said so.
    #[must_use]
    pub fn of(&self, registration: RegistrationId, person: PersonId) -> Option<&Opened<Needs>> {
        let mut theirs = self.people.iter();
        let theirs = theirs.find(|it| (it.registration, it.person) == (registration, person));
        theirs.map(|it| &it.needs)
    }
}

impl PersonNeeds {
    /// Why it cannot be read, if it cannot.
    fn unavailable(&self) -> Option<&'static str> {
        match &self.needs {
            Opened::Known(_) => None,
            Opened::Forgotten { .. } => Some("erased"),
            Opened::Unavailable(Unavailable::KeyMissing) => Some("key_missing"),
            Opened::Unavailable(Unavailable::Damaged) => Some("damaged"),
            Opened::Unavailable(Unavailable::KeyErased) => Some("key_erased"),
        }
    }
}

impl fmt::Debug for NeedsList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NeedsList")
            .field("gathering", &self.gathering)
            .field("position", &self.position)
            .field("people", &self.people)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PersonNeeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonNeeds")
            .field("registration", &self.registration)
            .field("place", &self.place)
            .field("needs", &self.needs)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for NeedsList {
    /// A line for each person with their number, then a line for each of their texts; without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.format("%Y-%m-%d %H:%M:%S UTC");
        write!(f, "What people need, read for {} at {at}, position {}", self.purpose, self.position)?;
        self.people.iter().try_for_each(|it| write!(f, "\n{it}"))
    }
}

impl fmt::Display for PersonNeeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "No. {}, place {}", self.number, self.place)?;
        let Opened::Known(needs) = &self.needs else {
            return write!(f, "\n  [{}]", self.unavailable().unwrap_or_default());
        };
        let Needs { diet, access } = needs.expose();
        for (what, said) in [("diet", diet), ("access", access)] {
            // What was written in several lines stays below its name.
            let said = said.lines().collect::<Vec<_>>().join("\n    ");
            if !said.is_empty() {
                write!(f, "\n  {what}: {said}")?;
            }
        }
        Ok(())
    }
}

#[derive(serde::Serialize)]
struct ListForm<'a> {
    gathering: String,
    purpose: &'a str,
    at: DateTime<Utc>,
    position: u64,
    people: Vec<RowForm<'a>>,
}

#[derive(serde::Serialize)]
struct RowForm<'a> {
    number: u32,
    place: u32,
    registration: String,
    person: String,
    diet: &'a str,
    access: &'a str,
    unavailable: Option<&'static str>,
}

impl<'a> RowForm<'a> {
    fn of(it: &'a PersonNeeds) -> Self {
        let needs = it.needs.known().map(Personal::expose);
        Self {
            number: it.number,
            place: it.place,
            registration: it.registration.to_string(),
            person: it.person.to_string(),
            diet: needs.map_or("", |needs| &needs.diet),
            access: needs.map_or("", |needs| &needs.access),
            unavailable: it.unavailable(),
        }
    }
}

impl Serialize for NeedsList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = ListForm {
            gathering: self.gathering.to_string(),
            purpose: self.purpose.as_str(),
            at: self.at,
            position: self.position.get(),
            people: self.people.iter().map(RowForm::of).collect(),
        };
        form.serialize(serializer)
    }
}
