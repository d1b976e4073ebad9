//! A map of calls. The shell assigns increasing ids, so a new call goes to the end, and a sorted vector is sufficient.
//! A removed call leaves a gap. The map closes the gaps when there are more gaps than calls. Without gaps, the removal
//! of ten thousand calls one by one would move all other calls each time.

use alloc::vec::{IntoIter, Vec};

use crate::CallId;

/// Calls by id.
#[derive(Debug)]
pub struct CallMap<T> {
    row: Vec<(CallId, Option<T>)>,
    gaps: usize,
}

impl<T> CallMap<T> {
    pub fn get(&self, id: CallId) -> Option<&T> {
        let index = self.find(id).ok()?;
        self.row.get(index)?.1.as_ref()
    }

    pub fn get_mut(&mut self, id: CallId) -> Option<&mut T> {
        self.slot(id)?.as_mut()
    }

    pub fn insert(&mut self, id: CallId, call: T) {
        match self.find(id) {
            Ok(_) => {
                let was_gap = self.slot(id).is_some_and(|slot| slot.replace(call).is_none());
                self.gaps -= usize::from(was_gap);
            }
            Err(index) => self.row.insert(index, (id, Some(call))),
        }
    }

    pub fn remove(&mut self, id: CallId) -> Option<T> {
        let call = self.slot(id)?.take()?;
        self.gaps += 1;
        if self.gaps * 2 > self.row.len() {
            self.row.retain(|(_, slot)| slot.is_some());
            self.gaps = 0;
        }
        Some(call)
    }

    /// Whether `test` returns true for a call.
    pub fn any(&self, test: impl Fn(&T) -> bool) -> bool {
        self.row.iter().any(|(_, call)| call.as_ref().is_some_and(&test))
    }

    /// Removes the calls for which `test` returns true, and returns their ids.
    pub fn extract(&mut self, test: impl Fn(&T) -> bool) -> Vec<CallId> {
        let mut named = Vec::new();
        for (id, slot) in &mut self.row {
            if slot.take_if(|call| test(call)).is_some() {
                self.gaps += 1;
                named.push(*id);
            }
        }
        named
    }

    fn slot(&mut self, id: CallId) -> Option<&mut Option<T>> {
        let index = self.find(id).ok()?;
        self.row.get_mut(index).map(|(_, slot)| slot)
    }

    fn find(&self, id: CallId) -> Result<usize, usize> {
        self.row.binary_search_by_key(&id, |(id, _)| *id)
    }
}

impl<T> Default for CallMap<T> {
    fn default() -> Self {
        Self { row: Vec::new(), gaps: 0 }
    }
}

impl<T> IntoIterator for CallMap<T> {
    type Item = (CallId, Option<T>);
    type IntoIter = IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.row.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::CallMap;
    use crate::CallId;

    fn of(count: u32) -> CallMap<u32> {
        let mut map = CallMap::default();
        for id in 1..=count {
            map.insert(CallId(id), id);
        }
        map
    }

    #[test]
    fn gaps_are_removed_when_they_are_more_than_half_of_the_entries() {
        let mut map = of(6);
        for id in 2..=4 {
            assert_eq!(map.remove(CallId(id)), Some(id));
        }
        assert_eq!((map.row.len(), map.gaps), (6, 3));
        assert_eq!(map.remove(CallId(3)), None);
        assert_eq!(map.remove(CallId(1)), Some(1));
        assert_eq!((map.row.len(), map.gaps), (2, 0));
        assert_eq!(map.get(CallId(5)), Some(&5));
    }

    #[test]
    fn a_call_that_is_inserted_again_fills_its_gap() {
        let mut map = of(4);
        map.remove(CallId(2));
        map.insert(CallId(2), 20);
        map.insert(CallId(3), 30);
        assert_eq!((map.row.len(), map.gaps), (4, 0));
        assert_eq!((map.get(CallId(2)), map.get(CallId(3))), (Some(&20), Some(&30)));
    }

    #[test]
    fn extracted_calls_leave_gaps_that_are_counted() {
        let mut map = of(4);
        assert_eq!(map.extract(|call| call % 2 == 0), [CallId(2), CallId(4)]);
        assert_eq!((map.get(CallId(2)), map.gaps), (None, 2));
        map.remove(CallId(1));
        assert_eq!((map.row.len(), map.gaps), (1, 0));
        let left: Vec<_> = map.into_iter().collect();
        assert_eq!(left, [(CallId(3), Some(3))]);
    }
}
