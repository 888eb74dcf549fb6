//! Where the names of an exposed list come from: from what is sealed, or from the host.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;
use serde::Serialize;

use crate::id::PersonId;
use crate::person::PersonDetails;
use crate::sealed::{Opened, Opener, Sealed, Unavailable};

/// In place of a name that nobody asked to see.
pub(crate) const PERSONAL: &str = "[personal]";
/// In place of the name of somebody who was forgotten.
pub(crate) const ERASED: &str = "[erased]";
pub(crate) const UNAVAILABLE: &str = "[unavailable]";
const NO_NAME: &str = "[no name]";

/// What the lists keep of a person.
#[derive(Clone, Debug, Default)]
pub(crate) struct OnRecord {
    /// The details, sealed; `None` where nothing was recorded, or they are forgotten.
    pub(crate) details: Option<Arc<Sealed<PersonDetails>>>,
    /// Since when they are forgotten, if they are.
    pub(crate) forgotten: Option<DateTime<Utc>>,
}

impl OnRecord {
    /// The same, with what opening the details has told: a list may be older than that somebody was forgotten.
    pub(crate) fn heard(&self, shown: &Shown) -> Self {
        match shown.forgotten {
            Some(_) => Self { details: None, forgotten: self.forgotten.or(shown.forgotten) },
            None => self.clone(),
        }
    }
}

/// What is shown of a person: the details, empty where nothing is recorded, or why they cannot be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) details: PersonDetails,
    pub(crate) unavailable: Option<Unavailable>,
    /// Since when they are forgotten, if opening has told that.
    pub(crate) forgotten: Option<DateTime<Utc>>,
}

impl Shown {
    /// Nothing but a name, as a host gives it.
    pub(crate) fn named(name: Option<String>) -> Self {
        Self { details: PersonDetails::new(name.unwrap_or_default()), ..Self::default() }
    }

    pub(crate) fn opened(opened: &Opened<PersonDetails>) -> Self {
        match opened {
            Opened::Known(details) => Self { details: details.expose().clone(), ..Self::default() },
            Opened::Forgotten { at } => Self { forgotten: Some(*at), ..Self::default() },
            Opened::Unavailable(why) => Self { unavailable: Some(*why), ..Self::default() },
        }
    }
}

/// The name as a printed list shows it, with a word in brackets where there is none.
pub(crate) fn name_cell(
    details: &PersonDetails,
    unavailable: Option<Unavailable>,
    forgotten: Option<DateTime<Utc>>,
) -> String {
    match unavailable {
        _ if forgotten.is_some() => String::from(ERASED),
        Some(_) => String::from(UNAVAILABLE),
        None if details.name.is_empty() => String::from(NO_NAME),
        None => details.name.clone(),
    }
}

/// Why a name cannot be read, as a stable word for machines.
const fn reason(unavailable: Unavailable) -> &'static str {
    match unavailable {
        Unavailable::KeyMissing => "key_missing",
        Unavailable::Damaged => "damaged",
        Unavailable::KeyErased => "key_erased",
    }
}

/// A row as an exposed list serialises it: with all that is known of the person beside the name.
#[derive(Serialize)]
pub(crate) struct ExposedRowForm<'a, Row> {
    #[serde(flatten)]
    row: Row,
    email: &'a str,
    phone: &'a str,
    organisation: &'a str,
    role: &'a str,
    region: &'a str,
    badge_name: &'a str,
    unavailable: Option<&'static str>,
}

impl<'a, Row> ExposedRowForm<'a, Row> {
    pub(crate) fn new(row: Row, details: &'a PersonDetails, unavailable: Option<Unavailable>) -> Self {
        Self {
            row,
            email: &details.email,
            phone: &details.phone,
            organisation: &details.organisation,
            role: &details.role,
            region: &details.region,
            badge_name: &details.badge_name,
            unavailable: unavailable.map(reason),
        }
    }
}

/// An exposed list as it is serialised: with what it was exposed for above the rest.
#[derive(Serialize)]
pub(crate) struct ExposedListForm<'a, List> {
    pub(crate) purpose: Option<&'a str>,
    #[serde(flatten)]
    pub(crate) list: List,
}

/// Opens each person's details once, however many places they have.
pub(crate) struct Opening<'a> {
    opener: &'a dyn Opener,
    shown: HashMap<PersonId, Shown>,
}

impl<'a> Opening<'a> {
    /// Nothing opened yet.
    pub(crate) fn new(opener: &'a dyn Opener) -> Self {
        Self { opener, shown: HashMap::new() }
    }

    /// What is shown of a person with these details.
    pub(crate) fn of(&mut self, person: PersonId, sealed: Option<&Arc<Sealed<PersonDetails>>>) -> Shown {
        let Some(sealed) = sealed else { return Shown::default() };
        let open = || Shown::opened(&self.opener.person(person, sealed));
        self.shown.entry(person).or_insert_with(open).clone()
    }
}
