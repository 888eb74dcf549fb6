//! The desk: it reads, decides, appends, folds and answers. The only room that has met all others.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use crate::domain::{
    CancelGathering, CancelRegistration, Change, CloseBooking, Context, Effects, Gathering, OpenBooking,
    RecordPerson, Refusal, Register, Registered, Reschedule,
};
use crate::fact::Fact;
use crate::id::{ActorId, GatheringId, PersonId, RegistrationId, RequestId, TraceId};
use crate::log::Log;
#[cfg(feature = "file")]
use crate::log::OpenReport;
use crate::person::PersonDetails;
use crate::privacy::Keyring;
use crate::projection::Lists;
use crate::record::{Anchor, Position};
use crate::schedule::Schedule;

mod addresses;
mod as_of;
#[cfg(feature = "file")]
mod backup;
mod builder;
mod check_in;
mod checkpoint;
mod clock;
mod command;
mod deadlines;
mod deciding;
mod explain;
mod failure;
mod following;
mod forgetting;
#[cfg(feature = "replies")]
mod import;
mod kept_list;
#[cfg(test)]
mod laws;
mod needs;
mod open;
#[cfg(all(test, gather_shuttle))]
mod orders;
mod outbox;
mod pending;
mod person_export;
mod queue;
mod reading;
mod replaying;
#[cfg(feature = "replies")]
mod replies;
mod reports;
mod sync;
mod verify;
mod what_if;
mod work;
mod writing;
mod zones;

pub use as_of::{AsOf, Then};
pub use builder::DeskBuilder;
pub use check_in::{Joined, MergedScan, MergedScans};
pub use checkpoint::{CheckpointError, CheckpointUnused, Checkpointed, Opening};
pub use clock::{Clock, RequestIds};
pub use command::{Command, Edge, Ready};
pub use explain::Explanation;
pub use failure::{Error, Failure};
pub use following::Follower;
pub use forgetting::{DueForErasure, ForgetReceipt};
#[cfg(feature = "replies")]
pub use import::Imported;
pub use kept_list::KeptAttendeeList;
pub use needs::{NeedsList, PersonNeeds};
pub use outbox::Outbox;
pub use pending::Pending;
pub use person_export::PersonExport;
pub use reading::GivenAnswer;
pub use what_if::{PoolForecast, WhatIf};
pub use zones::{LeftAsPlanned, WhyLeft, ZonesFollowed};

use deciding::Begun;
use following::Followers;
use open::Open;
use queue::Queue;
use work::Work;
use writing::Deciding;

/// What answers commands and keeps the lists.
///
/// A desk is cheap to clone and can be called from any number of threads at once: decisions are taken one after
/// the other, each seeing those before it, and nobody is told "booked" before it is durable.
///
/// Commands that are needed every day have a method here; every other is handed to [`execute`](Self::execute). What
/// is shown, lists and calendars and single gatherings, people and registrations, is an owned value as of the moment
/// of the call: it holds no lock and does not change.
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, PersonDetails};
///
/// let desk = Desk::in_memory();
/// let webinar = Gathering::webinar("Business planning")
///     .at("2099-03-05 14:00 to 15:30 Europe/London".parse()?)
///     .places(100);
/// let webinar = desk.announce(webinar)?.outcome;
/// let ann = desk.record_person(PersonDetails::new("Ann Example"))?.outcome;
/// assert!(desk.register(webinar, ann)?.outcome.is_confirmed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Open>,
}

struct Inner {
    log: Box<dyn Log>,
    #[cfg(feature = "file")]
    report: Option<OpenReport>,
    keyring: Arc<Keyring>,
    clock: Box<dyn Clock>,
    requests: Box<dyn RequestIds>,
    /// Whether others store in the same log.
    shared: bool,
    /// What is decided on. Whoever holds it calls neither the log nor anything of the host's, but for a trial, and for the
    /// vault where others have stored something that is sealed.
    deciding: sync::Mutex<Deciding>,
    /// What has been decided and stands in line to be written.
    queue: Queue,
    /// Where the log ended when it was last written or read; `None` where the state has to be folded anew.
    known: sync::Mutex<Option<Anchor>>,
    /// What is shown: durable, all of it.
    lists: RwLock<Lists>,
    /// Whose calendar is behind a secret address, as far as that was asked.
    addresses: sync::Mutex<addresses::Addresses>,
    /// Lists with names that somebody keeps.
    kept_lists: kept_list::KeptLists,
    followers: Followers,
    /// Whether anything was written since the desk was opened.
    has_written: AtomicBool,
    checkpoints: checkpoint::Checkpoints,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("log", &self.inner.log).finish_non_exhaustive()
    }
}

/// What the desk gives back for a command that was done.
///
/// Take its [`outcome`](Self::outcome): for a registration it says whether there is a place. Where the outcome does
/// not matter, `drop` the receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the outcome says whether there is a place or a line to wait in"]
#[non_exhaustive]
pub struct Receipt<O> {
    /// What came of it.
    pub outcome: O,
    /// The request. Send the same command under it again, and the same receipt comes back, marked as
    /// [`repeated`](Self::repeated). A command that changed nothing leaves no trace and is decided anew.
    pub request: RequestId,
    /// The position of the last record it made, or of the log's head if it changed nothing.
    pub position: Position,
    /// When it was decided.
    pub time: DateTime<Utc>,
    /// What has happened, in order; empty if it changed nothing. Here a host finds whom to write to: whoever was
    /// promoted, for one.
    pub facts: Vec<Fact>,
    /// Whether the request had been answered before, and this is that answer.
    pub repeated: bool,
}

/// A command's way in, with more said about it: who asks, under which id, when.
///
/// Begin with [`Desk::request`], [`Desk::by`] or [`Desk::at`].
///
/// # Example
/// A form that was sent twice is booked once:
/// ```
/// use gather::{ActorId, Desk, Gathering, PersonId, Register, RequestId};
///
/// let desk = Desk::in_memory();
/// let webinar = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
/// let webinar = desk.announce(webinar)?.outcome;
///
/// let (form, clerk) = (RequestId::random(), ActorId::random());
/// let booking = Register::new(webinar, PersonId::random());
/// let first = desk.request(form).by(clerk).execute(booking.clone())?;
/// let second = desk.request(form).by(clerk).execute(booking)?;
/// assert_eq!(first.outcome, second.outcome);
/// assert!(second.repeated && !first.repeated);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "it does nothing until `execute`, `submit` or `preview`"]
pub struct Call<'d> {
    desk: &'d Desk,
    request: Option<RequestId>,
    actor: Option<ActorId>,
    trace: Option<TraceId>,
    time: Option<DateTime<Utc>>,
    ahead_of_clock: bool,
}

/// How far ahead of the desk's clock a command's time may lie unless that is said to be meant.
const LEAP: TimeDelta = TimeDelta::days(1);

impl Desk {
    /// Does a command, durably, and says what came of it.
    ///
    /// # Errors
    /// [`Failure::Refused`]: the rules say no, nothing was appended. Any command can be refused for a time given
    /// that lies ahead of the clock ([`Refusal::TimeAhead`], before all else) for a request's id that was used
    /// before ([`Refusal::RequestReused`], after texts that are sealed and before the rest), and for more happening at
    /// once than a batch holds ([`Refusal::TooMuchAtOnce`], after the rest). Its own page names the others.
    ///
    /// [`Failure::Fault`]: the log or the keys could not do their work; [`Error::was_written`] says what is then
    /// true of the log.
    pub fn execute<C: Command>(&self, command: C) -> Result<Receipt<C::Outcome>, Failure> {
        self.call().execute(command)
    }

    /// Puts a command to the desk and goes on at once; the answer comes when it is durable.
    ///
    /// For hosts with many bookers and few threads: any number of commands can be on their way, one sync serves all that
    /// came while the one before was running, and no thread is needed for each. The first call starts a thread of the desk's
    /// that writes; it ends with the desk. Commands of one caller are decided in the order in which they were submitted, each
    /// seeing those before it. [`execute`](Self::execute) is the same and waits.
    ///
    /// As a rule it takes no longer than a decision, a few microseconds. It waits for the disk where the log needs more room
    /// (once for some thousand bookings), where keys for new people run out (once for some hundred), and, with personal data in
    /// the command or an [`AnswerInvitation`](crate::AnswerInvitation), where the store is shared with others or the last write
    /// failed.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, PersonId, Register};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(2);
    /// let talk = desk.announce(talk)?.outcome;
    ///
    /// let pending: Vec<_> = (0..3).map(|_| desk.submit(Register::new(talk, PersonId::random()))).collect();
    /// let told: Vec<bool> = pending
    ///     .into_iter()
    ///     .map(|booking| Ok(booking.wait()?.outcome.is_confirmed())) // or `booking.await?`
    ///     .collect::<Result<_, gather::Failure>>()?;
    /// assert_eq!(told, [true, true, false]); // the third waits in line
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn submit<C: Command>(&self, command: C) -> Pending<C::Outcome> {
        self.call().submit(command)
    }

    /// What [`execute`](Self::execute) would answer now; appends nothing.
    ///
    /// New ids derive from the request, so those in the outcome come true only if the command is then executed under
    /// the same [`request`](Self::request).
    ///
    /// # Errors
    /// As for [`execute`](Self::execute), but nothing is ever written.
    pub fn preview<C: Command>(&self, command: C) -> Result<C::Outcome, Failure> {
        self.call().preview(command)
    }

    /// Says under which id a request is made. Sent again under the same id, it is done once, also after a crash or a
    /// fault. Without one, every call is a request of its own.
    pub fn request(&self, id: RequestId) -> Call<'_> {
        self.call().request(id)
    }

    /// Says who asks.
    pub fn by(&self, actor: ActorId) -> Call<'_> {
        self.call().by(actor)
    }

    /// Says when, instead of now: for imports, and for replaying what happened elsewhere.
    pub fn at(&self, time: DateTime<Utc>) -> Call<'_> {
        self.call().at(time)
    }

    fn call(&self) -> Call<'_> {
        Call { desk: self, request: None, actor: None, trace: None, time: None, ahead_of_clock: false }
    }

    /// Records somebody new. See [`RecordPerson`].
    ///
    /// # Errors
    /// As for [`execute`](Self::execute).
    pub fn record_person(&self, details: PersonDetails) -> Result<Receipt<PersonId>, Failure> {
        self.execute(RecordPerson::new(details))
    }

    /// Announces a gathering. See [`Gathering`].
    ///
    /// # Errors
    /// As for [`execute`](Self::execute).
    pub fn announce(&self, gathering: Gathering) -> Result<Receipt<GatheringId>, Failure> {
        self.execute(gathering)
    }

    /// Gives a gathering other dates. See [`Reschedule`].
    ///
    /// # Errors
    /// As for [`execute`](Self::execute).
    pub fn reschedule(&self, gathering: GatheringId, schedule: Schedule) -> Result<Receipt<Change>, Failure> {
        self.execute(Reschedule::new(gathering, schedule))
    }

    /// Opens booking by hand. See [`OpenBooking`].
    ///
    /// # Errors
    /// As for [`execute`](Self::execute).
    pub fn open_booking(&self, gathering: GatheringId) -> Result<Receipt<Change>, Failure> {
        self.execute(OpenBooking::new(gathering))
    }

    /// Closes booking by hand. See [`CloseBooking`].
    ///
    /// # Errors
    /// As for [`execute`](Self::execute).
    pub fn close_booking(&self, gathering: GatheringId) -> Result<Receipt<Change>, Failure> {
        self.execute(CloseBooking::new(gathering))
    }

    /// Calls a gathering off. See [`CancelGathering`].
    ///
    /// # Errors
    /// As for [`execute`](Self::execute).
    pub fn cancel_gathering(&self, gathering: GatheringId) -> Result<Receipt<Change>, Failure> {
        self.execute(CancelGathering::new(gathering))
    }

    /// Asks for a place for one person in a gathering with one offering. See [`Register`] for parties and more.
    ///
    /// # Errors
    /// As for [`execute`](Self::execute).
    pub fn register(&self, gathering: GatheringId, person: PersonId) -> Result<Receipt<Registered>, Failure> {
        self.execute(Register::new(gathering, person))
    }

    /// Ends a registration as its own people wish. See [`CancelRegistration`].
    ///
    /// # Errors
    /// As for [`execute`](Self::execute).
    pub fn cancel_registration(&self, registration: RegistrationId) -> Result<Receipt<Effects>, Failure> {
        self.execute(CancelRegistration::new(registration))
    }

    /// What was found when the folder was opened: a torn end that was cut off, whole batches behind the head, or nothing to
    /// speak of. `None` for a desk that was not opened on a folder.
    #[cfg(feature = "file")]
    #[must_use]
    pub fn open_report(&self) -> Option<&OpenReport> {
        self.inner.report.as_ref()
    }

    fn lists(&self) -> RwLockReadGuard<'_, Lists> {
        // A record is applied whole or the panic has ended its writer, whom nobody waits for: what is here was durable.
        self.inner.lists.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call<'_> {
    /// Says under which id the request is made. Sent again under the same id, it is done once.
    pub fn request(mut self, id: RequestId) -> Self {
        self.request = Some(id);
        self
    }

    /// Says who asks: an opaque id, never a name.
    pub fn by(mut self, actor: ActorId) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Notes the host's own trace with what happens.
    pub fn trace(mut self, trace: TraceId) -> Self {
        self.trace = Some(trace);
        self
    }

    /// Says when, instead of now. It counts in microseconds. A gathering's time never goes back: a command
    /// dated before the last fact about it is decided at that fact's time.
    pub fn at(mut self, time: DateTime<Utc>) -> Self {
        self.time = Some(time);
        self
    }

    /// Says that a time more than a day ahead of the desk's clock is meant.
    pub fn ahead_of_clock(mut self) -> Self {
        self.ahead_of_clock = true;
        self
    }

    /// Does a command, durably. See [`Desk::execute`].
    ///
    /// # Errors
    /// As for [`Desk::execute`].
    #[expect(clippy::needless_pass_by_value, reason = "a command is handed over, to be done once")]
    pub fn execute<C: Command>(self, command: C) -> Result<Receipt<C::Outcome>, Failure> {
        let work = self.begin(&command)?;
        let receipt = self.desk.await_answer(&work)?;
        self.desk.checkpoint_if_due(receipt.position);
        Ok(receipt)
    }

    /// Puts a command to the desk and goes on. See [`Desk::submit`].
    #[expect(clippy::needless_pass_by_value, reason = "a command is handed over, to be done once")]
    pub fn submit<C: Command>(mut self, command: C) -> Pending<C::Outcome> {
        let desk = self.desk;
        let request = self.request.unwrap_or_else(|| desk.inner.requests.next());
        self.request = Some(request);
        match self.begin(&command) {
            Ok(work) => {
                desk.inner.have_written();
                Pending::coming(desk, work)
            }
            Err(failure) => Pending::failed(desk, request, failure),
        }
    }

    /// Puts a command in line.
    fn begin<C: Command>(&self, command: &C) -> Result<Arc<Work<C::Outcome>>, Failure> {
        let (desk, context) = (self.desk, self.context()?);
        let looking = Edge::looking(context, desk);
        let ready = command.ready(&looking)?;
        if !looking.met_personal() {
            return desk.begin(context, ready);
        }
        // A request that is refused, or was answered before, takes no key. And keys may come from a service of the
        // host's, so nothing is sealed under the desk's lock.
        if let Begun::Told(work) = desk.begin_unsealed(context, ready)? {
            return Ok(work);
        }
        desk.begin(context, command.ready(&Edge::sealing(context, desk))?)
    }

    /// What [`execute`](Self::execute) would answer now; appends nothing and makes no keys.
    ///
    /// # Errors
    /// As for [`Desk::execute`], but nothing is ever written.
    #[expect(clippy::needless_pass_by_value, reason = "it is typed as it is for `execute`")]
    pub fn preview<C: Command>(self, command: C) -> Result<C::Outcome, Failure> {
        let (desk, context) = (self.desk, self.context()?);
        let ready = command.ready(&Edge::looking(context, desk))?;
        desk.foresee(&ready, &context)
    }

    fn context(&self) -> Result<Context, Refusal> {
        let inner = &self.desk.inner;
        let clock = inner.clock.now();
        let time = self.time.unwrap_or(clock).trunc_subsecs(6);
        if time.signed_duration_since(clock) > LEAP && !self.ahead_of_clock {
            return Err(Refusal::TimeAhead { time, clock });
        }
        let request = self.request.unwrap_or_else(|| inner.requests.next());
        Ok(Context { request, time, actor: self.actor, trace: self.trace })
    }
}
