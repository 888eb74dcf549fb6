//! Keys, sealing and opening.
