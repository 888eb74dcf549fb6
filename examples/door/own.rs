//! A small conference of the program's own, in memory: with a visit, somebody in line, and names that spreadsheets dislike.

use gather::{
    CheckInList, CheckInListId, Desk, Gathering, GatheringId, Offering, OfferingId, PersonDetails, Pool,
    PoolId, Register, RequestId, SetCheckInList, Venue,
};

use super::Fault;

const PLACE: OfferingId = OfferingId::new(1);
const VISIT: OfferingId = OfferingId::new(2);
/// The coach stop, where those who go on the visit are checked in.
const COACH: CheckInListId = CheckInListId::new(1);

const PEOPLE: [(&str, &str); 8] = [
    ("Ann Example", "Riverside Library"),
    ("Bob Sample", "Hill Street Library"),
    ("=1+1", "Spreadsheet, Inc."),
    ("O\"Neil, Cleo", "Riverside Library"),
    ("نور مثال", "مكتبة المدينة"),
    ("Zoe\u{308} Müller 👩\u{200D}🚒", "Feuerwehr"),
    ("Dan Test", ""),
    ("Eve Waiting", "Hill Street Library"),
];

/// The desk and the conference. The registrations are made by the requests 1, 2, 3 …, so their ids are always the same;
/// the first is of two people, and the last stands in line.
pub(super) fn conference() -> Result<(Desk, GatheringId), Fault> {
    let desk = Desk::in_memory();
    let in_winter = "2026-02-01T09:00:00Z".parse()?;
    let conference =
        Gathering::conference("The Changing Landscape", Venue::new("Central Library, Sheffield"))
            .at("2026-03-28 09:30 to 17:00 Europe/London".parse()?)
            .pool(Pool::new(PoolId::new(1), "hall", 8))
            .pool(Pool::new(PoolId::new(2), "coach", 16))
            .offering(Offering::new(PLACE, "in person", [PoolId::new(1)]))
            .offering(Offering::new(VISIT, "with the visit", [PoolId::new(1), PoolId::new(2)]));
    let on = desk.at(in_winter).execute(conference)?.outcome;
    let coach = CheckInList::new(COACH, "coach stop").offering(VISIT);
    drop(desk.at(in_winter).execute(SetCheckInList::new(on, coach))?);
    for (number, (name, organisation)) in (1..).zip(PEOPLE) {
        let details = PersonDetails::new(name).organisation(organisation);
        let person = desk.record_person(details)?.outcome;
        let offering = if number == 2 { VISIT } else { PLACE };
        let register = Register::new(on, person).offering(offering);
        let register = if number == 1 { register.unnamed_guests(1) } else { register };
        drop(desk.request(RequestId::from_u128(number)).at(in_winter).execute(register)?);
    }
    Ok((desk, on))
}
