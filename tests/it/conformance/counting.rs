//! The machine's file system, which counts how often a file is synced.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gather::log::{Disk, Held, Storage, StoredFile};

#[derive(Debug)]
pub(super) struct Counting(pub(super) Arc<AtomicU64>);

#[derive(Debug)]
struct Counted {
    file: Box<dyn StoredFile>,
    syncs: Arc<AtomicU64>,
}

impl Counting {
    fn counted(&self, file: Box<dyn StoredFile>) -> Box<dyn StoredFile> {
        Box::new(Counted { file, syncs: Arc::clone(&self.0) })
    }
}

impl Storage for Counting {
    fn open(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        Ok(Disk.open(path)?.map(|file| self.counted(file)))
    }

    fn open_to_read(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        Ok(Disk.open_to_read(path)?.map(|file| self.counted(file)))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn StoredFile>> {
        Disk.create(path).map(|file| self.counted(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Disk.remove(path)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        Disk.create_folder(folder)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        Disk.sync_folder(folder)
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        Disk.resolve(path)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Held>>> {
        Disk.lock(path)
    }
}

impl StoredFile for Counted {
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn has_a_name(&self) -> io::Result<bool> {
        self.file.has_a_name()
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_at(bytes, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file.write_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.syncs.fetch_add(1, Ordering::SeqCst);
        self.file.sync()
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.file.set_length(length)
    }
}
