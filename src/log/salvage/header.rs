//! The file header, as far as it can be told where it is damaged.

use super::LeftOut;
use super::search::Whole;
use crate::log::error::{Error, Kind};
use crate::log::frame::{FILE_HEADER, FileHeader, is_damage};
use crate::log::head::{Found, HEAD_NAME, HeadFile};
use crate::log::place::{Place, PlacedFile};
use crate::log::walk::{Mark, Walk, bounded};
use crate::record::{Chain, Position};

/// What is known of a log before its frames are searched for.
#[derive(Debug)]
pub(super) struct Beginning {
    pub(super) header: FileHeader,
    /// Up to which position the head file says that there were records.
    pub(super) known: Option<Position>,
    /// What is wrong with the header.
    pub(super) damage: Option<LeftOut>,
    /// Whether nothing but the frames can tell that the salt is whole.
    salt_in_doubt: bool,
}

impl Beginning {
    /// Reads the header of a log and what its head file says.
    ///
    /// # Errors
    /// Not a log, newer, older, or so damaged that the id is lost.
    pub(super) fn read(place: &Place, file: &PlacedFile) -> Result<Self, Error> {
        let bytes = file.read(0, bounded(file.length()?).min(FILE_HEADER))?;
        let error = match FileHeader::decode(&bytes) {
            Ok(header) => return Ok(Self::sure(place, header, None)),
            Err(error) if is_damage(&error) => error.in_file(file.path()),
            Err(error) => return Err(error.in_file(file.path())),
        };
        if let Some(header) = FileHeader::with_one_bit_mended(&bytes) {
            let header = header.map_err(|error| error.in_file(file.path()))?;
            let what = "one bit of the file header is damaged, and its checksum tells which";
            return Ok(Self::sure(place, header, Some(damaged(what))));
        }
        Self::doubtful(place, file, &bytes)?.ok_or(error)
    }

    /// With a header that passes its checksum.
    fn sure(place: &Place, header: FileHeader, damage: Option<LeftOut>) -> Self {
        Self { header, known: known_end(place, &header), damage, salt_in_doubt: false }
    }

    /// With the id and the salt as they stand in a damaged header; `None` if nothing confirms the id.
    fn doubtful(place: &Place, file: &PlacedFile, bytes: &[u8]) -> Result<Option<Self>, Error> {
        let Some((header, follows)) = FileHeader::as_it_stands(bytes) else { return Ok(None) };
        // A head file passes only with the id and the salt that it was written with.
        let known = known_end(place, &header);
        if !follows && known.is_none() && !leads_to_its_first_frame(file, &header)? {
            return Ok(None);
        }
        let damage = Some(damaged("the file header is damaged; the log's id in it is whole"));
        Ok(Some(Self { header, known, damage, salt_in_doubt: known.is_none() }))
    }

    /// Refuses a salt with which nothing passes, though there is something.
    pub(super) fn check_salt(&self, found: &Whole) -> Result<(), Error> {
        if !self.salt_in_doubt || !found.frames.is_empty() || found.gaps.is_empty() {
            return Ok(());
        }
        let what = "the salt in the file header is damaged, without which no record can be told from noise";
        Err(Error::new(Kind::Corrupt, what).at_offset(0))
    }
}

/// Whether the first frame is whole and continues the chain that begins with the id.
fn leads_to_its_first_frame(file: &PlacedFile, header: &FileHeader) -> Result<bool, Error> {
    let offset = u64::try_from(FILE_HEADER).unwrap_or(u64::MAX);
    let origin = Mark { offset, position: Position::START, chain: Chain::genesis(header.log) };
    match Walk::new(file, header.salt, origin, file.length()?).frame() {
        Ok(_) => Ok(true),
        Err(error) if error.is_corrupt() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Where the log ended for sure, as its head file says. Without one that can be believed, nothing is known.
fn known_end(log: &Place, header: &FileHeader) -> Option<Position> {
    let head = log.in_its_folder(HEAD_NAME).open_to_read().ok()?;
    match HeadFile::look_up(head, header).ok()? {
        Found::Head(head) => Some(head.newest().mark.position),
        Found::Missing | Found::Foreign => None,
    }
}

fn damaged(what: &'static str) -> LeftOut {
    let bytes = u64::try_from(FILE_HEADER).unwrap_or(u64::MAX);
    LeftOut { offset: 0, bytes, first: Position::START, records: Some(0), what }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::log::fixture::batch;
    use crate::log::salvage::search::Search;
    use crate::log::{FileLog, Log};
    use crate::storage::Disk;

    #[test]
    fn behind_any_one_damaged_bit_of_a_header_every_frame_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.gather");
        let log = FileLog::open(&path).unwrap();
        log.exclusive(Position::START, &mut |_| vec![batch(1), batch(2), batch(3)]).unwrap();
        let id = log.anchor().unwrap().log;
        drop(log);
        let sound = std::fs::read(&path).unwrap();
        let place = Place::new(Arc::new(Disk), &path);
        for bit in 0..FILE_HEADER * 8 {
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, bytes).unwrap();
            let file = place.open_to_read().unwrap().unwrap();
            let beginning = Beginning::read(&place, &file).unwrap();
            assert_eq!((beginning.header.log, beginning.known), (id, Some(Position::new(3))), "{bit}");
            assert!(beginning.damage.is_some(), "{bit}");
            let found = Search::new(&file, &beginning, &mut |_| ()).unwrap().all().unwrap();
            assert_eq!((found.frames.len(), found.gaps), (3, vec![]), "{bit}");
        }
    }
}
