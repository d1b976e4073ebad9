//! The messages between tabs (`js/vault/peer-channel.ts`). A message is one of three words, and contains no data (promise 11).

use crate::PeerMessage;

pub fn parse(name: &str) -> Option<PeerMessage> {
    match name {
        "changed" => Some(PeerMessage::Changed),
        "signed-in" => Some(PeerMessage::SignedIn),
        "signed-out" => Some(PeerMessage::SignedOut),
        _ => None,
    }
}
