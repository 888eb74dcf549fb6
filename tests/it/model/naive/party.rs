//! A party gets other people, or another size.

use super::asked::has_twins;
use super::*;

impl Naive<'_> {
    pub(super) fn change_party(
        &mut self,
        id: RegistrationId,
        without: &[u16],
        added: &[Option<u8>],
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        let one = self.live_one(id, now)?;
        let is_fixed = one.claim.only_asks() || matches!(one.claim, Claim::Offered { .. });
        refuse_if(is_fixed, "not_confirmed")?;
        let removed = places(&one, without)?;
        if removed.is_empty() && added.is_empty() {
            return Ok(self.effects());
        }
        // Whoever is behind a place that goes gets another number.
        let was_seen = removed.first().is_some_and(|first| self.was_seen(&one, *first));
        refuse_if(was_seen, "presence_recorded")?;
        let stay = (1..).zip(&one.asked.people).filter(|(place, _)| !removed.contains(place));
        let people: Vec<Option<u8>> = stay.map(|(_, who)| *who).chain(added.iter().copied()).collect();
        let after = Asked { people, ..one.asked.clone() };
        self.could_be_so(&one, &after, added)?;
        self.can_do_without(&one, &after, &removed)?;
        let new: Vec<u8> = added.iter().copied().flatten().collect();
        if !added.is_empty() {
            let has_it = self.can_be_booked_with(&after, &new, after.size());
            refuse_if(!has_it, "needs_place")?;
            self.all_are_free(&after, &new, now)?;
        }
        let draws = self.draws_of(&one, &after, now)?;
        self.done(now, Done::PartyChanged(gathering, id, removed, added.to_vec(), draws));
        self.serve(gathering, now);
        Ok(self.effects())
    }

    /// Whether there could be such a party.
    fn could_be_so(&self, one: &Registration, after: &Asked, added: &[Option<u8>]) -> Result<(), No> {
        let new: Vec<u8> = added.iter().copied().flatten().collect();
        refuse_if(has_twins(&after.named()), "twice_in_party")?;
        // Whoever goes cannot come again at once.
        let same = self.same_offering(after).into_iter();
        let named: Vec<u8> = same.flat_map(|other| other.asked.named()).collect();
        for person in &new {
            self.knows_all(&[*person])?;
            refuse_if(named.contains(person), "already_registered")?;
        }
        let most = self.offering(after.gathering, after.offering).unwrap().plan.max_party;
        let grows = after.size() > one.asked.size();
        refuse_if(grows && after.size() > u32::from(most), "party_too_large")?;
        refuse_if(after.may_split && added.contains(&None), "split_needs_names")?;
        refuse_if(one.claim == Claim::Waiting && grows, "in_line")
    }

    /// Whether what stands on it can stand on what is left.
    fn can_do_without(&self, one: &Registration, after: &Asked, removed: &[u16]) -> Result<(), No> {
        let gone = removed.iter().filter_map(|place| one.asked.people[usize::from(*place) - 1]);
        let gone: Vec<u8> = gone.collect();
        let dependents = self.dependents(&one.asked);
        let names_one = |other: &Rc<Registration>| gone.iter().any(|person| other.asked.names(*person));
        refuse_if(dependents.iter().any(names_one), "still_needed")?;
        for (offering, _) in &self.of(after.gathering).offerings {
            let for_it = dependents.iter().filter(|other| other.asked.offering == *offering);
            let people: u32 = for_it.map(|other| other.asked.size()).sum();
            refuse_if(people > after.size(), "still_needed")?;
        }
        Ok(())
    }

    /// Where the places of the party come from as it is to be; there has to be room for those that it gets.
    fn draws_of(&mut self, one: &Registration, after: &Asked, now: DateTime<Utc>) -> Result<Draws, No> {
        if !one.claim.uses_places() || one.asked.uncounted {
            return Ok(Vec::new());
        }
        let more = after.size().saturating_sub(one.asked.size());
        if more == 0 {
            return Ok(self.fewer_draws(one, after));
        }
        refuse_if(self.is_over_the_cap(after, more, now), "organisation_cap")?;
        refuse_if(self.never_fits(after, after.size()), "never_fits")?;
        let mut walk = self.walk_for(after, now);
        self.room(after, more, &walk, now)?;
        let mut draws = one.draws.clone();
        for (set_aside, places) in self.draws(after, more, &walk.kept, now) {
            match draws.iter_mut().find(|(from, _)| *from == set_aside) {
                Some((_, all)) => *all += places,
                None => draws.push((set_aside, places)),
            }
        }
        self.record_passed(&mut walk, after.gathering, after.offering, now);
        Ok(draws)
    }

    /// The draws cut from the last, until there are no more of any pool than people.
    pub(super) fn fewer_draws(&self, one: &Registration, after: &Asked) -> Draws {
        let mut draws = one.draws.clone();
        let of = self.of(after.gathering);
        let pool_of = |number: u16| of.set_asides.iter().find(|other| other.number == number).unwrap().pool;
        for pool in self.drawn(after.gathering, after.offering) {
            let sum: u32 = draws.iter().filter(|(from, _)| pool_of(*from) == pool).map(|(_, n)| n).sum();
            let mut too_many = sum.saturating_sub(after.size());
            for (_, places) in draws.iter_mut().rev().filter(|(from, _)| pool_of(*from) == pool) {
                let cut = too_many.min(*places);
                (*places, too_many) = (*places - cut, too_many - cut);
            }
        }
        draws.retain(|(_, places)| *places > 0);
        draws
    }
}

/// The places that are to go, each once, in order.
fn places(one: &Registration, without: &[u16]) -> Result<Vec<u16>, No> {
    let most = u16::try_from(one.asked.people.len()).unwrap();
    let mut places = without.to_vec();
    places.sort_unstable();
    places.dedup();
    for &place in &places {
        refuse_if(place == 0 || place > most, "unknown_place")?;
        refuse_if(place == 1, "bookers_place")?;
    }
    Ok(places)
}
