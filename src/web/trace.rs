//! The shared state, as `js/vault/trace.ts` stores it: a hint, an epoch, and the lease of an exchange. It contains no
//! secret.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::{Epoch, Hint, Lease, Millis, Trace};

/// Parses the value that `Host::recall` and `Host::claim` resolve with.
pub fn parse(row: &JsValue) -> Trace {
    let row = Array::from(row);
    Trace {
        hint: row.get(0).as_string().map_or(Hint::Never, |word| parse_hint(&word)),
        epoch: Epoch(row.get(1).as_f64().unwrap_or_default() as u32),
        lease: row.get(2).as_f64().map(|age| Lease { age: Millis(age as u64), is_slow: row.get(3).is_truthy() }),
    }
}

/// The mark of the lease that `Host::claim` has acquired, if it has acquired one.
pub fn parse_mark(row: &JsValue) -> Option<f64> {
    Array::from(row).get(4).as_f64()
}

pub const fn word(hint: Hint) -> &'static str {
    match hint {
        Hint::Never => "never",
        Hint::SignOutPending => "sign-out-pending",
        Hint::SignedIn => "signed-in",
        Hint::SignedOut => "signed-out",
        Hint::Unknown => "unknown",
    }
}

fn parse_hint(word: &str) -> Hint {
    match word {
        "sign-out-pending" => Hint::SignOutPending,
        "signed-in" => Hint::SignedIn,
        "signed-out" => Hint::SignedOut,
        "unknown" => Hint::Unknown,
        _ => Hint::Never,
    }
}
