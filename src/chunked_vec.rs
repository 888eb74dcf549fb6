//! A vector that nobody has to wait for: it never moves all that it holds.

use std::fmt;
use std::iter;

use crate::image::{Image, Sink, Source};

/// How many values are kept side by side.
const CHUNK: usize = 4_096;

/// A vector that grows at its end only, in chunks.
///
/// One that is full may be moved into one twice as large, and whoever comes just then waits for all of it. Here what is
/// full stays where it is, and a new chunk begins.
#[derive(Clone)]
pub(crate) struct ChunkedVec<T> {
    /// All but the last are full, and none is empty.
    chunks: Vec<Vec<T>>,
}

impl<T> Default for ChunkedVec<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T> ChunkedVec<T> {
    pub(crate) fn len(&self) -> usize {
        let Some((last, full)) = self.chunks.split_last() else { return 0 };
        full.len().saturating_mul(CHUNK).saturating_add(last.len())
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.chunks.get(index / CHUNK)?.get(index % CHUNK)
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.chunks.get_mut(index / CHUNK)?.get_mut(index % CHUNK)
    }

    pub(crate) fn last(&self) -> Option<&T> {
        self.chunks.last()?.last()
    }

    pub(crate) fn push(&mut self, value: T) {
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK => last.push(value),
            // The first one grows with what is in it: most have few.
            None => self.chunks.push(vec![value]),
            Some(_) => {
                let mut next = Vec::with_capacity(CHUNK);
                next.push(value);
                self.chunks.push(next);
            }
        }
    }

    pub(crate) fn iter(&self) -> iter::Flatten<std::slice::Iter<'_, Vec<T>>> {
        self.chunks.iter().flatten()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.chunks.iter_mut().flatten()
    }

    /// Those from an index on.
    pub(crate) fn iter_from(&self, index: usize) -> impl Iterator<Item = &T> {
        let behind = self.chunks.get(index / CHUNK..).unwrap_or_default();
        behind.iter().flatten().skip(index % CHUNK)
    }

    /// How many at the front are so, where all that are so come before all that are not.
    pub(crate) fn partition_point(&self, mut is_so: impl FnMut(&T) -> bool) -> usize {
        let full = self.chunks.partition_point(|chunk| chunk.last().is_some_and(&mut is_so));
        let within = self.chunks.get(full).map_or(0, |chunk| chunk.partition_point(is_so));
        full.saturating_mul(CHUNK).saturating_add(within).min(self.len())
    }
}

impl<T> Extend<T> for ChunkedVec<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<T> FromIterator<T> for ChunkedVec<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut all = Self::default();
        all.extend(values);
        all
    }
}

impl<T> IntoIterator for ChunkedVec<T> {
    type Item = T;
    type IntoIter = iter::Flatten<std::vec::IntoIter<Vec<T>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.chunks.into_iter().flatten()
    }
}

impl<'v, T> IntoIterator for &'v ChunkedVec<T> {
    type Item = &'v T;
    type IntoIter = iter::Flatten<std::slice::Iter<'v, Vec<T>>>;

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
        (0..count).map(|_| T::take(from)).collect()
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
            let mut all: ChunkedVec<usize> = model.iter().copied().collect();
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
            assert!(read.into_iter().eq(model.iter().map(|value| value + 1)));
            assert!(
                count == 0
                    || ChunkedVec::<usize>::take(&mut Source::new(&bytes[..bytes.len() - 1])).is_none()
            );
        }
    }

    #[test]
    fn what_is_there_stays_where_it_is() {
        let mut all: ChunkedVec<usize> = (0..CHUNK).collect();
        let first: *const usize = all.get(0).unwrap();
        all.extend(0..10 * CHUNK);
        assert!(std::ptr::eq(first, all.get(0).unwrap()));
    }
}
