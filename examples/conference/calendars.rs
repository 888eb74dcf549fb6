//! The calendars of a folder: the programme's, one for each track and each room, and a few people's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gather::calendar::ProgrammeFeed;
use gather::{Desk, PersonId, Programme};

use crate::Outcome;
use crate::ids::Digest;
use crate::progress::Progress;

/// How a calendar of this crate begins: such a file may be written over.
const OURS: &[u8] = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//gather//";

/// How many characters of a name are taken into a file's name.
const LONGEST: usize = 60;

/// Names that one system or another keeps for its devices.
const DEVICES: [&str; 6] = ["aux", "con", "nul", "prn", "com", "lpt"];

/// A folder of calendars.
pub(crate) struct Calendars<'a> {
    folder: &'a Path,
    /// How many files are there as they should be.
    pub(crate) files: usize,
    /// How many of these were written now; the others were so before.
    pub(crate) written: usize,
}

impl<'a> Calendars<'a> {
    pub(crate) fn new(folder: &'a Path) -> Self {
        Self { folder, files: 0, written: 0 }
    }

    /// Writes the programme, and a calendar for each of its tracks and rooms.
    pub(crate) fn write_programme(&mut self, programme: &Programme) -> Outcome<()> {
        self.write(Path::new("programme.ics"), &ProgrammeFeed::new(programme.clone()).to_string())?;
        self.write_parts(programme, "track", &programme.tracks(), Programme::on_track)?;
        self.write_parts(programme, "room", &programme.rooms(), Programme::in_room)
    }

    fn write_parts(
        &mut self,
        programme: &Programme,
        folder: &str,
        names: &BTreeSet<&str>,
        part: impl Fn(Programme, &str) -> Programme,
    ) -> Outcome<()> {
        let title = &programme.announcement().title;
        let files = file_names(names);
        let mut progress = Progress::of("calendars", files.len());
        for (file, name) in &files {
            let feed = ProgrammeFeed::new(part(programme.clone(), name)).sessions_only();
            let feed = feed.name(format!("{title}: {name}"));
            self.write(&Path::new(folder).join(file), &feed.to_string())?;
            progress.step();
        }
        // A track that nothing is on any more: whoever has its address would keep what was in it, if it were gone. So
        // it stays and is empty. No track and no room has a line break in its name.
        let empty = ProgrammeFeed::new(part(programme.clone(), "\n")).sessions_only().to_string();
        for file in self.calendars_in(folder)?.into_iter().filter(|file| !files.contains_key(file)) {
            self.write(&Path::new(folder).join(file), &empty)?;
        }
        Ok(())
    }

    /// Writes what these people have booked, and does so again for those who have a calendar here. Theirs would hold
    /// join links: keep them to their owners.
    pub(crate) fn write_people(&mut self, desk: &Desk, people: BTreeSet<PersonId>) -> Outcome<()> {
        let known = self.calendars_in("people")?;
        let known = known.iter().filter_map(|file| file.strip_suffix(".ics")?.parse::<PersonId>().ok());
        for person in known.chain(people).collect::<BTreeSet<_>>() {
            if !desk.agenda(person).rows().is_empty() {
                let own = desk.calendar(person).with_waiting().to_string();
                self.write(&Path::new("people").join(format!("{person}.ics")), &own)?;
            }
        }
        Ok(())
    }

    /// Writes a calendar, unless it is there as it should be: then readers need not fetch it again.
    pub(crate) fn write(&mut self, file: &Path, text: &str) -> Outcome<()> {
        let path = self.folder.join(file);
        self.files += 1;
        if fs::read(&path).is_ok_and(|before| before == text.as_bytes()) {
            return Ok(());
        }
        self.written += 1;
        replace(&path, text).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// The names of the calendars of ours in a folder of this one.
    fn calendars_in(&self, folder: &str) -> io::Result<BTreeSet<String>> {
        let entries = match fs::read_dir(self.folder.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(error) => return Err(error),
        };
        let mut found = BTreeSet::new();
        for entry in entries {
            let path = entry?.path();
            let is_ours = path.extension().is_some_and(|extension| extension == "ics")
                && fs::read(&path).is_ok_and(|text| text.starts_with(OURS));
            let name = path.file_name().and_then(|name| name.to_str()).filter(|_| is_ours);
            found.extend(name.map(ToOwned::to_owned));
        }
        Ok(found)
    }
}

/// Puts a file in place at once: whoever fetches it meanwhile gets the old one or the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = PathBuf::from(format!("{}.new", path.display()));
    fs::write(&draft, text)?;
    fs::rename(&draft, path)
}

/// A file's name for each of these names, each with a name of its own.
fn file_names<'n>(names: &BTreeSet<&'n str>) -> BTreeMap<String, &'n str> {
    let mut by_slug: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in names {
        by_slug.entry(slug(name)).or_default().push(name);
    }
    let mut files = BTreeMap::new();
    for (slug, names) in by_slug {
        let is_good = names.len() == 1 && !is_device(&slug);
        for name in names {
            let mark = Digest::of("file name").with(name).uuid().simple().to_string();
            let mark = mark.get(..8).unwrap_or_default();
            let file = match slug.as_str() {
                "" => format!("{mark}.ics"),
                slug if is_good => format!("{slug}.ics"),
                slug => format!("{slug}-{mark}.ics"),
            };
            files.insert(file, name);
        }
    }
    files
}

/// A name in small letters, digits and hyphens: nothing in it means anything to a file system.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().map(|c| c.to_ascii_lowercase()) {
        if slug.len() >= LONGEST {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

fn is_device(slug: &str) -> bool {
    DEVICES.contains(&slug.trim_end_matches(|c: char| c.is_ascii_digit()))
}
