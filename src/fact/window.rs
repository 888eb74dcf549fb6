//! When booking opens and closes, and whether it is open.

use std::fmt;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use crate::image::image;
use crate::schedule::Schedule;

/// When booking opens and closes without anybody's doing.
///
/// By default booking is open from the announcement until the start. While the dates are to be confirmed, a
/// time relative to the start is not known, so booking waits until it is opened by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingWindow {
    /// From when on, that instant included; `None` is at once.
    pub opens: Option<BookingTime>,
    /// Until when, that instant no longer included; `None` is when the gathering is over.
    pub closes: Option<BookingTime>,
}

image!(struct BookingWindow { opens, closes });

impl Default for BookingWindow {
    fn default() -> Self {
        Self { opens: None, closes: Some(BookingTime::BeforeStart { seconds: 0 }) }
    }
}

/// A time at which booking opens or closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BookingTime {
    /// At an instant.
    At(DateTime<Utc>),
    /// So long before the start.
    BeforeStart {
        /// How long, in seconds.
        seconds: u32,
    },
}

image!(enum BookingTime { 0 => At(instant), 1 => BeforeStart { seconds } });

impl BookingTime {
    /// The same in whole microseconds, which is what can be stored.
    pub(crate) fn whole(self) -> Self {
        match self {
            Self::At(instant) => Self::At(instant.trunc_subsecs(6)),
            Self::BeforeStart { .. } => self,
        }
    }

    /// The instant meant; `None` while it counts from a start that is not known.
    #[must_use]
    pub fn resolve(self, start: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        match self {
            Self::At(instant) => Some(instant),
            Self::BeforeStart { seconds } => {
                let before = TimeDelta::seconds(i64::from(seconds));
                start.map(|start| start.checked_sub_signed(before).unwrap_or(DateTime::<Utc>::MIN_UTC))
            }
        }
    }
}

impl BookingWindow {
    /// Whether the window lets people book at a time; one rule for decisions and for lists.
    ///
    /// `by_hand` is the organiser's last word, if there is one. It counts for more than the window, but not for more
    /// than the end of the gathering. A window that counts from a start not yet known is not yet open. Whether the
    /// gathering stands at all is not judged here: one that was called off, or is a draft, is closed.
    ///
    /// ```
    /// use gather::{BookingState, BookingWindow, ByHand, Schedule};
    ///
    /// let schedule: Schedule = "2026-03-05 14:00 to 15:30 Europe/London".parse()?;
    /// let start = schedule.starts().unwrap();
    /// let window = BookingWindow::default();
    /// assert_eq!(window.state(&schedule, None, start), BookingState::Closed);
    /// assert_eq!(window.state(&schedule, Some(ByHand::Opened), start), BookingState::Open);
    /// # Ok::<(), gather::ScheduleError>(())
    /// ```
    #[must_use]
    pub fn state(&self, schedule: &Schedule, by_hand: Option<ByHand>, now: DateTime<Utc>) -> BookingState {
        if schedule.ends().is_some_and(|end| now >= end) {
            return BookingState::Closed;
        }
        match by_hand {
            Some(ByHand::Opened) => BookingState::Open,
            Some(ByHand::Closed) => BookingState::Closed,
            Some(ByHand::Paused) => BookingState::Paused,
            Some(ByHand::LineOnly) => BookingState::LineOnly,
            Some(ByHand::InterestOnly) => BookingState::InterestOnly,
            None => self.by_itself(schedule.starts(), now),
        }
    }

    fn by_itself(&self, start: Option<DateTime<Utc>>, now: DateTime<Utc>) -> BookingState {
        let opens = self.opens.map(|time| time.resolve(start));
        if opens.is_some_and(|opens| opens.is_none_or(|opens| now < opens)) {
            return BookingState::NotYet;
        }
        match self.closes.map(|time| time.resolve(start)) {
            Some(None) => BookingState::NotYet,
            Some(Some(closes)) if now >= closes => BookingState::Closed,
            Some(Some(_)) | None => BookingState::Open,
        }
    }
}

/// What the organiser has said of booking, whatever the window says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever asks must say what each word comes to")]
pub enum ByHand {
    /// It is open.
    Opened,
    /// It is closed.
    Closed,
    /// It rests for a while: nobody books, and the line is not served.
    Paused,
    /// Whoever comes stands in line, and the line is not served until booking is opened.
    LineOnly,
    /// People can say that they are interested, and no more.
    InterestOnly,
}

image!(enum ByHand { 0 => Opened, 1 => Closed, 2 => Paused, 3 => LineOnly, 4 => InterestOnly });

/// Whether a gathering can be booked at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever asks must say what happens in each")]
pub enum BookingState {
    /// Not yet: it opens later, or when the dates are known, or by hand.
    NotYet,
    /// People can say that they are interested, and no more.
    InterestOnly,
    /// Now.
    Open,
    /// It rests for a while.
    Paused,
    /// Whoever comes stands in line.
    LineOnly,
    /// No longer.
    Closed,
}

impl BookingState {
    /// A stable name for machines: `not_yet`, `interest_only`, `open`, `paused`, `line_only`, `closed`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::InterestOnly => "interest_only",
            Self::Open => "open",
            Self::Paused => "paused",
            Self::LineOnly => "line_only",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for BookingState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotYet => "not yet",
            Self::InterestOnly => "interest only",
            Self::Open => "open",
            Self::Paused => "paused",
            Self::LineOnly => "line only",
            Self::Closed => "closed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u32 = 3_600;

    fn dated() -> Schedule {
        "2026-03-05 14:00 to 15:30 UTC".parse().unwrap()
    }

    fn at(clock: &str) -> DateTime<Utc> {
        format!("2026-03-05T{clock}Z").parse().unwrap()
    }

    fn window(opens: Option<BookingTime>, closes: Option<BookingTime>) -> BookingWindow {
        BookingWindow { opens, closes }
    }

    fn before_start(hours: u32) -> BookingTime {
        BookingTime::BeforeStart { seconds: hours * HOUR }
    }

    #[test]
    fn by_default_booking_is_open_until_the_start() {
        let window = BookingWindow::default();
        assert_eq!(window.state(&dated(), None, at("13:59:59")), BookingState::Open);
        assert_eq!(window.state(&dated(), None, at("14:00:00")), BookingState::Closed);
    }

    #[test]
    fn the_opening_instant_is_open_and_the_closing_instant_is_closed() {
        let window = window(Some(BookingTime::At(at("09:00:00"))), Some(before_start(2)));
        assert_eq!(window.state(&dated(), None, at("08:59:59")), BookingState::NotYet);
        assert_eq!(window.state(&dated(), None, at("09:00:00")), BookingState::Open);
        assert_eq!(window.state(&dated(), None, at("11:59:59")), BookingState::Open);
        assert_eq!(window.state(&dated(), None, at("12:00:00")), BookingState::Closed);
    }

    #[test]
    fn without_a_closing_time_booking_ends_with_the_gathering() {
        let window = window(None, None);
        assert_eq!(window.state(&dated(), None, at("15:29:59")), BookingState::Open);
        assert_eq!(window.state(&dated(), None, at("15:30:00")), BookingState::Closed);
    }

    #[test]
    fn the_organisers_word_counts_until_the_end() {
        let window = window(Some(before_start(1)), Some(before_start(0)));
        assert_eq!(window.state(&dated(), Some(ByHand::Opened), at("01:00:00")), BookingState::Open);
        assert_eq!(window.state(&dated(), Some(ByHand::Opened), at("15:29:59")), BookingState::Open);
        assert_eq!(window.state(&dated(), Some(ByHand::Opened), at("15:30:00")), BookingState::Closed);
        assert_eq!(window.state(&dated(), Some(ByHand::Closed), at("13:30:00")), BookingState::Closed);
    }

    #[test]
    fn what_counts_from_an_unknown_start_has_not_come_yet() {
        let unknown = Schedule::to_be_confirmed("spring");
        let noon = at("12:00:00");
        let early = Some(BookingTime::At(at("09:00:00")));
        assert_eq!(BookingWindow::default().state(&unknown, None, noon), BookingState::NotYet);
        assert_eq!(window(Some(before_start(1)), None).state(&unknown, None, noon), BookingState::NotYet);
        assert_eq!(window(early, Some(before_start(1))).state(&unknown, None, noon), BookingState::NotYet);
        assert_eq!(window(early, None).state(&unknown, None, noon), BookingState::Open);
        assert_eq!(window(None, early).state(&unknown, None, noon), BookingState::Closed);
        assert_eq!(BookingWindow::default().state(&unknown, Some(ByHand::Opened), noon), BookingState::Open);
    }
}
