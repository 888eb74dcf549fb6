//! What people in an office look at: lists and a programme on the terminal, calendars in files.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use gather::calendar::ProgrammeFeed;
use gather::{GatheringId, Programme, ProgrammeWarning, SessionId};

use crate::Outcome;
use crate::office::{News, Office};
use crate::words::{Words, name, wrapped};
use crate::year::{Show, Year};

impl Office {
    /// Prints what people in an office look at, and last what was done and what to open next.
    pub(crate) fn print(&self, year: &Year, out: &Path, mut to: impl Write) -> Outcome<()> {
        let Self { desk, done_now, answered_before, archived, refused, settled, files_written, .. } = self;
        writeln!(to, "{}\n", desk.whats_on())?;
        let gathering = self.gathering(&year.show.lists)?;
        // Without `expose` a list prints `[personal]` for every name.
        writeln!(to, "{}\n", desk.attendee_list(gathering)?.expose("name badges"))?;
        writeln!(to, "{}\n", desk.waiting_list(gathering)?.expose("telling who is next"))?;
        if let Some(name) = &year.show.programme {
            self.print_conference(self.gathering(name)?, &mut to)?;
        }
        writeln!(to, "{}\n", desk.agenda(self.person(year.show.agenda)?))?;
        let words = Words::of(self, year);
        for (time, refusal) in refused {
            let day = year.clock.wall(*time).format("%Y-%m-%d %H:%M");
            writeln!(to, "{}", wrapped(&format!("refused on {day}: {}", words.plain(refusal)), "  "))?;
        }
        self.print_desk(year, &words, &mut to)?;
        let (sent, refused) = (year.people.len() + year.steps.len(), refused.len());
        let (records, next) = (desk.position(), out.join("public.ics"));
        writeln!(
            to,
            "{sent} commands: {done_now} done now, {answered_before} answered before, {archived} archived before, \
             {refused} refused\n{settled} things came due by themselves; {records} records in the log, \
             {files_written} files written\nopen {} next",
            next.display()
        )?;
        Ok(())
    }

    /// The programme with what does not fit in it, who waits for a part of it, and whom changes have concerned.
    fn print_conference(&self, conference: GatheringId, to: &mut impl Write) -> Outcome<()> {
        let programme = self.desk.programme(conference)?;
        writeln!(to, "{programme}\n")?;
        for warning in programme.warnings() {
            writeln!(to, "look again: {}", in_words(&programme, &warning))?;
        }
        writeln!(to, "\n{}\n", self.desk.waiting_list(conference)?.expose("telling who is next"))?;
        for News { time, registration, has_ended } in &self.news {
            let row = self.desk.registration(*registration)?;
            if row.gathering == conference {
                let name = name(self.desk.person(row.booker).as_ref());
                let what = if *has_ended { "the place is gone" } else { "there is a place now" };
                writeln!(to, "tell {name} of {:?} ({}): {what}", row.title(), time.format("%Y-%m-%d %H:%M"))?;
            }
        }
        writeln!(to)?;
        Ok(())
    }

    /// Writes the public calendars, and those of a few people. Theirs hold join links: keep them to their owners.
    pub(crate) fn write_calendars(&mut self, show: &Show, out: &Path) -> Outcome<()> {
        let public = self.desk.public_feed().name("Community libraries: what is on").to_string();
        self.write(&out.join("public.ics"), &public)?;
        if let Some(name) = &show.programme {
            let programme = self.desk.programme(self.gathering(name)?)?;
            self.write_programme(&programme, &show.speakers, out)?;
        }
        fs::create_dir_all(out.join("people"))?;
        for &number in &show.calendars {
            let person = self.person(number)?;
            let own = self.desk.calendar(person).to_string();
            self.write(&out.join("people").join(format!("{person}.ics")), &own)?;
        }
        Ok(())
    }

    /// Writes the programme as a calendar, and what each of a few people speaks at as one of its own.
    fn write_programme(&mut self, programme: &Programme, speakers: &[u32], out: &Path) -> Outcome<()> {
        let whole = ProgrammeFeed::new(programme.clone()).to_string();
        self.write(&out.join("conference.ics"), &whole)?;
        fs::create_dir_all(out.join("speakers"))?;
        for &number in speakers {
            let speaker = self.person(number)?;
            let title = &programme.announcement().title;
            let name = programme.speaker_name(speaker).unwrap_or_default();
            let feed = ProgrammeFeed::new(programme.clone().by_speaker(speaker)).sessions_only();
            let feed = feed.name(format!("{title}: {name}")).to_string();
            self.write(&out.join("speakers").join(format!("{speaker}.ics")), &feed)?;
        }
        Ok(())
    }

    /// Leaves a file alone that is as it should be, so that readers need not fetch it again.
    fn write(&mut self, path: &Path, text: &str) -> io::Result<()> {
        if fs::read(path).is_ok_and(|before| before == text.as_bytes()) {
            return Ok(());
        }
        self.files_written += 1;
        fs::write(path, text)
    }
}

/// A warning with titles and names, where it has only ids to tell.
fn in_words(programme: &Programme, warning: &ProgrammeWarning) -> String {
    let title = |id: &SessionId| {
        programme.session(*id).map_or_else(|| id.to_string(), |row| format!("{:?}", row.texts().title))
    };
    match warning {
        ProgrammeWarning::RoomTwice { room, earlier, later } => {
            format!("{room:?} has {} while {} is on", title(later), title(earlier))
        }
        ProgrammeWarning::SpeakerTwice { speaker, earlier, later } => {
            let name = programme.speaker_name(*speaker).unwrap_or_else(|| speaker.to_string());
            format!("{name} speaks in {} while {} is on", title(later), title(earlier))
        }
        ProgrammeWarning::Outside { session } => format!("{} is on another day", title(session)),
        ProgrammeWarning::Untimed { session } => format!("{} has no exact time yet", title(session)),
        other => other.to_string(),
    }
}
