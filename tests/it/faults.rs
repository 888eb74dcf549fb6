//! A log on a disk that fails: whatever it was told to be stored is there afterwards, and what is there was asked for.

use std::sync::Arc;

use chrono::DateTime;
use gather::log::{
    Batch, Error, FileLog, FileLogOptions, Guard, HeadSync, Log, Scope, Storage, StoredBatch, Tag,
};
use gather::testkit::FaultyDisk;
use gather::{Fact, GatheringId, Position, RequestId, Session, SessionId};

mod desks;
mod each_once;
mod liars;
mod simulator;

/// Where the logs of these tests are.
const FOLDER: &str = "bookings";
/// The log within it.
const LOG: &str = "bookings/log.gather";
/// The length of its header, in bytes.
const HEADER: usize = 128;

/// What is wrong, in words.
type Violation = String;
type Checked = Result<(), Violation>;
/// Something between a log and its disk.
type Between = dyn Fn(FaultyDisk) -> Arc<dyn Storage>;

/// Numbers that look random and come out the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(limit).unwrap()).unwrap()
    }

    fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// What is known of a log by those who were answered.
#[derive(Clone, Default)]
struct Known {
    /// What it said it had stored, in order.
    told: Vec<Batch>,
    /// What it could not say of: some of it, from the first on, may be behind all that it told of.
    maybe: Vec<Batch>,
}

impl Known {
    fn head(&self) -> Position {
        self.told.iter().fold(Position::START, |head, batch| head.plus(batch.facts.len()))
    }

    /// Whether a log may hold this. What it holds then is known.
    fn check(&self, found: &[StoredBatch]) -> Checked {
        let mut next = Position::START.next();
        for (nth, stored) in found.iter().enumerate() {
            if stored.first != next {
                return Err(format!("batch {nth} begins at {} instead of {next}", stored.first));
            }
            next = stored.last().next();
            match self.told.iter().chain(&self.maybe).nth(nth) {
                Some(batch) if *batch == stored.batch => {}
                Some(batch) => {
                    let told = if nth < self.told.len() { "told" } else { "may be" };
                    return Err(format!("batch {nth} is {}, not {} as {told}", stored.batch.id, batch.id));
                }
                None => return Err(format!("batch {nth} is {}, which nobody stored", stored.batch.id)),
            }
        }
        if found.len() < self.told.len() {
            return Err(format!("{} batches were told of, {} are there", self.told.len(), found.len()));
        }
        Ok(())
    }

    /// Takes what a log holds for what is known.
    fn learn(&mut self, found: Vec<StoredBatch>) {
        self.told = found.into_iter().map(|stored| stored.batch).collect();
        self.maybe.clear();
    }
}

/// A batch of facts about a gathering of its own, from about 60 bytes to 40 kB each.
fn batch(id: u128, seen: Position, dice: &mut Dice) -> Batch {
    let gathering = GatheringId::from_u128(id);
    let facts = (0..dice.between(1, 4)).map(|_| fact(gathering, dice)).collect();
    batch_of(id, seen, facts)
}

fn batch_of(id: u128, seen: Position, facts: Vec<Fact>) -> Batch {
    Batch {
        id: RequestId::from_u128(id),
        time: DateTime::UNIX_EPOCH,
        actor: None,
        trace: None,
        content: None,
        guard: Guard { seen, scope: Scope::of([Tag::Gathering(GatheringId::from_u128(id))]) },
        facts,
    }
}

fn fact(gathering: GatheringId, dice: &mut Dice) -> Fact {
    let length = match dice.below(40) {
        0 => dice.between(10_000, 40_000),
        1..10 => dice.between(300, 2_000),
        10..20 => dice.between(1, 100),
        _ => return Fact::BookingOpened { gathering },
    };
    let letters = (0..length.div_ceil(8)).flat_map(|_| dice.roll().to_le_bytes());
    let text: String = letters.map(|byte| char::from(b'a' + byte % 26)).collect();
    let id = SessionId::from_u128(1);
    Fact::SessionRevised {
        gathering,
        session: id,
        texts: Box::new(Session::new(id, "Talk").about(text).texts),
    }
}

fn options(storage: Arc<dyn Storage>) -> FileLogOptions {
    FileLog::options().storage(storage)
}

/// What lies between a log and its disk, and how often the log syncs its head.
#[derive(Clone, Copy)]
struct Setting<'a> {
    between: &'a Between,
    head_sync: HeadSync,
}

impl Setting<'_> {
    fn open(&self, disk: &FaultyDisk) -> Result<FileLog, Error> {
        options((self.between)(disk.clone())).head_sync(self.head_sync).open_in(FOLDER)
    }
}

/// As most have it.
const USUAL: Setting<'_> = Setting { between: &nothing, head_sync: HeadSync::Lazy };

fn everything(log: &FileLog) -> Result<Vec<StoredBatch>, Error> {
    log.read(Position::START, usize::MAX).map(|page| page.batches)
}

/// Nothing between a log and its disk.
fn nothing(disk: FaultyDisk) -> Arc<dyn Storage> {
    Arc::new(disk)
}

/// Opens a log on a disk of which nothing fails, and reads it.
fn open_and_read(disk: &FaultyDisk, setting: Setting<'_>) -> Result<(FileLog, Vec<StoredBatch>), Violation> {
    let log =
        setting.open(disk).map_err(|error| format!("nothing failed, and it cannot be opened: {error}"))?;
    let found =
        everything(&log).map_err(|error| format!("nothing failed, and it cannot be read: {error}"))?;
    Ok((log, found))
}

/// What the next process finds when this one ends at this moment, by power loss or alone.
fn end(disk: &FaultyDisk, by_power_loss: bool, seed: u64) -> FaultyDisk {
    if by_power_loss { disk.crash(seed) } else { disk.kill(seed) }
}

/// Whether all that is known is there after an end at this moment; and whether what is read then is still there after
/// another, as nobody is shown what may go.
fn survives(disk: &FaultyDisk, known: &Known, setting: Setting<'_>, seed: u64) -> Checked {
    let found = end(disk, !seed.is_multiple_of(3), seed);
    found.set_capacity(None);
    let (log, batches) = open_and_read(&found, setting)?;
    known.check(&batches)?;
    let again = found.crash(seed);
    drop(log);
    let (_, later) = open_and_read(&again, setting)?;
    if batches == later {
        Ok(())
    } else {
        Err("what was read after an end was gone after the next".to_owned())
    }
}

/// Whether damage to anything that was acknowledged is damage, the last group included, at an end at this moment. Only a head
/// that tells just where the log ended can know.
fn shows_damage(disk: &FaultyDisk, known: &Known, setting: Setting<'_>, seed: u64) -> Checked {
    let found = if setting.head_sync == HeadSync::Always { disk.crash(seed) } else { disk.kill(seed) };
    found.set_capacity(None);
    let copy = found.kill(seed);
    let (log, batches) = open_and_read(&copy, setting)?;
    drop(log);
    if batches.len() != known.told.len() {
        return Err(format!("{} batches instead of {}", batches.len(), known.told.len()));
    }
    let end = copy.contents(LOG).unwrap_or_default().len();
    let Some(length) = end.checked_sub(HEADER).filter(|&length| length > 0) else { return Ok(()) };
    let mut dice = Dice(seed);
    let near_the_end = dice.one_in(2);
    let back = dice.below(if near_the_end { length.min(1_000) } else { length });
    let at = end - 1 - back;
    let mut bytes = found.contents(LOG).unwrap_or_default();
    bytes[at] ^= 1 << dice.below(8);
    found.set_contents(LOG, bytes);
    match setting.open(&found) {
        Err(error) if error.is_corrupt() && error.offset().is_some_and(|offset| offset <= offset_of(at)) => {
            Ok(())
        }
        Err(error) => Err(format!("damage at {at}: {error}")),
        Ok(_) => Err(format!("damage at {at} of {end} was taken for a torn end")),
    }
}

fn offset_of(at: usize) -> u64 {
    u64::try_from(at).unwrap()
}

/// `GATHER_SOAK` multiplies the long ones.
fn soak() -> u64 {
    std::env::var("GATHER_SOAK").ok().and_then(|soak| soak.parse().ok()).unwrap_or(1)
}
