//! Basket: several registrations at once, all or nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::capacity::{self, Demand};
use super::decision::{Decision, Gathering};
use super::refusal::Refusal;
use super::register::{Asked, Register, Registered};
use super::{Context, Decide, waiting_list};
use crate::fact::Fact;
use crate::id::{GatheringId, OfferingId};
use crate::person::Answers;
use crate::sealed::{Personal, Sealed};

/// Asks for several things at once: the conference and its site visit, three webinars of a series.
///
/// Either every part gets its places, or the command is refused and nothing changes. What the parts take of a pool is
/// summed before anybody is admitted. A part that requires another may come before or after it. With
/// [`best_effort`](Self::best_effort) parts stand in line or are left out instead.
///
/// # Refusals
/// Answers of more than 12 MiB in all. For the first part that meets one: as for [`Register`], up to somebody registered
/// already. Somebody named twice for one offering. For all parts together: can never fit, full, room that others wait
/// for. Then part by part: without a place in what is required, something at the same time.
///
/// With best effort a part is left out where places are wanting, what it requires is not confirmed, or somebody has
/// something else at the same time. All other refusals, somebody registered already among them, are still the whole
/// basket's.
///
/// # Example
/// ```
/// use gather::{Basket, Desk, Gathering, Offering, OfferingId, Part, PersonId, Pool, PoolId, Register, Venue};
///
/// const CONFERENCE: OfferingId = OfferingId::new(1);
/// const VISIT: OfferingId = OfferingId::new(2);
///
/// let desk = Desk::in_memory();
/// let conference = Gathering::conference("The Changing Landscape", Venue::new("Central Library"))
///     .at("2099-03-20 09:30 to 16:30 Europe/London".parse()?)
///     .pool(Pool::new(PoolId::new(1), "hall", 120))
///     .pool(Pool::new(PoolId::new(2), "coach", 1))
///     .offering(Offering::new(CONFERENCE, "conference", [PoolId::new(1)]))
///     .offering(Offering::new(VISIT, "site visit", [PoolId::new(2)]).requires(CONFERENCE));
/// let conference = desk.announce(conference)?.outcome;
///
/// let both = |who| {
///     Basket::new()
///         .part(Register::new(conference, who).offering(CONFERENCE))
///         .part(Register::new(conference, who).offering(VISIT))
/// };
/// assert!(desk.execute(both(PersonId::random())).is_ok());
///
/// let late = PersonId::random();
/// let refused = desk.execute(both(late)).unwrap_err();
/// assert_eq!(refused.refusal().unwrap().code(), "full"); // the coach is, so there is no conference place either
/// let parts = desk.execute(both(late).best_effort())?.outcome;
/// assert!(matches!(parts[..], [Part::Registered(first), Part::Registered(second)]
///     if first.is_confirmed() && !second.is_confirmed()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "cart")]
#[doc(alias = "order")]
#[doc(alias = "bundle")]
pub struct Basket<A = Personal<Answers>> {
    pub(crate) parts: Vec<Register<A>>,
    pub(crate) best_effort: bool,
}

/// What came of one part of a basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a part may wait, or have been left out"]
#[expect(clippy::exhaustive_enums, reason = "a caller must not overlook that something was left out")]
pub enum Part {
    /// It is registered: confirmed or, with best effort, perhaps in line.
    Registered(Registered),
    /// With best effort only: it was left out. There is no room and no line, what it requires is not confirmed, or
    /// somebody has something else at the same time.
    LeftOut,
}

impl Basket {
    /// An empty basket: done as it is, it changes nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { parts: Vec::new(), best_effort: false }
    }

    /// Adds a part. The outcome has them in the same order.
    #[must_use]
    pub fn part(mut self, part: Register) -> Self {
        self.parts.push(part);
        self
    }

    /// Takes what can be had: each part for itself gets its places or stands in line, and what can do neither is left
    /// out ([`Part::LeftOut`]). What a part requires is tried before it. Other refusals still refuse the basket.
    #[must_use]
    pub fn best_effort(mut self) -> Self {
        self.best_effort = true;
        self
    }
}

impl Default for Basket {
    fn default() -> Self {
        Self::new()
    }
}

type SealedPart = Register<Sealed<Answers>>;

/// A part that has been looked at, with its number in the basket.
struct Item<'b> {
    number: usize,
    part: &'b SealedPart,
    asked: Asked<'b>,
}

impl Item<'_> {
    /// Registers it, the places being there or not.
    fn enter(
        &self,
        decision: &mut Decision<'_>,
        context: &Context,
        has_a_place: bool,
    ) -> Result<Registered, Refusal> {
        let nth = u32::try_from(self.number).unwrap_or(u32::MAX);
        self.part.enter(decision, &self.asked, context.new_registration(nth), has_a_place)
    }

    /// As much as can be had of it.
    fn try_for_itself(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Part, Refusal> {
        let fits = self.asked.must_be_eligible(decision).and_then(|()| self.asked.has_a_place(decision));
        match fits {
            Ok(has_a_place) => self.enter(decision, context, has_a_place).map(Part::Registered),
            Err(refusal) if can_be_left_out(&refusal) => Ok(Part::LeftOut),
            Err(refusal) => Err(refusal),
        }
    }
}

fn can_be_left_out(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NeedsPlace { .. }
            | Refusal::Overlap { .. }
            | Refusal::NeverFits { .. }
            | Refusal::Full { .. }
            | Refusal::LineFirst { .. }
    )
}

impl Basket<Sealed<Answers>> {
    /// The parts, each looked at, in the order in which they are to be registered: what others require first.
    fn items(&self, decision: &mut Decision<'_>) -> Result<Vec<Item<'_>>, Refusal> {
        // All is read before anything is judged: a decision's time depends on what it has read, and all parts are judged
        // at one time. Whether a gathering is there is asked of each part in its turn.
        for part in &self.parts {
            drop(part.read(decision));
        }
        let mut items = Vec::with_capacity(self.parts.len());
        let mut claims = BTreeSet::new();
        for (number, part) in self.parts.iter().enumerate() {
            let asked = part.asked(decision)?;
            if let Some((_, _, person)) = asked.claims().find(|claim| !claims.insert(*claim)) {
                return Err(Refusal::TwiceInParty { person });
            }
            items.push(Item { number, part, asked });
        }
        let mut depths: BTreeMap<GatheringId, BTreeMap<OfferingId, usize>> = BTreeMap::new();
        for Item { asked: Asked { gathering, .. }, .. } in &items {
            depths.entry(gathering.id).or_insert_with(|| gathering.depths());
        }
        items.sort_by_key(|Item { asked: Asked { gathering, offering, .. }, .. }| {
            depths.get(&gathering.id).and_then(|depths| depths.get(&offering.id)).copied()
        });
        Ok(items)
    }

    fn outcome(&self, mut parts: Vec<(usize, Part)>) -> Vec<Part> {
        parts.sort_unstable_by_key(|(number, _)| *number);
        debug_assert_eq!(parts.len(), self.parts.len(), "every part comes to something");
        parts.into_iter().map(|(_, part)| part).collect()
    }
}

/// Refuses a basket whose parts do not all fit at once. What they take is summed for each pool of each gathering.
fn must_all_fit(decision: &Decision<'_>, items: &[Item<'_>]) -> Result<(), Refusal> {
    let mut sums: BTreeMap<GatheringId, (&Gathering, Demand)> = BTreeMap::new();
    for Item { asked, .. } in items {
        let none = (&asked.gathering, Demand::default());
        let (_, sum) = sums.entry(asked.gathering.id).or_insert(none);
        *sum = std::mem::take(sum).plus(&asked.demand());
    }
    let (mut never, mut short) = (Vec::new(), Vec::new());
    for (gathering, sum) in sums.values() {
        never.extend(capacity::shortages_when_empty(decision, gathering, sum));
        short.extend(capacity::shortages(decision, gathering, sum));
    }
    if !never.is_empty() {
        return Err(Refusal::NeverFits { short: never });
    }
    if !short.is_empty() {
        return Err(Refusal::Full { short, largest: 0 });
    }
    for Item { asked: Asked { gathering, offering, .. }, .. } in items {
        match waiting_list::held_against_newcomer(decision, gathering, offering) {
            None => return Err(Refusal::LineFirst { held: offering.pools.clone() }),
            Some(held) if !held.is_empty() => return Err(Refusal::LineFirst { held }),
            Some(_) => {}
        }
    }
    Ok(())
}

impl Decide for Basket<Sealed<Answers>> {
    type Outcome = Vec<Part>;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Vec<Part>, Refusal> {
        let items = self.items(decision)?;
        if !self.best_effort {
            must_all_fit(decision, &items)?;
        }
        let mut parts = Vec::with_capacity(items.len());
        for item in &items {
            let part = if self.best_effort {
                item.try_for_itself(decision, context)?
            } else {
                item.asked.must_be_eligible(decision)?;
                Part::Registered(item.enter(decision, context, true)?)
            };
            parts.push((item.number, part));
        }
        Ok(self.outcome(parts))
    }

    fn recall(&self, context: &Context, facts: &[Fact]) -> Option<Vec<Part>> {
        let made: BTreeMap<_, _> =
            facts.iter().filter_map(|fact| Some((fact.registration_made()?.0, fact))).collect();
        if made.len() != facts.len() {
            return None;
        }
        let mut left = made.len();
        let recalled = (0..).zip(&self.parts).map(|(nth, part)| {
            let Some(fact) = made.get(&context.new_registration(nth)) else {
                return self.best_effort.then_some(Part::LeftOut);
            };
            left = left.saturating_sub(1);
            // All or nothing leaves nobody in line.
            let told = part.recalled(fact).filter(|told| self.best_effort || told.is_confirmed());
            told.map(Part::Registered)
        });
        let parts = recalled.collect::<Option<Vec<_>>>()?;
        (left == 0).then_some(parts)
    }
}
