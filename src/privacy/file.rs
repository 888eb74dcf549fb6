//! The key file: a header and numbered slots, each written before its key is given out. `docs/keys.md` draws it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use zeroize::Zeroizing;

use super::error::{Kind, VaultError};
use super::vault::{Key, KeyVault};
use crate::id::{LogId, VaultId};
use crate::sealed::KeyRef;

mod copy;

pub use copy::{adopt_keys, backup_keys};

/// Not a text, and changed by whatever changes line ends, so that such a copy is noticed at once.
const MAGIC: &[u8; 16] = b"gather keys\r\n\x1a\n\0";
const FORMAT: u32 = 0;
/// No flag is known yet.
const FLAGS: u32 = 0;
const HEADER: usize = 512;
const SLOT: usize = 128;
const CHECKSUM: usize = 4;
const KEY: usize = 32;
/// What is before the key in its slot: the state, then room.
const BEFORE_KEY: usize = 8;
/// The state of a slot that holds its key as it is. 0 is never written, so that a hole in the file is no slot.
const PLAIN_KEY: u8 = 1;
/// How many slots are made at once, with one sync for all of them.
const POOL: u64 = 256;

/// Keys in one file beside the log.
///
/// Whoever has this file and the log can read everything in it: give it the care of a password. Back it up
/// apart from the log, since keys that are to be destroyed live on in every copy.
///
/// The file appears with the first key that is asked for, not before. Keys are made in pools of 256, and each
/// pool is on the disk before its first key is given out, so that one key in 256 costs a sync and the others
/// none. On Unix the file is made readable for its owner only; the mode of a file that is already there is left
/// as it is.
///
/// After a restart, keys that were given out but that no record names are given out again: nothing was sealed
/// with them that is still there. The next key is always the first good one after all those in use; holes among
/// the used ones are left.
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
    path: PathBuf,
    log: LogId,
    id: VaultId,
    file: OnceLock<File>,
    /// How many slots are on the disk. Grows under the lock of `giving`.
    made: AtomicU64,
    giving: Mutex<Giving>,
}

#[derive(Debug, Default)]
struct Giving {
    /// No slot below this is given out any more.
    next: u64,
    /// Whether what was in the file when it was opened is known to be on the disk. Another process may have
    /// been killed between a write and its sync.
    settled: bool,
}

impl FileVault {
    /// Opens the key file of a log. Where there is none, this makes none: the first key does.
    ///
    /// A file that is there is only read, slot by slot and when a key is asked for: damage to one key shows with
    /// that key and hinders no other.
    ///
    /// # Errors
    /// The file belongs to another log ([`VaultError::is_foreign`]), is no key file
    /// ([`VaultError::is_not_a_key_file`]), has a header that is cut off or does not pass its check
    /// ([`VaultError::is_damaged`]), was written by a newer version ([`VaultError::is_newer`]), or cannot be
    /// opened for reading and writing ([`VaultError::is_unavailable`]). Its bytes are unchanged.
    pub fn open(path: impl AsRef<Path>, log: LogId) -> Result<Self, VaultError> {
        let path = path.as_ref();
        // The file is made with the first key, and by then the host may stand in another folder.
        let path =
            &*std::path::absolute(path).map_err(|cause| failed("cannot find the key file", path, cause))?;
        check_openable(path)?;
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Self::absent(path, log)),
            Err(cause) => return Err(failed("cannot open the key file", path, cause)),
        };
        let id = read_header(&file, log).map_err(|error| error.in_file(path))?;
        let length = file.metadata().map_err(|cause| failed("cannot read the key file", path, cause))?.len();
        let made = length.saturating_sub(bytes(HEADER)) / bytes(SLOT);
        let vault = Self { id, made: made.into(), ..Self::absent(path, log) };
        // The lock was made a line ago, so it is empty.
        let _ = vault.file.set(file);
        Ok(vault)
    }

    /// What is bound to sealed values must not change later, so the id is chosen now and written with the file.
    fn absent(path: &Path, log: LogId) -> Self {
        Self {
            path: path.to_owned(),
            log,
            id: VaultId::random(),
            file: OnceLock::new(),
            made: AtomicU64::new(0),
            giving: Mutex::default(),
        }
    }

    /// A panic elsewhere cannot leave the numbers half changed, so a poisoned lock is as good as any.
    fn giving(&self) -> MutexGuard<'_, Giving> {
        self.giving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, what: &str, cause: io::Error) -> VaultError {
        failed(what, &self.path, cause)
    }

    /// The open file; it is made, with its first pool, if there is none.
    fn file(&self) -> Result<&File, VaultError> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let file = self.create()?;
        self.made.store(POOL, Ordering::Release);
        Ok(self.file.get_or_init(|| file))
    }

    /// Header and first pool come into being under another name, so that the file is whole from its first
    /// moment. The rename moves the very bytes that were written: no second copy of a key stays on the disk.
    fn create(&self) -> Result<File, VaultError> {
        let failed = |cause| self.failed("cannot make the key file", cause);
        let mut content = Zeroizing::new(Vec::with_capacity(HEADER + pool_bytes()));
        content.extend_from_slice(&header(self.id, self.log));
        push_slots(&mut content, self.id, 0..POOL)?;

        let unfinished = beside(&self.path);
        remove_if_there(&unfinished).map_err(failed)?;
        let file = for_owner_only().open(&unfinished).map_err(failed)?;
        write_at(&file, &content, 0).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        if self.path.try_exists().map_err(failed)? {
            // Somebody restored a key file under an open vault: theirs may hold keys that are needed.
            remove_if_there(&unfinished).map_err(failed)?;
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        fs::rename(&unfinished, &self.path).map_err(failed)?;
        Ok(file)
    }

    /// Adds slots up to the next whole pool, and returns when they are on the disk.
    ///
    /// It writes behind the last whole slot. Less than a whole slot may be there already, from a crash while
    /// growing: no key of it was ever given out, so it is written over. No whole slot ever is.
    fn grow(&self, file: &File) -> Result<(), VaultError> {
        let failed = |cause| self.failed("cannot add keys to the key file", cause);
        let first = self.made.load(Ordering::Acquire);
        let end = (first / POOL + 1).saturating_mul(POOL);
        let mut content = Zeroizing::new(Vec::with_capacity(pool_bytes()));
        push_slots(&mut content, self.id, first..end)?;

        let written = write_at(file, &content, offset(first)).and_then(|()| file.sync_data());
        if let Err(cause) = written {
            // A system may forget after a failed sync that these bytes are not on the disk. Cut off, they cannot
            // be taken for good by whoever opens the file next; if even that fails, this process still writes
            // them anew before it gives any out.
            let _ = file.set_len(offset(first));
            return Err(failed(cause));
        }
        self.made.store(end, Ordering::Release);
        Ok(())
    }

    /// Makes sure that the file, its name and the slots found in it are on the disk, once, before the first of
    /// them is given out.
    fn settle(&self, giving: &mut Giving, file: &File) -> Result<(), VaultError> {
        if giving.settled {
            return Ok(());
        }
        file.sync_all()
            .and_then(|()| sync_folder(&self.path))
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

    /// Refuses to give out keys of a file that was removed: what is sealed with them could not be opened again.
    fn check_in_place(&self, file: &File) -> Result<(), VaultError> {
        let found = file.metadata().map_err(|cause| self.failed("cannot look at the key file", cause))?;
        if is_removed(&found) {
            let what = "the key file was removed under the open desk; bring it back and open the desk again";
            return Err(VaultError::unavailable(what).in_file(&self.path));
        }
        Ok(())
    }

    fn read_key(&self, file: &File, key: KeyRef) -> Result<Key, VaultError> {
        let mut slot = Zeroizing::new([0; SLOT]);
        read_at(file, &mut *slot, offset(key.get()))
            .map_err(|cause| self.failed("cannot read a key", cause).for_key(key))?;
        slot_key(&slot, self.id, key).map_err(|error| error.in_file(&self.path))
    }
}

impl KeyVault for FileVault {
    fn id(&self) -> VaultId {
        self.id
    }

    fn fresh(&self) -> Result<KeyRef, VaultError> {
        let mut giving = self.giving();
        let file = self.file()?;
        self.check_in_place(file)?;
        self.settle(&mut giving, file)?;
        loop {
            if giving.next >= self.made.load(Ordering::Acquire) {
                self.grow(file)?;
            }
            let key = KeyRef::new(giving.next);
            giving.next = giving.next.saturating_add(1);
            match self.read_key(file, key) {
                // Nothing is sealed with it yet, so nothing is lost by passing it over.
                Err(error) if error.is_damaged() || error.is_newer() => {}
                read => return read.map(|_| key),
            }
        }
    }

    fn in_use(&self, key: KeyRef) -> Result<(), VaultError> {
        let mut giving = self.giving();
        if key.get() >= self.made.load(Ordering::Acquire) {
            return Err(self.missing(key));
        }
        giving.next = giving.next.max(key.get().saturating_add(1));
        Ok(())
    }

    fn key(&self, key: KeyRef) -> Result<Key, VaultError> {
        match self.file.get() {
            Some(file) if key.get() < self.made.load(Ordering::Acquire) => self.read_key(file, key),
            Some(_) | None => Err(self.missing(key)),
        }
    }
}

/// Whether a file has no name any more. What is written to it then is gone when it is closed.
#[cfg(unix)]
fn is_removed(found: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) == 0
}

/// Elsewhere an open file cannot be removed, or it cannot be told.
#[cfg(not(unix))]
fn is_removed(_: &fs::Metadata) -> bool {
    false
}

/// Refuses pipes and the like, which would keep whoever opens them waiting for ever.
fn check_openable(path: &Path) -> Result<(), VaultError> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() => {
            Err(VaultError::new(Kind::NotAKeyFile, "there is something other than a file").in_file(path))
        }
        // Whatever else is wrong, opening tells it.
        Ok(_) | Err(_) => Ok(()),
    }
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

fn failed(what: &str, path: &Path, cause: io::Error) -> VaultError {
    VaultError::unavailable(what).in_file(path).because(cause)
}

fn bytes(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn pool_bytes() -> usize {
    usize::try_from(POOL).unwrap_or_default().saturating_mul(SLOT)
}

/// Where a slot begins.
fn offset(number: u64) -> u64 {
    number.saturating_mul(bytes(SLOT)).saturating_add(bytes(HEADER))
}

fn header(id: VaultId, log: LogId) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&FORMAT.to_le_bytes());
    header.extend_from_slice(&FLAGS.to_le_bytes());
    header.extend_from_slice(&id.bytes());
    header.extend_from_slice(&log.bytes());
    header.resize(HEADER - CHECKSUM, 0);
    header.extend_from_slice(&crc32fast::hash(&header).to_le_bytes());
    header
}

/// Reads the vault's id, if this is the key file of the log, whole and of a format that is known.
fn read_header(file: &File, log: LogId) -> Result<VaultId, VaultError> {
    let mut header = Vec::with_capacity(HEADER);
    io::Read::read_to_end(&mut io::Read::take(file, bytes(HEADER)), &mut header)
        .map_err(|cause| VaultError::unavailable("cannot read the key file").because(cause))?;
    let (found, belongs_to) = check_header(&header)?;
    if belongs_to != log {
        let what = format!("the key file belongs to the log {belongs_to}, not to {log}");
        return Err(VaultError::new(Kind::Foreign, what));
    }
    Ok(found)
}

/// The ids of the vault and of its log.
///
/// Magic, format and checksum stay where they are in every format to come, so that damage is never taken for a
/// newer format, nor a newer format for damage.
fn check_header(header: &[u8]) -> Result<(VaultId, LogId), VaultError> {
    if !header.starts_with(MAGIC) && !MAGIC.starts_with(header) {
        return Err(VaultError::new(Kind::NotAKeyFile, "this is not a key file"));
    }
    let cut = || VaultError::new(Kind::Damaged, "the header of the key file is cut off");
    let header: &[u8; HEADER] = header.try_into().map_err(|_cut| cut())?;
    let (content, checksum) = header.split_last_chunk().ok_or_else(cut)?;
    if crc32fast::hash(content).to_le_bytes() != *checksum {
        return Err(VaultError::new(Kind::Damaged, "the header of the key file does not pass its check"));
    }
    let (_, rest) = content.split_first_chunk::<16>().ok_or_else(cut)?;
    let (format, rest) = rest.split_first_chunk().ok_or_else(cut)?;
    let (flags, rest) = rest.split_first_chunk().ok_or_else(cut)?;
    let (id, rest) = rest.split_first_chunk().ok_or_else(cut)?;
    let (log, _) = rest.split_first_chunk().ok_or_else(cut)?;
    let (format, flags) = (u32::from_le_bytes(*format), u32::from_le_bytes(*flags));
    if (format, flags) != (FORMAT, FLAGS) {
        let what = format!(
            "the key file has format {format} with flags {flags:#x}; this version reads format {FORMAT} without flags"
        );
        return Err(VaultError::new(Kind::Newer, what));
    }
    Ok((VaultId::from_bytes(*id), LogId::from_bytes(*log)))
}

/// Appends new slots, each with a random key.
fn push_slots(to: &mut Vec<u8>, id: VaultId, numbers: std::ops::Range<u64>) -> Result<(), VaultError> {
    for number in numbers {
        push_slot(to, id, number, &Key::random()?);
    }
    Ok(())
}

fn push_slot(to: &mut Vec<u8>, id: VaultId, number: u64, key: &Key) {
    let mut slot = Zeroizing::new(Vec::with_capacity(SLOT));
    slot.push(PLAIN_KEY);
    slot.resize(BEFORE_KEY, 0);
    slot.extend_from_slice(key.expose());
    slot.resize(SLOT - CHECKSUM, 0);
    let checksum = slot_checksum(&slot, id, KeyRef::new(number));
    slot.extend_from_slice(&checksum);
    to.extend_from_slice(&slot);
}

/// Covers vault and number too, so that a slot that strayed to another place is not taken for the one there.
fn slot_checksum(content: &[u8], id: VaultId, number: KeyRef) -> [u8; CHECKSUM] {
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(&id.bytes());
    checksum.update(&number.get().to_le_bytes());
    checksum.update(content);
    checksum.finalize().to_le_bytes()
}

/// The key in a slot.
fn slot_key(slot: &[u8; SLOT], id: VaultId, number: KeyRef) -> Result<Key, VaultError> {
    let damaged = || VaultError::damaged(number);
    let (content, checksum) = slot.split_last_chunk().ok_or_else(damaged)?;
    if slot_checksum(content, id, number) != *checksum {
        return Err(damaged());
    }
    let (before, rest) = content.split_at_checked(BEFORE_KEY).ok_or_else(damaged)?;
    match before.first() {
        Some(&PLAIN_KEY) => {}
        Some(state) => {
            let what = format!("a key is kept in a way that this version does not know ({state})");
            return Err(VaultError::new(Kind::Newer, what).for_key(number));
        }
        None => return Err(damaged()),
    }
    let (key, _) = rest.split_first_chunk::<KEY>().ok_or_else(damaged)?;
    Ok(Key::from_bytes(*key))
}

/// The name under which the file comes into being.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".new");
    name.into()
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn for_owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// On Unix a new name is durable with its folder. Other systems cannot open a folder to sync it.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

// By position, without the file's cursor: keys are read while others are written.

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, offset)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut into: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !into.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, into, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        into = std::mem::take(&mut into).get_mut(read..).unwrap_or_default();
        offset = offset.saturating_add(self::bytes(read));
    }
    Ok(())
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = bytes.get(written..).unwrap_or_default();
        offset = offset.saturating_add(self::bytes(written));
    }
    Ok(())
}
