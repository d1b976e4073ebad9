//! What the page sees of the user in addition to the status.

use wasm_bindgen::prelude::*;

use super::json::own;
use crate::Profile;

/// What the page sees of the user: JavaScript values, which the core never reads.
#[derive(Debug)]
pub struct PageProfile {
    pub user: JsValue,
    pub claims: JsValue,
    /// Whether the claims are from a newer answer than the user.
    pub claims_are_newer: bool,
    /// When the session ends for good, in milliseconds since the epoch.
    pub ends_at: Option<f64>,
}

impl PageProfile {
    pub const fn of_claims(claims: JsValue) -> Self {
        Self { user: JsValue::UNDEFINED, claims, claims_are_newer: false, ends_at: None }
    }

    /// The user in the body of the endpoint for the user: at this dotted path, or the whole body.
    pub fn read_user(body: JsValue, path: &str) -> Option<Self> {
        let user = Some(own(&body, path)).filter(|user| !user.is_undefined()).unwrap_or(body);
        user.is_object().then(|| Self { user, ..Self::of_claims(JsValue::NULL) })
    }
}

impl Profile for PageProfile {
    fn inherit(&mut self, previous: Self) {
        if self.user.is_undefined() {
            self.user = previous.user;
            self.claims_are_newer = self.has_user() && self.claims.is_object();
        }
        self.ends_at = self.ends_at.or(previous.ends_at);
    }

    fn has_user(&self) -> bool {
        !self.user.is_undefined() && !self.user.is_null()
    }

    fn set_user(&mut self, loaded: Self) {
        self.user = loaded.user;
        self.claims_are_newer = false;
    }
}
