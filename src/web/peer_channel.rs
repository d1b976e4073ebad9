//! The messages between tabs (`js/vault/peer-channel.ts`). A message is one of three words, and contains no data (promise 11).

use crate::PeerMessage;

pub const fn name(message: PeerMessage) -> &'static str {
    match message {
        PeerMessage::Changed => "changed",
        PeerMessage::SignedIn => "signed-in",
        PeerMessage::SignedOut => "signed-out",
    }
}

pub fn parse(name: &str) -> Option<PeerMessage> {
    match name {
        "changed" => Some(PeerMessage::Changed),
        "signed-in" => Some(PeerMessage::SignedIn),
        "signed-out" => Some(PeerMessage::SignedOut),
        _ => None,
    }
}
