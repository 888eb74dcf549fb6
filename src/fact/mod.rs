//! Every fact that the log can hold: the whole vocabulary in one place.
//!
//! A fact has happened. It is never judged again, only folded. Its stored form is defined apart, in the log's
//! wire structs, so that a rename here changes no byte there.

use chrono::{DateTime, Utc};

use crate::id::{
    CheckInListId, GatheringId, OfferingId, PersonId, PoolId, RegistrationId, ResourceId, ScanId, SessionId,
    SetAsideId,
};
use crate::person::{
    Answers, JoinLink, Needs, Note, PersonDetails, PublishedName, ReplyComment, ResourceLink,
};
use crate::schedule::Schedule;
use crate::sealed::Sealed;
use crate::text::Reference;
use crate::token::TokenHash;

mod announcement;
mod answer_class;
mod booking;
mod check_in;
mod credential;
mod policy;
mod presence;
mod rsvp;
mod session;
mod window;

pub(crate) use announcement::DEFAULT_MAX_PARTY;
pub use announcement::{Announcement, Capacity, GatheringKind, Mode, Offering, Pool, Venue};
pub use answer_class::AnswerClass;
pub use booking::{Booking, Ending, Party, PassReason};
pub use check_in::{CheckInKind, CheckInList, CheckedIn, ListName, Scan, Standing, Way};
pub(crate) use credential::organisation;
pub use credential::{Credential, Who};
pub use policy::{
    Approval, Draw, HeadPolicy, LinePolicy, OfferTerms, OrganisationCap, Overbook, Pending, QuietHours,
    Reconfirmation, Serving, SetAside, Silence,
};
pub use presence::{Audience, Presence, PresenceSource, Resource, ResourceKind};
pub use rsvp::Rsvp;
pub use session::{Session, SessionTexts};
pub use window::{BookingState, BookingTime, BookingWindow, ByHand};

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
        /// Where everybody with a confirmed place is asked whether they suit: until when.
        ask: Option<Reconfirmation>,
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
        /// What it is overbooked by from now on.
        overbook: Overbook,
        /// Whether more people may keep their places than there are from now on: an override, said to be meant.
        keep_all: bool,
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
        /// Which of its places were set aside for it.
        draws: Vec<Draw>,
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
        /// Which of its places were set aside for it.
        draws: Vec<Draw>,
    },
    /// A registration ended: its places, or its place in the line, are free.
    RegistrationEnded {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
        /// Why.
        how: Ending,
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
    /// A gathering was moved to another place: another venue, online, or both.
    ModeChanged {
        /// Which.
        gathering: GatheringId,
        /// Where it takes place from now on.
        mode: Mode,
        /// Where to join it online from now on; `None` where there is no link, or none any more.
        join_link: Option<Sealed<JoinLink>>,
    },
    /// Something more can be booked.
    OfferingAdded {
        /// On which gathering.
        gathering: GatheringId,
        /// What.
        offering: Offering,
        /// The limits that came with it.
        pools: Vec<Pool>,
    },
    /// A session came into the programme; or came back, if it had been dropped.
    SessionAdded {
        /// Of which gathering.
        gathering: GatheringId,
        /// The session.
        session: Box<Session>,
    },
    /// A session got another time or another room. Its revision went up by one.
    SessionMoved {
        /// Of which gathering.
        gathering: GatheringId,
        /// Which.
        session: SessionId,
        /// When from now on.
        schedule: Schedule,
        /// Where from now on; may be empty.
        room: String,
    },
    /// What the programme says of a session was changed; its time and its room were not.
    SessionRevised {
        /// Of which gathering.
        gathering: GatheringId,
        /// Which.
        session: SessionId,
        /// What it says from now on.
        texts: Box<SessionTexts>,
    },
    /// A session does not take place. Registrations for it have ended by facts of their own.
    SessionDropped {
        /// Of which gathering.
        gathering: GatheringId,
        /// Which.
        session: SessionId,
    },
    /// The name under which somebody speaks was published, for the first time or anew.
    NamePublished {
        /// Whose.
        person: PersonId,
        /// The name, sealed with the person's key: it goes when the person is forgotten.
        name: Sealed<PublishedName>,
    },
    /// A registration was made that keeps its places until a deadline, while its form is being filled in.
    RegistrationHeld {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
        /// What was booked.
        booking: Booking,
        /// Which of its places were set aside for it.
        draws: Vec<Draw>,
        /// Until when it keeps them.
        until: DateTime<Utc>,
        /// The latest that this can be put off to.
        latest: DateTime<Utc>,
    },
    /// A hold keeps its places longer.
    HoldExtended {
        /// On which gathering.
        gathering: GatheringId,
        /// Which registration.
        registration: RegistrationId,
        /// Until when from now on.
        until: DateTime<Utc>,
    },
    /// The form of a hold is complete: the registration is confirmed, or waits for approval.
    HoldConfirmed {
        /// On which gathering.
        gathering: GatheringId,
        /// Which registration.
        registration: RegistrationId,
        /// Who has its place 1: what was answered is sealed for them.
        booker: PersonId,
        /// What the booker answered meanwhile, sealed; it replaces what was answered before.
        answers: Option<Sealed<Answers>>,
        /// How it waits for approval, where somebody has to say yes first.
        pending: Option<Pending>,
    },
    /// A registration was made that waits for approval.
    ApprovalRequested {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
        /// What was booked.
        booking: Booking,
        /// Which of its places were set aside for it.
        draws: Vec<Draw>,
        /// How it waits.
        pending: Pending,
    },
    /// Somebody said yes to a registration: it is confirmed, or stands in line.
    RegistrationApproved {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
        /// Which of its places were set aside for it.
        draws: Vec<Draw>,
        /// Where it stands in line: how many were ahead; `None` where it has its places.
        ahead: Option<u32>,
    },
    /// Somebody in line was offered their places, which are kept for them until they answer.
    PlaceOffered {
        /// On which gathering.
        gathering: GatheringId,
        /// Which registration.
        registration: RegistrationId,
        /// Which of its places were set aside for it.
        draws: Vec<Draw>,
        /// Until when they can answer.
        respond_by: DateTime<Utc>,
    },
    /// An offer of places was accepted: the registration is confirmed.
    OfferAccepted {
        /// On which gathering.
        gathering: GatheringId,
        /// Which registration.
        registration: RegistrationId,
    },
    /// Somebody in line was passed by somebody who joined later.
    PassedOver {
        /// On which gathering.
        gathering: GatheringId,
        /// Who was passed.
        registration: RegistrationId,
        /// Why.
        reason: PassReason,
    },
    /// A party in line became two, so that the first can be served: the rest keeps its place in the line.
    RegistrationSplit {
        /// On which gathering.
        gathering: GatheringId,
        /// Which; it keeps its first places.
        registration: RegistrationId,
        /// The new registration, of the places after these; its booker is the first of them.
        rest: RegistrationId,
        /// How many places the first keeps.
        keep: u16,
    },
    /// Somebody wants what there is afterwards, and no place.
    FollowUpRequested {
        /// On which gathering.
        gathering: GatheringId,
        /// Which registration.
        registration: RegistrationId,
        /// For whom.
        booking: Booking,
    },
    /// A confirmed registration gave up its places, and its people get what there is afterwards.
    MovedToFollowUp {
        /// On which gathering.
        gathering: GatheringId,
        /// Which registration.
        registration: RegistrationId,
    },
    /// Somebody is interested in a gathering that cannot be booked yet.
    InterestNoted {
        /// On which gathering.
        gathering: GatheringId,
        /// Which registration.
        registration: RegistrationId,
        /// What in, and who.
        booking: Booking,
    },
    /// The party of a registration got other people or another size. Places are numbered anew: those that stay in
    /// their order, then those that came.
    PartyChanged {
        /// On which gathering.
        gathering: GatheringId,
        /// Which registration.
        registration: RegistrationId,
        /// The places that are gone, by their numbers before, in order.
        removed: Vec<u16>,
        /// Who came, named or not.
        added: Vec<Option<PersonId>>,
        /// Which of all its places are set aside for it now.
        draws: Vec<Draw>,
    },
    /// The people of a registration said that the new dates suit them.
    RegistrationReconfirmed {
        /// On which gathering.
        gathering: GatheringId,
        /// Which registration.
        registration: RegistrationId,
    },
    /// The time to say whether new dates suit is up, and whatever came of silence has happened.
    ReconfirmationClosed {
        /// Of which gathering.
        gathering: GatheringId,
    },
    /// Places of a pool were set aside for some people.
    SetAsideMade {
        /// Of which gathering.
        gathering: GatheringId,
        /// What was set aside, and for whom.
        set_aside: SetAside,
    },
    /// A set-aside got another size or another release time.
    SetAsideChanged {
        /// Of which gathering.
        gathering: GatheringId,
        /// Which.
        set_aside: SetAsideId,
        /// How many places from now on.
        places: u32,
        /// When what is left of it goes to everybody.
        release: Option<BookingTime>,
    },
    /// Booking rests for a while.
    BookingPaused {
        /// Of which gathering.
        gathering: GatheringId,
        /// Why, as a code of the host's.
        reason: Option<Reference>,
    },
    /// Whoever books stands in line from now on, and the line is not served.
    BookingToLineOnly {
        /// Of which gathering.
        gathering: GatheringId,
    },
    /// People can say that they are interested, and no more.
    InterestOpened {
        /// In which gathering.
        gathering: GatheringId,
    },
    /// The line of an offering was closed: everybody in it has left it, and nobody can join it.
    LineClosed {
        /// Of which gathering.
        gathering: GatheringId,
        /// Of which offering.
        offering: OfferingId,
    },
    /// Who comes first in line was changed.
    PrioritiesChanged {
        /// Of which gathering.
        gathering: GatheringId,
        /// Who comes first, class by class.
        priorities: Vec<Vec<Who>>,
        /// Why, as a code of the host's.
        reason: Reference,
    },
    /// A draft was made known.
    DraftAnnounced {
        /// Which gathering.
        gathering: GatheringId,
    },
    /// The books of a gathering were closed: whoever had a place and was not seen did not come, and all that was held,
    /// offered, pending, waiting or only interested has ended.
    BooksClosed {
        /// Of which gathering.
        gathering: GatheringId,
    },
    /// A gathering was put away: nothing more happens to it, and requests about it are no longer remembered.
    GatheringArchived {
        /// Which.
        gathering: GatheringId,
    },
    /// Somebody was seen, or said to have come or not.
    PresenceRecorded {
        /// At which gathering.
        gathering: GatheringId,
        /// Of which registration.
        registration: RegistrationId,
        /// Which place of the party, from 1.
        place: u16,
        /// How it was.
        presence: Presence,
        /// Who or what says so.
        source: PresenceSource,
        /// When it was seen: the latest counts, in whatever order they are recorded.
        seen_at: DateTime<Utc>,
        /// Whether the registration had no confirmed place then: somebody should look into it.
        flagged: bool,
    },
    /// Something can be had afterwards.
    ResourceAttached {
        /// Of which gathering.
        gathering: GatheringId,
        /// What, and who gets it.
        resource: Resource,
        /// Where it is, sealed with the gathering's own key.
        link: Sealed<ResourceLink>,
    },
    /// Something can no longer be had.
    ResourceWithdrawn {
        /// Of which gathering.
        gathering: GatheringId,
        /// What.
        resource: ResourceId,
    },
    /// A person is forgotten: their key is destroyed, and nothing more is ever recorded of them. What they had booked and
    /// had not begun has ended by facts of their own, in the same batch.
    PersonForgotten {
        /// Who.
        person: PersonId,
    },
    /// What people answered for a gathering is forgotten: the key that these answers share is destroyed.
    AnswersExpired {
        /// For which gathering.
        gathering: GatheringId,
    },
    /// It was said for how long what people answer for a gathering is kept.
    RetentionSet {
        /// For which gathering.
        gathering: GatheringId,
        /// For so many days after the gathering has ended; `None` is for as long as the log is.
        answers: Option<u32>,
    },
    /// All that is held about a person was given out: to them, or for them.
    PersonExported {
        /// About whom.
        person: PersonId,
        /// What for, in the host's own code.
        purpose: Reference,
    },
    /// A person's own calendar got a secret address, for the first time or another one. The one before opens nothing any more.
    CalendarTokenIssued {
        /// Whose.
        person: PersonId,
        /// The hash of the token in it, sealed with the person's key.
        hash: Sealed<TokenHash>,
    },
    /// The secret address of a person's own calendar was taken back: it opens nothing any more.
    CalendarTokenRevoked {
        /// Whose.
        person: PersonId,
    },
    /// Somebody has answered the invitation to a registration. What follows from it has facts of its own.
    InvitationAnswered {
        /// To which gathering.
        gathering: GatheringId,
        /// Of which registration.
        registration: RegistrationId,
        /// Who.
        person: PersonId,
        /// What.
        rsvp: Rsvp,
        /// The sequence of the entry that they had seen.
        sequence: u32,
        /// When, by the clock of whoever sent it.
        stamp: DateTime<Utc>,
        /// What they wrote with it, sealed.
        comment: Option<Sealed<ReplyComment>>,
    },
    /// A registration got labels of the host's. They replace those that it had.
    TagsSet {
        /// On which gathering.
        gathering: GatheringId,
        /// Which registration.
        registration: RegistrationId,
        /// The labels, each once, in order.
        tags: Vec<Reference>,
    },
    /// The staff noted something about a registration, or took their note back. It replaces the one before.
    NoteWritten {
        /// On which gathering.
        gathering: GatheringId,
        /// Which registration.
        registration: RegistrationId,
        /// Who has its place 1: the note is sealed for them, and goes with them.
        booker: PersonId,
        /// The note, sealed with the booker's key; `None` takes it back.
        note: Option<Sealed<Note>>,
    },
    /// Somebody gave their consent to something, or withdrew it. The latest counts.
    ConsentRecorded {
        /// For which gathering.
        gathering: GatheringId,
        /// On which registration.
        registration: RegistrationId,
        /// Who.
        person: PersonId,
        /// To what, as a code of the host's.
        purpose: Reference,
        /// Whether it is given; else it is withdrawn.
        given: bool,
    },
    /// What somebody needs in order to take part, or that it is no longer so. It replaces what was said before.
    NeedsRecorded {
        /// At which gathering.
        gathering: GatheringId,
        /// On which registration.
        registration: RegistrationId,
        /// Who.
        person: PersonId,
        /// What, sealed with their key and the key of the needs at this gathering; `None` takes it back.
        needs: Option<Sealed<Needs>>,
    },
    /// Somebody read what the people of a gathering need: recorded before they were shown it. The record's actor is who.
    NeedsRead {
        /// Of which gathering.
        gathering: GatheringId,
        /// What for, as a code of the host's.
        purpose: Reference,
    },
    /// It was said for how long what people need at a gathering is kept.
    NeedsRetentionSet {
        /// For which gathering.
        gathering: GatheringId,
        /// For so many days after the gathering has ended; `None` is for as long as the log is.
        days: Option<u32>,
    },
    /// What people need at a gathering is forgotten: the key that these needs share is destroyed.
    NeedsExpired {
        /// For which gathering.
        gathering: GatheringId,
    },
    /// A list at which people are checked in was set, for the first time or anew.
    CheckInListSet {
        /// Of which gathering.
        gathering: GatheringId,
        /// What it is from now on.
        list: CheckInList,
    },
    /// A list at which people are checked in was withdrawn. What was scanned there stays.
    CheckInListWithdrawn {
        /// Of which gathering.
        gathering: GatheringId,
        /// Which.
        list: CheckInListId,
    },
    /// Somebody was scanned, whether it counts or not.
    Scanned {
        /// At which gathering.
        gathering: GatheringId,
        /// Who, where, which way and when. The registration may be one of another gathering, or none.
        scan: Scan,
        /// Who or what saw it.
        source: PresenceSource,
        /// What whoever scanned was told.
        told: CheckedIn,
    },
    /// A scan was taken back, perhaps before it arrived: it counts no more.
    ScanUndone {
        /// At which gathering.
        gathering: GatheringId,
        /// Which.
        scan: ScanId,
    },
}

impl Fact {
    /// The session that this is about, if it is about one.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "four kinds of facts are about sessions")]
        match self {
            Self::SessionAdded { session, .. } => Some(session.id),
            Self::SessionMoved { session, .. }
            | Self::SessionRevised { session, .. }
            | Self::SessionDropped { session, .. } => Some(*session),
            _ => None,
        }
    }

    /// The registration that came into being by this, with what was booked, if one did. One that a party in line was
    /// split into is not among them: it was booked before.
    pub(crate) fn registration_made(&self) -> Option<(RegistrationId, &Booking)> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "six kinds of facts make registrations")]
        match self {
            Self::RegistrationConfirmed { registration, booking, .. }
            | Self::RegistrationWaitlisted { registration, booking, .. }
            | Self::RegistrationHeld { registration, booking, .. }
            | Self::ApprovalRequested { registration, booking, .. }
            | Self::FollowUpRequested { registration, booking, .. }
            | Self::InterestNoted { registration, booking, .. } => Some((*registration, booking)),
            _ => None,
        }
    }

    /// The gathering that this is about, if it is about one.
    #[must_use]
    pub fn gathering(&self) -> Option<GatheringId> {
        match self {
            Self::PersonRecorded { .. }
            | Self::NamePublished { .. }
            | Self::PersonForgotten { .. }
            | Self::PersonExported { .. }
            | Self::CalendarTokenIssued { .. }
            | Self::CalendarTokenRevoked { .. } => None,
            Self::GatheringAnnounced { gathering, .. }
            | Self::GatheringRescheduled { gathering, .. }
            | Self::BookingOpened { gathering }
            | Self::BookingClosed { gathering }
            | Self::CapacityChanged { gathering, .. }
            | Self::GatheringCancelled { gathering }
            | Self::RegistrationConfirmed { gathering, .. }
            | Self::RegistrationWaitlisted { gathering, .. }
            | Self::RegistrationPromoted { gathering, .. }
            | Self::RegistrationEnded { gathering, .. }
            | Self::PlaceTransferred { gathering, .. }
            | Self::ModeChanged { gathering, .. }
            | Self::OfferingAdded { gathering, .. }
            | Self::SessionAdded { gathering, .. }
            | Self::SessionMoved { gathering, .. }
            | Self::SessionRevised { gathering, .. }
            | Self::SessionDropped { gathering, .. }
            | Self::RegistrationHeld { gathering, .. }
            | Self::HoldExtended { gathering, .. }
            | Self::HoldConfirmed { gathering, .. }
            | Self::ApprovalRequested { gathering, .. }
            | Self::RegistrationApproved { gathering, .. }
            | Self::PlaceOffered { gathering, .. }
            | Self::OfferAccepted { gathering, .. }
            | Self::PassedOver { gathering, .. }
            | Self::RegistrationSplit { gathering, .. }
            | Self::FollowUpRequested { gathering, .. }
            | Self::MovedToFollowUp { gathering, .. }
            | Self::InterestNoted { gathering, .. }
            | Self::PartyChanged { gathering, .. }
            | Self::RegistrationReconfirmed { gathering, .. }
            | Self::ReconfirmationClosed { gathering }
            | Self::SetAsideMade { gathering, .. }
            | Self::SetAsideChanged { gathering, .. }
            | Self::BookingPaused { gathering, .. }
            | Self::BookingToLineOnly { gathering }
            | Self::InterestOpened { gathering }
            | Self::LineClosed { gathering, .. }
            | Self::PrioritiesChanged { gathering, .. }
            | Self::DraftAnnounced { gathering }
            | Self::BooksClosed { gathering }
            | Self::GatheringArchived { gathering }
            | Self::PresenceRecorded { gathering, .. }
            | Self::ResourceAttached { gathering, .. }
            | Self::ResourceWithdrawn { gathering, .. }
            | Self::AnswersExpired { gathering }
            | Self::RetentionSet { gathering, .. }
            | Self::TagsSet { gathering, .. }
            | Self::NoteWritten { gathering, .. }
            | Self::ConsentRecorded { gathering, .. }
            | Self::NeedsRecorded { gathering, .. }
            | Self::NeedsRead { gathering, .. }
            | Self::NeedsRetentionSet { gathering, .. }
            | Self::NeedsExpired { gathering }
            | Self::InvitationAnswered { gathering, .. }
            | Self::CheckInListSet { gathering, .. }
            | Self::CheckInListWithdrawn { gathering, .. }
            | Self::Scanned { gathering, .. }
            | Self::ScanUndone { gathering, .. } => Some(*gathering),
        }
    }
}
