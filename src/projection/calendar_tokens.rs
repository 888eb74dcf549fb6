//! Whose own calendar has a secret address, and what is kept of its token: still sealed.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use crate::collections::ShardedMap;
use crate::id::PersonId;
use crate::image::image;
use crate::record::Position;
use crate::sealed::Sealed;
use crate::token::TokenHash;

/// What is kept of one token, and whose it is.
#[derive(Clone)]
pub(crate) struct IssuedToken {
    pub(crate) person: PersonId,
    pub(crate) hash: Arc<Sealed<TokenHash>>,
}

image!(struct IssuedToken { person, hash });

/// The tokens that open somebody's calendar now, by where they were issued: whoever has opened those up to a position finds
/// the others behind it.
#[derive(Clone, Default)]
pub(crate) struct CalendarTokens {
    issued: BTreeMap<Position, IssuedToken>,
    places: ShardedMap<PersonId, Position>,
    changed: Position,
}

image!(struct CalendarTokens { issued, places, changed });

impl CalendarTokens {
    /// A person's calendar has this token from here on, and no other.
    pub(super) fn issue(&mut self, at: Position, person: PersonId, hash: &Sealed<TokenHash>) {
        self.revoke(at, person);
        self.issued.insert(at, IssuedToken { person, hash: Arc::new(hash.clone()) });
        self.places.insert(person, at);
    }

    /// A person's calendar has no token from here on.
    pub(super) fn revoke(&mut self, at: Position, person: PersonId) {
        self.changed = at;
        if let Some(before) = self.places.remove(&person) {
            self.issued.remove(&before);
        }
    }

    /// Where one was last issued or revoked.
    pub(crate) fn changed(&self) -> Position {
        self.changed
    }

    /// The one that was issued at a position, if it opens something still.
    pub(crate) fn at(&self, position: Position) -> Option<&IssuedToken> {
        self.issued.get(&position)
    }

    /// Those that were issued behind a position, in order.
    pub(crate) fn after(&self, position: Position) -> impl Iterator<Item = (Position, &IssuedToken)> {
        let behind = (Bound::Excluded(position), Bound::Unbounded);
        self.issued.range(behind).map(|(at, token)| (*at, token))
    }
}
