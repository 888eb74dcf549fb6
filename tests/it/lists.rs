//! Lists equal a naive recount.
