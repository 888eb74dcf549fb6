//! Somebody asks to be forgotten: the list before and after, and what is left to show that it was done.
//!
//! ```sh
//! cargo run --example forget
//! ```

#![allow(clippy::print_stdout, reason = "the program's output")]

use gather::{Answers, Desk, Gathering, IssueCalendarToken, PersonDetails, Reference, Register, Venue};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let desk = Desk::in_memory();
    let lunch = Gathering::workshop("Bookbinding", Venue::new("Central Library"))
        .at("2099-03-05 10:00 to 16:00 Europe/London".parse()?)
        .places(2);
    let lunch = desk.announce(lunch)?.outcome;

    let person = |name: &str, email: &str| desk.record_person(PersonDetails::new(name).email(email));
    let ann = person("Ann Example", "ann@example.org")?.outcome;
    let bob = person("Bob Example", "bob@example.org")?.outcome;
    let cleo = person("Cleo Example", "cleo@example.org")?.outcome;
    let diet = Answers::new().answer("diet", "no nuts");
    drop(desk.execute(Register::new(lunch, ann).answers(diet))?);
    for next in [bob, cleo] {
        drop(desk.register(lunch, next)?);
    }
    let address = desk.execute(IssueCalendarToken::new(ann))?.outcome.ok_or("it was told before")?;
    println!("{}\n", desk.attendee_list(lunch)?.expose("door list"));

    // She asks what is held about her, and gets it.
    let export = desk.export_person(ann, Reference::new("article-15")?)?;
    println!("{export}\n");

    // Then she asks to be erased. Cleo, who was next in line, gets the place.
    let receipt = desk.forget(ann)?;
    println!("{receipt}\n");
    println!("{}", desk.attendee_list(lunch)?.expose("door list"));

    assert!(desk.person(ann).is_some_and(|details| details.known().is_none()));
    assert!(desk.calendar_by_token(&address.expose()).is_err());
    assert_eq!(receipt.exports, [export.position()]);
    Ok(())
}
