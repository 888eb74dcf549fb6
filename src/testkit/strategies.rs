//! Values to feed a desk with: every one of them is taken, and each shrinks to something plain.

use proptest::prelude::*;

use super::history::{AnyCommand, plans};
use crate::domain::{
    AddSession, Basket, CancelGathering, ChangeCapacity, ChangeSession, CloseBooking, DropSession, Gathering,
    MoveSession, OpenBooking, PublishName, RecordPerson, Register, Reschedule, SetProgramme,
};
use crate::fact::{Capacity, Session};
use crate::id::{GatheringId, PersonId, RegistrationId, RequestId, SessionId};
use crate::person::{Answers, PersonDetails, PublishedName};
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
    /// Ids of sessions.
    session_ids => SessionId,
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

/// Requests for several places at once in a gathering with one offering, in either way.
pub fn baskets(gathering: GatheringId) -> impl Strategy<Value = Basket> {
    (prop::collection::vec(registers(gathering), 1..4), any::<bool>()).prop_map(|(parts, best_effort)| {
        let basket = parts.into_iter().fold(Basket::new(), Basket::part);
        if best_effort { basket.best_effort() } else { basket }
    })
}

/// Sessions that a programme takes, if the gathering has no dates yet.
pub fn sessions() -> impl Strategy<Value = Session> {
    let optional = || prop_oneof![1 => Just(String::new()), 3 => lines()];
    let speakers = prop::collection::vec(person_ids(), 0..3);
    (session_ids(), lines(), when(), (optional(), optional(), optional()), speakers).prop_map(
        |(id, title, when, (room, track, about), speakers)| {
            let session = Session::new(id, title).at(when.schedule()).room(room).track(track).about(about);
            speakers.into_iter().fold(session, Session::speaker)
        },
    )
}

/// Whole programmes that a gathering takes, if it has no dates yet.
pub fn programmes(gathering: GatheringId) -> impl Strategy<Value = SetProgramme> {
    prop::collection::vec(sessions(), 0..8)
        .prop_map(move |sessions| SetProgramme::new(gathering, sessions).even_if_empty())
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
    prop_oneof![
        4 => people().prop_map(|details| AnyCommand::RecordPerson(RecordPerson::new(details))),
        12 => registers(gathering).prop_map(AnyCommand::Register),
        4 => baskets(gathering).prop_map(AnyCommand::Basket),
        8 => on_the_gathering(gathering),
        8 => on_the_programme(gathering),
    ]
}

fn on_the_gathering(gathering: GatheringId) -> impl Strategy<Value = AnyCommand> {
    let capacity = prop::option::weighted(0.9, 0..200_u32);
    prop_oneof![
        2 => capacity.prop_map(move |places| {
            let capacity = places.map_or(Capacity::Unlimited, Capacity::Limited);
            AnyCommand::ChangeCapacity(ChangeCapacity::new(gathering, capacity))
        }),
        2 => (when(), any::<bool>()).prop_map(move |(when, with_programme)| {
            let command = Reschedule::new(gathering, when.schedule());
            AnyCommand::Reschedule(if with_programme { command.with_programme() } else { command })
        }),
        2 => Just(AnyCommand::OpenBooking(OpenBooking::new(gathering))),
        1 => Just(AnyCommand::CloseBooking(CloseBooking::new(gathering))),
        1 => Just(AnyCommand::CancelGathering(CancelGathering::new(gathering))),
    ]
}

fn on_the_programme(gathering: GatheringId) -> impl Strategy<Value = AnyCommand> {
    prop_oneof![
        1 => lines().prop_map(|name| AnyCommand::PublishName(PublishName::new(PublishedName::new(name)))),
        3 => sessions().prop_map(move |it| AnyCommand::AddSession(AddSession::new(gathering, it))),
        1 => sessions().prop_map(move |it| AnyCommand::ChangeSession(ChangeSession::new(gathering, it))),
        1 => (session_ids(), when()).prop_map(move |(session, when)| {
            AnyCommand::MoveSession(MoveSession::new(gathering, session).to(when.schedule()))
        }),
        1 => session_ids().prop_map(move |it| AnyCommand::DropSession(DropSession::new(gathering, it))),
        2 => programmes(gathering).prop_map(AnyCommand::SetProgramme),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use crate::fact::Venue;
    use crate::testkit::epoch;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn sessions_programmes_and_baskets_are_taken(
            session in sessions(),
            programme in programmes(GatheringId::from_u128(1)),
            basket in baskets(GatheringId::from_u128(1)),
        ) {
            let desk = Desk::builder().clock(epoch).in_memory();
            let day = Gathering::conference("Day", Venue::new("Hub")).id(GatheringId::from_u128(1));
            let day = desk.announce(day).unwrap().outcome;
            drop(desk.open_booking(day).unwrap());
            prop_assert!(desk.execute(AddSession::new(day, session)).is_ok());
            prop_assert!(desk.execute(programme).is_ok());
            prop_assert!(desk.execute(basket).is_ok());
        }
    }
}
