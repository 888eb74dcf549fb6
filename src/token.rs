//! What opens a person's own calendar without a name and without a password: a token, and the hash that is kept of it.

use std::fmt;
use std::str::FromStr;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The part of a secret address by which a person's own calendar is found: 256 random bits.
///
/// Calendar programs cannot log in, so whoever has the address has the calendar. The desk makes a token with
/// [`IssueCalendarToken`](crate::IssueCalendarToken), tells it once, and keeps a hash of it only, sealed for its person. It
/// goes with the person when they are forgotten.
///
/// It is never printed by accident: `Debug` shows `[token]`, and there is no `Display` and no `Serialize`. Its memory is
/// overwritten when it is dropped. Two are compared in constant time.
///
/// # Example
/// ```
/// use gather::{CalendarToken, Desk, IssueCalendarToken, PersonId};
///
/// let desk = Desk::in_memory();
/// let token = desk.execute(IssueCalendarToken::new(PersonId::random()))?.outcome.ok_or("it was told before")?;
/// let address = format!("https://bookings.example/calendar/{}.ics", token.expose());
/// assert_eq!(token, token.expose().parse::<CalendarToken>()?);
/// assert_eq!(format!("{token:?}"), "[token]");
/// # let _ = address;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CalendarToken([u8; 32]);

impl CalendarToken {
    /// Takes the bytes of a token. They must come from a source of secrets: random, all 32.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The token as it stands in an address: 64 hexadecimal digits, in small letters. Every call of this is a place where it
    /// leaves its wrapper.
    #[must_use]
    pub fn expose(&self) -> String {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
        self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(blake3::derive_key("gather 2026 hash of the token of a person's calendar", &self.0))
    }
}

impl PartialEq for CalendarToken {
    /// In constant time.
    fn eq(&self, other: &Self) -> bool {
        are_equal(&self.0, &other.0)
    }
}

impl Eq for CalendarToken {}

impl fmt::Debug for CalendarToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[token]")
    }
}

/// A text that is no token. It does not say what the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no calendar token: it has 64 hexadecimal digits")]
pub struct NotAToken(());

/// In capital letters too: some programs write addresses anew.
impl FromStr for CalendarToken {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let mut token = Self([0; 32]);
        let mut digits =
            text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
        for byte in &mut token.0 {
            let (Some(Some(high)), Some(Some(low))) = (digits.next(), digits.next()) else {
                return Err(NotAToken(()));
            };
            *byte = (high << 4) | low;
        }
        if digits.next().is_none() { Ok(token) } else { Err(NotAToken(())) }
    }
}

/// What is kept of a [`CalendarToken`]: a hash, by which it is known again and from which it cannot be made.
///
/// It is a hash without a key and without salt. These make up for secrets that can be guessed, and nobody guesses 256 random
/// bits: there is no list to try and no two tokens are the same. It is kept sealed all the same, since an address that lies
/// about in some server's record would otherwise still say whose it was when that person has been forgotten.
#[derive(Clone, Zeroize)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash as it was kept.
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash, to be sealed, or to be looked up.
    pub(crate) const fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl PartialEq for TokenHash {
    /// In constant time.
    fn eq(&self, other: &Self) -> bool {
        are_equal(&self.0, &other.0)
    }
}

impl Eq for TokenHash {}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hash of a token]")
    }
}

/// How long this takes does not depend on where they differ.
fn are_equal(one: &[u8; 32], other: &[u8; 32]) -> bool {
    let (one, other) = (Zeroizing::new(*one), Zeroizing::new(*other));
    blake3::Hash::from_bytes(*one) == blake3::Hash::from_bytes(*other)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Frozen: whoever has an address has it for good.
    #[test]
    fn the_text_and_the_hash_never_change() {
        let token = CalendarToken::from_bytes(std::array::from_fn(|nth| u8::try_from(nth * 8).unwrap()));
        let text = "0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8";
        assert_eq!(token.expose(), text);
        let hash = blake3::Hash::from_bytes(token.hash().bytes()).to_hex();
        assert_eq!(hash.as_str(), HASH);
    }

    const HASH: &str = "4d60d136c93d82b42f0409c86c867d18e7e4218c51540a165dba79c7ddcc1618";

    #[test]
    fn what_is_no_token_is_not_read() {
        let text = "0".repeat(64);
        assert!(text.parse::<CalendarToken>().is_ok());
        for other in
            ["", "0", &text[1..], &format!("{text}0"), &format!(" {}", &text[1..]), &text.replace('0', "g")]
        {
            assert!(other.parse::<CalendarToken>().is_err(), "{other:?}");
        }
        assert!("é".repeat(64).parse::<CalendarToken>().is_err());
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let token = CalendarToken::from_bytes([0xAB; 32]);
        let shown = format!("{token:?} {:?} {:?}", token.hash(), "ab".parse::<CalendarToken>());
        assert_eq!(shown, "[token] [hash of a token] Err(NotAToken(()))");
    }

    proptest! {
        #[test]
        fn a_token_is_read_back(bytes: [u8; 32], other: [u8; 32]) {
            let token = CalendarToken::from_bytes(bytes);
            prop_assert_eq!(&token.expose().parse::<CalendarToken>().unwrap(), &token);
            prop_assert_eq!(&token.expose().to_uppercase().parse::<CalendarToken>().unwrap(), &token);
            let other = CalendarToken::from_bytes(other);
            prop_assert_eq!(token == other, token.expose() == other.expose());
            prop_assert_eq!(token.hash() == other.hash(), token == other);
        }
    }
}
