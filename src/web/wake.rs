//! The moments at which a browser lets a page catch up: timers of hidden, frozen and sleeping pages are late or lost.
//! A vault in a worker hears of them from its pages.

use alloc::vec;
use alloc::vec::Vec;

use wasm_bindgen::prelude::*;
use web_sys::{Document, EventTarget, PageTransitionEvent};

use super::json::global;
use super::listener::Listener;

/// What has become of the pages.
#[derive(Clone, Copy, Debug)]
pub enum Wake {
    /// The last one has gone.
    Deserted,
    /// The network is back.
    Online,
    /// It came out of the back/forward cache.
    Restored,
    /// One has come.
    Visited,
    /// One is visible again, or was resumed.
    Woke,
}

impl Wake {
    /// As `js/vault/` calls it.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "deserted" => Some(Self::Deserted),
            "restored" => Some(Self::Restored),
            "visited" => Some(Self::Visited),
            "woke" => Some(Self::Woke),
            _ => None,
        }
    }
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
