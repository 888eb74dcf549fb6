//! The records, one a line, as people read them.

use std::error::Error;
use std::io::Write;

use gather::log::{Log, Tag};
use gather::{ActorId, Position, Record};
use uuid::Uuid;

use crate::telling::{short, tell};

/// How many batches are read at a time.
const PAGE: usize = 512;
/// With fewer digits an id is anybody's.
const DIGITS: usize = 4;

/// Which records are asked for: those about all of these.
#[derive(Default)]
pub(crate) struct Wanted {
    ids: Vec<(Of, String)>,
}

/// What an id is the id of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Gathering,
    Person,
    Registration,
}

impl Wanted {
    /// Reads options, each a name and an id.
    pub(crate) fn read(options: &[(&str, &str)]) -> Result<Self, String> {
        let mut wanted = Self::default();
        for (name, id) in options {
            let of = match *name {
                "--gathering" => Of::Gathering,
                "--person" => Of::Person,
                "--registration" => Of::Registration,
                unknown => return Err(format!("show knows no option {unknown}")),
            };
            wanted.ids.push((of, digits(id)?));
        }
        Ok(wanted)
    }

    /// Whether every record is asked for.
    pub(crate) fn is_all(&self) -> bool {
        self.ids.is_empty()
    }

    fn wants(&self, tags: &[Tag]) -> bool {
        self.ids.iter().all(|(of, end)| tags.iter().any(|tag| is(*tag, *of, end)))
    }
}

fn is(tag: Tag, of: Of, end: &str) -> bool {
    let (found, id) = match tag {
        Tag::Gathering(id) => (Of::Gathering, id.uuid()),
        Tag::Person(id) => (Of::Person, id.uuid()),
        Tag::Registration(id) => (Of::Registration, id.uuid()),
        _ => return false,
    };
    found == of && id.simple().to_string().ends_with(end)
}

/// The digits of an id, or of its end as `show` prints it.
fn digits(id: &str) -> Result<String, String> {
    let digits = id.trim_start_matches('…').replace('-', "").to_lowercase();
    let is_id =
        (DIGITS..=32).contains(&digits.len()) && digits.chars().all(|digit| digit.is_ascii_hexdigit());
    if is_id { Ok(digits) } else { Err(format!("{id} is no id, nor the last digits of one")) }
}

/// Tells the position after each page, and the last of all. Gives how many records were shown. Where the log is damaged, all
/// records before the damage are shown.
pub(crate) fn show(
    log: &impl Log,
    wanted: &Wanted,
    out: &mut impl Write,
    progress: &mut dyn FnMut(Position, Position),
) -> Result<u64, Box<dyn Error>> {
    let head = log.anchor()?;
    let (mut after, mut limit, mut shown) = (Position::START, PAGE, 0);
    while after < head.position {
        let page = match log.read(after, limit) {
            // Fewer batches may end before the damage.
            Err(error) if error.is_corrupt() && limit > 1 => {
                limit /= 2;
                continue;
            }
            page => page?,
        };
        for record in page.batches.iter().flat_map(gather::log::StoredBatch::records) {
            let tags = Tag::of(record.fact());
            if wanted.wants(&tags) {
                writeln!(out, "{}", line(record, &tags, head.position))?;
                shown += 1;
            }
        }
        let Some(last) = page.batches.last() else { break };
        after = last.last();
        progress(after, head.position);
    }
    Ok(shown)
}

fn line(record: Record<'_>, tags: &[Tag], head: Position) -> String {
    let width = head.to_string().len();
    let by = record.actor().map(ActorId::uuid);
    let gathering =
        tags.iter().find_map(|tag| if let Tag::Gathering(id) = tag { Some(id.uuid()) } else { None });
    let registration =
        tags.iter().find_map(|tag| if let Tag::Registration(id) = tag { Some(id.uuid()) } else { None });
    format!(
        "{:>width$}  {}  by {}  gathering {}  registration {}  {}",
        record.position().get(),
        record.time().format("%Y-%m-%d %H:%M:%SZ"),
        or_none(by),
        or_none(gathering),
        or_none(registration),
        tell(record.fact()),
    )
}

/// The end of an id, or room of the same width.
fn or_none(id: Option<Uuid>) -> String {
    id.map_or_else(|| format!("{:9}", "-"), short)
}
