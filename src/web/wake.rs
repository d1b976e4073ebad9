//! The moments at which a browser lets a page catch up (`js/vault/wake.ts`).

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
            "online" => Some(Self::Online),
            "restored" => Some(Self::Restored),
            "visited" => Some(Self::Visited),
            "woke" => Some(Self::Woke),
            _ => None,
        }
    }
}
