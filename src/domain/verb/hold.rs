//! Hold: places are kept for a while, until a form is complete.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::register::{Register, Supersedes};
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::RegistrationId;
use crate::person::{Answers, Needs};
use crate::sealed::{Personal, Sealed};

/// Keeps places until a deadline, while the host's form is filled in. [`ConfirmHold`](crate::ConfirmHold) makes it a
/// registration, [`ExtendHold`](crate::ExtendHold) gives it longer, [`CancelRegistration`](crate::CancelRegistration)
/// lets it go. When its time is up it counts no more, whether anybody has written that down or not.
///
/// It is admitted as a registration is, but never stands in line.
///
/// # Refusals
/// As for [`Register`], up to what can never fit. Then: a deadline that is not ahead, or further off than the offering
/// allows ([`Offering::hold_limit`](crate::Offering::hold_limit)); full, room that others wait for, booking to the line
/// only. Last, an id that is there already.
///
/// # Example
/// ```
/// use chrono::{DateTime, TimeDelta, Utc};
/// use gather::{ConfirmHold, Desk, Gathering, Hold, PersonId, Register};
///
/// let noon: DateTime<Utc> = "2099-03-01T12:00:00Z".parse()?;
/// let desk = Desk::builder().clock(move || noon).in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?).places(1);
/// let talk = desk.announce(talk)?.outcome;
///
/// let ann = Register::new(talk, PersonId::random());
/// let held = desk.execute(Hold::new(ann, noon + TimeDelta::minutes(10)))?.outcome;
/// assert!(!desk.register(talk, PersonId::random())?.outcome.is_confirmed()); // the place is taken meanwhile
/// assert!(desk.execute(ConfirmHold::new(held.registration))?.outcome.is_confirmed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "reserve")]
#[doc(alias = "cart")]
pub struct Hold<A = Personal<Answers>, N = Personal<Needs>> {
    pub(crate) asked: Register<A, N>,
    pub(crate) until: DateTime<Utc>,
}

/// Places that are kept for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OnHold {
    /// The registration.
    pub registration: RegistrationId,
    /// Until when it keeps its places, that instant no longer included.
    pub until: DateTime<Utc>,
}

impl Hold {
    /// Keeps what a registration would take until a deadline, which counts in microseconds.
    #[must_use]
    pub fn new(asked: Register, until: DateTime<Utc>) -> Self {
        Self { asked, until: until.trunc_subsecs(6) }
    }
}

impl Decide for Hold<Sealed<Answers>, Sealed<Needs>> {
    type Outcome = OnHold;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<OnHold, Refusal> {
        let Self { asked: wanted, until } = self;
        let asked = wanted.asked(decision, Supersedes::Ended)?;
        wanted.must_be_eligible(decision, &asked)?;
        wanted.must_fit_when_empty(decision, &asked)?;
        let limit = TimeDelta::seconds(i64::from(asked.offering.hold_limit));
        let latest = decision.time().checked_add_signed(limit).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let latest = latest.trunc_subsecs(6);
        check_deadline(*until, decision.time(), Some(latest))?;
        let ahead = wanted.ahead(decision, &asked);
        let mut room = wanted.room(decision, &asked, &ahead)?;
        let registration = context.new_registration(0);
        Register::make_way(decision, &asked, registration)?;
        room.record_passed(decision, &asked.gathering);
        decision.record(Fact::RegistrationHeld {
            gathering: asked.gathering.id,
            registration,
            booking: wanted.booking(&asked),
            draws: room.draws,
            until: *until,
            latest,
        });
        wanted.record_needs(decision, registration);
        Ok(OnHold { registration, until: *until })
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("hold");
        self.asked.clear(&mut clear);
        clear.time(self.until);
        self.asked.clear_needs(&mut clear);
        clear
    }

    fn recall(&self, context: &Context, facts: &[Fact]) -> Option<OnHold> {
        let registration = context.new_registration(0);
        facts.iter().find_map(|fact| {
            let Fact::RegistrationHeld { registration: made, until, .. } = fact else { return None };
            (*made == registration).then_some(OnHold { registration, until: *until })
        })
    }
}

/// Refuses a deadline that is not ahead, or too far off.
pub(super) fn check_deadline(
    deadline: DateTime<Utc>,
    now: DateTime<Utc>,
    latest: Option<DateTime<Utc>>,
) -> Result<(), Refusal> {
    if deadline <= now {
        return Err(Refusal::DeadlinePast { deadline, now });
    }
    match latest {
        Some(latest) if deadline > latest => Err(Refusal::DeadlineTooLate { deadline, latest }),
        _ => Ok(()),
    }
}
