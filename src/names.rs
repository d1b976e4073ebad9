//! The names of values in JavaScript. They are part of the API (`js/common/types.ts`, `js/common/error-codes.ts`).

use crate::{CallError, DeliveryPath, GrantError, Hint, PeerMessage, Reason, RefreshFailure, RefreshTrigger};

macro_rules! names {
    ($($type:ident { $($variant:ident = $name:literal)* })*) => {
        $(impl $type {
            /// The name of this value in JavaScript.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        })*
    };
}

names! {
    CallError {
        Closed = "closed"
        Replaced = "replaced"
        RefreshUnusable = "refresh-unusable"
        SessionEnded = "session-ended"
        SignedOut = "signed-out"
        Unreachable = "unreachable"
    }
    DeliveryPath {
        Anonymous = "anonymous"
        Direct = "direct"
        NotReplayed = "not-replayed"
        Retried = "retried"
        Waited = "waited"
    }
    GrantError {
        BodyMalformed = "body-malformed"
        ClaimsMalformed = "claims-malformed"
        LifetimeInvalid = "lifetime-invalid"
        TokenMalformed = "token-malformed"
        TokenMissing = "token-missing"
        TokenTooLarge = "token-too-large"
    }
    Hint {
        Never = "never"
        SignOutPending = "sign-out-pending"
        SignedIn = "signed-in"
        SignedOut = "signed-out"
        Unknown = "unknown"
    }
    PeerMessage {
        Changed = "changed"
        SignedIn = "signed-in"
        SignedOut = "signed-out"
    }
    Reason {
        Expired = "expired"
        Idle = "idle"
        Never = "never"
        Replaced = "replaced"
        Revoked = "revoked"
        SignedOut = "signed-out"
    }
    RefreshFailure {
        Malformed = "malformed"
        Refused = "refused"
        Unreachable = "unreachable"
    }
    RefreshTrigger {
        Check = "check"
        Due = "due"
        Expired = "expired"
        Rejected = "rejected"
        Requested = "requested"
        Restore = "restore"
    }
}
