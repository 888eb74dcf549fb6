//! What a request asks for, as a hash of all that is clear in it: so the same request is known again, and another one
//! under its id is refused.
//!
//! Each value goes in with its length or its kind in front, so that no two requests run into the same bytes. Personal
//! parts never go in, only whether they are there: a hash of a name would outlive its being forgotten. The hash is
//! stored, so what goes in, and in which order, is a promise; `tests/data/contents.txt` keeps it.

use chrono::{DateTime, Utc};

use super::cells::Fingerprint;
use crate::fact::{
    Announcement, Approval, BookingTime, BookingWindow, Capacity, Credential, HeadPolicy, Mode, Offering,
    OrganisationCap, Overbook, Party, Pool, Reconfirmation, Serving, Session, SetAside, Silence, Who,
};
use crate::id::{GatheringId, OfferingId, PersonId};
use crate::record::Content;
use crate::schedule::Schedule;
use crate::text::Reference;

/// Takes in what is clear in a command, value by value. Most commands say little, so it is hashed in one go at the end.
#[derive(Debug)]
pub(crate) struct Clear(Vec<u8>);

impl Clear {
    /// Begins with the command's own name.
    pub(crate) fn new(command: &str) -> Self {
        let mut clear = Self(Vec::with_capacity(256));
        clear.text(command);
        clear
    }

    pub(crate) fn finish(&self) -> Content {
        let hash = blake3::hash(&self.0);
        Content::from_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default())
    }

    pub(crate) fn number(&mut self, number: impl Into<u64>) -> &mut Self {
        self.0.extend_from_slice(&number.into().to_le_bytes());
        self
    }

    pub(crate) fn count(&mut self, count: usize) -> &mut Self {
        self.number(u64::try_from(count).unwrap_or(u64::MAX))
    }

    pub(crate) fn flag(&mut self, flag: bool) -> &mut Self {
        self.number(u64::from(flag))
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    pub(crate) fn id(&mut self, bytes: [u8; 16]) -> &mut Self {
        self.0.extend_from_slice(&bytes);
        self
    }

    pub(crate) fn gathering(&mut self, id: GatheringId) -> &mut Self {
        self.id(id.bytes())
    }

    pub(crate) fn time(&mut self, time: DateTime<Utc>) -> &mut Self {
        self.0.extend_from_slice(&time.timestamp_micros().to_le_bytes());
        self
    }

    /// Whether something is there, and what.
    pub(crate) fn maybe<T>(&mut self, value: Option<T>, how: impl FnOnce(&mut Self, T)) -> &mut Self {
        self.flag(value.is_some());
        if let Some(value) = value {
            how(self, value);
        }
        self
    }

    /// Every one of a list, with their number in front.
    pub(crate) fn each<T>(
        &mut self,
        values: impl ExactSizeIterator<Item = T>,
        mut how: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.count(values.len());
        values.for_each(|value| how(self, value));
        self
    }

    pub(crate) fn offering(&mut self, offering: Option<OfferingId>) -> &mut Self {
        self.maybe(offering, |clear, offering| {
            clear.number(offering.get());
        })
    }

    pub(crate) fn reference(&mut self, reference: Option<&Reference>) -> &mut Self {
        self.maybe(reference, |clear, reference| {
            clear.text(reference.as_str());
        })
    }

    pub(crate) fn party(&mut self, party: &Party) -> &mut Self {
        self.id(party.booker.bytes()).guests(&party.guests)
    }

    pub(crate) fn guests(&mut self, guests: &[Option<PersonId>]) -> &mut Self {
        self.each(guests.iter(), |clear, guest| {
            clear.maybe(*guest, |clear, person| {
                clear.id(person.bytes());
            });
        })
    }

    pub(crate) fn schedule(&mut self, schedule: &Schedule) -> &mut Self {
        match schedule {
            Schedule::ToBeConfirmed { hint } => self.number(0_u8).text(hint),
            Schedule::DateOnly(days) => {
                let (first, last) = (days.first().to_string(), days.last().to_string());
                self.number(1_u8).text(days.zone().name()).text(&first).text(&last)
            }
            Schedule::Exact(times) => {
                let (start, end) = (times.start().instant(), times.end().instant());
                self.number(2_u8).text(times.zone().name()).time(start).time(end)
            }
        }
    }

    pub(crate) fn booking_time(&mut self, time: Option<BookingTime>) -> &mut Self {
        self.maybe(time, |clear, time| {
            match time {
                BookingTime::At(instant) => clear.number(0_u8).time(instant),
                BookingTime::BeforeStart { seconds } => clear.number(1_u8).number(seconds),
            };
        })
    }

    pub(crate) fn capacity(&mut self, capacity: Capacity) -> &mut Self {
        match capacity {
            Capacity::Unlimited => self.number(0_u8),
            Capacity::Limited(places) => self.number(1_u8).number(places),
        }
    }

    pub(crate) fn overbook(&mut self, overbook: Overbook) -> &mut Self {
        match overbook {
            Overbook::No => self.number(0_u8),
            Overbook::Places(places) => self.number(1_u8).number(places),
            Overbook::PerCent(of_hundred) => self.number(2_u8).number(of_hundred),
        }
    }

    pub(crate) fn credentials(&mut self, credentials: &[Credential]) -> &mut Self {
        self.each(credentials.iter(), Self::credential)
    }

    fn credential(&mut self, credential: &Credential) {
        match credential {
            Credential::Code(code) => self.number(0_u8).text(code.as_str()),
            Credential::Category(category) => self.number(1_u8).text(category.as_str()),
            Credential::Organisation(id) => self.number(2_u8).id(id.bytes()),
        };
    }

    pub(crate) fn who(&mut self, who: &[Who]) -> &mut Self {
        self.each(who.iter(), |clear, who| match who {
            Who::With(credential) => clear.number(0_u8).credential(credential),
            Who::Person(person) => {
                clear.number(1_u8).id(person.bytes());
            }
        })
    }

    pub(crate) fn classes(&mut self, classes: &[Vec<Who>]) -> &mut Self {
        self.each(classes.iter(), |clear, class| {
            clear.who(class);
        })
    }

    pub(crate) fn set_aside(&mut self, set_aside: &SetAside) -> &mut Self {
        let SetAside { id, pool, places, who, release } = set_aside;
        self.number(id.get()).number(pool.get()).number(*places).who(who).booking_time(*release)
    }

    pub(crate) fn reconfirmation(&mut self, ask: Option<Reconfirmation>) -> &mut Self {
        self.maybe(ask, |clear, Reconfirmation { until, on_silence }| {
            clear.time(until).number(match on_silence {
                Silence::Keep => 0_u8,
                Silence::Release => 1,
                Silence::FollowUp => 2,
            });
        })
    }

    pub(crate) fn mode(&mut self, mode: &Mode) -> &mut Self {
        self.id(Fingerprint::of_place(mode).bytes())
    }

    pub(crate) fn session(&mut self, session: &Session) -> &mut Self {
        let texts = Fingerprint::of(&session.texts);
        self.id(session.id.bytes()).schedule(&session.schedule).text(&session.room).id(texts.bytes())
    }

    pub(crate) fn pool(&mut self, pool: &Pool) -> &mut Self {
        let Pool { id, name, capacity, overbook } = pool;
        self.number(id.get()).text(name).capacity(*capacity).overbook(*overbook)
    }

    /// All of an offering.
    pub(crate) fn offered(&mut self, offering: &Offering) -> &mut Self {
        let Offering { id, name, pools, max_party, waiting_list, requires, session, .. } = offering;
        let Offering { line, approval, only_for, hold_limit, .. } = offering;
        self.number(id.get()).text(name);
        self.each(pools.iter(), |clear, pool| {
            clear.number(pool.get());
        });
        self.number(max_party.get()).flag(*waiting_list).offering(*requires);
        self.maybe(*session, |clear, session| {
            clear.id(session.bytes());
        });
        match line.serving {
            Serving::Automatic => self.number(0_u8),
            Serving::Offer(terms) => {
                self.number(1_u8).number(terms.respond_within).maybe(terms.quiet, |clear, quiet| {
                    clear.text(&quiet.from.to_string()).text(&quiet.until.to_string());
                })
            }
        };
        match line.head {
            HeadPolicy::Strict => self.number(0_u8),
            HeadPolicy::BestFit => self.number(1_u8),
            HeadPolicy::StrictThenFit { seconds } => self.number(2_u8).number(seconds),
        };
        self.maybe(*approval, |clear, Approval { pending_uses_places, decide_within }| {
            clear.flag(pending_uses_places).maybe(decide_within, |clear, seconds| {
                clear.number(seconds);
            });
        });
        self.who(only_for).number(*hold_limit)
    }

    /// All of an announcement.
    pub(crate) fn announcement(&mut self, announcement: &Announcement) -> &mut Self {
        let Announcement { kind, title, description, mode, schedule, pools, offerings, .. } = announcement;
        let Announcement { window, no_overlap, reference, draft, series, replaces, .. } = announcement;
        let Announcement { organisation_cap, priorities, set_asides, .. } = announcement;
        self.text(kind.code()).text(title).text(description).mode(mode).schedule(schedule);
        self.each(pools.iter(), |clear, pool| {
            clear.pool(pool);
        });
        self.each(offerings.iter(), |clear, offering| {
            clear.offered(offering);
        });
        let BookingWindow { opens, closes } = *window;
        self.booking_time(opens).booking_time(closes).flag(*no_overlap).reference(reference.as_ref());
        self.flag(*draft);
        self.maybe(*series, |clear, series| {
            clear.id(series.bytes());
        });
        self.maybe(*replaces, |clear, gathering| {
            clear.gathering(gathering);
        });
        self.maybe(*organisation_cap, |clear, OrganisationCap { people, until }| {
            clear.number(people).booking_time(until);
        });
        self.classes(priorities).each(set_asides.iter(), |clear, set_aside| {
            clear.set_aside(set_aside);
        })
    }
}
