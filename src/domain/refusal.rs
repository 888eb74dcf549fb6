//! The desk's "no": what stands in the way, with its figures, and what would change it.

use chrono::{DateTime, Utc};

pub use super::problem::{LayoutProblem, SessionFault, SessionProblem, Shortage};
use crate::fact::{Standing, Who};
use crate::id::{
    CheckInListId, GatheringId, OfferingId, OrganisationId, PersonId, PoolId, RegistrationId, RequestId,
    ResourceId, ScanId, SessionId, SetAsideId,
};
use crate::text::TextProblem;

/// Why a command was not done. Nothing has been appended.
///
/// A refusal is an answer, not a fault: the same request may be sent again when what stood in the way has
/// changed. [`code`](Self::code) is for programs, the text is for people.
///
/// Which refusals a command can meet, and in which order they are looked for, is on the command's own page.
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, Offering, OfferingId, PersonId, Pool, PoolId, Refusal, Register, Venue};
///
/// let desk = Desk::in_memory();
/// let visit = Gathering::visit("Behind the scenes", Venue::new("Central Library"))
///     .at("2099-03-05 14:00 to 15:30 Europe/London".parse()?)
///     .pool(Pool::new(PoolId::ONLY, "coach", 16))
///     .offering(Offering::new(OfferingId::ONLY, "visit", [PoolId::ONLY]).max_party(15).without_waiting_list());
/// let visit = desk.announce(visit)?.outcome;
/// assert!(desk.execute(Register::new(visit, PersonId::random()).unnamed_guests(14))?.outcome.is_confirmed());
///
/// let failure = desk.execute(Register::new(visit, PersonId::random()).unnamed_guests(2)).unwrap_err();
/// let refusal = failure.refusal().unwrap();
/// assert_eq!(refusal.code(), "full");
/// assert!(matches!(refusal, Refusal::Full { short, largest: 1, .. } if short[0].missing() == 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A text in the command is not taken.
    Text(TextProblem),
    /// The parts of an announcement do not fit together.
    Layout(LayoutProblem),
    /// The time given with the command lies more than a day ahead of the desk's clock.
    TimeAhead {
        /// The time given.
        time: DateTime<Utc>,
        /// What the desk's clock says.
        clock: DateTime<Utc>,
    },
    /// The decision would make more things happen at once than a batch can hold.
    TooMuchAtOnce {
        /// How many facts it came to.
        facts: usize,
        /// How many a batch holds.
        limit: usize,
    },
    /// The decision would name more people, registrations and sessions at once than a batch can hold, each counted as
    /// often as it is named.
    TooManyNamed {
        /// How many it came to.
        named: usize,
        /// How many a batch holds.
        limit: usize,
    },
    /// The request's id was used before, for something else. What is sealed is not compared: of a person's details, a
    /// join link or answers it only counts whether they are there.
    RequestReused {
        /// The id.
        request: RequestId,
    },
    /// No gathering has this id.
    UnknownGathering {
        /// The id.
        gathering: GatheringId,
    },
    /// A gathering has this id already.
    GatheringExists {
        /// The id.
        gathering: GatheringId,
    },
    /// The gathering has no such offering.
    UnknownOffering {
        /// The gathering.
        gathering: GatheringId,
        /// The offering asked for.
        offering: OfferingId,
        /// Those that it has.
        offerings: Vec<OfferingId>,
    },
    /// The gathering has several offerings, and the command names none.
    WhichOffering {
        /// The gathering.
        gathering: GatheringId,
        /// Those that it has.
        offerings: Vec<OfferingId>,
    },
    /// The gathering has no such pool.
    UnknownPool {
        /// The gathering.
        gathering: GatheringId,
        /// The pool asked for.
        pool: PoolId,
        /// Those that it has.
        pools: Vec<PoolId>,
    },
    /// The gathering has several pools, and the command names none.
    WhichPool {
        /// The gathering.
        gathering: GatheringId,
        /// Those that it has.
        pools: Vec<PoolId>,
    },
    /// No registration has this id.
    UnknownRegistration {
        /// The id.
        registration: RegistrationId,
    },
    /// A registration has this id already.
    RegistrationExists {
        /// The id.
        registration: RegistrationId,
    },
    /// The registration has ended before.
    RegistrationEnded {
        /// The registration.
        registration: RegistrationId,
    },
    /// The registration's party has no such place.
    UnknownPlace {
        /// The registration.
        registration: RegistrationId,
        /// The place asked for.
        place: u16,
        /// How many places it has, numbered from 1.
        places: u32,
    },
    /// A session is not taken into the programme, or cannot be had from it.
    Session(SessionProblem),
    /// Some sessions of a programme are not taken; so none was. Each is there once, with the first that is wrong with it.
    Programme {
        /// What is wrong, session by session, in the order of the command.
        problems: Vec<SessionProblem>,
    },
    /// A gathering may have no more sessions, the dropped ones counted.
    TooManySessions {
        /// How many there would be.
        sessions: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The texts of a programme, or the answers in a basket, are more than one batch can hold.
    TooMuchText {
        /// How many bytes they have.
        bytes: usize,
        /// How many they may have.
        limit: usize,
    },
    /// The programme to be set has no session, and would drop all that there are.
    EmptyProgramme {
        /// The gathering.
        gathering: GatheringId,
        /// How many sessions it would drop.
        sessions: usize,
    },
    /// A session is over.
    SessionOver {
        /// The session.
        session: SessionId,
        /// When it ended.
        ended: DateTime<Utc>,
    },
    /// What is asked for needs a confirmed place in another offering first, within one party.
    NeedsPlace {
        /// Who has none; `None` is a guest without a name.
        person: Option<PersonId>,
        /// The offering that is needed.
        offering: OfferingId,
        /// What people call it.
        name: String,
    },
    /// Somebody has a place, or stands in line, for something at the same time: since before, or by another part of the
    /// same basket.
    Overlap {
        /// Who.
        person: PersonId,
        /// The registration in the way.
        registration: RegistrationId,
        /// When that begins.
        starts: DateTime<Utc>,
        /// When that ends.
        ends: DateTime<Utc>,
    },
    /// The gathering has been called off.
    GatheringCancelled {
        /// The gathering.
        gathering: GatheringId,
    },
    /// The gathering is over.
    GatheringOver {
        /// The gathering.
        gathering: GatheringId,
        /// When it ended.
        ended: DateTime<Utc>,
    },
    /// The dates given are over already.
    InThePast {
        /// When they end.
        ends: DateTime<Utc>,
        /// The time of the decision.
        now: DateTime<Utc>,
    },
    /// Booking is not open yet.
    BookingNotOpenYet {
        /// The gathering.
        gathering: GatheringId,
        /// When it opens, where that is known.
        opens: Option<DateTime<Utc>>,
    },
    /// Booking is closed.
    BookingClosed {
        /// The gathering.
        gathering: GatheringId,
    },
    /// Somebody is named twice for one offering: in one party, or in two parts of a basket.
    TwiceInParty {
        /// Who.
        person: PersonId,
    },
    /// The party has more people than one registration may have.
    PartyTooLarge {
        /// How many people it has.
        size: u32,
        /// How many it may have.
        limit: u32,
    },
    /// Somebody of the party has a live registration for the offering.
    AlreadyRegistered {
        /// Who.
        person: PersonId,
        /// With which registration.
        registration: RegistrationId,
    },
    /// The party is larger than a pool with nobody in it: waiting would be in vain.
    NeverFits {
        /// The pools that are too small, each with what it is short of when empty.
        short: Vec<Shortage>,
    },
    /// There is not enough room, and no line to stand in: the offering keeps none, or a basket is all or nothing.
    Full {
        /// The pools in the way.
        short: Vec<Shortage>,
        /// The largest party that would have been admitted; 0 if none, and always for a basket.
        largest: u32,
        /// Whether more places alone would not do: others wait for what it takes, and are served first.
        others_wait: bool,
    },
    /// There is room, but others who wait for it come first; and the offering keeps no line, or a basket is all or
    /// nothing.
    LineFirst {
        /// The pools that are held for those in line.
        held: Vec<PoolId>,
    },
    /// The new capacity is less than the places given out.
    BelowUsed {
        /// The pool.
        pool: PoolId,
        /// What people call it.
        name: String,
        /// The capacity asked for.
        asked: u32,
        /// How many people have a place.
        used: u32,
    },
    /// A party that may be split has somebody without a name: each part needs somebody who has it.
    SplitNeedsNames,
    /// The gathering's books are closed.
    GatheringCompleted {
        /// The gathering.
        gathering: GatheringId,
    },
    /// The gathering has been archived.
    GatheringArchived {
        /// The gathering.
        gathering: GatheringId,
    },
    /// The gathering is a draft.
    NotAnnounced {
        /// The gathering.
        gathering: GatheringId,
    },
    /// The gathering is not over.
    NotOver {
        /// The gathering.
        gathering: GatheringId,
        /// When it ends, where that is known.
        ends: Option<DateTime<Utc>>,
    },
    /// The gathering has not begun.
    NotBegun {
        /// The gathering.
        gathering: GatheringId,
        /// When it begins, where that is known.
        starts: Option<DateTime<Utc>>,
    },
    /// The gathering's books are not closed.
    NotCompleted {
        /// The gathering.
        gathering: GatheringId,
    },
    /// Booking rests for a while.
    BookingPaused {
        /// The gathering.
        gathering: GatheringId,
    },
    /// The gathering is open for interest only.
    InterestOnly {
        /// The gathering.
        gathering: GatheringId,
    },
    /// There is no interest to note: the gathering can be booked.
    BookingOpen {
        /// The gathering.
        gathering: GatheringId,
    },
    /// Whoever books stands in line for now, and there is no line to stand in: the offering keeps none, or what is asked for cannot wait.
    LineOnly {
        /// The gathering.
        gathering: GatheringId,
    },
    /// What the new registration would supersede has not ended.
    StillLive {
        /// The registration.
        registration: RegistrationId,
    },
    /// The offering is for others.
    NotEligible {
        /// The gathering.
        gathering: GatheringId,
        /// The offering.
        offering: OfferingId,
        /// For whom it is.
        only_for: Vec<Who>,
    },
    /// Each organisation may have so many places, and the registration does not say of which its people are.
    OrganisationNeeded {
        /// The gathering.
        gathering: GatheringId,
    },
    /// The organisation would have more places than it may.
    OrganisationCap {
        /// The organisation.
        organisation: OrganisationId,
        /// How many places are asked for.
        asked: u32,
        /// How many its people have.
        used: u32,
        /// How many they may have.
        cap: u32,
        /// Until when that holds, where it ends.
        until: Option<DateTime<Utc>>,
    },
    /// Somebody has, or waits for, another date of the series.
    SeriesDate {
        /// Who.
        person: PersonId,
        /// The registration for it.
        registration: RegistrationId,
        /// The date that they have.
        gathering: GatheringId,
    },
    /// Somebody has to say yes before this can be had, so it cannot be moved to.
    NeedsApproval {
        /// The gathering.
        gathering: GatheringId,
        /// The offering.
        offering: OfferingId,
    },
    /// A deadline that is not ahead.
    DeadlinePast {
        /// The time given.
        deadline: DateTime<Utc>,
        /// The time of the decision.
        now: DateTime<Utc>,
    },
    /// A deadline that is further off than it may be.
    DeadlineTooLate {
        /// The time given.
        deadline: DateTime<Utc>,
        /// The latest that is taken.
        latest: DateTime<Utc>,
    },
    /// The registration is not a hold.
    NotHeld {
        /// The registration.
        registration: RegistrationId,
    },
    /// The registration does not wait for approval.
    NotPending {
        /// The registration.
        registration: RegistrationId,
    },
    /// The registration has not been offered its places.
    NotOffered {
        /// The registration.
        registration: RegistrationId,
    },
    /// What is asked for needs a registration that is confirmed, or at least in line.
    NotConfirmed {
        /// The registration.
        registration: RegistrationId,
    },
    /// The registration has no places, so nobody was invited and there is nothing to answer.
    NotInvited {
        /// The registration.
        registration: RegistrationId,
    },
    /// The person is not on the registration, or not any more.
    NotOnRegistration {
        /// The registration.
        registration: RegistrationId,
    },
    /// An answer to an invitation came from an address that is not the one of whoever it speaks for, or of nobody on the
    /// registration.
    WrongSender {
        /// The registration.
        registration: RegistrationId,
    },
    /// The registration was not asked whether new dates suit, or the time to answer is up.
    NotAsked {
        /// The registration.
        registration: RegistrationId,
    },
    /// A registration named to go has no place of the pool.
    NotDisplaceable {
        /// The registration.
        registration: RegistrationId,
    },
    /// Place 1 is the booker's and stays.
    BookersPlace {
        /// The registration.
        registration: RegistrationId,
    },
    /// Somebody was seen on the place, which would go, get another number or be somebody else's.
    PresenceRecorded {
        /// The registration.
        registration: RegistrationId,
        /// The place.
        place: u16,
    },
    /// A party in line cannot grow: it would push back those behind it.
    InLine {
        /// The registration.
        registration: RegistrationId,
    },
    /// Another registration needs the place of somebody who would leave.
    StillNeeded {
        /// The registration.
        registration: RegistrationId,
    },
    /// More registrations would be asked about new dates than can be at once.
    TooManyToAsk {
        /// How many there are.
        registrations: usize,
        /// How many can be asked.
        limit: usize,
    },
    /// The gathering has no such set-aside.
    UnknownSetAside {
        /// The gathering.
        gathering: GatheringId,
        /// The set-aside asked for.
        set_aside: SetAsideId,
    },
    /// The gathering has a set-aside of this number already.
    SetAsideExists {
        /// The gathering.
        gathering: GatheringId,
        /// The set-aside.
        set_aside: SetAsideId,
    },
    /// A set-aside is for nobody.
    SetAsideForNobody {
        /// The set-aside.
        set_aside: SetAsideId,
    },
    /// More places of a pool would be set aside than it has.
    SetAsidesTooLarge {
        /// The pool.
        pool: PoolId,
        /// What people call it.
        name: String,
        /// How many places were asked for.
        asked: u32,
        /// How many can still be set aside.
        room: u32,
    },
    /// That somebody did not come is said by closing the books, not by hand.
    NoShowByBooks {
        /// The registration.
        registration: RegistrationId,
    },
    /// A resource has this id already.
    ResourceExists {
        /// The id.
        resource: ResourceId,
    },
    /// The gathering has no such resource.
    UnknownResource {
        /// The gathering.
        gathering: GatheringId,
        /// The id.
        resource: ResourceId,
    },
    /// The person's own calendar has a secret address already.
    CalendarTokenExists {
        /// Who.
        person: PersonId,
    },
    /// The person's own calendar has no secret address.
    NoCalendarToken {
        /// Who.
        person: PersonId,
    },
    /// No calendar is behind an address: its token was never issued, was replaced or taken back, its person was forgotten, or it
    /// is none. Which of these is not told, to anybody.
    UnknownCalendar,
    /// More is due on the gathering than one decision writes.
    SettleFirst {
        /// The gathering.
        gathering: GatheringId,
    },
    /// The log has never heard of this person.
    UnknownPerson {
        /// The id.
        person: PersonId,
    },
    /// The person was forgotten, and nothing more is recorded of them. Somebody who comes back is recorded with a new id.
    Forgotten {
        /// Who.
        person: PersonId,
        /// When they were forgotten.
        at: DateTime<Utc>,
    },
    /// What people answered for this gathering is kept no more, so no answers are taken for it. It can be booked without.
    AnswersExpired {
        /// The gathering.
        gathering: GatheringId,
    },
    /// What people need at this gathering is kept no more, so no needs are taken for it, and none are read. It can be booked
    /// without.
    NeedsExpired {
        /// The gathering.
        gathering: GatheringId,
    },
    /// The gathering has no such list at which people are checked in.
    UnknownCheckInList {
        /// The gathering.
        gathering: GatheringId,
        /// The list asked for.
        list: CheckInListId,
        /// The lists that it has.
        lists: Vec<CheckInListId>,
    },
    /// More lists would be set than a gathering may have, those that were withdrawn counted.
    TooManyCheckInLists {
        /// How many it may have.
        limit: usize,
    },
    /// Another scan has this id already. Two scans never share one: whatever reads tickets has to choose ids of its own.
    ScanReused {
        /// The id.
        scan: ScanId,
    },
    /// The registration has no confirmed place, so nobody joins by it.
    NoConfirmedPlace {
        /// The registration.
        registration: RegistrationId,
        /// How it stands.
        standing: Standing,
    },
    /// It cannot be joined online at this time.
    NotOpenToJoin {
        /// The gathering.
        gathering: GatheringId,
        /// From when on it can be; `None` where there is no date.
        opens: Option<DateTime<Utc>>,
        /// Until when, included.
        closes: Option<DateTime<Utc>>,
    },
    /// There is no link to join it online.
    NoJoinLink {
        /// The gathering.
        gathering: GatheringId,
    },
    /// No list at which people are checked in takes those with a place in the offering, so nobody could be seen joining.
    NoListToJoin {
        /// The gathering.
        gathering: GatheringId,
        /// The offering.
        offering: OfferingId,
    },
}

impl Refusal {
    /// A stable word for programs: it never changes for a kind of refusal.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a line for each")]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Layout(_) => "layout",
            Self::TimeAhead { .. } => "time_ahead",
            Self::TooMuchAtOnce { .. } => "too_much_at_once",
            Self::TooManyNamed { .. } => "too_many_named",
            Self::RequestReused { .. } => "request_reused",
            Self::UnknownGathering { .. } => "unknown_gathering",
            Self::GatheringExists { .. } => "gathering_exists",
            Self::UnknownOffering { .. } => "unknown_offering",
            Self::WhichOffering { .. } => "which_offering",
            Self::UnknownPool { .. } => "unknown_pool",
            Self::WhichPool { .. } => "which_pool",
            Self::UnknownRegistration { .. } => "unknown_registration",
            Self::RegistrationExists { .. } => "registration_exists",
            Self::RegistrationEnded { .. } => "registration_ended",
            Self::UnknownPlace { .. } => "unknown_place",
            Self::Session(problem) => problem.fault.code(),
            Self::Programme { .. } => "programme",
            Self::TooManySessions { .. } => "too_many_sessions",
            Self::TooMuchText { .. } => "too_much_text",
            Self::EmptyProgramme { .. } => "empty_programme",
            Self::SessionOver { .. } => "session_over",
            Self::NeedsPlace { .. } => "needs_place",
            Self::Overlap { .. } => "overlap",
            Self::GatheringCancelled { .. } => "gathering_cancelled",
            Self::GatheringOver { .. } => "gathering_over",
            Self::InThePast { .. } => "in_the_past",
            Self::BookingNotOpenYet { .. } => "booking_not_open_yet",
            Self::BookingClosed { .. } => "booking_closed",
            Self::TwiceInParty { .. } => "twice_in_party",
            Self::PartyTooLarge { .. } => "party_too_large",
            Self::AlreadyRegistered { .. } => "already_registered",
            Self::NeverFits { .. } => "never_fits",
            Self::Full { .. } => "full",
            Self::LineFirst { .. } => "line_first",
            Self::BelowUsed { .. } => "below_used",
            Self::SplitNeedsNames => "split_needs_names",
            Self::GatheringCompleted { .. } => "gathering_completed",
            Self::GatheringArchived { .. } => "gathering_archived",
            Self::NotAnnounced { .. } => "not_announced",
            Self::NotOver { .. } => "not_over",
            Self::NotBegun { .. } => "not_begun",
            Self::NotCompleted { .. } => "not_completed",
            Self::BookingPaused { .. } => "booking_paused",
            Self::InterestOnly { .. } => "interest_only",
            Self::BookingOpen { .. } => "booking_open",
            Self::LineOnly { .. } => "line_only",
            Self::StillLive { .. } => "still_live",
            Self::NotEligible { .. } => "not_eligible",
            Self::OrganisationNeeded { .. } => "organisation_needed",
            Self::OrganisationCap { .. } => "organisation_cap",
            Self::SeriesDate { .. } => "series_date",
            Self::NeedsApproval { .. } => "needs_approval",
            Self::DeadlinePast { .. } => "deadline_past",
            Self::DeadlineTooLate { .. } => "deadline_too_late",
            Self::NotHeld { .. } => "not_held",
            Self::NotPending { .. } => "not_pending",
            Self::NotOffered { .. } => "not_offered",
            Self::NotConfirmed { .. } => "not_confirmed",
            Self::NotInvited { .. } => "not_invited",
            Self::NotOnRegistration { .. } => "not_on_registration",
            Self::WrongSender { .. } => "wrong_sender",
            Self::NotAsked { .. } => "not_asked",
            Self::NotDisplaceable { .. } => "not_displaceable",
            Self::BookersPlace { .. } => "bookers_place",
            Self::PresenceRecorded { .. } => "presence_recorded",
            Self::InLine { .. } => "in_line",
            Self::StillNeeded { .. } => "still_needed",
            Self::TooManyToAsk { .. } => "too_many_to_ask",
            Self::UnknownSetAside { .. } => "unknown_set_aside",
            Self::SetAsideExists { .. } => "set_aside_exists",
            Self::SetAsideForNobody { .. } => "set_aside_for_nobody",
            Self::SetAsidesTooLarge { .. } => "set_asides_too_large",
            Self::NoShowByBooks { .. } => "no_show_by_books",
            Self::ResourceExists { .. } => "resource_exists",
            Self::UnknownResource { .. } => "unknown_resource",
            Self::CalendarTokenExists { .. } => "calendar_token_exists",
            Self::NoCalendarToken { .. } => "no_calendar_token",
            Self::UnknownCalendar => "unknown_calendar",
            Self::SettleFirst { .. } => "settle_first",
            Self::UnknownPerson { .. } => "unknown_person",
            Self::Forgotten { .. } => "forgotten",
            Self::AnswersExpired { .. } => "answers_expired",
            Self::NeedsExpired { .. } => "needs_expired",
            Self::UnknownCheckInList { .. } => "unknown_check_in_list",
            Self::TooManyCheckInLists { .. } => "too_many_check_in_lists",
            Self::ScanReused { .. } => "scan_reused",
            Self::NoConfirmedPlace { .. } => "no_confirmed_place",
            Self::NotOpenToJoin { .. } => "not_open_to_join",
            Self::NoJoinLink { .. } => "no_join_link",
            Self::NoListToJoin { .. } => "no_list_to_join",
        }
    }
}

/// How many bytes the texts of one decision may have: a batch holds 16 MiB, and there is more in it than texts.
const TEXT_LIMIT: usize = 12 * 1024 * 1024;

impl Refusal {
    /// Refuses texts that have too many bytes in all.
    pub(crate) fn check_text_bytes(bytes: usize) -> Result<(), Self> {
        if bytes > TEXT_LIMIT { Err(Self::TooMuchText { bytes, limit: TEXT_LIMIT }) } else { Ok(()) }
    }
}

impl From<TextProblem> for Refusal {
    fn from(problem: TextProblem) -> Self {
        Self::Text(problem)
    }
}

impl From<SessionProblem> for Refusal {
    fn from(problem: SessionProblem) -> Self {
        // Refused in one way, wherever somebody is named.
        if let SessionFault::Forgotten { person, at } = problem.fault {
            return Self::Forgotten { person, at };
        }
        Self::Session(problem)
    }
}

impl From<LayoutProblem> for Refusal {
    fn from(problem: LayoutProblem) -> Self {
        Self::Layout(problem)
    }
}

impl std::error::Error for Refusal {}
