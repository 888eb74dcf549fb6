//! Damaged, foreign and newer files are told apart and named.
