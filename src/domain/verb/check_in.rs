//! Check in: somebody was scanned at a list.

use chrono::{DateTime, SubsecRound, Utc};

use crate::domain::check_in::judge;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::{CheckedIn, Fact, Scan, Way};
use crate::id::{CheckInListId, GatheringId, RegistrationId, ScanId};

/// Takes in a scan: somebody was seen going in, or out, at one of a gathering's lists ([`CheckInList`](crate::CheckInList)).
///
/// No scan is lost. One of a registration that is cancelled, in line, unknown or on another gathering, at a list where it
/// does not belong, too early, too late, or for a place that is not there is kept and flagged, and [`CheckedIn`] says by
/// name what it was. Whether a registration is confirmed is asked when the scan is taken in, not of when it was made.
///
/// A scan is one by its [id](Self::scan): sent again, under whatever request and however late, also once the gathering is
/// archived, it is told the same and nothing is appended. So scans that were made without a connection can be sent in any
/// order, and twice: who was seen and when comes out the same. [`Desk::merge_scans`](crate::Desk::merge_scans) takes many.
///
/// A place is meant by its number as it is when the scan is taken in. Nobody who was seen gets another number
/// ([`ChangeParty`](crate::ChangeParty) refuses that), but a scan that arrives after its party has changed is of whoever
/// has the number then.
///
/// # Refusals
/// In this order: another scan with its id; unknown gathering, called off or archived, a draft, unknown list.
///
/// # Example
/// ```
/// use gather::{CheckIn, CheckedIn, Desk, Gathering, PersonId, ScanId};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?).places(1);
/// let talk = desk.announce(talk)?.outcome;
/// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
/// let bobs = desk.register(talk, PersonId::random())?.outcome.registration();
///
/// let at_the_start = "2099-03-05T13:58:00Z".parse()?;
/// let scan = CheckIn::new(talk, anns).scan(ScanId::from_u128(1)).seen_at(at_the_start);
/// assert_eq!(desk.execute(scan)?.outcome, CheckedIn::Counted);
/// assert_eq!(desk.execute(scan)?.outcome, CheckedIn::Counted, "the same scan, sent again");
/// let twice = CheckIn::new(talk, anns).seen_at("2099-03-05T14:05:00Z".parse()?);
/// assert_eq!(desk.execute(twice)?.outcome, CheckedIn::Again { first_seen: at_the_start });
///
/// let waits = desk.execute(CheckIn::new(talk, bobs).seen_at(at_the_start))?.outcome;
/// assert_eq!(waits.to_string(), "no confirmed place: waiting in line");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[doc(alias = "scan")]
#[doc(alias = "admit")]
pub struct CheckIn {
    gathering: GatheringId,
    registration: RegistrationId,
    place: u16,
    list: CheckInListId,
    way: Way,
    scan: Option<ScanId>,
    seen_at: Option<DateTime<Utc>>,
}

impl CheckIn {
    /// Checks in a registration's booker, on place 1, through the door, as of now.
    #[must_use]
    pub fn new(gathering: GatheringId, registration: RegistrationId) -> Self {
        let (place, list, way) = (1, CheckInListId::DOOR, Way::In);
        Self { gathering, registration, place, list, way, scan: None, seen_at: None }
    }

    /// Takes in a scan as a device has made it.
    #[must_use]
    pub fn of(gathering: GatheringId, scan: Scan) -> Self {
        let Scan { id, registration, place, list, way, seen_at } = scan;
        let (scan, seen_at) = (Some(id), Some(seen_at.trunc_subsecs(6)));
        Self { gathering, registration, place, list, way, scan, seen_at }
    }

    /// Says which place is meant, from 1 in the order of the party.
    #[must_use]
    pub fn place(mut self, place: u16) -> Self {
        self.place = place;
        self
    }

    /// Says at which list it was.
    #[must_use]
    pub fn list(mut self, list: CheckInListId) -> Self {
        self.list = list;
        self
    }

    /// Says which way they went.
    #[must_use]
    pub fn way(mut self, way: Way) -> Self {
        self.way = way;
        self
    }

    /// Gives the scan its id. By default it follows from the request's.
    #[must_use]
    pub fn scan(mut self, id: ScanId) -> Self {
        self.scan = Some(id);
        self
    }

    /// Says when they were seen, in microseconds. By default it is when the scan is taken in.
    #[must_use]
    pub fn seen_at(mut self, time: DateTime<Utc>) -> Self {
        self.seen_at = Some(time.trunc_subsecs(6));
        self
    }

    fn id(&self, context: &Context) -> ScanId {
        self.scan.unwrap_or_else(|| ScanId::from_uuid(context.request.derive(0)))
    }

    /// Whether a scan that was taken in before is this one. Where it does not say when it was seen, any time will do.
    fn is(&self, known: &Scan) -> bool {
        let Self { registration, place, list, way, seen_at, .. } = *self;
        let same_time = seen_at.is_none_or(|seen_at| seen_at == known.seen_at);
        (registration, place, list, way) == (known.registration, known.place, known.list, known.way)
            && same_time
    }
}

impl Decide for CheckIn {
    type Outcome = CheckedIn;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<CheckedIn, Refusal> {
        let Self { registration, place, list, way, .. } = *self;
        let id = self.id(context);
        let gathering = decision.gathering(self.gathering)?;
        if let Some(known) = decision.scan(&gathering, id).and_then(|known| known.scanned.as_ref()) {
            let same = self.is(&known.scan);
            return if same { Ok(known.told.clone()) } else { Err(Refusal::ScanReused { scan: id }) };
        }
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_not_be_gone()?;
        gathering.must_be_announced()?;
        let at = gathering.check_in_list(list)?;
        let seen_at = self.seen_at.unwrap_or_else(|| decision.time());
        let scan = Scan { id, registration, place, list, way, seen_at };
        let told = judge(decision, &gathering, &at, &scan);
        let source = at.list.kind.source();
        decision.record(Fact::Scanned { gathering: gathering.id, scan, source, told: told.clone() });
        Ok(told)
    }

    fn content(&self) -> Clear {
        let Self { gathering, registration, place, list, way, scan, seen_at } = *self;
        let mut clear = Clear::new("check in");
        clear.gathering(gathering).id(registration.bytes()).number(place).number(list.get());
        clear.text(way.code());
        clear.maybe(scan, |clear, scan| {
            clear.id(scan.bytes());
        });
        clear.maybe(seen_at, |clear, time| {
            clear.time(time);
        });
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<CheckedIn> {
        told_in(facts)
    }
}

/// What a scan was told, from the facts that it left.
pub(super) fn told_in(facts: &[Fact]) -> Option<CheckedIn> {
    facts.iter().find_map(|fact| {
        let Fact::Scanned { told, .. } = fact else { return None };
        Some(told.clone())
    })
}
