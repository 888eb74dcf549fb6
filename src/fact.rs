//! Every fact that the log can hold: the whole vocabulary in one place.
//!
//! A fact has happened. It is never judged again, only folded. Its stored form is defined apart, in the log's
//! wire structs, so that a rename here changes no byte there.

use std::fmt;
use std::num::NonZeroU16;

use chrono::{DateTime, TimeDelta, Utc};

use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId};
use crate::person::{Answers, JoinLink, PersonDetails};
use crate::schedule::Schedule;
use crate::sealed::Sealed;
use crate::text::Reference;

/// Something that has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias = "event")]
pub enum Fact {
    /// A person's details were recorded, for the first time or anew.
    PersonRecorded {
        /// Whose.
        person: PersonId,
        /// All of the details, sealed; they replace what was recorded before.
        details: Sealed<PersonDetails>,
    },
    /// A gathering was made known.
    GatheringAnnounced {
        /// Which.
        gathering: GatheringId,
        /// What it is.
        announcement: Box<Announcement>,
        /// Where to join it online, sealed with the gathering's own key.
        join_link: Option<Sealed<JoinLink>>,
    },
    /// A gathering got other dates, or lost them. Its revision went up by one.
    GatheringRescheduled {
        /// Which.
        gathering: GatheringId,
        /// The dates from now on.
        schedule: Schedule,
    },
    /// Booking was opened, whatever the window says.
    BookingOpened {
        /// Of which gathering.
        gathering: GatheringId,
    },
    /// Booking was closed, whatever the window says.
    BookingClosed {
        /// Of which gathering.
        gathering: GatheringId,
    },
    /// A pool's capacity was changed.
    CapacityChanged {
        /// Of which gathering.
        gathering: GatheringId,
        /// Which pool.
        pool: PoolId,
        /// The capacity from now on.
        capacity: Capacity,
    },
    /// A gathering was called off, and with it every registration on it.
    GatheringCancelled {
        /// Which.
        gathering: GatheringId,
    },
    /// A registration was made and has its places.
    RegistrationConfirmed {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
        /// What was booked.
        booking: Booking,
    },
    /// A registration was made and stands in line.
    RegistrationWaitlisted {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
        /// What was booked.
        booking: Booking,
        /// How many registrations were ahead in the same line, as the caller was told.
        ahead: u32,
    },
    /// A registration left the line and has its places.
    RegistrationPromoted {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
    },
    /// A registration ended: its places, or its place in the line, are free.
    RegistrationCancelled {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
        /// Who wished it.
        by: CancelledBy,
    },
    /// A place of a registration went to another person. No pool was touched.
    PlaceTransferred {
        /// On which gathering.
        gathering: GatheringId,
        /// Of which registration.
        registration: RegistrationId,
        /// Which place of the party, from 1.
        place: u16,
        /// Who had it; `None` where nobody was named.
        from: Option<PersonId>,
        /// Who has it now.
        to: PersonId,
    },
}

/// What a gathering is, as its organiser announced it. Nothing in here is personal; all of it may be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// What kind of gathering.
    pub kind: GatheringKind,
    /// The title, one line.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Where it takes place.
    pub mode: Mode,
    /// When it takes place.
    pub schedule: Schedule,
    /// The limits on places, in the author's order.
    pub pools: Vec<Pool>,
    /// What can be booked, in the author's order.
    pub offerings: Vec<Offering>,
    /// When booking opens and closes by itself.
    pub window: BookingWindow,
    /// The host's own name for it.
    pub reference: Option<Reference>,
}

impl Announcement {
    /// The offering with this number, if the gathering has it.
    #[must_use]
    pub fn offering(&self, id: OfferingId) -> Option<&Offering> {
        self.offerings.iter().find(|offering| offering.id == id)
    }

    /// The pool with this number, if the gathering has it.
    #[must_use]
    pub fn pool(&self, id: PoolId) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.id == id)
    }
}

/// What kind of gathering it is: a label for lists and calendars, without a rule attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GatheringKind {
    /// A talk held online.
    Webinar,
    /// People work on something together.
    Workshop,
    /// People meet.
    Meeting,
    /// A programme of many sessions.
    Conference,
    /// People go to see something.
    Visit,
}

impl GatheringKind {
    /// A stable name for machines: `webinar`, `workshop`, `meeting`, `conference`, `visit`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Webinar => "webinar",
            Self::Workshop => "workshop",
            Self::Meeting => "meeting",
            Self::Conference => "conference",
            Self::Visit => "visit",
        }
    }
}

/// Where a gathering takes place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Online only.
    Online,
    /// At a venue only.
    InPerson(Venue),
    /// At a venue and online.
    Hybrid(Venue),
}

impl Mode {
    /// The venue, where there is one.
    #[must_use]
    pub fn venue(&self) -> Option<&Venue> {
        match self {
            Self::Online => None,
            Self::InPerson(venue) | Self::Hybrid(venue) => Some(venue),
        }
    }

    /// Whether it can be joined online.
    #[must_use]
    pub fn is_online(&self) -> bool {
        matches!(self, Self::Online | Self::Hybrid(_))
    }
}

/// A place where people meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Venue {
    /// Its name: "Upper Norwood Library Hub".
    pub name: String,
    /// Where to find it; may be empty.
    pub address: String,
}

/// A limit on places.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "quota")]
pub struct Pool {
    /// Its number within the gathering.
    pub id: PoolId,
    /// Its name for people: "in person".
    pub name: String,
    /// How many places it has.
    pub capacity: Capacity,
}

/// How many places a pool has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capacity {
    /// So many; 0 means none.
    Limited(u32),
    /// As many as come.
    Unlimited,
}

/// What a person can book. Booking it takes one place per person from each of its pools.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "ticket type")]
pub struct Offering {
    /// Its number within the gathering.
    pub id: OfferingId,
    /// Its name for people: "site visit".
    pub name: String,
    /// The pools that it draws on, at least one.
    pub pools: Vec<PoolId>,
    /// How many people one registration may have.
    pub max_party: NonZeroU16,
    /// Whether those who find it full may stand in line.
    pub waiting_list: bool,
}

/// When booking opens and closes without anybody's doing.
///
/// By default booking is open from the announcement until the start. While the dates are to be confirmed, a
/// time relative to the start is not known, so booking waits until it is opened by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingWindow {
    /// From when on, that instant included; `None` is at once.
    pub opens: Option<BookingTime>,
    /// Until when, that instant no longer included; `None` is when the gathering is over.
    pub closes: Option<BookingTime>,
}

impl Default for BookingWindow {
    fn default() -> Self {
        Self { opens: None, closes: Some(BookingTime::BeforeStart { seconds: 0 }) }
    }
}

/// A time at which booking opens or closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BookingTime {
    /// At an instant.
    At(DateTime<Utc>),
    /// So long before the start.
    BeforeStart {
        /// How long, in seconds.
        seconds: u32,
    },
}

impl BookingTime {
    /// The instant meant; `None` while it counts from a start that is not known.
    #[must_use]
    pub fn resolve(self, start: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        match self {
            Self::At(instant) => Some(instant),
            Self::BeforeStart { seconds } => {
                let before = TimeDelta::seconds(i64::from(seconds));
                start.map(|start| start.checked_sub_signed(before).unwrap_or(DateTime::<Utc>::MIN_UTC))
            }
        }
    }
}

impl BookingWindow {
    /// Whether the window lets people book at a time; one rule for decisions and for lists.
    ///
    /// `opened` is the organiser's last word: opened (`true`) or closed (`false`) by hand, or none yet. It
    /// counts for more than the window, but not for more than the end of the gathering. A window that counts from
    /// a start not yet known is not yet open. Cancellation is not judged here: a cancelled gathering is closed.
    ///
    /// ```
    /// use gather::{BookingState, BookingWindow, Schedule};
    ///
    /// let schedule: Schedule = "2026-03-05 14:00 to 15:30 Europe/London".parse()?;
    /// let start = schedule.starts().unwrap();
    /// let window = BookingWindow::default();
    /// assert_eq!(window.state(&schedule, None, start), BookingState::Closed);
    /// assert_eq!(window.state(&schedule, Some(true), start), BookingState::Open);
    /// # Ok::<(), gather::ScheduleError>(())
    /// ```
    #[must_use]
    pub fn state(&self, schedule: &Schedule, opened: Option<bool>, now: DateTime<Utc>) -> BookingState {
        if schedule.ends().is_some_and(|end| now >= end) {
            return BookingState::Closed;
        }
        match opened {
            Some(true) => BookingState::Open,
            Some(false) => BookingState::Closed,
            None => self.by_itself(schedule.starts(), now),
        }
    }

    fn by_itself(&self, start: Option<DateTime<Utc>>, now: DateTime<Utc>) -> BookingState {
        let opens = self.opens.map(|time| time.resolve(start));
        if opens.is_some_and(|opens| opens.is_none_or(|opens| now < opens)) {
            return BookingState::NotYet;
        }
        match self.closes.map(|time| time.resolve(start)) {
            Some(None) => BookingState::NotYet,
            Some(Some(closes)) if now >= closes => BookingState::Closed,
            Some(Some(_)) | None => BookingState::Open,
        }
    }
}

/// Whether a gathering can be booked at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever asks must say what happens in each of the three")]
pub enum BookingState {
    /// Not yet: it opens later, or when the dates are known, or by hand.
    NotYet,
    /// Now.
    Open,
    /// No longer.
    Closed,
}

impl BookingState {
    /// A stable name for machines: `not_yet`, `open`, `closed`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for BookingState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotYet => "not yet",
            Self::Open => "open",
            Self::Closed => "closed",
        })
    }
}

/// What a registration asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Which offering of the gathering.
    pub offering: OfferingId,
    /// Who comes.
    pub party: Party,
    /// The host's own name for the registration.
    pub reference: Option<Reference>,
    /// What the booker answered, sealed.
    pub answers: Option<Sealed<Answers>>,
}

/// The people of one registration, each on a numbered place. Place 1 is the booker's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Party {
    /// Who books, and has place 1.
    pub booker: PersonId,
    /// The places from 2 on, each with a person or not yet.
    pub guests: Vec<Option<PersonId>>,
}

impl Party {
    /// One person alone.
    #[must_use]
    pub fn one(booker: PersonId) -> Self {
        Self { booker, guests: Vec::new() }
    }

    /// How many places the party takes: everybody, named or not.
    #[must_use]
    pub fn size(&self) -> u32 {
        u32::try_from(self.guests.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Who is on a place: nobody named yet, or somebody; `None` where the party has no such place.
    #[must_use]
    pub fn at(&self, place: u16) -> Option<Option<PersonId>> {
        match place.checked_sub(2) {
            Some(guest) => self.guests.get(usize::from(guest)).copied(),
            None => (place == 1).then_some(Some(self.booker)),
        }
    }

    /// Puts somebody on a place; a place that the party does not have stays so.
    pub(crate) fn put(&mut self, place: u16, person: PersonId) {
        match place.checked_sub(2) {
            Some(guest) => {
                if let Some(guest) = self.guests.get_mut(usize::from(guest)) {
                    *guest = Some(person);
                }
            }
            None if place == 1 => self.booker = person,
            None => {}
        }
    }

    /// Everybody who is named, in the order of their places.
    pub fn named(&self) -> impl Iterator<Item = PersonId> {
        std::iter::once(self.booker).chain(self.guests.iter().copied().flatten())
    }
}

/// Who ended a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CancelledBy {
    /// The people who had booked.
    Attendee,
    /// Those who run the gathering.
    Organiser,
}

/// How many people one registration may have unless the author says otherwise.
pub(crate) const DEFAULT_MAX_PARTY: NonZeroU16 = match NonZeroU16::new(10) {
    Some(ten) => ten,
    None => NonZeroU16::MIN,
};

impl Venue {
    /// A venue by its name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), address: String::new() }
    }

    /// Says where to find it.
    #[must_use]
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }
}

impl Pool {
    /// A pool with its number, its name for people and its places.
    #[must_use]
    pub fn new(id: PoolId, name: impl Into<String>, capacity: impl Into<Capacity>) -> Self {
        Self { id, name: name.into(), capacity: capacity.into() }
    }
}

impl From<u32> for Capacity {
    fn from(places: u32) -> Self {
        Self::Limited(places)
    }
}

impl Offering {
    /// An offering with its number, its name for people and the pools that it draws on. It takes parties of up
    /// to ten and keeps a waiting list.
    #[must_use]
    pub fn new(id: OfferingId, name: impl Into<String>, pools: impl IntoIterator<Item = PoolId>) -> Self {
        let pools = pools.into_iter().collect();
        Self { id, name: name.into(), pools, max_party: DEFAULT_MAX_PARTY, waiting_list: true }
    }

    /// Sets how many people one registration may have; 0 is taken as 1.
    #[must_use]
    pub fn max_party(mut self, people: u16) -> Self {
        self.max_party = NonZeroU16::new(people).unwrap_or(NonZeroU16::MIN);
        self
    }

    /// Keeps no line: whoever finds it full is refused.
    #[must_use]
    pub fn without_waiting_list(mut self) -> Self {
        self.waiting_list = false;
        self
    }
}

impl Fact {
    /// The gathering that this is about, if it is about one.
    #[must_use]
    pub fn gathering(&self) -> Option<GatheringId> {
        match self {
            Self::PersonRecorded { .. } => None,
            Self::GatheringAnnounced { gathering, .. }
            | Self::GatheringRescheduled { gathering, .. }
            | Self::BookingOpened { gathering }
            | Self::BookingClosed { gathering }
            | Self::CapacityChanged { gathering, .. }
            | Self::GatheringCancelled { gathering }
            | Self::RegistrationConfirmed { gathering, .. }
            | Self::RegistrationWaitlisted { gathering, .. }
            | Self::RegistrationPromoted { gathering, .. }
            | Self::RegistrationCancelled { gathering, .. }
            | Self::PlaceTransferred { gathering, .. } => Some(*gathering),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u32 = 3_600;

    fn dated() -> Schedule {
        "2026-03-05 14:00 to 15:30 UTC".parse().unwrap()
    }

    fn at(clock: &str) -> DateTime<Utc> {
        format!("2026-03-05T{clock}Z").parse().unwrap()
    }

    fn window(opens: Option<BookingTime>, closes: Option<BookingTime>) -> BookingWindow {
        BookingWindow { opens, closes }
    }

    fn before_start(hours: u32) -> BookingTime {
        BookingTime::BeforeStart { seconds: hours * HOUR }
    }

    #[test]
    fn by_default_booking_is_open_until_the_start() {
        let window = BookingWindow::default();
        assert_eq!(window.state(&dated(), None, at("13:59:59")), BookingState::Open);
        assert_eq!(window.state(&dated(), None, at("14:00:00")), BookingState::Closed);
    }

    #[test]
    fn the_opening_instant_is_open_and_the_closing_instant_is_closed() {
        let window = window(Some(BookingTime::At(at("09:00:00"))), Some(before_start(2)));
        assert_eq!(window.state(&dated(), None, at("08:59:59")), BookingState::NotYet);
        assert_eq!(window.state(&dated(), None, at("09:00:00")), BookingState::Open);
        assert_eq!(window.state(&dated(), None, at("11:59:59")), BookingState::Open);
        assert_eq!(window.state(&dated(), None, at("12:00:00")), BookingState::Closed);
    }

    #[test]
    fn without_a_closing_time_booking_ends_with_the_gathering() {
        let window = window(None, None);
        assert_eq!(window.state(&dated(), None, at("15:29:59")), BookingState::Open);
        assert_eq!(window.state(&dated(), None, at("15:30:00")), BookingState::Closed);
    }

    #[test]
    fn the_organisers_word_counts_until_the_end() {
        let window = window(Some(before_start(1)), Some(before_start(0)));
        assert_eq!(window.state(&dated(), Some(true), at("01:00:00")), BookingState::Open);
        assert_eq!(window.state(&dated(), Some(true), at("15:29:59")), BookingState::Open);
        assert_eq!(window.state(&dated(), Some(true), at("15:30:00")), BookingState::Closed);
        assert_eq!(window.state(&dated(), Some(false), at("13:30:00")), BookingState::Closed);
    }

    #[test]
    fn what_counts_from_an_unknown_start_has_not_come_yet() {
        let unknown = Schedule::to_be_confirmed("spring");
        let noon = at("12:00:00");
        let early = Some(BookingTime::At(at("09:00:00")));
        assert_eq!(BookingWindow::default().state(&unknown, None, noon), BookingState::NotYet);
        assert_eq!(window(Some(before_start(1)), None).state(&unknown, None, noon), BookingState::NotYet);
        assert_eq!(window(early, Some(before_start(1))).state(&unknown, None, noon), BookingState::NotYet);
        assert_eq!(window(early, None).state(&unknown, None, noon), BookingState::Open);
        assert_eq!(window(None, early).state(&unknown, None, noon), BookingState::Closed);
        assert_eq!(BookingWindow::default().state(&unknown, Some(true), noon), BookingState::Open);
    }
}
