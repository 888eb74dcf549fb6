//! Numbers and bytes that read as text where a person may read them, and are stored as ever where nobody does.
//!
//! A value that no text gives back, such as a time beyond the years that a text can say, is told as its number.

use std::borrow::Cow;
use std::fmt::Write;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What stands for a value in text: its number, or words for it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Told<'a, N> {
    Number(N),
    #[serde(borrow)]
    Text(Cow<'a, str>),
}

impl<N> Told<'_, N> {
    pub(super) fn read<T, E: de::Error>(
        self,
        number: impl FnOnce(N) -> T,
        text: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, E> {
        match self {
            Self::Number(told) => Ok(number(told)),
            Self::Text(told) => text(&told)
                .ok_or_else(|| de::Error::custom(format_args!("{told:?} is nothing that is stored here"))),
        }
    }
}

/// A number that has a text. It is stored as the number.
macro_rules! with_text {
    ($($(#[$doc:meta])* $name:ident($number:ty), $tell:ident, $read:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::log) struct $name(pub(in crate::log) $number);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    let text = $tell(self.0).filter(|text| $read(text) == Some(self.0));
                    if let Some(text) = text {
                        return serializer.serialize_str(&text);
                    }
                }
                self.0.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    return <$number>::deserialize(deserializer).map(Self);
                }
                Told::deserialize(deserializer)?.read(Self, |text| $read(text).map(Self))
            }
        }
    )+};
}

with_text! {
    /// Microseconds since 1970 in UTC.
    Micros(i64), tell_micros, read_micros;
    /// Seconds since 1970 in UTC.
    Seconds(i64), tell_seconds, read_seconds;
    /// Seconds since a wall showed 1970-01-01 00:00.
    Wall(i64), tell_wall, read_wall;
    /// Days since 1970-01-01.
    Day(i32), tell_day, read_day;
    /// Microseconds since midnight.
    TimeOfDay(u64), tell_time_of_day, read_time_of_day;
}

fn tell_micros(micros: i64) -> Option<String> {
    DateTime::from_timestamp_micros(micros).map(|time| time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string())
}

fn read_micros(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_micros())
}

fn tell_seconds(seconds: i64) -> Option<String> {
    DateTime::from_timestamp(seconds, 0).map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn read_seconds(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp())
}

const WALL: &str = "%Y-%m-%dT%H:%M:%S";

fn tell_wall(seconds: i64) -> Option<String> {
    DateTime::from_timestamp(seconds, 0).map(|wall| wall.format(WALL).to_string())
}

fn read_wall(text: &str) -> Option<i64> {
    NaiveDateTime::parse_from_str(text, WALL).ok().map(|wall| wall.and_utc().timestamp())
}

fn tell_day(number: i32) -> Option<String> {
    NaiveDate::default().checked_add_signed(TimeDelta::days(number.into())).map(|day| day.to_string())
}

fn read_day(text: &str) -> Option<i32> {
    let day: NaiveDate = text.parse().ok()?;
    i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).ok()
}

fn tell_time_of_day(micros: u64) -> Option<String> {
    let since = TimeDelta::microseconds(i64::try_from(micros).ok()?);
    let midnight = DateTime::<Utc>::UNIX_EPOCH.time();
    let (time, days) = midnight.overflowing_add_signed(since);
    (days == 0).then(|| time.format("%H:%M:%S%.f").to_string())
}

fn read_time_of_day(text: &str) -> Option<u64> {
    let time: NaiveTime = text.parse().ok()?;
    Some(u64::from(time.num_seconds_from_midnight()) * 1_000_000 + u64::from(time.nanosecond() / 1_000))
}

/// The 16 bytes of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::log::wire) struct Id(pub(in crate::log::wire) [u8; 16]);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.collect_str(&uuid::Uuid::from_bytes(self.0));
        }
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return uuid::Uuid::deserialize(deserializer).map(|id| Self(id.into_bytes()));
        }
        <[u8; 16]>::deserialize(deserializer).map(Self)
    }
}

/// Bytes that say nothing to anybody without a key. In text they are hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::log::wire) struct Bytes<'a>(pub(in crate::log::wire) Cow<'a, [u8]>);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.serialize_str(&hex(&self.0));
        }
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return <&[u8]>::deserialize(deserializer).map(|bytes| Self(Cow::Borrowed(bytes)));
        }
        let text = Cow::<str>::deserialize(deserializer)?;
        unhex(&text).map(|bytes| Self(Cow::Owned(bytes))).ok_or_else(not_hexadecimal)
    }
}

/// Bytes that are in hexadecimal wherever they are.
#[cfg(feature = "json")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::log) struct Hex(pub(in crate::log) Vec<u8>);

#[cfg(feature = "json")]
impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

#[cfg(feature = "json")]
impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        unhex(&text).map(Self).ok_or_else(not_hexadecimal)
    }
}

fn not_hexadecimal<E: de::Error>() -> E {
    E::custom("bytes are not in hexadecimal")
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        // Nothing keeps a string from growing.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| Some(digit(high)? << 4 | digit(low)?);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}
