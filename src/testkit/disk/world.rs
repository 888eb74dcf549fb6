//! All that there is on a faulty disk, and what is done with it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::dice::Dice;
use super::image::Image;
use super::{Fault, FaultMet, Operation};

/// Which file, whatever it is called.
pub(super) type FileId = u64;

pub(super) struct World {
    pub(super) files: BTreeMap<FileId, Image>,
    pub(super) names: Names,
    /// The names as they are whatever happens.
    pub(super) durable_names: Names,
    /// What was done to the names since their folder was synced, in order.
    pub(super) unsynced_names: Vec<NameChange>,
    pub(super) folders: BTreeSet<PathBuf>,
    pub(super) locks: BTreeSet<FileId>,
    /// How many pages there are for files.
    pub(super) capacity: usize,
    pub(super) stopped: bool,
    pub(super) operations: u64,
    /// By the number of the operation.
    pub(super) planned: BTreeMap<u64, Fault>,
    pub(super) next: Vec<(Operation, Fault)>,
    /// One in so many operations fails.
    pub(super) one_in: Option<usize>,
    pub(super) met: Vec<FaultMet>,
    pub(super) dice: Dice,
}

pub(super) type Names = BTreeMap<PathBuf, FileId>;

#[derive(Clone, Debug)]
pub(super) enum NameChange {
    Made(PathBuf, FileId),
    Moved(PathBuf, PathBuf, FileId),
    Removed(PathBuf),
}

impl NameChange {
    pub(super) fn apply(&self, names: &mut Names) {
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

impl Default for World {
    fn default() -> Self {
        Self {
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
        }
    }
}

impl World {
    /// The same disk for the next process, still to be given its files and names.
    pub(super) fn next(&self) -> Self {
        let (folders, dice) = (self.folders.clone(), self.dice.clone());
        Self { folders, dice, capacity: self.capacity, ..Self::default() }
    }

    pub(super) fn free_id(&self) -> FileId {
        self.files.keys().next_back().map_or(0, |last| last.saturating_add(1))
    }

    /// How many pages are taken up.
    pub(super) fn used(&self) -> usize {
        let images = self.names.values().filter_map(|file| self.files.get(file));
        images.map(Image::size).fold(0, usize::saturating_add)
    }

    pub(super) fn image(&mut self, file: FileId) -> io::Result<&mut Image> {
        self.files.get_mut(&file).ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// What a file is called now, or was called when it was opened.
    fn name_of(&self, file: FileId, opened_as: &Path) -> PathBuf {
        let name = self.names.iter().find(|(_, named)| **named == file);
        name.map_or_else(|| opened_as.to_owned(), |(name, _)| name.clone())
    }

    /// Counts an operation, and says how it is to fail.
    pub(super) fn meet(&mut self, operation: Operation, path: &Path) -> io::Result<Option<Fault>> {
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
    pub(super) fn operate<T>(
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

    /// The same with an open file.
    pub(super) fn operate_on<T>(
        &mut self,
        operation: Operation,
        file: FileId,
        opened_as: &Path,
        act: impl FnOnce(&mut Self) -> io::Result<T>,
    ) -> io::Result<T> {
        let path = self.name_of(file, opened_as);
        self.operate(operation, &path, act)
    }

    pub(super) fn write(&mut self, file: FileId, path: &Path, bytes: &[u8], at: u64) -> io::Result<()> {
        let path = self.name_of(file, path);
        let fault = self.meet(Operation::Write, &path)?;
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

    pub(super) fn sync(&mut self, file: FileId, path: &Path) -> io::Result<()> {
        let path = self.name_of(file, path);
        let Some(fault) = self.meet(Operation::Sync, &path)? else {
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

    pub(super) fn create(&mut self, path: &Path) -> io::Result<FileId> {
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

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let file = *self.names.get(from).ok_or(ErrorKind::NotFound)?;
        self.rename_by(NameChange::Moved(from.to_owned(), to.to_owned(), file));
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        if !self.names.contains_key(path) {
            return Err(ErrorKind::NotFound.into());
        }
        self.rename_by(NameChange::Removed(path.to_owned()));
        Ok(())
    }

    pub(super) fn sync_folder(&mut self, folder: &Path) {
        let (synced, rest): (Vec<_>, _) =
            std::mem::take(&mut self.unsynced_names).into_iter().partition(|change| change.is_in(folder));
        self.unsynced_names = rest;
        for change in synced {
            change.apply(&mut self.durable_names);
        }
    }

    pub(super) fn create_folder(&mut self, folder: &Path) -> io::Result<()> {
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

    pub(super) fn find(&self, path: &Path) -> io::Result<Option<FileId>> {
        if self.is_folder(path) {
            return Err(ErrorKind::IsADirectory.into());
        }
        Ok(self.names.get(path).copied())
    }

    pub(super) fn lock(&mut self, path: &Path) -> io::Result<Option<FileId>> {
        let file = match self.find(path)? {
            Some(file) => file,
            None => self.create(path)?,
        };
        Ok(self.locks.insert(file).then_some(file))
    }
}

pub(super) fn failed(fault: Fault) -> io::Error {
    match fault {
        Fault::Full => io::Error::new(ErrorKind::StorageFull, "there is no room on the faulty disk"),
        Fault::Stop => io::Error::other("the disk has stopped"),
        Fault::Refused | Fault::Short | Fault::Lost | Fault::Done => {
            io::Error::other("the faulty disk has failed")
        }
    }
}

/// The folder that a path is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// An offset in memory; what does not fit would not fit into memory either.
pub(super) fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

pub(super) fn offset(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX)
}
