//! Attendee lists kept in memory, with names, for whoever asks again and again: at a door, in an organiser's window.

use std::fmt;
use std::sync::{Arc, PoisonError, TryLockError, Weak};

use super::sync::{Mutex, MutexGuard};
use super::{Desk, Failure};
use crate::domain::Refusal;
use crate::fact::Fact;
use crate::id::{GatheringId, PersonId};
use crate::projection::{AttendeePage, AttendeeQuery, KeptList, QueryError};

/// Every list that somebody keeps, so that whoever is forgotten is forgotten there at once.
#[derive(Default)]
pub(super) struct KeptLists {
    each: Mutex<Vec<Weak<Mutex<KeptList>>>>,
}

impl KeptLists {
    fn add(&self, list: &Arc<Mutex<KeptList>>) {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        each.retain(|kept| kept.strong_count() > 0);
        each.push(Arc::downgrade(list));
    }

    /// Changes every list that is kept, one after the other.
    fn change(&self, change: impl Fn(&mut KeptList)) {
        let each = self.each.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for list in each.iter().filter_map(Weak::upgrade) {
            change(&mut list.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Hears of what another desk has stored. It waits for no list: one that is being asked lets go with its next page.
    #[expect(clippy::wildcard_enum_match_arm, reason = "three kinds of facts erase something")]
    pub(super) fn hear(&self, fact: &Fact) {
        match fact {
            Fact::PersonForgotten { person } => self.change_idle(|list| list.forget(*person)),
            Fact::AnswersExpired { gathering } | Fact::NeedsExpired { gathering } => {
                self.change_idle(|list| list.forget_answers(*gathering));
            }
            _ => {}
        }
    }

    /// Changes every list that is kept and that nobody is asking.
    fn change_idle(&self, change: impl Fn(&mut KeptList)) {
        let each = self.each.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for list in each.iter().filter_map(Weak::upgrade) {
            match list.try_lock() {
                Ok(mut list) => change(&mut list),
                Err(TryLockError::Poisoned(list)) => change(&mut list.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
        }
    }

    pub(super) fn forget(&self, person: PersonId) {
        self.change(|list| list.forget(person));
    }

    pub(super) fn forget_answers(&self, gathering: GatheringId) {
        self.change(|list| list.forget_answers(gathering));
    }
}

/// The attendee list of one gathering, kept open for a purpose: names are opened once and stay in memory, each order that was
/// asked for lately stays sorted, and what has changed since is folded in before each answer.
///
/// Each [`page`](Self::page) is as of the moment of the call: whoever was just told that they have a place is on it. It has everybody
/// who ever registered, so [`AttendeeQuery::everybody`] shows who stands in line and who has cancelled too. A page that was
/// asked for before takes about a microsecond, however many other gatherings there are; what changed costs in
/// proportion to what changed; and a registration pays next to nothing for being on a list.
///
/// Names are in memory for as long as it is kept, and are overwritten when it is dropped; drop it when the door closes. Somebody
/// whom this desk [forgets](Desk::forget) is dropped from it before that call returns; somebody who is forgotten by another that
/// writes in the same log, when this desk [hears of it](Desk::refresh), or with the next page if one is being made just then. Details that could not be read stay so
/// until they are recorded anew, or the list is kept anew.
///
/// It can be shared between threads, which take turns. It keeps its desk open.
pub struct KeptAttendeeList {
    desk: Desk,
    gathering: GatheringId,
    purpose: Box<str>,
    list: Arc<Mutex<KeptList>>,
}

impl Desk {
    /// Keeps the attendee list of a gathering in memory, with names, for page after page. The purpose goes with every page:
    /// "door list". Nothing is opened before the first page is asked for.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    ///
    /// # Example
    /// ```
    /// use gather::{AttendeeQuery, Column, Desk, Filter, Gathering, PersonDetails, SortKey};
    ///
    /// let desk = Desk::in_memory();
    /// let day = Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
    /// let day = desk.announce(day)?.outcome;
    /// let books = |name: &str| {
    ///     let person = desk.record_person(PersonDetails::new(name))?.outcome;
    ///     desk.register(day, person)
    /// };
    /// drop(books("Zoe Miller")?);
    ///
    /// let door = desk.keep_attendee_list(day, "door")?;
    /// let by_name = AttendeeQuery::new().sort([SortKey::ascending(Column::Name)]).limit(50);
    /// assert_eq!(door.page(&by_name)?.total(), 1);
    /// drop(books("Ann Example")?);
    /// let page = door.page(&by_name)?;
    /// assert_eq!(page.rows()[0].details().unwrap().name, "Ann Example");
    /// assert_eq!(door.page(&by_name.narrow(Filter::name("mil")))?.total(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn keep_attendee_list(
        &self,
        gathering: GatheringId,
        purpose: &str,
    ) -> Result<KeptAttendeeList, Failure> {
        let now = self.inner.clock.now();
        let list = KeptList::of(&self.lists(), gathering, purpose, now, self.opener());
        let list = Arc::new(Mutex::new(list.ok_or(Refusal::UnknownGathering { gathering })?));
        self.inner.kept_lists.add(&list);
        Ok(KeptAttendeeList { desk: self.clone(), gathering, purpose: purpose.into(), list })
    }
}

impl KeptAttendeeList {
    /// Answers a query as of now.
    ///
    /// What people answered is opened when it is first asked for, and is in memory from then on.
    ///
    /// # Errors
    /// [`QueryError::UnknownRow`].
    pub fn page(&self, query: &AttendeeQuery) -> Result<AttendeePage, QueryError> {
        let mut list = self.list();
        list.prepare(query);
        // Asked while the list is held, so that whoever comes later has the later time.
        let now = self.desk.inner.clock.now();
        let fresh = list.fresh(&self.desk.lists(), now);
        // Keys may come from a service of the host's, so nothing is opened under the lists' lock.
        if let Some(fresh) = fresh {
            list.take(fresh);
        }
        list.page(query)
    }

    /// Which gathering.
    #[must_use]
    pub fn gathering(&self) -> GatheringId {
        self.gathering
    }

    /// What it is kept for.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    fn list(&self) -> MutexGuard<'_, KeptList> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing of who is on it.
impl fmt::Debug for KeptAttendeeList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptAttendeeList")
            .field("gathering", &self.gathering)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Gathering;
    use crate::log::MemoryLog;
    use crate::person::PersonDetails;
    use crate::privacy::MemoryVault;
    use crate::projection::{Column, Columns};

    #[test]
    fn whoever_another_desk_forgets_is_let_go_of_before_anybody_asks_again() {
        let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(MemoryVault::new()));
        let open = || Desk::builder().over(Arc::clone(&log), vault.clone()).unwrap();
        let (here, there) = (open(), open());
        let day = Gathering::webinar("Day").at("2099-03-05 14:00 to 15:30 UTC".parse().unwrap()).places(9);
        let day = here.announce(day).unwrap().outcome;
        let [ann, bob] = ["Ann", "Bob"].map(|name| {
            let person = here.record_person(PersonDetails::new(name)).unwrap().outcome;
            drop(here.register(day, person).unwrap());
            person
        });
        let kept = here.keep_attendee_list(day, "door").unwrap();
        let names = AttendeeQuery::new().columns(Columns::new([Column::Name]));
        assert_eq!(kept.page(&names).unwrap().rows().len(), 2);
        assert!(kept.list().has_name_of(ann));

        drop(there.forget(ann).unwrap());
        here.refresh().unwrap();
        assert!(!kept.list().has_name_of(ann));
        assert!(kept.list().has_name_of(bob));
    }
}
