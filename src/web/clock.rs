//! The only code that reads a clock, and the only timer of the session.

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
    /// The wall time minus the monotonic time at the last reading.
    offset: Cell<f64>,
    timer: RefCell<Option<(Instant, Timer)>>,
}

/// Some engines stop the monotonic clock during sleep. The wall clock then jumps ahead by the duration of the sleep. It
/// also jumps when it is set. Steps that are smaller than this, in milliseconds, are corrections of the wall clock.
const MIN_JUMP: f64 = 2000.0;

/// `setTimeout` takes a signed 32-bit number. With a larger number, the timer would fire at once.
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
        if jump > MIN_JUMP {
            self.jumped.set(self.jumped.get() + jump);
            // The timer has stopped during the sleep as well, so it must be set again.
            self.disarm();
        }
        Instant((now - self.started) as u64)
    }

    /// By how much the wall clock has jumped ahead since the last call of this function.
    pub fn take_jump(&self) -> Option<Millis> {
        Millis::from_seconds(self.jumped.take() / 1000.0)
    }

    /// The wall-clock time of this instant, in milliseconds since the epoch.
    pub fn wall(&self, instant: Instant) -> f64 {
        js_sys::Date::now() + instant.0 as f64 - self.now().0 as f64
    }

    /// Calls `ring` at `deadline`, or earlier if `deadline` is beyond the maximum of a timer. Replaces a timer for
    /// another time. A timer that has fired must be disarmed first.
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

    /// Cancels the timer.
    pub fn disarm(&self) {
        self.timer.take();
    }
}
