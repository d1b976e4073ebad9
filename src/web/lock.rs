//! The Web Lock that all tabs share. Held around one exchange, never stolen (promise 11).

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The lock asked for or held, as `js/vault/lock.ts` keeps it.
    #[derive(Debug)]
    pub type WebLock;

    /// Resolves when the lock is ours, rejects if it never will be.
    #[wasm_bindgen(method, getter)]
    pub fn granted(this: &WebLock) -> Promise;

    #[wasm_bindgen(method)]
    fn release(this: &WebLock);
}

/// A lock asked for or held. Dropping it gives it back, or stops waiting for it.
#[derive(Debug)]
pub struct Lease(pub WebLock);

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.release();
    }
}
