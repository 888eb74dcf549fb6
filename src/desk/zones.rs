//! When a government moves the clocks: what was planned stays where it is on the wall.

use super::{Desk, Failure, Receipt};
use crate::domain::{Change, MoveSession, Refusal, Reschedule};
use crate::id::{GatheringId, SessionId};
use crate::schedule::{Schedule, ScheduleError, ZoneRules};

/// What came of following a table of time zones.
#[derive(Clone, Debug, Default)]
#[must_use]
#[non_exhaustive]
pub struct ZonesFollowed {
    /// The gatherings that have other instants now, in the order of their ids.
    pub gatherings: Vec<GatheringId>,
    /// The sessions that have other instants now, gathering by gathering.
    pub sessions: Vec<SessionId>,
    /// What somebody has to plan anew, with the reason. It stands as it was planned.
    pub left: Vec<LeftAsPlanned>,
}

/// A gathering or a session that could not be kept where it is on the wall.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LeftAsPlanned {
    /// Which gathering.
    pub gathering: GatheringId,
    /// Which of its sessions; `None` is the gathering itself.
    pub session: Option<SessionId>,
    /// Why.
    pub why: WhyLeft,
}

/// Why something could not be kept where it is on the wall.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum WhyLeft {
    /// There is no such time any more: the clocks skip it, or its end would not come after its start.
    Time(ScheduleError),
    /// The desk refused to move it.
    Refused(Refusal),
}

impl Desk {
    /// Plans everything that lies ahead anew by a table of time zones, for the same times on the wall. What the table does
    /// not move stays untouched.
    ///
    /// "14:00 in Vancouver" is what people were told, so that stays; the instant that it stands for becomes another where
    /// the table says so, and with it deadlines, what overlaps, and calendars. It happens by ordinary facts,
    /// `GatheringRescheduled` and `SessionMoved`, which record the version of the table. So the SEQUENCE of each entry
    /// that it touches rises by one, readers take notice, and nothing changes by itself because a program was built anew.
    ///
    /// Call it once after a newer table came in: [`CompiledRules`](crate::CompiledRules) after an update of this crate, a
    /// table of the host's own at any time. Called again it changes nothing. Hand the same table to the calendars.
    ///
    /// What somebody moves while it goes on stays where they moved it, and follows with the next call.
    ///
    /// Only what is known to be cancelled, completed or over is left out. A whole day keeps its date, and counts as moved
    /// where it begins at another instant.
    ///
    /// # Errors
    /// As for [`execute`](Self::execute). What was written before stays, and the next call goes on from there.
    ///
    /// # Example
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use gather::{CompiledRules, Desk, Gathering, Zone, ZoneRules};
    ///
    /// /// The European Union gives up summer time.
    /// #[derive(Clone, Copy, Debug)]
    /// struct NoSummer;
    ///
    /// impl ZoneRules for NoSummer {
    ///     fn version(&self) -> &str {
    ///         "2098a"
    ///     }
    ///     fn offset_at(&self, zone: Zone, instant: DateTime<Utc>) -> i32 {
    ///         if zone.name() == "Europe/Vienna" { 3600 } else { CompiledRules.offset_at(zone, instant) }
    ///     }
    /// }
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-07-02 14:00 to 15:30 Europe/Vienna".parse()?);
    /// let talk = desk.announce(talk)?.outcome;
    ///
    /// assert_eq!(desk.follow_zone_rules(&NoSummer)?.gatherings, [talk]);
    /// let text = desk.public_feed().zone_rules(NoSummer).to_string();
    /// assert!(text.contains("DTSTART;TZID=Europe/Vienna:20990702T140000\r\n") && text.contains("SEQUENCE:1\r\n"));
    /// assert!(desk.follow_zone_rules(&NoSummer)?.gatherings.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "tzdata")]
    pub fn follow_zone_rules(&self, rules: &dyn ZoneRules) -> Result<ZonesFollowed, Failure> {
        let now = self.inner.clock.now();
        // What others have planned, and what is on its way here, is to move as well.
        self.all_shown()?;
        let ahead = self.lists().planned_after(now);
        let mut followed = ZonesFollowed::default();
        // The gathering first: a session must be on one of its days.
        for planned in ahead {
            let on = planned.gathering;
            let anew = planned.schedule.by_rules(rules);
            let moved = replan(&planned.schedule, anew, |to| {
                self.execute(Reschedule::new(on, to).only_from(planned.schedule.clone()))
            });
            if followed.note(on, None, moved)? {
                followed.gatherings.push(on);
            }
            for (session, schedule) in planned.sessions {
                let anew = schedule.by_rules(rules);
                let command =
                    |to| self.execute(MoveSession::new(on, session).to(to).only_from(schedule.clone()));
                let moved = replan(&schedule, anew, command);
                if followed.note(on, Some(session), moved)? {
                    followed.sessions.push(session);
                }
            }
        }
        Ok(followed)
    }
}

/// Moves what the table moves, and tells whether anything was.
fn replan(
    planned: &Schedule,
    anew: Result<Schedule, ScheduleError>,
    execute: impl FnOnce(Schedule) -> Result<Receipt<Change>, Failure>,
) -> Result<Result<bool, WhyLeft>, Failure> {
    match anew {
        Err(error) => Ok(Err(WhyLeft::Time(error))),
        Ok(anew) if anew == *planned => Ok(Ok(false)),
        Ok(anew) => match execute(anew) {
            Ok(receipt) => Ok(Ok(receipt.outcome == Change::Made)),
            Err(Failure::Refused(refusal)) => Ok(Err(WhyLeft::Refused(refusal))),
            Err(fault) => Err(fault),
        },
    }
}

impl ZonesFollowed {
    /// Notes what was left, and tells whether anything was moved.
    fn note(
        &mut self,
        gathering: GatheringId,
        session: Option<SessionId>,
        moved: Result<Result<bool, WhyLeft>, Failure>,
    ) -> Result<bool, Failure> {
        match moved? {
            Ok(moved) => Ok(moved),
            Err(why) => {
                self.left.push(LeftAsPlanned { gathering, session, why });
                Ok(false)
            }
        }
    }
}
