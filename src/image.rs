//! Values to bytes and back, for checkpoints: what this build of the crate has folded, for this same build.
//!
//! It is no format. Nothing says in the bytes what they are, and nobody promises what they look like: whoever reads them
//! has made sure before that the same code wrote them. The same value has the same bytes, whatever order its maps are in.
//!
//! What is read is not trusted all the same: bytes that were cut or made up give `None`, never a panic, and take no
//! more memory than a few times their own length.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU16;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};

/// A value that a checkpoint can hold.
///
/// For structs and enums, [`image!`] writes this from a list of their fields; one that is missing in the list does not
/// compile.
pub(crate) trait Image: Sized {
    /// Writes the value.
    fn put(&self, out: &mut Sink);

    /// Reads a value; `None` if the bytes are none.
    fn take(from: &mut Source<'_>) -> Option<Self>;
}

/// Bytes that are being written.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    bytes: Vec<u8>,
}

impl Sink {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How many bytes have been written.
    pub(crate) fn length(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A number in as few bytes as it takes: seven bits each, the lowest first.
    pub(crate) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(low_byte(number) | 0x80);
            number >>= 7;
        }
        self.byte(low_byte(number));
    }

    pub(crate) fn count(&mut self, count: usize) {
        self.number(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Bytes with their number before them.
    pub(crate) fn sized(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.raw(bytes);
    }
}

fn low_byte(number: u64) -> u8 {
    number.to_le_bytes().first().copied().unwrap_or_default()
}

/// Bytes that are being read.
#[derive(Debug)]
pub(crate) struct Source<'b> {
    rest: &'b [u8],
}

impl<'b> Source<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'b [u8] {
        self.rest
    }

    pub(crate) fn chunk<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (chunk, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*chunk)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7F);
            // The tenth byte has room for one bit only.
            if (bits << shift) >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// How many values follow: each has a byte at least, so there are never more than bytes.
    pub(crate) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.rest.len()).then_some(count)
    }

    pub(crate) fn sized(&mut self) -> Option<&'b [u8]> {
        let count = self.count()?;
        let (bytes, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(bytes)
    }

    /// For how many of the values that follow room is made at once. Values take more room in memory than in bytes, but
    /// not many times more, so a number that is too good to be true makes no room for it.
    pub(crate) fn room_for<T>(&self, count: usize) -> usize {
        let most = self.rest.len().saturating_mul(8) / size_of::<T>().max(1);
        count.min(most)
    }
}

/// Writes [`Image`] for a type from the list of its fields, or of its variants with a number for each.
///
/// It takes values apart without `..` and without `_`: a field or a variant that the list forgets does not compile.
macro_rules! image {
    (struct $name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::image::Image for $name {
            fn put(&self, out: &mut $crate::image::Sink) {
                let Self { $($field),* } = self;
                $($crate::image::Image::put($field, out);)*
            }

            fn take(from: &mut $crate::image::Source<'_>) -> Option<Self> {
                Some(Self { $($field: $crate::image::Image::take(from)?),* })
            }
        }
    };
    (tuple $name:ident ( $($field:ident),* )) => {
        impl $crate::image::Image for $name {
            fn put(&self, out: &mut $crate::image::Sink) {
                let Self($($field),*) = self;
                $($crate::image::Image::put($field, out);)*
            }

            fn take(from: &mut $crate::image::Source<'_>) -> Option<Self> {
                $(let $field = $crate::image::Image::take(from)?;)*
                Some(Self($($field),*))
            }
        }
    };
    (enum $name:ident {
        $($code:literal => $variant:ident
            $(($($part:ident),*))?
            $({$($field:ident),*})?
        ),* $(,)?
    }) => {
        impl $crate::image::Image for $name {
            fn put(&self, out: &mut $crate::image::Sink) {
                match self {
                    $(Self::$variant $(($($part),*))? $({$($field),*})? => {
                        out.byte($code);
                        $($($crate::image::Image::put($part, out);)*)?
                        $($($crate::image::Image::put($field, out);)*)?
                    })*
                }
            }

            fn take(from: &mut $crate::image::Source<'_>) -> Option<Self> {
                Some(match from.byte()? {
                    $($code => {
                        $($(let $part = $crate::image::Image::take(from)?;)*)?
                        $($(let $field = $crate::image::Image::take(from)?;)*)?
                        Self::$variant $(($($part),*))? $({$($field),*})?
                    })*
                    _ => return None,
                })
            }
        }
    };
}
pub(crate) use image;

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Image for $number {
            fn put(&self, out: &mut Sink) {
                out.number(u64::from(*self));
            }

            fn take(from: &mut Source<'_>) -> Option<Self> {
                from.number()?.try_into().ok()
            }
        })*
    };
}
numbers!(u16, u32, u64);

impl Image for u8 {
    fn put(&self, out: &mut Sink) {
        out.byte(*self);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        from.byte()
    }
}

/// What says all by being there: the value of a map that is a set. It has no bytes, so it is never to be counted alone.
impl Image for () {
    fn put(&self, _: &mut Sink) {}

    fn take(_: &mut Source<'_>) -> Option<Self> {
        Some(())
    }
}

impl Image for bool {
    fn put(&self, out: &mut Sink) {
        out.byte(u8::from(*self));
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        match from.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Image for usize {
    fn put(&self, out: &mut Sink) {
        out.count(*self);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        from.number()?.try_into().ok()
    }
}

impl Image for i64 {
    fn put(&self, out: &mut Sink) {
        out.raw(&self.to_le_bytes());
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        from.chunk().map(Self::from_le_bytes)
    }
}

impl Image for i32 {
    fn put(&self, out: &mut Sink) {
        out.raw(&self.to_le_bytes());
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        from.chunk().map(Self::from_le_bytes)
    }
}

impl Image for NonZeroU16 {
    fn put(&self, out: &mut Sink) {
        self.get().put(out);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        Self::new(u16::take(from)?)
    }
}

impl<const N: usize> Image for [u8; N] {
    fn put(&self, out: &mut Sink) {
        out.raw(self);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        from.chunk()
    }
}

fn put_text(text: &str, out: &mut Sink) {
    out.sized(text.as_bytes());
}

fn take_text<'b>(from: &mut Source<'b>) -> Option<&'b str> {
    std::str::from_utf8(from.sized()?).ok()
}

impl Image for String {
    fn put(&self, out: &mut Sink) {
        put_text(self, out);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        take_text(from).map(Self::from)
    }
}

impl Image for Arc<str> {
    fn put(&self, out: &mut Sink) {
        put_text(self, out);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        take_text(from).map(Self::from)
    }
}

/// An instant in whole microseconds, as nearly all are, takes eight bytes.
impl Image for DateTime<Utc> {
    fn put(&self, out: &mut Sink) {
        if self.nanosecond() < 1_000_000_000 && self.nanosecond().is_multiple_of(1_000) {
            self.timestamp_micros().put(out);
        } else {
            FINER.put(out);
            self.timestamp().put(out);
            self.timestamp_subsec_nanos().put(out);
        }
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        match i64::take(from)? {
            FINER => Self::from_timestamp(i64::take(from)?, u32::take(from)?),
            micros => Self::from_timestamp_micros(micros),
        }
    }
}

/// In place of an instant's microseconds: it has a part that is finer. No instant has so many.
const FINER: i64 = i64::MIN;

impl Image for NaiveDateTime {
    fn put(&self, out: &mut Sink) {
        self.and_utc().put(out);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        DateTime::<Utc>::take(from).map(|instant| instant.naive_utc())
    }
}

impl Image for NaiveDate {
    fn put(&self, out: &mut Sink) {
        self.signed_duration_since(Self::default()).num_days().put(out);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        Self::default().checked_add_signed(TimeDelta::try_days(i64::take(from)?)?)
    }
}

impl Image for NaiveTime {
    fn put(&self, out: &mut Sink) {
        self.num_seconds_from_midnight().put(out);
        self.nanosecond().put(out);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        Self::from_num_seconds_from_midnight_opt(u32::take(from)?, u32::take(from)?)
    }
}

impl<T: Image> Image for Option<T> {
    fn put(&self, out: &mut Sink) {
        out.byte(u8::from(self.is_some()));
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        if bool::take(from)? { T::take(from).map(Some) } else { Some(None) }
    }
}

impl<T: Image> Image for Box<T> {
    fn put(&self, out: &mut Sink) {
        T::put(self, out);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        T::take(from).map(Self::new)
    }
}

/// What is shared is written each time: between one decision and the next, nothing of what is folded is held twice.
impl<T: Image> Image for Arc<T> {
    fn put(&self, out: &mut Sink) {
        T::put(self, out);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        T::take(from).map(Self::new)
    }
}

impl<A: Image, B: Image> Image for (A, B) {
    fn put(&self, out: &mut Sink) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        Some((A::take(from)?, B::take(from)?))
    }
}

impl<A: Image, B: Image, C: Image> Image for (A, B, C) {
    fn put(&self, out: &mut Sink) {
        self.0.put(out);
        self.1.put(out);
        self.2.put(out);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        Some((A::take(from)?, B::take(from)?, C::take(from)?))
    }
}

impl<T: Image> Image for Vec<T> {
    fn put(&self, out: &mut Sink) {
        out.count(self.len());
        for value in self {
            value.put(out);
        }
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        let count = from.count()?;
        let mut values = Self::with_capacity(from.room_for::<T>(count));
        for _ in 0..count {
            values.push(T::take(from)?);
        }
        Some(values)
    }
}

impl<T: Image + Ord> Image for BTreeSet<T> {
    fn put(&self, out: &mut Sink) {
        out.count(self.len());
        for value in self {
            value.put(out);
        }
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        Vec::take(from).map(Self::from_iter)
    }
}

impl<K: Image + Ord, V: Image> Image for BTreeMap<K, V> {
    fn put(&self, out: &mut Sink) {
        out.count(self.len());
        for (key, value) in self {
            key.put(out);
            value.put(out);
        }
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        Vec::take(from).map(Self::from_iter)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    fn bytes(value: &impl Image) -> Vec<u8> {
        let mut out = Sink::new();
        value.put(&mut out);
        out.into_bytes()
    }

    fn read<T: Image>(bytes: &[u8]) -> Option<T> {
        let mut from = Source::new(bytes);
        T::take(&mut from).filter(|_| from.is_at_end())
    }

    /// Reads back what it writes, and nothing from less of it.
    fn comes_back<T: Image + PartialEq + Debug>(value: T) {
        let written = bytes(&value);
        for length in 0..written.len() {
            assert_eq!(read::<T>(&written[..length]), None, "{length} bytes of {value:?}");
        }
        assert_eq!(read::<T>(&written), Some(value));
    }

    #[derive(Debug, PartialEq)]
    struct Named {
        number: u32,
        text: String,
    }
    image!(struct Named { number, text });

    #[derive(Debug, PartialEq)]
    struct Wrapped(u16, bool);
    image!(tuple Wrapped(number, flag));

    #[derive(Debug, PartialEq)]
    enum Chosen {
        Plain,
        Pair(u8, Option<u8>),
        Fields { of: Vec<Wrapped> },
    }
    image!(enum Chosen { 0 => Plain, 1 => Pair(first, second), 7 => Fields { of } });

    #[test]
    fn what_is_written_comes_back() {
        for number in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX] {
            comes_back(number);
        }
        comes_back((0_u16, u32::MAX, u16::MAX));
        comes_back((i64::MIN, i32::MAX));
        comes_back((usize::MAX, NonZeroU16::MAX));
        comes_back(String::from("Łódź"));
        comes_back(Arc::<str>::from(""));
        comes_back(vec![Some(Box::new(3_u8)), None]);
        comes_back(BTreeMap::from([(1_u8, true), (2, false)]));
        comes_back(BTreeSet::from([[1_u8, 2], [0, 3]]));
        comes_back(Named { number: 300, text: String::from("three hundred") });
        comes_back(vec![
            Chosen::Plain,
            Chosen::Pair(1, None),
            Chosen::Fields { of: vec![Wrapped(1, true), Wrapped(2, false)] },
        ]);
    }

    #[test]
    fn times_come_back_to_the_nanosecond() {
        for instant in [
            DateTime::<Utc>::MIN_UTC,
            DateTime::<Utc>::MAX_UTC,
            DateTime::UNIX_EPOCH,
            DateTime::from_timestamp(-1, 999_999_000).unwrap(),
            DateTime::from_timestamp(-1, 999_999_999).unwrap(),
            DateTime::from_timestamp(1_700_000_000, 1).unwrap(),
        ] {
            comes_back(instant);
            comes_back(instant.naive_utc());
            comes_back(instant.date_naive());
            comes_back(instant.time());
        }
        // A leap second.
        comes_back(NaiveTime::from_hms_nano_opt(23, 59, 59, 1_999_999_999).unwrap());
        comes_back(
            NaiveDate::from_ymd_opt(2026, 12, 31)
                .unwrap()
                .and_hms_nano_opt(23, 59, 59, 1_500_000_000)
                .unwrap(),
        );
    }

    #[test]
    fn bytes_that_are_no_value_give_none() {
        assert_eq!(read::<bool>(&[2]), None);
        assert_eq!(read::<u16>(&bytes(&70_000_u32)), None);
        assert_eq!(read::<NonZeroU16>(&[0]), None);
        assert_eq!(read::<Chosen>(&[2]), None, "a variant that there is not");
        assert_eq!(read::<String>(&[1, 0xFF]), None, "no text");
        assert_eq!(read::<u64>(&[0xFF; 10]), None, "more than 64 bits");
        assert_eq!(read::<u64>(&[0x80; 11]), None, "a number without an end");
        assert_eq!(read::<DateTime<Utc>>(&bytes(&i64::MAX)), None, "no year has so many");
        assert_eq!(read::<NaiveDate>(&bytes(&i64::MAX)), None);
        assert_eq!(read::<NaiveTime>(&bytes(&(86_400_u32, 0_u32))), None);
    }

    #[test]
    fn a_number_that_is_too_good_to_be_true_makes_no_room() {
        let mut promise = bytes(&usize::MAX);
        promise.extend_from_slice(&[0; 64]);
        assert_eq!(read::<Vec<u64>>(&promise), None);
        let from = Source::new(&promise);
        assert!(from.room_for::<[u64; 64]>(promise.len()) <= 2);
        assert!(from.room_for::<u8>(10) == 10);
    }
}
