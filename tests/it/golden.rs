//! Stored bytes are promises.
