//! Read models: records in, lists out. Pure.
//!
//! [`Lists`] folds the log; each list is an owned value taken from it at some position. Counts are taken anew from
//! the registrations whenever a list is asked for, so there is no second number that could drift.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use crate::collections::ShardedMap;
use crate::id::{GatheringId, PersonId, RegistrationId};
use crate::image::{Image, Sink, Source, image};
use crate::person::{PersonDetails, PublishedName};
use crate::record::Position;
use crate::sealed::{Opener, Sealed};

mod agenda;
mod attendance;
mod attendee_list;
mod beside;
mod calendar_tokens;
mod card;
mod changes;
mod check_in;
mod check_in_counts;
mod claim;
mod difference;
#[cfg(test)]
pub(crate) mod fixture;
mod fold;
mod head;
mod invited;
mod lifecycle;
mod names;
mod outbox;
mod places;
mod planned;
mod presence;
mod programme;
mod query;
mod registration;
mod report;
mod resources;
mod route;
mod scan_list;
mod session;
mod status;
mod table;
#[cfg(test)]
mod tests;
mod waiting_list;
mod whats_on;
mod when;

pub use agenda::{Agenda, AgendaRow};
pub use attendance::{Attendance, AttendanceRow, ExposedAttendance, ExposedAttendanceRow};
pub use attendee_list::{AttendeeList, AttendeeRow, ExposedAttendee, ExposedAttendeeList};
pub use beside::{Consent, ReadOfNeeds};
pub(crate) use calendar_tokens::{CalendarTokens, IssuedToken};
pub use card::{GatheringCard, Turn};
pub use check_in_counts::{CheckInCounts, ListCount};
pub use claim::{Claim, ClaimCounts};
pub use difference::{
    ClaimChange, Compared, Difference, ExposedDifference, GatheringDifference, GatheringStanding,
};
pub(crate) use head::GatheringEntry;
pub use lifecycle::Lifecycle;
pub(crate) use outbox::Invitation;
pub use outbox::{Occasion, OutboxMark, UnreadableMark};
pub use places::{PoolCount, SetAsideCount};
pub(crate) use planned::Planned;
pub use presence::PresenceCounts;
pub use programme::{Programme, ProgrammeRow, ProgrammeWarning};
pub(crate) use query::KeptList;
pub use query::{
    AttendeePage, AttendeeQuery, Column, Columns, CsvForm, Cursor, Filter, ListedAttendee, NotACursor,
    QueryError, SortKey, UnknownColumn,
};
pub(crate) use registration::Replied;
pub use registration::{PassOver, RegistrationCard};
pub(crate) use report::FillFold;
pub use report::{
    Digest, DigestEntry, ExposedReach, FillCurve, FillDay, NearlyFull, NearlyFullRow, OrganisationReach,
    OrganisationShowUp, Period, Reach, RegionReach, ShowUp, ShowUpRow, Threshold,
};
pub use resources::{ResourceRow, Resources};
pub use route::Route;
pub use scan_list::{ScanList, ScanRow};
pub(crate) use session::SessionCard;
pub use session::SessionStatus;
pub use status::RegistrationStatus;
pub use waiting_list::{ExposedWaiting, ExposedWaitingList, WaitingList, WaitingRow};
pub use whats_on::{OfferingOn, WhatsOn, WhatsOnRow};

use names::OnRecord;
use programme::Billing;
use resources::Reader;

/// The read side of a log: what every list is taken from.
///
/// It is told every record in order by [`apply`](Self::apply). A clone stays as it is while the original goes on.
#[derive(Clone, Default)]
#[doc(alias = "projection")]
#[doc(alias = "read model")]
pub struct Lists {
    position: Position,
    latest: Option<DateTime<Utc>>,
    gatherings: ShardedMap<GatheringId, GatheringCard>,
    registrations: ShardedMap<RegistrationId, Spot>,
    people: ShardedMap<PersonId, Arc<Sealed<PersonDetails>>>,
    forgotten: ShardedMap<PersonId, DateTime<Utc>>,
    exports: ShardedMap<PersonId, Vec<Position>>,
    bookings: ShardedMap<PersonId, Theirs>,
    /// What somebody had a confirmed place by and is on no longer: their calendars may still have it.
    handed_on: ShardedMap<PersonId, Theirs>,
    names: ShardedMap<PersonId, Billing>,
    calendar_tokens: CalendarTokens,
}

/// Where each registration is kept follows from the gatherings.
impl Image for Lists {
    fn put(&self, out: &mut Sink) {
        let Self {
            position,
            latest,
            gatherings,
            registrations: _,
            people,
            forgotten,
            exports,
            bookings,
            handed_on,
            names,
            calendar_tokens,
        } = self;
        position.put(out);
        latest.put(out);
        gatherings.put(out);
        people.put(out);
        forgotten.put(out);
        exports.put(out);
        bookings.put(out);
        handed_on.put(out);
        names.put(out);
        calendar_tokens.put(out);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        let (position, latest) = (Position::take(from)?, <Option<_> as Image>::take(from)?);
        let gatherings = ShardedMap::take(from)?;
        let registrations = spots(&gatherings);
        let (people, forgotten, exports) =
            (ShardedMap::take(from)?, ShardedMap::take(from)?, ShardedMap::take(from)?);
        let (bookings, handed_on) = (ShardedMap::take(from)?, ShardedMap::take(from)?);
        let (names, calendar_tokens) = (ShardedMap::take(from)?, CalendarTokens::take(from)?);
        Some(Self {
            position,
            latest,
            gatherings,
            registrations,
            people,
            forgotten,
            exports,
            bookings,
            handed_on,
            names,
            calendar_tokens,
        })
    }
}

/// Where every registration is kept.
fn spots(gatherings: &ShardedMap<GatheringId, GatheringCard>) -> ShardedMap<RegistrationId, Spot> {
    let count = gatherings.values().map(GatheringCard::registration_count).sum();
    let mut spots = ShardedMap::with_capacity(count);
    for (&gathering, card) in gatherings.iter() {
        let ids = card.registrations().map(RegistrationCard::id);
        spots.extend(ids.enumerate().map(|(index, id)| (id, Spot { gathering, index })));
    }
    spots
}

/// Where a registration is kept.
#[derive(Clone, Copy)]
struct Spot {
    gathering: GatheringId,
    index: usize,
}

/// The registrations of one person, in order. Most people have one, and that takes no memory of its own.
#[derive(Clone)]
enum Theirs {
    One(RegistrationId),
    Several(Vec<RegistrationId>),
}

image!(enum Theirs { 0 => One(only), 1 => Several(several) });

impl Theirs {
    fn as_slice(&self) -> &[RegistrationId] {
        match self {
            Self::One(only) => std::slice::from_ref(only),
            Self::Several(several) => several,
        }
    }

    /// One party may name a person on two places; it is one registration of theirs.
    fn add(&mut self, registration: RegistrationId) {
        if self.as_slice().last() == Some(&registration) {
            return;
        }
        match self {
            Self::One(first) => *self = Self::Several(vec![*first, registration]),
            Self::Several(several) => several.push(registration),
        }
    }

    fn remove(&mut self, registration: RegistrationId) {
        let others = self.as_slice().iter().copied().filter(|theirs| *theirs != registration);
        *self = Self::Several(others.collect());
    }
}

impl Lists {
    /// The lists of an empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The position of the last record folded in.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The latest time of all records folded in; `None` before the first. Where a clock was set back, that is not the time
    /// of the last.
    #[must_use]
    pub fn latest(&self) -> Option<DateTime<Utc>> {
        self.latest
    }

    /// One gathering, cancelled and past ones too.
    #[must_use]
    pub fn gathering(&self, gathering: GatheringId) -> Option<&GatheringCard> {
        self.gatherings.get(&gathering)
    }

    /// Every gathering, cancelled and past ones too, in the order of their ids.
    #[must_use]
    pub fn gatherings(&self) -> Vec<&GatheringCard> {
        let mut cards: Vec<_> = self.gatherings.values().collect();
        cards.sort_unstable_by_key(|card| card.id());
        cards
    }

    /// One registration with its gathering, ended ones too.
    #[must_use]
    pub fn registration(&self, registration: RegistrationId) -> Option<(&GatheringCard, &RegistrationCard)> {
        let spot = self.registrations.get(&registration)?;
        let gathering = self.gatherings.get(&spot.gathering)?;
        Some((gathering, gathering.registration_at(spot.index)?))
    }

    /// Who has a place at a time: everybody with a confirmed registration, and whoever else keeps a place from others
    /// then. `None` for a gathering never announced.
    #[must_use]
    pub fn attendee_list(
        &self,
        gathering: GatheringId,
        now: DateTime<Utc>,
        opener: Arc<dyn Opener>,
    ) -> Option<AttendeeList> {
        let card = self.gatherings.get(&gathering)?;
        Some(AttendeeList::of(card, now, |person| self.on_record(person), opener))
    }

    /// Everybody who ever registered, whatever became of them, as they stand at a time. `None` for a gathering never
    /// announced.
    #[must_use]
    pub fn registration_list(
        &self,
        gathering: GatheringId,
        now: DateTime<Utc>,
        opener: Arc<dyn Opener>,
    ) -> Option<AttendeeList> {
        let card = self.gatherings.get(&gathering)?;
        Some(AttendeeList::of_everybody(card, now, |person| self.on_record(person), opener))
    }

    /// Who stands in line, and where, and who has an offer of a place at a time. `None` for a gathering never announced.
    #[must_use]
    pub fn waiting_list(
        &self,
        gathering: GatheringId,
        now: DateTime<Utc>,
        opener: Arc<dyn Opener>,
    ) -> Option<WaitingList> {
        let card = self.gatherings.get(&gathering)?;
        Some(WaitingList::of(card, now, |person| self.on_record(person), opener))
    }

    /// Every scan at a gathering, flagged ones and those that were taken back too. `None` for a gathering never announced.
    #[must_use]
    pub fn scans(&self, gathering: GatheringId) -> Option<ScanList> {
        self.gatherings.get(&gathering).map(ScanList::of)
    }

    /// How many have come to each list of a gathering, and how many are in the house. `None` for a gathering never announced.
    #[must_use]
    pub fn check_in_counts(&self, gathering: GatheringId) -> Option<CheckInCounts> {
        self.gatherings.get(&gathering).map(CheckInCounts::of)
    }

    /// Who attended a gathering, and for how long. `None` for a gathering never announced.
    #[must_use]
    pub fn attendance(&self, gathering: GatheringId, opener: Arc<dyn Opener>) -> Option<Attendance> {
        let card = self.gatherings.get(&gathering)?;
        Some(Attendance::of(card, |person| self.on_record(person), opener))
    }

    /// All that can be had of a gathering, whoever gets it. `None` for a gathering never announced.
    #[must_use]
    pub fn resources(&self, gathering: GatheringId, opener: Arc<dyn Opener>) -> Option<Resources> {
        self.gatherings.get(&gathering).map(|card| Resources::all_of(card, opener))
    }

    /// What a person may have of all gatherings that were not called off. Whether they are a member is the host's to say.
    #[must_use]
    pub fn resources_for(&self, person: PersonId, is_member: bool, opener: Arc<dyn Opener>) -> Resources {
        let mut readers: HashMap<GatheringId, Reader> = HashMap::new();
        for (card, it) in self.booked_by(person).filter(|_| self.forgotten(person).is_none()) {
            let reader = readers.entry(card.id()).or_insert_with(|| Reader::new(is_member));
            reader.note(card, it, person);
        }
        let stranger = Reader::new(is_member);
        let reader = |card: &GatheringCard| readers.get(&card.id()).copied().unwrap_or(stranger);
        Resources::for_reader(self.gatherings.values(), reader, opener)
    }

    /// The programme of a gathering. `None` for a gathering never announced.
    #[must_use]
    pub fn programme(&self, gathering: GatheringId, opener: Arc<dyn Opener>) -> Option<Programme> {
        let card = self.gatherings.get(&gathering)?;
        Some(Programme::of(card, |person| self.names.get(&person).cloned(), opener))
    }

    /// What is on at a time, with the places left: all that was announced, and is neither cancelled nor over then.
    #[must_use]
    pub fn whats_on(&self, now: DateTime<Utc>) -> WhatsOn {
        WhatsOn::of(self.gatherings.values(), now)
    }

    /// One gathering at a time, with the places left, cancelled and past ones too.
    pub(crate) fn places_left(&self, gathering: GatheringId, now: DateTime<Utc>) -> Option<WhatsOnRow> {
        self.gatherings.get(&gathering).map(|card| WhatsOnRow::of(card, now))
    }

    /// What lies ahead at a time, in the order of the ids.
    pub(crate) fn planned_after(&self, now: DateTime<Utc>) -> Vec<Planned> {
        self.gatherings().into_iter().filter_map(|card| Planned::after(card, now)).collect()
    }

    /// One registration as it stands, ended ones too.
    pub(crate) fn agenda_row(&self, registration: RegistrationId) -> Option<AgendaRow> {
        let (gathering, it) = self.registration(registration)?;
        Some(AgendaRow::of(gathering, it, it.booking().party.booker))
    }

    /// Everything that a person has booked, or was named for as a guest. Empty for somebody never heard of.
    #[must_use]
    pub fn agenda(&self, person: PersonId, opener: Arc<dyn Opener>) -> Agenda {
        let handed_on = self.entries_gone_from(person);
        Agenda::of(person, self.forgotten(person), [self.booked_by(person).collect(), handed_on], opener)
    }

    /// What was in somebody's calendar, and is theirs no longer: handed to somebody else, or a guest's who was exchanged.
    fn entries_gone_from(&self, person: PersonId) -> Vec<(&GatheringCard, &RegistrationCard)> {
        let theirs = self.handed_on.get(&person).map(Theirs::as_slice).unwrap_or_default();
        let known = theirs.iter().filter_map(|id| self.registration(*id));
        known.filter(|(card, it)| card.entry_gone(it, person).is_some()).collect()
    }

    /// Everything that a person is on, in the order of booking.
    pub(crate) fn registrations_of(
        &self,
        person: PersonId,
    ) -> impl Iterator<Item = (&GatheringCard, &RegistrationCard)> {
        self.booked_by(person)
    }

    /// The sessions that name somebody as a speaker, dropped ones too: gathering by gathering, in the order of the ids.
    pub(crate) fn sessions_of(&self, person: PersonId) -> Vec<(&GatheringCard, &SessionCard)> {
        let all = self.gatherings().into_iter().flat_map(|card| card.sessions().map(move |it| (card, it)));
        all.filter(|(_, it)| it.session().texts.speakers.contains(&person)).collect()
    }

    fn booked_by(&self, person: PersonId) -> impl Iterator<Item = (&GatheringCard, &RegistrationCard)> {
        let theirs = self.bookings.get(&person).map(Theirs::as_slice).unwrap_or_default();
        theirs.iter().filter_map(|id| self.registration(*id))
    }

    /// Whose own calendar has a secret address.
    pub(crate) fn calendar_tokens(&self) -> &CalendarTokens {
        &self.calendar_tokens
    }

    /// What was last recorded of a person.
    pub(crate) fn details(&self, person: PersonId) -> Option<Arc<Sealed<PersonDetails>>> {
        self.people.get(&person).cloned()
    }

    /// The name that somebody has published.
    pub(crate) fn published_name(&self, person: PersonId) -> Option<Arc<Sealed<PublishedName>>> {
        self.names.get(&person).map(|billing| Arc::clone(&billing.name))
    }

    /// When somebody was forgotten, if they were.
    #[must_use]
    pub fn forgotten(&self, person: PersonId) -> Option<DateTime<Utc>> {
        self.forgotten.get(&person).copied()
    }

    /// Everybody who was forgotten, and when.
    pub(crate) fn all_forgotten(&self) -> ShardedMap<PersonId, DateTime<Utc>> {
        self.forgotten.clone()
    }

    /// Where the log says that all that is held about somebody was given out.
    pub(crate) fn exports(&self, person: PersonId) -> &[Position] {
        self.exports.get(&person).map(Vec::as_slice).unwrap_or_default()
    }

    fn on_record(&self, person: PersonId) -> OnRecord {
        OnRecord { details: self.details(person), forgotten: self.forgotten(person) }
    }
}

/// Counts only: the maps have no order worth showing.
impl fmt::Debug for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lists")
            .field("position", &self.position)
            .field("gatherings", &self.gatherings.len())
            .field("registrations", &self.registrations.len())
            .field("people", &self.people.len())
            .finish_non_exhaustive()
    }
}
