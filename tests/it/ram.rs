//! A file system in memory, to open a log in thousands of times. It fails only where it is told to take nothing.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use gather::log::{FileLog, FileLogOptions, Held, Storage, StoredFile};

type Bytes = Arc<Mutex<Vec<u8>>>;

/// Files in memory. Clones are handles of the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ram(Arc<World>);

#[derive(Debug, Default)]
struct World {
    files: Mutex<BTreeMap<PathBuf, Bytes>>,
    /// How often anything was changed.
    changes: AtomicUsize,
    read_only: AtomicBool,
    /// The most bytes that all files may have together, if there is a bound: 0 is none.
    capacity: AtomicUsize,
}

impl Ram {
    /// A file system with these files and no others.
    pub(crate) fn with(files: &[(&str, &[u8])]) -> Self {
        let ram = Self::default();
        for (name, bytes) in files {
            ram.put(name, bytes);
        }
        ram
    }

    pub(crate) fn options(&self) -> FileLogOptions {
        FileLog::options().storage(Arc::new(self.clone()))
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        self.0.files.lock().unwrap().insert(name.into(), Arc::new(Mutex::new(bytes.to_vec())));
    }

    pub(crate) fn get(&self, name: &str) -> Vec<u8> {
        self.0.files.lock().unwrap()[Path::new(name)].lock().unwrap().clone()
    }

    /// Changes a file in place, so that it is the same to whoever has it open.
    pub(crate) fn change(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.0.files.lock().unwrap()[Path::new(name)].lock().unwrap());
    }

    /// The names of all files but the lock, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let files = self.0.files.lock().unwrap();
        files.keys().map(|path| path.display().to_string()).filter(|name| name != "lock.gather").collect()
    }

    /// How often anything was changed through the seam.
    pub(crate) fn changes(&self) -> usize {
        self.0.changes.load(Ordering::SeqCst)
    }

    pub(crate) fn make_read_only(&self) {
        self.0.read_only.store(true, Ordering::SeqCst);
    }

    pub(crate) fn bound(&self, bytes: usize) {
        self.0.capacity.store(bytes, Ordering::SeqCst);
    }

    fn change_noted(&self) -> io::Result<()> {
        if self.0.read_only.load(Ordering::SeqCst) {
            return Err(ErrorKind::ReadOnlyFilesystem.into());
        }
        self.0.changes.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn find(&self, path: &Path) -> Option<Box<dyn StoredFile>> {
        let bytes = self.0.files.lock().unwrap().get(path).cloned();
        bytes.map(|bytes| -> Box<dyn StoredFile> { Box::new(RamFile { ram: self.clone(), bytes }) })
    }

    fn check_fits(&self, grown: usize) -> io::Result<()> {
        let capacity = self.0.capacity.load(Ordering::SeqCst);
        let used: usize =
            self.0.files.lock().unwrap().values().map(|bytes| bytes.lock().unwrap().len()).sum();
        if capacity > 0 && used + grown > capacity { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

impl Storage for Ram {
    fn open(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        if self.0.read_only.load(Ordering::SeqCst) {
            return Err(ErrorKind::ReadOnlyFilesystem.into());
        }
        Ok(self.find(path))
    }

    fn open_to_read(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        Ok(self.find(path))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn StoredFile>> {
        self.change_noted()?;
        if self.find(path).is_some() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.0.files.lock().unwrap().insert(path.to_owned(), Bytes::default());
        Ok(self.find(path).unwrap())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change_noted()?;
        let mut files = self.0.files.lock().unwrap();
        let file = files.remove(from).ok_or(ErrorKind::NotFound)?;
        files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change_noted()?;
        self.0.files.lock().unwrap().remove(path).map(|_| ()).ok_or(ErrorKind::NotFound.into())
    }

    fn create_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }

    fn lock(&self, _: &Path) -> io::Result<Option<Box<dyn Held>>> {
        Ok(Some(Box::new(Nothing)))
    }
}

#[derive(Debug)]
struct Nothing;

impl Held for Nothing {}

#[derive(Debug)]
struct RamFile {
    ram: Ram,
    bytes: Bytes,
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}

impl StoredFile for RamFile {
    fn length(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.bytes.lock().unwrap().len()).unwrap())
    }

    fn has_a_name(&self) -> io::Result<bool> {
        Ok(self.ram.0.files.lock().unwrap().values().any(|bytes| Arc::ptr_eq(bytes, &self.bytes)))
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<()> {
        let bytes = self.bytes.lock().unwrap();
        let found = bytes.get(place(offset)..place(offset) + into.len()).ok_or(ErrorKind::UnexpectedEof)?;
        into.copy_from_slice(found);
        Ok(())
    }

    fn write_at(&self, written: &[u8], offset: u64) -> io::Result<()> {
        self.ram.change_noted()?;
        let end = place(offset) + written.len();
        let grown = end.saturating_sub(self.bytes.lock().unwrap().len());
        if grown > 0 {
            self.ram.check_fits(grown)?;
        }
        let mut bytes = self.bytes.lock().unwrap();
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        bytes[place(offset)..end].copy_from_slice(written);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.ram.change_noted()?;
        self.bytes.lock().unwrap().resize(place(length), 0);
        Ok(())
    }
}
