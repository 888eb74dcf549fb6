//! Record presence: somebody came, came late, is excused; or it was a mistake.

use chrono::{DateTime, SubsecRound, Utc};

use crate::domain::cells::Claim;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, waiting_list};
use crate::fact::{Fact, Presence, PresenceSource};
use crate::id::RegistrationId;

/// Records how it was with one place of a registration: seen at the door or online, late, excused; or
/// [`Presence::Unknown`], which takes back what was recorded.
///
/// Of several records the one that was *seen* latest counts, and all scans of a place are one record, that they attended, as of the
/// earliest that counts: whoever is said to have come late after that is late, wherever they are scanned later. That is so in whatever order they arrive, so scans that were made without
/// a connection can be sent when there is one. Give each scan's own id as the [`request`](crate::Desk::request): then the
/// same scan counts once. A scan of somebody without a confirmed place is kept and flagged. That somebody did not come is
/// not said by hand: [`CloseBooks`](crate::CloseBooks) says it of everybody who was not seen.
///
/// # Refusals
/// In this order: unknown registration, gathering called off or archived, a draft, unknown place, said by hand that
/// somebody did not come, not begun (there is no date, or somebody was seen more than a day before the start).
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, PersonId, Presence, RecordPresence, Seen};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
/// let talk = desk.announce(talk)?.outcome;
/// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
///
/// let at_the_start = "2099-03-05T13:58:00Z".parse()?;
/// let came = RecordPresence::new(anns, Presence::Attended).seen_at(at_the_start);
/// assert_eq!(desk.execute(came)?.outcome, Seen::Counted);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[doc(alias = "check in")]
#[doc(alias = "scan")]
pub struct RecordPresence {
    registration: RegistrationId,
    place: u16,
    presence: Presence,
    source: PresenceSource,
    seen_at: Option<DateTime<Utc>>,
}

/// What a record of somebody's presence counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "somebody without a place may have come"]
#[expect(clippy::exhaustive_enums, reason = "somebody at the door must not overlook the other")]
pub enum Seen {
    /// They have a confirmed place.
    Counted,
    /// They have none: it was kept, and somebody should look into it.
    Flagged,
}

impl RecordPresence {
    /// Records the presence of a registration's booker, on place 1, as the organiser says, as of now.
    #[must_use]
    pub fn new(registration: RegistrationId, presence: Presence) -> Self {
        Self { registration, place: 1, presence, source: PresenceSource::Organiser, seen_at: None }
    }

    /// Says which place is meant, from 1 in the order of the party.
    #[must_use]
    pub fn place(mut self, place: u16) -> Self {
        self.place = place;
        self
    }

    /// Says who or what saw it.
    #[must_use]
    pub fn source(mut self, source: PresenceSource) -> Self {
        self.source = source;
        self
    }

    /// Says when it was seen, in microseconds. By default it is when the record is decided on.
    #[must_use]
    pub fn seen_at(mut self, time: DateTime<Utc>) -> Self {
        self.seen_at = Some(time.trunc_subsecs(6));
        self
    }
}

/// So long before the start, in seconds, people can be seen to have come.
const DAY: u32 = 86_400;

impl Decide for RecordPresence {
    type Outcome = Seen;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Seen, Refusal> {
        let Self { registration, place, presence, source, .. } = *self;
        let (cell, gathering) = decision.acting_on_registration(registration)?;
        gathering.must_not_be_gone()?;
        gathering.must_be_announced()?;
        if cell.party.at(place).is_none() {
            return Err(Refusal::UnknownPlace { registration, place, places: cell.party.size() });
        }
        if presence == Presence::NoShow {
            return Err(Refusal::NoShowByBooks { registration });
        }
        let seen_at = self.seen_at.unwrap_or_else(|| decision.time());
        let starts = gathering.cell.schedule.starts();
        let came = matches!(presence, Presence::Attended | Presence::Late);
        let too_early = |starts: DateTime<Utc>| came && seen_at < waiting_list::before(starts, DAY);
        if starts.is_none_or(too_early) {
            return Err(Refusal::NotBegun { gathering: gathering.id, starts });
        }
        let flagged = cell.claim != Claim::Confirmed;
        decision.record(Fact::PresenceRecorded {
            gathering: gathering.id,
            registration,
            place,
            presence,
            source,
            seen_at,
            flagged,
        });
        Ok(if flagged { Seen::Flagged } else { Seen::Counted })
    }

    fn content(&self) -> Clear {
        let Self { registration, place, presence, source, seen_at } = *self;
        let mut clear = Clear::new("record presence");
        clear.id(registration.bytes()).number(place).text(presence.code());
        clear.number(match source {
            PresenceSource::Door => 0_u8,
            PresenceSource::Online => 1,
            PresenceSource::Organiser => 2,
        });
        clear.maybe(seen_at, |clear, time| {
            clear.time(time);
        });
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Seen> {
        facts.iter().find_map(|fact| {
            let Fact::PresenceRecorded { flagged, .. } = fact else { return None };
            Some(if *flagged { Seen::Flagged } else { Seen::Counted })
        })
    }
}
