//! What the TypeScript side gives the core to speak through.

use alloc::string::String;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::Response;

use super::http::Outgoing;

#[wasm_bindgen]
extern "C" {
    /// Callbacks of `js/vault/start.ts`. No promise rejects but that of `cookie`, and each settles in bounded time.
    #[derive(Clone)]
    pub type Host;

    /// Marks an exchange as begun, unless a mark of somebody else's is younger than this many milliseconds. Resolves
    /// with `[hint, epoch, age of the mark before, our mark if it is set]`.
    #[wasm_bindgen(method)]
    pub fn claim(this: &Host, settling: f64) -> Promise;

    /// Resolves with the value of a readable cookie, or null; rejects when there is nobody to tell.
    #[wasm_bindgen(method)]
    pub fn cookie(this: &Host, name: &str) -> Promise;

    /// These headers of an answer, named between commas, a line each; nothing unless all have a value.
    #[wasm_bindgen(method, js_name = readHeaders)]
    pub fn read_headers(this: &Host, response: &Response, names: &str) -> Option<String>;

    /// The snapshot has changed.
    #[wasm_bindgen(method)]
    pub fn notify(this: &Host);

    /// Resolves with `[hint, epoch, age of the mark]`, the age in milliseconds or undefined.
    #[wasm_bindgen(method)]
    pub fn recall(this: &Host) -> Promise;

    /// Takes a mark back, unless somebody has replaced it.
    #[wasm_bindgen(method)]
    pub fn release(this: &Host, mark: f64);

    /// Writes hint and epoch, unless a newer epoch stands there.
    #[wasm_bindgen(method)]
    pub fn remember(this: &Host, hint: &str, epoch: u32) -> Promise;

    /// Something for a log: an event without secrets.
    #[wasm_bindgen(method)]
    pub fn report(this: &Host, event: JsValue);

    /// A request has come by its answer, or by none: how, with which status, and after how many milliseconds.
    #[wasm_bindgen(method)]
    pub fn requested(this: &Host, request: &Outgoing, course: &str, status: Option<u16>, millis: f64);

    /// Makes the `AuthError` with this code. The detail is the name of an option, or the status and body of an
    /// answer with every token removed.
    #[wasm_bindgen(method)]
    pub fn error(this: &Host, code: &str, detail: JsValue) -> JsValue;
}
