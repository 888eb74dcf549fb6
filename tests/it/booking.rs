//! The booking rules, noun by noun: journeys at the desk, at the instants at which they turn.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test names what it waits for")]

mod approval;
mod bad_input;
mod capacity;
mod check_in;
mod deadlines;
mod holds;
mod interest;
mod lifecycle;
mod line;
mod moves;
mod offers;
mod parties;
mod presence;
mod reconfirmation;
mod request_ids;
mod series_and_caps;
mod set_asides;
mod what_if;
mod words;
