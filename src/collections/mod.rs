//! A map and a vector that nobody has to wait for when they grow.

mod chunked_vec;
mod sharded_map;

pub(crate) use chunked_vec::ChunkedVec;
pub(crate) use sharded_map::ShardedMap;
