//! Whom a period's gatherings reached: people, organisations, regions; and whom they did not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use super::{OrganisationNames, Period, as_count, organisation_cell};
use crate::fact::{Presence, organisation};
use crate::id::{OrganisationId, PersonId};
use crate::projection::names::{OnRecord, Opening, PERSONAL};
use crate::projection::table::{Column, Table};
use crate::projection::{GatheringCard, Lists, RegistrationCard};
use crate::sealed::Opener;

/// Whom the gatherings of a period reached: everybody with a confirmed place at what took place in it. Take one from
/// [`Desk::reach`](crate::Desk::reach).
///
/// All of it is counted from ids and from what is clear, so it is the same before and after somebody is forgotten. Regions are
/// personal: [`expose`](Self::expose) counts them. Drafts and what was called off are left out, and what has not begun.
///
/// Serialised it has `period`, `gatherings`, `places`, `people`, `unnamed`, `came`, `more_than_once` and `organisations`
/// (`organisation`, `null` for places without one; `name` as the host gave it, or `null`; `gatherings`, `places`, `people`, `came`).
#[derive(Clone)]
pub struct Reach {
    period: Period,
    counts: ReachCounts,
    organisations: Vec<OrganisationReach>,
    people: BTreeMap<PersonId, Reached>,
    on_record: Vec<(PersonId, OnRecord)>,
    names: OrganisationNames,
    opener: Arc<dyn Opener>,
}

/// The figures of the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
struct ReachCounts {
    gatherings: u64,
    places: u64,
    people: u64,
    unnamed: u64,
    came: u64,
    more_than_once: u64,
}

/// What somebody had of a period.
#[derive(Clone, Copy, Debug, Default)]
struct Reached {
    gatherings: u64,
    came: bool,
}

/// What an organisation had of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrganisationReach {
    /// Which; `None` is everybody for whom none was said.
    pub organisation: Option<OrganisationId>,
    /// At how many gatherings it had places.
    pub gatherings: u64,
    /// How many confirmed places it had, at all of them together.
    pub places: u64,
    /// How many different people were named on them.
    pub people: u64,
    /// How many of these people came at least once.
    pub came: u64,
}

/// How many people come from a region. `Debug` does not say which.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct RegionReach {
    /// What people say that it is, without blanks around it.
    pub region: String,
    /// How many of them.
    pub people: u64,
}

/// A reach in the making: what each organisation had.
#[derive(Default)]
struct Org {
    gatherings: u64,
    places: u64,
    people: BTreeMap<PersonId, bool>,
}

impl Lists {
    /// Whom the gatherings of a period reached, as known at a time.
    #[must_use]
    pub fn reach(&self, period: &Period, now: DateTime<Utc>, opener: Arc<dyn Opener>) -> Reach {
        let held = self.held_in(period, now);
        let mut counts = ReachCounts { gatherings: as_count(held.len()), ..ReachCounts::default() };
        let (mut people, mut organisations) = (BTreeMap::new(), BTreeMap::new());
        for card in held {
            note_gathering(card, &mut counts, &mut people, &mut organisations);
        }
        counts.people = as_count(people.len());
        counts.came = as_count(people.values().filter(|it| it.came).count());
        counts.more_than_once = as_count(people.values().filter(|it| it.gatherings > 1).count());
        let on_record = people.keys().map(|person| (*person, self.on_record(*person))).collect();
        let mut organisations: Vec<_> = organisations.into_iter().map(OrganisationReach::of).collect();
        organisations.sort_by_key(|row| std::cmp::Reverse(row.places));
        let names = OrganisationNames::new();
        Reach { period: *period, counts, organisations, people, on_record, names, opener }
    }
}

fn note_gathering(
    card: &GatheringCard,
    counts: &mut ReachCounts,
    people: &mut BTreeMap<PersonId, Reached>,
    organisations: &mut BTreeMap<Option<OrganisationId>, Org>,
) {
    let (mut here, mut whose) = (BTreeMap::<PersonId, bool>::new(), BTreeSet::new());
    for it in card.confirmed() {
        let organisation = organisation(&it.booking().credentials);
        let org = organisations.entry(organisation).or_default();
        org.gatherings += u64::from(whose.insert(organisation));
        for (person, came) in places(card, it) {
            counts.places += 1;
            org.places += 1;
            let Some(person) = person else {
                counts.unnamed += 1;
                continue;
            };
            *org.people.entry(person).or_default() |= came;
            *here.entry(person).or_default() |= came;
        }
    }
    for (person, came) in here {
        let reached = people.entry(person).or_default();
        reached.gatherings += 1;
        reached.came |= came;
    }
}

/// Who is on each place of a registration, and whether they came.
fn places<'a>(
    card: &'a GatheringCard,
    it: &'a RegistrationCard,
) -> impl Iterator<Item = (Option<PersonId>, bool)> + 'a {
    let party = &it.booking().party;
    let people = std::iter::once(Some(party.booker)).chain(party.guests.iter().copied());
    let came = |place| matches!(card.presence(it, place), Presence::Attended | Presence::Late);
    (1..).zip(people).map(move |(place, person)| (person, came(place)))
}

impl OrganisationReach {
    fn of((organisation, org): (Option<OrganisationId>, Org)) -> Self {
        Self {
            organisation,
            gatherings: org.gatherings,
            places: org.places,
            people: as_count(org.people.len()),
            came: as_count(org.people.values().filter(|came| **came).count()),
        }
    }
}

impl Reach {
    /// Which period.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// How many gatherings took place.
    #[must_use]
    pub fn gatherings(&self) -> u64 {
        self.counts.gatherings
    }

    /// How many confirmed places there were, at all of them together.
    #[must_use]
    pub fn places(&self) -> u64 {
        self.counts.places
    }

    /// How many different people had a place. Guests without a name are not among them: see [`unnamed`](Self::unnamed).
    #[must_use]
    pub fn people(&self) -> u64 {
        self.counts.people
    }

    /// How many places were of guests without a name.
    #[must_use]
    pub fn unnamed(&self) -> u64 {
        self.counts.unnamed
    }

    /// How many different people came at least once, late or not.
    #[must_use]
    pub fn came(&self) -> u64 {
        self.counts.came
    }

    /// How many different people had a place at more than one gathering.
    #[must_use]
    pub fn more_than_once(&self) -> u64 {
        self.counts.more_than_once
    }

    /// Organisation by organisation, that with the most places first, then by id.
    #[must_use]
    pub fn organisations(&self) -> &[OrganisationReach] {
        &self.organisations
    }

    /// Takes the names of organisations from the host: a log has their ids alone. It is asked once for each.
    #[must_use]
    pub fn with_organisations(mut self, mut name: impl FnMut(OrganisationId) -> Option<String>) -> Self {
        let ids = self.organisations.iter().filter_map(|row| row.organisation);
        self.names = ids.filter_map(|id| Some((id, name(id)?))).collect();
        self
    }

    /// Who of some people had no place in the period: a host's members, for one. In the order of their ids, each once.
    #[must_use]
    pub fn people_not_reached(&self, members: impl IntoIterator<Item = PersonId>) -> Vec<PersonId> {
        let members: BTreeSet<_> = members.into_iter().collect();
        members.into_iter().filter(|person| !self.people.contains_key(person)).collect()
    }

    /// Which of some organisations had no place in the period: a host's members, for one. In the order of their ids, each once.
    #[must_use]
    pub fn organisations_not_reached(
        &self,
        members: impl IntoIterator<Item = OrganisationId>,
    ) -> Vec<OrganisationId> {
        let reached: BTreeSet<_> = self.organisations.iter().filter_map(|row| row.organisation).collect();
        let members: BTreeSet<_> = members.into_iter().collect();
        members.difference(&reached).copied().collect()
    }

    /// Opens what people say of their regions, and counts that. The purpose goes with it wherever it is serialised.
    ///
    /// Each person's details are opened once, and nothing of them is kept but the region. Regions are taken as they were written,
    /// without blanks around them.
    #[must_use]
    pub fn expose(&self, purpose: &str) -> ExposedReach {
        let mut opening = Opening::new(self.opener.as_ref());
        let mut exposed = ExposedReach {
            reach: self.clone(),
            purpose: purpose.to_owned(),
            regions: Vec::new(),
            not_said: 0,
            erased: 0,
            unavailable: 0,
        };
        let mut regions: BTreeMap<String, u64> = BTreeMap::new();
        for (person, known) in &self.on_record {
            let shown = opening.of(*person, known.details.as_ref());
            let count = match shown.details.region.trim() {
                _ if known.heard(&shown).forgotten.is_some() => &mut exposed.erased,
                _ if shown.unavailable.is_some() => &mut exposed.unavailable,
                "" => &mut exposed.not_said,
                region => regions.entry(region.to_owned()).or_default(),
            };
            *count += 1;
        }
        exposed.regions =
            regions.into_iter().map(|(region, people)| RegionReach { region, people }).collect();
        exposed.regions.sort_by_key(|row| std::cmp::Reverse(row.people));
        exposed
    }

    fn figures(&self) -> String {
        let it = self.counts;
        format!(
            "{} gatherings, {} places\n{} people, {} of them more than once, {} came; {} guests without a name",
            it.gatherings, it.places, it.people, it.more_than_once, it.came, it.unnamed
        )
    }
}

/// A reach with its regions, for the eyes of those who may see them.
///
/// Serialised it is what [`Reach`] is, with `purpose`, `regions` (`region`, `people`), `not_said`, `erased` and `unavailable`. `Debug`
/// shows no region.
#[derive(Clone, Debug)]
pub struct ExposedReach {
    reach: Reach,
    purpose: String,
    regions: Vec<RegionReach>,
    not_said: u64,
    erased: u64,
    unavailable: u64,
}

impl ExposedReach {
    /// What the regions were opened for.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// What is clear of it.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Region by region, that with the most people first, then by name.
    #[must_use]
    pub fn regions(&self) -> &[RegionReach] {
        &self.regions
    }

    /// Of how many people nothing is on record that names a region.
    #[must_use]
    pub fn not_said(&self) -> u64 {
        self.not_said
    }

    /// How many of the people are forgotten.
    #[must_use]
    pub fn erased(&self) -> u64 {
        self.erased
    }

    /// Of how many people the details cannot be read.
    #[must_use]
    pub fn unavailable(&self) -> u64 {
        self.unavailable
    }
}

impl fmt::Debug for RegionReach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegionReach({PERSONAL}, {})", self.people)
    }
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach")
            .field("period", &self.period)
            .field("counts", &self.counts)
            .field("organisations", &self.organisations)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Reach {
    /// Figures and a table, at most 80 columns wide, without a line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reach, {}\n\n{}", self.period, self.figures())?;
        if self.organisations.is_empty() {
            return Ok(());
        }
        let numbers = ["Gatherings", "Places", "People", "Came"].map(Column::number);
        let mut table = Table::new([Column::subject("Organisation")].into_iter().chain(numbers).collect());
        for row in &self.organisations {
            let name = organisation_cell(row.organisation, &self.names);
            let counts = [row.gatherings, row.places, row.people, row.came].map(|count| count.to_string());
            table.row([name].into_iter().chain(counts).collect());
        }
        write!(f, "\n\n{table}")
    }
}

impl fmt::Display for ExposedReach {
    /// As the reach, and a table of regions below.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(vec![Column::subject("Region"), Column::number("People")]);
        for row in &self.regions {
            table.row(vec![row.region.clone(), row.people.to_string()]);
        }
        let others =
            [("(not said)", self.not_said), ("[erased]", self.erased), ("[unavailable]", self.unavailable)];
        for (word, people) in others.into_iter().filter(|(_, people)| *people > 0) {
            table.row(vec![word.into(), people.to_string()]);
        }
        write!(f, "{}\n\n{table}", self.reach)
    }
}

#[derive(serde::Serialize)]
struct ReachForm<'a> {
    period: Period,
    #[serde(flatten)]
    counts: ReachCounts,
    organisations: Vec<OrganisationForm<'a>>,
}

#[derive(serde::Serialize)]
struct OrganisationForm<'a> {
    organisation: Option<OrganisationId>,
    name: Option<&'a str>,
    gatherings: u64,
    places: u64,
    people: u64,
    came: u64,
}

#[derive(serde::Serialize)]
struct ExposedForm<'a> {
    purpose: &'a str,
    #[serde(flatten)]
    reach: ReachForm<'a>,
    regions: &'a [RegionReach],
    not_said: u64,
    erased: u64,
    unavailable: u64,
}

impl<'a> From<&'a Reach> for ReachForm<'a> {
    fn from(it: &'a Reach) -> Self {
        let organisations = it.organisations.iter().map(|row| OrganisationForm {
            organisation: row.organisation,
            name: row.organisation.and_then(|id| it.names.get(&id)).map(String::as_str),
            gatherings: row.gatherings,
            places: row.places,
            people: row.people,
            came: row.came,
        });
        Self { period: it.period, counts: it.counts, organisations: organisations.collect() }
    }
}

impl Serialize for Reach {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ReachForm::from(self).serialize(serializer)
    }
}

impl Serialize for ExposedReach {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { reach, purpose, regions, not_said, erased, unavailable } = self;
        let (not_said, erased, unavailable) = (*not_said, *erased, *unavailable);
        ExposedForm { purpose, reach: reach.into(), regions, not_said, erased, unavailable }
            .serialize(serializer)
    }
}
