//! The Web Lock that all tabs share. It is held during one exchange, and is never stolen (promise 11).

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A lock that is requested or held, as `js/vault/lock.ts` implements it.
    #[derive(Debug)]
    pub type WebLock;

    /// Resolves when this vault has the lock. Rejects if it will never get the lock.
    #[wasm_bindgen(method, getter)]
    pub fn granted(this: &WebLock) -> Promise;

    #[wasm_bindgen(method)]
    fn release(this: &WebLock);
}

/// A lock that is requested or held. When it is dropped, it releases the lock, or stops the wait for it.
#[derive(Debug)]
pub struct LockRequest(pub WebLock);

impl Drop for LockRequest {
    fn drop(&mut self) {
        self.0.release();
    }
}
