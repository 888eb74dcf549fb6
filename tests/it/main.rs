//! The one integration test binary: a file for each promise.

mod calendar;
mod crash;
mod damage;
mod floors;
mod golden;
mod journey;
mod lists;
mod log;
mod model;
mod vault;
