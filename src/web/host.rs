//! What the TypeScript side gives the core to speak through.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Callbacks of `js/vault/open.ts`.
    pub type Host;

    /// The snapshot has changed.
    #[wasm_bindgen(method)]
    pub fn notify(this: &Host);

    /// Something for a log: an event without secrets.
    #[wasm_bindgen(method)]
    pub fn report(this: &Host, event: JsValue);

    /// Makes the `AuthError` with this code. The detail is the name of an option, or the status and body of an
    /// answer with every token removed.
    #[wasm_bindgen(method)]
    pub fn error(this: &Host, code: &str, detail: JsValue) -> JsValue;
}
