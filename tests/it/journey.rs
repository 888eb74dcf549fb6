//! The whole journey through the desk.
