//! A desk with a clock to set and one gathering at it: where the tests of the booking rules begin.

use chrono::{DateTime, TimeDelta, Utc};
use gather::testkit::{TestClock, person_id};
use gather::{
    CancelRegistration, Capacity, ChangeCapacity, Clock, Command, Credential, Desk, Fact, Failure, Gathering,
    GatheringId, Hold, Offering, OfferingId, Overbook, Pool, PoolId, Receipt, Reference, Refusal, Register,
    Registered, RegistrationId, RequestId, Schedule, Venue,
};

/// The only offering of most scenes, and its pool.
pub(crate) const PLACE: OfferingId = OfferingId::ONLY;
pub(crate) const HALL: PoolId = PoolId::ONLY;

/// When every scene begins: a Monday morning.
pub(crate) const MORNING: &str = "2027-01-04T09:00:00Z";
/// When the gathering of a scene begins and ends, unless it says otherwise: a Saturday, in winter time.
pub(crate) const STARTS: &str = "2027-03-20T10:00:00Z";
pub(crate) const ENDS: &str = "2027-03-20T16:00:00Z";

pub(crate) struct Scene {
    pub(crate) clock: TestClock,
    pub(crate) desk: Desk,
    /// The gathering.
    pub(crate) on: GatheringId,
}

pub(crate) fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Schedule {
    format!("{text} Europe/London").parse().unwrap()
}

/// Whatever is not otherwise said to be: a workshop on a Saturday in March.
pub(crate) fn workshop() -> Gathering {
    let workshop = Gathering::workshop("Bookbinding", Venue::new("Central Library"));
    workshop.at(day("2027-03-20 10:00 to 16:00"))
}

/// The workshop with a hall, and a place in it that is offered as a scene says.
pub(crate) fn hall(places: impl Into<Capacity>, how: impl FnOnce(Offering) -> Offering) -> Gathering {
    let offering = how(Offering::new(PLACE, "place", [HALL]));
    workshop().pool(Pool::new(HALL, "hall", places)).offering(offering)
}

pub(crate) fn reference(text: &str) -> Reference {
    Reference::new(text).unwrap()
}

/// What makes somebody a member.
pub(crate) fn member() -> Credential {
    Credential::Category(reference("member"))
}

impl Scene {
    /// At the desk of a folder or in memory, whatever it is.
    pub(crate) fn of(gathering: Gathering) -> Self {
        let clock = TestClock::at(at(MORNING));
        let desk = Desk::builder().clock(clock.clone()).in_memory();
        let on = desk.announce(gathering).unwrap().outcome;
        Self { clock, desk, on }
    }

    pub(crate) fn with_places(places: impl Into<Capacity>) -> Self {
        Self::of(hall(places, |place| place))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn set_clock(&self, time: &str) {
        self.clock.set(at(time));
    }

    pub(crate) fn after(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// One person for the only offering.
    pub(crate) fn one(&self, person: u8) -> Register {
        self.party(person, 1)
    }

    /// A party of somebody and guests without a name.
    pub(crate) fn party(&self, booker: u8, people: u16) -> Register {
        Register::new(self.on, person_id(booker)).unnamed_guests(people - 1)
    }

    pub(crate) fn receives<C: Command>(&self, command: C) -> Receipt<C::Outcome> {
        match self.desk.execute(command) {
            Ok(receipt) => receipt,
            Err(failure) => panic!("{failure}"),
        }
    }

    pub(crate) fn does<C: Command>(&self, command: C) -> C::Outcome {
        self.receives(command).outcome
    }

    pub(crate) fn books(&self, asked: Register) -> RegistrationId {
        let registered = self.does(asked);
        assert!(registered.is_confirmed(), "{registered:?}");
        registered.registration()
    }

    /// Stands in line behind so many.
    pub(crate) fn waits(&self, asked: Register, behind: u32) -> RegistrationId {
        match self.does(asked) {
            Registered::Waiting { registration, ahead } => {
                assert_eq!(ahead, behind);
                registration
            }
            other @ (Registered::Confirmed { .. } | Registered::Pending { .. }) => {
                panic!("was to wait: {other:?}")
            }
        }
    }

    /// Waits for somebody to say yes; says whether it keeps its places meanwhile.
    pub(crate) fn asks(&self, asked: Register) -> (RegistrationId, bool) {
        match self.does(asked) {
            Registered::Pending { registration, uses_places } => (registration, uses_places),
            other @ (Registered::Confirmed { .. } | Registered::Waiting { .. }) => {
                panic!("was to be pending: {other:?}")
            }
        }
    }

    pub(crate) fn holds(&self, asked: Register, minutes: i64) -> RegistrationId {
        self.does(Hold::new(asked, self.now() + TimeDelta::minutes(minutes))).registration
    }

    pub(crate) fn cancels(&self, registration: RegistrationId) -> Receipt<gather::Effects> {
        self.receives(CancelRegistration::new(registration))
    }

    pub(crate) fn set_capacity(&self, places: impl Into<Capacity>) -> Receipt<gather::Effects> {
        self.receives(ChangeCapacity::new(self.on, places).pool(HALL))
    }

    pub(crate) fn set_overbook(&self, places: u32, overbook: Overbook) -> Receipt<gather::Effects> {
        self.receives(ChangeCapacity::new(self.on, places).pool(HALL).overbook(overbook))
    }

    /// Is refused, by the preview too, and leaves the log as it was.
    pub(crate) fn refuses<C: Command + Clone>(&self, command: C) -> Refusal {
        refuses(&self.desk, command)
    }

    /// The code with which something is refused.
    pub(crate) fn refused<C: Command + Clone>(&self, command: C) -> &'static str {
        self.refuses(command).code()
    }

    pub(crate) fn status(&self, registration: RegistrationId) -> &'static str {
        let list = self.desk.registration(registration).unwrap();
        list.status.at(self.now()).code()
    }

    /// How many people have a place of the hall, as the attendee list counts them.
    pub(crate) fn used(&self) -> u64 {
        self.used_of(HALL)
    }

    pub(crate) fn used_of(&self, pool: PoolId) -> u64 {
        let list = self.desk.attendee_list(self.on).unwrap();
        list.pools().iter().find(|count| count.pool == pool).unwrap().taken
    }

    /// What is left of the hall for everybody.
    pub(crate) fn left(&self) -> i64 {
        let list = self.desk.attendee_list(self.on).unwrap();
        list.pools().iter().find(|count| count.pool == HALL).unwrap().left.unwrap()
    }

    /// The line, the first one first.
    pub(crate) fn line(&self) -> Vec<RegistrationId> {
        let list = self.desk.waiting_list(self.on).unwrap();
        list.rows().iter().map(|row| row.registration).collect()
    }
}

/// Is refused, by the preview too, and leaves the log as it was.
pub(crate) fn refuses<C: Command + Clone>(desk: &Desk, command: C) -> Refusal {
    let before = desk.position();
    // A refusal is not remembered, so the request can be made again.
    let request = RequestId::from_u128(u128::MAX);
    let Err(foreseen) = desk.request(request).preview(command.clone()) else { panic!("it is not refused") };
    let Err(failure) = desk.request(request).execute(command) else { panic!("it was not refused") };
    assert_eq!(foreseen.refusal(), failure.refusal());
    assert_eq!(desk.position(), before, "a refusal leaves the log as it was");
    match failure {
        Failure::Refused(refusal) => refusal,
        Failure::Fault(fault) => panic!("the desk cannot work: {fault}"),
    }
}

/// What kinds of facts these are, in order.
pub(crate) fn kinds(facts: &[Fact]) -> Vec<&'static str> {
    facts.iter().map(kind).collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a test names what it waits for")]
fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::RegistrationConfirmed { .. } => "confirmed",
        Fact::RegistrationWaitlisted { .. } => "waitlisted",
        Fact::RegistrationPromoted { .. } => "promoted",
        Fact::RegistrationEnded { .. } => "ended",
        Fact::RegistrationHeld { .. } => "held",
        Fact::HoldConfirmed { .. } => "hold confirmed",
        Fact::ApprovalRequested { .. } => "approval requested",
        Fact::RegistrationApproved { .. } => "approved",
        Fact::PlaceOffered { .. } => "offered",
        Fact::OfferAccepted { .. } => "accepted",
        Fact::PassedOver { .. } => "passed",
        Fact::RegistrationSplit { .. } => "split",
        Fact::PartyChanged { .. } => "party changed",
        Fact::CapacityChanged { .. } => "capacity",
        Fact::MovedToFollowUp { .. } => "follow-up",
        Fact::ReconfirmationClosed { .. } => "round closed",
        Fact::PrioritiesChanged { .. } => "priorities",
        Fact::SetAsideChanged { .. } => "set-aside changed",
        Fact::PlaceTransferred { .. } => "transferred",
        _ => "something else",
    }
}
