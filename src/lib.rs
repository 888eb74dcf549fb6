//! Bookings for webinars, workshops and conferences as an append-only event log, embedded in your own program.
//!
//! A [`Desk`] answers commands: [`Gathering`] announces something to book, [`AddSession`] and [`SetProgramme`] give it a
//! programme, [`Register`] asks for places, [`Basket`] for several things at once, [`CancelRegistration`] gives them
//! back, and so on, each with a page of its own that names its refusals. Whatever happens is a [`Fact`] in a log; lists
//! ([`AttendeeList`], [`WaitingList`], [`WhatsOn`], [`Programme`], [`Agenda`]) and calendars ([`calendar`]) are folded
//! from it.
//!
//! ```
//! use gather::{Desk, Gathering, PersonDetails, Registered};
//!
//! let desk = Desk::in_memory(); // or Desk::open("bookings")?, which keeps everything in a folder
//! let webinar = Gathering::webinar("Business planning")
//!     .at("2099-03-05 14:00 to 15:30 Europe/London".parse()?)
//!     .places(1);
//! let webinar = desk.announce(webinar)?.outcome;
//!
//! let ann = desk.record_person(PersonDetails::new("Ann Example"))?.outcome;
//! let bob = desk.record_person(PersonDetails::new("Bob Sample"))?.outcome;
//! let anns = desk.register(webinar, ann)?.outcome.registration();
//! let bobs = match desk.register(webinar, bob)?.outcome {
//!     Registered::Waiting { registration, ahead: 0 } => registration,
//!     other => panic!("there was one place: {other:?}"),
//! };
//!
//! let effects = desk.cancel_registration(anns)?.outcome;
//! assert_eq!(effects.promoted, [bobs]); // Bob has the place now, and wants to be told
//! assert_eq!(desk.attendee_list(webinar)?.rows()[0].person, Some(bob));
//! assert!(desk.waiting_list(webinar)?.rows().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What to expect
//!
//! - A call that changes something returns when it is durable, with a [`Receipt`]; or with a [`Failure`]: either a
//!   [`Refusal`], the rules' "no" with its figures, or an [`Error`] of the log or the keys. [`Desk::submit`] goes on at once,
//!   and its [`Pending`] has the same answer, to wait for or to await.
//! - Everything is `Send + Sync`, and brings no runtime.
//! - Personal data is [`Personal`] in memory and [`Sealed`] in the log.
//!
//! # Other rooms
//!
//! [`log`] is where records are kept, and the contract for a store of your own; [`audit`] judges a log by code of its own;
//! [`privacy`] has the keys;
//! `testkit` (a feature) helps to test a program that uses this crate.
// An example that a reader copies must not greet them with a warning.
#![doc(test(attr(deny(unused_must_use))))]
#![forbid(unsafe_code)]

pub mod audit;
pub mod calendar;
mod collections;
mod desk;
mod domain;
mod fact;
mod fault;
mod id;
mod image;
pub mod log;
mod person;
pub mod privacy;
mod projection;
mod random;
mod record;
mod schedule;
mod sealed;
#[cfg(feature = "file")]
mod storage;
#[cfg(feature = "testkit")]
pub mod testkit;
mod text;
mod token;

#[cfg(feature = "replies")]
pub use desk::Imported;
pub use desk::{
    AsOf, Call, CheckpointError, CheckpointUnused, Checkpointed, Clock, Command, Desk, DeskBuilder,
    DueForErasure, Error, Explanation, Failure, Follower, ForgetReceipt, GivenAnswer, Joined,
    KeptAttendeeList, LeftAsPlanned, MergedScan, MergedScans, NeedsList, Opening, Outbox, Pending,
    PersonExport, PersonNeeds, PoolForecast, Receipt, RequestIds, Then, WhatIf, WhyLeft, ZonesFollowed,
};
#[doc(hidden)]
pub use desk::{Edge, Ready};
pub use domain::{
    AcceptOffer, AddOffering, AddSession, AddSetAside, AnnounceDraft, AnswerInvitation, Answered, Approve,
    Archive, AttachResource, Basket, CancelGathering, CancelRegistration, Change, ChangeCapacity, ChangeMode,
    ChangeParty, ChangePriorities, ChangeSession, ChangeSetAside, CheckIn, CloseBooking, CloseBooks,
    CloseLine, ConfirmHold, DeclineOffer, DropSession, Effects, ExtendHold, FollowUp, Gathering, Hold,
    IssueCalendarToken, Join, KeepAnswers, LayoutProblem, LineOnly, MorePlaces, MoveRegistration,
    MoveSession, NoteInterest, OnHold, OpenBooking, OpenInterest, Part, PauseBooking, ProgrammeChange,
    PublishName, Reconfirm, RecordConsent, RecordNeeds, RecordPerson, RecordPresence, Refusal, Register,
    Registered, Reject, Remedy, Reschedule, RevokeCalendarToken, RotateCalendarToken, Seen, SessionFault,
    SessionProblem, SetCheckInList, SetProgramme, SetTags, Settle, Shortage, Transfer, UndoCheckIn, WaitsFor,
    WithdrawCheckInList, WithdrawOffer, WithdrawResource, WriteNote,
};
pub use fact::{
    Announcement, AnswerClass, Approval, Audience, Booking, BookingState, BookingTime, BookingWindow, ByHand,
    Capacity, CheckInKind, CheckInList, CheckedIn, Credential, Draw, Ending, Fact, GatheringKind, HeadPolicy,
    LinePolicy, ListName, Mode, OfferTerms, Offering, OrganisationCap, Overbook, Party, PassReason,
    Pending as PendingApproval, Pool, Presence, PresenceSource, QuietHours, Reconfirmation, Resource,
    ResourceKind, Rsvp, Scan, Serving, Session, SessionTexts, SetAside, Silence, Standing, Venue, Way, Who,
};
pub use id::{
    ActorId, CheckInListId, GatheringId, LogId, OfferingId, OrganisationId, PersonId, PoolId, RegistrationId,
    RequestId, ResourceId, ScanId, SeriesId, SessionId, SetAsideId, TraceId, VaultId,
};
pub use person::{Answers, JoinLink, Needs, Note, PersonDetails, PublishedName, ReplyComment, ResourceLink};
pub use projection::{
    Agenda, AgendaRow, Attendance, AttendanceRow, AttendeeList, AttendeePage, AttendeeQuery, AttendeeRow,
    CheckInCounts, Claim, ClaimChange, ClaimCounts, Column, Columns, Compared, Consent, CsvForm, Cursor,
    Difference, Digest, DigestEntry, ExposedAttendance, ExposedAttendanceRow, ExposedAttendee,
    ExposedAttendeeList, ExposedDifference, ExposedReach, ExposedWaiting, ExposedWaitingList, FillCurve,
    FillDay, Filter, GatheringCard, GatheringDifference, GatheringStanding, Lifecycle, ListCount,
    ListedAttendee, Lists, NearlyFull, NearlyFullRow, NotACursor, Occasion, OfferingOn, OrganisationReach,
    OrganisationShowUp, OutboxMark, PassOver, Period, PoolCount, PresenceCounts, Programme, ProgrammeRow,
    ProgrammeWarning, QueryError, Reach, ReadOfNeeds, RegionReach, RegistrationCard, RegistrationStatus,
    ResourceRow, Resources, Route, ScanList, ScanRow, SessionStatus, SetAsideCount, ShowUp, ShowUpRow,
    SortKey, Threshold, Turn, UnknownColumn, UnreadableMark, WaitingList, WaitingRow, WhatsOn, WhatsOnRow,
};
pub use record::{Content, Position, Record};
pub use schedule::{
    CompiledRules, DateSpan, Moment, Schedule, ScheduleError, TimeSpan, WallTime, Zone, ZoneRules,
};
pub use sealed::{Opened, Personal, Sealed, Unavailable};
pub use text::{Reference, TextFault, TextProblem};
pub use token::{CalendarToken, NotAToken, TokenHash};

/// The README's examples, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The page on calendars, the same.
#[cfg(doctest)]
#[doc = include_str!("../docs/calendars.md")]
struct Calendars;

/// The page on check-in, the same.
#[cfg(doctest)]
#[doc = include_str!("../docs/check-in.md")]
struct CheckInPage;

/// The page on messages, the same.
#[cfg(all(doctest, feature = "replies"))]
#[doc = include_str!("../docs/messages.md")]
struct Messages;

/// The page on looking back and on reports, the same.
#[cfg(doctest)]
#[doc = include_str!("../docs/reports.md")]
struct Reports;

/// The page on attendee lists, the same.
#[cfg(doctest)]
#[doc = include_str!("../docs/lists.md")]
struct AttendeeLists;
