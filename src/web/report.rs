//! The snapshot and the events for the page, as plain objects. They cannot contain a token.

use serde::Serialize;
use serde_wasm_bindgen::preserve;
use wasm_bindgen::JsValue;

use super::answer::PageProfile;
use super::clock::Clock;
use super::json::{own, to_js};
use crate::{Event, Instant, Reason, RefreshFailure, RefreshTrigger, Snapshot, Status};

/// A snapshot without its TypeScript type (`js/common/types.ts`). Times are in milliseconds since the epoch.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageSnapshot<'a> {
    status: &'static str,
    failure: Option<RefreshFailure>,
    reason: Option<Reason>,
    #[serde(with = "preserve")]
    user: JsValue,
    #[serde(with = "preserve")]
    claims: JsValue,
    expires_at: Option<f64>,
    refresh_at: Option<f64>,
    claims_are_newer: bool,
    ends_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_reason: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum PageEvent {
    Ended {
        reason: Reason,
    },
    RefreshFailed {
        failure: RefreshFailure,
        #[serde(with = "preserve")]
        code: JsValue,
        retry_at: Option<f64>,
    },
    RefreshStarted {
        trigger: RefreshTrigger,
    },
    Refreshed {
        generation: u32,
    },
    SignOutPending {
        retry_at: Option<f64>,
    },
    SignedIn,
}

pub fn snapshot(snapshot: &Snapshot<'_, PageProfile>, server_reason: Option<&str>, clock: &Clock) -> JsValue {
    let (status, reason) = match snapshot.status {
        Status::Authenticated => ("authenticated", None),
        Status::Loading => ("loading", None),
        Status::Unauthenticated(reason) => ("unauthenticated", Some(reason)),
    };
    let (user, claims) = match snapshot.profile {
        Some(profile) => (profile.user.clone(), profile.claims.clone()),
        None => (JsValue::NULL, JsValue::NULL),
    };
    to_js(&PageSnapshot {
        status,
        failure: snapshot.failure,
        reason,
        user: if user.is_undefined() { JsValue::NULL } else { user },
        claims,
        expires_at: wall(snapshot.expires, clock),
        refresh_at: wall(snapshot.refresh, clock),
        claims_are_newer: snapshot.profile.is_some_and(|profile| profile.claims_are_newer),
        ends_at: snapshot.profile.and_then(|profile| profile.ends_at),
        server_reason: server_reason.filter(|_| matches!(reason, Some(Reason::Expired | Reason::Revoked))),
    })
}

/// The event as a plain object. For a failed refresh, it has the code of the error.
pub fn event(event: &Event, error: Option<&JsValue>, clock: &Clock) -> JsValue {
    to_js(&match *event {
        Event::Ended(reason) => PageEvent::Ended { reason },
        Event::RefreshFailed(failure, retry) => PageEvent::RefreshFailed {
            failure,
            code: error.map_or(JsValue::NULL, |error| own(error, "code")),
            retry_at: wall(retry, clock),
        },
        Event::RefreshStarted(trigger) => PageEvent::RefreshStarted { trigger },
        Event::Refreshed(generation) => PageEvent::Refreshed { generation: generation.0 },
        Event::SignOutPending(retry) => PageEvent::SignOutPending { retry_at: wall(retry, clock) },
        Event::SignedIn => PageEvent::SignedIn,
    })
}

fn wall(instant: Option<Instant>, clock: &Clock) -> Option<f64> {
    instant.map(|instant| clock.wall(instant))
}
