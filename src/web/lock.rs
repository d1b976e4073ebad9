//! The Web Lock that all tabs share. Held around one exchange, never stolen (promise 11).

use alloc::rc::Rc;
use core::cell::RefCell;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use super::json::{global, object};
use super::promise::{Deferred, spawn};

// web-sys has this interface behind its unstable flag only.
#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, options: &JsValue, granted: &Function) -> Result<Promise, JsValue>;
}

/// A lock asked for or held. Dropping it gives it back, or stops waiting for it.
#[derive(Debug)]
pub struct Lease {
    release: Rc<RefCell<Option<Deferred>>>,
    waiting: AbortController,
}

impl Lease {
    /// Asks for the lock; `granted` is called when it is ours. `None` where there are no locks.
    pub fn request(name: &str, granted: impl FnOnce() + 'static) -> Option<Self> {
        let locks = Reflect::get(&global::<JsValue>("navigator")?, &"locks".into()).ok()?;
        if locks.is_undefined() {
            return None;
        }
        let release = Rc::new(RefCell::new(None));
        let waiting = AbortController::new().ok()?;
        let options = object(&[("signal", waiting.signal().into())]);
        let hold = {
            let release = Rc::clone(&release);
            Closure::once_into_js(move || {
                let held = Deferred::new();
                let promise = held.promise.clone();
                *release.borrow_mut() = Some(held);
                granted();
                promise
            })
        };
        let done = locks.unchecked_ref::<LockManager>().request(name, &options, hold.unchecked_ref()).ok()?;
        // Ends with an AbortError when we stop waiting; nobody asks how it ends.
        spawn(async move { drop(JsFuture::from(done).await) });
        Some(Self { release, waiting })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        match self.release.take() {
            Some(release) => release.resolve(&JsValue::UNDEFINED),
            None => self.waiting.abort(),
        }
    }
}
