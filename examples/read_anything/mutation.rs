//! Texts a little off: what any mailbox gets. The tests use it as well.

/// What means something to a reader, or looks as if it did.
const PIECES: &[&str] = &[
    "\r\n",
    "\n ",
    "\r",
    " ",
    "\t",
    ":",
    ";",
    ",",
    "\"",
    "=",
    "\\",
    "\\n",
    "^",
    "^n",
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "BEGIN:VCALENDAR\r\n",
    "END:VCALENDAR\r\n",
    "BEGIN:VALARM\r\n",
    "UID:",
    "ATTENDEE",
    ";PARTSTAT=",
    "mailto:",
    "%",
    "%FF",
    "\u{FEFF}",
    "\u{2028}",
    "é",
    "😀",
    "\u{0}",
    "\u{1}",
    "DTSTART:",
    "RRULE:",
    "P1D",
    "20270320T100000",
    "Z",
    "TZID=",
    "PT",
    "99999999999999999999",
    "99991231",
    "-1",
    "METHOD:REPLY\r\n",
    "SEQUENCE:",
    "END:",
    "BEGIN:",
    "DURATION:",
];

/// Numbers that look random and are the same each time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// One of so many numbers, from 0.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0).unwrap_or_default() % most.max(1)
    }
}

/// Does one of five things to a text: cuts it, or changes, takes out, repeats or puts in something.
pub(crate) fn mutate(text: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(text.len() + 1);
    match dice.below(5) {
        0 => text.truncate(at.max(20)),
        1 => {
            if let Some(byte) = text.get_mut(at) {
                *byte = u8::try_from(dice.below(256)).unwrap_or_default();
            }
        }
        2 => {
            let end = (at + dice.below(30)).min(text.len());
            text.drain(at..end);
        }
        3 => {
            let end = (at + dice.below(60)).min(text.len());
            let again = text.get(at..end).unwrap_or_default().to_vec();
            text.splice(at..at, again);
        }
        _ => {
            let piece = PIECES.get(dice.below(PIECES.len())).copied().unwrap_or_default();
            text.splice(at..at, piece.bytes());
        }
    }
}
