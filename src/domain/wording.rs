//! What a refusal says to people: what stands in the way, with its figures, and what would change it.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use super::problem::{SessionProblem, Shortage};
use super::refusal::Refusal;
use crate::fact::{Credential, Who};

impl fmt::Display for Refusal {
    #[expect(clippy::too_many_lines, reason = "a line for each")]
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
            Self::CalendarTokenExists { person } => {
                write!(f, "the calendar of person {person} has a secret address already; rotate it for another one, or revoke it")
            }
            Self::NoCalendarToken { person } => {
                write!(f, "the calendar of person {person} has no secret address; issue one")
            }
            Self::UnknownCalendar => f.write_str("no calendar is behind this address"),
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
                write!(f, "person {person} is booked for this already, with registration {registration}; that one can be changed or cancelled until the gathering is over")
            }
            Self::NeverFits { .. } | Self::Full { .. } | Self::LineFirst { .. } | Self::BelowUsed { .. } => {
                self.of_places(f)
            }
            Self::SplitNeedsNames
            | Self::GatheringCompleted { .. }
            | Self::GatheringArchived { .. }
            | Self::NotAnnounced { .. }
            | Self::NotOver { .. }
            | Self::NotBegun { .. }
            | Self::NotCompleted { .. }
            | Self::BookingPaused { .. }
            | Self::InterestOnly { .. }
            | Self::BookingOpen { .. }
            | Self::LineOnly { .. }
            | Self::StillLive { .. }
            | Self::NotEligible { .. }
            | Self::OrganisationNeeded { .. }
            | Self::OrganisationCap { .. }
            | Self::SeriesDate { .. }
            | Self::NeedsApproval { .. }
            | Self::DeadlinePast { .. }
            | Self::DeadlineTooLate { .. }
            | Self::NotHeld { .. }
            | Self::NotPending { .. }
            | Self::NotOffered { .. }
            | Self::NotConfirmed { .. }
            | Self::NotInvited { .. }
            | Self::NotOnRegistration { .. }
            | Self::WrongSender { .. }
            | Self::NotAsked { .. }
            | Self::NotDisplaceable { .. }
            | Self::BookersPlace { .. }
            | Self::PresenceRecorded { .. }
            | Self::InLine { .. }
            | Self::StillNeeded { .. }
            | Self::TooManyToAsk { .. }
            | Self::UnknownSetAside { .. }
            | Self::SetAsideExists { .. }
            | Self::SetAsideForNobody { .. }
            | Self::SetAsidesTooLarge { .. }
            | Self::NoShowByBooks { .. }
            | Self::ResourceExists { .. }
            | Self::UnknownResource { .. }
            | Self::SettleFirst { .. }
            | Self::UnknownPerson { .. }
            | Self::Forgotten { .. }
            | Self::AnswersExpired { .. }
            | Self::NeedsExpired { .. } => self.of_rules(f),
            Self::UnknownCheckInList { .. }
            | Self::TooManyCheckInLists { .. }
            | Self::ScanReused { .. }
            | Self::NoConfirmedPlace { .. }
            | Self::NotOpenToJoin { .. }
            | Self::NoJoinLink { .. }
            | Self::NoListToJoin { .. } => self.of_check_in(f),
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
                f.write_str("it can never fit, even if nobody else came: ")?;
                shortages(f, short, in_all)
            }
            Self::Full { short, largest, others_wait } => {
                f.write_str("it is full: ")?;
                shortages(f, short, free)?;
                if *others_wait {
                    f.write_str(", once those who wait have theirs")?;
                }
                match largest {
                    0 => Ok(()),
                    1 => f.write_str("; one person alone would fit"),
                    n => write!(f, "; a party of up to {n} would fit"),
                }
            }
            Self::LineFirst { held } => {
                write!(
                    f,
                    "there is room in pool {}, but those in line come first; it can be booked once they are served",
                    listed(held)
                )
            }
            Self::BelowUsed { name, asked, used, .. } => {
                let over = used.saturating_sub(*asked);
                write!(
                    f,
                    "{used} people have a place in {name:?}, {over} more than {asked}; lower it to {used}, say who has to go, or say that all of them keep theirs"
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
                    "a confirmed place in {name:?} comes first, and person {person} has none that the same booker has booked"
                )
            }
            Self::NeedsPlace { person: None, name, .. } => {
                write!(
                    f,
                    "a confirmed place in {name:?} comes first for everybody, and the booker has not booked enough of them for this party"
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

impl Refusal {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have words of their own")]
    #[expect(clippy::too_many_lines, reason = "one arm for each refusal")]
    fn of_rules(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SplitNeedsNames => f.write_str("a party that may be split needs a name for everybody in it"),
            Self::GatheringCompleted { .. } => f.write_str("the books of the gathering are closed"),
            Self::GatheringArchived { .. } => f.write_str("the gathering has been archived"),
            Self::NotAnnounced { .. } => f.write_str("the gathering is a draft; it can be booked once it is announced"),
            Self::NotCompleted { .. } => f.write_str("the books of the gathering are not closed yet; close them first"),
            Self::BookingPaused { .. } => f.write_str("booking is paused; it can be opened by hand"),
            Self::InterestOnly { .. } => f.write_str("it cannot be booked yet; until it can, interest can be noted"),
            Self::BookingOpen { .. } => f.write_str("booking is open: a place can be booked"),
            Self::LineOnly { .. } => f.write_str("for now people can only stand in line, and this cannot: there is no line for it, or it is wanted at once"),
            Self::UnknownPerson { person } => write!(f, "nobody has ever heard of person {person}"),
            Self::Forgotten { person, at } => write!(
                f,
                "person {person} was forgotten at {}, and nothing more is recorded of them; whoever comes back gets a new id",
                instant(*at)
            ),
            Self::AnswersExpired { .. } => {
                f.write_str("what people answered for the gathering is kept no more, so no answers are taken; it can be booked without")
            }
            Self::NeedsExpired { .. } => {
                f.write_str("what people need at the gathering is kept no more, so none is taken or read; it can be booked without")
            }
            Self::StillLive { registration } => write!(f, "registration {registration} has not ended, so nothing can take its place; cancel it first"),
            Self::OrganisationNeeded { .. } => f.write_str("each organisation may have only so many places here; say which one the party comes from"),
            Self::SeriesDate { person, registration, .. } => write!(f, "person {person} has another date of this series, with registration {registration}; it can be moved here instead, or once that date is over its books can be closed"),
            Self::NeedsApproval { .. } => f.write_str("a place there has to be approved first, so nobody can be moved to it; ask for it, and cancel this one once that is approved"),
            Self::DeadlinePast { deadline, now } => write!(f, "the deadline, {}, is past: it is {}", instant(*deadline), instant(*now)),
            Self::DeadlineTooLate { deadline, latest } => write!(f, "the deadline, {}, is too far off; {} is the latest", instant(*deadline), instant(*latest)),
            Self::NotHeld { registration } => write!(f, "registration {registration} is not on hold, so there is nothing to confirm or extend"),
            Self::NotPending { registration } => write!(f, "registration {registration} does not wait for approval"),
            Self::NotOffered { registration } => write!(f, "registration {registration} has no offer to answer"),
            Self::NotConfirmed { registration } => write!(f, "registration {registration} is neither confirmed nor in line"),
            Self::NotInvited { registration } => write!(f, "registration {registration} has no places, so there is no invitation to answer"),
            Self::NotOnRegistration { registration } => write!(f, "the person is not on registration {registration}"),
            Self::WrongSender { registration } => write!(f, "the answer about registration {registration} came from another address"),
            Self::NotAsked { registration } => write!(f, "registration {registration} has no question about new dates to answer"),
            Self::NotDisplaceable { registration } => write!(f, "registration {registration} has no place of this pool to give up"),
            Self::BookersPlace { .. } => f.write_str("place 1 is the booker's: it can be transferred, or the registration cancelled"),
            Self::PresenceRecorded { place, .. } => write!(f, "somebody was seen on place {place}, so it stays as it is; a scan by mistake can be taken back first"),
            Self::InLine { .. } => f.write_str("a party in line cannot grow, since that would push back those behind it; the others can register by themselves"),
            Self::StillNeeded { registration } => write!(f, "registration {registration} needs these places; change or cancel it first"),
            Self::TooManyToAsk { registrations, limit } => write!(f, "{registrations} registrations would be asked, and up to {limit} can be at once"),
            Self::UnknownSetAside { set_aside, .. } => write!(f, "there is no set-aside {set_aside}"),
            Self::SetAsideExists { set_aside, .. } => write!(f, "there is a set-aside {set_aside} already"),
            Self::SetAsideForNobody { set_aside } => write!(f, "set-aside {set_aside} is for nobody: say who may draw on it"),
            Self::SetAsidesTooLarge { name, asked, room, .. } => write!(f, "{asked} places cannot be set aside in {name:?}: {room} can"),
            Self::NoShowByBooks { .. } => f.write_str("nobody is marked absent by hand: closing the books does it, for all who were not seen"),
            Self::ResourceExists { resource } => write!(f, "there is a resource {resource} already"),
            Self::UnknownResource { resource, .. } => write!(f, "there is no resource {resource}"),
            Self::SettleFirst { .. } => f.write_str("more is due on the gathering than can be written at once: settle it first, then ask again"),
            Self::NotOver { ends: Some(ends), .. } => write!(f, "the gathering is not over: it ends at {}", instant(*ends)),
            Self::NotOver { ends: None, .. } => f.write_str("the gathering has no date yet, so it is not over"),
            Self::NotBegun { starts: Some(starts), .. } => {
                write!(f, "the gathering has not begun: it begins at {}", instant(*starts))
            }
            Self::NotBegun { starts: None, .. } => f.write_str("the gathering has no date yet, so it has not begun"),
            Self::NotEligible { only_for, .. } => {
                f.write_str("this is for some people only: ")?;
                only_for_whom(f, only_for)
            }
            Self::OrganisationCap { organisation, asked, used, cap, until } => {
                write!(f, "organisation {organisation} has {used} of the {cap} places that each organisation may have")?;
                match cap.saturating_sub(*used) {
                    0 => {}
                    left => write!(f, ", so there are {left} of the {asked} asked for")?,
                }
                match until {
                    Some(until) => write!(f, "; the limit ends at {}", instant(*until)),
                    None => Ok(()),
                }
            }
            other => f.write_str(other.code()),
        }
    }
}

impl Refusal {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have words of their own")]
    fn of_check_in(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCheckInList { list, lists, .. } => no_such(f, "check-in list", list, lists),
            Self::TooManyCheckInLists { limit } => {
                write!(
                    f,
                    "a gathering may have up to {limit} check-in lists, those that were withdrawn counted"
                )
            }
            Self::ScanReused { scan } => {
                write!(f, "another scan has the id {scan} already; each scan needs an id of its own")
            }
            Self::NoConfirmedPlace { registration, standing } => {
                write!(f, "registration {registration} has no confirmed place: {standing}")
            }
            Self::NotOpenToJoin { opens: Some(opens), closes: Some(closes), .. } => {
                write!(f, "it can be joined from {} to {}", instant(*opens), instant(*closes))
            }
            Self::NotOpenToJoin { .. } => f.write_str("it cannot be joined yet: there is no date"),
            Self::NoJoinLink { .. } => f.write_str("there is no link to join it online"),
            Self::NoListToJoin { offering, .. } => {
                write!(f, "no check-in list is for offering {offering}, so it cannot be joined online")
            }
            other => f.write_str(other.code()),
        }
    }
}

fn only_for_whom(f: &mut fmt::Formatter<'_>, whom: &[Who]) -> fmt::Result {
    for (n, who) in whom.iter().enumerate() {
        f.write_str(if n == 0 { "" } else { ", or " })?;
        match who {
            Who::With(Credential::Code(_)) => f.write_str("those with a code")?,
            Who::With(Credential::Category(category)) => write!(f, "category {category}")?,
            Who::With(Credential::Organisation(organisation)) => write!(f, "organisation {organisation}")?,
            Who::Person(person) => write!(f, "person {person}")?,
        }
    }
    Ok(())
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

fn shortages(
    f: &mut fmt::Formatter<'_>,
    short: &[Shortage],
    has: impl Fn(&Shortage) -> String,
) -> fmt::Result {
    for (n, shortage) in short.iter().enumerate() {
        let separator = if n == 0 { "" } else { "; " };
        let missing = shortage.missing();
        let places = if missing == 1 { "place" } else { "places" };
        let (name, has) = (&shortage.name, has(shortage));
        write!(f, "{separator}{name:?} has {has}; {missing} more {places} would do")?;
    }
    Ok(())
}

fn free(shortage: &Shortage) -> String {
    match (shortage.free.max(0), shortage.wanted) {
        (0, 1) => "none free, and 1 is wanted".into(),
        (0, wanted) => format!("none free, and {wanted} are wanted"),
        (free, wanted) => format!("{free} free of the {wanted} wanted"),
    }
}

fn in_all(shortage: &Shortage) -> String {
    let are = if shortage.wanted == 1 { "is" } else { "are" };
    format!("{} in all, and {} {are} wanted", shortage.free.max(0), shortage.wanted)
}
