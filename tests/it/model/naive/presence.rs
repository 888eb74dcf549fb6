//! Who came, and what they get afterwards.

use super::times::starts;
use super::*;
use gather::Change;

impl Naive<'_> {
    pub(super) fn record_presence(
        &mut self,
        id: RegistrationId,
        place: u16,
        presence: Presence,
        seen_at: Option<DateTime<Utc>>,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        let (of, one) = (self.of(gathering), self.one(id)?);
        refuse_if(of.called_off, "gathering_cancelled")?;
        refuse_if(of.archived, "gathering_archived")?;
        self.is_announced(gathering)?;
        refuse_if(place == 0 || u32::from(place) > one.asked.size(), "unknown_place")?;
        refuse_if(presence == Presence::NoShow, "no_show_by_books")?;
        let seen_at = seen_at.unwrap_or(now);
        let came = matches!(presence, Presence::Attended | Presence::Late);
        let start = starts(self.when(gathering)).ok_or("not_begun")?;
        refuse_if(came && seen_at < start - TimeDelta::hours(24), "not_begun")?;
        let flagged = one.claim != Claim::Confirmed;
        self.done(now, Done::Seen { gathering, registration: id, place, presence, seen_at, flagged });
        Ok(Told::Seen { flagged })
    }

    pub(super) fn attach(
        &mut self,
        gathering: GatheringId,
        resource: u8,
        titled: bool,
        audience: Audience,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        refuse_if(!titled, "text")?;
        let now = self.is_kept(gathering, given)?;
        self.is_announced(gathering)?;
        let begun = starts(self.when(gathering)).is_some_and(|start| start <= now);
        refuse_if(!begun, "not_begun")?;
        let is_there = self.of(gathering).resources.iter().any(|(other, _)| *other == resource);
        refuse_if(is_there, "resource_exists")?;
        self.done(now, Done::Attached(gathering, resource, audience));
        Ok(Told::Attached(gather::testkit::resource_id(resource)))
    }

    pub(super) fn withdraw(
        &mut self,
        gathering: GatheringId,
        resource: u8,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.is_kept(gathering, given)?;
        let is_there = self.of(gathering).resources.iter().any(|(other, _)| *other == resource);
        refuse_if(!is_there, "unknown_resource")?;
        self.done(now, Done::Withdrawn(gathering, resource));
        Ok(Told::Changed(Change::Made))
    }

    /// The time of a decision on a gathering that is to be there, neither cancelled nor put away.
    pub(super) fn is_kept(
        &mut self,
        gathering: GatheringId,
        given: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        let of = self.of(gathering);
        refuse_if(of.called_off, "gathering_cancelled")?;
        refuse_if(of.archived, "gathering_archived")?;
        Ok(now)
    }
}
