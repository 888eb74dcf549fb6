//! Calendars read back in readers that are not ours.
