//! Lifecycle events of the pages and the network (`js/vault/lifecycle.ts`).

/// A lifecycle event.
#[derive(Clone, Copy, Debug)]
pub enum LifecycleEvent {
    /// The last page has disconnected.
    ClientsGone,
    /// The network is available again.
    Online,
    /// The browser has restored the page from the back/forward cache.
    Restored,
    /// A page has connected.
    ClientConnected,
    /// A page has become visible again, or was resumed.
    Woke,
}

impl LifecycleEvent {
    /// Parses the name that `js/vault/` uses for the event.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "clients-gone" => Some(Self::ClientsGone),
            "online" => Some(Self::Online),
            "restored" => Some(Self::Restored),
            "client-connected" => Some(Self::ClientConnected),
            "woke" => Some(Self::Woke),
            _ => None,
        }
    }
}
