//! The shared state, as `js/vault/shared-state.ts` stores it: a hint, an epoch, and the lease of an exchange. It contains no
//! secret.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::{Epoch, Hint, Lease, Millis, SharedState};

/// Parses the value that `JsCallbacks::recall` and `JsCallbacks::claim` resolve with.
pub fn parse(row: &JsValue) -> SharedState {
    let row = Array::from(row);
    SharedState {
        hint: row.get(0).as_string().map_or(Hint::Never, |name| parse_hint(&name)),
        epoch: Epoch(row.get(1).as_f64().unwrap_or_default() as u32),
        lease: row.get(2).as_f64().map(|age| Lease { age: Millis(age as u64), is_slow: row.get(3).is_truthy() }),
        is_stale: row.get(5).is_truthy(),
    }
}

/// The mark of the lease that `JsCallbacks::claim` has acquired, if it has acquired one.
pub fn parse_mark(row: &JsValue) -> Option<f64> {
    Array::from(row).get(4).as_f64()
}

fn parse_hint(name: &str) -> Hint {
    match name {
        "sign-out-pending" => Hint::SignOutPending,
        "signed-in" => Hint::SignedIn,
        "signed-out" => Hint::SignedOut,
        "unknown" => Hint::Unknown,
        _ => Hint::Never,
    }
}
