//! A hash map that grows a small part at a time.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use hashbrown::DefaultHashBuilder;
use hashbrown::hash_table::{Entry, HashTable};

use crate::image::{Image, Sink, Source};

/// How many entries are kept in one shard before they are spread over many, and moved at most when one more comes; later
/// it is a shard's part of them all.
const ONE_SHARD: usize = 4_096;
const SHARDS: usize = 256;

/// A hash map in shards, in no order that would mean something.
///
/// A table that is full is moved into one twice as large, and whoever comes just then waits for all of it: 0.1 s with two
/// million entries. Each shard grows for itself.
#[derive(Clone)]
pub(crate) struct ShardedMap<K, V> {
    hasher: DefaultHashBuilder,
    shards: Shards<(K, V)>,
}

/// A small map has one shard: most gatherings have few of everything.
#[derive(Clone)]
enum Shards<T> {
    One(HashTable<T>),
    Many(Box<[HashTable<T>; SHARDS]>),
}

impl<T> Shards<T> {
    fn many(room: usize) -> Self {
        Self::Many(Box::new(std::array::from_fn(|_| HashTable::with_capacity(room))))
    }

    #[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
    fn of(&self, hash: u64) -> &HashTable<T> {
        match self {
            Self::One(shard) => shard,
            Self::Many(shards) => &shards[shard_of(hash)],
        }
    }

    #[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
    fn of_mut(&mut self, hash: u64) -> &mut HashTable<T> {
        match self {
            Self::One(shard) => shard,
            Self::Many(shards) => &mut shards[shard_of(hash)],
        }
    }

    fn as_slice(&self) -> &[HashTable<T>] {
        match self {
            Self::One(shard) => std::slice::from_ref(shard),
            Self::Many(shards) => &shards[..],
        }
    }
}

/// Which shard a hash belongs to: by bits that a shard does not look at itself, which are its lowest and its seven highest.
fn shard_of(hash: u64) -> usize {
    let [.., shard, _] = hash.to_le_bytes();
    shard.into()
}

impl<K, V> Default for ShardedMap<K, V> {
    fn default() -> Self {
        Self { hasher: DefaultHashBuilder::default(), shards: Shards::One(HashTable::new()) }
    }
}

impl<K: Hash + Eq, V> ShardedMap<K, V> {
    /// One with room for so many entries.
    pub(crate) fn with_capacity(entries: usize) -> Self {
        let shards = if entries > ONE_SHARD {
            // Shards are not filled evenly.
            Shards::many(entries.div_ceil(SHARDS).saturating_mul(9) / 8)
        } else {
            Shards::One(HashTable::with_capacity(entries))
        };
        Self { shards, ..Self::default() }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let hash = self.hasher.hash_one(key);
        self.shards.of(hash).find(hash, |(known, _)| known == key).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let hash = self.hasher.hash_one(key);
        self.shards.of_mut(hash).find_mut(hash, |(known, _)| known == key).map(|(_, value)| value)
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Gives out the value that was there before.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.entry(key) {
            (_, Entry::Occupied(entry)) => Some(std::mem::replace(&mut entry.into_mut().1, value)),
            (key, Entry::Vacant(entry)) => {
                entry.insert((key, value));
                None
            }
        }
    }

    /// The value that is there, or this one, which is there from now on.
    pub(crate) fn get_or_insert(&mut self, key: K, value: V) -> &mut V {
        match self.entry(key) {
            (_, Entry::Occupied(entry)) => &mut entry.into_mut().1,
            (key, Entry::Vacant(entry)) => &mut entry.insert((key, value)).into_mut().1,
        }
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let hash = self.hasher.hash_one(key);
        let entry = self.shards.of_mut(hash).find_entry(hash, |(known, _)| known == key).ok()?;
        let ((_, value), _) = entry.remove();
        Some(value)
    }

    fn entry(&mut self, key: K) -> (K, Entry<'_, (K, V)>) {
        self.spread();
        let hash = self.hasher.hash_one(&key);
        let (shard, hasher) = (self.shards.of_mut(hash), &self.hasher);
        let entry = shard.entry(hash, |(known, _)| *known == key, |(known, _)| hasher.hash_one(known));
        (key, entry)
    }

    /// Spreads what is in one shard over many, once it is as much as one may hold.
    fn spread(&mut self) {
        let Shards::One(one) = &mut self.shards else { return };
        if one.len() < ONE_SHARD {
            return;
        }
        let one = std::mem::take(one);
        // As much room as a table gives that has all but none of its buckets full: shards are not filled evenly.
        self.shards = Shards::many(one.len().div_ceil(SHARDS).saturating_mul(7) / 4);
        for entry in one {
            let hash = self.hasher.hash_one(&entry.0);
            let hasher = &self.hasher;
            self.shards.of_mut(hash).insert_unique(hash, entry, |(known, _)| hasher.hash_one(known));
        }
    }
}

impl<K, V> ShardedMap<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.shards.as_slice().iter().map(HashTable::len).sum()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.shards.as_slice().iter().flat_map(HashTable::iter).map(|(key, value)| (key, value))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Hash + Eq, V> Extend<(K, V)> for ShardedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for ShardedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// In the order of its keys, since its own is another each time.
impl<K: Image + Copy + Ord + Hash, V: Image> Image for ShardedMap<K, V> {
    fn put(&self, out: &mut Sink) {
        let mut entries: Vec<(K, &V)> = self.iter().map(|(key, value)| (*key, value)).collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        out.count(entries.len());
        for (key, value) in entries {
            key.put(out);
            value.put(out);
        }
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        let count = from.count()?;
        let mut entries = Self::with_capacity(from.room_for::<(K, V)>(count));
        for _ in 0..count {
            entries.insert(K::take(from)?, V::take(from)?);
        }
        Some(entries)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::image::Sink;

    fn all<K: Ord + Copy, V: Copy>(map: &ShardedMap<K, V>) -> BTreeMap<K, V> {
        map.iter().map(|(key, value)| (*key, *value)).collect()
    }

    fn bytes(map: &ShardedMap<u32, u32>) -> Vec<u8> {
        let mut sink = Sink::new();
        map.put(&mut sink);
        sink.into_bytes()
    }

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u32),
        GetOrInsert(u32),
        Change(u32),
        Remove(u32),
        Many(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..64_u32).prop_map(Step::Insert),
            (0..64_u32).prop_map(Step::GetOrInsert),
            (0..64_u32).prop_map(Step::Change),
            (0..64_u32).prop_map(Step::Remove),
            (1..6_000_u32).prop_map(Step::Many),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn it_is_a_map_like_any_other(steps in prop::collection::vec(step(), 0..40)) {
            let (mut map, mut model) = (ShardedMap::default(), BTreeMap::new());
            for (nth, step) in (0_u32..).zip(steps) {
                match step {
                    Step::Insert(key) => prop_assert_eq!(map.insert(key, nth), model.insert(key, nth)),
                    Step::GetOrInsert(key) => {
                        let there = *map.get_or_insert(key, nth);
                        prop_assert_eq!(there, *model.entry(key).or_insert(nth));
                    }
                    Step::Change(key) => {
                        if let (Some(value), Some(other)) = (map.get_mut(&key), model.get_mut(&key)) {
                            (*value, *other) = (nth, nth);
                        }
                    }
                    Step::Remove(key) => prop_assert_eq!(map.remove(&key), model.remove(&key)),
                    Step::Many(count) => {
                        map.extend((0..count).map(|key| (key, nth)));
                        model.extend((0..count).map(|key| (key, nth)));
                    }
                }
                prop_assert_eq!(map.len(), model.len());
            }
            for key in 0..6_000 {
                prop_assert_eq!(map.get(&key), model.get(&key));
                prop_assert_eq!(map.contains_key(&key), model.contains_key(&key));
            }
            prop_assert_eq!(all(&map.clone()), model);
        }
    }

    #[test]
    fn what_grows_at_once_is_a_small_part() {
        let mut map = ShardedMap::default();
        map.extend((0..100_000_u32).map(|n| (n, ())));
        assert_eq!(map.shards.as_slice().len(), SHARDS);
        let fullest = map.shards.as_slice().iter().map(HashTable::len).max().unwrap();
        assert!(fullest < 100_000 / SHARDS * 2, "{fullest} in one shard");
        let mut few = ShardedMap::default();
        few.extend((0..1_000_u32).map(|n| (n, ())));
        assert_eq!(few.shards.as_slice().len(), 1);
    }

    /// A table finds its buckets by the lowest bits and marks them with the highest seven: within a shard these must differ.
    #[test]
    fn shards_are_told_apart_by_other_bits_than_buckets() {
        let hash = 0x0123_4567_89AB_CDEF_u64;
        for bit in (0..48).chain(56..64) {
            assert_eq!(shard_of(hash ^ (1 << bit)), shard_of(hash), "bit {bit}");
        }
        for bit in 48..56 {
            assert_ne!(shard_of(hash ^ (1 << bit)), shard_of(hash), "bit {bit}");
        }
    }

    #[test]
    fn those_with_the_same_entries_have_the_same_bytes() {
        for count in [10, 10_000_u32] {
            let (mut forth, mut back) = (ShardedMap::default(), ShardedMap::with_capacity(20_000));
            forth.extend((0..count).map(|n| (n, n)));
            back.extend((0..count).rev().map(|n| (n, n)));
            assert_eq!(bytes(&forth), bytes(&back));
            let read = ShardedMap::take(&mut Source::new(&bytes(&forth))).unwrap();
            assert_eq!(all::<u32, u32>(&read), all(&back));
        }
    }
}
