//! A read model of a host's own: how many bookings got their places out of the line, gathering by gathering. It keeps its position in a
//! file of its own, goes on from there, and is built anew where the file is lost or its code has changed.
//!
//! ```text
//! cargo run --example own_projection
//! ```
#![allow(clippy::print_stdout, reason = "the terminal is this program's way out")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use gather::log::StoredBatch;
use gather::{Desk, Fact, Gathering, GatheringId, PersonId, Position};

/// The read model. All of it is twenty lines: what is kept, with the position; and what a fact does to it.
#[derive(Default, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
struct OutOfTheLine {
    position: Position,
    promoted: BTreeMap<GatheringId, u32>,
}

impl OutOfTheLine {
    /// A batch is one decision: whole, or not at all. The position goes with what was done.
    fn apply(&mut self, batch: &StoredBatch) {
        for fact in &batch.batch.facts {
            if let Fact::RegistrationPromoted { gathering, .. } | Fact::OfferAccepted { gathering, .. } = fact
            {
                *self.promoted.entry(*gathering).or_default() += 1;
            }
        }
        self.position = batch.last();
    }

    /// Goes on from where it was, up to where the log ends now.
    fn catch_up(&mut self, desk: &Desk) -> Result<(), gather::Error> {
        let from = self.position;
        let mut progress = |at: gather::log::Progress| println!("from {from}: {} %", at.percent());
        desk.replay(from, &mut progress, &mut |batch| self.apply(batch))?;
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("target/own_projection");
    let kept = folder.join("out_of_the_line.json");
    let desk = Desk::open(folder.join("bookings"))?;
    book_and_cancel(&desk)?;

    // As it was kept; without that, or if it cannot be read, from the beginning.
    let text = fs::read(&kept).unwrap_or_default();
    let mut model: OutOfTheLine = serde_json::from_slice(&text).unwrap_or_default();
    if model.position > desk.position() {
        // The log is another, or was put back: what was kept is of no use.
        model = OutOfTheLine::default();
    }
    model.catch_up(&desk)?;

    // From here on it follows, as long as the host wants.
    let mut follower = desk.follow(model.position);
    book_and_cancel(&desk)?;
    while let Some(page) = follower.next(Duration::ZERO)? {
        page.batches.iter().for_each(|batch| model.apply(batch));
    }
    fs::write(&kept, serde_json::to_vec(&model)?)?;

    // Built anew it is the same: the log is the truth.
    let mut anew = OutOfTheLine::default();
    anew.catch_up(&desk)?;
    println!("{} gatherings, the same when built anew: {}", model.promoted.len(), anew == model);
    Ok(())
}

/// A talk with one place: somebody books it, somebody waits for it, and the first cancels.
fn book_and_cancel(desk: &Desk) -> Result<(), Box<dyn Error>> {
    let talk =
        Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?).places(1);
    let talk = desk.announce(talk)?.outcome;
    let first = desk.register(talk, PersonId::random())?.outcome.registration();
    drop(desk.register(talk, PersonId::random())?);
    drop(desk.cancel_registration(first)?);
    Ok(())
}
