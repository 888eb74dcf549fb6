//! A vector that grows without moving what it holds.

use std::fmt;
use std::iter::{Chain, Flatten};
use std::slice;
use std::vec;

use crate::image::{Image, Sink, Source};

/// How many values are kept side by side, and moved at most when one more comes.
const CHUNK: usize = 4_096;

/// A vector that grows at its end only, in chunks.
///
/// One that is full may be moved into one twice as large, and whoever comes just then waits for all of it. Here only the
/// first chunk grows so, since most have few values; each that comes after it has its room from the beginning.
pub(crate) struct ChunkedVec<T> {
    first: Vec<T>,
    /// There are none before the first is full. All but the last are full, and none is empty.
    rest: Vec<Vec<T>>,
}

type Iter<'v, T> = Chain<slice::Iter<'v, T>, Flatten<slice::Iter<'v, Vec<T>>>>;

impl<T> Default for ChunkedVec<T> {
    fn default() -> Self {
        Self { first: Vec::new(), rest: Vec::new() }
    }
}

impl<T> ChunkedVec<T> {
    pub(crate) fn len(&self) -> usize {
        let Some((last, full)) = self.rest.split_last() else { return self.first.len() };
        full.len().saturating_add(1).saturating_mul(CHUNK).saturating_add(last.len())
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        match index.checked_sub(CHUNK) {
            None => self.first.get(index),
            Some(behind) => self.rest.get(behind / CHUNK)?.get(behind % CHUNK),
        }
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        match index.checked_sub(CHUNK) {
            None => self.first.get_mut(index),
            Some(behind) => self.rest.get_mut(behind / CHUNK)?.get_mut(behind % CHUNK),
        }
    }

    pub(crate) fn last(&self) -> Option<&T> {
        self.rest.last().unwrap_or(&self.first).last()
    }

    pub(crate) fn push(&mut self, value: T) {
        let last = self.rest.last_mut().unwrap_or(&mut self.first);
        if last.len() < CHUNK {
            last.push(value);
            return;
        }
        let mut next = Vec::with_capacity(CHUNK);
        next.push(value);
        self.rest.push(next);
    }

    pub(crate) fn iter(&self) -> Iter<'_, T> {
        self.first.iter().chain(self.rest.iter().flatten())
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.first.iter_mut().chain(self.rest.iter_mut().flatten())
    }

    /// Those from an index on.
    pub(crate) fn iter_from(&self, index: usize) -> impl Iterator<Item = &T> {
        let (first, behind) = (self.first.get(index..), index.saturating_sub(CHUNK));
        let rest = self.rest.get(behind / CHUNK..).unwrap_or_default();
        first.unwrap_or_default().iter().chain(rest.iter().flatten().skip(behind % CHUNK))
    }

    /// How many at the front are so, where all that are so come before all that are not.
    pub(crate) fn partition_point(&self, mut is_so: impl FnMut(&T) -> bool) -> usize {
        if !self.first.last().is_some_and(&mut is_so) {
            return self.first.partition_point(is_so);
        }
        let full = self.rest.partition_point(|chunk| chunk.last().is_some_and(&mut is_so));
        let within = self.rest.get(full).map_or(0, |chunk| chunk.partition_point(is_so));
        full.saturating_add(1).saturating_mul(CHUNK).saturating_add(within).min(self.len())
    }
}

/// The last chunk has the room that it is to have, as in the original.
impl<T: Clone> Clone for ChunkedVec<T> {
    fn clone(&self) -> Self {
        let mut rest = self.rest.clone();
        if let Some(last) = rest.last_mut() {
            last.reserve_exact(CHUNK.saturating_sub(last.len()));
        }
        Self { first: self.first.clone(), rest }
    }
}

impl<T> Extend<T> for ChunkedVec<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<T> IntoIterator for ChunkedVec<T> {
    type Item = T;
    type IntoIter = Chain<vec::IntoIter<T>, Flatten<vec::IntoIter<Vec<T>>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.rest.into_iter().flatten())
    }
}

impl<'v, T> IntoIterator for &'v ChunkedVec<T> {
    type Item = &'v T;
    type IntoIter = Iter<'v, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for ChunkedVec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T: Image> Image for ChunkedVec<T> {
    fn put(&self, out: &mut Sink) {
        out.count(self.len());
        self.iter().for_each(|value| value.put(out));
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        let count = from.count()?;
        let first = Vec::with_capacity(from.room_for::<T>(count).min(CHUNK));
        let mut all = Self { first, rest: Vec::new() };
        for _ in 0..count {
            all.push(T::take(from)?);
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Sink;

    #[test]
    fn it_is_a_vector_like_any_other() {
        for count in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7] {
            let model: Vec<usize> = (0..count).map(|n| n * 2).collect();
            let mut all = ChunkedVec::default();
            all.extend(model.iter().copied());
            assert_eq!((all.len(), all.last()), (count, model.last()));
            assert!(all.iter().eq(&model) && all.iter().rev().eq(model.iter().rev()));
            for at in [0, 1, count / 2, CHUNK - 1, CHUNK, count.saturating_sub(1), count, count + CHUNK] {
                assert_eq!(all.get(at), model.get(at));
                assert_eq!(all.get_mut(at).copied(), model.get(at).copied());
                assert!(all.iter_from(at).eq(model.iter().skip(at)), "from {at} of {count}");
                let is_before = |value: &usize| *value < at * 2;
                assert_eq!(
                    all.partition_point(is_before),
                    model.partition_point(is_before),
                    "{at} of {count}"
                );
            }
            all.iter_mut().for_each(|value| *value += 1);
            let mut sink = Sink::new();
            all.put(&mut sink);
            let bytes = sink.into_bytes();
            let read = ChunkedVec::<usize>::take(&mut Source::new(&bytes)).unwrap();
            assert!(read.first.capacity() <= count, "no more room than is needed");
            assert!(read.into_iter().eq(model.iter().map(|value| value + 1)));
            assert!(
                count == 0
                    || ChunkedVec::<usize>::take(&mut Source::new(&bytes[..bytes.len() - 1])).is_none()
            );
        }
    }

    #[test]
    fn what_is_there_stays_where_it_is() {
        let mut all = ChunkedVec::default();
        all.extend(0..CHUNK);
        let first: *const usize = all.get(0).unwrap();
        all.extend(0..=10 * CHUNK);
        assert!(std::ptr::eq(first, all.get(0).unwrap()));
        for mut all in [all.clone(), all] {
            let last: *const usize = all.last().unwrap();
            all.extend(1..CHUNK);
            assert!(
                std::ptr::eq(last, all.get(11 * CHUNK).unwrap()),
                "its chunk had the room from the beginning"
            );
        }
    }
}
