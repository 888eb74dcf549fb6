//! What stands at the top of a calendar that a desk gives out, and how it is written: the same for all of them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Calendar, CalendarEntry, Colour, Geo, Link, PublicEntry, Wording};
use crate::schedule::{CompiledRules, ZoneRules};

/// Whatever a host says of a calendar as a whole.
#[derive(Clone)]
pub(super) struct Masthead {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) colour: Option<Colour>,
    pub(super) source: Option<String>,
    pub(super) url: Option<String>,
    pub(super) refresh_hours: u32,
    pub(super) wording: Wording,
    pub(super) rules: Arc<dyn ZoneRules>,
    pub(super) places: BTreeMap<String, Geo>,
}

impl Masthead {
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            colour: None,
            source: None,
            url: None,
            refresh_hours: 12,
            wording: Wording::default(),
            rules: Arc::new(CompiledRules),
            places: BTreeMap::new(),
        }
    }

    /// The calendar of some entries, with this above them.
    pub(super) fn calendar<I>(&self, entries: I) -> Calendar<'_, I>
    where
        I: Iterator<Item: CalendarEntry> + Clone,
    {
        Calendar {
            colour: self.colour,
            // Both were checked when they were given.
            source: self.source.as_deref().map(Link),
            url: self.url.as_deref().map(Link),
            refresh_hours: self.refresh_hours,
            wording: &self.wording,
            rules: &*self.rules,
            ..Calendar::new(&self.name, entries).description(&self.description)
        }
    }

    /// The entry, with the place of its venue on the globe, where that is known.
    pub(super) fn placed<'e>(&self, entry: PublicEntry<'e>) -> PublicEntry<'e> {
        match entry.venue().and_then(|venue| self.places.get(&venue.name)) {
            Some(geo) => entry.geo(*geo),
            None => entry,
        }
    }
}

/// Not the source, whose address may be all that protects a personal calendar.
impl fmt::Debug for Masthead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masthead").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Gives a feed with a `masthead`, and with `write_pieces`, what each feed has.
macro_rules! as_feed {
    ($feed:ident) => {
        impl $feed {
            /// Names the calendar, as readers list it. It is written twice, as NAME (RFC 7986, section 5.1) and as
            /// X-WR-CALNAME, which Google, Outlook and Apple read.
            pub fn name(mut self, name: impl Into<String>) -> Self {
                self.masthead.name = name.into();
                self
            }

            /// Says what the calendar holds: X-WR-CALDESC, which Google and Apple show.
            pub fn description(mut self, description: impl Into<String>) -> Self {
                self.masthead.description = description.into();
                self
            }

            /// The colour to show it in, where readers do not ask their users.
            pub fn colour(mut self, colour: $crate::calendar::Colour) -> Self {
                self.masthead.colour = Some(colour);
                self
            }

            /// Where the file can be had again (RFC 7986, section 5.8). Whoever has the file then has its address: leave it
            /// out where that is a secret.
            pub fn source(mut self, source: $crate::calendar::Link<'_>) -> Self {
                self.masthead.source = Some(source.as_str().to_owned());
                self
            }

            /// A page that shows the same to people (RFC 7986, section 5.5).
            pub fn url(mut self, url: $crate::calendar::Link<'_>) -> Self {
                self.masthead.url = Some(url.as_str().to_owned());
                self
            }

            /// How many hours readers should wait before they ask again; 12 unless told otherwise, at least 1. It is
            /// written twice, as REFRESH-INTERVAL (RFC 7986, section 5.7) and as X-PUBLISHED-TTL, which Outlook reads.
            /// Google asks every 8 to 24 hours whatever stands here.
            pub fn refresh_hours(mut self, hours: u32) -> Self {
                self.masthead.refresh_hours = hours.max(1);
                self
            }

            /// Replaces the words that the calendar adds.
            pub fn wording(mut self, wording: $crate::calendar::Wording) -> Self {
                self.masthead.wording = wording;
                self
            }

            /// The table of time zones to write the times by, in place of the one that this build was made with. See
            /// [`Calendar::zone_rules`]($crate::calendar::Calendar::zone_rules) for times that were planned by another.
            pub fn zone_rules(mut self, rules: impl $crate::ZoneRules + 'static) -> Self {
                self.masthead.rules = std::sync::Arc::new(rules);
                self
            }

            /// Where a venue is, by its name, letter by letter: entries that take place there say so to maps (GEO, RFC 5545,
            /// section 3.8.1.6). Where a venue is not known, its name and address stand alone.
            pub fn place(mut self, venue: impl Into<String>, geo: $crate::calendar::Geo) -> Self {
                self.masthead.places.insert(venue.into(), geo);
                self
            }

            /// Writes the calendar as UTF-8, in pieces of some 16 kB: there is no need for a buffer in between, and memory
            /// does not grow with the calendar.
            ///
            /// # Errors
            /// Whatever `out` says; some of the calendar may have been written.
            pub fn write_to(&self, mut out: impl std::io::Write) -> std::io::Result<()> {
                self.write_pieces(|lines| out.write_all(lines.as_bytes())).map(drop)
            }

            /// What tells this state of the calendar from the next, for `ETag` and 304. It costs as much as writing the
            /// calendar does, and keeps nothing of it; a host with many readers keeps it until the log goes on.
            #[must_use]
            pub fn revision(&self) -> $crate::calendar::Revision {
                super::revision_of(|fingerprint| {
                    self.write_pieces(|lines| {
                        fingerprint.add(lines.as_bytes());
                        Ok(())
                    })
                })
            }
        }

        /// The whole calendar, as `to_string` gives it.
        impl std::fmt::Display for $feed {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.write_pieces(|lines| f.write_str(lines.as_str())).map(drop)
            }
        }
    };
}

pub(super) use as_feed;
