//! Basket: several registrations at once, all or nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::register::{Asked, Register, Registered, SealedRegister, Supersedes, registered};
use crate::domain::capacity;
use crate::domain::decision::Decision;
use crate::domain::refusal::{Refusal, Shortage};
use crate::domain::waiting_list::{Ahead, Room};
use crate::domain::{Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::{GatheringId, OfferingId, PoolId, RegistrationId};
use crate::person::{Answers, Needs};
use crate::sealed::{Personal, Sealed};

/// Asks for several things at once: the conference and its site visit, three webinars of a series.
///
/// Either every part gets its places (or waits for approval, where somebody has to say yes), or the command is refused and
/// nothing changes. Each part has to have room beside those before it. A part that requires another may come before or
/// after it. With [`best_effort`](Self::best_effort) parts stand in line or are left out instead.
///
/// # Refusals
/// Answers of more than 12 MiB in all. For the first part that meets one: as for [`Register`], up to somebody registered
/// already. Somebody named twice for one offering. What all parts take of a pool together can never fit. Then part by
/// part, what is required first: as for [`Register`] from whom the offering is for up to something at the same time; full,
/// room that others wait for, booking to the line only.
///
/// With best effort a part is left out where places are wanting, or somebody may not have it: it is for others, as many of
/// an organisation as may have places do, what it requires is not confirmed, there is another date of the series, or
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
pub struct Basket<A = Personal<Answers>, N = Personal<Needs>> {
    pub(crate) parts: Vec<Register<A, N>>,
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

/// A part that has been looked at, with its number in the basket.
struct Item<'b> {
    number: usize,
    part: &'b SealedRegister,
    asked: Asked,
    /// Who comes before it, as it was before any part was registered.
    ahead: Ahead,
}

impl Item<'_> {
    fn must_be_had(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Registered, Refusal> {
        self.part.must_be_eligible(decision, &self.asked)?;
        let room = self.part.room(decision, &self.asked, &self.ahead);
        // Where somebody has to say yes, no room is needed before that; everywhere else it is all or nothing.
        let room = if self.asked.offering.approval.is_some() { room } else { Ok(room?) };
        self.part.enter(decision, &self.asked, self.registration(context), room)
    }

    /// As much as can be had of it.
    fn try_for_itself(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Part, Refusal> {
        let asked = &self.asked;
        let can_be_had = self.part.must_be_eligible(decision, asked);
        let can_be_had = can_be_had.and_then(|()| self.part.must_fit_when_empty(decision, asked));
        let entered = can_be_had.and_then(|()| {
            let ahead = self.part.ahead(decision, asked);
            let room = self.part.room(decision, asked, &ahead);
            self.part.enter(decision, asked, self.registration(context), room)
        });
        match entered {
            Ok(registered) => Ok(Part::Registered(registered)),
            Err(refusal) if can_be_left_out(&refusal) => Ok(Part::LeftOut),
            Err(refusal) => Err(refusal),
        }
    }

    fn registration(&self, context: &Context) -> RegistrationId {
        context.new_registration(u32::try_from(self.number).unwrap_or(u32::MAX))
    }
}

/// All that is short for the parts of a basket together, where the part with this number has no room. A smaller party
/// would be no answer to a basket.
fn short_of_all(decision: &mut Decision<'_>, context: &Context, items: &[Item<'_>], first: usize) -> Refusal {
    let mut short: BTreeMap<(GatheringId, PoolId), Shortage> = BTreeMap::new();
    // What waits for approval takes places only where there are any, so with it no figure is sure.
    let mut somebody_waits = items.iter().any(|item| item.asked.offering.approval.is_some());
    // The decision is over, so what has no room can be taken for granted: whatever comes after it is short of more.
    for item in items.iter().skip(first) {
        match item.part.room(decision, &item.asked, &item.ahead) {
            Ok(_) => {}
            Err(Refusal::Full { short: more, others_wait, .. }) => {
                somebody_waits |= others_wait;
                short.extend(more.into_iter().map(|more| ((more.gathering, more.pool), more)));
            }
            Err(_) => somebody_waits = true,
        }
        let Asked { gathering, offering, .. } = &item.asked;
        let granted = Room::granted(decision, gathering, offering, item.part.applicant(), &item.ahead);
        drop(item.part.confirm(decision, &item.asked, item.registration(context), granted));
    }
    for shortage in short.values_mut() {
        let missing = shortage.missing();
        shortage.wanted = wanted(items, shortage.gathering, shortage.pool);
        shortage.free = i64::from(shortage.wanted).saturating_sub(missing);
    }
    Refusal::Full { short: short.into_values().collect(), largest: 0, others_wait: somebody_waits }
}

/// How many places all parts together take of a pool.
fn wanted(items: &[Item<'_>], gathering: GatheringId, pool: PoolId) -> u32 {
    let theirs = items
        .iter()
        .filter(|item| item.asked.gathering.id == gathering && item.asked.offering.pools.contains(&pool));
    theirs.map(|item| item.part.applicant().people).fold(0, u32::saturating_add)
}

fn can_be_left_out(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NotEligible { .. }
            | Refusal::OrganisationNeeded { .. }
            | Refusal::OrganisationCap { .. }
            | Refusal::NeedsPlace { .. }
            | Refusal::SeriesDate { .. }
            | Refusal::Overlap { .. }
            | Refusal::NeverFits { .. }
            | Refusal::Full { .. }
            | Refusal::LineFirst { .. }
            | Refusal::LineOnly { .. }
    )
}

impl Basket<Sealed<Answers>, Sealed<Needs>> {
    /// The parts, each looked at, in the order in which they are to be registered: what others require first.
    fn items(&self, decision: &mut Decision<'_>) -> Result<Vec<Item<'_>>, Refusal> {
        // All is read before anything is acted on: a decision's time depends on what it acts on, and all parts are judged
        // at one time. Whether a gathering is there is asked of each part in its turn.
        for part in &self.parts {
            drop(decision.gathering(part.gathering));
        }
        let mut items = Vec::with_capacity(self.parts.len());
        let mut claims = BTreeSet::new();
        for (number, part) in self.parts.iter().enumerate() {
            let asked = part.asked(decision, Supersedes::Ended)?;
            let mut named = part.party.named();
            let twice = |person: &_| !claims.insert((asked.gathering.id, asked.offering.id, *person));
            if let Some(person) = named.find(twice) {
                return Err(Refusal::TwiceInParty { person });
            }
            let ahead = part.ahead(decision, &asked);
            items.push(Item { number, part, asked, ahead });
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

/// Refuses a basket of which the parts together could never fit. What they take is summed for each pool.
fn must_fit_when_empty(decision: &Decision<'_>, items: &[Item<'_>]) -> Result<(), Refusal> {
    let mut sums: BTreeMap<GatheringId, BTreeMap<PoolId, u32>> = BTreeMap::new();
    for Item { part, asked, .. } in items {
        let sum = sums.entry(asked.gathering.id).or_default();
        for (pool, people) in capacity::demand(&asked.offering, part.applicant().people) {
            let wanted = sum.entry(pool).or_default();
            *wanted = wanted.saturating_add(people);
        }
    }
    let mut never = Vec::new();
    for (on, sum) in &sums {
        let Some(item) = items.iter().find(|item| item.asked.gathering.id == *on) else { continue };
        let demand: Vec<(PoolId, u32)> = sum.iter().map(|(pool, people)| (*pool, *people)).collect();
        never.extend(capacity::shortages_when_empty(decision, &item.asked.gathering, &demand));
    }
    if never.is_empty() { Ok(()) } else { Err(Refusal::NeverFits { short: never }) }
}

impl Decide for Basket<Sealed<Answers>, Sealed<Needs>> {
    type Outcome = Vec<Part>;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Vec<Part>, Refusal> {
        let items = self.items(decision)?;
        if !self.best_effort {
            must_fit_when_empty(decision, &items)?;
        }
        let mut parts = Vec::with_capacity(items.len());
        for (nth, item) in items.iter().enumerate() {
            let part = if self.best_effort {
                item.try_for_itself(decision, context)?
            } else {
                match item.must_be_had(decision, context) {
                    Ok(registered) => Part::Registered(registered),
                    Err(Refusal::Full { .. }) => return Err(short_of_all(decision, context, &items, nth)),
                    Err(refusal) => return Err(refusal),
                }
            };
            parts.push((item.number, part));
        }
        Ok(self.outcome(parts))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("basket");
        clear.each(self.parts.iter(), |clear, part| part.clear(clear)).flag(self.best_effort);
        if self.parts.iter().any(|part| !part.needs.is_empty()) {
            clear.each(self.parts.iter(), |clear, part| {
                clear.flag(!part.needs.is_empty());
                part.clear_needs(clear);
            });
        }
        clear
    }

    fn recall(&self, context: &Context, facts: &[Fact]) -> Option<Vec<Part>> {
        let part = |nth: u32| match registered(facts, context.new_registration(nth)) {
            Some(registered) => Some(Part::Registered(registered)),
            None => self.best_effort.then_some(Part::LeftOut),
        };
        (0..).zip(&self.parts).map(|(nth, _)| part(nth)).collect()
    }
}
