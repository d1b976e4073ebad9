//! Promises that the core settles, and promises that it waits for.

use alloc::boxed::Box;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A promise that the core settles, with the functions that settle it (`js/vault/deferred.ts`).
    pub type Deferred;

    #[wasm_bindgen(method, getter)]
    pub fn promise(this: &Deferred) -> Promise;

    #[wasm_bindgen(method)]
    pub fn resolve(this: &Deferred, value: &JsValue);

    #[wasm_bindgen(method)]
    pub fn reject(this: &Deferred, error: &JsValue);
}

/// A function that runs once a promise has settled.
pub type Continuation = Box<dyn FnOnce(Result<JsValue, JsValue>)>;

/// A callback for `JsCallbacks::when_settled`, which calls it with the value or error, and with whether it is a value.
pub fn callback(then: Continuation) -> JsValue {
    // The function is boxed, so that all callbacks have the same type.
    let then: Box<dyn FnOnce(JsValue, bool)> =
        Box::new(move |value, is_ok| then(if is_ok { Ok(value) } else { Err(value) }));
    Closure::once_into_js(then)
}
