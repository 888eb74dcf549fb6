//! What was salvaged, told to people.

use std::fmt;

use super::{LeftOut, Salvaged};

/// One line, without a line end: where it is, how much, which records are missing, and what is wrong.
impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, bytes, first, records, what } = self;
        write!(f, "left out at offset {offset}, {bytes} bytes, ")?;
        match records {
            Some(0) => f.write_str("no records")?,
            Some(records) => {
                let last = first.get().saturating_add(*records).saturating_sub(1);
                write!(f, "records {first} to {last}")?;
            }
            None => write!(f, "what came from record {first} on")?,
        }
        write!(f, ": {what}")
    }
}

/// A line for each part that was left out, from front to back; one that says what was kept; and one more if records have new
/// positions. There is no line end behind the last.
impl fmt::Display for Salvaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { head, as_it_was, batches, left_out } = self;
        for part in left_out {
            writeln!(f, "{part}")?;
        }
        write!(f, "kept {} records in {batches} batches, log {}", head.position, head.log)?;
        if *as_it_was < head.position {
            write!(
                f,
                "\nrecords after {as_it_was} have new positions, and may stand on what is lost: verify the log"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::LogId;
    use crate::record::{Anchor, Chain, Position};

    fn left_out(records: Option<u64>) -> LeftOut {
        LeftOut { offset: 700, bytes: 90, first: Position::new(4), records, what: "these bytes are no frame" }
    }

    #[test]
    fn a_part_left_out_is_told_in_one_line() {
        for (records, expected) in [
            (Some(0), "left out at offset 700, 90 bytes, no records: these bytes are no frame"),
            (Some(1), "left out at offset 700, 90 bytes, records 4 to 4: these bytes are no frame"),
            (Some(3), "left out at offset 700, 90 bytes, records 4 to 6: these bytes are no frame"),
            (None, "left out at offset 700, 90 bytes, what came from record 4 on: these bytes are no frame"),
        ] {
            assert_eq!(left_out(records).to_string(), expected);
        }
    }

    #[test]
    fn what_was_salvaged_is_told_line_by_line() {
        let log = LogId::from_u128(7);
        let head = Anchor { log, position: Position::new(9), chain: Chain::genesis(log) };
        let whole = Salvaged { head, as_it_was: head.position, batches: 8, left_out: Vec::new() };
        assert_eq!(
            whole.to_string(),
            "kept 9 records in 8 batches, log 00000000-0000-0000-0000-000000000007"
        );
        let parts = vec![left_out(Some(0)), left_out(None)];
        let renumbered = Salvaged { as_it_was: Position::new(3), left_out: parts, ..whole };
        assert_eq!(
            renumbered.to_string(),
            "left out at offset 700, 90 bytes, no records: these bytes are no frame\n\
             left out at offset 700, 90 bytes, what came from record 4 on: these bytes are no frame\n\
             kept 9 records in 8 batches, log 00000000-0000-0000-0000-000000000007\n\
             records after 3 have new positions, and may stand on what is lost: verify the log"
        );
    }
}
