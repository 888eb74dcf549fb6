//! The desk's "no": what stands in the way, with its figures, and what would change it.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

pub use super::problem::{LayoutProblem, SessionFault, SessionProblem, Shortage};
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId, RequestId, SessionId};
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
/// assert!(matches!(refusal, Refusal::Full { short, largest: 1 } if short[0].missing() == 2));
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
    /// join link or answers it only counts whether they are there. Nor is what left no trace: a part of a basket that
    /// was left out, a session that was so already.
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
}

impl Refusal {
    /// A stable word for programs: it never changes for a kind of refusal.
    #[must_use]
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
        }
    }
}

impl Refusal {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have words of their own")]
    fn of_sessions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(problem) => write!(f, "{problem}"),
            Self::Programme { problems } => programme(f, problems),
            Self::TooManySessions { sessions, limit } => {
                write!(
                    f,
                    "the programme would have {sessions} sessions, those that were dropped counted; it may have up to {limit}"
                )
            }
            Self::TooMuchText { bytes, limit } => write!(
                f,
                "the texts have {bytes} bytes, and up to {limit} are taken at once: do it in parts (each part of a programme has to `leave_alone` the sessions of the others)"
            ),
            Self::EmptyProgramme { sessions, .. } => {
                let dropped = if *sessions == 1 { "session" } else { "sessions" };
                write!(
                    f,
                    "the programme is empty: {sessions} {dropped} would be dropped; if that is meant, say so with `even_if_empty`"
                )
            }
            Self::SessionOver { ended, .. } => write!(f, "the session ended at {}", instant(*ended)),
            other => f.write_str(other.code()),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have words of their own")]
    fn of_places(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverFits { short } => {
                f.write_str("it can never fit, even when nobody else comes: ")?;
                shortages(f, short)
            }
            Self::Full { short, largest } => {
                f.write_str("it is full: ")?;
                shortages(f, short)?;
                match largest {
                    0 => Ok(()),
                    n => write!(f, "; a party of up to {n} would fit"),
                }
            }
            Self::LineFirst { held } => {
                write!(
                    f,
                    "what is free (pool {}) is held for those who wait; others have it when these are served",
                    listed(held)
                )
            }
            Self::BelowUsed { name, asked, used, .. } => {
                let over = used.saturating_sub(*asked);
                write!(
                    f,
                    "{used} people have a place in {name:?}, {over} more than {asked}; cancel {over} first, or lower it to {used}"
                )
            }
            other => f.write_str(other.code()),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have words of their own")]
    fn of_people(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedsPlace { person: Some(person), name, .. } => {
                write!(
                    f,
                    "a confirmed place in {name:?} comes first, and person {person} has none on the booker's registration"
                )
            }
            Self::NeedsPlace { person: None, name, .. } => {
                write!(
                    f,
                    "a confirmed place in {name:?} comes first for everybody, and the booker's registration has not enough of them left for this party"
                )
            }
            Self::Overlap { person, registration, starts, ends } => write!(
                f,
                "person {person} cannot be in two places at once: registration {registration} is from {} to {}",
                instant(*starts),
                instant(*ends)
            ),
            other => f.write_str(other.code()),
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
        Self::Session(problem)
    }
}

impl From<LayoutProblem> for Refusal {
    fn from(problem: LayoutProblem) -> Self {
        Self::Layout(problem)
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(problem) => write!(f, "{problem}"),
            Self::Layout(problem) => write!(f, "{problem}"),
            Self::TimeAhead { time, clock } => write!(
                f,
                "the time given, {}, is more than a day ahead of the clock, {}; if that is meant, say so with `ahead_of_clock`",
                instant(*time),
                instant(*clock)
            ),
            Self::TooMuchAtOnce { facts, limit } => {
                write!(f, "{facts} things would happen at once, and up to {limit} may: do it in smaller steps")
            }
            Self::TooManyNamed { named, limit } => write!(
                f,
                "people, registrations and sessions would be named {named} times at once, and up to {limit} may: do it in smaller steps"
            ),
            Self::RequestReused { request } => {
                write!(f, "request {request} was answered before, for something else; send this one with an id of its own")
            }
            Self::UnknownGathering { gathering } => write!(f, "there is no gathering {gathering}"),
            Self::GatheringExists { gathering } => write!(f, "there is a gathering {gathering} already"),
            Self::UnknownOffering { offering, offerings, .. } => no_such(f, "offering", offering, offerings),
            Self::WhichOffering { offerings, .. } => which(f, "offering", offerings),
            Self::UnknownPool { pool, pools, .. } => no_such(f, "pool", pool, pools),
            Self::WhichPool { pools, .. } => which(f, "pool", pools),
            Self::UnknownRegistration { registration } => write!(f, "there is no registration {registration}"),
            Self::RegistrationExists { registration } => {
                write!(f, "there is a registration {registration} already")
            }
            Self::RegistrationEnded { registration } => {
                write!(f, "registration {registration} has ended; a new one can be made")
            }
            Self::UnknownPlace { place, places, .. } => {
                write!(f, "there is no place {place}; the registration has places 1 to {places}")
            }
            Self::Session(_)
            | Self::Programme { .. }
            | Self::TooManySessions { .. }
            | Self::TooMuchText { .. }
            | Self::EmptyProgramme { .. }
            | Self::SessionOver { .. } => self.of_sessions(f),
            Self::NeedsPlace { .. } | Self::Overlap { .. } => self.of_people(f),
            Self::GatheringCancelled { gathering } => write!(f, "gathering {gathering} has been called off"),
            Self::GatheringOver { ended, .. } => write!(f, "the gathering ended at {}", instant(*ended)),
            Self::InThePast { ends, now } => {
                write!(f, "these dates are over: they end at {}, and it is {}", instant(*ends), instant(*now))
            }
            Self::BookingNotOpenYet { opens: Some(opens), .. } => {
                write!(f, "booking opens at {}", instant(*opens))
            }
            Self::BookingNotOpenYet { opens: None, .. } => {
                f.write_str("booking is not open yet: it follows the date, which is to be confirmed; it can be opened by hand")
            }
            Self::BookingClosed { .. } => f.write_str("booking is closed; it can be opened by hand until the gathering is over"),
            Self::TwiceInParty { person } => write!(f, "person {person} is named twice for the same offering"),
            Self::PartyTooLarge { size, limit } => {
                write!(f, "a party of {size} is too large; one registration may have up to {limit} people")
            }
            Self::AlreadyRegistered { person, registration } => {
                write!(f, "person {person} has registration {registration} for this already")
            }
            Self::NeverFits { .. } | Self::Full { .. } | Self::LineFirst { .. } | Self::BelowUsed { .. } => {
                self.of_places(f)
            }
        }
    }
}

/// The first few, since a programme can have thousands.
fn programme(f: &mut fmt::Formatter<'_>, problems: &[SessionProblem]) -> fmt::Result {
    const SHOWN: usize = 3;
    let sessions = if problems.len() == 1 { "session is" } else { "sessions are" };
    write!(f, "{} {sessions} not taken, so nothing was changed: ", problems.len())?;
    let shown: Vec<String> = problems.iter().take(SHOWN).map(ToString::to_string).collect();
    f.write_str(&shown.join("; "))?;
    match problems.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => write!(f, "; and {more} more"),
    }
}

fn instant(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn no_such<T: fmt::Display>(f: &mut fmt::Formatter<'_>, what: &str, asked: &T, known: &[T]) -> fmt::Result {
    write!(f, "there is no {what} {asked}; the gathering has {}", listed(known))
}

fn which<T: fmt::Display>(f: &mut fmt::Formatter<'_>, what: &str, known: &[T]) -> fmt::Result {
    write!(f, "say which {what} is meant; the gathering has {}", listed(known))
}

fn listed<T: fmt::Display>(things: &[T]) -> String {
    match things {
        [] => String::from("none"),
        _ => things.iter().map(T::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn shortages(f: &mut fmt::Formatter<'_>, short: &[Shortage]) -> fmt::Result {
    for (n, shortage) in short.iter().enumerate() {
        let Shortage { name, wanted, free, .. } = shortage;
        let separator = if n == 0 { "" } else { "; " };
        let missing = shortage.missing();
        let places = if missing == 1 { "place" } else { "places" };
        write!(
            f,
            "{separator}{name:?} has {} free of the {wanted} wanted; {missing} more {places} would do",
            free.max(&0)
        )?;
    }
    Ok(())
}
