//! What changed between two moments: who came, who left, who stands otherwise now; and the gatherings themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use crate::fact::{Announcement, Capacity};
use crate::id::{GatheringId, PersonId, PoolId, RegistrationId};
use crate::projection::card::GatheringCard;
use crate::projection::claim::{Claim, ClaimCounts};
use crate::projection::lifecycle::Lifecycle;
use crate::projection::names::OnRecord;
use crate::projection::status::RegistrationStatus;
use crate::projection::{Lists, names};
use crate::record::Position;
use crate::schedule::Schedule;
use crate::sealed::Opener;

mod telling;
#[cfg(test)]
mod tests;

pub use telling::ExposedDifference;

/// A moment that was compared: up to where the log was known, and the time that was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Compared {
    /// The position of the last record that was known.
    pub position: Position,
    /// The time that was asked about.
    pub at: DateTime<Utc>,
}

/// What changed on one place that is claimed.
///
/// A registration that was moved to another offering of the same gathering, or superseded there, is one change and not two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "before, after, or both: there is no fourth")]
pub enum ClaimChange {
    /// Nobody claimed it before.
    Came(Claim),
    /// Nobody claims it after.
    Left {
        /// As it was.
        claim: Claim,
        /// What became of its registration; `None` where that goes on without this place: the party is smaller.
        how: Option<RegistrationStatus>,
    },
    /// It is claimed before and after, and something differs: whose it is, how it stands, what was booked, whether they came.
    Changed {
        /// As it was.
        before: Claim,
        /// As it is.
        after: Claim,
    },
}

impl ClaimChange {
    /// As it was, if it was there.
    #[must_use]
    pub fn before(&self) -> Option<&Claim> {
        match self {
            Self::Came(_) => None,
            Self::Left { claim, .. } => Some(claim),
            Self::Changed { before, .. } => Some(before),
        }
    }

    /// As it is, if it is there.
    #[must_use]
    pub fn after(&self) -> Option<&Claim> {
        match self {
            Self::Came(claim) => Some(claim),
            Self::Left { .. } => None,
            Self::Changed { after, .. } => Some(after),
        }
    }

    /// A stable name for machines: `came`, `left`, `moved` (to another registration or offering), `handed_over` (to another person),
    /// `changed`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Came(_) => "came",
            Self::Left { .. } => "left",
            Self::Changed { before, after } if before.registration != after.registration => "moved",
            Self::Changed { before, after } if before.person != after.person => "handed_over",
            Self::Changed { .. } => "changed",
        }
    }

    /// Places come in the order of what they are now, those that are gone where they were.
    fn order(&self) -> (u32, u16) {
        self.after().or(self.before()).map(Claim::key).unwrap_or_default()
    }
}

/// What of a gathering itself can be another at another moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GatheringStanding {
    /// How far it has come.
    pub lifecycle: Lifecycle,
    /// When it is.
    pub schedule: Schedule,
    /// Its pools with what they take, in the author's order.
    pub limits: Vec<(PoolId, Capacity)>,
}

impl GatheringStanding {
    fn of(card: &GatheringCard) -> Self {
        let it = card.announcement();
        Self {
            lifecycle: card.lifecycle(),
            schedule: it.schedule.clone(),
            limits: it.pools.iter().map(|pool| (pool.id, pool.limit())).collect(),
        }
    }
}

/// What changed of one gathering.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GatheringDifference {
    /// Which.
    pub gathering: GatheringId,
    /// The gathering as it was; `None` where it had not been announced.
    pub before: Option<GatheringStanding>,
    /// The gathering as it is; `None` where it is not announced yet: the later moment may be the earlier one.
    pub after: Option<GatheringStanding>,
    /// How many places were claimed.
    pub claimed_before: ClaimCounts,
    /// How many places are claimed.
    pub claimed_after: ClaimCounts,
    /// What changed, place by place, in the order of the registrations' numbers and then of places.
    pub changes: Vec<ClaimChange>,
    announcement: Arc<Announcement>,
}

impl GatheringDifference {
    fn between(
        before: Option<(&GatheringCard, Moment)>,
        after: Option<(&GatheringCard, Moment)>,
    ) -> Option<Self> {
        let (newest, _) = after.or(before)?;
        let claims = |side: Option<(&GatheringCard, Moment)>| {
            side.map(|(card, at)| card.claims(at)).unwrap_or_default()
        };
        let (was, is) = (claims(before), claims(after));
        let standing =
            |side: Option<(&GatheringCard, Moment)>| side.map(|(card, _)| GatheringStanding::of(card));
        Some(Self {
            gathering: newest.id(),
            before: standing(before),
            after: standing(after),
            claimed_before: was.iter().collect(),
            claimed_after: is.iter().collect(),
            changes: changes(&was, &is, after),
            announcement: newest.shared_announcement(),
        })
    }

    /// The announcement as it is at the later moment, or was at the earlier where it is not there any more.
    #[must_use]
    pub fn announcement(&self) -> &Announcement {
        &self.announcement
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before == self.after && self.changes.is_empty()
    }

    /// What was claimed before, with the changes made: what is claimed after. A place that is none of these claims' stays
    /// away.
    #[must_use]
    pub fn apply(&self, before: &[Claim]) -> Vec<Claim> {
        let mut claims: BTreeMap<(u32, u16), Claim> =
            before.iter().map(|claim| (claim.key(), *claim)).collect();
        for gone in self.changes.iter().filter_map(ClaimChange::before) {
            claims.remove(&gone.key());
        }
        claims.extend(self.changes.iter().filter_map(ClaimChange::after).map(|claim| (claim.key(), *claim)));
        claims.into_values().collect()
    }
}

type Moment = DateTime<Utc>;

/// What changed, place by place.
fn changes(was: &[Claim], is: &[Claim], after: Option<(&GatheringCard, Moment)>) -> Vec<ClaimChange> {
    let followed = followers(was, is, after);
    let now: BTreeMap<(u32, u16), &Claim> = is.iter().map(|claim| (claim.key(), claim)).collect();
    let successor = |claim: &Claim| followed.get(&claim.registration).map(|number| (*number, claim.place));
    let (mut changes, mut met) = (Vec::new(), BTreeSet::new());
    for claim in was {
        let there = now.get(&claim.key()).or_else(|| now.get(&successor(claim)?));
        match there {
            Some(after) => {
                met.insert(after.key());
                if *after != claim {
                    changes.push(ClaimChange::Changed { before: *claim, after: **after });
                }
            }
            None => changes.push(ClaimChange::Left { claim: *claim, how: ended(claim, after) }),
        }
    }
    changes
        .extend(is.iter().filter(|claim| !met.contains(&claim.key())).map(|claim| ClaimChange::Came(*claim)));
    changes.sort_by_key(ClaimChange::order);
    changes
}

/// Which registrations of before gave way to others that are new, on the same gathering: by the number of the other.
fn followers(
    was: &[Claim],
    is: &[Claim],
    after: Option<(&GatheringCard, Moment)>,
) -> HashMap<RegistrationId, u32> {
    let Some((card, _)) = after else { return HashMap::new() };
    let before: BTreeSet<RegistrationId> = was.iter().map(|claim| claim.registration).collect();
    let new = is.iter().filter(|claim| claim.place == 1 && !before.contains(&claim.registration));
    let gives_way = |claim: &Claim| {
        let index = usize::try_from(claim.number.checked_sub(1)?).ok()?;
        Some((card.registration_at(index)?.booking().supersedes?, claim.number))
    };
    // What came first keeps it, should two say that they took one's place.
    let mut followed = HashMap::new();
    for (registration, number) in new.filter_map(gives_way) {
        followed.entry(registration).or_insert(number);
    }
    followed
}

/// What became of the registration of a place that nobody claims any more.
fn ended(claim: &Claim, after: Option<(&GatheringCard, Moment)>) -> Option<RegistrationStatus> {
    let (card, at) = after?;
    let index = usize::try_from(claim.number.checked_sub(1)?).ok()?;
    let status = card.status_at(card.registration_at(index)?, at);
    (!status.is_live()).then_some(status)
}

/// What changed between two moments of a log, gathering by gathering: who came, who left, who stands otherwise, with counts before and
/// after. Take one from [`Then::diff`](crate::Then::diff).
///
/// Gatherings of which nothing changed are left out; the others are in the order of their ids, their places in the order of the
/// registrations. Between two moments that show the same it is [empty](Self::is_empty). The first moment may be the later one: then it
/// tells the way back.
///
/// Printed or serialised as it is, it names nobody. [`expose`](Self::expose) opens the names of those it tells of.
///
/// Serialised it has `from` and `to` (`position`, `at`), `came`, `left` and `changed` (numbers of places), `before` and `after` (see
/// [`ClaimCounts`]) and `gatherings`. Each of these has `gathering`, `title`, `before` and `after` (`lifecycle`, `schedule` as text,
/// `limits` by pool; `null` where it is not announced), `claimed_before`, `claimed_after` and `changes`. A change has `what` (see
/// [`ClaimChange::code`]), `before` and `after` (`number`, `place`, `registration`, `person`, `offering`, `status`, `presence`,
/// `uncounted`; or `null`) and `how` (the code of what became of it, or `null`).
#[derive(Clone)]
pub struct Difference {
    from: Compared,
    to: Compared,
    gatherings: Vec<GatheringDifference>,
    people: HashMap<PersonId, OnRecord>,
    opener: Arc<dyn Opener>,
}

impl Difference {
    /// Of all gatherings, or of one.
    pub(crate) fn between(
        (before, from): (&Lists, Compared),
        (after, to): (&Lists, Compared),
        only: Option<GatheringId>,
        opener: Arc<dyn Opener>,
    ) -> Self {
        let ids = before.gatherings().into_iter().chain(after.gatherings()).map(GatheringCard::id);
        let ids: BTreeSet<_> = ids.filter(|id| only.is_none_or(|only| only == *id)).collect();
        let of = |id: GatheringId| {
            let was = before.gathering(id).map(|card| (card, from.at));
            GatheringDifference::between(was, after.gathering(id).map(|card| (card, to.at)))
        };
        let gatherings: Vec<_> = ids.into_iter().filter_map(of).filter(|it| !it.is_empty()).collect();
        let told = gatherings.iter().flat_map(|it| &it.changes);
        let people = told.flat_map(|change| [change.before(), change.after()]).flatten();
        let on_record = |person: PersonId| {
            let newest = after.on_record(person);
            if newest.details.is_some() || newest.forgotten.is_some() {
                newest
            } else {
                before.on_record(person)
            }
        };
        let people = people.filter_map(|claim| claim.person).map(|person| (person, on_record(person)));
        Self { from, to, people: people.collect(), gatherings, opener }
    }

    /// The moment that it begins with.
    #[must_use]
    pub fn from(&self) -> Compared {
        self.from
    }

    /// The moment that it ends with.
    #[must_use]
    pub fn to(&self) -> Compared {
        self.to
    }

    /// The gatherings of which something changed, in the order of their ids.
    #[must_use]
    pub fn gatherings(&self) -> &[GatheringDifference] {
        &self.gatherings
    }

    /// What changed of one gathering; `None` if nothing did.
    #[must_use]
    pub fn of(&self, gathering: GatheringId) -> Option<&GatheringDifference> {
        self.gatherings.iter().find(|it| it.gathering == gathering)
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gatherings.is_empty()
    }

    /// How many places were claimed, of the gatherings of which something changed: before and after.
    #[must_use]
    pub fn claimed(&self) -> (ClaimCounts, ClaimCounts) {
        let (mut before, mut after) = (ClaimCounts::default(), ClaimCounts::default());
        for it in &self.gatherings {
            before += it.claimed_before;
            after += it.claimed_after;
        }
        (before, after)
    }

    fn count(&self, is_meant: impl Fn(&ClaimChange) -> bool) -> u64 {
        let changes = self.gatherings.iter().flat_map(|it| &it.changes);
        u64::try_from(changes.filter(|change| is_meant(change)).count()).unwrap_or(u64::MAX)
    }

    /// How many places came, left, and changed.
    #[must_use]
    pub fn counts(&self) -> (u64, u64, u64) {
        (
            self.count(|change| matches!(change, ClaimChange::Came(_))),
            self.count(|change| matches!(change, ClaimChange::Left { .. })),
            self.count(|change| matches!(change, ClaimChange::Changed { .. })),
        )
    }

    /// Opens the names of those it tells of, each once. The purpose goes with it wherever it is serialised.
    ///
    /// Names are those of the later moment.
    #[must_use]
    pub fn expose(&self, purpose: &str) -> ExposedDifference {
        let mut opening = names::Opening::new(self.opener.as_ref());
        let name = |(person, known): (&PersonId, &OnRecord)| {
            let shown = opening.of(*person, known.details.as_ref());
            (*person, names::name_cell(&shown.details, shown.unavailable, known.heard(&shown).forgotten))
        };
        ExposedDifference::new(self.clone(), purpose, self.people.iter().map(name).collect())
    }
}
