//! A map of calls. Ids are handed out by the shell and count up, so they are their own best hash.

use core::hash::{BuildHasherDefault, Hasher};

use hashbrown::HashMap;

use crate::CallId;

/// Calls by id.
pub type CallMap<T> = HashMap<CallId, T, BuildHasherDefault<IdHasher>>;

/// Spreads a counter over the table (Fibonacci hashing); nobody but us chooses the keys.
#[derive(Debug, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, id: u32) {
        self.0 = (self.0 ^ u64::from(id)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
