//! The checker is checked: a log over a disk that lies breaks its promises, and that has to be noticed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gather::log::{Held, Storage, StoredFile};
use gather::testkit::FaultyDisk;

use super::simulator::live;
use super::{LOG, nothing};

/// Within so many lives a lie has to come out.
const LIVES: u64 = 400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    /// A sync does nothing.
    Sync,
    /// A sync of the log does nothing; that of any other file does. So the head leads.
    SyncOfTheLog,
    /// A sync is said to be done when it failed.
    FailedSync,
    /// What is cut off or filled with zeros stays as it is.
    Cut,
    /// The end of what is written is left out.
    Write,
    /// The end of the log is filled with zeros before it is opened.
    Forget,
    /// One byte in the middle of what is read is another.
    Read,
    /// The names in a folder are not made durable.
    SyncOfFolder,
    /// Everybody gets the lock.
    Lock,
}

#[derive(Debug)]
struct Liar {
    disk: FaultyDisk,
    lie: Lie,
}

#[derive(Debug)]
struct LyingFile {
    file: Box<dyn StoredFile>,
    lie: Lie,
    is_log: bool,
}

#[derive(Debug)]
struct NotHeld;

impl Held for NotHeld {}

impl Liar {
    fn file(&self, path: &Path, file: Box<dyn StoredFile>) -> Box<dyn StoredFile> {
        Box::new(LyingFile { file, lie: self.lie, is_log: path.ends_with("log.gather") })
    }

    /// Fills the end of the log with zeros.
    fn forget(&self) {
        let Some(mut bytes) = self.disk.contents(LOG) else { return };
        let Some(last) = bytes.iter().rposition(|&byte| byte != 0) else { return };
        if last > 128 {
            bytes[last.saturating_sub(100).max(128)..=last].fill(0);
            self.disk.set_contents(LOG, bytes);
        }
    }
}

impl Storage for Liar {
    fn open(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        if self.lie == Lie::Forget && path == Path::new(LOG) {
            self.forget();
        }
        Ok(self.disk.open(path)?.map(|file| self.file(path, file)))
    }

    fn open_to_read(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        Ok(self.disk.open_to_read(path)?.map(|file| self.file(path, file)))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn StoredFile>> {
        Ok(self.file(path, self.disk.create(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk.remove(path)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.disk.create_folder(folder)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        if self.lie == Lie::SyncOfFolder { Ok(()) } else { self.disk.sync_folder(folder) }
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        self.disk.resolve(path)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Held>>> {
        if self.lie == Lie::Lock { Ok(Some(Box::new(NotHeld))) } else { self.disk.lock(path) }
    }
}

impl StoredFile for LyingFile {
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn has_a_name(&self) -> io::Result<bool> {
        self.file.has_a_name()
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_at(bytes, offset)?;
        if self.lie == Lie::Read && self.is_log && bytes.len() > 300 {
            bytes[200] ^= 1;
        }
        Ok(())
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        if self.lie == Lie::Cut && self.is_log && bytes.iter().all(|&byte| byte == 0) {
            return Ok(());
        }
        let short = self.lie == Lie::Write && self.is_log && bytes.len() > 200;
        self.file.write_at(if short { &bytes[..bytes.len() - 10] } else { bytes }, offset)
    }

    fn sync(&self) -> io::Result<()> {
        match self.lie {
            Lie::Sync => Ok(()),
            Lie::SyncOfTheLog if self.is_log => Ok(()),
            Lie::FailedSync => self.file.sync().or(Ok(())),
            Lie::SyncOfTheLog
            | Lie::Cut
            | Lie::Write
            | Lie::Forget
            | Lie::Read
            | Lie::SyncOfFolder
            | Lie::Lock => self.file.sync(),
        }
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        if self.lie == Lie::Cut && self.is_log && self.length().is_ok_and(|now| length < now) {
            return Ok(());
        }
        self.file.set_length(length)
    }
}

/// The first life in which a lie comes out, and how.
fn comes_out(lie: Lie) -> Option<(u64, String)> {
    let between = move |disk: FaultyDisk| -> Arc<dyn Storage> { Arc::new(Liar { disk, lie }) };
    (0..LIVES).find_map(|seed| live(seed, &between).err().map(|violation| (seed, violation)))
}

#[test]
fn every_lie_of_a_disk_comes_out() {
    for lie in [
        Lie::Sync,
        Lie::SyncOfTheLog,
        Lie::FailedSync,
        Lie::Cut,
        Lie::Write,
        Lie::Forget,
        Lie::Read,
        Lie::SyncOfFolder,
        Lie::Lock,
    ] {
        let (seed, violation) = comes_out(lie).unwrap_or_else(|| panic!("{lie:?} was not noticed"));
        println!("{lie:?}, life {seed}: {}", violation.lines().next().unwrap());
    }
    for seed in 0..20 {
        assert!(live(seed, &nothing).is_ok(), "the truth is no lie");
    }
}
