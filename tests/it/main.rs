//! The one integration test binary: a file for each promise.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod audit;
mod booking;
mod calendar;
mod calendar_tokens;
mod canary;
mod checkpoint;
mod conference;
mod conference_bad_input;
mod conference_example;
mod conformance;
mod crash;
mod damage;
mod day;
mod examples;
mod faults;
mod feed_settings;
mod feeds;
mod floors;
mod forgeries;
mod forgetting;
mod golden;
mod group;
mod journey;
mod judged_by_all;
mod lists;
mod log;
mod log_tools;
mod messages;
mod model;
mod others_bugs;
mod outbox;
mod programme;
mod programme_feeds;
mod promotions;
mod queries;
mod ram;
mod reader;
mod remedies;
mod repeats;
mod replies;
mod requirements;
mod salvage;
mod scene;
mod service;
mod time_travel;
mod upcasting;
mod vault;
mod zones;
