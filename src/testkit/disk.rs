//! A disk in memory that fails when it is told to, and forgets what was not synced when the power goes.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dice::Dice;
use image::{Image, PAGE};
use world::{World, folder_of, index, offset};

mod dice;
mod image;
mod storage;
mod world;

/// A disk in memory that fails when it is told to.
///
/// It is for tests: of this crate, and of a program that uses it. It knows what was written from what is durable, for each
/// byte, each length and each name; so it can say what the next process may find when the power goes
/// ([`crash`](Self::crash)). All that looks like chance comes from seeds: the same calls have the same outcome.
///
/// Clones are handles of one disk.
///
/// # What it assumes of a disk
/// What was not synced is there or not, any subset of it, cut at any byte or by sectors of 512 bytes; where nothing but
/// zeros was before there may be garbage, too. What is overwritten is old or new in each byte; bytes beside those that are
/// written stay. A name in a folder is durable when the folder was synced.
///
/// # Example
/// Whoever was told "booked" finds it after the power went, whatever the disk made of what was underway:
/// ```
/// use std::sync::Arc;
///
/// use gather::log::FileLog;
/// use gather::privacy::MemoryVault;
/// use gather::testkit::{Fault, FaultyDisk, Operation};
/// use gather::{Desk, Gathering, PersonId};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let disk = FaultyDisk::new();
/// let keys = Arc::new(MemoryVault::new());
/// let open = |disk: &FaultyDisk| FileLog::options().storage(Arc::new(disk.clone())).open_in("bookings");
///
/// let desk = Desk::builder().over(open(&disk)?, keys.clone())?;
/// let talk = Gathering::webinar("Talk").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(10);
/// let talk = desk.announce(talk).unwrap().outcome;
/// let told = desk.register(talk, PersonId::random()).unwrap();
/// disk.fail_next(Operation::Sync, Fault::Lost);
/// assert!(desk.register(talk, PersonId::random()).is_err());
///
/// for seed in 0..20 {
///     let found = disk.crash(seed);
///     let desk = Desk::builder().over(open(&found)?, keys.clone())?;
///     assert!(desk.attendee_list(talk)?.rows().iter().any(|row| row.registration == told.outcome.registration()));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FaultyDisk(Arc<Mutex<World>>);

/// What can be done with a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Operation {
    /// A file is opened.
    Open,
    /// A file is made.
    Create,
    /// A file gets another name.
    Rename,
    /// A file is removed.
    Remove,
    /// A folder is made.
    CreateFolder,
    /// The names in a folder become durable.
    SyncFolder,
    /// A lock is taken.
    Lock,
    /// A file is asked how long it is, or whether it has a name.
    Look,
    /// Bytes are read.
    Read,
    /// Bytes are written.
    Write,
    /// What was written becomes durable.
    Sync,
    /// A file is cut or made longer.
    SetLength,
}

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done, and the answer is an error. What a sync was to make durable waits for another one.
    Refused,
    /// Nothing is done, as there is no room.
    Full,
    /// A write writes only the first part of its bytes; anything else is as [`Refused`](Self::Refused).
    Short,
    /// A sync brings only some of it to the disk and counts the rest as written: another sync says that all is well, and
    /// does nothing about it. This is what file systems do. Anything else is as [`Refused`](Self::Refused).
    Lost,
    /// It is done, and the answer is an error.
    Done,
    /// The program stops here, or the whole machine: this is done, in part or not at all, and nothing is done any more. See
    /// [`crash`](FaultyDisk::crash) and [`kill`](FaultyDisk::kill) for what the next process finds.
    Stop,
}

/// An operation that failed as it was told to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FaultMet {
    /// Which operation of all, the first of a disk being 1.
    pub number: u64,
    /// What was to be done.
    pub operation: Operation,
    /// With which file or folder.
    pub path: PathBuf,
    /// How it failed.
    pub fault: Fault,
}

impl fmt::Debug for FaultyDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let world = self.world();
        f.debug_struct("FaultyDisk")
            .field("files", &world.names.keys())
            .field("operations", &world.operations)
            .field("met", &world.met)
            .finish_non_exhaustive()
    }
}

impl Default for FaultyDisk {
    fn default() -> Self {
        Self::new()
    }
}

impl FaultyDisk {
    /// An empty disk of which nothing fails, with all the room that is asked for.
    #[must_use]
    pub fn new() -> Self {
        Self::of(World::default())
    }

    fn of(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// Every operation leaves the disk whole, so a test that has failed elsewhere does not matter.
    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets an operation fail: the nth from here on, whatever it is; 1 is the next.
    pub fn fail_nth(&self, nth: u64, fault: Fault) {
        let mut world = self.world();
        let number = world.operations.saturating_add(nth);
        world.planned.insert(number, fault);
    }

    /// Lets the next operation of a kind fail. Said twice, the next two of it fail.
    pub fn fail_next(&self, operation: Operation, fault: Fault) {
        self.world().next.push((operation, fault));
    }

    /// Lets about one in so many operations fail from here on, in any way but [`Fault::Stop`]. 0 is as never.
    pub fn fail_at_random(&self, seed: u64, one_in: usize) {
        let mut world = self.world();
        world.dice = Dice::new(seed);
        world.one_in = Some(one_in).filter(|&one_in| one_in > 0);
    }

    /// Forgets every failure that was planned. A disk that has stopped stays so.
    pub fn heal(&self) {
        let mut world = self.world();
        world.planned.clear();
        world.next.clear();
        world.one_in = None;
    }

    /// Lets files take up so many bytes together from here on, counted in pages of 4 KiB that were written. What is there
    /// stays, even if it is more. `None` is no limit.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        let pages = bytes.map(|bytes| index(bytes) / PAGE);
        self.world().capacity = pages.unwrap_or(usize::MAX);
    }

    /// How many bytes files take up together, counted in pages of 4 KiB that were written.
    #[must_use]
    pub fn used(&self) -> u64 {
        offset(self.world().used().saturating_mul(PAGE))
    }

    /// How many operations there were.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.world().operations
    }

    /// The operations that failed as they were told to, in order. Those after [`Fault::Stop`] are not among them.
    #[must_use]
    pub fn met(&self) -> Vec<FaultMet> {
        self.world().met.clone()
    }

    /// What the next process finds when the power goes at this moment: another disk, in one of the states that are possible
    /// then. No lock is held there and nothing fails.
    ///
    /// This disk goes on as it was, so one moment can be looked at with many seeds.
    #[must_use]
    pub fn crash(&self, seed: u64) -> Self {
        let world = self.world();
        let mut dice = Dice::new(seed);
        let mut names = world.durable_names.clone();
        let mood = dice.below(3);
        for change in &world.unsynced_names {
            if mood == 1 || (mood == 2 && dice.coin()) {
                change.apply(&mut names);
            }
        }
        let files = world.files.iter();
        let files = files.map(|(&file, image)| (file, Image::durable(image.after_power_loss(&mut dice))));
        let files = files.collect();
        Self::of(World {
            files,
            durable_names: names.clone(),
            unsynced_names: Vec::new(),
            names,
            ..world.next()
        })
    }

    /// What the next process finds when this one dies at this moment and the machine runs on: another disk, on which what was
    /// written can be read and is as durable as it was. No lock is held there and nothing fails.
    ///
    /// What a sync has [lost](Fault::Lost) may be read or not. This disk goes on as it was.
    #[must_use]
    pub fn kill(&self, seed: u64) -> Self {
        let world = self.world();
        let mut dice = Dice::new(seed);
        let mut files = world.files.clone();
        for image in files.values_mut() {
            image.forget(&mut dice);
        }
        let durable_names = world.durable_names.clone();
        let (names, unsynced_names) = (world.names.clone(), world.unsynced_names.clone());
        Self::of(World { files, names, durable_names, unsynced_names, ..world.next() })
    }

    /// The paths of all files, in order.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.world().names.keys().cloned().collect()
    }

    /// What can be read of a file; `None` if there is none. It is no operation and does not fail.
    #[must_use]
    pub fn contents(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        let world = self.world();
        let file = world.names.get(path.as_ref())?;
        world.files.get(file).map(|image| image.live().to_vec())
    }

    /// Gives a file other bytes, durably, and its folder as well if there is none: to damage it, or to put one there. It is no
    /// operation and does not fail.
    pub fn set_contents(&self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) {
        let (path, mut world) = (path.as_ref().to_owned(), self.world());
        let image = Image::durable(bytes.into());
        let file = world.names.get(&path).copied().unwrap_or_else(|| world.free_id());
        world.files.insert(file, image);
        world.folders.insert(folder_of(&path).to_owned());
        world.names.insert(path.clone(), file);
        world.durable_names.insert(path, file);
    }
}
