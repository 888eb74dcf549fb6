//! Which room may use which, held by reading the sources.
