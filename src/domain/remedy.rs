//! What would change a refusal, for programs: the smallest change that would admit the request.

use chrono::{DateTime, Utc};

use super::problem::Shortage;
use super::refusal::Refusal;
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId};

/// One way out of a refusal: with it, and nothing else changed, the same request is no longer refused for this reason.
/// It is the least that will do: one place less, or one person more, would not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// So many more places in each of these pools.
    MorePlaces(Vec<MorePlaces>),
    /// A party of so many people.
    SmallerParty {
        /// How many.
        people: u32,
    },
    /// The same request at this time or later.
    Wait {
        /// From when on.
        until: DateTime<Utc>,
    },
    /// That registration ended, or moved. Where its gathering is over, [`CloseBooks`](crate::CloseBooks) ends what stands in line,
    /// and lets go of a date of a series.
    End {
        /// Which.
        registration: RegistrationId,
    },
    /// A confirmed place in this offering first.
    BookFirst {
        /// Which offering of the gathering.
        offering: OfferingId,
    },
    /// A secret address for the person's own calendar first.
    IssueCalendarToken {
        /// Whose.
        person: PersonId,
    },
    /// The secret address of the person's own calendar taken back first; or another one by
    /// [`RotateCalendarToken`](crate::RotateCalendarToken).
    RevokeCalendarToken {
        /// Whose.
        person: PersonId,
    },
    /// So many places, and no fewer.
    NoLessThan {
        /// How many people have one.
        places: u32,
    },
}

/// A pool, and how many more places of it would do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MorePlaces {
    /// Of which gathering.
    pub gathering: GatheringId,
    /// Which pool.
    pub pool: PoolId,
    /// What people call it.
    pub name: String,
    /// How many more places.
    pub places: u32,
}

impl Refusal {
    /// What would change it: each entry is a way of its own. Empty where only another request would do, or where it takes
    /// somebody's decision.
    ///
    /// ```
    /// use gather::{Desk, Gathering, PersonId, Register, Remedy};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(2);
    /// let talk = desk.announce(talk)?.outcome;
    /// let refused = desk.execute(Register::new(talk, PersonId::random()).unnamed_guests(3)).unwrap_err();
    /// let ways = refused.refusal().unwrap().remedies();
    /// assert!(matches!(&ways[..], [Remedy::MorePlaces(more)] if more[0].places == 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn remedies(&self) -> Vec<Remedy> {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the others take another request, or somebody's decision"
        )]
        match self {
            Self::NeverFits { short } => vec![more_places(short)],
            Self::Full { short, largest, others_wait } => {
                // Where others wait, how many more would do depends on them.
                let more = (!others_wait).then(|| more_places(short));
                let smaller = (*largest > 0).then_some(Remedy::SmallerParty { people: *largest });
                more.into_iter().chain(smaller).collect()
            }
            Self::OrganisationCap { used, cap, until, .. } => {
                let left = cap.saturating_sub(*used);
                let smaller = (left > 0).then_some(Remedy::SmallerParty { people: left });
                smaller.into_iter().chain(until.map(|until| Remedy::Wait { until })).collect()
            }
            Self::PartyTooLarge { limit, .. } => vec![Remedy::SmallerParty { people: *limit }],
            Self::BookingNotOpenYet { opens: Some(until), .. }
            | Self::NotBegun { starts: Some(until), .. }
            | Self::NotOver { ends: Some(until), .. } => vec![Remedy::Wait { until: *until }],
            Self::AlreadyRegistered { registration, .. }
            | Self::SeriesDate { registration, .. }
            | Self::Overlap { registration, .. }
            | Self::StillLive { registration }
            | Self::StillNeeded { registration } => vec![Remedy::End { registration: *registration }],
            Self::NeedsPlace { offering, .. } => vec![Remedy::BookFirst { offering: *offering }],
            Self::CalendarTokenExists { person } => vec![Remedy::RevokeCalendarToken { person: *person }],
            Self::NoCalendarToken { person } => vec![Remedy::IssueCalendarToken { person: *person }],
            Self::BelowUsed { used, .. } => vec![Remedy::NoLessThan { places: *used }],
            _ => Vec::new(),
        }
    }
}

fn more_places(short: &[Shortage]) -> Remedy {
    let more = short.iter().map(|shortage| MorePlaces {
        gathering: shortage.gathering,
        pool: shortage.pool,
        name: shortage.name.clone(),
        places: u32::try_from(shortage.missing()).unwrap_or(u32::MAX),
    });
    Remedy::MorePlaces(more.collect())
}
