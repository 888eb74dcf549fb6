//! What happens by itself, without a thread: when it is due, and how it is written.

use chrono::{DateTime, Utc};

use super::{Desk, Failure, Receipt};
use crate::domain::{Context, Decision, Effects, Settle, State, next_deadline};
use crate::id::GatheringId;

impl Desk {
    /// Writes all that is due by a time, gathering by gathering, each in a decision of its own: what has expired, and who
    /// is served from what became free. Says what came of each; nothing, where nothing was due.
    ///
    /// No count waits for it, and nobody who acts on a gathering does: it is for those who want to be told in time that
    /// they have an offer or a place. Call it when [`next_deadline`](Self::next_deadline) says so. A time before the
    /// clock's is taken as it is.
    ///
    /// # Errors
    /// As for [`execute`](Self::execute); what was written before stays. A time more than a day ahead of the clock is
    /// refused.
    ///
    /// # Example
    /// ```
    /// use chrono::{DateTime, TimeDelta, Utc};
    /// use gather::{Desk, Gathering, Hold, PersonId, Register};
    ///
    /// let noon: DateTime<Utc> = "2099-03-01T12:00:00Z".parse()?;
    /// let desk = Desk::builder().clock(move || noon).in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?).places(1);
    /// let talk = desk.announce(talk)?.outcome;
    /// let ten_past = noon + TimeDelta::minutes(10);
    /// drop(desk.execute(Hold::new(Register::new(talk, PersonId::random()), ten_past))?);
    /// let next = desk.register(talk, PersonId::random())?.outcome.registration();
    ///
    /// let due = desk.next_deadline()?.unwrap();
    /// let settled = desk.settle(due)?;
    /// assert_eq!(settled[0].outcome.promoted, [next]);
    /// assert!(desk.settle(due)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn settle(&self, now: DateTime<Utc>) -> Result<Vec<Receipt<Effects>>, Failure> {
        // Asked before anything is read, so that a clock that leaps ahead is refused also where nothing is due.
        self.at(now).context()?;
        let mut receipts = Vec::new();
        for (_, gathering) in self.deadlines()?.into_iter().filter(|(at, _)| *at <= now) {
            // Where very much is due, one decision does not write all of it.
            loop {
                let receipt = self.at(now).execute(Settle::new(gathering))?;
                if receipt.facts.is_empty() {
                    break;
                }
                receipts.push(receipt);
            }
        }
        Ok(receipts)
    }

    /// When something is due next, on whichever gathering; in the past, if that has not been written yet. `None` while
    /// nothing has a deadline: no hold, no offer, no question about new dates, and nobody in line whom a release could let
    /// in. It takes a look at each gathering that is not completed.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn next_deadline(&self) -> Result<Option<DateTime<Utc>>, Failure> {
        Ok(self.deadlines()?.into_iter().map(|(at, _)| at).min())
    }

    /// Every gathering with something that will be due, and when first, in the order of their ids.
    fn deadlines(&self) -> Result<Vec<(DateTime<Utc>, GatheringId)>, Failure> {
        let all = self.look(|state| {
            let cells = state.gatherings();
            cells.filter_map(|(id, cell)| Some((deadline(state, id, cell.touched)?, id))).collect::<Vec<_>>()
        });
        let mut all = all?;
        all.sort_unstable_by_key(|(_, gathering)| *gathering);
        Ok(all)
    }
}

/// When something is due on a gathering first, after all that was settled when last something happened to it.
fn deadline(state: &State, gathering: GatheringId, settled: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let context =
        Context { request: crate::id::RequestId::from_u128(0), time: settled, actor: None, trace: None };
    next_deadline(&Decision::new(state, &context), gathering)
}
