//! Looks for texts in bytes, in whatever way they may have been written there.

use std::collections::HashMap;
use std::fmt::Write;

/// Every form that a text has in one of the ways of writing it.
type Forms = fn(&str) -> Vec<Vec<u8>>;

/// Every way in which a text is looked for: what it is called, and every form that it then has.
pub(super) const ENCODINGS: [(&str, Forms); 12] = [
    ("UTF-8", |text| vec![text.into()]),
    ("capital letters", |text| vec![text.to_uppercase().into()]),
    ("small letters", |text| vec![text.to_lowercase().into()]),
    ("UTF-16, little-endian", |text| vec![text.encode_utf16().flat_map(u16::to_le_bytes).collect()]),
    ("UTF-16, big-endian", |text| vec![text.encode_utf16().flat_map(u16::to_be_bytes).collect()]),
    ("base64 at a third byte", |text| base64_behind(0, text)),
    ("base64 one byte later", |text| base64_behind(1, text)),
    ("base64 two bytes later", |text| base64_behind(2, text)),
    ("hexadecimal", |text| {
        vec![
            digits(text.as_bytes(), |byte| format!("{byte:02x}")),
            digits(text.as_bytes(), |byte| format!("{byte:02X}")),
        ]
    }),
    ("reversed", |text| vec![text.chars().rev().collect::<String>().into(), text.bytes().rev().collect()]),
    ("percent", |text| {
        let some =
            |byte: u8| if is_unreserved(byte) { char::from(byte).into() } else { format!("%{byte:02X}") };
        let (some, all) =
            (digits(text.as_bytes(), some), digits(text.as_bytes(), |byte| format!("%{byte:02X}")));
        let form = String::from_utf8(some.clone()).unwrap().replace("%20", "+");
        let small = String::from_utf8(some.clone()).unwrap();
        vec![some, all, form.into(), lower_escapes(&small, '%').into()]
    }),
    ("quoted-printable", |text| {
        let some =
            |byte: u8| if is_printable(byte) { char::from(byte).into() } else { format!("={byte:02X}") };
        let some = digits(text.as_bytes(), some);
        let small = String::from_utf8(some.clone()).unwrap();
        vec![some, lower_escapes(&small, '=').into()]
    }),
];

/// Each byte written as its digits, or as itself.
pub(super) fn digits(bytes: &[u8], how: impl Fn(u8) -> String) -> Vec<u8> {
    bytes.iter().flat_map(|byte| how(*byte).into_bytes()).collect()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn is_printable(byte: u8) -> bool {
    (byte.is_ascii_graphic() || byte == b' ') && byte != b'='
}

/// The same with the digits of its escapes in small letters.
fn lower_escapes(text: &str, mark: char) -> String {
    let mut left = 0;
    let lower = |c: char| {
        left = if c == mark { 2 } else { i32::max(left - 1, -1) };
        if left >= 0 && c != mark { c.to_ascii_lowercase() } else { c }
    };
    text.chars().map(lower).collect()
}

/// What of base64 is sure where so many bytes come before, whatever they and those behind are; in both alphabets.
fn base64_behind(before: usize, text: &str) -> Vec<Vec<u8>> {
    let bytes = [&vec![0; before][..], text.as_bytes()].concat();
    let whole = bytes.len() * 8 / 6;
    let unsure = (before * 8).div_ceil(6);
    let in_alphabet = |last: &[u8; 2]| {
        let all = base64(&bytes, *last);
        all[unsure..whole].to_vec()
    };
    vec![in_alphabet(b"+/"), in_alphabet(b"-_")]
}

/// Base64 without padding.
pub(super) fn base64(bytes: &[u8], last: [u8; 2]) -> Vec<u8> {
    let alphabet: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(last).collect();
    let bits: String = bytes.iter().fold(String::new(), |mut bits, byte| {
        write!(bits, "{byte:08b}").unwrap();
        bits
    });
    let mut sixes = bits.into_bytes();
    sixes.resize(sixes.len().next_multiple_of(6), b'0');
    let letter = |six: &[u8]| {
        let six = std::str::from_utf8(six).unwrap();
        alphabet[usize::from_str_radix(six, 2).unwrap()]
    };
    sixes.chunks(6).map(letter).collect()
}

/// Something that was looked for and found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) canary: String,
    pub(super) encoding: &'static str,
    pub(super) at: usize,
}

struct Needle {
    canary: String,
    encoding: &'static str,
    bytes: Vec<u8>,
}

/// Looks for all forms of many texts at once.
pub(super) struct Scanner {
    needles: Vec<Needle>,
    /// Which needles begin with two bytes.
    heads: HashMap<[u8; 2], Vec<usize>>,
    begins: Vec<bool>,
}

impl Scanner {
    pub(super) fn of<'t>(canaries: impl IntoIterator<Item = &'t str>) -> Self {
        let mut scanner = Self { needles: Vec::new(), heads: HashMap::new(), begins: vec![false; 1 << 16] };
        for canary in canaries {
            for (encoding, forms) in ENCODINGS {
                for bytes in forms(canary) {
                    scanner.look_for(canary, encoding, bytes);
                }
            }
        }
        scanner
    }

    /// Looks for bytes that are no text, too.
    pub(super) fn look_for(&mut self, canary: &str, encoding: &'static str, bytes: Vec<u8>) {
        assert!(bytes.len() >= 8, "{canary:?} is found anywhere in {encoding}");
        let head = [bytes[0], bytes[1]];
        self.begins[usize::from(u16::from_le_bytes(head))] = true;
        self.heads.entry(head).or_default().push(self.needles.len());
        self.needles.push(Needle { canary: canary.into(), encoding, bytes });
    }

    /// Everything that is found in bytes; in lines that were folded, too, as calendars and mails fold them.
    pub(super) fn scan(&self, bytes: &[u8]) -> Vec<Found> {
        let mut found = self.scan_as_it_is(bytes);
        for fold in [&b"\r\n "[..], b"\r\n\t", b"=\r\n", b"\r\n", b"\n"] {
            if bytes.windows(fold.len()).any(|window| window == fold) {
                found.extend(self.scan_as_it_is(&without(bytes, fold)));
            }
        }
        found
    }

    fn scan_as_it_is(&self, bytes: &[u8]) -> Vec<Found> {
        let mut found = Vec::new();
        for (at, head) in bytes.windows(2).enumerate() {
            let head = [head[0], head[1]];
            if !self.begins[usize::from(u16::from_le_bytes(head))] {
                continue;
            }
            let needles = self.heads[&head].iter().map(|nth| &self.needles[*nth]);
            let is_here = |needle: &&Needle| bytes[at..].starts_with(&needle.bytes);
            found.extend(needles.filter(is_here).map(|needle| Found {
                canary: needle.canary.clone(),
                encoding: needle.encoding,
                at,
            }));
        }
        found
    }
}

fn without(bytes: &[u8], part: &[u8]) -> Vec<u8> {
    let (mut rest, mut left) = (bytes, Vec::with_capacity(bytes.len()));
    while let Some((first, behind)) = rest.split_first() {
        if let Some(behind) = rest.strip_prefix(part) {
            rest = behind;
        } else {
            left.push(*first);
            rest = behind;
        }
    }
    left
}

/// Bytes that say nothing, always the same: a leak is planted among them.
fn noise(length: usize) -> Vec<u8> {
    let hash = blake3::Hasher::new();
    let mut bytes = vec![0; length];
    hash.finalize_xof().fill(&mut bytes);
    bytes
}

fn planted(leak: &[u8], at: usize) -> Vec<u8> {
    let noise = noise(4_000);
    [&noise[..at], leak, &noise[at..]].concat()
}

/// Each form of each text is found where it is planted, under its own name: forms that others have, too, say so as well.
#[test]
fn every_encoding_of_every_canary_is_found_where_it_is_planted() {
    let scanner = Scanner::of(super::CANARIES.iter().copied());
    assert_eq!(scanner.scan(&noise(200_000)), []);
    for canary in super::CANARIES {
        for (encoding, forms) in ENCODINGS {
            for leak in forms(canary) {
                for at in [0, 1_001, 4_000] {
                    let found = scanner.scan(&planted(&leak, at));
                    let is_it = |it: &Found| it.encoding == encoding && it.canary == *canary && it.at == at;
                    assert!(found.iter().any(is_it), "{canary:?}, {encoding}: {found:?}");
                }
            }
        }
    }
}

/// Wherever in base64 a text begins, one of the three is found.
#[test]
fn a_canary_within_base64_is_found_at_every_offset() {
    let scanner = Scanner::of(super::CANARIES.iter().copied());
    for canary in super::CANARIES {
        for before in 0..6 {
            for last in [*b"+/", *b"-_"] {
                let text = [&noise(before)[..], canary.as_bytes(), b"and more"].concat();
                let found = scanner.scan(&base64(&text, last));
                let is_it = |it: &Found| it.canary == *canary && it.encoding.starts_with("base64");
                assert!(found.iter().any(is_it), "{canary:?} behind {before}: {found:?}");
            }
        }
    }
}

/// RFC 4648, section 10.
#[test]
fn base64_is_that_of_everybody() {
    let told = |text: &str| String::from_utf8(base64(text.as_bytes(), *b"+/")).unwrap();
    let known =
        [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("foobar", "Zm9vYmFy")];
    for (text, expected) in known {
        assert_eq!(told(text), expected);
    }
}

#[test]
fn a_canary_in_folded_lines_is_found() {
    let scanner = Scanner::of(super::CANARIES.iter().copied());
    for canary in super::CANARIES {
        for fold in ["\r\n ", "\r\n\t", "=\r\n", "\n"] {
            let half = canary.char_indices().nth(canary.chars().count() / 2).unwrap().0;
            let leak = [&canary[..half], fold, &canary[half..]].concat();
            assert!(!scanner.scan(&planted(leak.as_bytes(), 77)).is_empty(), "{canary:?}, {fold:?}");
        }
    }
}
