//! The key file: a header and numbered slots, each written before its key is given out. `docs/keys.md` draws it.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use zeroize::Zeroizing;

use super::error::{Kind, VaultError};
use super::vault::{Key, KeyVault, fill_random};
use crate::fault::is_full;
use crate::id::{LogId, VaultId};
use crate::sealed::KeyRef;
use crate::storage::{Disk, Storage, StoredFile, folder_of};
use shape::{HEADER, Header, SLOT, Slot, bytes, offset};

mod copy;
mod reading;
mod shape;
mod verify;
mod wrapping;

pub use copy::{adopt_keys, backup_keys};
pub use verify::{CheckedKeys, verify_keys};

/// How many slots are made at once, with one sync for all of them: as many as there are, between these two.
const POOL: u64 = 256;
const LARGEST_POOL: u64 = 4_096;
/// How many keys are read ahead of being given out.
const AHEAD: u64 = 64;
/// No log has ever named so many keys: a number from here on comes from damage or malice, and makes no file larger.
const FAR: u64 = 1 << 32;

/// Keys in one file beside the log.
///
/// Whoever has this file and the log can read everything in it: give it the care of a password. Back it up
/// apart from the log, since keys that are to be destroyed live on in every copy.
///
/// The file appears with the first key that is asked for, not before. Keys are made in pools, of 256 at first and of up to 4,096
/// in a file that has as many, and each pool is on the disk before its first key is given out, so that one key in so many costs
/// a sync and the others none. On Unix the file is made readable for its owner only; the mode of a file that is already there is left
/// as it is.
///
/// After a restart, keys that were given out but that no record names are given out again. The next key is always the
/// first good one after all those in use; holes among the used ones are left. What such a key sealed may still lie in a
/// torn end that was cut off the log and kept beside it. So [`Desk::open`](crate::Desk::open), where it finds one, destroys
/// every key that no record names before it gives out any. Whoever opens a vault by hand has to look after that: delete the
/// torn ends, and logs that are newer than one that was put back.
///
/// A key is [erased](KeyVault::erase) where it lies: its slot is overwritten, synced, read back and compared. What is kept is
/// that it was erased, with a checksum, so that damage is never taken for it. `docs/keys.md` says on which disks and file
/// systems that removes the bytes.
///
/// With a [wrapping key](FileVaultOptions::wrapping_key) of the host's, the file alone opens nothing.
///
/// It takes no lock of its own: the log's lock guards the folder for both. Two vaults on one file would give out
/// the same keys.
///
/// ```
/// use gather::LogId;
/// use gather::privacy::{FileVault, KeyVault};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("bookings.keys");
/// let log = LogId::random();
///
/// let vault = FileVault::open(&path, log)?;
/// assert!(!path.exists());
/// let number = vault.fresh()?;
/// let key = vault.key(number)?;
///
/// let again = FileVault::open(&path, log)?;
/// assert_eq!(again.id(), vault.id());
/// assert_eq!(again.key(number)?.expose(), key.expose());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FileVault {
    storage: Arc<dyn Storage>,
    path: PathBuf,
    log: LogId,
    id: VaultId,
    wrapping: Option<Key>,
    file: OnceLock<Box<dyn StoredFile>>,
    /// How many slots are on the disk. Grows under the lock of `giving`.
    made: AtomicU64,
    giving: Mutex<Giving>,
}

#[derive(Debug, Default)]
struct Giving {
    /// No slot below this is given out any more.
    next: u64,
    /// Keys of the next slots that are good, read ahead in one go; some may be below `next` by now.
    /// Each in a place of its own, which is overwritten when it is given out: a queue moves what is in it, and leaves copies.
    ready: VecDeque<(KeyRef, Box<Key>)>,
    /// Whether what was in the file when it was opened is known to be on the disk. Another process may have
    /// been killed between a write and its sync.
    settled: bool,
}

impl Giving {
    fn give(&mut self) -> Option<(KeyRef, Key)> {
        let good = self.ready.iter().position(|(number, _)| number.get() >= self.next);
        self.ready.drain(..good.unwrap_or(self.ready.len()));
        let (number, key) = self.ready.pop_front()?;
        self.next = number.get().saturating_add(1);
        Some((number, Key::clone(&key)))
    }
}

/// How a key file is opened.
///
/// ```
/// use gather::LogId;
/// use gather::privacy::{FileVault, Key, KeyVault};
///
/// let folder = tempfile::tempdir()?;
/// let (path, log) = (folder.path().join("bookings.keys"), LogId::random());
/// let mine = Key::from_bytes([7; 32]); // from the host's store of secrets
///
/// let number = FileVault::options().wrapping_key(mine.clone()).open(&path, log)?.fresh()?;
/// assert!(FileVault::open(&path, log).unwrap_err().is_wrong_wrapping_key());
/// assert!(FileVault::options().wrapping_key(mine).open(&path, log)?.key(number).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until `open`"]
pub struct FileVaultOptions {
    /// `None` is the machine's disk.
    storage: Option<Arc<dyn Storage>>,
    wrapping: Option<Key>,
}

impl FileVaultOptions {
    /// Keeps the file elsewhere than on the machine's disk, under the path as it is given.
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = Some(storage);
        self
    }

    /// Keeps every key enciphered with this one, which comes from the host's own store of secrets and is kept nowhere
    /// here. A file is wrapped from its beginning or not at all.
    pub fn wrapping_key(mut self, key: Key) -> Self {
        self.wrapping = Some(key);
        self
    }

    /// Opens the key file of a log. Where there is none, this makes none: the first key does.
    ///
    /// # Errors
    /// As for [`FileVault::open`]; and [`VaultError::is_wrong_wrapping_key`], where the file is wrapped with another key, or
    /// is not wrapped. Its bytes are unchanged.
    pub fn open(self, path: impl AsRef<Path>, log: LogId) -> Result<FileVault, VaultError> {
        FileVault::open_with(self, path.as_ref(), log)
    }
}

impl FileVault {
    /// Says how a key file is opened: with a wrapping key, or on a storage of one's own.
    pub fn options() -> FileVaultOptions {
        FileVaultOptions { storage: None, wrapping: None }
    }

    /// Opens the key file of a log. Where there is none, this makes none: the first key does.
    ///
    /// A file that is there is only read, slot by slot and when a key is asked for: damage to one key shows with
    /// that key and hinders no other.
    ///
    /// # Errors
    /// The file belongs to another log ([`VaultError::is_foreign`]), is no key file
    /// ([`VaultError::is_not_a_key_file`]), has a header that is cut off or does not pass its check
    /// ([`VaultError::is_damaged`]), was written by a newer version ([`VaultError::is_newer`]), is wrapped
    /// ([`VaultError::is_wrong_wrapping_key`]), or cannot be opened for reading and writing
    /// ([`VaultError::is_unavailable`]). Its bytes are unchanged.
    pub fn open(path: impl AsRef<Path>, log: LogId) -> Result<Self, VaultError> {
        Self::options().open(path, log)
    }

    fn open_with(options: FileVaultOptions, path: &Path, log: LogId) -> Result<Self, VaultError> {
        let FileVaultOptions { storage, wrapping } = options;
        let path = if storage.is_some() { path.to_owned() } else { lasting(path)? };
        let storage = storage.unwrap_or_else(|| Arc::new(Disk));
        let opened = storage.open(&path).map_err(|cause| not_opened(&path, cause))?;
        let mut vault = Self {
            storage,
            path,
            log,
            // What is bound to sealed values must not change later, so it is chosen now and written with the file.
            id: VaultId::random(),
            wrapping,
            file: OnceLock::new(),
            made: AtomicU64::new(0),
            giving: Mutex::default(),
        };
        let Some(file) = opened else { return Ok(vault) };
        let length = file.length().map_err(|cause| vault.failed("cannot read the key file", cause))?;
        vault.id = vault.check(&*file, length).map_err(|error| error.in_file(&vault.path))?;
        vault.made = (length.saturating_sub(bytes(HEADER)) / bytes(SLOT)).into();
        vault.file = OnceLock::from(file);
        Ok(vault)
    }

    /// The vault's id, if this is the key file of the log, whole, of a format that is known, and wrapped as was said.
    fn check(&self, file: &dyn StoredFile, length: u64) -> Result<VaultId, VaultError> {
        let header = read_header(file, length)?;
        if header.log != self.log {
            let what = format!("the key file belongs to the log {}, not to {}", header.log, self.log);
            return Err(VaultError::new(Kind::Foreign, what));
        }
        wrapping::check(header.wrapping, self.wrapping.as_ref())?;
        Ok(header.vault)
    }

    /// A panic elsewhere cannot leave the numbers half changed, so a poisoned lock is as good as any.
    fn giving(&self) -> MutexGuard<'_, Giving> {
        self.giving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, what: &str, cause: io::Error) -> VaultError {
        failed(what, &self.path, cause)
    }

    /// The open file; it is made, with its first pool, if there is none.
    fn file(&self) -> Result<&dyn StoredFile, VaultError> {
        if let Some(file) = self.file.get() {
            return Ok(&**file);
        }
        let file = self.create()?;
        self.made.store(POOL, Ordering::Release);
        Ok(&**self.file.get_or_init(|| file))
    }

    /// The open file, if it has a key.
    fn file_with(&self, key: KeyRef) -> Result<&dyn StoredFile, VaultError> {
        let file = self.file.get().filter(|_| key.get() < self.made.load(Ordering::Acquire));
        file.map(|file| &**file).ok_or_else(|| self.missing(key))
    }

    /// Header and first pool come into being under another name, so that the file is whole from its first
    /// moment. The rename moves the very bytes that were written: no second copy of a key stays on the disk.
    fn create(&self) -> Result<Box<dyn StoredFile>, VaultError> {
        let failed = |cause| self.failed("cannot make the key file", cause);
        let header = Header { vault: self.id, log: self.log, wrapping: wrapping::id(self.wrapping.as_ref()) };
        let mut content = Zeroizing::new(Vec::with_capacity(HEADER + bytes_of(POOL)));
        content.extend_from_slice(&header.bytes());
        self.push_slots(&mut content, 0..POOL)?;

        let unfinished = beside(&self.path);
        remove_if_there(&*self.storage, &unfinished).map_err(failed)?;
        let file = self.storage.create(&unfinished).map_err(failed)?;
        file.write_at(&content, 0).map_err(failed)?;
        file.sync().map_err(failed)?;
        if self.storage.open_to_read(&self.path).map_err(failed)?.is_some() {
            // Somebody restored a key file under an open vault: theirs may hold keys that are needed.
            remove_if_there(&*self.storage, &unfinished).map_err(failed)?;
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        self.storage.rename(&unfinished, &self.path).map_err(failed)?;
        Ok(file)
    }

    /// Adds slots up to the next whole pool, from one on that none is given out before, and returns when they are on the
    /// disk. Numbers that the log has named, and the file has lost, are passed over.
    ///
    /// It writes behind the last whole slot. Less than a whole slot may be there already, from a crash while
    /// growing: no key of it was ever given out, so it is written over. No whole slot ever is, but to erase its key.
    fn grow(&self, file: &dyn StoredFile, next: u64) -> Result<(), VaultError> {
        let made = self.made.load(Ordering::Acquire);
        let first = made.max(next);
        let until = |more: u64| first.saturating_add(more) / POOL * POOL;
        let (most, least) = (until(first.clamp(POOL, LARGEST_POOL)), until(POOL));
        let mut content = Zeroizing::new(Vec::with_capacity(bytes_of(most.saturating_sub(first))));
        self.push_slots(&mut content, first..most)?;
        let (mut end, mut written) = (most, write_slots(file, made, first, &content));
        if written.as_ref().is_err_and(is_full) && least < most {
            // There may be room for fewer.
            content.truncate(bytes_of(least.saturating_sub(first)));
            (end, written) = (least, write_slots(file, made, first, &content));
        }
        written.map_err(|cause| self.failed("cannot add keys to the key file", cause))?;
        self.made.store(end, Ordering::Release);
        Ok(())
    }

    /// Appends new slots, each with a random key.
    fn push_slots(&self, to: &mut Vec<u8>, numbers: std::ops::Range<u64>) -> Result<(), VaultError> {
        // The system is asked once: that takes as long for a pool as for a key.
        let count = usize::try_from(numbers.end.saturating_sub(numbers.start)).unwrap_or_default();
        let mut secrets = Zeroizing::new(vec![[0; 32]; count]);
        fill_random(secrets.as_flattened_mut())?;
        for (number, secret) in numbers.zip(secrets.iter()) {
            let at = (self.id, KeyRef::new(number));
            let slot = Slot::of(&Key::from_bytes(*secret), self.wrapping.as_ref(), at)?;
            to.extend_from_slice(&slot.bytes(at));
        }
        Ok(())
    }

    /// Makes sure that the file, its name and the slots found in it are on the disk, once, before the first of
    /// them is given out.
    fn settle(&self, giving: &mut Giving, file: &dyn StoredFile) -> Result<(), VaultError> {
        if giving.settled {
            return Ok(());
        }
        file.sync()
            .and_then(|()| self.storage.sync_folder(folder_of(&self.path)))
            .map_err(|cause| self.failed("cannot sync the key file", cause))?;
        giving.settled = true;
        Ok(())
    }

    fn missing(&self, key: KeyRef) -> VaultError {
        let made = self.made.load(Ordering::Acquire);
        let what = match self.file.get() {
            None => "the key file is lost: there is none, but the log needs a key".to_owned(),
            Some(_) => format!(
                "the key file lacks a key that the log needs: it has {made} keys, numbered from 0; \
                 it was cut short, or is an older copy"
            ),
        };
        VaultError::new(Kind::Missing, what).for_key(key).in_file(&self.path)
    }

    /// Refuses to give out keys of a file that was removed, or to erase any in it: what is sealed with them could not be
    /// opened again, and what is to be erased lies elsewhere.
    fn check_in_place(&self, file: &dyn StoredFile) -> Result<(), VaultError> {
        if file.has_a_name().map_err(|cause| self.failed("cannot look at the key file", cause))? {
            return Ok(());
        }
        let what = "the key file was removed under the open desk; bring it back and open the desk again";
        Err(VaultError::unavailable(what).in_file(&self.path))
    }

    /// Refuses to give out keys of a file that was removed or has become shorter, such as by a copy over it: what is sealed with
    /// keys that are in no file cannot be opened again.
    fn check_whole(&self, file: &dyn StoredFile) -> Result<(), VaultError> {
        self.check_in_place(file)?;
        let made = self.made.load(Ordering::Acquire);
        let length = file.length().map_err(|cause| self.failed("cannot look at the key file", cause))?;
        if length >= offset(made) {
            return Ok(());
        }
        let what = "the key file was cut short under the open desk; bring it back and open the desk again";
        Err(VaultError::unavailable(what).in_file(&self.path))
    }

    fn read_slot(&self, file: &dyn StoredFile, key: KeyRef) -> Result<Zeroizing<[u8; SLOT]>, VaultError> {
        let mut slot = Zeroizing::new([0; SLOT]);
        file.read_at(&mut *slot, offset(key.get()))
            .map_err(|cause| self.failed("cannot read a key", cause).for_key(key))?;
        Ok(slot)
    }

    fn read_key(&self, file: &dyn StoredFile, key: KeyRef) -> Result<Key, VaultError> {
        self.key_in(&*self.read_slot(file, key)?, key)
    }

    fn key_in(&self, slot: &[u8; SLOT], key: KeyRef) -> Result<Key, VaultError> {
        let at = (self.id, key);
        let read = Slot::read(slot, at).and_then(|slot| slot.key(self.wrapping.as_ref(), at));
        read.map_err(|error| error.in_file(&self.path))
    }

    /// Reads the keys of the next slots. Those that are no good are passed over: nothing is sealed with them yet.
    fn read_ahead(&self, giving: &mut Giving, file: &dyn StoredFile) -> Result<(), VaultError> {
        let end = self.made.load(Ordering::Acquire).min(giving.next.saturating_add(AHEAD));
        let numbers = giving.next..end;
        let mut slots = Zeroizing::new(vec![0; bytes_of(end.saturating_sub(giving.next))]);
        file.read_at(&mut slots, offset(giving.next))
            .map_err(|cause| self.failed("cannot read keys", cause))?;
        for (number, slot) in numbers.map(KeyRef::new).zip(slots.as_chunks().0) {
            match self.key_in(slot, number) {
                Err(error) if error.is_damaged() || error.is_newer() || error.is_erased() => {}
                read => giving.ready.push_back((number, Box::new(read?))),
            }
        }
        if giving.ready.is_empty() {
            giving.next = end;
        }
        Ok(())
    }

    /// Destroys every key that is not among some, with one sync; their numbers are never given out. These come in order.
    pub(crate) fn erase_all_but(&self, named: &[KeyRef]) -> Result<(), VaultError> {
        let numbers = (0..self.made.load(Ordering::Acquire)).map(KeyRef::new);
        let mut others: Vec<KeyRef> = numbers.filter(|key| named.binary_search(key).is_err()).collect();
        others.retain(|key| !self.key(*key).is_err_and(|error| error.is_erased()));
        self.erase_where_they_lie(&others)
    }

    fn erase_where_they_lie(&self, keys: &[KeyRef]) -> Result<(), VaultError> {
        let mut giving = self.giving();
        let Some(&last) = keys.iter().max() else { return Ok(()) };
        let file = self.file_with(last)?;
        self.check_in_place(file)?;
        giving.next = giving.next.max(last.get().saturating_add(1));
        self.overwrite(file, keys)
    }

    /// Overwrites slots where they lie, whatever is in them, and returns when that is on the disk.
    fn overwrite(&self, file: &dyn StoredFile, keys: &[KeyRef]) -> Result<(), VaultError> {
        let failed = |cause| self.failed("cannot erase a key", cause);
        for &key in keys {
            file.write_at(&Slot::Erased.bytes((self.id, key)), offset(key.get())).map_err(failed)?;
        }
        file.sync().map_err(failed)?;
        for &key in keys {
            if *self.read_slot(file, key)? != **Slot::Erased.bytes((self.id, key)) {
                let what = "a key is still there after it was erased: the disk does not keep what is written";
                return Err(VaultError::unavailable(what).for_key(key).in_file(&self.path));
            }
        }
        Ok(())
    }
}

impl KeyVault for FileVault {
    fn id(&self) -> VaultId {
        self.id
    }

    fn fresh(&self) -> Result<KeyRef, VaultError> {
        self.fresh_key().map(|(number, _)| number)
    }

    fn fresh_key(&self) -> Result<(KeyRef, Option<Key>), VaultError> {
        // Before the lock, which everybody waits for who is new.
        self.file.get().map_or(Ok(()), |file| self.check_whole(&**file))?;
        let mut giving = self.giving();
        let file = self.file()?;
        self.settle(&mut giving, file)?;
        loop {
            if let Some((number, key)) = giving.give() {
                return Ok((number, Some(key)));
            }
            if giving.next >= self.made.load(Ordering::Acquire) {
                self.grow(file, giving.next)?;
            }
            self.read_ahead(&mut giving, file)?;
        }
    }

    fn in_use(&self, key: KeyRef) -> Result<(), VaultError> {
        let mut giving = self.giving();
        // Also where it is not there: nobody else may ever get this number.
        if key.get() < FAR {
            giving.next = giving.next.max(key.get().saturating_add(1));
        }
        self.file_with(key).map(|_| ())
    }

    fn key(&self, key: KeyRef) -> Result<Key, VaultError> {
        self.read_key(self.file_with(key)?, key)
    }

    fn erase(&self, key: KeyRef) -> Result<(), VaultError> {
        self.erase_all(&[key])
    }

    /// One sync for all of them. It is done each time, whatever was done before: an older copy of the file may have been copied
    /// over this one, and where a sync has failed no later one tells.
    fn erase_all(&self, keys: &[KeyRef]) -> Result<(), VaultError> {
        self.erase_where_they_lie(keys)
    }
}

/// The path wherever the host goes: the file is made with the first key, and by then it may stand in another folder.
fn lasting(path: &Path) -> Result<PathBuf, VaultError> {
    std::path::absolute(path).map_err(|cause| failed("cannot find the key file", path, cause))
}

/// The header of a key file.
fn read_header(file: &dyn StoredFile, length: u64) -> Result<Header, VaultError> {
    let mut header = vec![0; usize::try_from(length.min(bytes(HEADER))).unwrap_or(HEADER)];
    file.read_at(&mut header, 0)
        .map_err(|cause| VaultError::unavailable("cannot read the key file").because(cause))?;
    Header::read(&header)
}

/// Pipes and the like, which would keep whoever opens them waiting for ever, are no key files; nor are folders.
fn not_opened(path: &Path, cause: io::Error) -> VaultError {
    if cause.kind() == io::ErrorKind::IsADirectory {
        return VaultError::new(Kind::NotAKeyFile, "there is something other than a file").in_file(path);
    }
    failed("cannot open the key file", path, cause)
}

/// Refuses keys whose log is gone: a new log beside them could open nothing with them, nor could they be kept.
pub(crate) fn check_log_is_there(keys: &Path, log: &Path) -> Result<(), VaultError> {
    if !keys.exists() || log.exists() {
        return Ok(());
    }
    let what = format!(
        "here are the keys of a log, but {} is gone; bring it back, or take the keys away",
        log.display()
    );
    Err(VaultError::new(Kind::Foreign, what).in_file(keys))
}

/// Whether a torn end that was cut off a log lies beside it, as far as can be seen: what it has was sealed with keys that no
/// record need name.
pub(crate) fn has_torn_ends(log: &Path) -> bool {
    let Some(name) = log.file_name().and_then(|name| name.to_str()) else { return true };
    let begins = format!("{name}.torn-");
    let Ok(mut entries) = std::fs::read_dir(folder_of(log)) else { return true };
    entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(&begins)))
}

/// Writes slots behind those that are there, and returns when they are on the disk.
fn write_slots(file: &dyn StoredFile, made: u64, first: u64, slots: &[u8]) -> io::Result<()> {
    let written = file.write_at(slots, offset(first)).and_then(|()| file.sync());
    if written.is_err() {
        // A system may forget after a failed sync that these bytes are not on the disk. Cut off, they cannot be taken for good
        // by whoever opens the file next; if even that fails, this process still writes them anew before it gives any out.
        let _ = file.set_length(offset(made));
    }
    written
}

fn failed(what: &str, path: &Path, cause: io::Error) -> VaultError {
    VaultError::unavailable(what).in_file(path).because(cause)
}

fn bytes_of(slots: u64) -> usize {
    usize::try_from(slots).unwrap_or_default().saturating_mul(SLOT)
}

/// The name under which the file comes into being.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".new");
    name.into()
}

fn remove_if_there(storage: &dyn Storage, path: &Path) -> io::Result<()> {
    match storage.remove(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_but_those_that_are_named_is_erased_and_not_given_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let vault = FileVault::open(&path, LogId::from_u128(1)).unwrap();
        vault.erase_all_but(&[]).unwrap();
        assert!(!path.exists(), "there is nothing to erase");
        let [lost, named, other] = [(); 3].map(|()| vault.fresh().unwrap());
        let kept = vault.key(named).unwrap();
        for _ in 0..2 {
            vault.erase_all_but(&[named]).unwrap();
        }
        assert!(vault.key(lost).unwrap_err().is_erased() && vault.key(other).unwrap_err().is_erased());
        assert_eq!(vault.key(named).unwrap().expose(), kept.expose());
        drop(vault);
        let vault = FileVault::open(&path, LogId::from_u128(1)).unwrap();
        vault.in_use(named).unwrap();
        assert_eq!(vault.fresh().unwrap().get(), POOL);
    }
}
