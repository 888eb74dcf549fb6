//! All that a desk shows to anybody, and all that is counted in it.

use std::fmt::{Debug, Display};

use chrono::{DateTime, Utc};
use gather::calendar::{Invitations, Mailbox, ProgrammeFeed};
use gather::testkit::person_id;
use gather::{
    CalendarToken, Desk, GatheringId, Opened, OutboxMark, Period, PersonDetails, PersonId, Position,
    RegistrationId,
};
use serde::Serialize;

use super::life::CANARY;

/// What is shown, each with what it is called.
#[derive(Default)]
struct Shown(Vec<(String, String)>);

impl Shown {
    fn debug(&mut self, what: &str, value: &impl Debug) {
        self.0.push((format!("{what}, Debug"), format!("{value:?} {value:#?}")));
    }

    fn print(&mut self, what: &str, value: &(impl Display + Debug)) {
        self.debug(what, value);
        self.0.push((what.into(), value.to_string()));
    }

    fn json(&mut self, what: &str, value: &impl Serialize) {
        self.0.push((format!("{what}, JSON"), serde_json::to_string(value).unwrap()));
    }

    /// What somebody gets who opens what is sealed.
    fn opened<T: zeroize::Zeroize + Debug>(
        &mut self,
        what: &str,
        opened: &Opened<T>,
        text: impl Fn(&T) -> String,
    ) {
        self.debug(what, opened);
        if let Some(value) = opened.known() {
            self.0.push((format!("{what}, opened"), text(value.expose())));
        }
    }
}

/// Whether names may be told in this, as long as nobody is forgotten: where they were asked for, and in a programme those under
/// which people speak. Nothing that is printed for those who look for faults tells them.
pub(super) fn may_tell_names(what: &str) -> bool {
    let asked_for = [
        "the exposed",
        "details, opened",
        "answers, opened",
        "comments, opened",
        "a note, opened",
        "the programme",
    ];
    asked_for.iter().any(|begins| what.starts_with(begins)) && !what.ends_with("Debug")
}

/// Reports, and what changed since the beginning.
fn reports(shown: &mut Shown, desk: &Desk) {
    let ever = Period::between(DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC);
    let (then, now) = (desk.as_of(Position::START).unwrap(), desk.as_of(desk.position()).unwrap());
    let (reach, changes) = (now.reach(&ever), then.diff(&now));
    shown.print("who came", &now.show_up(&ever));
    shown.print("the digest", &then.digest(&ever));
    shown.print("the reach", &reach);
    shown.json("the reach", &reach);
    shown.print("the exposed reach", &reach.expose("test"));
    shown.json("the exposed reach", &reach.expose("test"));
    shown.print("what changed", &changes);
    shown.json("what changed", &changes);
    shown.print("the exposed changes", &changes.expose("test"));
    shown.json("the exposed changes", &changes.expose("test"));
    shown.debug("what was", &now);
}

/// Everything that a desk shows, names and links exposed.
pub(super) fn everything_shown(
    desk: &Desk,
    gatherings: &[GatheringId],
    token: Option<&CalendarToken>,
) -> Vec<(String, String)> {
    let mut shown = Shown::default();
    shown.debug("the desk", desk);
    shown.print("what is on", &desk.whats_on());
    shown.json("what is on", &desk.whats_on());
    shown.print("the public calendar", &desk.public_feed());
    reports(&mut shown, desk);
    for gathering in gatherings {
        of_a_gathering(&mut shown, desk, *gathering);
    }
    for person in (0..20).map(person_id).chain([CANARY]) {
        of_a_person(&mut shown, desk, person);
    }
    if let Some(token) = token {
        match desk.calendar_by_token(&token.expose()) {
            Ok(calendar) => shown.print("the calendar behind the address", &calendar),
            Err(failure) => shown.print("no calendar behind the address", &failure),
        }
        shown.debug("the token", token);
    }
    messages(&mut shown, desk);
    let page = desk.read_log(Position::START, usize::MAX).unwrap();
    shown.debug("the log", &page);
    shown.debug("how it was opened", desk.opening());
    shown.debug("the report", &desk.open_report());
    shown.debug("the last checkpoint", &desk.last_checkpoint());
    let findings = desk.verify(&mut |_| ()).unwrap();
    shown.print("the audit", &findings);
    shown.0
}

/// Every message that was ever due, to whom and with what in it.
fn messages(shown: &mut Shown, desk: &Desk) {
    let invitations = Invitations::from(Mailbox::new("Library network", "events@library.example").unwrap());
    let outbox = desk.outbox(&invitations, OutboxMark::default(), usize::MAX);
    shown.debug("what is due", &outbox);
    for due in &outbox.due {
        shown.debug("a message", due);
        if let Ok(message) = &due.mail {
            let to = message.recipient().expose();
            let text = format!("{} {} {}", to.name(), to.address(), message.text().expose());
            shown.0.push(("the exposed message".into(), text));
        }
    }
}

fn of_a_gathering(shown: &mut Shown, desk: &Desk, gathering: GatheringId) {
    let attended = desk.attendance(gathering).unwrap();
    shown.print("who attended", &attended);
    shown.json("who attended", &attended);
    shown.print("the exposed attendance", &attended.expose("test"));
    shown.json("the exposed attendance", &attended.expose("test"));
    let scans = desk.scans(gathering).unwrap();
    shown.print("the scans", &scans);
    shown.json("the scans", &scans);
    shown.print("the head counts", &desk.check_in_counts(gathering).unwrap());
    let attendees = desk.attendee_list(gathering).unwrap();
    shown.print("the attendee list", &attendees);
    shown.json("the attendee list", &attendees);
    shown.debug("its rows", &attendees.rows());
    let exposed = attendees.expose("a test");
    shown.print("the exposed attendee list", &exposed);
    shown.json("the exposed attendee list", &exposed);
    let waiting = desk.waiting_list(gathering).unwrap();
    shown.print("the waiting list", &waiting);
    shown.json("the waiting list", &waiting);
    let exposed = waiting.expose("a test");
    shown.print("the exposed waiting list", &exposed);
    shown.json("the exposed waiting list", &exposed);
    let programme = desk.programme(gathering).unwrap();
    shown.print("the programme", &programme);
    shown.json("the programme", &programme);
    shown.print("the programme's calendar", &ProgrammeFeed::new(programme));
    shown.debug("who read what people need", &desk.reads(gathering).unwrap());
    shown.debug("the resources", &desk.resources(gathering).unwrap());
    shown.debug("the gathering", &desk.gathering(gathering).unwrap());
    shown.json("the gathering", &desk.gathering(gathering).unwrap());
}

fn of_a_person(shown: &mut Shown, desk: &Desk, person: PersonId) {
    let agenda = desk.agenda(person);
    shown.print("an agenda", &agenda);
    shown.json("an agenda", &agenda);
    shown.print("a calendar", &desk.calendar(person).with_waiting());
    shown.debug("what somebody may have", &desk.resources_for(person, true));
    if let Some(details) = desk.person(person) {
        shown.opened("details", &details, |it| {
            let PersonDetails { name, email, phone, organisation, role, region, badge_name, .. } = it;
            format!("{name} {email} {phone} {organisation} {role} {region} {badge_name}")
        });
    }
    for row in agenda.rows() {
        if let Some(link) = agenda.join_link(row.registration) {
            shown.opened("a join link", &link, |link| link.as_str().to_owned());
        }
        shown.print("why it stands so", &desk.explain(row.registration).unwrap());
        shown.debug("a registration", &desk.registration(row.registration).unwrap());
        for given in desk.given_answers(row.registration).unwrap() {
            shown.debug("an answer to an invitation", &given);
            if let Some(comment) = &given.comment {
                shown.opened("comments", comment, |comment| comment.as_str().to_owned());
            }
        }
        if let Some(note) = desk.note(row.registration).unwrap() {
            shown.opened("a note", &note, |note| note.as_str().to_owned());
        }
        if let Some(answers) = desk.answers(row.registration).unwrap() {
            shown.opened("answers", &answers, |answers| {
                answers.iter().flat_map(|(question, answer)| [question, " ", answer, " "]).collect()
            });
        }
    }
}

/// Every count and every order on these gatherings, without a name; of agendas without a registration.
pub(super) fn counts(desk: &Desk, gatherings: &[GatheringId], but: RegistrationId) -> Vec<String> {
    let mut told = Vec::new();
    for gathering in gatherings {
        let list = desk.attendee_list(*gathering).unwrap();
        told.push(format!("{gathering}: {:?} {:?}", list.pools(), list.presence()));
        let row = |row: &gather::AttendeeRow| {
            let gather::AttendeeRow { number, place, registration, person, booker, offering, .. } = row;
            format!(
                "{number} {place} {registration} {person:?} {booker} {offering} {} {:?} {:?} {} {} {:?} {:?} {} {}",
                row.party,
                row.status,
                row.presence,
                row.uncounted,
                row.since,
                row.tags(),
                row.consents().collect::<Vec<_>>(),
                row.has_needs(),
                row.note().is_some()
            )
        };
        told.extend(list.rows().iter().map(row));
        let line = desk.waiting_list(*gathering).unwrap();
        for row in line.offered().iter().chain(line.rows()) {
            let gather::WaitingRow { offering, place_in_line, number, registration, booker, .. } = row;
            told.push(format!("{offering} {place_in_line} {number} {registration} {booker} {}", row.party));
        }
        told.push(serde_json::to_string(&desk.gathering(*gathering).unwrap()).unwrap());
        told.push(format!("{} sessions", desk.programme(*gathering).unwrap().rows().len()));
    }
    for person in (0..20).map(person_id).chain([CANARY]) {
        let agenda = desk.agenda(person);
        let over =
            agenda.rows().iter().filter(|row| gatherings.contains(&row.gathering) && row.registration != but);
        told.extend(
            over.map(|row| format!("{person} {} {:?} {}", row.registration, row.status, row.title())),
        );
    }
    told
}
