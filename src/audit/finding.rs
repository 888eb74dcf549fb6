//! What an audit names: a record, the rule that it breaks, and the figures.

use std::collections::BTreeSet;
use std::fmt;

use crate::id::{GatheringId, RegistrationId};
use crate::record::{Anchor, Position};

/// Declares the rules, each with its code, so that none is without one.
macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// A rule that a log can break.
        ///
        /// The rules of booking are told of in the pages of the commands; here is what is asked of the facts that they left.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[$doc])* $name,)*
        }

        impl Rule {
            /// Every rule, in the order in which they are declared.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// A stable name for machines.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

rules! {
    // The log itself.
    /// Positions are gapless, and every batch has a fact.
    Gap = "gap",
    /// The chain over the batches is the one that the store gives.
    Chain = "chain",
    /// A decision has seen only what was there before it.
    SeenAhead = "seen_ahead",
    /// A request has one batch, until all that it was about is archived.
    RequestTwice = "request_twice",
    /// The time of a gathering never goes back.
    TimeBack = "time_back",

    // What facts are about.
    /// A gathering is announced before anything happens to it.
    UnknownGathering = "unknown_gathering",
    /// A gathering is announced once.
    GatheringTwice = "gathering_twice",
    /// A registration is made before anything happens to it, on the gathering that the fact names.
    UnknownRegistration = "unknown_registration",
    /// The id of a registration is used once.
    RegistrationTwice = "registration_twice",
    /// A fact names offerings, pools, set-asides, sessions and resources that the gathering has.
    UnknownPart = "unknown_part",
    /// Pools, offerings, set-asides and resources have numbers and ids of their own and fit together.
    Layout = "layout",

    // The life of a gathering.
    /// Lives go along their edges, and what is over, called off, put away or a draft still takes no bookings.
    Lifecycle = "lifecycle",
    /// Books are closed once a gathering is over.
    NotOver = "not_over",
    /// Nobody gets a place in, or does anything to a booking of, what has ended.
    Over = "over",
    /// A session is in one programme, once, and nothing happens to one that was dropped.
    Programme = "programme",
    /// Nobody keeps a place in a session that was dropped.
    LeftInDropped = "left_in_dropped",

    // Places.
    /// Nobody comes into a pool beyond its limit.
    Overbooked = "overbooked",
    /// A capacity below what is used says that everybody keeps their places, and no other does.
    Override = "override",
    /// What is set aside for some is not given to others.
    KeptForOthers = "kept_for_others",
    /// Nobody draws on a set-aside that is not for them.
    NotTheirs = "not_theirs",
    /// Nobody draws more from a set-aside than is left in it.
    Overdrawn = "overdrawn",
    /// Whoever draws on set-asides draws for their own people, in their own pools.
    Draws = "draws",
    /// An organisation has no more places than its cap.
    OrganisationCap = "organisation_cap",
    /// A party that no pool could ever take does not wait.
    NeverFits = "never_fits",
    /// Nobody is sent to the line beside free places that nobody waits for.
    WaitsInVain = "waits_in_vain",
    /// Whoever is next in line and can be served is, in the decision that frees places.
    LeftWaiting = "left_waiting",

    // Who may book, and when.
    /// Whoever books does so while that is open.
    BookingShut = "booking_shut",
    /// Nobody has two live registrations for one offering, or two places of one.
    DoubleBooking = "double_booking",
    /// A party is no larger than its offering takes, and one that may be split has all its people named.
    Party = "party",
    /// Whoever books is among those whom the offering is for.
    NotEligible = "not_eligible",
    /// Whoever has, or waits for, what requires another place has that one.
    StandsOnNothing = "stands_on_nothing",
    /// A person takes on one date of a series.
    SeriesTwice = "series_twice",
    /// A person takes on no two things at one time.
    Overlap = "overlap",
    /// Where somebody has to say yes, somebody has; and nowhere else.
    Approval = "approval",

    // What happens to registrations.
    /// Nothing happens to a registration that has ended.
    Ended = "ended",
    /// Only whoever waits is served, or split.
    NotWaiting = "not_waiting",
    /// Only a hold is confirmed or extended as one.
    NotHeld = "not_held",
    /// Only what waits for approval is approved.
    NotPending = "not_pending",
    /// Only an offer is accepted.
    NotOffered = "not_offered",
    /// Nothing is done with a hold, an offer or a request whose time is up.
    TooLate = "too_late",
    /// Deadlines are what the terms of the offering give.
    Deadline = "deadline",
    /// What is due is written by the next decision on the gathering.
    Unsettled = "unsettled",
    /// What ends was named, or its time was up, or it needed what ended.
    NoReason = "no_reason",
    /// What moves away, or gives way, has an heir in the same decision, and the two are not live at once.
    NoHeir = "no_heir",
    /// A place is handed over by whoever has it.
    NotTheirPlace = "not_their_place",
    /// A party changes by places that it has, and no place on which somebody was seen is numbered anew.
    PartyChange = "party_change",
    /// Those are asked whether new dates suit who were confirmed; each answers once, and silence comes to what was said.
    Reconfirmation = "reconfirmation",
    /// Only whoever has a place by a registration answers the invitation to it.
    NotInvited = "not_invited",
    /// Needs and consents are of people who are on the registration, and a note is about its booker.
    NotOnIt = "not_on_it",
    /// Whoever was seen is on a place that is there, and is flagged if and only if it was not confirmed; and their place is
    /// neither handed over nor moves away.
    Presence = "presence",
    /// Whoever scans is told what was so, and each list sees people where it stands.
    Scan = "scan",
    /// A scan is taken in once, and taken back once.
    ScanTwice = "scan_twice",
    /// What is had afterwards is attached once it has begun.
    TooEarly = "too_early",

    // People.
    /// Only a secret address that is there is taken back.
    NoCalendarToken = "no_calendar_token",

    // The line.
    /// There is a line to stand in.
    NoLine = "no_line",
    /// How many are ahead is told as it is.
    Ahead = "ahead",
    /// A line that rests is not served, and each is served as its offering says.
    Serving = "serving",
    /// Whoever is served before somebody of the same line who comes first: that is recorded, with a reason.
    PassedInSilence = "passed_in_silence",
    /// The reason why somebody is passed is one that can be.
    PassReason = "pass_reason",

    // What is forgotten.
    /// Nothing more is recorded of somebody who was forgotten, and nobody is forgotten twice.
    Forgotten = "forgotten",
    /// The booker leaves a party only where they are forgotten, in the same decision.
    BookerLeft = "booker_left",
    /// No answers are taken, and nothing more is said of them, where those of the gathering are kept no more.
    AnswersExpired = "answers_expired",
    /// No needs are taken or read, and nothing more is said of them, where those at the gathering are kept no more.
    NeedsExpired = "needs_expired",
}

/// One record that breaks a rule.
///
/// It names ids and figures, never a person. Where one fact breaks several rules, the first that was asked for is named.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Which record.
    pub position: Position,
    /// The gathering that it is about, if it is about one.
    pub gathering: Option<GatheringId>,
    /// The registration that it is about, if it is about one.
    pub registration: Option<RegistrationId>,
    /// Which rule.
    pub rule: Rule,
    /// What is so, with the figures.
    pub says: String,
}

impl Finding {
    /// A stable name of the rule for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.rule.code()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, gathering, registration, rule, says } = self;
        write!(f, "position {position}, {}: {says}", rule.code())?;
        if let Some(registration) = registration {
            write!(f, "; registration {registration}")?;
        }
        match gathering {
            Some(gathering) => write!(f, "; gathering {gathering}"),
            None => Ok(()),
        }
    }
}

/// What an audit has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Findings {
    /// The end of what was audited: the log, the position, and the chain as it was recomputed.
    pub to: Anchor,
    /// How many batches that are.
    pub batches: u64,
    /// How many of them may have been written by an older version, and were not handed over as the bytes that are kept:
    /// the store's word was taken for their place in the chain. None in a log that [`verify`](super::verify) has read.
    pub taken_on_trust: u64,
    /// The first findings, in the order in which they were met: at most [`LIMIT`](Self::LIMIT).
    pub found: Vec<Finding>,
    /// How many more there are.
    pub more: u64,
}

impl Findings {
    /// So many findings are listed; the others are counted.
    pub const LIMIT: usize = 1_000;

    pub(super) fn none(to: Anchor) -> Self {
        Self { to, batches: 0, taken_on_trust: 0, found: Vec::new(), more: 0 }
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn add(&mut self, finding: Finding) {
        if self.found.len() < Self::LIMIT {
            self.found.push(finding);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }
}

/// One line for each finding that is listed, and one for the others; then whether the log is sound, and how much was looked at.
/// There is no line end behind the last.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.found.iter().try_for_each(|finding| writeln!(f, "{finding}"))?;
        if self.more > 0 {
            writeln!(f, "and {} more", self.more)?;
        }
        let sound = if self.is_sound() { "sound" } else { "not sound" };
        let Anchor { log, position, .. } = self.to;
        write!(f, "{sound}: {position} records in {} batches, log {log}", self.batches)
    }
}

/// What one fact breaks: the rule, the registration if it is not the fact's own, and what is so.
#[derive(Debug)]
pub(super) struct Breach {
    pub(super) rule: Rule,
    pub(super) says: String,
}

/// Whether what was judged holds.
pub(super) type Judged = Result<(), Breach>;

/// Says what is so where a rule is broken.
pub(super) fn hold(holds: bool, rule: Rule, says: impl FnOnce() -> String) -> Judged {
    if holds { Ok(()) } else { Err(Breach { rule, says: says() }) }
}

/// A breach by itself.
pub(super) fn breach(rule: Rule, says: impl Into<String>) -> Breach {
    Breach { rule, says: says.into() }
}

/// The findings of one batch: one a record, whatever else is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Notes {
    named: BTreeSet<Position>,
    pub(super) found: Vec<Finding>,
}

impl Notes {
    pub(super) fn note(
        &mut self,
        position: Position,
        (gathering, registration): (Option<GatheringId>, Option<RegistrationId>),
        Breach { rule, says }: Breach,
    ) {
        if self.named.insert(position) {
            self.found.push(Finding { position, gathering, registration, rule, says });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_code_of_its_own() {
        let codes: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
        let plain = |code: &&str| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(codes.iter().all(plain));
    }

    #[test]
    fn findings_are_listed_up_to_a_limit_and_counted_beyond() {
        let log = crate::id::LogId::from_u128(1);
        let to = Anchor { log, position: Position::START, chain: crate::record::Chain::genesis(log) };
        let mut findings = Findings::none(to);
        assert!(findings.is_sound());
        let one = Finding {
            position: Position::new(7),
            gathering: None,
            registration: Some(RegistrationId::from_u128(2)),
            rule: Rule::Overbooked,
            says: "pool 1 has 101 of 100 places taken".into(),
        };
        for _ in 0..Findings::LIMIT + 2 {
            findings.add(one.clone());
        }
        assert_eq!((findings.found.len(), findings.more), (Findings::LIMIT, 2));
        let text = findings.to_string();
        let first = "position 7, overbooked: pool 1 has 101 of 100 places taken; registration \
                     00000000-0000-0000-0000-000000000002\n";
        assert!(text.starts_with(first), "{text}");
        assert!(
            text.ends_with(&format!("and 2 more\nnot sound: 0 records in 0 batches, log {log}")),
            "{text}"
        );
        let sound = Findings::none(to).to_string();
        assert_eq!(sound, format!("sound: 0 records in 0 batches, log {log}"));
    }
}
