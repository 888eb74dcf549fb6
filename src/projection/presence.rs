//! How many people came.

use serde::Serialize;

use crate::fact::Presence;

/// How many places were used, and how. The sum of all is the number of confirmed places.
///
/// Serialised it has `attended`, `late`, `excused`, `no_show` and `unknown`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PresenceCounts {
    /// They came on time.
    pub attended: u64,
    /// They came late.
    pub late: u64,
    /// They said that they would not come.
    pub excused: u64,
    /// They did not come, and the books are closed.
    pub no_show: u64,
    /// Nobody has said.
    pub unknown: u64,
}

impl PresenceCounts {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        [self.attended, self.late, self.excused, self.no_show, self.unknown].iter().sum()
    }

    /// Those who came, late or not.
    #[must_use]
    pub fn came(&self) -> u64 {
        self.attended.saturating_add(self.late)
    }

    /// How many of a hundred came, of all of whom it is known; rounded down, and `None` where it is known of nobody.
    ///
    /// ```
    /// use gather::{Presence, PresenceCounts};
    ///
    /// let seen = [Presence::Attended, Presence::Late, Presence::NoShow, Presence::Unknown];
    /// assert_eq!(seen.into_iter().collect::<PresenceCounts>().per_cent_came(), Some(66));
    /// assert_eq!(PresenceCounts::default().per_cent_came(), None);
    /// ```
    #[must_use]
    pub fn per_cent_came(&self) -> Option<u8> {
        let per_cent = self.came().saturating_mul(100).checked_div(self.known())?;
        u8::try_from(per_cent).ok()
    }

    /// Those of whom anything is known.
    pub(super) fn known(&self) -> u64 {
        self.total().saturating_sub(self.unknown)
    }
}

impl std::ops::AddAssign for PresenceCounts {
    fn add_assign(&mut self, other: Self) {
        self.attended += other.attended;
        self.late += other.late;
        self.excused += other.excused;
        self.no_show += other.no_show;
        self.unknown += other.unknown;
    }
}

impl FromIterator<Presence> for PresenceCounts {
    fn from_iter<I: IntoIterator<Item = Presence>>(places: I) -> Self {
        let mut counts = Self::default();
        for presence in places {
            let count = match presence {
                Presence::Attended => &mut counts.attended,
                Presence::Late => &mut counts.late,
                Presence::Excused => &mut counts.excused,
                Presence::NoShow => &mut counts.no_show,
                Presence::Unknown => &mut counts.unknown,
            };
            *count += 1;
        }
        counts
    }
}

/// As lists print it.
pub(super) const fn word(presence: Presence) -> &'static str {
    match presence {
        Presence::Unknown => "unknown",
        Presence::Attended => "attended",
        Presence::Late => "late",
        Presence::Excused => "excused",
        Presence::NoShow => "no-show",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::{Ending, Fact, PresenceSource};
    use crate::projection::fixture::{Story, booking, gathering, registration, time, webinar};

    /// Two parties: three people and one, of whom nobody has been seen.
    fn story() -> Story {
        let mut story = Story::new();
        story
            .announces(1, webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 10))
            .confirms(1, 1, booking(1, 1, &[Some(2), None]))
            .confirms(1, 2, booking(1, 3, &[]));
        story
    }

    fn seen(number: u128, place: u16, presence: Presence, minute: u32) -> Fact {
        Fact::PresenceRecorded {
            gathering: gathering(1),
            registration: registration(number),
            place,
            presence,
            source: PresenceSource::Door,
            seen_at: time(&format!("2026-03-05T14:{minute:02}:00Z")),
            flagged: false,
        }
    }

    fn presence(story: &Story, number: u128) -> Vec<Presence> {
        let (card, it) = story.lists.registration(registration(number)).unwrap();
        (1..).take(1 + it.booking().party.guests.len()).map(|place| card.presence(it, place)).collect()
    }

    fn counts(story: &Story) -> PresenceCounts {
        story.lists.gathering(gathering(1)).unwrap().presence_counts()
    }

    #[test]
    fn whoever_was_not_seen_has_not_come_once_the_books_are_closed() {
        let mut story = story();
        story.tell(seen(1, 2, Presence::Attended, 0)).tell(seen(2, 1, Presence::Late, 10));
        let open = PresenceCounts { attended: 1, late: 1, unknown: 2, ..PresenceCounts::default() };
        assert_eq!((counts(&story), counts(&story).total()), (open, 4));
        story.tell(Fact::BooksClosed { gathering: gathering(1) });
        assert_eq!(presence(&story, 1), [Presence::NoShow, Presence::Attended, Presence::NoShow]);
        story.tell(seen(1, 1, Presence::Excused, 0));
        let closed =
            PresenceCounts { attended: 1, late: 1, excused: 1, no_show: 1, ..PresenceCounts::default() };
        assert_eq!((counts(&story), counts(&story).total()), (closed, 4), "a correction is a later word");
    }

    #[test]
    fn a_word_that_nobody_knows_is_no_word_once_the_books_are_closed() {
        let mut story = story();
        story.tell(seen(2, 1, Presence::Attended, 0)).tell(seen(2, 1, Presence::Unknown, 1));
        assert_eq!(presence(&story, 2), [Presence::Unknown]);
        story.tell(Fact::BooksClosed { gathering: gathering(1) });
        assert_eq!(presence(&story, 2), [Presence::NoShow]);
    }

    #[test]
    fn what_is_seen_of_one_without_a_place_is_kept_and_not_counted() {
        let mut story = story();
        story.waitlists(1, 3, booking(1, 4, &[])).tell(seen(3, 1, Presence::Attended, 0));
        story.ends(1, 2, Ending::Attendee).tell(seen(2, 1, Presence::Attended, 0));
        assert_eq!(
            (presence(&story, 3), presence(&story, 2)),
            (vec![Presence::Attended], vec![Presence::Attended])
        );
        assert_eq!(counts(&story), PresenceCounts { unknown: 3, ..PresenceCounts::default() });
        story.tell(Fact::BooksClosed { gathering: gathering(1) });
        assert_eq!(counts(&story).no_show, 3);
    }

    #[test]
    fn what_was_seen_goes_where_its_place_goes() {
        let mut story = story();
        story.tell(seen(1, 3, Presence::Attended, 0)).tell(Fact::PartyChanged {
            gathering: gathering(1),
            registration: registration(1),
            removed: vec![2],
            added: vec![None],
            draws: Vec::new(),
        });
        assert_eq!(presence(&story, 1), [Presence::Unknown, Presence::Attended, Presence::Unknown]);
    }

    fn any_presence() -> impl Strategy<Value = Presence> {
        prop::sample::select(vec![Presence::Unknown, Presence::Attended, Presence::Late, Presence::Excused])
    }

    proptest! {
        /// Doors, rooms and organisers report when they can: what counts is when they saw it.
        #[test]
        fn the_order_of_the_records_does_not_matter(
            (records, shuffled) in prop::collection::vec((1..=2_u128, 1..=3_u16, any_presence(), 0..4_u32), 0..12)
                .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle()))
        ) {
            let told = |records: &[(u128, u16, Presence, u32)]| {
                let mut story = story();
                for &(number, place, what, minute) in records {
                    story.tell(seen(number, place, what, minute));
                    // The same scan twice is once.
                    story.tell(seen(number, place, what, minute));
                }
                (presence(&story, 1), presence(&story, 2), counts(&story))
            };
            let (one, other) = (told(&records), told(&shuffled));
            prop_assert_eq!(&one, &other);
            prop_assert_eq!(one.2.total(), 4);
            let latest = |number, place| {
                let of = records.iter().filter(|record| (record.0, record.1) == (number, place));
                of.map(|record| (record.3, record.2)).max().map_or(Presence::Unknown, |(_, presence)| presence)
            };
            prop_assert_eq!(one.0, vec![latest(1, 1), latest(1, 2), latest(1, 3)]);
            prop_assert_eq!(one.1, vec![latest(2, 1)]);
        }
    }
}
