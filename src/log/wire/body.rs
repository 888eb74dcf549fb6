//! One struct for each kind of fact and each of its versions.
//!
//! A struct here is never changed once it has been stored: what a fact says anew is a new version, a struct of
//! its own, and reading the old one turns it into the fact of today. The same holds for the codes of the nested
//! choices: a choice with a new code is a new version of every fact that holds it.
//!
//! A fact's own ids are not in its body. They are its tags, in the order of [`Tag::of`].

use serde::{Deserialize, Serialize};

use super::part::{
    BookingTimeV1, CapacityV1, ModeV1, OfferingV1, PoolV1, ScheduleV1, SealedV1, SessionTextsV1,
    cancelled_by, cancelled_by_code, gathering_kind, gathering_kind_code, reference,
};
use super::{corrupt, newer, not_encoded};
use crate::fact::{Announcement, Booking, BookingWindow, Fact, Offering, Party, Session};
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId, SessionId};
use crate::log::error::{Error, Kind};
use crate::person::JoinLink;
use crate::record::Tag;
use crate::sealed::Sealed;
use crate::text::Reference;

/// The number of each kind of fact. Given by hand, once and for ever: a number is never used again.
pub(super) mod kind {
    pub(in crate::log::wire) const PERSON_RECORDED: u16 = 1;
    pub(in crate::log::wire) const GATHERING_ANNOUNCED: u16 = 2;
    pub(in crate::log::wire) const GATHERING_RESCHEDULED: u16 = 3;
    pub(in crate::log::wire) const BOOKING_OPENED: u16 = 4;
    pub(in crate::log::wire) const BOOKING_CLOSED: u16 = 5;
    pub(in crate::log::wire) const CAPACITY_CHANGED: u16 = 6;
    pub(in crate::log::wire) const GATHERING_CANCELLED: u16 = 7;
    pub(in crate::log::wire) const REGISTRATION_CONFIRMED: u16 = 8;
    pub(in crate::log::wire) const REGISTRATION_WAITLISTED: u16 = 9;
    pub(in crate::log::wire) const REGISTRATION_PROMOTED: u16 = 10;
    pub(in crate::log::wire) const REGISTRATION_CANCELLED: u16 = 11;
    pub(in crate::log::wire) const PLACE_TRANSFERRED: u16 = 12;
    pub(in crate::log::wire) const MODE_CHANGED: u16 = 13;
    pub(in crate::log::wire) const OFFERING_ADDED: u16 = 14;
    pub(in crate::log::wire) const SESSION_ADDED: u16 = 15;
    pub(in crate::log::wire) const SESSION_MOVED: u16 = 16;
    pub(in crate::log::wire) const SESSION_REVISED: u16 = 17;
    pub(in crate::log::wire) const SESSION_DROPPED: u16 = 18;
    pub(in crate::log::wire) const NAME_PUBLISHED: u16 = 19;
}

/// A fact's body as it is stored.
pub(super) struct Body {
    pub(super) kind: u16,
    pub(super) version: u8,
    pub(super) bytes: Vec<u8>,
}

pub(super) fn encode(fact: &Fact) -> Result<Body, Error> {
    match fact {
        Fact::PersonRecorded { person: _, details } => {
            body(kind::PERSON_RECORDED, 1, &PersonRecordedV1 { details: SealedV1::of(details) })
        }
        Fact::GatheringAnnounced { gathering: _, announcement, join_link } => {
            let join_link = join_link.as_ref().map(SealedV1::of);
            body(kind::GATHERING_ANNOUNCED, 2, &GatheringAnnouncedV2::of(announcement, join_link)?)
        }
        Fact::GatheringRescheduled { gathering: _, schedule, .. } => {
            let schedule = ScheduleV1::of(schedule);
            body(kind::GATHERING_RESCHEDULED, 1, &GatheringRescheduledV1 { schedule })
        }
        Fact::BookingOpened { gathering: _ } => body(kind::BOOKING_OPENED, 1, &BookingOpenedV1 {}),
        Fact::BookingClosed { gathering: _ } => body(kind::BOOKING_CLOSED, 1, &BookingClosedV1 {}),
        Fact::CapacityChanged { gathering: _, pool, capacity, .. } => {
            let capacity = CapacityV1::of(*capacity);
            body(kind::CAPACITY_CHANGED, 1, &CapacityChangedV1 { pool: pool.get(), capacity })
        }
        Fact::GatheringCancelled { gathering: _ } => {
            body(kind::GATHERING_CANCELLED, 1, &GatheringCancelledV1 {})
        }
        Fact::RegistrationConfirmed { gathering: _, registration: _, booking, .. } => {
            let booking = BookingV1::of(booking);
            body(kind::REGISTRATION_CONFIRMED, 1, &RegistrationConfirmedV1 { booking })
        }
        Fact::RegistrationWaitlisted { gathering: _, registration: _, booking, ahead } => {
            let booking = BookingV1::of(booking);
            body(kind::REGISTRATION_WAITLISTED, 1, &RegistrationWaitlistedV1 { booking, ahead: *ahead })
        }
        Fact::RegistrationPromoted { gathering: _, registration: _, .. } => {
            body(kind::REGISTRATION_PROMOTED, 1, &RegistrationPromotedV1 {})
        }
        Fact::RegistrationEnded { gathering: _, registration: _, how: by } => {
            let by = cancelled_by_code(*by);
            body(kind::REGISTRATION_CANCELLED, 1, &RegistrationCancelledV1 { by })
        }
        Fact::PlaceTransferred { gathering: _, registration: _, place, from, to: _ } => {
            let wire = PlaceTransferredV1 { place: *place, from: from.is_some() };
            body(kind::PLACE_TRANSFERRED, 1, &wire)
        }
        Fact::ModeChanged { gathering: _, mode, join_link } => {
            let (mode, join_link) = (ModeV1::of(mode), join_link.as_ref().map(SealedV1::of));
            body(kind::MODE_CHANGED, 1, &ModeChangedV1 { mode, join_link })
        }
        Fact::OfferingAdded { gathering: _, offering, pools } => {
            let (requires, session) = (offering.requires.map(OfferingId::get), offering.session.is_some());
            let (offering, pools) = (OfferingV1::of(offering), pools.iter().map(PoolV1::of).collect());
            body(kind::OFFERING_ADDED, 1, &OfferingAddedV1 { offering, requires, session, pools })
        }
        Fact::SessionAdded { gathering: _, session } => {
            let (schedule, room) = (ScheduleV1::of(&session.schedule), &*session.room);
            let texts = SessionTextsV1::of(&session.texts);
            body(kind::SESSION_ADDED, 1, &SessionAddedV1 { schedule, room, texts })
        }
        Fact::SessionMoved { gathering: _, session: _, schedule, room } => {
            let schedule = ScheduleV1::of(schedule);
            body(kind::SESSION_MOVED, 1, &SessionMovedV1 { schedule, room })
        }
        Fact::SessionRevised { gathering: _, session: _, texts } => {
            let texts = SessionTextsV1::of(texts);
            body(kind::SESSION_REVISED, 1, &SessionRevisedV1 { texts })
        }
        Fact::SessionDropped { gathering: _, session: _ } => {
            body(kind::SESSION_DROPPED, 1, &SessionDroppedV1 {})
        }
        Fact::NamePublished { person: _, name } => {
            body(kind::NAME_PUBLISHED, 1, &NamePublishedV1 { name: SealedV1::of(name) })
        }
        _ => Err(corrupt("not stored yet")),
    }
}

fn body<T: Serialize>(kind: u16, version: u8, wire: &T) -> Result<Body, Error> {
    let bytes = postcard::to_allocvec(wire).map_err(not_encoded)?;
    Ok(Body { kind, version, bytes })
}

pub(super) fn decode(kind: u16, version: u8, tags: &[Tag], bytes: &[u8]) -> Result<Fact, Error> {
    let mut ids = Ids { tags: tags.iter() };
    let fact = decode_with(kind, version, &mut ids, bytes)?;
    ids.check_none_left()?;
    Ok(fact)
}

fn decode_with(kind: u16, version: u8, ids: &mut Ids<'_>, bytes: &[u8]) -> Result<Fact, Error> {
    match (kind, version) {
        (kind::PERSON_RECORDED, 1) => read::<PersonRecordedV1<'_>>(bytes)?.fact(ids),
        (kind::GATHERING_ANNOUNCED, 1) => read::<GatheringAnnouncedV1<'_>>(bytes)?.fact(ids),
        (kind::GATHERING_ANNOUNCED, 2) => read::<GatheringAnnouncedV2<'_>>(bytes)?.fact(ids),
        (kind::GATHERING_RESCHEDULED, 1) => read::<GatheringRescheduledV1<'_>>(bytes)?.fact(ids),
        (kind::BOOKING_OPENED, 1) => read::<BookingOpenedV1>(bytes)?.fact(ids),
        (kind::BOOKING_CLOSED, 1) => read::<BookingClosedV1>(bytes)?.fact(ids),
        (kind::CAPACITY_CHANGED, 1) => read::<CapacityChangedV1>(bytes)?.fact(ids),
        (kind::GATHERING_CANCELLED, 1) => read::<GatheringCancelledV1>(bytes)?.fact(ids),
        (kind::REGISTRATION_CONFIRMED, 1) => read::<RegistrationConfirmedV1<'_>>(bytes)?.fact(ids),
        (kind::REGISTRATION_WAITLISTED, 1) => read::<RegistrationWaitlistedV1<'_>>(bytes)?.fact(ids),
        (kind::REGISTRATION_PROMOTED, 1) => read::<RegistrationPromotedV1>(bytes)?.fact(ids),
        (kind::REGISTRATION_CANCELLED, 1) => read::<RegistrationCancelledV1>(bytes)?.fact(ids),
        (kind::PLACE_TRANSFERRED, 1) => read::<PlaceTransferredV1>(bytes)?.fact(ids),
        (kind::MODE_CHANGED, 1) => read::<ModeChangedV1<'_>>(bytes)?.fact(ids),
        (kind::OFFERING_ADDED, 1) => read::<OfferingAddedV1<'_>>(bytes)?.fact(ids),
        (kind::SESSION_ADDED, 1) => read::<SessionAddedV1<'_>>(bytes)?.fact(ids),
        (kind::SESSION_MOVED, 1) => read::<SessionMovedV1<'_>>(bytes)?.fact(ids),
        (kind::SESSION_REVISED, 1) => read::<SessionRevisedV1<'_>>(bytes)?.fact(ids),
        (kind::SESSION_DROPPED, 1) => read::<SessionDroppedV1>(bytes)?.fact(ids),
        (kind::NAME_PUBLISHED, 1) => read::<NamePublishedV1<'_>>(bytes)?.fact(ids),
        (kind::PERSON_RECORDED..=kind::NAME_PUBLISHED, 0) | (0, _) => {
            Err(corrupt("a fact has a number that was never given"))
        }
        _ => Err(newer(format!("a fact of kind {kind}, version {version} is not known to this version"))),
    }
}

/// postcard itself would let bytes follow.
fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    let (wire, rest) = postcard::take_from_bytes(bytes)
        .map_err(|cause| corrupt("the body of a fact cannot be read").because(cause))?;
    if rest.is_empty() { Ok(wire) } else { Err(corrupt("bytes follow the body of a fact")) }
}

/// A fact's ids, taken from its tags one by one.
struct Ids<'a> {
    tags: std::slice::Iter<'a, Tag>,
}

impl Ids<'_> {
    fn gathering(&mut self) -> Result<GatheringId, Error> {
        match self.tags.next() {
            Some(Tag::Gathering(id)) => Ok(*id),
            Some(_) | None => Err(wrong_tags()),
        }
    }

    fn person(&mut self) -> Result<PersonId, Error> {
        match self.tags.next() {
            Some(Tag::Person(id)) => Ok(*id),
            Some(_) | None => Err(wrong_tags()),
        }
    }

    fn registration(&mut self) -> Result<RegistrationId, Error> {
        match self.tags.next() {
            Some(Tag::Registration(id)) => Ok(*id),
            Some(_) | None => Err(wrong_tags()),
        }
    }

    fn session(&mut self) -> Result<SessionId, Error> {
        match self.tags.next() {
            Some(Tag::Session(id)) => Ok(*id),
            Some(_) | None => Err(wrong_tags()),
        }
    }

    /// Everybody who is left: how many there are is said by the tags themselves.
    fn people(&mut self) -> Result<Vec<PersonId>, Error> {
        let mut people = Vec::with_capacity(self.tags.len());
        while self.tags.len() > 0 {
            people.push(self.person()?);
        }
        Ok(people)
    }

    fn check_none_left(&mut self) -> Result<(), Error> {
        if self.tags.next().is_none() { Ok(()) } else { Err(wrong_tags()) }
    }
}

fn wrong_tags() -> Error {
    corrupt("the tags of a fact do not fit its kind")
}

#[derive(Serialize, Deserialize)]
struct PersonRecordedV1<'a> {
    #[serde(borrow)]
    details: SealedV1<'a>,
}

impl PersonRecordedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::PersonRecorded { person: ids.person()?, details: self.details.sealed() })
    }
}

/// Written by itself no longer: in it no offering requires another, and overlaps are allowed.
#[derive(Serialize, Deserialize)]
struct GatheringAnnouncedV1<'a> {
    kind: u8,
    title: &'a str,
    description: &'a str,
    #[serde(borrow)]
    mode: ModeV1<'a>,
    schedule: ScheduleV1<'a>,
    pools: Vec<PoolV1<'a>>,
    offerings: Vec<OfferingV1<'a>>,
    opens: Option<BookingTimeV1>,
    closes: Option<BookingTimeV1>,
    reference: Option<&'a str>,
    join_link: Option<SealedV1<'a>>,
}

impl<'a> GatheringAnnouncedV1<'a> {
    fn of(announcement: &'a Announcement, join_link: Option<SealedV1<'a>>) -> Result<Self, Error> {
        let Announcement { title, description, mode, schedule, pools, offerings, window, reference, .. } =
            announcement;
        Ok(Self {
            kind: gathering_kind_code(announcement.kind),
            title,
            description,
            mode: ModeV1::of(mode),
            schedule: ScheduleV1::of(schedule),
            pools: pools.iter().map(PoolV1::of).collect(),
            offerings: offerings.iter().map(OfferingV1::of).collect(),
            opens: window.opens.map(BookingTimeV1::of).transpose()?,
            closes: window.closes.map(BookingTimeV1::of).transpose()?,
            reference: reference.as_ref().map(Reference::as_str),
            join_link,
        })
    }

    fn announcement(self) -> Result<(Announcement, Option<Sealed<JoinLink>>), Error> {
        let window = BookingWindow {
            opens: self.opens.map(BookingTimeV1::time).transpose()?,
            closes: self.closes.map(BookingTimeV1::time).transpose()?,
        };
        let announcement = Announcement {
            kind: gathering_kind(self.kind)?,
            title: self.title.to_owned(),
            description: self.description.to_owned(),
            mode: self.mode.mode(),
            schedule: self.schedule.schedule()?,
            pools: self.pools.into_iter().map(PoolV1::pool).collect(),
            offerings: self.offerings.into_iter().map(OfferingV1::offering).collect(),
            window,
            no_overlap: false,
            reference: self.reference.map(reference).transpose()?,
            draft: false,
            series: None,
            replaces: None,
            organisation_cap: None,
            priorities: Vec::new(),
            set_asides: Vec::new(),
        };
        Ok((announcement, self.join_link.map(SealedV1::sealed)))
    }

    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (announcement, join_link) = self.announcement()?;
        Ok(Fact::GatheringAnnounced {
            gathering: ids.gathering()?,
            announcement: Box::new(announcement),
            join_link,
        })
    }
}

/// With what each offering requires, in the order of the offerings. None of them is for a session: there is none yet.
#[derive(Serialize, Deserialize)]
struct GatheringAnnouncedV2<'a> {
    #[serde(borrow)]
    first: GatheringAnnouncedV1<'a>,
    requires: Vec<Option<u16>>,
    no_overlap: bool,
}

impl<'a> GatheringAnnouncedV2<'a> {
    fn of(announcement: &'a Announcement, join_link: Option<SealedV1<'a>>) -> Result<Self, Error> {
        let Announcement { offerings, no_overlap, .. } = announcement;
        if offerings.iter().any(|offering| offering.session.is_some()) {
            return Err(Error::new(Kind::Misuse, "an announcement has an offering for a session"));
        }
        let requires = offerings.iter().map(|offering| offering.requires.map(OfferingId::get)).collect();
        let first = GatheringAnnouncedV1::of(announcement, join_link)?;
        Ok(Self { first, requires, no_overlap: *no_overlap })
    }

    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (mut announcement, join_link) = self.first.announcement()?;
        if self.requires.len() != announcement.offerings.len() {
            return Err(corrupt("an announcement says what other offerings than its own require"));
        }
        for (offering, requires) in announcement.offerings.iter_mut().zip(self.requires) {
            offering.requires = requires.map(OfferingId::new);
        }
        announcement.no_overlap = self.no_overlap;
        Ok(Fact::GatheringAnnounced {
            gathering: ids.gathering()?,
            announcement: Box::new(announcement),
            join_link,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct GatheringRescheduledV1<'a> {
    #[serde(borrow)]
    schedule: ScheduleV1<'a>,
}

impl GatheringRescheduledV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::GatheringRescheduled { gathering: ids.gathering()?, schedule: self.schedule.schedule()?, ask: None })
    }
}

#[derive(Serialize, Deserialize)]
struct BookingOpenedV1 {}

impl BookingOpenedV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let Self {} = self;
        Ok(Fact::BookingOpened { gathering: ids.gathering()? })
    }
}

#[derive(Serialize, Deserialize)]
struct BookingClosedV1 {}

impl BookingClosedV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let Self {} = self;
        Ok(Fact::BookingClosed { gathering: ids.gathering()? })
    }
}

#[derive(Serialize, Deserialize)]
struct CapacityChangedV1 {
    pool: u16,
    capacity: CapacityV1,
}

impl CapacityChangedV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (pool, capacity) = (PoolId::new(self.pool), self.capacity.capacity());
        Ok(Fact::CapacityChanged { gathering: ids.gathering()?, pool, capacity, overbook: crate::fact::Overbook::No, keep_all: false })
    }
}

#[derive(Serialize, Deserialize)]
struct GatheringCancelledV1 {}

impl GatheringCancelledV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let Self {} = self;
        Ok(Fact::GatheringCancelled { gathering: ids.gathering()? })
    }
}

#[derive(Serialize, Deserialize)]
struct RegistrationConfirmedV1<'a> {
    #[serde(borrow)]
    booking: BookingV1<'a>,
}

impl RegistrationConfirmedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::RegistrationConfirmed { gathering, registration, booking: self.booking.booking(ids)? , draws: Vec::new() })
    }
}

#[derive(Serialize, Deserialize)]
struct RegistrationWaitlistedV1<'a> {
    #[serde(borrow)]
    booking: BookingV1<'a>,
    ahead: u32,
}

impl RegistrationWaitlistedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let booking = self.booking.booking(ids)?;
        Ok(Fact::RegistrationWaitlisted { gathering, registration, booking, ahead: self.ahead })
    }
}

#[derive(Serialize, Deserialize)]
struct RegistrationPromotedV1 {}

impl RegistrationPromotedV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let Self {} = self;
        Ok(Fact::RegistrationPromoted { gathering: ids.gathering()?, registration: ids.registration()?, draws: Vec::new() })
    }
}

#[derive(Serialize, Deserialize)]
struct RegistrationCancelledV1 {
    by: u8,
}

impl RegistrationCancelledV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::RegistrationEnded { gathering, registration, how: cancelled_by(self.by)? })
    }
}

/// Who has the place now, and who had it if anybody was named, are among the fact's tags.
#[derive(Serialize, Deserialize)]
struct PlaceTransferredV1 {
    place: u16,
    from: bool,
}

impl PlaceTransferredV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration, to) = (ids.gathering()?, ids.registration()?, ids.person()?);
        let from = if self.from { Some(ids.person()?) } else { None };
        Ok(Fact::PlaceTransferred { gathering, registration, place: self.place, from, to })
    }
}

#[derive(Serialize, Deserialize)]
struct ModeChangedV1<'a> {
    #[serde(borrow)]
    mode: ModeV1<'a>,
    join_link: Option<SealedV1<'a>>,
}

impl ModeChangedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (mode, join_link) = (self.mode.mode(), self.join_link.map(SealedV1::sealed));
        Ok(Fact::ModeChanged { gathering: ids.gathering()?, mode, join_link })
    }
}

/// The session that the offering is for, if it is for one, is among the fact's tags.
#[derive(Serialize, Deserialize)]
struct OfferingAddedV1<'a> {
    #[serde(borrow)]
    offering: OfferingV1<'a>,
    requires: Option<u16>,
    session: bool,
    pools: Vec<PoolV1<'a>>,
}

impl OfferingAddedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let gathering = ids.gathering()?;
        let session = if self.session { Some(ids.session()?) } else { None };
        let requires = self.requires.map(OfferingId::new);
        let offering = Offering { requires, session, ..self.offering.offering() };
        let pools = self.pools.into_iter().map(PoolV1::pool).collect();
        Ok(Fact::OfferingAdded { gathering, offering, pools })
    }
}

#[derive(Serialize, Deserialize)]
struct SessionAddedV1<'a> {
    #[serde(borrow)]
    schedule: ScheduleV1<'a>,
    room: &'a str,
    texts: SessionTextsV1<'a>,
}

impl SessionAddedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, id) = (ids.gathering()?, ids.session()?);
        let (schedule, room) = (self.schedule.schedule()?, self.room.to_owned());
        let texts = self.texts.texts(ids.people()?);
        Ok(Fact::SessionAdded { gathering, session: Box::new(Session { id, schedule, room, texts }) })
    }
}

#[derive(Serialize, Deserialize)]
struct SessionMovedV1<'a> {
    #[serde(borrow)]
    schedule: ScheduleV1<'a>,
    room: &'a str,
}

impl SessionMovedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, session) = (ids.gathering()?, ids.session()?);
        let (schedule, room) = (self.schedule.schedule()?, self.room.to_owned());
        Ok(Fact::SessionMoved { gathering, session, schedule, room })
    }
}

#[derive(Serialize, Deserialize)]
struct SessionRevisedV1<'a> {
    #[serde(borrow)]
    texts: SessionTextsV1<'a>,
}

impl SessionRevisedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, session) = (ids.gathering()?, ids.session()?);
        let texts = Box::new(self.texts.texts(ids.people()?));
        Ok(Fact::SessionRevised { gathering, session, texts })
    }
}

#[derive(Serialize, Deserialize)]
struct SessionDroppedV1 {}

impl SessionDroppedV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let Self {} = self;
        Ok(Fact::SessionDropped { gathering: ids.gathering()?, session: ids.session()? })
    }
}

#[derive(Serialize, Deserialize)]
struct NamePublishedV1<'a> {
    #[serde(borrow)]
    name: SealedV1<'a>,
}

impl NamePublishedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::NamePublished { person: ids.person()?, name: self.name.sealed() })
    }
}

/// The guests' ids are among the fact's tags; here is which places have one.
#[derive(Serialize, Deserialize)]
struct BookingV1<'a> {
    offering: u16,
    guests: Vec<bool>,
    reference: Option<&'a str>,
    #[serde(borrow)]
    answers: Option<SealedV1<'a>>,
}

impl<'a> BookingV1<'a> {
    fn of(booking: &'a Booking) -> Self {
        Self {
            offering: booking.offering.get(),
            guests: booking.party.guests.iter().map(Option::is_some).collect(),
            reference: booking.reference.as_ref().map(Reference::as_str),
            answers: booking.answers.as_ref().map(SealedV1::of),
        }
    }

    fn booking(self, ids: &mut Ids<'_>) -> Result<Booking, Error> {
        let booker = ids.person()?;
        let guest = |named: bool| if named { ids.person().map(Some) } else { Ok(None) };
        let guests = self.guests.into_iter().map(guest).collect::<Result<_, _>>()?;
        let party = Party { booker, guests };
        Ok(Booking {
            reference: self.reference.map(reference).transpose()?,
            answers: self.answers.map(SealedV1::sealed),
            ..Booking::new(OfferingId::new(self.offering), party)
        })
    }
}
