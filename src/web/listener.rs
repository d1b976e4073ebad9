//! Callbacks that the browser keeps until their Rust value is dropped.

use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

#[wasm_bindgen]
extern "C" {
    // The global functions of the current realm. web-sys defines them separately for each kind of realm.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Closure<dyn FnMut(JsValue)>, millis: u32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// Listens for one kind of event until it is dropped.
#[derive(Debug)]
pub struct Listener {
    target: EventTarget,
    event: &'static str,
    callback: Closure<dyn FnMut(JsValue)>,
}

impl Listener {
    pub fn new(target: &EventTarget, event: &'static str, on_peer_message: impl FnMut(JsValue) + 'static) -> Self {
        let callback = Closure::new(on_peer_message);
        // This call fails only for a null callback.
        let on_peer_message = callback.as_ref().unchecked_ref();
        // Capture phase: run before the app's listeners.
        target.add_event_listener_with_callback_and_bool(event, on_peer_message, true).ok();
        Self { target: target.clone(), event, callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let on_peer_message = self.callback.as_ref().unchecked_ref();
        self.target.remove_event_listener_with_callback_and_bool(self.event, on_peer_message, true).ok();
    }
}

/// Fires once, unless it is dropped before.
#[derive(Debug)]
pub struct Timer {
    id: JsValue,
    _callback: Closure<dyn FnMut(JsValue)>,
}

impl Timer {
    pub fn new(millis: u32, ring: impl FnOnce() + 'static) -> Self {
        let mut ring = Some(ring);
        let callback = Closure::new(move |_| {
            if let Some(ring) = ring.take() {
                ring();
            }
        });
        Self { id: set_timeout(&callback, millis), _callback: callback }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}
