//! What tabs tell each other over a BroadcastChannel: one of three words, and no datum (promise 11).

use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use super::listener::Listener;
use crate::PeerMessage;

/// The channel, or nothing where the engine has none.
#[derive(Debug)]
pub struct Tabs(Option<(BroadcastChannel, Listener)>);

impl Tabs {
    pub fn open(name: &str, hear: impl Fn(PeerMessage) + 'static) -> Self {
        let channel = BroadcastChannel::new(name).ok();
        Self(channel.map(|channel| {
            let listener = Listener::new(&channel, "message", move |event| {
                let data = event.unchecked_ref::<MessageEvent>().data().as_string();
                if let Some(message) = data.as_deref().and_then(parse) {
                    hear(message);
                }
            });
            (channel, listener)
        }))
    }

    pub fn tell(&self, message: PeerMessage) {
        if let Some((channel, _)) = &self.0 {
            // A channel that is closed has nobody to tell.
            channel.post_message(&JsValue::from_str(word(message))).ok();
        }
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        if let Some((channel, _)) = &self.0 {
            channel.close();
        }
    }
}

const fn word(message: PeerMessage) -> &'static str {
    match message {
        PeerMessage::Changed => "changed",
        PeerMessage::SignedIn => "signed-in",
        PeerMessage::SignedOut => "signed-out",
    }
}

fn parse(word: &str) -> Option<PeerMessage> {
    match word {
        "changed" => Some(PeerMessage::Changed),
        "signed-in" => Some(PeerMessage::SignedIn),
        "signed-out" => Some(PeerMessage::SignedOut),
        _ => None,
    }
}
