//! What the desk says, in the office's own words: it may name people, and its times are by the clock on the wall.

use chrono::{DateTime, Utc};
use gather::{Opened, PersonDetails, Personal, Refusal, Zone};

use crate::office::Office;
use crate::year::{Organisation, Year};

/// What ids stand for. A refusal says `person 7f1c...`, since it may end in a log; the office knows who that is.
pub(crate) struct Words {
    names: Vec<(String, String)>,
    clock: Zone,
}

impl Words {
    pub(crate) fn of(office: &Office, year: &Year) -> Self {
        let desk = &office.desk;
        let people = office.people().map(|id| (format!("person {id}"), name(desk.person(id).as_ref())));
        let gatherings = office.gatherings().filter_map(|id| {
            let row = desk.gathering(id).ok()?;
            Some((format!("gathering {id}"), format!("{:?}", row.announcement().title)))
        });
        let registrations = office.registrations().filter_map(|id| {
            let row = desk.registration(id).ok()?;
            Some((format!("registration {id}"), format!("booking no. {} for {:?}", row.number, row.title())))
        });
        let organisations = year.organisations.iter();
        let organisations =
            organisations.map(|it| (format!("organisation {}", Organisation::id(it.no)), it.name.clone()));
        let names = people.chain(gatherings).chain(registrations).chain(organisations).collect();
        Self { names, clock: year.clock }
    }

    /// A refusal with names for ids and times by the clock.
    pub(crate) fn plain(&self, refusal: &Refusal) -> String {
        self.named(&refusal.to_string())
    }

    /// A refusal as a sentence of its own.
    pub(crate) fn sentence(&self, refusal: &Refusal) -> String {
        let plain = self.plain(refusal);
        let mut letters = plain.chars();
        letters
            .next()
            .map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
    }

    /// A text of the desk's with names for ids and times by the clock.
    pub(crate) fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (id, name) in &self.names {
            if text.contains(id) {
                text = text.replace(id, name);
            }
        }
        let words: Vec<_> = text.split(' ').map(|word| self.timed(word)).collect();
        words.join(" ")
    }

    /// A word; if it is an instant, what the clock on the wall shows then.
    fn timed(&self, word: &str) -> String {
        let bare = word.trim_end_matches([',', ';', ':', '.']);
        let Ok(instant) = bare.parse::<DateTime<Utc>>() else { return word.into() };
        let after = word.strip_prefix(bare).unwrap_or_default();
        format!("{}{after}", self.clock.wall(instant).format("%H:%M on %-d %B %Y"))
    }
}

/// What a person is called, where it can be read.
pub(crate) fn name(details: Option<&Opened<PersonDetails>>) -> String {
    let known = details.and_then(Opened::known).map(Personal::expose);
    known.map_or_else(|| String::from("somebody"), |details| details.name.clone())
}

/// How wide lines may be.
const WIDTH: usize = 96;

/// A text in lines that are not too long; from the second on, each begins with the indent.
pub(crate) fn wrapped(text: &str, indent: &str) -> String {
    let (mut lines, mut width) = (String::new(), 0);
    for word in text.split(' ') {
        let long = word.chars().count();
        if width > 0 && width + 1 + long > WIDTH {
            lines.push('\n');
            lines.push_str(indent);
            width = indent.chars().count();
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += long;
    }
    lines
}
