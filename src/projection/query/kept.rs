//! A list that is kept in memory, in every order that was asked for lately, and brought up to date by what changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use super::listed::{ListedAttendee, Lister, Readable, Texts};
use super::page::{Ordered, Sheet, in_order};
use super::sort::Key;
use super::{AttendeePage, AttendeeQuery, Cursor, Filter, Opens, QueryError, SortKey};
use crate::fact::Announcement;
use crate::id::{GatheringId, PersonId};
use crate::person::PersonDetails;
use crate::projection::Lists;
use crate::projection::attendee_list::{AttendeeRow, rows_of};
use crate::projection::card::GatheringCard;
use crate::projection::changes::Since;
use crate::projection::head::Head;
use crate::projection::names::{OnRecord, Shown};
use crate::sealed::{Opener, Sealed};

/// In how many orders a list is kept at once: those asked for last.
const VIEWS: usize = 8;

/// Everybody who ever registered for a gathering, with names, in memory. Names are opened once.
pub(crate) struct KeptList {
    gathering: GatheringId,
    opener: Arc<dyn Opener>,
    people: HashMap<PersonId, Known>,
    /// The places of each registration, by where that is kept.
    registrations: Vec<Vec<Arc<ListedAttendee>>>,
    /// What has to be looked at again, whatever changed.
    stale: BTreeSet<usize>,
    /// How often anything had changed when it was last looked at; `None` where everything has to be looked at.
    seen: Option<u64>,
    sheet: Sheet,
    /// No registration ends by itself before this.
    deadline: Option<DateTime<Utc>>,
    with_texts: bool,
    views: Vec<View>,
}

/// A person's details, and what they were opened from.
struct Known {
    sealed: Option<Arc<Sealed<PersonDetails>>>,
    readable: Arc<Readable>,
}

/// One order that was asked for.
struct View {
    filter: Filter,
    sort: Arc<[SortKey]>,
    order: Vec<Ordered>,
}

/// What has changed since a list was last looked at: taken while the lists are held, to be opened when they are not.
pub(crate) struct Fresh {
    seen: u64,
    sheet: Sheet,
    everything: bool,
    rows: Vec<(usize, Vec<AttendeeRow>)>,
}

impl KeptList {
    /// Nothing looked at yet. `None` for a gathering never announced.
    pub(crate) fn of(
        lists: &Lists,
        gathering: GatheringId,
        purpose: &str,
        now: DateTime<Utc>,
        opener: Arc<dyn Opener>,
    ) -> Option<Self> {
        let head = Head::of(lists.gathering(gathering)?);
        Some(Self {
            gathering,
            opener,
            people: HashMap::new(),
            registrations: Vec::new(),
            stale: BTreeSet::new(),
            seen: None,
            sheet: Sheet { head, at: now, purpose: Some(purpose.into()) },
            deadline: None,
            with_texts: false,
            views: Vec::new(),
        })
    }

    /// Notes that a query needs what was answered; whoever keeps a list without opens none.
    pub(crate) fn prepare(&mut self, query: &AttendeeQuery) {
        if !self.with_texts && query.opens().texts {
            self.with_texts = true;
            self.forget_rows();
        }
    }

    /// What it has missed; `None` for a gathering never announced.
    pub(crate) fn fresh(&self, lists: &Lists, now: DateTime<Utc>) -> Option<Fresh> {
        let card = lists.gathering(self.gathering)?;
        let since = match self.seen {
            // A clock may be set back: then what had ended has not.
            Some(seen) if self.sheet.at <= now => card.changes().since(seen),
            Some(_) | None => Since::Everything,
        };
        let everything = since == Since::Everything;
        let which: Vec<usize> = match since {
            Since::Everything => (0..card.registration_count()).collect(),
            Since::These(mut changed) => {
                changed.extend(&self.stale);
                changed.extend(self.due(now));
                changed.into_iter().collect()
            }
        };
        let people = |person| lists.on_record(person);
        let rows = which.into_iter().filter_map(|index| Some((index, rows_at(card, index, now, people)?)));
        let sheet = Sheet { head: Head::of(card), at: now, ..self.sheet.clone() };
        Some(Fresh { seen: card.changes().count(), sheet, everything, rows: rows.collect() })
    }

    /// What has ended by itself since.
    fn due(&self, now: DateTime<Utc>) -> Vec<usize> {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return Vec::new();
        }
        let is_due = |places: &[Arc<ListedAttendee>]| {
            let ends = places.first().and_then(|row| row.row().status.deadline());
            ends.is_some_and(|end| end <= now)
        };
        let indexed = self.registrations.iter().enumerate();
        indexed.filter(|(_, places)| is_due(places)).map(|(index, _)| index).collect()
    }

    /// Folds in what it has missed, and opens whoever is new.
    pub(crate) fn take(&mut self, fresh: Fresh) {
        let Fresh { seen, sheet, everything, rows } = fresh;
        if everything {
            self.forget_rows();
        }
        let mut numbers = BTreeSet::new();
        let mut added = Vec::new();
        for (index, rows) in rows {
            numbers.extend(rows.first().map(|row| row.number));
            let places = self.listed(rows);
            added.extend(places.iter().cloned());
            if self.registrations.len() <= index {
                self.registrations.resize_with(index.saturating_add(1), Vec::new);
            }
            if let Some(kept) = self.registrations.get_mut(index) {
                *kept = places;
            }
        }
        for view in self.views.iter_mut().filter(|_| !numbers.is_empty()) {
            view.follow(&numbers, &added, &sheet.head.announcement);
        }
        self.stale.clear();
        self.seen = Some(seen);
        self.note_deadlines(&added, sheet.at);
        self.sheet = sheet;
    }

    /// Notes when the next of these ends by itself; once one has, looks at all.
    fn note_deadlines(&mut self, added: &[Arc<ListedAttendee>], now: DateTime<Utc>) {
        let ends = |row: &Arc<ListedAttendee>| row.row().status.deadline();
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.deadline = self.registrations.iter().filter_map(|places| ends(places.first()?)).min();
        } else {
            self.deadline = added.iter().filter_map(ends).chain(self.deadline).min();
        }
    }

    /// The places of one registration, opened.
    fn listed(&mut self, rows: Vec<AttendeeRow>) -> Vec<Arc<ListedAttendee>> {
        let mut lister = Lister::default();
        let mut places = Vec::with_capacity(rows.len());
        for row in rows {
            let readable = self.readable(&row);
            let opener = self.with_texts.then_some(self.opener.as_ref());
            let texts = Texts::of(&row, self.gathering, opener);
            places.push(lister.readable(row, readable, texts));
        }
        places
    }

    /// The details of who has a place: as they were opened before, if they are the same.
    fn readable(&mut self, row: &AttendeeRow) -> Arc<Readable> {
        let sealed = row.shared_details();
        let Some(person) = row.person else { return Arc::new(Readable::from(Shown::default())) };
        let is_same = |known: &&Known| match (&known.sealed, &sealed) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if let Some(known) = self.people.get(&person).filter(is_same) {
            return Arc::clone(&known.readable);
        }
        let opened = sealed.as_ref().map(|sealed| Shown::opened(&self.opener.person(person, sealed)));
        let readable = Arc::new(Readable::from(opened.unwrap_or_default()));
        self.people.insert(person, Known { sealed, readable: Arc::clone(&readable) });
        readable
    }

    /// A page of what it has.
    pub(crate) fn page(&mut self, query: &AttendeeQuery) -> Result<AttendeePage, QueryError> {
        if let Some(refused) = query.tells_too_much(Opens::EVERYTHING) {
            return Err(refused);
        }
        let sheet = self.sheet.clone();
        let at = self.view(query, &sheet.head.announcement);
        let order = self.views.get(at).map(|view| view.order.as_slice()).unwrap_or_default();
        AttendeePage::of(query, sheet, order, |row| self.at(row))
    }

    /// Where the order that is asked for is kept; the last asked for is the last.
    fn view(&mut self, query: &AttendeeQuery, announcement: &Announcement) -> usize {
        let is_asked = |view: &View| view.sort == query.sort && view.filter == query.filter;
        if let Some(at) = self.views.iter().position(is_asked) {
            // Whoever pages through one order does not move the others about.
            return at;
        }
        if self.views.len() >= VIEWS {
            self.views.remove(0);
        }
        let order = in_order(self.registrations.iter().flatten(), query, announcement);
        self.views.push(View { filter: query.filter.clone(), sort: Arc::clone(&query.sort), order });
        self.views.len().saturating_sub(1)
    }

    /// A row; of a place that a party has no more, its booker's.
    fn at(&self, row: Cursor) -> Option<&ListedAttendee> {
        let index = usize::try_from(row.number.checked_sub(1)?).ok()?;
        let places = self.registrations.get(index)?;
        let place = usize::try_from(row.place.checked_sub(1)?).ok()?;
        places.get(place).or(places.first()).map(Arc::as_ref)
    }

    #[cfg(test)]
    pub(crate) fn has_name_of(&self, person: PersonId) -> bool {
        self.people.contains_key(&person)
    }

    /// Lets go of somebody's name, wherever it is.
    pub(crate) fn forget(&mut self, person: PersonId) {
        self.people.remove(&person);
        // What was typed to find somebody may be their name.
        self.views.retain(|view| view.filter.opens() == Opens::NOTHING);
        let names =
            |row: &Arc<ListedAttendee>| row.row().person == Some(person) || row.row().booker == person;
        for (index, places) in self.registrations.iter_mut().enumerate() {
            if places.iter().any(names) {
                self.stale.insert(index);
                let number = places.first().map(|row| row.row().number);
                places.clear();
                self.views.iter_mut().for_each(|view| view.order.retain(|(kept, _)| Some(*kept) != number));
            }
        }
    }

    /// Lets go of what was answered.
    pub(crate) fn forget_answers(&mut self, gathering: GatheringId) {
        if self.gathering == gathering {
            self.forget_rows();
        }
    }

    fn forget_rows(&mut self) {
        self.seen = None;
        self.registrations.clear();
        self.views.clear();
        self.stale.clear();
    }
}

fn rows_at(
    card: &GatheringCard,
    index: usize,
    now: DateTime<Utc>,
    people: impl Fn(PersonId) -> OnRecord,
) -> Option<Vec<AttendeeRow>> {
    Some(rows_of(card, card.registration_at(index)?, now, people))
}

impl View {
    /// Takes out the rows of some registrations, and puts those in that they have now.
    fn follow(&mut self, numbers: &BTreeSet<u32>, rows: &[Arc<ListedAttendee>], announcement: &Announcement) {
        self.order.retain(|(number, _)| !numbers.contains(number));
        let passing = rows.iter().filter(|row| self.filter.passes(row, announcement));
        let key = |row: &ListedAttendee, sort: &[SortKey]| Key::of(row, sort, announcement);
        let mut coming: Vec<_> = passing.map(|row| (key(row, &self.sort), row)).collect();
        coming.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let ahead = |its: &Key| self.order.partition_point(|(_, kept)| key(kept, &self.sort) < *its);
        let coming: Vec<_> = coming.into_iter().map(|(its, row)| (ahead(&its), row)).collect();
        let mut order = Vec::with_capacity(self.order.len().saturating_add(coming.len()));
        let mut before = std::mem::take(&mut self.order).into_iter();
        let mut passed = 0_usize;
        for (ahead, row) in coming {
            order.extend(before.by_ref().take(ahead.saturating_sub(passed)));
            order.push((row.row().number, Arc::clone(row)));
            passed = ahead;
        }
        order.extend(before);
        self.order = order;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::fact::Fact;
    use crate::projection::fixture::{Register, Story, booking, gathering, person, time, webinar};
    use crate::projection::query::Column;

    const NOW: &str = "2026-03-01T12:00:00Z";

    fn story() -> Story {
        let mut story = Story::new();
        story
            .announces(1, webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 10))
            .knows(1, PersonDetails::new("Ann Example"))
            .knows(2, PersonDetails::new("Bob Sample"))
            .confirms(1, 1, booking(1, 1, &[Some(2), None]))
            .confirms(1, 2, booking(1, 2, &[]));
        story
    }

    fn kept(story: &Story, opener: &Arc<Register>) -> KeptList {
        let opener = Arc::<Register>::clone(opener);
        KeptList::of(&story.lists, gathering(1), "test", time(NOW), opener).unwrap()
    }

    fn by_name() -> AttendeeQuery {
        AttendeeQuery::everybody().sort([SortKey::ascending(Column::Name)])
    }

    fn names(list: &mut KeptList, story: &Story, now: &str) -> Vec<String> {
        let fresh = list.fresh(&story.lists, time(now)).unwrap();
        list.take(fresh);
        let page = list.page(&by_name()).unwrap();
        page.rows().iter().map(|row| row.details().unwrap().name.clone()).collect()
    }

    #[test]
    fn names_are_opened_once_whatever_changes() {
        let mut story = story();
        let opener = story.opener();
        let mut list = kept(&story, &opener);
        assert_eq!(names(&mut list, &story, NOW), ["Ann Example", "", "Bob Sample", "Bob Sample"]);
        story.cancels(1, 2).confirms(1, 3, booking(1, 2, &[None]));
        assert_eq!(names(&mut list, &story, NOW).len(), 6);
        assert_eq!(opener.opened.load(Ordering::Relaxed), 2);
        story.knows(2, PersonDetails::new("Aaron Sample"));
        assert_eq!(names(&mut list, &story, NOW)[0], "Aaron Sample");
        assert_eq!(opener.opened.load(Ordering::Relaxed), 3);
        assert_eq!(list.views.len(), 1);
    }

    /// Nothing of somebody who was forgotten is in it from then on, before anybody asks again.
    #[test]
    fn whoever_is_forgotten_is_in_no_corner_of_it() {
        let mut story = story();
        let opener = story.opener();
        let mut list = kept(&story, &opener);
        let shown = |list: &KeptList| {
            let rows = list.registrations.iter().flatten();
            let orders = list.views.iter().flat_map(|view| view.order.iter().map(|(_, row)| row));
            let named = rows.chain(orders).filter_map(|row| row.booker().details().map(|it| it.name.clone()));
            let people = list.people.values().map(|known| known.readable.name().to_owned());
            named.chain(people).filter(|name| name.to_lowercase().contains("ann")).count()
        };
        assert!(names(&mut list, &story, NOW).len() == 4 && shown(&list) > 0);
        list.forget(person(1));
        assert_eq!(shown(&list), 0);
        story.tell(Fact::PersonForgotten { person: person(1) });
        assert_eq!(names(&mut list, &story, NOW), ["Bob Sample", "Bob Sample", "", ""]);
        assert_eq!(shown(&list), 0);
    }

    #[test]
    fn what_ends_by_itself_has_ended_and_has_not_where_the_clock_is_set_back() {
        let mut story = story();
        story.holds(1, 4, booking(1, 2, &[]), "2026-03-01T12:10:00Z");
        let mut list = kept(&story, &story.opener());
        let held = |list: &mut KeptList, now: &str| {
            let fresh = list.fresh(&story.lists, time(now)).unwrap();
            list.take(fresh);
            let held = AttendeeQuery::new().narrow(Filter::state("held"));
            list.page(&held).unwrap().total()
        };
        assert_eq!(
            ["2026-03-01T12:09:59Z", "2026-03-01T12:10:00Z", "2026-03-01T12:00:00Z"]
                .map(|now| held(&mut list, now)),
            [1, 0, 1]
        );
        assert!(list.deadline.is_some());
    }

    #[test]
    fn the_orders_that_were_asked_for_last_are_kept() {
        let story = story();
        let mut list = kept(&story, &story.opener());
        drop(names(&mut list, &story, NOW));
        for nth in 0..20 {
            let query = by_name().narrow(Filter::name(&format!("a{nth}")));
            assert_eq!(list.page(&query).unwrap().total(), 0);
        }
        assert_eq!(list.views.len(), VIEWS);
    }
}
