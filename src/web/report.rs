//! The snapshot and the events for the page, as plain objects. They cannot contain a token.

use wasm_bindgen::JsValue;

use super::answer::PageProfile;
use super::clock::Clock;
use super::json::{extend, object, own};
use crate::{DeliveryPath, Event, Instant, Reason, RefreshFailure, RefreshTrigger, Snapshot, Status};

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
        ("failure", snapshot.failure.map_or(JsValue::NULL, |failure| name_failure(failure).into())),
        ("reason", reason.map_or(JsValue::NULL, |reason| name_reason(reason).into())),
        ("user", if user.is_undefined() { JsValue::NULL } else { user }),
        ("claims", claims),
        ("expiresAt", wall(snapshot.expires, clock)),
        ("refreshAt", wall(snapshot.refresh, clock)),
    ]);
    if let (Some(Reason::Expired | Reason::Revoked), Some(server_reason)) = (reason, server_reason) {
        extend(&shown, &[("serverReason", server_reason.into())]);
    }
    shown
}

/// The event as a plain object. For a failed refresh, it has the code of the error.
pub fn event(event: &Event, error: Option<&JsValue>, clock: &Clock) -> JsValue {
    match event {
        Event::Ended(reason) => typed("ended", &[("reason", name_reason(*reason).into())]),
        Event::RefreshFailed(failure, retry) => {
            let code = error.map_or(JsValue::NULL, |error| own(error, "code"));
            let failure = name_failure(*failure).into();
            typed("refresh-failed", &[("failure", failure), ("code", code), ("retryAt", wall(*retry, clock))])
        }
        Event::RefreshStarted(trigger) => typed("refresh-started", &[("trigger", name_trigger(*trigger).into())]),
        Event::Refreshed(generation) => typed("refreshed", &[("generation", generation.0.into())]),
        Event::SignOutPending(retry) => typed("sign-out-pending", &[("retryAt", wall(*retry, clock))]),
        Event::SignedIn => typed("signed-in", &[]),
    }
}

fn typed(name: &str, entries: &[(&str, JsValue)]) -> JsValue {
    let event = object(&[("type", name.into())]);
    extend(&event, entries);
    event
}

fn wall(instant: Option<Instant>, clock: &Clock) -> JsValue {
    instant.map_or(JsValue::NULL, |instant| clock.wall(instant).into())
}

const fn name_trigger(trigger: RefreshTrigger) -> &'static str {
    match trigger {
        RefreshTrigger::Check => "check",
        RefreshTrigger::Due => "due",
        RefreshTrigger::Expired => "expired",
        RefreshTrigger::Rejected => "rejected",
        RefreshTrigger::Restore => "restore",
    }
}

pub const fn name_path(via: DeliveryPath) -> &'static str {
    match via {
        DeliveryPath::Anonymous => "anonymous",
        DeliveryPath::Direct => "direct",
        DeliveryPath::NotReplayed => "not-replayed",
        DeliveryPath::Retried => "retried",
        DeliveryPath::Waited => "waited",
    }
}

const fn name_reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Expired => "expired",
        Reason::Never => "never",
        Reason::Replaced => "replaced",
        Reason::Revoked => "revoked",
        Reason::SignedOut => "signed-out",
    }
}

const fn name_failure(failure: RefreshFailure) -> &'static str {
    match failure {
        RefreshFailure::Malformed => "malformed",
        RefreshFailure::Refused => "refused",
        RefreshFailure::Unreachable => "unreachable",
    }
}
