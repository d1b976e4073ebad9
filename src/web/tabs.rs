//! The messages between tabs (`js/vault/tabs.ts`). A message is one of three words, and contains no data (promise 11).

use crate::PeerMessage;

pub const fn word(message: PeerMessage) -> &'static str {
    match message {
        PeerMessage::Changed => "changed",
        PeerMessage::SignedIn => "signed-in",
        PeerMessage::SignedOut => "signed-out",
    }
}

pub fn parse(word: &str) -> Option<PeerMessage> {
    match word {
        "changed" => Some(PeerMessage::Changed),
        "signed-in" => Some(PeerMessage::SignedIn),
        "signed-out" => Some(PeerMessage::SignedOut),
        _ => None,
    }
}
