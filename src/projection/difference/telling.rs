//! A difference as people read it, and as machines do.

use std::collections::BTreeMap;
use std::fmt;

use hashbrown::HashMap;
use serde::ser::{Serialize, Serializer};

use super::{ClaimChange, Compared, Difference, GatheringDifference, GatheringStanding};
use crate::fact::{Capacity, Presence};
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId};
use crate::projection::claim::{Claim, ClaimCounts};
use crate::projection::lifecycle::Lifecycle;
use crate::projection::names::PERSONAL;
use crate::projection::presence::word;
use crate::projection::status::RegistrationStatus;
use crate::projection::table::{Column, Table, WIDTH, fit};
use crate::projection::when::{Heading, instant_cell};

type Names = HashMap<PersonId, String>;

/// A difference with names, for the eyes of those who may see them.
///
/// Serialised it is what [`Difference`] is, with `purpose` at the top and a `name` in each claim, empty for a guest who is not named.
/// `Debug` shows no name.
#[derive(Clone)]
pub struct ExposedDifference {
    difference: Difference,
    purpose: String,
    names: Names,
}

impl ExposedDifference {
    pub(super) fn new(difference: Difference, purpose: &str, names: Names) -> Self {
        Self { difference, purpose: purpose.to_owned(), names }
    }

    /// What the names were opened for.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// What differs.
    #[must_use]
    pub fn difference(&self) -> &Difference {
        &self.difference
    }

    /// The name of somebody it tells of, as it is printed: in brackets where there is none.
    #[must_use]
    pub fn name(&self, person: PersonId) -> Option<&str> {
        self.names.get(&person).map(String::as_str)
    }
}

impl fmt::Debug for ExposedDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExposedDifference({:?}, names {PERSONAL})", self.difference)
    }
}

impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Difference")
            .field("from", &self.from)
            .field("to", &self.to)
            .field("gatherings", &self.gatherings)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Difference {
    /// Gathering by gathering, with ids in place of names, at most 80 columns wide, without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_all(f, self, None)
    }
}

impl fmt::Display for ExposedDifference {
    /// Gathering by gathering, with names, at most 80 columns wide, without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_all(f, &self.difference, Some(&self.names))
    }
}

fn write_all(f: &mut fmt::Formatter<'_>, it: &Difference, names: Option<&Names>) -> fmt::Result {
    write!(f, "From {} to {}", moment(it.from), moment(it.to))?;
    if it.is_empty() {
        return f.write_str("\n\nnothing changed");
    }
    for gathering in &it.gatherings {
        write!(f, "\n\n{}", gathering.heading())?;
        write_gathering(f, gathering, names)?;
    }
    let (came, left, changed) = it.counts();
    write!(f, "\n\n{came} came, {left} left, {changed} changed")?;
    let (before, after) = it.claimed();
    write_counts(f, "\n", &before, &after)
}

fn moment(it: Compared) -> String {
    format!("position {} ({})", it.position, instant_cell(it.at, None))
}

fn write_gathering(
    f: &mut fmt::Formatter<'_>,
    it: &GatheringDifference,
    names: Option<&Names>,
) -> fmt::Result {
    for line in it.standing_lines() {
        write!(f, "\n{}", fit(&line, WIDTH))?;
    }
    if it.changes.is_empty() {
        return Ok(());
    }
    write!(f, "\n\n{}", it.table(names))?;
    write_counts(f, "\n\n", &it.claimed_before, &it.claimed_after)
}

/// The counts that are not 0 both before and after, as `confirmed 3 → 4`.
fn write_counts(
    f: &mut fmt::Formatter<'_>,
    ahead: &str,
    before: &ClaimCounts,
    after: &ClaimCounts,
) -> fmt::Result {
    let pairs = before.words().into_iter().zip(after.words());
    let told = pairs.filter(|((_, was), (_, is))| (*was, *is) != (0, 0));
    let told: Vec<_> = told.map(|((word, was), (_, is))| format!("{word} {was} → {is}")).collect();
    // Eight counts may take more than one line.
    for (nth, line) in told.chunks(3).enumerate() {
        let ahead = if nth == 0 { ahead } else { "\n" };
        write!(f, "{ahead}{}", line.join(", "))?;
    }
    Ok(())
}

impl GatheringDifference {
    fn heading(&self) -> Heading<'_> {
        let standing = self.after.as_ref().or(self.before.as_ref());
        Heading {
            title: &self.announcement.title,
            cancelled: standing.is_some_and(|it| it.lifecycle == Lifecycle::Cancelled),
            schedule: &self.announcement.schedule,
        }
    }

    /// What became of the gathering itself, a line for each.
    fn standing_lines(&self) -> Vec<String> {
        let (Some(before), Some(after)) = (&self.before, &self.after) else {
            let what =
                if self.before.is_none() { "was not announced before" } else { "is not announced yet" };
            return vec![what.into()];
        };
        let mut lines = Vec::new();
        if before.lifecycle != after.lifecycle {
            lines.push(format!("{} → {}", before.lifecycle, after.lifecycle));
        }
        if before.schedule != after.schedule {
            lines.push(format!("was {}", before.schedule));
        }
        lines.extend(after.limits.iter().filter_map(|(pool, is)| self.limit_line(before, *pool, *is)));
        lines
    }

    /// What became of a pool; `None` where it is as it was.
    fn limit_line(&self, before: &GatheringStanding, pool: PoolId, is: Capacity) -> Option<String> {
        let was = before.limits.iter().find(|(known, _)| *known == pool).map(|(_, was)| *was);
        let name = self.announcement.pools.iter().find(|known| known.id == pool).map(|known| &known.name)?;
        let was_told = was.map_or_else(|| String::from("none"), limit_cell);
        (was != Some(is)).then(|| format!("{name}: {was_told} → {}", limit_cell(is)))
    }

    fn table(&self, names: Option<&Names>) -> Table {
        let whose = names.map_or(Column::whole("Person"), |_| Column::subject("Name"));
        let (what, number) = (Column::whole("What"), Column::number("No."));
        let mut table = Table::new(vec![what, number, whose, Column::text("Before"), Column::text("After")]);
        for change in &self.changes {
            let claim = change.after().or(change.before());
            let number = claim.map(|claim| claim.number.to_string()).unwrap_or_default();
            let before = change.before().map(|claim| self.claim_cell(claim)).unwrap_or_default();
            table.row(vec![words(change).into(), number, who(claim, names), before, self.after_cell(change)]);
        }
        table
    }

    fn after_cell(&self, change: &ClaimChange) -> String {
        match change {
            ClaimChange::Left { how: Some(how), .. } => how.to_string(),
            ClaimChange::Left { how: None, .. } => "place given up".into(),
            ClaimChange::Came(claim) | ClaimChange::Changed { after: claim, .. } => self.claim_cell(claim),
        }
    }

    /// How a place stands: whether they came is more than that they were to.
    fn claim_cell(&self, claim: &Claim) -> String {
        let has_word = claim.status == RegistrationStatus::Confirmed && claim.presence != Presence::Unknown;
        let status = if has_word { word(claim.presence).into() } else { claim.status.to_string() };
        let has_choice = self.announcement.offerings.len() > 1;
        match self.announcement.offering(claim.offering).filter(|_| has_choice) {
            Some(offering) => format!("{status}, {}", offering.name),
            None => status,
        }
    }
}

/// Whose place it is; of one that was handed over, whose it is now.
fn who(claim: Option<&Claim>, names: Option<&Names>) -> String {
    let Some(person) = claim.and_then(|claim| claim.person) else { return "guest".into() };
    let name = names.and_then(|names| names.get(&person).cloned());
    name.unwrap_or_else(|| person.to_string())
}

fn words(change: &ClaimChange) -> &'static str {
    match change.code() {
        "handed_over" => "handed over",
        code => code,
    }
}

fn limit_cell(limit: Capacity) -> String {
    match limit {
        Capacity::Limited(places) => places.to_string(),
        Capacity::Unlimited => "no limit".into(),
    }
}

#[derive(serde::Serialize)]
struct DifferenceForm<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<&'a str>,
    from: Compared,
    to: Compared,
    came: u64,
    left: u64,
    changed: u64,
    before: ClaimCounts,
    after: ClaimCounts,
    gatherings: Vec<GatheringForm<'a>>,
}

#[derive(serde::Serialize)]
struct GatheringForm<'a> {
    gathering: GatheringId,
    title: &'a str,
    before: Option<StandingForm>,
    after: Option<StandingForm>,
    claimed_before: ClaimCounts,
    claimed_after: ClaimCounts,
    changes: Vec<ChangeForm<'a>>,
}

#[derive(serde::Serialize)]
struct StandingForm {
    lifecycle: &'static str,
    schedule: String,
    limits: BTreeMap<PoolId, Option<u32>>,
}

#[derive(serde::Serialize)]
struct ChangeForm<'a> {
    what: &'static str,
    before: Option<ClaimForm<'a>>,
    after: Option<ClaimForm<'a>>,
    how: Option<&'static str>,
}

#[derive(serde::Serialize)]
struct ClaimForm<'a> {
    number: u32,
    place: u16,
    registration: RegistrationId,
    person: Option<PersonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    offering: OfferingId,
    status: &'static str,
    presence: &'static str,
    uncounted: bool,
}

impl From<&GatheringStanding> for StandingForm {
    fn from(it: &GatheringStanding) -> Self {
        let limit = |(pool, limit): &(PoolId, Capacity)| match limit {
            Capacity::Limited(places) => (*pool, Some(*places)),
            Capacity::Unlimited => (*pool, None),
        };
        Self {
            lifecycle: it.lifecycle.code(),
            schedule: it.schedule.to_string(),
            limits: it.limits.iter().map(limit).collect(),
        }
    }
}

fn claim_form<'a>(claim: &Claim, names: Option<&'a Names>) -> ClaimForm<'a> {
    let of = |names: &'a Names| claim.person.and_then(|person| names.get(&person)).map_or("", String::as_str);
    ClaimForm {
        number: claim.number,
        place: claim.place,
        registration: claim.registration,
        person: claim.person,
        name: names.map(of),
        offering: claim.offering,
        status: claim.status.code(),
        presence: claim.presence.code(),
        uncounted: claim.uncounted,
    }
}

fn change_form<'a>(change: &ClaimChange, names: Option<&'a Names>) -> ChangeForm<'a> {
    let how = match change {
        ClaimChange::Left { how, .. } => how.map(RegistrationStatus::code),
        ClaimChange::Came(_) | ClaimChange::Changed { .. } => None,
    };
    let form = |claim: Option<&Claim>| claim.map(|claim| claim_form(claim, names));
    ChangeForm { what: change.code(), before: form(change.before()), after: form(change.after()), how }
}

fn form<'a>(it: &'a Difference, purpose: Option<&'a str>, names: Option<&'a Names>) -> DifferenceForm<'a> {
    let gathering = |it: &'a GatheringDifference| GatheringForm {
        gathering: it.gathering,
        title: &it.announcement.title,
        before: it.before.as_ref().map(StandingForm::from),
        after: it.after.as_ref().map(StandingForm::from),
        claimed_before: it.claimed_before,
        claimed_after: it.claimed_after,
        changes: it.changes.iter().map(|change| change_form(change, names)).collect(),
    };
    let ((came, left, changed), (before, after)) = (it.counts(), it.claimed());
    let gatherings = it.gatherings.iter().map(gathering).collect();
    DifferenceForm { purpose, from: it.from, to: it.to, came, left, changed, before, after, gatherings }
}

impl Serialize for Difference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        form(self, None, None).serialize(serializer)
    }
}

impl Serialize for ExposedDifference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        form(&self.difference, Some(&self.purpose), Some(&self.names)).serialize(serializer)
    }
}
