//! Bookings for webinars, workshops and conferences as an append-only event log.
#![forbid(unsafe_code)]

pub mod calendar;
mod desk;
mod domain;
mod fact;
mod id;
pub mod log;
mod person;
pub mod privacy;
mod projection;
mod record;
mod schedule;
mod sealed;
#[cfg(feature = "testkit")]
pub mod testkit;
mod text;

pub use desk::{Call, Clock, Command, Desk, DeskBuilder, Error, Failure, Receipt, RequestIds};
#[doc(hidden)]
pub use desk::{Edge, Ready};
pub use domain::{
    CancelGathering, CancelRegistration, Change, ChangeCapacity, CloseBooking, Gathering, LayoutProblem,
    OpenBooking, Promoted, RecordPerson, Refusal, Register, Registered, Reschedule, Shortage,
};
pub use fact::{
    Announcement, Booking, BookingState, BookingTime, BookingWindow, CancelledBy, Capacity, Fact,
    GatheringKind, Mode, Offering, Party, Pool, Venue,
};
pub use id::{
    ActorId, GatheringId, LogId, OfferingId, PersonId, PoolId, RegistrationId, RequestId, TraceId, VaultId,
};
pub use person::{Answers, JoinLink, PersonDetails};
pub use projection::{
    Agenda, AgendaRow, AttendeeList, AttendeeRow, ExposedAttendee, ExposedAttendeeList, ExposedWaiting,
    ExposedWaitingList, GatheringCard, Lists, OfferingOn, PoolCount, RegistrationCard, RegistrationStatus,
    WaitingList, WaitingRow, WhatsOn, WhatsOnRow,
};
pub use record::{Position, Record};
pub use schedule::{DateSpan, Moment, Schedule, ScheduleError, TimeSpan, WallTime, Zone};
pub use sealed::{Opened, Personal, Sealed, Unavailable};
pub use text::{Reference, TextFault, TextProblem};
