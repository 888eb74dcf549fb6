//! Whether new dates suit those who have places.

use super::*;
use gather::Change;

impl Naive<'_> {
    pub(super) fn reconfirm(&mut self, id: RegistrationId, given: DateTime<Utc>) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        let one = self.live_one(id, now)?;
        let is_asked = self.of(gathering).round.is_some() && one.asked_again;
        refuse_if(one.claim != Claim::Confirmed || !is_asked, "not_asked")?;
        if one.said_yes {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::Reconfirmed(gathering, id));
        Ok(Told::Changed(Change::Made))
    }

    /// Ends a round whose time is up, with what comes of silence.
    pub(super) fn close_round(&mut self, gathering: GatheringId, now: DateTime<Utc>) {
        let Some((_, silence)) = self.of(gathering).round.filter(|(until, _)| *until <= now) else { return };
        let is_silent =
            |one: &Registration| one.claim == Claim::Confirmed && one.asked_again && !one.said_yes;
        let mut silent = self.registrations(gathering);
        silent.retain(|one| is_silent(one));
        silent.sort_by_key(|one| (one.joined, one.id()));
        for id in silent.iter().map(|one| one.id()) {
            let one = self.one(id).unwrap();
            if one.claim != Claim::Confirmed {
                continue;
            }
            match silence {
                Silence::Keep => {}
                Silence::Release => self.end_with_dependents(&one, Ending::NotReconfirmed, now),
                Silence::FollowUp => {
                    self.end_dependents(&one, Ending::NotReconfirmed, now);
                    self.done(now, Done::MovedToFollowUp(gathering, id));
                }
            }
        }
        self.done(now, Done::RoundClosed(gathering));
    }
}
