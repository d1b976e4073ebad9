//! The calls of the page that have no result yet, with the data that the core must not see.

use wasm_bindgen::prelude::*;

use super::http::{Outgoing, SignInBody};
use super::listener::Listener;
use super::promise::Deferred;

/// A promise of the page, and the work that settles it.
pub struct Open {
    promise: Deferred,
    pub work: Work,
    /// The result that the promise gets when it is settled.
    pub outcome: Option<Result<JsValue, JsValue>>,
    /// Whether the browser has the request, together with the caller's `AbortSignal`.
    pub is_in_flight: bool,
    /// Listens for an abort by the caller while the request waits.
    pub giving_up: Option<Listener>,
}

pub enum Work {
    None,
    Request { outgoing: Outgoing, began: f64 },
    SignIn(SignInBody),
}

impl Open {
    pub const fn new(promise: Deferred, work: Work) -> Self {
        Self { promise, work, outcome: None, is_in_flight: false, giving_up: None }
    }

    /// Settles the promise with its result. A call that only waited for something gets `undefined`.
    pub fn settle(&self) {
        match &self.outcome {
            Some(Ok(value)) => self.promise.resolve(value),
            Some(Err(error)) => self.promise.reject(error),
            None => self.promise.resolve(&JsValue::UNDEFINED),
        }
    }

    pub fn reject(&self, error: &JsValue) {
        self.promise.reject(error);
    }
}
