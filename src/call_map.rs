//! A map of calls. Ids are handed out by the shell and count up, so a new call goes to the end: a sorted row is all
//! it takes.

use alloc::vec::{IntoIter, Vec};

use crate::CallId;

/// Calls by id.
#[derive(Debug)]
pub struct CallMap<T>(Vec<(CallId, T)>);

impl<T> CallMap<T> {
    pub fn get(&self, id: CallId) -> Option<&T> {
        self.find(id).ok().and_then(|index| self.0.get(index)).map(|(_, call)| call)
    }

    pub fn get_mut(&mut self, id: CallId) -> Option<&mut T> {
        self.find(id).ok().and_then(|index| self.0.get_mut(index)).map(|(_, call)| call)
    }

    pub fn insert(&mut self, id: CallId, call: T) {
        match self.get_mut(id) {
            Some(place) => *place = call,
            None => self.0.insert(self.0.partition_point(|(before, _)| *before < id), (id, call)),
        }
    }

    pub fn remove(&mut self, id: CallId) -> Option<T> {
        self.find(id).ok().map(|index| self.0.remove(index).1)
    }

    /// Takes out the calls that the test names.
    pub fn extract(&mut self, test: impl Fn(&T) -> bool) -> Vec<CallId> {
        self.0.extract_if(.., |(_, call)| test(call)).map(|(id, _)| id).collect()
    }

    fn find(&self, id: CallId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |(id, _)| *id)
    }
}

impl<T> Default for CallMap<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> IntoIterator for CallMap<T> {
    type Item = (CallId, T);
    type IntoIter = IntoIter<(CallId, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
