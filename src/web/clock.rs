//! The only reader of a clock, and the one timer.

use core::cell::{Cell, RefCell};

use wasm_bindgen::prelude::*;

use super::listener::Timer;
use crate::{Instant, Millis};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic() -> f64;
}

/// Monotonic milliseconds, and how far the wall clock has run ahead of them.
#[derive(Debug)]
pub struct Clock {
    started: f64,
    jumped: Cell<f64>,
    /// Wall less monotonic time at the last reading.
    offset: Cell<f64>,
    timer: RefCell<Option<(Instant, Timer)>>,
}

/// Some engines stop the monotonic clock during sleep: the wall clock then jumps ahead of it by the time slept. It also
/// jumps when it is set. Smaller steps than this, in milliseconds, are corrections of the wall clock.
const SMALLEST_JUMP: f64 = 2000.0;

/// `setTimeout` takes a signed 32-bit number; more would fire at once.
const LONGEST_TIMEOUT: u64 = 0x7fff_ffff;

impl Clock {
    pub fn new() -> Self {
        let now = monotonic();
        Self {
            started: now,
            jumped: Cell::new(0.0),
            offset: Cell::new(js_sys::Date::now() - now),
            timer: RefCell::new(None),
        }
    }

    pub fn now(&self) -> Instant {
        let now = monotonic();
        let offset = js_sys::Date::now() - now;
        let jump = offset - self.offset.replace(offset);
        if jump > SMALLEST_JUMP {
            self.jumped.set(self.jumped.get() + jump);
            // It has slept as well.
            self.disarm();
        }
        Instant((now - self.started) as u64)
    }

    /// By how much the wall clock has jumped ahead since this was last asked.
    pub fn take_jump(&self) -> Option<Millis> {
        Millis::from_seconds(self.jumped.take() / 1000.0)
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
