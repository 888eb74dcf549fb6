//! What is said beside a booking: tags, notes, consents, needs.

use super::*;
use gather::Change;

impl Naive<'_> {
    /// Refuses needs at a gathering that keeps none.
    pub(super) fn keeps_needs(&self, gathering: GatheringId, needs: bool) -> Result<(), No> {
        refuse_if(needs && self.of(gathering).needs_kept.1, "needs_expired")
    }

    /// What the booker needs, where they have said so with the booking.
    pub(super) fn say_needs(&mut self, asked: &Asked, now: DateTime<Utc>) {
        if asked.needs {
            let done = Done::NeedsRecorded(asked.gathering, asked.registration, asked.booker(), true);
            self.done(now, done);
        }
    }

    pub(super) fn record_needs(
        &mut self,
        id: RegistrationId,
        person: u8,
        some: bool,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        self.knows_all(&[person])?;
        let now = self.begin(&[gathering], given);
        let one = if some { self.live_one(id, now)? } else { self.one(id)? };
        refuse_if(!one.asked.names(person), "not_on_registration")?;
        self.keeps_needs(gathering, some)?;
        self.done(now, Done::NeedsRecorded(gathering, id, person, some));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn record_consent(
        &mut self,
        id: RegistrationId,
        person: u8,
        (purpose, agreed): (u8, bool),
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        self.knows_all(&[person])?;
        let one = self.one(id)?;
        refuse_if(!one.asked.names(person), "not_on_registration")?;
        let said = one.consents.iter().rev().find(|(who, what, _)| (*who, *what) == (person, purpose));
        if said.is_some_and(|(.., before)| *before == agreed) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::Consented(gathering, id, person, purpose, agreed));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn set_tags(
        &mut self,
        id: RegistrationId,
        tags: &[u8],
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        refuse_if(self.of(gathering).archived, "gathering_archived")?;
        let mut tags = tags.to_vec();
        tags.sort_unstable();
        tags.dedup();
        if self.one(id)?.tags == tags {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::TagsSet(gathering, id, tags));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn write_note(
        &mut self,
        id: RegistrationId,
        some: bool,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        refuse_if(self.of(gathering).archived, "gathering_archived")?;
        let booker = self.one(id)?.asked.booker();
        self.knows_all(&[booker])?;
        self.done(now, Done::NoteWritten(gathering, id, booker, some));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn read_needs(&mut self, gathering: GatheringId, given: DateTime<Utc>) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        self.keeps_needs(gathering, true)?;
        self.done(now, Done::NeedsRead(gathering));
        Ok(Told::NeedsRead(gathering))
    }

    pub(super) fn expire_needs(&mut self, gathering: GatheringId, given: DateTime<Utc>) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        if self.of(gathering).needs_kept.1 {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::NeedsExpired(gathering));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn keep_needs(
        &mut self,
        gathering: GatheringId,
        days: Option<u32>,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        self.keeps_needs(gathering, true)?;
        if self.of(gathering).needs_kept.0 == days {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::NeedsRetentionSet(gathering, days));
        Ok(Told::Changed(Change::Made))
    }
}
