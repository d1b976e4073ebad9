//! A queue. Unlike `VecDeque`, it never wraps around its buffer, which makes the download 0.4 KB smaller.

use alloc::vec::Vec;

/// Items in the order of their insertion.
#[derive(Debug)]
pub struct Queue<T> {
    /// The removed items before `head` are `None`. Their memory is reused when the queue is empty.
    items: Vec<Option<T>>,
    head: usize,
}

impl<T> Queue<T> {
    pub fn push(&mut self, item: T) {
        self.items.push(Some(item));
    }

    /// Removes and returns the first item.
    pub fn pop(&mut self) -> Option<T> {
        let item = self.items.get_mut(self.head)?.take();
        self.head += 1;
        if self.head == self.items.len() {
            self.items.clear();
            self.head = 0;
        }
        item
    }

    pub fn first(&self) -> Option<&T> {
        self.items.get(self.head)?.as_ref()
    }
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { items: Vec::new(), head: 0 }
    }
}

impl<T> Iterator for Queue<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;

    #[test]
    fn items_leave_in_the_order_in_which_they_came() {
        let mut queue = Queue::default();
        queue.push(1);
        queue.push(2);
        assert_eq!((queue.pop(), queue.first()), (Some(1), Some(&2)));
        queue.push(3);
        assert_eq!((queue.pop(), queue.pop(), queue.pop(), queue.first()), (Some(2), Some(3), None, None));
    }

    #[test]
    fn an_empty_queue_reuses_its_memory() {
        let mut queue = Queue::default();
        for item in 0..1000 {
            queue.push(item);
            assert_eq!(queue.pop(), Some(item));
        }
        assert_eq!((queue.items.len(), queue.head), (0, 0));
        assert!(queue.items.capacity() < 10);
    }
}
