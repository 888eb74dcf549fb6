//! What becomes of a gathering: from a draft to its being put away, and who may book or wait meanwhile.

use super::times::ends;
use super::*;
use gather::Change;

const MADE: Told = Told::Changed(Change::Made);
const ALREADY_SO: Told = Told::Changed(Change::AlreadySo);

impl Naive<'_> {
    pub(super) fn announce_draft(
        &mut self,
        gathering: GatheringId,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        self.stands(gathering)?;
        if !self.of(gathering).draft {
            return Ok(ALREADY_SO);
        }
        refuse_if(self.over(gathering, now), "in_the_past")?;
        self.done(now, Done::DraftAnnounced(gathering));
        Ok(MADE)
    }

    pub(super) fn close_books(&mut self, gathering: GatheringId, given: DateTime<Utc>) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        let of = self.of(gathering);
        refuse_if(of.called_off, "gathering_cancelled")?;
        refuse_if(of.archived, "gathering_archived")?;
        self.is_announced(gathering)?;
        if of.completed {
            return Ok(ALREADY_SO);
        }
        let is_over = ends(self.when(gathering)).is_some_and(|end| end <= now);
        refuse_if(!is_over, "not_over")?;
        self.done(now, Done::BooksClosed(gathering));
        Ok(MADE)
    }

    pub(super) fn archive(&mut self, gathering: GatheringId, given: DateTime<Utc>) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        let of = self.of(gathering);
        refuse_if(of.called_off, "gathering_cancelled")?;
        if of.archived {
            return Ok(ALREADY_SO);
        }
        refuse_if(!of.completed, "not_completed")?;
        self.done(now, Done::Archived(gathering));
        Ok(MADE)
    }

    pub(super) fn call_off(&mut self, gathering: GatheringId, given: DateTime<Utc>) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        if self.called_off(gathering) {
            return Ok(ALREADY_SO);
        }
        self.stands(gathering)?;
        self.done(now, Done::CalledOff(gathering));
        Ok(MADE)
    }

    pub(super) fn by_hand(
        &mut self,
        gathering: GatheringId,
        word: ByHand,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.stands_and_is_not_over(gathering, given)?;
        if self.of(gathering).by_hand == Some(word) {
            return Ok(ALREADY_SO);
        }
        self.done(now, Done::ByHand(gathering, word));
        if matches!(word, ByHand::Opened | ByHand::Closed) {
            self.serve(gathering, now);
        }
        Ok(MADE)
    }

    pub(super) fn close_line(
        &mut self,
        gathering: GatheringId,
        offering: u16,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        let offering = self.which_offering(gathering, offering)?;
        self.stands(gathering)?;
        if !self.keeps_a_line(gathering, offering) {
            return Ok(ALREADY_SO);
        }
        self.done(now, Done::LineClosed(gathering, offering));
        self.serve(gathering, now);
        Ok(MADE)
    }

    pub(super) fn change_priorities(
        &mut self,
        gathering: GatheringId,
        classes: &[Vec<WhoPlan>],
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        self.stands(gathering)?;
        if self.of(gathering).priorities == classes {
            return Ok(self.effects());
        }
        self.done(now, Done::PrioritiesChanged(gathering, classes.to_vec()));
        self.serve(gathering, now);
        Ok(self.effects())
    }

    /// The time of a decision on a gathering that is to be there, to stand, and not to be over.
    pub(super) fn stands_and_is_not_over(
        &mut self,
        gathering: GatheringId,
        given: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        self.stands(gathering)?;
        refuse_if(self.over(gathering, now), "gathering_over")?;
        Ok(now)
    }
}
