//! The browser shell. It performs what the core decides, and decides nothing itself. It is compiled for wasm32 only.

mod answer;
mod clock;
mod config;
mod driver;
mod http;
mod js_callbacks;
mod json;
mod lifecycle;
mod listener;
mod lock;
mod peer_channel;
mod pending_call;
mod profile;
mod promise;
mod report;
mod runtime;
mod shared_state;
mod token_response;

use alloc::rc::Rc;
use alloc::string::String;

use js_sys::{JsString, Promise};
use wasm_bindgen::prelude::*;

use crate::{Input, Session};
use config::Config;
use driver::Driver;
use http::{Outgoing, SignInBody};
use js_callbacks::JsCallbacks;
use lifecycle::LifecycleEvent;

/// The core of the vault, as `js/vault/` uses it. Methods take `&self`, and no borrow lasts across an `await`, so calls
/// may overlap.
#[wasm_bindgen]
pub struct Core(Rc<Driver>);

#[wasm_bindgen]
impl Core {
    /// Starts a vault with this configuration (see `js/vault/options.ts`).
    ///
    /// # Errors
    /// The error of [`JsCallbacks::error`] if the configuration has no usable origin or endpoint.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, callbacks: JsCallbacks) -> Result<Core, JsValue> {
        let config =
            Config::parse(&config).map_err(|error| callbacks.error(&error.code.into(), &error.field.into()))?;
        Ok(Self(Driver::start(config, callbacks)))
    }

    /// Sends a request.
    pub fn fetch(&self, request: Outgoing) -> Promise {
        self.0.fetch(request)
    }

    /// Signs in with this body and content type, by the endpoint with this index: 0 is `signIn`, then follow the
    /// `exchanges` of the configuration.
    #[wasm_bindgen(js_name = signIn)]
    pub fn sign_in(&self, index: usize, body: JsValue, content_type: Option<String>) -> Promise {
        self.0.sign_in(SignInBody { index, body, content_type })
    }

    /// Signs out in all tabs of this browser. `is_idle`: because the user did nothing for too long.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self, is_idle: bool) -> Promise {
        self.0.sign_out(is_idle)
    }

    /// Refreshes now. An object adds its members to the body of the request; another one must not be passed before this
    /// promise has settled.
    pub fn refresh(&self, own_body: JsValue) -> Promise {
        self.0.refresh(own_body)
    }

    /// Asks the API whether there is a session. Settles when the status is known.
    pub fn restore(&self) -> Promise {
        self.0.restore()
    }

    /// Calls [`JsCallbacks::load_user`] while there is a session.
    #[wasm_bindgen(js_name = reloadUser)]
    pub fn reload_user(&self) {
        self.0.reload_user();
    }

    /// Settles when the first status is known.
    pub fn ready(&self) -> Promise {
        self.0.call(Input::Await)
    }

    /// Handles a lifecycle event of the pages or the network: `client-connected`, `clients-gone`, `online`, `restored` or `woke`.
    /// Settles when the event has had its effect on the snapshot.
    #[wasm_bindgen(js_name = onLifecycleEvent)]
    pub fn on_lifecycle_event(&self, name: &str) -> Promise {
        LifecycleEvent::parse(name)
            .map_or_else(|| Promise::resolve(&JsValue::UNDEFINED), |event| self.0.on_lifecycle_event(event))
    }

    /// Handles a message from another tab.
    #[wasm_bindgen(js_name = onPeerMessage)]
    pub fn on_peer_message(&self, name: &str) {
        if let Some(message) = peer_channel::parse(name) {
            self.0.on_peer_message(message);
        }
    }

    /// What the page may see of this JSON text. `challenge` may look like a token.
    pub fn visible(&self, text: &JsString, challenge: &JsValue) -> JsValue {
        self.0.visible(text, &self.0.known_tokens(), challenge)
    }

    /// What the page may see of the session.
    pub fn snapshot(&self) -> JsValue {
        self.0.snapshot()
    }

    /// The identity of the session in the snapshot, if there is one.
    #[wasm_bindgen(js_name = shownSession)]
    pub fn shown_session(&self) -> Option<u32> {
        self.0.shown_session()
    }

    /// Fails all open calls, wipes the session, and sends nothing more.
    pub fn close(&self) {
        self.0.close();
    }
}

type PageSession = Session<profile::PageProfile>;
