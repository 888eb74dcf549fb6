//! The shapes of the log file: its header, and the header before each batch. `docs/format.md` draws them.

use super::error::{Error, Kind};
use super::wire;
use crate::id::LogId;
use crate::record::{Chain, Position};

/// The format that is written and read: the first that is frozen. Format 0 was a draft.
pub(super) const FORMAT: u32 = 1;

const FILE_MAGIC: [u8; 8] = *b"\x89gather\n";
/// The length of the file header, in bytes.
pub(super) const FILE_HEADER: usize = 128;
/// Where the checksum of the file header begins.
const FILE_CHECKED: usize = FILE_HEADER - 4;

/// What every frame begins with.
pub(super) const FRAME_MAGIC: [u8; 4] = *b"\xA7gfr";
const FRAME_VERSION: u8 = 1;
const KIND_BATCH: u8 = 1;
/// The length of a frame header, in bytes.
pub(super) const FRAME_HEADER: usize = 80;
const FRAME_HEADER_LENGTH: u16 = 80;
/// Where the checksum of a frame header begins.
const FRAME_CHECKED: usize = FRAME_HEADER - 4;

/// What makes the headers of one log different from those of any other, and from any text.
pub(super) type Salt = [u8; 16];

/// The head of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileHeader {
    pub(super) log: LogId,
    pub(super) salt: Salt,
}

impl FileHeader {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FILE_HEADER);
        out.extend_from_slice(&FILE_MAGIC);
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.extend_from_slice(&0_u32.to_le_bytes());
        out.extend_from_slice(&self.log.bytes());
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&Chain::genesis(self.log).bytes());
        out.resize(FILE_CHECKED, 0);
        let checksum = crc32fast::hash(&out);
        out.extend_from_slice(&checksum.to_le_bytes());
        out
    }

    /// Reads the first bytes of a file, of which there may be fewer than a header has.
    ///
    /// # Errors
    /// Not a log; a log of a newer format, or of the draft before the first; a header that was damaged.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::of(bytes);
        if bytes.is_empty() {
            return Err(not_a_log("the file is empty"));
        }
        if fields.take() != Some(FILE_MAGIC) {
            let cut = FILE_MAGIC.starts_with(bytes);
            return Err(not_a_log(if cut { CUT_SHORT } else { "the file is not a log of this crate" }));
        }
        let (Some(header), Some((checked, checksum))) =
            (bytes.get(..FILE_HEADER), bytes.split_at_checked(FILE_CHECKED))
        else {
            return Err(not_a_log(CUT_SHORT));
        };
        // The place of the format and of the checksum is the same in every format, so that a flipped bit is not
        // taken for a newer one.
        let checksum = Fields::of(checksum).u32();
        if checksum != Some(crc32fast::hash(checked)) {
            return Err(Error::new(Kind::Corrupt, "the file header is damaged").at_offset(0));
        }
        Self::read(fields, header).ok_or_else(|| not_a_log(CUT_SHORT))?
    }

    /// Reads the first bytes of a file in which one bit is wrong: only with that one back does the checksum pass. `None` if
    /// more is wrong.
    ///
    /// # Errors
    /// As [`decode`](Self::decode): with that bit back it is of another format.
    pub(super) fn with_one_bit_mended(bytes: &[u8]) -> Option<Result<Self, Error>> {
        let header: &[u8; FILE_HEADER] = bytes.first_chunk()?;
        let mut bits = (0..FILE_HEADER).flat_map(|at| (0..8).map(move |bit| (at, 1_u8 << bit)));
        bits.find_map(|(at, bit)| {
            let mut mended = *header;
            *mended.get_mut(at)? ^= bit;
            Some(Self::decode(&mended)).filter(|read| !read.as_ref().is_err_and(is_damage))
        })
    }

    /// The id and the salt as they stand in the first bytes of a file, and whether the genesis chain beside them follows
    /// from the id, so that both are whole.
    pub(super) fn as_it_stands(bytes: &[u8]) -> Option<(Self, bool)> {
        let mut fields = Fields { rest: bytes.get(FILE_MAGIC.len().saturating_add(8)..FILE_HEADER)? };
        let (log, salt) = (LogId::from_bytes(fields.take()?), fields.take()?);
        let follows = fields.take()? == Chain::genesis(log).bytes();
        Some((Self { log, salt }, follows))
    }

    fn read(mut fields: Fields<'_>, header: &[u8]) -> Option<Result<Self, Error>> {
        let (format, flags) = (fields.u32()?, fields.u32()?);
        if format != FORMAT || flags != 0 {
            return Some(Err(another_file(format, flags)));
        }
        let (log, salt) = (LogId::from_bytes(fields.take()?), fields.take()?);
        let read = Self { log, salt };
        // The rest follows from the id: the genesis chain and zeros.
        let sound = read.encode() == header;
        Some(if sound {
            Ok(read)
        } else {
            Err(Error::new(Kind::Corrupt, "the file header is none that is written").at_offset(0))
        })
    }
}

/// Whether it is for want of sound bytes that a header cannot be read.
pub(super) fn is_damage(error: &Error) -> bool {
    error.is_corrupt() || error.is_not_a_log()
}

const CUT_SHORT: &str = "the file ends within its header";

fn not_a_log(what: &str) -> Error {
    Error::new(Kind::NotALog, what).at_offset(0)
}

fn another_file(format: u32, flags: u32) -> Error {
    if format == FORMAT {
        let what = format!("the file has the flags {flags:#x}; this version knows none");
        return Error::new(Kind::Newer, what);
    }
    Error::of_format("the file", format, FORMAT)
}

/// The head of a frame: where it lies, what it holds, and what was durable before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHeader {
    /// How many bytes follow the header.
    pub(super) length: u32,
    /// How many facts they hold, at least one.
    pub(super) facts: u32,
    /// Where the frame begins.
    pub(super) offset: u64,
    /// The position of the first fact.
    pub(super) first: Position,
    /// The end of what was surely on the disk when this frame was made.
    pub(super) durable: u64,
    /// The chain behind this batch.
    pub(super) chain: Chain,
    /// The checksum of the payload.
    pub(super) checksum: u32,
}

/// What bytes at an offset may be, looked at as a frame header.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Glance {
    /// A frame of this log that belongs where it lies.
    Frame(FrameHeader),
    /// A header of this log with a version, a kind or a length that a newer version of the crate gave it.
    Newer,
    /// Nothing of the kind.
    Noise,
}

impl FrameHeader {
    #[cfg(test)]
    pub(super) fn encode(&self, salt: &Salt) -> Vec<u8> {
        let mut out = Vec::with_capacity(FRAME_HEADER);
        self.put(salt, &mut out);
        out
    }

    /// Adds the header to some bytes.
    pub(super) fn put(&self, salt: &Salt, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&FRAME_MAGIC);
        out.extend_from_slice(&[FRAME_VERSION, KIND_BATCH]);
        out.extend_from_slice(&FRAME_HEADER_LENGTH.to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
        out.extend_from_slice(&self.facts.to_le_bytes());
        out.extend_from_slice(&self.offset.to_le_bytes());
        out.extend_from_slice(&self.first.get().to_le_bytes());
        out.extend_from_slice(&self.durable.to_le_bytes());
        out.extend_from_slice(&self.chain.bytes());
        out.extend_from_slice(&self.checksum.to_le_bytes());
        let checksum = salted(salt, out.get(start..).unwrap_or_default());
        out.extend_from_slice(&checksum.to_le_bytes());
    }

    /// Looks at the bytes of a file from `offset` on. Only what was written for this very place of this very log
    /// passes: a copied frame, or a text that looks like one, is noise.
    pub(super) fn glance(bytes: &[u8], salt: &Salt, offset: u64) -> Glance {
        Self::read(bytes, salt, offset).unwrap_or(Glance::Noise)
    }

    fn read(bytes: &[u8], salt: &Salt, at: u64) -> Option<Glance> {
        let mut fields = Fields::of(bytes);
        if fields.take() != Some(FRAME_MAGIC) {
            return None;
        }
        let (checked, checksum) = bytes.get(..FRAME_HEADER)?.split_at_checked(FRAME_CHECKED)?;
        if Fields::of(checksum).u32()? != salted(salt, checked) {
            return None;
        }
        let [version, kind] = fields.take()?;
        let header_length = u16::from_le_bytes(fields.take()?);
        let (length, facts) = (fields.u32()?, fields.u32()?);
        let (offset, first, durable) = (fields.u64()?, Position::new(fields.u64()?), fields.u64()?);
        let (chain, checksum) = (Chain::from_bytes(fields.take()?), fields.u32()?);
        if offset != at {
            return None;
        }
        if (version, kind, header_length) != (FRAME_VERSION, KIND_BATCH, FRAME_HEADER_LENGTH) {
            return Some(Glance::Newer);
        }
        let sane = facts > 0 && first > Position::START && durable <= offset && within_limit(length);
        sane.then_some(Glance::Frame(Self { length, facts, offset, first, durable, chain, checksum }))
    }

    /// Where the payload begins.
    pub(super) fn payload(&self) -> u64 {
        self.offset.saturating_add(u64::from(FRAME_HEADER_LENGTH))
    }

    /// Where the frame ends.
    pub(super) fn end(&self) -> u64 {
        self.payload().saturating_add(u64::from(self.length))
    }

    /// The position of the last fact.
    pub(super) fn last(&self) -> Position {
        let facts = usize::try_from(self.facts).unwrap_or(usize::MAX);
        Position::new(self.first.get().saturating_sub(1)).plus(facts)
    }
}

fn within_limit(length: u32) -> bool {
    usize::try_from(length).is_ok_and(|length| length <= wire::BATCH_LIMIT)
}

/// The salt is mixed in rather than stored, so that it is never found near a frame.
pub(super) fn salted(salt: &Salt, bytes: &[u8]) -> u32 {
    let mut hash = crc32fast::Hasher::new();
    hash.update(salt);
    hash.update(bytes);
    hash.finalize()
}

/// Takes fields off the front of some bytes.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn of(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*field)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header() -> FrameHeader {
        FrameHeader {
            length: 100,
            facts: 2,
            offset: 128,
            first: Position::new(1),
            durable: 128,
            chain: Chain::from_bytes([7; 32]),
            checksum: 9,
        }
    }

    #[test]
    fn headers_have_their_documented_lengths() {
        assert_eq!(header().encode(&[1; 16]).len(), 80);
        let file = FileHeader { log: LogId::from_u128(1), salt: [2; 16] };
        assert_eq!(file.encode().len(), 128);
        assert_eq!(FileHeader::decode(&file.encode()).unwrap(), file);
    }

    #[test]
    fn any_one_bit_of_a_file_header_is_mended_and_no_two() {
        let header = FileHeader { log: LogId::from_u128(1), salt: [2; 16] };
        let mended = |bytes: &[u8]| FileHeader::with_one_bit_mended(bytes).map(|read| read.unwrap());
        for bit in 0..FILE_HEADER * 8 {
            let mut bytes = header.encode();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(mended(&bytes), Some(header), "{bit}");
            bytes[(bit / 8 + 20) % FILE_HEADER] ^= 1;
            assert_eq!(mended(&bytes), None, "{bit}");
        }
        assert_eq!(mended(&header.encode()[..100]), None);
    }

    #[test]
    fn a_damaged_header_of_a_newer_format_is_told_from_one_of_this() {
        let mut bytes = FileHeader { log: LogId::from_u128(1), salt: [2; 16] }.encode();
        bytes[8] = 2;
        let checksum = crc32fast::hash(&bytes[..FILE_CHECKED]);
        bytes[FILE_CHECKED..].copy_from_slice(&checksum.to_le_bytes());
        bytes[40] ^= 1;
        assert!(FileHeader::decode(&bytes).unwrap_err().is_corrupt());
        assert!(FileHeader::with_one_bit_mended(&bytes).unwrap().unwrap_err().is_newer());
    }

    #[test]
    fn a_frame_passes_only_in_its_own_log_and_place() {
        let bytes = header().encode(&[1; 16]);
        assert_eq!(FrameHeader::glance(&bytes, &[1; 16], 128), Glance::Frame(header()));
        assert_eq!(FrameHeader::glance(&bytes, &[1; 16], 129), Glance::Noise);
        assert_eq!(FrameHeader::glance(&bytes, &[2; 16], 128), Glance::Noise);
        assert_eq!(FrameHeader::glance(&[0; 80], &[1; 16], 0), Glance::Noise);
        let no_facts = FrameHeader { facts: 0, ..header() };
        assert_eq!(FrameHeader::glance(&no_facts.encode(&[1; 16]), &[1; 16], 128), Glance::Noise);
    }

    #[test]
    fn a_frame_of_a_newer_version_is_told_from_a_damaged_one() {
        let mut bytes = header().encode(&[1; 16]);
        bytes[4] = 2;
        assert_eq!(FrameHeader::glance(&bytes, &[1; 16], 128), Glance::Noise);
        let checksum = salted(&[1; 16], &bytes[..FRAME_CHECKED]);
        bytes.truncate(FRAME_CHECKED);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        assert_eq!(FrameHeader::glance(&bytes, &[1; 16], 128), Glance::Newer);
    }

    proptest! {
        #[test]
        fn every_flipped_bit_of_a_header_shows(bit in 0_usize..640) {
            let mut bytes = header().encode(&[1; 16]);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(FrameHeader::glance(&bytes, &[1; 16], 128), Glance::Noise);
        }

        #[test]
        fn no_bytes_make_a_header_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(FrameHeader::glance(&bytes, &[1; 16], 0), Glance::Noise);
            prop_assert!(FileHeader::decode(&bytes).is_err());
        }
    }
}
