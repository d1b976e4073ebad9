//! The snapshot and the events for the page, as plain objects. They cannot contain a token.

use wasm_bindgen::JsValue;

use super::clock::Clock;
use super::json::{extend, object, or_null, own};
use super::profile::PageProfile;
use crate::{Event, Instant, Reason, Snapshot, Status};

/// A snapshot (`js/common/types.ts`). Times are in milliseconds since the epoch.
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
    let shown = object(&[
        ("status", status.into()),
        ("failure", or_null(snapshot.failure.map(|failure| failure.name()))),
        ("reason", or_null(reason.map(Reason::name))),
        ("user", if user.is_undefined() { JsValue::NULL } else { user }),
        ("claims", claims),
        ("expiresAt", wall(snapshot.expires, clock)),
        ("refreshAt", wall(snapshot.refresh, clock)),
        ("claimsAreNewer", snapshot.profile.is_some_and(|profile| profile.claims_are_newer).into()),
        ("endsAt", or_null(snapshot.profile.and_then(|profile| profile.ends_at))),
    ]);
    if let (Some(Reason::Expired | Reason::Revoked), Some(server_reason)) = (reason, server_reason) {
        extend(&shown, &[("serverReason", server_reason.into())]);
    }
    shown
}

/// The event as a plain object. For a failed refresh, it has the code of the error.
pub fn event(event: &Event, error: Option<&JsValue>, clock: &Clock) -> JsValue {
    match *event {
        Event::Ended(reason) => typed("ended", &[("reason", reason.name().into())]),
        Event::RefreshFailed(failure, retry) => {
            let code = error.map_or(JsValue::NULL, |error| own(error, "code"));
            let failure = failure.name().into();
            typed("refresh-failed", &[("failure", failure), ("code", code), ("retryAt", wall(retry, clock))])
        }
        Event::RefreshStarted(trigger) => typed("refresh-started", &[("trigger", trigger.name().into())]),
        Event::Refreshed(generation) => typed("refreshed", &[("generation", generation.0.into())]),
        Event::SignOutPending(retry) => typed("sign-out-pending", &[("retryAt", wall(retry, clock))]),
        Event::SignedIn => typed("signed-in", &[]),
    }
}

fn typed(name: &str, entries: &[(&str, JsValue)]) -> JsValue {
    let event = object(&[("type", name.into())]);
    extend(&event, entries);
    event
}

fn wall(instant: Option<Instant>, clock: &Clock) -> JsValue {
    or_null(instant.map(|instant| clock.wall(instant)))
}
