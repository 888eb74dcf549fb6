//! Values to feed a desk with: every one of them is taken, and each shrinks to something plain.

use proptest::prelude::*;

use super::history::{AnyCommand, plans};
use crate::domain::{
    CancelGathering, ChangeCapacity, CloseBooking, Gathering, OpenBooking, RecordPerson, Register, Reschedule,
};
use crate::fact::Capacity;
use crate::id::{GatheringId, PersonId, RegistrationId, RequestId};
use crate::person::{Answers, PersonDetails};
use crate::testkit::history::when;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident => $id:ident),+ $(,)?) => {$(
        $(#[$doc])*
        pub fn $name() -> impl Strategy<Value = $id> + Clone {
            any::<u128>().prop_map($id::from_u128)
        }
    )+};
}

ids! {
    /// Ids of people.
    person_ids => PersonId,
    /// Ids of gatherings.
    gathering_ids => GatheringId,
    /// Ids of registrations.
    registration_ids => RegistrationId,
    /// Ids of requests.
    request_ids => RequestId,
}

/// A line of text that shows something: several scripts, accents that combine, what spreadsheets and calendars stumble over.
fn lines() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[A-Za-z][a-z]{0,8}",
        1 => "[\\p{Greek}\\p{Cyrillic}\\p{Arabic}]{1,6}",
        1 => "[王小明김민지さくら]{1,4}",
        1 => Just(String::from("Zoe\u{308}")),
        1 => Just(String::from("O'Neil, \"Ann\"; <b>\\n")),
        1 => Just(String::from("=1+1")),
        1 => Just(String::from("👩‍👩‍👧")),
    ];
    let text = prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.join(" "));
    text.prop_filter("is taken", |text| PersonDetails::new(text).check().is_ok())
}

/// Details of people that a desk takes, with names from many places.
pub fn people() -> impl Strategy<Value = PersonDetails> {
    let optional = || prop_oneof![1 => Just(String::new()), 3 => lines()];
    let email = prop_oneof![1 => Just(String::new()), 3 => "[a-z]{1,12}@example\\.org"];
    (lines(), email, optional(), optional(), optional()).prop_map(
        |(name, email, organisation, role, region)| {
            PersonDetails::new(name).email(email).organisation(organisation).role(role).region(region)
        },
    )
}

/// Drafts of gatherings that a desk takes before [`epoch`](super::epoch), each with an id of its own.
pub fn gatherings() -> impl Strategy<Value = Gathering> {
    (plans(), gathering_ids()).prop_map(|(plan, id)| plan.gathering(0).id(id))
}

/// Requests for places in a gathering with one offering: alone or with guests, some with answers.
pub fn registers(gathering: GatheringId) -> impl Strategy<Value = Register> {
    let guests = prop::collection::vec(prop::option::of(person_ids()), 0..4);
    (person_ids(), guests, prop::option::of(lines())).prop_map(move |(booker, guests, diet)| {
        let command =
            guests.into_iter().fold(Register::new(gathering, booker), |command, guest| match guest {
                Some(guest) => command.guest(guest),
                None => command.unnamed_guests(1),
            });
        match diet {
            Some(diet) => command.answers(Answers::new().answer("diet", diet)),
            None => command,
        }
    })
}

/// Any command about one gathering, or a person to record. Some will be refused: that is for the desk to say.
///
/// ```
/// use gather::testkit::{commands, epoch};
/// use gather::{Desk, Gathering};
/// use proptest::prelude::*;
///
/// let desk = Desk::builder().clock(epoch).in_memory();
/// let talk = desk.announce(Gathering::webinar("Talk").places(2)).unwrap().outcome;
/// proptest!(ProptestConfig::with_cases(32), |(command in commands(talk))| {
///     if let Err(failure) = desk.execute(command) {
///         prop_assert!(failure.refusal().is_some(), "the desk works, whatever it is asked");
///     }
/// });
/// ```
pub fn commands(gathering: GatheringId) -> impl Strategy<Value = AnyCommand> {
    let capacity = prop::option::weighted(0.9, 0..200_u32);
    prop_oneof![
        4 => people().prop_map(|details| AnyCommand::RecordPerson(RecordPerson::new(details))),
        12 => registers(gathering).prop_map(AnyCommand::Register),
        2 => capacity.prop_map(move |places| {
            let capacity = places.map_or(Capacity::Unlimited, Capacity::Limited);
            AnyCommand::ChangeCapacity(ChangeCapacity::new(gathering, capacity))
        }),
        2 => when().prop_map(move |when| AnyCommand::Reschedule(Reschedule::new(gathering, when.schedule()))),
        2 => Just(AnyCommand::OpenBooking(OpenBooking::new(gathering))),
        1 => Just(AnyCommand::CloseBooking(CloseBooking::new(gathering))),
        1 => Just(AnyCommand::CancelGathering(CancelGathering::new(gathering))),
    ]
}
