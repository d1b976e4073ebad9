//! The calls of the page that have no result yet, with the data that the core must not see.

use wasm_bindgen::prelude::*;

use super::http::{Outgoing, SignInBody};
use super::listener::Listener;
use super::promise::Deferred;

/// A promise of the page, and what is needed to perform it.
pub struct PendingCall {
    promise: Deferred,
    pub payload: CallPayload,
    /// The result that the promise gets when it is settled.
    pub result: Option<Result<JsValue, JsValue>>,
    /// Whether the browser has the request, together with the caller's `AbortSignal`.
    pub is_in_flight: bool,
    /// Listens for an abort by the caller while the request waits.
    pub abort_listener: Option<Listener>,
}

pub enum CallPayload {
    None,
    Request { outgoing: Outgoing, began: f64 },
    SignIn(SignInBody),
}

impl PendingCall {
    pub const fn new(promise: Deferred, payload: CallPayload) -> Self {
        Self { promise, payload, result: None, is_in_flight: false, abort_listener: None }
    }

    /// Settles the promise with its result. A call that only waited for something gets `undefined`.
    pub fn settle(&self) {
        match &self.result {
            Some(Ok(value)) => self.promise.resolve(value),
            Some(Err(error)) => self.promise.reject(error),
            None => self.promise.resolve(&JsValue::UNDEFINED),
        }
    }

    pub fn reject(&self, error: &JsValue) {
        self.promise.reject(error);
    }
}
