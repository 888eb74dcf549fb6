//! The list of a full conference: a page of it at the desk, who is found by name, and a file for the caterer.
//!
//! ```sh
//! cargo run --example attendees
//! ```
//!
//! With a path behind it, `cargo run --example attendees -- folder`, it also leaves three files there: `attendees.csv` for
//! spreadsheets, `attendees.raw.csv` for machines, and `attendees.json` with the cells of both, by which other readers are
//! checked.

#![allow(clippy::print_stdout, reason = "the program's output")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use gather::{
    Answers, AttendeeQuery, Column, Columns, CsvForm, Desk, Filter, Gathering, GatheringId, Offering,
    OfferingId, PersonDetails, Pool, PoolId, Register, SortKey, Venue,
};

type Failure = Box<dyn std::error::Error>;

const ROOM: OfferingId = OfferingId::ONLY;
const ONLINE: OfferingId = OfferingId::new(2);

/// Names as they are, and as they should not be: invented, all of them.
const NAMES: &[&str] = &[
    "مريم عبد الرحمن",
    "Zoe\u{308} Müller-Lüdenscheidt",
    "王小明",
    "O\"Neil, Ann",
    "=1+1",
    "김민지",
    "👩‍👩‍👧 the Okafor family",
    "'t Hooft, Jan",
    "Adolph Blaine Charles David Earl Frederick Gerald Hubert Irvin John Kenneth",
    "@dee",
    "-2+3 Smith",
];
const FIRST: &[&str] = &[
    "Abena",
    "Aisha",
    "Alun",
    "Amrit",
    "Anwen",
    "Beatriz",
    "Bilal",
    "Callum",
    "Carys",
    "Chidi",
    "Dafydd",
    "Deepa",
    "Eilidh",
    "Ewa",
    "Farida",
    "Femi",
    "Gethin",
    "Grace",
    "Hamid",
    "Helen",
    "Imran",
    "Iona",
    "Jasmin",
    "Joan",
    "Kofi",
    "Leila",
    "Lukas",
    "Łukasz",
    "Mairi",
    "Marek",
    "Nadia",
    "Niamh",
    "Olu",
    "Ольга",
    "Parveen",
    "Priya",
    "Rhys",
    "Rosa",
    "Sanjay",
    "Siobhán",
    "Tariq",
    "Tomasz",
    "Uma",
    "Victor",
    "Wanjiru",
    "Yusuf",
    "Zainab",
    "Χρήστος",
];
const LAST: &[&str] = &["Mensah", "Patel", "Evans", "Nowak", "Begum"];
const LIBRARIES: &[&str] =
    &["Hillside Library", "Upper Valley Community Library and Reading Room", "Mere Road Hub", "図書館の友"];
const DIETS: &[&str] = &["", "no nuts", "halal\nno egg", "vegan,\t\"really\"", "+1 for lunch"];

fn main() -> Result<(), Failure> {
    let desk = Desk::in_memory();
    let day = conference(&desk)?;
    let kept = desk.keep_attendee_list(day, "door list")?;

    let columns: Columns = "number, name, organisation, offering, state".parse()?;
    let by_name = AttendeeQuery::everybody().columns(columns).sort([SortKey::ascending(Column::Name)]);
    let first = kept.page(&by_name.clone().limit(14))?;
    println!("{first}\n");
    let found = kept.page(&by_name.clone().narrow(Filter::name("ab")))?;
    println!("{} with a name like \"ab\"", found.total());
    let vegans = Filter::answer("diet", "vegan,\t\"really\"").and(Filter::has_place());
    println!("{} to be cooked for in an own pan", kept.page(&by_name.narrow(vegans))?.total());

    if let Some(folder) = std::env::args_os().nth(1) {
        leave_files(&desk, day, Path::new(&folder))?;
    }
    Ok(())
}

/// Two hundred places in the room, all of them taken, a line, and some who follow online.
fn conference(desk: &Desk) -> Result<GatheringId, Failure> {
    let day = Gathering::conference("Owning libraries", Venue::new("Central Library, Sheffield"))
        .at("2099-03-20 Europe/London".parse()?)
        .pool(Pool::new(PoolId::new(1), "room", 200))
        .pool(Pool::new(PoolId::new(2), "online", 500))
        .offering(Offering::new(ROOM, "in person", [PoolId::new(1)]))
        .offering(Offering::new(ONLINE, "online", [PoolId::new(2)]));
    let day = desk.announce(day)?.outcome;
    for nth in 0..240_usize {
        let of =
            |names: &[&'static str], nth: usize| names.get(nth % names.len()).copied().unwrap_or_default();
        let name = match NAMES.get(nth / 20).filter(|_| nth % 20 == 11) {
            Some(name) => String::from(*name),
            None => format!("{} {}", of(FIRST, nth * 7), of(LAST, nth / FIRST.len() + nth)),
        };
        let library = of(LIBRARIES, nth + nth / 7);
        let details = PersonDetails::new(name).organisation(library).phone(format!("+44 7700 900{nth:03}"));
        let person = desk.record_person(details)?.outcome;
        let offering = if nth % 12 == 5 { ONLINE } else { ROOM };
        let diet = of(DIETS, nth);
        let answers = Answers::new().answer("diet", diet);
        drop(desk.execute(Register::new(day, person).offering(offering).answers(answers))?);
    }
    Ok(day)
}

/// Every cell of a file, as it should be found by whoever reads it.
fn leave_files(desk: &Desk, day: GatheringId, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    let columns =
        "number, name, organisation, phone, offering, party, state, route, uncounted, presence, answer:diet";
    let all = AttendeeQuery::everybody().columns(columns.parse()?).sort([SortKey::ascending(Column::Name)]);
    let page = desk.registration_list(day)?.expose("an example").query(&all)?;
    for (name, form) in
        [("attendees.csv", CsvForm::for_spreadsheets()), ("attendees.raw.csv", CsvForm::raw())]
    {
        page.write_csv(BufWriter::new(File::create(folder.join(name))?), form)?;
    }
    let mut cells: Vec<Vec<String>> = vec![page.columns().iter().map(ToString::to_string).collect()];
    cells.extend(page.rows().iter().map(|row| page.cells(row).map(Into::into).collect()));
    let mut json = BufWriter::new(File::create(folder.join("attendees.json"))?);
    writeln!(json, "{}", serde_json::to_string_pretty(&cells)?)?;
    json.flush()?;
    println!("left attendees.csv, attendees.raw.csv and attendees.json in {}", folder.display());
    Ok(())
}
