//! The only reader of a clock, and the one timer.

use core::cell::{Cell, RefCell};

use wasm_bindgen::prelude::*;

use super::listener::Timer;
use crate::Instant;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic() -> f64;
}

/// Monotonic milliseconds that go on counting while the machine sleeps.
#[derive(Debug)]
pub struct Clock {
    started: f64,
    slept: Cell<f64>,
    /// Wall less monotonic time at the last reading.
    offset: Cell<f64>,
    timer: RefCell<Option<(Instant, Timer)>>,
}

/// Some engines stop the monotonic clock during sleep. The wall clock then jumps ahead of it by more than any
/// correction of the wall clock would: by the time slept.
const SLEEP: f64 = 2000.0;

/// `setTimeout` takes a signed 32-bit number; more would fire at once.
const LONGEST_TIMEOUT: u64 = 0x7fff_ffff;

impl Clock {
    pub fn new() -> Self {
        let now = monotonic();
        Self {
            started: now,
            slept: Cell::new(0.0),
            offset: Cell::new(js_sys::Date::now() - now),
            timer: RefCell::new(None),
        }
    }

    pub fn now(&self) -> Instant {
        let now = monotonic();
        let offset = js_sys::Date::now() - now;
        let jump = offset - self.offset.replace(offset);
        if jump > SLEEP {
            self.slept.set(self.slept.get() + jump);
            // It has slept as well.
            self.disarm();
        }
        Instant((now - self.started + self.slept.get()) as u64)
    }

    /// The wall-clock time, in milliseconds since the epoch, that this instant will be.
    pub fn wall(&self, instant: Instant) -> f64 {
        js_sys::Date::now() + instant.0 as f64 - self.now().0 as f64
    }

    /// Calls back at `deadline`, or earlier if that is further than a timer reaches. Replaces a timer for another time;
    /// one that has rung must be disarmed.
    pub fn arm(&self, deadline: Option<Instant>, ring: impl FnOnce() + 'static) {
        let is_armed = self.timer.borrow().as_ref().map(|(at, _)| *at) == deadline;
        if !is_armed {
            let timer = deadline.map(|deadline| {
                let millis = deadline.since(self.now()).0.saturating_add(1).min(LONGEST_TIMEOUT);
                (deadline, Timer::new(millis as u32, ring))
            });
            *self.timer.borrow_mut() = timer;
        }
    }

    /// Forgets the timer.
    pub fn disarm(&self) {
        self.timer.take();
    }
}
