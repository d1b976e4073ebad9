//! The moments at which a browser lets a page catch up: timers of hidden, frozen and sleeping pages are late or lost,
//! and a message may arrive before what was written to the storage in front of it.

use alloc::vec;
use alloc::vec::Vec;

use wasm_bindgen::prelude::*;
use web_sys::{Document, EventTarget, PageTransitionEvent};

use super::json::global;
use super::listener::Listener;

/// Why the page is awake again.
#[derive(Clone, Copy, Debug)]
pub enum Wake {
    /// The network is back.
    Online,
    /// The page came out of the back/forward cache.
    Restored,
    /// The page is visible again or was resumed, or another tab's writing has arrived.
    Woke,
}

/// Listens until the listeners are dropped. In a worker only `online` exists.
pub fn listen(wake: impl Fn(Wake) + Clone + 'static) -> Vec<Listener> {
    let realm: EventTarget = js_sys::global().unchecked_into();
    let mut listeners = vec![on(&realm, "online", wake.clone(), |_| Some(Wake::Online))];
    if let Some(document) = global::<Document>("document") {
        let is_visible = document.clone();
        listeners.extend([
            on(&document, "visibilitychange", wake.clone(), move |_| (!is_visible.hidden()).then_some(Wake::Woke)),
            on(&document, "resume", wake.clone(), |_| Some(Wake::Woke)),
            on(&realm, "storage", wake.clone(), |_| Some(Wake::Woke)),
            on(&realm, "pageshow", wake, |event| {
                let transition: &PageTransitionEvent = event.unchecked_ref();
                transition.persisted().then_some(Wake::Restored)
            }),
        ]);
    }
    listeners
}

fn on(
    target: &EventTarget,
    event: &'static str,
    wake: impl Fn(Wake) + 'static,
    why: impl Fn(&JsValue) -> Option<Wake> + 'static,
) -> Listener {
    Listener::new(target, event, move |event| {
        if let Some(reason) = why(&event) {
            wake(reason);
        }
    })
}
