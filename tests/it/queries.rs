//! What is asked of attendee lists: columns, conditions, orders, pages, files. Each answer against one that is worked out
//! in a plain way.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use gather::testkit::{TestClock, epoch, people};
use gather::{
    Answers, AttendeePage, AttendeeQuery, CancelRegistration, Column, Columns, Credential, CsvForm, Cursor,
    Desk, ExposedAttendeeList, Filter, Gathering, GatheringId, ListedAttendee, Needs, Note, Offering,
    OfferingId, PersonDetails, PersonId, Pool, PoolId, Presence, QueryError, RecordConsent, RecordPresence,
    Reference, Register, Registered, RegistrationId, Route, SetTags, SortKey, WriteNote,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use unicode_width::UnicodeWidthStr;

const ONLINE: OfferingId = OfferingId::new(2);

/// Somebody who books, and what becomes of it.
#[expect(clippy::struct_excessive_bools, reason = "each may be so or not, beside the others")]
#[derive(Clone, Debug)]
struct Guest {
    details: PersonDetails,
    online: bool,
    unnamed: u16,
    diet: Option<&'static str>,
    code: bool,
    leaves: bool,
    came: bool,
}

fn guests() -> impl Strategy<Value = Guest> {
    let details = (people(), select(vec!["", "Hillside Library", "hillside LIBRARY", "Youth Centre"]));
    let details = details.prop_map(|(details, organisation)| details.organisation(organisation));
    let diet = select(vec![None, None, Some("no nuts"), Some("No Nuts"), Some("=cmd()\nand \"milk\"")]);
    let flag = || prop::bool::weighted(0.3);
    (details, flag(), 0..3_u16, diet, flag(), flag(), flag()).prop_map(
        |(details, online, unnamed, diet, code, leaves, came)| Guest {
            details,
            online,
            unnamed,
            diet,
            code,
            leaves,
            came,
        },
    )
}

struct House {
    clock: TestClock,
    desk: Desk,
    day: GatheringId,
    people: Vec<PersonId>,
}

/// A day with six places in the room and a line, and as many as like online.
fn house(guests: &[Guest]) -> House {
    let clock = TestClock::at(epoch());
    let desk = Desk::builder().clock(clock.clone()).in_memory();
    let (places, online) = (Pool::new(PoolId::new(1), "room", 6), Pool::new(PoolId::new(2), "online", 1_000));
    let day = Gathering::webinar("Fair")
        .at("2099-03-05 14:00 to 15:30 Europe/London".parse().unwrap())
        .pool(places)
        .pool(online)
        .offering(Offering::new(OfferingId::ONLY, "in person", [PoolId::new(1)]))
        .offering(Offering::new(ONLINE, "online", [PoolId::new(2)]));
    let day = desk.announce(day).unwrap().outcome;
    let people: Vec<_> = guests.iter().map(|guest| books(&desk, day, guest)).collect();
    let begun = "2099-03-05T14:30:00Z".parse().unwrap();
    for (person, _) in people.iter().zip(guests).filter(|(_, guest)| guest.came) {
        let theirs = desk.agenda(*person).rows()[0].registration;
        let seen = RecordPresence::new(theirs, Presence::Attended);
        drop(desk.at(begun).ahead_of_clock().execute(seen).unwrap());
    }
    House { clock, desk, day, people }
}

fn books(desk: &Desk, day: GatheringId, guest: &Guest) -> PersonId {
    let person = desk.record_person(guest.details.clone()).unwrap().outcome;
    let offering = if guest.online { ONLINE } else { OfferingId::ONLY };
    let mut asked = Register::new(day, person).offering(offering).unnamed_guests(guest.unnamed);
    if let Some(diet) = guest.diet {
        asked = asked.answers(Answers::new().answer("diet", diet)).needs(Needs::diet(diet));
    }
    if guest.code {
        asked = asked.credential(Credential::Code(Reference::new("SPRING").unwrap()));
    }
    let registration = desk.execute(asked).unwrap().outcome.registration();
    if guest.code {
        let photos = Reference::new("photos").unwrap();
        drop(desk.execute(RecordConsent::given(registration, person, photos)).unwrap());
        drop(desk.execute(SetTags::new(registration).tag(Reference::new("speaker").unwrap())).unwrap());
        drop(desk.execute(WriteNote::new(registration, Note::new("=asked twice\nby phone"))).unwrap());
    }
    if guest.leaves {
        drop(desk.execute(CancelRegistration::new(registration)).unwrap());
    }
    person
}

impl House {
    fn exposed(&self) -> ExposedAttendeeList {
        self.desk.registration_list(self.day).unwrap().expose("test")
    }
}

fn columns() -> impl Strategy<Value = Column> {
    let consent = |purpose| Column::Consent(Reference::new(purpose).unwrap());
    let answers = ["diet", "nobody was asked"].map(Column::answer);
    let answers = answers.into_iter().chain(["photos", "mail"].map(consent));
    select(Column::all().iter().cloned().chain(answers).collect::<Vec<_>>())
}

fn keys() -> impl Strategy<Value = SortKey> {
    (columns(), any::<bool>())
        .prop_filter("is known to a list", |(column, _)| !matches!(column, Column::Diet | Column::Access))
        .prop_map(|(column, up)| if up { SortKey::ascending(column) } else { SortKey::descending(column) })
}

fn filters() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![
        Just(Filter::everybody()),
        Just(Filter::has_place()),
        select(vec!["confirmed", "waiting", "cancelled_by_attendee", "no such state"])
            .prop_map(Filter::state),
        select(vec![1, 2, 9]).prop_map(|offering| Filter::offering(OfferingId::new(offering))),
        Just(Filter::presence(Presence::Attended)),
        select(vec![Route::Direct, Route::Line, Route::Code, Route::Organiser]).prop_map(Filter::route),
        Just(Filter::guest()),
        Just(Filter::forgotten()),
        Just(Filter::checked_in()),
        Just(Filter::tag(Reference::new("speaker").unwrap())),
        any::<bool>().prop_map(|given| Filter::consent(Reference::new("photos").unwrap(), given)),
        Just(Filter::has_needs()),
        Just(Filter::checked_in_at(gather::CheckInListId::DOOR)),
        select(vec!["hillside library ", "", "nowhere"]).prop_map(Filter::organisation),
        "[A-Za-z王Z ]{0,3}".prop_map(|text| Filter::name(&text)),
        Just(Filter::answer("diet", " no nuts")),
        Just(Filter::answer("nobody was asked", "")),
        Just(Filter::session(gather::SessionId::from_u128(9))),
        Just(Filter::with(Credential::Code(Reference::new("SPRING").unwrap()))),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|filter| !filter),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| one.and(other)),
            (inner.clone(), inner).prop_map(|(one, other)| one.or(other)),
        ]
    })
}

fn queries() -> impl Strategy<Value = AttendeeQuery> {
    (vec(columns(), 1..6), filters(), vec(keys(), 0..4)).prop_map(|(columns, filter, keys)| {
        AttendeeQuery::everybody().columns(Columns::new(columns)).narrow(filter).sort(keys)
    })
}

fn marks(rows: &[Arc<ListedAttendee>]) -> Vec<Cursor> {
    rows.iter().map(|row| row.cursor()).collect()
}

fn cells(page: &AttendeePage) -> Vec<Vec<String>> {
    page.rows().iter().map(|row| page.cells(row).map(Into::into).collect()).collect()
}

/// The text without regard to case, worked out in another way: nothing that is folded here has letters beyond these.
fn folded(text: &str) -> String {
    text.to_uppercase().chars().flat_map(char::to_lowercase).collect()
}

/// How two rows stand to each other by their cells as a file has them.
fn by_cells(keys: &[SortKey], one: &[String], other: &[String]) -> Ordering {
    let numeric = |column: &Column| {
        matches!(column, Column::Number | Column::Place | Column::Party | Column::OfferingNumber)
    };
    for ((key, one), other) in keys.iter().zip(one).zip(other) {
        let order = match (one.is_empty(), other.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) if numeric(key.column()) => {
                one.parse::<u64>().unwrap().cmp(&other.parse::<u64>().unwrap())
            }
            (false, false) => folded(one).cmp(&folded(other)),
        };
        let order = if key.is_descending() { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_pages_of_a_query_are_the_whole_list(
        guests in vec(guests(), 0..12), query in queries(), limit in 1..7_usize,
    ) {
        let house = house(&guests);
        let (list, kept) = (house.exposed(), house.desk.keep_attendee_list(house.day, "test").unwrap());
        let whole = list.query(&query).unwrap();
        let (mut by_offset, mut by_cursor, mut next) = (Vec::new(), Vec::new(), None);
        loop {
            let page = list.query(&query.clone().offset(by_offset.len()).limit(limit)).unwrap();
            prop_assert_eq!((page.total(), page.offset()), (whole.total(), by_offset.len()));
            by_offset.extend(cells(&page));
            let at = query.clone().limit(limit);
            let page = kept.page(&match next { Some(row) => at.after(row), None => at }).unwrap();
            by_cursor.extend(cells(&page));
            next = page.next();
            if next.is_none() {
                break;
            }
        }
        prop_assert_eq!(&by_offset, &cells(&whole));
        prop_assert_eq!(&by_cursor, &cells(&whole));
        prop_assert_eq!(whole.rows().len(), whole.total());
        let each: BTreeSet<_> = marks(whole.rows()).into_iter().collect();
        prop_assert_eq!(each.len(), whole.total(), "nobody is on it twice");
    }

    /// The order is that of the cells, then of the numbers, whatever the rows were put in first; names are told apart above.
    #[test]
    fn the_order_is_that_of_the_cells(guests in vec(guests(), 0..12), keys in vec(keys(), 0..4)) {
        let keys: Vec<_> = keys.into_iter().filter(|key| *key.column() != Column::Name).collect();
        let columns = keys.iter().map(|key| key.column().clone());
        let house = house(&guests);
        // Columns of the keys, each where it is named first: so the keys are taken so, too.
        let shown = Columns::new(columns);
        let mut firsts: Vec<SortKey> = Vec::new();
        for key in &keys {
            if !firsts.iter().any(|first| first.column() == key.column()) {
                firsts.push(key.clone());
            }
        }
        let query = AttendeeQuery::everybody().columns(shown).sort(keys.clone());
        let page = house.exposed().query(&query).unwrap();
        let mut expected: Vec<_> = marks(page.rows()).into_iter().zip(cells(&page)).collect();
        expected.sort_by_key(|(mark, _)| *mark);
        if !firsts.is_empty() {
            expected.sort_by(|(_, one), (_, other)| by_cells(&firsts, one, other));
        }
        prop_assert_eq!(marks(page.rows()), expected.into_iter().map(|(mark, _)| mark).collect::<Vec<_>>());
    }

    #[test]
    fn whoever_passes_a_condition_does_not_pass_its_opposite(guests in vec(guests(), 0..12), filter in filters()) {
        let house = house(&guests);
        let list = house.exposed();
        let passing = |filter: Filter| {
            let page = list.query(&AttendeeQuery::everybody().narrow(filter)).unwrap();
            marks(page.rows()).into_iter().collect::<BTreeSet<_>>()
        };
        let (one, other, all) = (passing(filter.clone()), passing(!filter.clone()), passing(Filter::everybody()));
        prop_assert!(one.is_disjoint(&other));
        prop_assert_eq!(one.union(&other).copied().collect::<BTreeSet<_>>(), all);
        prop_assert_eq!(passing(!!filter), one);
    }

    /// A reader that is not ours finds the same cells; in a file for spreadsheets none begins a formula.
    #[test]
    fn a_file_holds_the_same_cells(guests in vec(guests(), 0..10), query in queries()) {
        let house = house(&guests);
        let page = house.exposed().query(&query).unwrap();
        let written = |form: CsvForm| {
            let mut file = Vec::new();
            page.write_csv(&mut file, form).unwrap();
            file
        };
        let read = |file: &[u8]| -> Vec<Vec<String>> {
            let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
            reader.into_records().map(|row| row.unwrap().iter().map(String::from).collect()).collect()
        };
        let header: Vec<String> = page.columns().iter().map(ToString::to_string).collect();
        // A row of one empty cell is a row all the same.
        let expected: Vec<_> = std::iter::once(header).chain(cells(&page)).collect();
        let raw = written(CsvForm::raw());
        prop_assert_eq!(&read(&raw), &expected);
        let marked = written(CsvForm::raw().byte_order_mark());
        prop_assert_eq!(marked.strip_prefix("\u{FEFF}".as_bytes()), Some(raw.as_slice()));
        let safe = read(&written(CsvForm::for_spreadsheets()));
        for cell in safe.iter().flatten() {
            prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{:?}", cell);
        }
        let refined = |row: &Vec<String>| row.iter().map(|cell| String::from(CsvForm::refined(cell))).collect::<Vec<_>>();
        prop_assert_eq!(safe.iter().map(refined).collect::<Vec<_>>(), expected);
        prop_assert!(String::from_utf8(raw).unwrap().ends_with("\r\n"));
    }

    /// Every line is within 80 columns, whatever is asked for and whoever is on it.
    #[test]
    fn a_page_is_printed_within_a_terminal(guests in vec(guests(), 0..8), query in queries(), limit in 0..9_usize) {
        let page = house(&guests).exposed().query(&query.limit(limit)).unwrap();
        for line in page.to_string().lines() {
            prop_assert!(line.width() <= 80 || line.starts_with("no room for: "), "{}", line);
        }
    }

    /// Serialised, a row has the columns for its keys, and says what the file says.
    #[test]
    fn a_serialised_row_has_its_columns_for_keys(guests in vec(guests(), 1..6), query in queries()) {
        let page = house(&guests).exposed().query(&query).unwrap();
        let json = serde_json::to_value(&page).unwrap();
        let ids: Vec<String> = page.columns().iter().map(ToString::to_string).collect();
        prop_assert_eq!(&json["columns"], &serde_json::json!(ids));
        prop_assert_eq!(&json["purpose"], "test");
        for (row, cells) in json["attendees"].as_array().unwrap().iter().zip(cells(&page)) {
            prop_assert_eq!(row.as_object().unwrap().len(), ids.len());
            for (id, cell) in ids.iter().zip(cells) {
                let told = match &row[id] {
                    serde_json::Value::Null => String::new(),
                    serde_json::Value::String(text) => text.clone(),
                    serde_json::Value::Bool(flag) => if *flag { "yes" } else { "no" }.into(),
                    number @ (serde_json::Value::Number(_) | serde_json::Value::Array(_) | serde_json::Value::Object(_)) => {
                        number.to_string()
                    }
                };
                prop_assert_eq!(told, cell);
            }
        }
    }

    /// Whoever is forgotten leaves a row behind: as many as before, in the same order by all that is not theirs.
    #[test]
    fn what_is_clear_is_as_before_when_somebody_is_forgotten(
        guests in vec(guests(), 1..8), who in any::<Index>(), keys in vec(keys(), 0..3),
    ) {
        let house = house(&guests);
        // Once it has begun nobody's place ends with them.
        let clear = |key: &SortKey| !key.column().is_personal() && *key.column() != Column::Forgotten;
        let keys: Vec<_> = keys.into_iter().filter(clear).collect();
        let columns = Columns::new([Column::Number, Column::Place, Column::Person, Column::Offering, Column::Route]);
        let query = AttendeeQuery::everybody().columns(columns).sort(keys);
        let kept = house.desk.keep_attendee_list(house.day, "test").unwrap();
        let person = house.people[who.index(house.people.len())];
        house.clock.set("2099-03-06T12:00:00Z".parse().unwrap());
        let before = cells(&kept.page(&query).unwrap());
        drop(house.desk.forget(person).unwrap());
        prop_assert_eq!(cells(&kept.page(&query).unwrap()), before);
        let theirs = "name, organisation, role, region, email, phone, answer:diet".parse().unwrap();
        let gone = AttendeeQuery::everybody().columns(theirs).narrow(Filter::person(person).and(!Filter::guest()));
        let page = kept.page(&gone).unwrap();
        prop_assert!(page.total() > 0 && page.to_string().contains("[erased]"));
        prop_assert!(cells(&page).iter().flatten().all(String::is_empty));
    }
}

/// Three people: one who booked with a guest, one in the line, one who has cancelled.
fn three() -> House {
    let guest = |name: &str| Guest {
        details: PersonDetails::new(name).organisation("Hillside Library").email("someone@example.org"),
        online: false,
        unnamed: 0,
        diet: None,
        code: false,
        leaves: false,
        came: false,
    };
    let first = Guest { unnamed: 4, diet: Some("no nuts"), ..guest("Zoe Miller") };
    let gone = Guest { leaves: true, online: true, ..guest("bob Sample") };
    house(&[first, Guest { unnamed: 1, ..guest("Ann O'Neil") }, gone])
}

#[test]
fn a_list_prints_what_is_asked_for() {
    let columns: Columns = "number, name, booked_by, state, route, party".parse().unwrap();
    let query = AttendeeQuery::everybody().columns(columns).sort(["name".parse().unwrap()]);
    let page = three().exposed().query(&query.clone().limit(5)).unwrap();
    let expected = "\
Fair, 2099-03-05 14:00 to 15:30 Europe/London

No.  Name                 Booked by   State      Route   Party
  2  Ann O'Neil           Ann O'Neil  waiting    direct      2
  2  guest of Ann O'Neil  Ann O'Neil  waiting    direct      2
  3  bob Sample           bob Sample  cancelled  direct      1
  1  Zoe Miller           Zoe Miller  confirmed  direct      5
  1  guest of Zoe Miller  Zoe Miller  confirmed  direct      5

1 to 5 of 8 rows";
    assert_eq!(page.to_string(), expected);
    let page = three().desk.keep_attendee_list(GatheringId::random(), "test");
    assert!(page.is_err());
}

#[test]
fn what_is_personal_is_hidden_until_exposed() {
    let house = three();
    let list = house.desk.registration_list(house.day).unwrap();
    let columns: Columns = "number, name, booked_by, email, phone, answer:diet, kind".parse().unwrap();
    let query = AttendeeQuery::everybody().columns(columns);
    let page = list.query(&query).unwrap();
    let row = |cells: &[&str]| cells.iter().map(ToString::to_string).collect::<Vec<_>>();
    let hidden = "[personal]";
    assert_eq!(cells(&page)[0], row(&["1", hidden, hidden, hidden, hidden, hidden, "booker"]));
    assert_eq!(cells(&page)[1], row(&["1", "", "", "", "", "", "guest"]));
    let mut file = Vec::new();
    page.write_csv(&mut file, CsvForm::raw()).unwrap();
    let exposed = house.exposed().query(&query).unwrap();
    let said =
        format!("{page} {page:?} {exposed:?} {:?} {}", exposed.rows(), serde_json::to_string(&page).unwrap());
    for secret in ["Zoe", "Sample", "Hillside", "example.org", "nuts"] {
        assert!(
            !said.contains(secret) && !String::from_utf8_lossy(&file).contains(secret),
            "{secret}: {said}"
        );
    }
    assert!(exposed.to_string().contains("no nuts"));
    assert_eq!((page.purpose(), exposed.purpose()), (None, Some("test")));
}

#[test]
fn an_order_or_a_search_by_what_is_personal_takes_an_exposed_list() {
    let house = three();
    let list = house.desk.registration_list(house.day).unwrap();
    for column in Column::all().iter().cloned().chain([Column::answer("diet")]) {
        let refused =
            list.query(&AttendeeQuery::everybody().sort([SortKey::ascending(column.clone())])).err();
        let expected = column.is_personal().then(|| QueryError::SortsByPersonal { column: column.clone() });
        assert_eq!(refused, expected, "{column}");
    }
    for personal in
        [Filter::name("a"), !Filter::organisation("x"), Filter::guest().or(Filter::answer("diet", "x"))]
    {
        let refused = list.query(&AttendeeQuery::new().narrow(personal)).unwrap_err();
        assert_eq!(refused, QueryError::FiltersByPersonal);
    }
    // A host that gives the names has given no answers.
    let named = list.with_names(|_| Some("Somebody".into()));
    assert!(named.query(&AttendeeQuery::new().sort([SortKey::ascending(Column::Name)])).is_ok());
    assert!(named.query(&AttendeeQuery::new().narrow(Filter::answer("diet", "no nuts"))).is_err());
    let page =
        named.query(&AttendeeQuery::new().columns("name, answer:diet".parse().unwrap()).limit(1)).unwrap();
    assert_eq!(cells(&page), [["Somebody", "[personal]"]]);
}

#[test]
fn who_is_found_by_name() {
    let house = three();
    let found = |text: &str| {
        let page = house.exposed().query(&AttendeeQuery::everybody().narrow(Filter::name(text))).unwrap();
        marks(page.rows()).into_iter().map(|mark| mark.number).collect::<BTreeSet<_>>()
    };
    for (text, numbers) in [
        ("zo", vec![1]),
        ("MILL zoe", vec![1]),
        ("neil", vec![2]),
        ("o'ne", vec![2]),
        ("", vec![1, 2, 3]),
        (" - ", vec![1, 2, 3]),
        ("oe", vec![]),
        ("zoe sample", vec![]),
    ] {
        assert_eq!(found(text), numbers.into_iter().collect(), "{text:?}");
    }
}

#[test]
fn where_somebody_came_from_is_told() {
    let house = three();
    let desk = &house.desk;
    let zoes = desk.agenda(house.people[0]).rows()[0].registration;
    drop(desk.cancel_registration(zoes).unwrap()); // Ann is promoted
    let (friend, own) = (PersonId::random(), PersonId::random());
    let clerk = desk.by(gather::ActorId::random());
    drop(clerk.execute(Register::new(house.day, friend).offering(ONLINE)).unwrap());
    let herself = desk.by(gather::ActorId::from_u128(own.uuid().as_u128()));
    drop(herself.execute(Register::new(house.day, own).offering(ONLINE)).unwrap());
    let routes: Vec<_> =
        house.exposed().rows().iter().filter(|it| it.row.place == 1).map(|it| it.row.route).collect();
    assert_eq!(routes, [Route::Direct, Route::Line, Route::Direct, Route::Organiser, Route::Direct]);
}

#[test]
fn what_nobody_passes_is_an_empty_list() {
    let house = three();
    let nobody = AttendeeQuery::new().narrow(Filter::state("no such state"));
    let page = house.exposed().query(&nobody).unwrap();
    assert_eq!((page.total(), page.rows().len(), page.next()), (0, 0, None));
    assert_eq!(page.to_string(), "Fair, 2099-03-05 14:00 to 15:30 Europe/London\n\n0 rows");
    let mut file = Vec::new();
    page.write_csv(&mut file, CsvForm::for_spreadsheets()).unwrap();
    assert_eq!(file, b"number,name,organisation,offering,state,since\r\n");
}

#[test]
fn a_page_beyond_the_end_is_empty_and_a_row_that_never_was_is_refused() {
    let (house, all) = (three(), AttendeeQuery::everybody());
    let (list, kept) = (house.exposed(), house.desk.keep_attendee_list(house.day, "test").unwrap());
    for query in [all.clone().offset(8), all.clone().offset(usize::MAX), all.clone().limit(0)] {
        for page in [list.query(&query).unwrap(), kept.page(&query).unwrap()] {
            assert_eq!((page.total(), page.rows().len(), page.next()), (8, 0, None), "{query:?}");
            assert!(page.to_string().ends_with("\n\nnone of 8 rows"), "{page}");
        }
    }
    for row in ["0/1", "4/1", "4294967295/4294967295"].map(|row| row.parse::<Cursor>().unwrap()) {
        for answer in [list.query(&all.clone().after(row)), kept.page(&all.clone().after(row))] {
            assert_eq!(answer.unwrap_err(), QueryError::UnknownRow { row });
        }
    }
    assert_eq!(list.query(&all.clone().after(Cursor { number: 3, place: 1 })).unwrap().rows().len(), 0);
    for text in ["", "1", "1/", "/1", "1/2/3", "-1/1", "4294967296/1"] {
        assert!(text.parse::<Cursor>().is_err(), "{text:?}");
    }
}

/// Names that a log would not take, as a host's own table may have them.
#[test]
fn hostile_names_keep_the_table_whole() {
    let marks = format!("Z{}", "\u{301}\u{308}".repeat(100));
    let names = [
        "مريم عبد الرحمن ".repeat(13),
        marks,
        "👩\u{200D}👩\u{200D}👧\u{200D}👦".repeat(28),
        "🇬🇧".repeat(100),
        "王小明".repeat(66),
        String::from("evil \u{202E}eman\u{1b}[2J\r\n\u{9b}31m\u{2066}"),
        "क्षि".repeat(50),
        String::from("\u{FEFF}\u{200B}\u{0}"),
    ];
    let guest = |_| Guest { online: true, ..guest_called("x") };
    let house = house(&(0..names.len()).map(guest).collect::<Vec<_>>());
    let name = |person| house.people.iter().position(|known| *known == person).map(|at| names[at].clone());
    let list = house.desk.attendee_list(house.day).unwrap().with_names(name);
    let page =
        list.query(&AttendeeQuery::new().columns("number, name, state, route".parse().unwrap())).unwrap();
    let printed = page.to_string();
    let table: Vec<&str> = printed.lines().skip(2).take(names.len() + 1).collect();
    for line in &table[1..] {
        assert!(line.width() <= 80, "{line}");
        let before = line.split("confirmed").next().unwrap();
        assert_eq!(before.width(), table[0].split("State").next().unwrap().width(), "{line}");
    }
    assert!(!printed.replace('\n', "").contains(|c: char| {
        c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    }));
    // A flag is two letters: half of one would be another country's half.
    let flags = table[4].split("confirmed").next().unwrap().trim().trim_start_matches("4  ");
    assert_eq!(flags.trim_end_matches('…').chars().count() % 2, 0, "{flags}");
}

fn guest_called(name: &str) -> Guest {
    Guest {
        details: PersonDetails::new(name),
        online: false,
        unnamed: 0,
        diet: None,
        code: false,
        leaves: false,
        came: false,
    }
}

/// Details that are recorded anew, a place handed on, a clock that is set back: a list that is kept follows.
#[test]
fn a_kept_list_follows() {
    let house = three();
    let kept = house.desk.keep_attendee_list(house.day, "door").unwrap();
    let query =
        AttendeeQuery::new().columns("name".parse().unwrap()).sort([SortKey::ascending(Column::Name)]);
    let names = || -> Vec<String> {
        let page = kept.page(&query.clone().narrow(!Filter::guest())).unwrap();
        cells(&page).concat()
    };
    assert_eq!(names(), ["Zoe Miller"]);
    let again = gather::RecordPerson::of(house.people[0], PersonDetails::new("Aaron Miller"));
    drop(house.desk.execute(again).unwrap());
    assert_eq!(names(), ["Aaron Miller"]);
    let first: RegistrationId = house.desk.agenda(house.people[0]).rows()[0].registration;
    let friend = house.desk.record_person(PersonDetails::new("Mia Friend")).unwrap().outcome;
    drop(house.desk.execute(gather::Transfer::new(first, friend)).unwrap());
    assert_eq!(names(), ["Mia Friend"]);
    let late =
        house.desk.execute(Register::new(house.day, house.people[2]).offering(ONLINE)).unwrap().outcome;
    assert!(matches!(late, Registered::Confirmed { .. }));
    assert_eq!(names(), ["bob Sample", "Mia Friend"]);
    drop(house.desk.forget(friend).unwrap());
    assert_eq!(
        names().concat(),
        "Ann O'Neilbob Sample",
        "the party has ended, and whoever waited has its places"
    );
    assert_eq!((kept.purpose(), kept.gathering()), ("door", house.day));
    assert!(!format!("{kept:?}").contains("Ann"));
}

/// What was answered is opened once it is asked for, and is gone once it has been expired.
#[test]
fn a_kept_list_lets_go_of_what_was_answered() {
    let house = three();
    let kept = house.desk.keep_attendee_list(house.day, "kitchen").unwrap();
    let query = AttendeeQuery::new().columns("answer:diet".parse().unwrap()).narrow(!Filter::guest());
    let nuts = query.clone().narrow(Filter::answer("diet", "NO NUTS "));
    assert!(kept.page(&AttendeeQuery::new()).unwrap().rows()[0].answer("diet").is_none());
    assert_eq!(cells(&kept.page(&query).unwrap()), [["no nuts"]]);
    assert_eq!(kept.page(&nuts).unwrap().total(), 1);
    drop(house.desk.expire(house.day).unwrap());
    assert_eq!(cells(&kept.page(&query).unwrap()), [[""]]);
    assert_eq!(kept.page(&nuts).unwrap().total(), 0);
}

/// Many conditions are side by side, so no stack is needed for them.
#[test]
fn as_many_conditions_as_one_likes() {
    let house = three();
    let people = (0..200_000).map(|nth| Filter::person(PersonId::from_u128(nth)));
    let any = people.clone().reduce(Filter::or).unwrap();
    let all = people.map(|filter| !filter).fold(Filter::everybody(), Filter::and);
    let found = |filter| house.exposed().query(&AttendeeQuery::everybody().narrow(filter)).unwrap().total();
    assert_eq!((found(any), found(all)), (0, 8));
}

/// What stands beside a booking is on the row of whom it is of; what people need is there where it was read for the page.
#[test]
fn what_stands_beside_a_booking_has_columns() {
    let named = PersonDetails::new("Annabel Example").badge_name("Ann");
    let guest = Guest { details: named, unnamed: 1, diet: Some("no nuts"), code: true, ..guest_called("x") };
    let house = house(&[guest]);
    let columns = "badge_name, tags, consents, consent:photos, consent:mail, note, has_needs, diet, access";
    let query = AttendeeQuery::new().columns(columns.parse().unwrap());
    let row = |cells: &[&str]| cells.iter().map(ToString::to_string).collect::<Vec<_>>();
    let hidden = "[personal]";
    let page = house.desk.attendee_list(house.day).unwrap().query(&query).unwrap();
    assert_eq!(
        cells(&page)[0],
        row(&[hidden, "speaker", "photos", "yes", "", hidden, "yes", hidden, hidden])
    );
    let page = house.desk.attendee_list(house.day).unwrap().expose("kitchen").query(&query).unwrap();
    let note = "=asked twice\nby phone";
    assert_eq!(cells(&page)[0], row(&["Ann", "speaker", "photos", "yes", "", note, "yes", hidden, hidden]));
    assert_eq!(cells(&page)[1], row(&["", "speaker", "", "", "", "", "no", "", ""]));
    assert!(house.desk.reads(house.day).unwrap().is_empty());

    let kept = house.desk.keep_attendee_list(house.day, "kitchen").unwrap();
    let needs = house.desk.read_needs(house.day, Reference::new("catering").unwrap()).unwrap();
    let page = needs.beside(kept.page(&query).unwrap());
    assert_eq!(cells(&page)[0][5..], row(&[note, "yes", "no nuts", ""]));
    assert_eq!(serde_json::to_value(&page).unwrap()["attendees"][0]["diet"], "no nuts");
    assert_eq!(house.desk.reads(house.day).unwrap().len(), 1);
    for column in [Column::Diet, Column::Access] {
        let refused = kept.page(&query.clone().sort([SortKey::ascending(column.clone())])).unwrap_err();
        assert_eq!(refused, QueryError::SortsByPersonal { column });
    }
}
