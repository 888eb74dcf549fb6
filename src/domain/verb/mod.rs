//! What can be asked for: one verb a file, each a run of guard clauses in the order in which its refusals are named.
//!
//! A verb reads and acts through a [`Decision`](super::Decision), asks the rules beside this folder, and records facts.
//! What it refuses, and in which order, is on its own page.

pub(super) mod accept_offer;
pub(super) mod add_offering;
pub(super) mod add_session;
pub(super) mod add_set_aside;
pub(super) mod announce;
pub(super) mod announce_draft;
pub(super) mod approve;
pub(super) mod archive;
pub(super) mod attach_resource;
pub(super) mod basket;
pub(super) mod cancel_gathering;
pub(super) mod cancel_registration;
pub(super) mod change_capacity;
pub(super) mod change_mode;
pub(super) mod change_party;
pub(super) mod change_priorities;
pub(super) mod change_session;
pub(super) mod change_set_aside;
pub(super) mod close_booking;
pub(super) mod close_books;
pub(super) mod close_line;
pub(super) mod confirm_hold;
pub(super) mod decline_offer;
pub(super) mod drop_session;
pub(super) mod expire_answers;
pub(super) mod extend_hold;
pub(super) mod follow_up;
pub(super) mod forget;
pub(super) mod hold;
pub(super) mod issue_calendar_token;
pub(super) mod keep_answers;
pub(super) mod line_only;
pub(super) mod move_registration;
pub(super) mod move_session;
pub(super) mod note_interest;
pub(super) mod open_booking;
pub(super) mod open_interest;
pub(super) mod pause_booking;
pub(super) mod publish_name;
pub(super) mod reconfirm;
pub(super) mod record_export;
pub(super) mod record_person;
pub(super) mod record_presence;
pub(super) mod register;
pub(super) mod reject;
pub(super) mod reschedule;
pub(super) mod revoke_calendar_token;
pub(super) mod rotate_calendar_token;
pub(super) mod set_programme;
pub(super) mod settle;
pub(super) mod transfer;
pub(super) mod withdraw_offer;
pub(super) mod withdraw_resource;
