//! The callbacks of the TypeScript side that the core uses.

use alloc::string::String;

use js_sys::{Array, JsString, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{Headers, Response};

use super::http::Outgoing;
use super::lock::WebLock;
use super::promise::Deferred;

#[wasm_bindgen]
extern "C" {
    /// The callbacks of `js/vault/start.ts`. Only the promise of `headers` may reject. Each promise settles in bounded
    /// time.
    #[derive(Clone)]
    pub type JsCallbacks;

    /// The browser's own `fetch`, even if the application has replaced the global one (`js/common/platform-fetch.ts`).
    #[wasm_bindgen(method)]
    pub fn fetch(this: &JsCallbacks, url: &JsString, init: &JsValue) -> Promise;

    /// Calls `callback` once this promise has settled, with the value or error, and with whether it is a value.
    #[wasm_bindgen(method, js_name = whenSettled)]
    pub fn when_settled(this: &JsCallbacks, promise: &Promise, callback: &JsValue);

    /// Creates a promise that the core settles.
    #[wasm_bindgen(method)]
    pub fn defer(this: &JsCallbacks) -> Deferred;

    /// Requests the lock that all tabs share. `None` if there are no locks.
    #[wasm_bindgen(method, js_name = requestLock)]
    pub fn request_lock(this: &JsCallbacks) -> Option<WebLock>;

    /// Posts this message to the other tabs, if the engine supports it.
    #[wasm_bindgen(method)]
    pub fn broadcast(this: &JsCallbacks, message: &JsValue);

    /// Acquires the refresh lease, unless the lease of another vault is still valid. That lease is valid for `ttl`
    /// milliseconds if its exchange is not slow, and for `slow_ttl` milliseconds if it is slow. Resolves with `[hint,
    /// epoch, age of the previous lease, whether it is slow, the mark of our lease if we have acquired it]`. The mark
    /// is the id of a lease.
    #[wasm_bindgen(method)]
    pub fn claim(this: &JsCallbacks, ttl: f64, slow_ttl: f64) -> Promise;

    /// Resolves with the headers that every exchange with this endpoint has, as `Headers`. Rejects if they are not
    /// available.
    #[wasm_bindgen(method)]
    pub fn headers(this: &JsCallbacks, endpoint: &JsValue) -> Promise;

    /// The body of an exchange, with these members in addition to those of the endpoint; undefined if there is no body.
    /// Its content type is added to the headers.
    #[wasm_bindgen(method)]
    pub fn encode(this: &JsCallbacks, endpoint: &JsValue, members: &JsValue, headers: &Headers) -> JsValue;

    /// The values of these headers of an answer, one per line. `names` is separated by commas. `None` if any of the
    /// headers has no value.
    #[wasm_bindgen(method, js_name = readHeaders)]
    pub fn read_headers(this: &JsCallbacks, response: &Response, names: &str) -> Option<String>;

    /// Requests the user from its endpoint. Resolves with the body of the answer, or with undefined if it brings no
    /// user.
    #[wasm_bindgen(method, js_name = loadUser)]
    pub fn load_user(this: &JsCallbacks) -> Promise;

    /// Notifies the page that the snapshot has changed.
    #[wasm_bindgen(method)]
    pub fn notify(this: &JsCallbacks);

    /// Resolves with `[hint, epoch, age of the lease, whether it is slow]`. The age is in milliseconds, or undefined if
    /// there is no lease.
    #[wasm_bindgen(method)]
    pub fn recall(this: &JsCallbacks) -> Promise;

    /// Records in the lease with this mark that its exchange is slow.
    #[wasm_bindgen(method, js_name = markSlow)]
    pub fn mark_slow(this: &JsCallbacks, mark: f64);

    /// Releases the lease with this mark, unless another lease has replaced it. `slow` says whether its exchange was
    /// slow, and is `None` if the exchange was not sent.
    #[wasm_bindgen(method)]
    pub fn release(this: &JsCallbacks, mark: f64, slow: Option<bool>);

    /// Writes the hint and the epoch, unless the storage has a newer epoch.
    #[wasm_bindgen(method)]
    pub fn remember(this: &JsCallbacks, hint: &JsValue, epoch: u32) -> Promise;

    /// Emits an event without secrets, for a log.
    #[wasm_bindgen(method)]
    pub fn report(this: &JsCallbacks, event: JsValue);

    /// A request has ended, with or without a response. Reports its delivery path, its status, and its duration in
    /// milliseconds.
    #[wasm_bindgen(method)]
    pub fn requested(this: &JsCallbacks, request: &Outgoing, via: &JsValue, status: Option<u16>, millis: f64);

    /// Decodes base64url without padding to text. `None` if it is not base64url of UTF-8, or not its only spelling.
    #[wasm_bindgen(method, js_name = decodeBase64url)]
    pub fn decode_base64url(this: &JsCallbacks, text: &str) -> Option<String>;

    /// Parses this text and removes tokens: those of the configuration and of the session (`secrets`), those in
    /// `headers`, and what looks like one, except `challenge` (`js/common/redaction.ts`). The result is `[value, whether
    /// there were tokens]`. The value is undefined if the text is not JSON.
    #[wasm_bindgen(method, js_name = withoutTokens)]
    pub fn without_tokens(
        this: &JsCallbacks,
        text: &JsString,
        headers: &JsValue,
        secrets: &Array,
        challenge: &JsValue,
    ) -> Array;

    /// Creates the `AuthError` with this code. The detail is the name of an option, or the status and body of an answer
    /// with every token removed.
    #[wasm_bindgen(method)]
    pub fn error(this: &JsCallbacks, code: &JsValue, detail: &JsValue) -> JsValue;
}

impl JsCallbacks {
    /// The value of this JSON text as a page may see it, and whether it contained tokens.
    pub fn visible(&self, text: &JsString, headers: &JsValue, secrets: &Array, challenge: &JsValue) -> (JsValue, bool) {
        let visible = self.without_tokens(text, headers, secrets, challenge);
        (visible.get(0), visible.get(1).is_truthy())
    }
}
