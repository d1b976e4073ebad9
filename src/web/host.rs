//! What the TypeScript side gives the core to speak through.

use alloc::string::String;

use js_sys::{JsString, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{Headers, Response};

use super::http::Outgoing;
use super::lock::WebLock;
use super::promise::Deferred;

#[wasm_bindgen]
extern "C" {
    /// Callbacks of `js/vault/start.ts`. No promise rejects but that of `headers`, and each settles in bounded time.
    #[derive(Clone)]
    pub type Host;

    /// The browser's own `fetch`, even if the application has replaced the global one (`js/platform-fetch.ts`).
    #[wasm_bindgen(method)]
    pub fn fetch(this: &Host, url: &JsString, init: &JsValue) -> Promise;

    /// Calls back once this promise has settled: with the value or error, and with whether it is a value.
    #[wasm_bindgen(method, js_name = whenSettled)]
    pub fn when_settled(this: &Host, promise: &Promise, callback: &JsValue);

    /// A promise for us to settle.
    #[wasm_bindgen(method)]
    pub fn defer(this: &Host) -> Deferred;

    /// Asks for the lock that all tabs share. `None` where there are no locks.
    #[wasm_bindgen(method, js_name = requestLock)]
    pub fn request_lock(this: &Host) -> Option<WebLock>;

    /// Says this to the other tabs, as far as the engine lets us.
    #[wasm_bindgen(method)]
    pub fn broadcast(this: &Host, word: &str);

    /// Marks an exchange as begun, unless the mark of another vault is younger than these many milliseconds: the first
    /// if that exchange is not slow, the second if it is. Resolves with `[hint, epoch, age of the mark before, whether it
    /// is slow, our mark if it is set]`.
    #[wasm_bindgen(method)]
    pub fn claim(this: &Host, ttl: f64, slow_ttl: f64) -> Promise;

    /// Resolves with the headers that an exchange with this endpoint has whatever it is for, as `Headers`; rejects when
    /// they cannot be had.
    #[wasm_bindgen(method)]
    pub fn headers(this: &Host, endpoint: &JsValue) -> Promise;

    /// The body of an exchange with these members beside those of the endpoint, undefined if there is none. Its type
    /// becomes one of the headers.
    #[wasm_bindgen(method)]
    pub fn encode(this: &Host, endpoint: &JsValue, members: &JsValue, headers: &Headers) -> JsValue;

    /// These headers of an answer, named between commas, a line each; nothing unless all have a value.
    #[wasm_bindgen(method, js_name = readHeaders)]
    pub fn read_headers(this: &Host, response: &Response, names: &str) -> Option<String>;

    /// The snapshot has changed.
    #[wasm_bindgen(method)]
    pub fn notify(this: &Host);

    /// Resolves with `[hint, epoch, age of the mark, whether it is slow]`, the age in milliseconds or undefined.
    #[wasm_bindgen(method)]
    pub fn recall(this: &Host) -> Promise;

    /// Notes that the exchange with this mark is slow.
    #[wasm_bindgen(method, js_name = markSlow)]
    pub fn mark_slow(this: &Host, mark: f64);

    /// Takes a mark back, unless another has replaced it; with a note whether its exchange was slow, if it was sent.
    #[wasm_bindgen(method)]
    pub fn release(this: &Host, mark: f64, slow: Option<bool>);

    /// Writes hint and epoch, unless a newer epoch stands there.
    #[wasm_bindgen(method)]
    pub fn remember(this: &Host, hint: &str, epoch: u32) -> Promise;

    /// Something for a log: an event without secrets.
    #[wasm_bindgen(method)]
    pub fn report(this: &Host, event: JsValue);

    /// A request has come by its answer, or by none: how, with which status, and after how many milliseconds.
    #[wasm_bindgen(method)]
    pub fn requested(this: &Host, request: &Outgoing, via: &str, status: Option<u16>, millis: f64);

    /// Makes the `AuthError` with this code. The detail is the name of an option, or the status and body of an
    /// answer with every token removed.
    #[wasm_bindgen(method)]
    pub fn error(this: &Host, code: &str, detail: JsValue) -> JsValue;
}
