//! Read models: records in, lists out. Pure.
