//! How an offering treats those who ask for it: its line, its approval, its holds, who may have it.

use chrono::{NaiveTime, TimeDelta, Timelike};

use super::credential::Who;
use super::window::BookingTime;
use crate::id::{PoolId, SetAsideId};
use crate::image::image;

/// How the line of an offering is served.
///
/// ```
/// use gather::{HeadPolicy, LinePolicy, OfferTerms, Serving};
///
/// let policy = LinePolicy::default(); // places go to whoever is next, and a party that does not fit holds the line
/// assert_eq!((policy.serving, policy.head), (Serving::Automatic, HeadPolicy::Strict));
/// let asked = LinePolicy::offering_for_hours(48).best_fit();
/// assert_eq!(asked.serving, Serving::Offer(OfferTerms { respond_within: 48 * 3_600, quiet: None }));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinePolicy {
    /// Whether a free place is given or offered.
    pub serving: Serving,
    /// What happens when the first in line does not fit.
    pub head: HeadPolicy,
}

image!(struct LinePolicy { serving, head });

impl LinePolicy {
    /// The same with times that can be stored.
    pub(crate) fn whole(mut self) -> Self {
        if let Serving::Offer(terms) = &mut self.serving {
            terms.quiet = terms.quiet.map(QuietHours::whole);
        }
        self
    }

    /// A free place is offered, and whoever gets the offer has so many hours to answer.
    #[must_use]
    pub fn offering_for_hours(hours: u16) -> Self {
        let terms = OfferTerms { respond_within: u32::from(hours).saturating_mul(3_600), quiet: None };
        Self { serving: Serving::Offer(terms), head: HeadPolicy::Strict }
    }

    /// No offer ends between these times of the day, by the clocks where the gathering is (UTC while its date, and so
    /// its zone, is to be confirmed). Without offers it says nothing.
    #[must_use]
    pub fn quiet_between(mut self, from: NaiveTime, until: NaiveTime) -> Self {
        if let Serving::Offer(terms) = &mut self.serving {
            terms.quiet = Some(QuietHours { from, until });
        }
        self
    }

    /// A party that does not fit is passed by whoever fits.
    #[must_use]
    pub fn best_fit(mut self) -> Self {
        self.head = HeadPolicy::BestFit;
        self
    }

    /// A party that does not fit holds the line until so many hours before the start; from then on it is passed.
    #[must_use]
    pub fn best_fit_from(mut self, hours_before_start: u16) -> Self {
        self.head =
            HeadPolicy::StrictThenFit { seconds: u32::from(hours_before_start).saturating_mul(3_600) };
        self
    }
}

/// Whether whoever is next in line gets a place or is asked first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Serving {
    /// They get it at once.
    #[default]
    Automatic,
    /// They are offered it, and must accept in time.
    Offer(OfferTerms),
}

image!(enum Serving { 0 => Automatic, 1 => Offer(terms) });

/// How long somebody has to answer an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OfferTerms {
    /// How long, in seconds, from when the offer is recorded. Booking may close before.
    pub respond_within: u32,
    /// When no offer ends.
    pub quiet: Option<QuietHours>,
}

image!(struct OfferTerms { respond_within, quiet });

/// Hours of the day in which no offer ends: from a time on, until another, over midnight where that is earlier. Where
/// both are equal there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QuietHours {
    /// The first quiet instant of the day.
    pub from: NaiveTime,
    /// The first instant that is no longer quiet.
    pub until: NaiveTime,
}

image!(struct QuietHours { from, until });

impl QuietHours {
    /// The same in whole seconds of an ordinary minute, which is what can be stored.
    fn whole(self) -> Self {
        let whole = |time: NaiveTime| time.with_nanosecond(0).unwrap_or(time);
        Self { from: whole(self.from), until: whole(self.until) }
    }

    /// How long after this time of the day the quiet ends, if it is quiet then.
    pub(crate) fn left_at(self, time: NaiveTime) -> Option<TimeDelta> {
        let day = TimeDelta::days(1);
        let since = |later: NaiveTime, earlier: NaiveTime| {
            let apart = later.signed_duration_since(earlier);
            if apart < TimeDelta::zero() { apart + day } else { apart }
        };
        let is_quiet = since(time, self.from) < since(self.until, self.from);
        is_quiet.then(|| since(self.until, time))
    }

    /// How long before this time of the day the quiet began, if it is quiet then.
    pub(crate) fn begun_before(self, time: NaiveTime) -> Option<TimeDelta> {
        self.left_at(time)?;
        let apart = time.signed_duration_since(self.from);
        Some(if apart < TimeDelta::zero() { apart + TimeDelta::days(1) } else { apart })
    }
}

/// What happens when the party that is first in line is larger than what is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeadPolicy {
    /// It stays first, and nobody behind it gets what it waits for.
    #[default]
    Strict,
    /// Whoever fits is served, the earliest first; that others were passed is recorded with the reason.
    BestFit,
    /// Strict until so long before the start, best fit from then on. Without a start it stays strict.
    StrictThenFit {
        /// How long before the start, in seconds.
        seconds: u32,
    },
}

image!(enum HeadPolicy { 0 => Strict, 1 => BestFit, 2 => StrictThenFit { seconds } });

/// That somebody has to say yes before a registration counts as confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Approval {
    /// Whether a registration keeps places while it waits for the answer, as far as there are any.
    pub pending_uses_places: bool,
    /// How long the organiser has to answer, in seconds; then it expires. `None` is as long as it takes.
    pub decide_within: Option<u32>,
}

image!(struct Approval { pending_uses_places, decide_within });

/// How many people of one organisation may have places in a gathering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrganisationCap {
    /// How many.
    pub people: u16,
    /// Until when it holds; `None` is for good.
    pub until: Option<BookingTime>,
}

image!(struct OrganisationCap { people, until });

/// How many people more than its capacity a pool takes, since some never come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overbook {
    /// None.
    #[default]
    No,
    /// So many.
    Places(u32),
    /// So many for each hundred places, rounded down.
    PerCent(u16),
}

image!(enum Overbook { 0 => No, 1 => Places(more), 2 => PerCent(of_hundred) });

impl OrganisationCap {
    /// The same with times in whole microseconds, which is what can be stored.
    pub(crate) fn whole(mut self) -> Self {
        self.until = self.until.map(BookingTime::whole);
        self
    }
}

impl Overbook {
    /// How many that is for a number of places.
    #[must_use]
    pub fn of(self, places: u32) -> u32 {
        match self {
            Self::No => 0,
            Self::Places(more) => more,
            Self::PerCent(of_hundred) => {
                let more = u64::from(places).saturating_mul(u64::from(of_hundred)) / 100;
                u32::try_from(more).unwrap_or(u32::MAX)
            }
        }
    }
}

/// Places inside a pool that are kept for some people until a release time.
///
/// Whoever may draw on it takes from it first, and then from what is free for everybody. What is given back before the
/// release goes back to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "reserved")]
#[doc(alias = "blocked")]
pub struct SetAside {
    /// Its number within the gathering.
    pub id: SetAsideId,
    /// The pool that it is part of.
    pub pool: PoolId,
    /// How many places.
    pub places: u32,
    /// Who may draw on it; it is enough to be one of these.
    pub who: Vec<Who>,
    /// When what is left of it goes to everybody; `None` is never by itself. A time that counts from a start which is
    /// not known has not come.
    pub release: Option<BookingTime>,
}

image!(struct SetAside { id, pool, places, who, release });

impl SetAside {
    /// Places of a pool for nobody yet; say for whom with [`who`](Self::who).
    #[must_use]
    pub fn new(id: SetAsideId, pool: PoolId, places: u32) -> Self {
        Self { id, pool, places, who: Vec::new(), release: None }
    }

    /// Adds somebody who may draw on it.
    #[must_use]
    pub fn who(mut self, who: impl Into<Who>) -> Self {
        self.who.push(who.into());
        self
    }

    /// The same with times in whole microseconds, which is what can be stored.
    pub(crate) fn whole(mut self) -> Self {
        self.release = self.release.map(BookingTime::whole);
        self
    }

    /// Says when what is left goes to everybody.
    #[must_use]
    pub fn release(mut self, at: BookingTime) -> Self {
        self.release = Some(at);
        self
    }
}

/// Places of a registration that were drawn from a set-aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Draw {
    /// From which.
    pub set_aside: SetAsideId,
    /// How many.
    pub places: u32,
}

image!(struct Draw { set_aside, places });

/// How a registration waits for approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pending {
    /// Whether it keeps its places meanwhile.
    pub uses_places: bool,
    /// Until when it has to be answered; `None` is as long as it takes.
    pub until: Option<chrono::DateTime<chrono::Utc>>,
}

image!(struct Pending { uses_places, until });

/// That everybody with a confirmed place is asked whether new dates suit them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reconfirmation {
    /// Until when they can answer.
    pub until: chrono::DateTime<chrono::Utc>,
    /// What becomes of those who do not.
    pub on_silence: Silence,
}

image!(struct Reconfirmation { until, on_silence });

/// What becomes of a registration whose people did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are these three")]
pub enum Silence {
    /// It keeps its places.
    Keep,
    /// It ends, and its places go to the line.
    Release,
    /// Its places go to the line, and its people get what there is afterwards.
    FollowUp,
}

image!(enum Silence { 0 => Keep, 1 => Release, 2 => FollowUp });

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> NaiveTime {
        text.parse().unwrap()
    }

    #[test]
    fn quiet_hours_run_over_midnight() {
        let night = QuietHours { from: time("21:00:00"), until: time("08:00:00") };
        assert_eq!(night.left_at(time("20:59:59")), None);
        assert_eq!(night.left_at(time("21:00:00")), Some(TimeDelta::hours(11)));
        assert_eq!(night.left_at(time("07:00:00")), Some(TimeDelta::hours(1)));
        assert_eq!(night.left_at(time("08:00:00")), None);
        assert_eq!(night.begun_before(time("01:00:00")), Some(TimeDelta::hours(4)));
        let never = QuietHours { from: time("08:00:00"), until: time("08:00:00") };
        assert_eq!(never.left_at(time("08:00:00")), None);
    }

    #[test]
    fn per_cent_is_rounded_down() {
        assert_eq!(Overbook::PerCent(10).of(19), 1);
        assert_eq!(Overbook::PerCent(10).of(u32::MAX), 429_496_729);
        assert_eq!(Overbook::Places(3).of(0), 3);
    }
}
