//! The cells that decisions are taken against: ids, counts, times and statuses, no texts.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::refusal::Refusal;
use crate::fact::{
    BookingWindow, ByHand, Capacity, CheckInList, CheckedIn, Credential, Draw, Mode, Offering,
    OrganisationCap, Overbook, Party, Pending, Presence, Reconfirmation, Scan, SessionTexts, SetAside, Who,
};
use crate::id::{
    CheckInListId, GatheringId, OfferingId, OrganisationId, PersonId, PoolId, RegistrationId, ResourceId,
    ScanId, SeriesId, SessionId, SetAsideId,
};
use crate::image::image;
use crate::record::Position;
use crate::schedule::Schedule;
use crate::text::Reference;

/// A gathering as decisions see it. Cheap to copy: what is large in it is shared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GatheringCell {
    pub(crate) plan: Arc<Plan>,
    pub(crate) schedule: Arc<Schedule>,
    pub(crate) window: BookingWindow,
    /// The organiser's last word on booking; `None` leaves it to the window.
    pub(crate) by_hand: Option<ByHand>,
    pub(crate) phase: Phase,
    /// Where it takes place, as a hash, and whether there is a link to join it.
    pub(crate) place: (Fingerprint, bool),
    /// Whether its places take their people's time.
    pub(crate) no_overlap: bool,
    /// The series that it is a date of.
    pub(crate) series: Option<SeriesId>,
    /// The first day that it had when it last had a date.
    pub(crate) first_day: Option<NaiveDate>,
    /// The question whether new dates suit, while it is open.
    pub(crate) round: Option<Reconfirmation>,
    /// How many registrations stand in all its lines.
    pub(crate) in_line: u32,
    /// What is to become of what people answer.
    pub(crate) answers: AnswersKept,
    /// What is to become of what they need.
    pub(crate) needs: AnswersKept,
    /// The time of the last fact about it: no later decision is dated before.
    pub(crate) touched: DateTime<Utc>,
}

image!(struct GatheringCell {
    plan,
    schedule,
    window,
    by_hand,
    phase,
    place,
    no_overlap,
    series,
    first_day,
    round,
    in_line,
    answers,
    needs,
    touched,
});

/// For how long what people tell for a gathering, of one class, is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AnswersKept {
    /// For so many days after it has ended; `None` is for as long as the log is.
    pub(crate) days: Option<u32>,
    /// Whether they are kept no more.
    pub(crate) expired: bool,
}

image!(struct AnswersKept { days, expired });

impl AnswersKept {
    /// Whether it is to be erased by a time, after the end of what it was told for.
    pub(crate) fn is_due(self, schedule: &Schedule, by: DateTime<Utc>) -> bool {
        let days = self.days.filter(|_| !self.expired);
        days.and_then(|days| schedule.days_after_end(days)).is_some_and(|due| due <= by)
    }
}

/// That somebody was forgotten: since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forgotten {
    pub(crate) at: DateTime<Utc>,
    pub(crate) position: Position,
}

image!(struct Forgotten { at, position });

/// Where a gathering is in its life. Whether it is going on, or over, is a question of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Draft,
    Announced,
    Cancelled,
    Completed,
    Archived,
}

image!(enum Phase { 0 => Draft, 1 => Announced, 2 => Cancelled, 3 => Completed, 4 => Archived });

/// What can be booked, the limits it draws on, and the rules for both.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) pools: Vec<(PoolId, String)>,
    pub(crate) offerings: Vec<Arc<Offering>>,
    pub(crate) set_asides: Vec<SetAside>,
    pub(crate) priorities: Vec<Vec<Who>>,
    pub(crate) organisation_cap: Option<OrganisationCap>,
    pub(crate) resources: BTreeSet<ResourceId>,
    /// The lists at which people are checked in that were ever set, by number; without list 0, where that was not.
    pub(crate) check_in: Vec<ListCell>,
}

image!(struct Plan { pools, offerings, set_asides, priorities, organisation_cap, resources, check_in });

/// A list at which people are checked in, as it was set last. One that was withdrawn stays known: scans that were made
/// there are kept, whenever they arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListCell {
    pub(crate) list: CheckInList,
    pub(crate) withdrawn: bool,
}

image!(struct ListCell { list, withdrawn });

/// A scan as decisions see it: to know it again, and to tell who was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScanCell {
    /// What was scanned, and what was told; `None` where it was taken back and has not arrived.
    pub(crate) scanned: Option<Scanned>,
    /// Whether it was taken back.
    pub(crate) undone: bool,
}

image!(struct ScanCell { scanned, undone });

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scanned {
    pub(crate) scan: Scan,
    pub(crate) told: CheckedIn,
}

image!(struct Scanned { scan, told });

impl ScanCell {
    /// The place that was scanned, by its number as it was then.
    pub(crate) fn place(&self) -> Option<Place> {
        self.scanned.as_ref().map(|scanned| (scanned.scan.registration, scanned.scan.place))
    }

    /// The scan, where it counts.
    pub(crate) fn counted(&self) -> Option<&Scan> {
        let scanned = self.scanned.as_ref().filter(|scanned| !self.undone && scanned.told.counts());
        scanned.map(|scanned| &scanned.scan)
    }
}

/// A pool: its capacity and the people who have places of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PoolCell {
    pub(crate) capacity: Capacity,
    pub(crate) overbook: Overbook,
    pub(crate) used: u32,
}

image!(struct PoolCell { capacity, overbook, used });

/// A session as decisions see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SessionCell {
    pub(crate) schedule: Arc<Schedule>,
    pub(crate) room: Arc<str>,
    /// What the programme says of it, as a hash: to see whether it changes.
    pub(crate) texts: Fingerprint,
    /// Whom it names as its speakers: whoever is new to it must not have been forgotten.
    pub(crate) speakers: Vec<PersonId>,
    pub(crate) dropped: bool,
}

image!(struct SessionCell { schedule, room, texts, speakers, dropped });

/// A hash of texts: of a session's, of a place's. The state holds no texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; 16]);

image!(tuple Fingerprint(bytes));

impl Fingerprint {
    pub(crate) fn of(texts: &SessionTexts) -> Self {
        let SessionTexts { title, description, track, kind, link, speakers } = texts;
        let mut hash = hash_of([title, description, track, kind, link]);
        for speaker in speakers {
            hash.update(&speaker.bytes());
        }
        Self::finish(&hash)
    }

    pub(crate) fn of_place(mode: &Mode) -> Self {
        let (name, address) = mode.venue().map_or(("", ""), |venue| (&venue.name, &venue.address));
        let mut hash = hash_of([name, address]);
        hash.update(&[u8::from(mode.is_online()), u8::from(mode.venue().is_some())]);
        Self::finish(&hash)
    }

    pub(crate) const fn bytes(self) -> [u8; 16] {
        self.0
    }

    fn finish(hash: &blake3::Hasher) -> Self {
        let mut bytes = [0; 16];
        hash.finalize_xof().fill(&mut bytes);
        Self(bytes)
    }
}

/// The hash of a list of texts, each with its length in front: no two lists run into the same bytes.
fn hash_of<'t>(texts: impl IntoIterator<Item = &'t (impl AsRef<str> + ?Sized + 't)>) -> blake3::Hasher {
    let mut hash = blake3::Hasher::new();
    for text in texts {
        let text = text.as_ref();
        hash.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash
}

/// A registration as decisions see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RegistrationCell {
    pub(crate) gathering: GatheringId,
    pub(crate) offering: OfferingId,
    pub(crate) party: Party,
    pub(crate) claim: Claim,
    /// Where it entered the log, or its line, and so its place in the line.
    pub(crate) joined: Position,
    /// What most registrations do not have.
    pub(crate) particulars: Option<Box<Particulars>>,
}

image!(struct RegistrationCell { gathering, offering, party, claim, joined, particulars });

/// What most registrations do not have.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Particulars {
    pub(crate) credentials: Vec<Credential>,
    pub(crate) draws: Vec<Draw>,
    pub(crate) uncounted: bool,
    pub(crate) may_split: bool,
    /// Who made the booking, where the booker has changed since.
    pub(crate) made_by: Option<PersonId>,
    /// The latest that a hold can be put off to.
    pub(crate) latest: Option<DateTime<Utc>>,
    /// How it stands with the last question whether new dates suit.
    pub(crate) asked: Asked,
    /// The last answer of each who has answered the invitation.
    pub(crate) replies: Vec<Replied>,
    /// The host's own labels, in order.
    pub(crate) tags: Vec<Reference>,
    /// The latest word of each who is on it on each purpose.
    pub(crate) consents: Vec<Consented>,
}

image!(struct Particulars {
    credentials,
    draws,
    uncounted,
    may_split,
    made_by,
    latest,
    asked,
    replies,
    tags,
    consents,
});

/// Whether somebody has agreed to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Consented {
    pub(crate) person: PersonId,
    pub(crate) purpose: Reference,
    pub(crate) given: bool,
}

image!(struct Consented { person, purpose, given });

/// Which answer to an invitation was somebody's last: what comes from before it is not theirs any more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Replied {
    pub(crate) person: PersonId,
    pub(crate) sequence: u32,
    pub(crate) stamp: DateTime<Utc>,
}

image!(struct Replied { person, sequence, stamp });

/// How a registration stands with the question whether new dates suit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Asked {
    #[default]
    Not,
    Open,
    Answered,
}

image!(enum Asked { 0 => Not, 1 => Open, 2 => Answered });

/// What a registration claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    Confirmed,
    Waiting,
    Held {
        until: DateTime<Utc>,
    },
    Pending(Pending),
    Offered {
        respond_by: DateTime<Utc>,
    },
    FollowUp,
    Interested,
    Ended,
    /// Ended, as a hold whose time was up.
    Lapsed,
}

image!(enum Claim {
    0 => Confirmed,
    1 => Waiting,
    2 => Held { until },
    3 => Pending(pending),
    4 => Offered { respond_by },
    5 => FollowUp,
    6 => Interested,
    7 => Ended,
    8 => Lapsed,
});

impl Claim {
    /// Whether it has places, as far as facts say.
    pub(crate) fn uses_places(self) -> bool {
        match self {
            Self::Confirmed | Self::Held { .. } | Self::Offered { .. } => true,
            Self::Pending(pending) => pending.uses_places,
            Self::Waiting | Self::FollowUp | Self::Interested | Self::Ended | Self::Lapsed => false,
        }
    }

    pub(crate) fn is_ended(self) -> bool {
        matches!(self, Self::Ended | Self::Lapsed)
    }

    /// Whether it takes its people's time.
    pub(crate) fn is_engagement(self) -> bool {
        !self.is_ended() && !matches!(self, Self::FollowUp | Self::Interested)
    }

    /// When it ends by itself.
    pub(crate) fn deadline(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Held { until } => Some(until),
            Self::Offered { respond_by } => Some(respond_by),
            Self::Pending(pending) => pending.until,
            Self::Confirmed
            | Self::Waiting
            | Self::FollowUp
            | Self::Interested
            | Self::Ended
            | Self::Lapsed => None,
        }
    }

    /// Whether it stands at a time, whether its end has been written down or not.
    pub(crate) fn is_live_at(self, now: DateTime<Utc>) -> bool {
        !self.is_ended() && self.deadline().is_none_or(|deadline| now < deadline)
    }
}

impl RegistrationCell {
    /// Whether somebody is on it, or has made it.
    pub(crate) fn names(&self, person: PersonId) -> bool {
        self.made_by() == person || self.party.named().any(|named| named == person)
    }

    /// How many places it takes of each pool: its people, or none where it is uncounted.
    pub(crate) fn counted(&self) -> u32 {
        if self.is_uncounted() { 0 } else { self.party.size() }
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.claim == Claim::Waiting
    }

    pub(crate) fn is_uncounted(&self) -> bool {
        self.particulars.as_ref().is_some_and(|it| it.uncounted)
    }

    pub(crate) fn may_split(&self) -> bool {
        self.particulars.as_ref().is_some_and(|it| it.may_split)
    }

    pub(crate) fn credentials(&self) -> &[Credential] {
        self.particulars.as_ref().map_or(&[], |it| &it.credentials)
    }

    pub(crate) fn draws(&self) -> &[Draw] {
        self.particulars.as_ref().map_or(&[], |it| &it.draws)
    }

    pub(crate) fn asked(&self) -> Asked {
        self.particulars.as_ref().map_or(Asked::Not, |it| it.asked)
    }

    /// The last answer of somebody to the invitation.
    pub(crate) fn reply_of(&self, person: PersonId) -> Option<Replied> {
        let replies = self.particulars.as_ref().map_or(&[][..], |it| &it.replies);
        replies.iter().find(|reply| reply.person == person).copied()
    }

    /// The host's own labels, in order.
    pub(crate) fn tags(&self) -> &[Reference] {
        self.particulars.as_ref().map_or(&[], |it| &it.tags)
    }

    /// Somebody's latest word on a purpose.
    pub(crate) fn has_consented(&self, person: PersonId, purpose: &Reference) -> Option<bool> {
        let consents = self.particulars.as_ref().map_or(&[][..], |it| &it.consents);
        let theirs = consents.iter().find(|it| it.person == person && it.purpose == *purpose);
        theirs.map(|it| it.given)
    }

    /// That it is on the gathering for which something was sealed. A request that failed may have been sent again for another since.
    pub(crate) fn must_be_on(
        &self,
        id: RegistrationId,
        sealed_on: Option<GatheringId>,
    ) -> Result<(), Refusal> {
        match sealed_on {
            Some(gathering) if gathering != self.gathering => {
                Err(Refusal::UnknownRegistration { registration: id })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Refuses somebody who is not on it.
    pub(crate) fn must_have(&self, registration: RegistrationId, person: PersonId) -> Result<(), Refusal> {
        let is_on_it = self.party.named().any(|named| named == person);
        if is_on_it { Ok(()) } else { Err(Refusal::NotOnRegistration { registration }) }
    }

    /// Who made the booking: whoever booked, whoever has place 1 by now.
    pub(crate) fn made_by(&self) -> PersonId {
        self.particulars.as_ref().and_then(|it| it.made_by).unwrap_or(self.party.booker)
    }

    /// When its hold can be put off to at the latest.
    pub(crate) fn latest(&self) -> Option<DateTime<Utc>> {
        self.particulars.as_ref().and_then(|it| it.latest)
    }

    /// Its particulars, to be changed.
    pub(crate) fn particular(&mut self) -> &mut Particulars {
        self.particulars.get_or_insert_default()
    }
}

/// A place in a line: the earlier of two is served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn {
    pub(crate) class: u16,
    pub(crate) joined: Position,
    /// Two that were one party share the rest.
    pub(crate) registration: RegistrationId,
}

image!(struct Turn { class, joined, registration });

impl Plan {
    /// The list with this number, if one was ever set; list 0 is there without.
    pub(crate) fn check_in_list(&self, id: CheckInListId) -> Option<ListCell> {
        let known = self.check_in.iter().find(|known| known.list.id == id);
        let stands = |cell: &&ListCell| id != CheckInListId::DOOR || !cell.withdrawn;
        let door = || ListCell { list: CheckInList::door(), withdrawn: false };
        known.filter(stands).cloned().or_else(|| (id == CheckInListId::DOOR).then(door))
    }

    /// The lists that were not withdrawn, by number: list 0 comes first.
    pub(crate) fn check_in_lists(&self) -> Vec<CheckInList> {
        let door = self.check_in_list(CheckInListId::DOOR).into_iter();
        let others = self.check_in.iter().filter(|cell| cell.list.id != CheckInListId::DOOR).cloned();
        door.chain(others).filter(|cell| !cell.withdrawn).map(|cell| cell.list).collect()
    }

    /// The class in line of a registration of somebody with these credentials: the first is served first.
    pub(crate) fn class(&self, made_by: PersonId, credentials: &[Credential]) -> u16 {
        let is_meant = |class: &Vec<Who>| class.iter().any(|who| who.is(made_by, credentials));
        let class = self.priorities.iter().position(is_meant).unwrap_or(self.priorities.len());
        u16::try_from(class).unwrap_or(u16::MAX)
    }

    /// Where a registration stands in its line, if it stands in it.
    pub(crate) fn turn(&self, registration: RegistrationId, cell: &RegistrationCell) -> Turn {
        let class = self.class(cell.made_by(), cell.credentials());
        Turn { class, joined: cell.joined, registration }
    }
}

/// When something ends by itself: the time, then the order of joining.
pub(crate) type Due = (DateTime<Utc>, Position, RegistrationId);

/// A place of a registration.
pub(crate) type Place = (RegistrationId, u16);

/// What was last seen of somebody, and when.
pub(crate) type Seen = (DateTime<Utc>, Presence);

/// Somebody's live registration for one offering, by the offering and the person.
pub(crate) type HolderKey = (GatheringId, OfferingId, PersonId);

/// The cells that a fold reads and writes. The state keeps them; a decision lays its own over them.
///
/// There is one fold for both, so what a decision sees of its own facts is what the log will say of them.
pub(crate) trait Cells {
    fn gathering(&self, id: GatheringId) -> Option<&GatheringCell>;
    fn put_gathering(&mut self, id: GatheringId, cell: GatheringCell);
    /// Changes a gathering, if it is there.
    fn change_gathering(&mut self, id: GatheringId, how: impl FnOnce(&mut GatheringCell));
    fn pool(&self, gathering: GatheringId, pool: PoolId) -> Option<PoolCell>;
    fn put_pool(&mut self, gathering: GatheringId, pool: PoolId, cell: PoolCell);
    fn registration(&self, id: RegistrationId) -> Option<&RegistrationCell>;
    fn put_registration(&mut self, id: RegistrationId, cell: RegistrationCell);
    fn holder(&self, key: HolderKey) -> Option<RegistrationId>;
    fn put_holder(&mut self, key: HolderKey, registration: Option<RegistrationId>);
    fn waiting(&self, gathering: GatheringId, offering: OfferingId) -> u32;
    /// The first in the line of an offering after a turn, or the first of all.
    fn next_waiting(&self, gathering: GatheringId, offering: OfferingId, after: Option<Turn>)
    -> Option<Turn>;
    fn join_line(&mut self, gathering: GatheringId, offering: OfferingId, turn: Turn);
    fn leave_line(&mut self, gathering: GatheringId, offering: OfferingId, turn: Turn);
    /// The first of a gathering's registrations to end by itself after one, or the first of all.
    fn next_due(&self, gathering: GatheringId, after: Option<Due>) -> Option<Due>;
    fn put_due(&mut self, gathering: GatheringId, due: Due, is_due: bool);
    /// How many places of a set-aside have been drawn.
    fn drawn(&self, gathering: GatheringId, set_aside: SetAsideId) -> u32;
    fn put_drawn(&mut self, gathering: GatheringId, set_aside: SetAsideId, places: u32);
    /// How many people of an organisation have places.
    fn people_of(&self, gathering: GatheringId, organisation: OrganisationId) -> u32;
    fn put_people_of(&mut self, gathering: GatheringId, organisation: OrganisationId, people: u32);
    fn seen(&self, gathering: GatheringId, place: Place) -> Option<Seen>;
    fn put_seen(&mut self, gathering: GatheringId, place: Place, seen: Seen);
    fn scan(&self, gathering: GatheringId, id: ScanId) -> Option<&ScanCell>;
    fn put_scan(&mut self, gathering: GatheringId, id: ScanId, cell: ScanCell);
    /// Every scan of a place that arrived, in no order that would mean something.
    fn scans_of(&self, gathering: GatheringId, place: Place) -> Vec<ScanId>;
    /// Every registration that somebody holds for an offering, once for each person named on it.
    fn holders_of(&self, gathering: GatheringId, offering: OfferingId) -> Vec<RegistrationId>;
    /// Whether anything was recorded of somebody, or they have left a registration. Whoever is on one is known by that.
    fn knows_person(&self, id: PersonId) -> bool;
    fn put_person(&mut self, id: PersonId);
    /// Whether any registration names somebody, live or not. It looks at all of them.
    fn is_on_a_registration(&self, person: PersonId) -> bool;
    /// What somebody holds a live registration for, in order.
    fn held_by(&self, person: PersonId) -> BTreeSet<HolderKey>;
    fn forgotten(&self, person: PersonId) -> Option<Forgotten>;
    fn put_forgotten(&mut self, person: PersonId, since: Forgotten);
    /// Whether a person's own calendar has a secret address.
    fn has_calendar_token(&self, person: PersonId) -> bool;
    fn put_calendar_token(&mut self, person: PersonId, is_there: bool);
    fn session(&self, gathering: GatheringId, id: SessionId) -> Option<&SessionCell>;
    /// Every session of a gathering in the order of their ids, the dropped ones too.
    fn sessions(&self, gathering: GatheringId) -> Vec<SessionId>;
    fn put_session(&mut self, gathering: GatheringId, id: SessionId, cell: SessionCell);
    /// The gathering that has a session, whether the gathering itself is known or not.
    fn home_of(&self, session: SessionId) -> Option<GatheringId>;
    fn put_home(&mut self, session: SessionId, gathering: GatheringId);
    /// The live registrations that take a person's time, in order of joining.
    fn engagements(&self, person: PersonId) -> &[RegistrationId];
    fn put_engagements(&mut self, person: PersonId, registrations: Vec<RegistrationId>);
}
