//! The moments at which a browser lets a page catch up (`js/vault/wake.ts`).

/// What has become of the pages.
#[derive(Clone, Copy, Debug)]
pub enum LifecycleEvent {
    /// The last one has gone.
    ClientsGone,
    /// The network is back.
    Online,
    /// It came out of the back/forward cache.
    Restored,
    /// One has come.
    ClientConnected,
    /// One is visible again, or was resumed.
    Woke,
}

impl LifecycleEvent {
    /// As `js/vault/` calls it.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "deserted" => Some(Self::ClientsGone),
            "online" => Some(Self::Online),
            "restored" => Some(Self::Restored),
            "visited" => Some(Self::ClientConnected),
            "woke" => Some(Self::Woke),
            _ => None,
        }
    }
}
