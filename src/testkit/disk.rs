//! A disk in memory that fails when it is told to, and forgets what was not synced when the power goes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::log::{Held, Storage, StoredFile};
use dice::Dice;
use image::{Image, PAGE};

mod dice;
mod image;

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

/// Which file, whatever it is called.
type FileId = u64;

struct World {
    files: BTreeMap<FileId, Image>,
    names: Names,
    /// The names as they are whatever happens.
    durable_names: Names,
    /// What was done to the names since their folder was synced, in order.
    unsynced_names: Vec<NameChange>,
    folders: BTreeSet<PathBuf>,
    locks: BTreeSet<FileId>,
    /// How many pages there are for files.
    capacity: usize,
    stopped: bool,
    operations: u64,
    /// By the number of the operation.
    planned: BTreeMap<u64, Fault>,
    next: Vec<(Operation, Fault)>,
    /// One in so many operations fails.
    one_in: Option<usize>,
    met: Vec<FaultMet>,
    dice: Dice,
}

type Names = BTreeMap<PathBuf, FileId>;

#[derive(Clone, Debug)]
enum NameChange {
    Made(PathBuf, FileId),
    Moved(PathBuf, PathBuf, FileId),
    Removed(PathBuf),
}

impl NameChange {
    fn apply(&self, names: &mut Names) {
        match self {
            Self::Made(path, file) => drop(names.insert(path.clone(), *file)),
            Self::Moved(from, to, file) => {
                names.remove(from);
                names.insert(to.clone(), *file);
            }
            Self::Removed(path) => drop(names.remove(path)),
        }
    }

    /// Whether it is about a name in a folder.
    fn is_in(&self, folder: &Path) -> bool {
        match self {
            Self::Made(path, _) | Self::Removed(path) | Self::Moved(_, path, _) => folder_of(path) == folder,
        }
    }
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
        Self::of(World {
            files: BTreeMap::new(),
            names: Names::new(),
            durable_names: Names::new(),
            unsynced_names: Vec::new(),
            folders: BTreeSet::new(),
            locks: BTreeSet::new(),
            capacity: usize::MAX,
            stopped: false,
            operations: 0,
            planned: BTreeMap::new(),
            next: Vec::new(),
            one_in: None,
            met: Vec::new(),
            dice: Dice::new(0),
        })
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

impl World {
    /// The same disk for the next process, still to be given its files and names.
    fn next(&self) -> Self {
        Self {
            files: BTreeMap::new(),
            names: Names::new(),
            durable_names: Names::new(),
            unsynced_names: Vec::new(),
            folders: self.folders.clone(),
            locks: BTreeSet::new(),
            capacity: self.capacity,
            stopped: false,
            operations: 0,
            planned: BTreeMap::new(),
            next: Vec::new(),
            one_in: None,
            met: Vec::new(),
            dice: self.dice.clone(),
        }
    }

    fn free_id(&self) -> FileId {
        self.files.keys().next_back().map_or(0, |last| last.saturating_add(1))
    }

    /// How many pages are taken up.
    fn used(&self) -> usize {
        let images = self.names.values().filter_map(|file| self.files.get(file));
        images.map(Image::size).fold(0, usize::saturating_add)
    }

    fn image(&mut self, file: FileId) -> io::Result<&mut Image> {
        self.files.get_mut(&file).ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// Counts an operation, and says how it is to fail.
    fn meet(&mut self, operation: Operation, path: &Path) -> io::Result<Option<Fault>> {
        if self.stopped {
            return Err(io::Error::other("the disk has stopped"));
        }
        self.operations = self.operations.saturating_add(1);
        let Some(fault) = self.fault_for(operation) else { return Ok(None) };
        self.met.push(FaultMet { number: self.operations, operation, path: path.to_owned(), fault });
        self.stopped = fault == Fault::Stop;
        Ok(Some(fault))
    }

    fn fault_for(&mut self, operation: Operation) -> Option<Fault> {
        if let Some(fault) = self.planned.remove(&self.operations) {
            return Some(fault);
        }
        if let Some(place) = self.next.iter().position(|(next, _)| *next == operation) {
            return Some(self.next.remove(place).1);
        }
        let one_in = self.one_in?;
        if self.dice.below(one_in) > 0 {
            return None;
        }
        let any = [Fault::Refused, Fault::Full, Fault::Short, Fault::Lost, Fault::Done];
        any.get(self.dice.below(any.len())).copied()
    }

    /// Does what an operation does, unless it is to fail before.
    fn operate<T>(
        &mut self,
        operation: Operation,
        path: &Path,
        act: impl FnOnce(&mut Self) -> io::Result<T>,
    ) -> io::Result<T> {
        let Some(fault) = self.meet(operation, path)? else { return act(self) };
        if fault == Fault::Done || (fault == Fault::Stop && self.dice.coin()) {
            act(self)?;
        }
        Err(failed(fault))
    }

    fn write(&mut self, file: FileId, path: &Path, bytes: &[u8], at: u64) -> io::Result<()> {
        let fault = self.meet(Operation::Write, path)?;
        let count = match fault {
            None | Some(Fault::Done) => bytes.len(),
            Some(Fault::Short | Fault::Stop) => self.dice.below(bytes.len().saturating_add(1)),
            Some(Fault::Refused | Fault::Full | Fault::Lost) => 0,
        };
        let free = self.capacity.saturating_sub(self.used());
        let image = self.image(file)?;
        let fits = image.fits(index(at), count, free);
        image.write(index(at), bytes.get(..fits).unwrap_or_default());
        match fault {
            Some(fault) => Err(failed(fault)),
            None if fits < count => Err(failed(Fault::Full)),
            None => Ok(()),
        }
    }

    fn sync(&mut self, file: FileId, path: &Path) -> io::Result<()> {
        let Some(fault) = self.meet(Operation::Sync, path)? else {
            self.image(file)?.sync();
            return Ok(());
        };
        let mut dice = Dice::new(self.dice.roll());
        let is_done = fault == Fault::Done || (fault == Fault::Stop && dice.coin());
        let image = self.image(file)?;
        if is_done {
            image.sync();
        }
        if fault == Fault::Lost {
            image.lose(&mut dice);
        }
        Err(failed(fault))
    }

    fn create(&mut self, path: &Path) -> io::Result<FileId> {
        if self.names.contains_key(path) || self.is_folder(path) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        if !self.is_folder(folder_of(path)) {
            return Err(ErrorKind::NotFound.into());
        }
        let file = self.free_id();
        self.files.insert(file, Image::default());
        self.rename_by(NameChange::Made(path.to_owned(), file));
        Ok(file)
    }

    fn rename_by(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.unsynced_names.push(change);
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let file = *self.names.get(from).ok_or(ErrorKind::NotFound)?;
        self.rename_by(NameChange::Moved(from.to_owned(), to.to_owned(), file));
        Ok(())
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        if !self.names.contains_key(path) {
            return Err(ErrorKind::NotFound.into());
        }
        self.rename_by(NameChange::Removed(path.to_owned()));
        Ok(())
    }

    fn sync_folder(&mut self, folder: &Path) {
        let (synced, rest): (Vec<_>, _) =
            std::mem::take(&mut self.unsynced_names).into_iter().partition(|change| change.is_in(folder));
        self.unsynced_names = rest;
        for change in synced {
            change.apply(&mut self.durable_names);
        }
    }

    fn create_folder(&mut self, folder: &Path) -> io::Result<()> {
        if folder.ancestors().any(|above| self.names.contains_key(above)) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.folders.extend(folder.ancestors().map(Path::to_owned));
        Ok(())
    }

    /// The folder that everything is in is always there, whether it is called `/`, `.` or nothing.
    fn is_folder(&self, path: &Path) -> bool {
        self.folders.contains(path) || path.parent().is_none() || path == Path::new(".")
    }

    fn find(&self, path: &Path) -> io::Result<Option<FileId>> {
        if self.is_folder(path) {
            return Err(ErrorKind::IsADirectory.into());
        }
        Ok(self.names.get(path).copied())
    }

    fn lock(&mut self, path: &Path) -> io::Result<Option<FileId>> {
        let file = match self.find(path)? {
            Some(file) => file,
            None => self.create(path)?,
        };
        Ok(self.locks.insert(file).then_some(file))
    }
}

fn failed(fault: Fault) -> io::Error {
    match fault {
        Fault::Full => io::Error::new(ErrorKind::StorageFull, "there is no room on the faulty disk"),
        Fault::Stop => io::Error::other("the disk has stopped"),
        Fault::Refused | Fault::Short | Fault::Lost | Fault::Done => {
            io::Error::other("the faulty disk has failed")
        }
    }
}

/// The folder that a path is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// An offset in memory; what does not fit would not fit into memory either.
fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

fn offset(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX)
}

/// One open file.
#[derive(Debug)]
struct OpenFile {
    disk: FaultyDisk,
    path: PathBuf,
    file: FileId,
    may_write: bool,
}

impl OpenFile {
    fn check_may_write(&self) -> io::Result<()> {
        if self.may_write { Ok(()) } else { Err(ErrorKind::PermissionDenied.into()) }
    }
}

/// One lock.
#[derive(Debug)]
struct HeldLock {
    disk: FaultyDisk,
    file: FileId,
}

impl Held for HeldLock {}

impl Drop for HeldLock {
    fn drop(&mut self) {
        self.disk.world().locks.remove(&self.file);
    }
}

impl FaultyDisk {
    fn file(&self, path: &Path, file: FileId, may_write: bool) -> Box<dyn StoredFile> {
        Box::new(OpenFile { disk: self.clone(), path: path.to_owned(), file, may_write })
    }

    fn open_as(&self, path: &Path, may_write: bool) -> io::Result<Option<Box<dyn StoredFile>>> {
        let found = self.world().operate(Operation::Open, path, |world| world.find(path))?;
        Ok(found.map(|file| self.file(path, file, may_write)))
    }
}

impl Storage for FaultyDisk {
    fn open(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        self.open_as(path, true)
    }

    fn open_to_read(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        self.open_as(path, false)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn StoredFile>> {
        let file = self.world().operate(Operation::Create, path, |world| world.create(path))?;
        Ok(self.file(path, file, true))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.world().operate(Operation::Rename, from, |world| world.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.world().operate(Operation::Remove, path, |world| world.remove(path))
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.world().operate(Operation::CreateFolder, folder, |world| world.create_folder(folder))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.world().operate(Operation::SyncFolder, folder, |world| {
            world.sync_folder(folder);
            Ok(())
        })
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Held>>> {
        let mut world = self.world();
        let fault = world.meet(Operation::Lock, path)?;
        // A lock that was taken while the answer is an error would be held for ever.
        if let Some(fault) = fault {
            return Err(failed(fault));
        }
        let Some(file) = world.lock(path)? else { return Ok(None) };
        Ok(Some(Box::new(HeldLock { disk: self.clone(), file })))
    }
}

impl StoredFile for OpenFile {
    fn length(&self) -> io::Result<u64> {
        let file = self.file;
        self.disk.world().operate(Operation::Look, &self.path, |world| {
            world.image(file).map(|image| offset(image.live().len()))
        })
    }

    fn has_a_name(&self) -> io::Result<bool> {
        let file = self.file;
        self.disk.world().operate(Operation::Look, &self.path, |world| {
            Ok(world.names.values().any(|named| *named == file))
        })
    }

    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<()> {
        let file = self.file;
        self.disk.world().operate(Operation::Read, &self.path, |world| {
            let end = index(at).saturating_add(bytes.len());
            let found = world.image(file)?.live().get(index(at)..end).ok_or(ErrorKind::UnexpectedEof)?;
            bytes.copy_from_slice(found);
            Ok(())
        })
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.check_may_write()?;
        self.disk.world().write(self.file, &self.path, bytes, at)
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.world().sync(self.file, &self.path)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.check_may_write()?;
        let file = self.file;
        self.disk.world().operate(Operation::SetLength, &self.path, |world| {
            world.image(file)?.set_length(index(length));
            Ok(())
        })
    }
}
