//! At the desk: what people ask, and what the office can answer at once.

use std::io::Write;

use gather::{Capacity, ChangeCapacity, Failure, GatheringId, PoolId, Registered, RegistrationId};

use crate::Outcome;
use crate::office::Office;
use crate::words::{Words, name, wrapped};
use crate::year::{Answer, Booking, Year};

impl Office {
    /// Prints a few questions with their answers. Nothing of it is written to the log.
    pub(crate) fn print_desk(&self, year: &Year, words: &Words, to: &mut impl Write) -> Outcome<()> {
        let today = year.clock.wall(year.today).format("%-d %B %Y, %H:%M");
        writeln!(to, "\nAt the desk, {today} {}\n", year.clock.name())?;
        for question in &year.show.desk {
            writeln!(to, "{}", wrapped(&question.ask, ""))?;
            for answer in self.answer(&question.answer, words)? {
                writeln!(to, "  {}", wrapped(&answer, "  "))?;
            }
            writeln!(to)?;
        }
        Ok(())
    }

    fn answer(&self, answer: &Answer, words: &Words) -> Outcome<Vec<String>> {
        let one = |answer| Ok(vec![answer]);
        match answer {
            Answer::Explain(registered) => one(self.explained(self.registration(*registered)?, words)?),
            Answer::Book(booking) => one(self.tried(booking, words)?),
            Answer::Resources { gathering, person } => one(self.to_be_had(gathering, *person)?),
            Answer::Came(gathering) => one(self.came(gathering)?),
            Answer::Lower { gathering, pool, places } => {
                self.lowered(self.gathering(gathering)?, *pool, *places, words)
            }
        }
    }

    /// Why a registration stands as it does. The desk names nobody; the office does.
    fn explained(&self, registration: RegistrationId, words: &Words) -> Outcome<String> {
        let booker = name(self.desk.person(self.desk.registration(registration)?.booker).as_ref());
        let explained = words.named(&self.desk.explain(registration)?.to_string());
        let named = explained.replacen("This person", &booker, 1);
        Ok(named.replacen("The party of", &format!("{booker}'s party of"), 1))
    }

    /// What a booking would come to, if it were made now.
    fn tried(&self, booking: &Booking, words: &Words) -> Outcome<String> {
        match self.desk.preview(self.booking(booking)?) {
            Ok(Registered::Confirmed { .. }) => Ok("Yes, there is room.".into()),
            Ok(Registered::Waiting { ahead: 0, .. }) => Ok("Only in line; nobody would be ahead.".into()),
            Ok(Registered::Waiting { ahead, .. }) => Ok(format!("Only in line; {ahead} would be ahead.")),
            Ok(Registered::Pending { .. }) => Ok("Yes, once somebody has approved it.".into()),
            Err(Failure::Refused(refusal)) => Ok(words.sentence(&refusal)),
            Err(fault) => Err(fault.into()),
        }
    }

    /// What somebody may have afterwards.
    fn to_be_had(&self, gathering: &str, person: u32) -> Outcome<String> {
        let resources = self.desk.resources_for(self.person(person)?, true).of(self.gathering(gathering)?);
        let titles: Vec<_> = resources.rows().iter().map(|row| format!("{:?}", row.resource.title)).collect();
        Ok(if titles.is_empty() {
            "There is nothing yet.".into()
        } else {
            format!("Yes: {}.", titles.join(" and "))
        })
    }

    /// How many came, once the books are closed.
    fn came(&self, gathering: &str) -> Outcome<String> {
        let list = self.desk.attendee_list(self.gathering(gathering)?)?;
        let came = list.presence();
        Ok(format!(
            "Of {} people {} came, {} of them late; {} had said that they could not, and {} did not come.",
            came.total(),
            came.attended + came.late,
            came.late,
            came.excused,
            came.no_show
        ))
    }

    /// What would happen if a pool had fewer places. Both answers are found without changing anything.
    fn lowered(
        &self,
        gathering: GatheringId,
        pool: PoolId,
        places: u32,
        words: &Words,
    ) -> Outcome<Vec<String>> {
        let lower = ChangeCapacity::new(gathering, places).pool(pool);
        let plainly = match self.desk.what_if(|trial| trial.execute(lower.clone()))? {
            Ok(_) => format!("Nothing stands in the way of {places}."),
            Err(Failure::Refused(refusal)) => words.sentence(&refusal),
            Err(fault) => return Err(fault.into()),
        };
        let pools = self.desk.what_if(|trial| {
            trial.execute(lower.keep_all())?;
            Ok::<_, Failure>(trial.pools(gathering)?)
        })??;
        let lowered = pools.iter().find(|it| it.pool == pool).ok_or("there is no such pool")?;
        let Capacity::Limited(limit) = lowered.limit else { return Ok(vec![plainly]) };
        let over = lowered.used.saturating_sub(limit);
        let kept = format!("If all keep theirs, {over} have to leave before anybody else can come in.");
        Ok(vec![plainly, kept])
    }
}
