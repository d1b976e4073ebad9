//! What the page is told: the snapshot and the events, as plain objects. No token has a way in here.

use wasm_bindgen::JsValue;

use super::answer::PageProfile;
use super::clock::Clock;
use super::json::{extend, object, own};
use crate::{Cause, Course, Event, Instant, Reason, Snapshot, Status, Trouble};

pub fn snapshot(snapshot: &Snapshot<'_, PageProfile>, cause: Option<&str>, clock: &Clock) -> JsValue {
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
        ("failure", snapshot.failure.map_or(JsValue::NULL, |failure| name_trouble(failure).into())),
        ("reason", reason.map_or(JsValue::NULL, |reason| name_reason(reason).into())),
        ("user", if user.is_undefined() { JsValue::NULL } else { user }),
        ("claims", claims),
        ("expiresAt", wall(snapshot.expires, clock)),
        ("refreshAt", wall(snapshot.refresh, clock)),
    ]);
    if let (Some(Reason::Expired | Reason::Revoked), Some(cause)) = (reason, cause) {
        extend(&shown, &[("cause", cause.into())]);
    }
    shown
}

/// The event, with the code of the error that a refresh failed with.
pub fn event(event: &Event, error: Option<&JsValue>, clock: &Clock) -> JsValue {
    match event {
        Event::Ended(reason) => typed("ended", &[("reason", name_reason(*reason).into())]),
        Event::RefreshFailed(trouble, retry) => {
            let code = error.map_or(JsValue::NULL, |error| own(error, "code"));
            let trouble = name_trouble(*trouble).into();
            typed("refresh-failed", &[("trouble", trouble), ("code", code), ("retryAt", wall(*retry, clock))])
        }
        Event::RefreshStarted(cause) => typed("refresh-started", &[("cause", name_cause(*cause).into())]),
        Event::Refreshed(generation) => typed("refreshed", &[("generation", generation.0.into())]),
        Event::SignOutOwed(retry) => typed("sign-out-owed", &[("retryAt", wall(*retry, clock))]),
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

const fn name_cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Check => "check",
        Cause::Due => "due",
        Cause::Expired => "expired",
        Cause::Rejected => "rejected",
        Cause::Restore => "restore",
    }
}

pub const fn name_course(course: Course) -> &'static str {
    match course {
        Course::Anonymous => "anonymous",
        Course::Direct => "direct",
        Course::NotReplayed => "not-replayed",
        Course::Retried => "retried",
        Course::Waited => "waited",
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

const fn name_trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Malformed => "malformed",
        Trouble::Refused => "refused",
        Trouble::Unreachable => "unreachable",
    }
}
