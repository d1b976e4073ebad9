//! What the server's answer in an exchange means, and which part of it the page sees.

use alloc::string::String;

use js_sys::{Array, JsString, Object, Promise};
use wasm_bindgen::prelude::*;
use web_sys::Response;

use super::config::{Config, Credential, Endpoint};
use super::js_callbacks::JsCallbacks;
use super::json::{object, own, own_string, parse};
use super::profile::PageProfile;
use super::token_response::{GrantRejection, Head, error_detail};
use crate::{CallError, ExchangeKind, ExchangeResult, GrantError};

/// An answer for the core, and the result that the page's call gets.
pub struct ParsedExchange {
    pub answer: ExchangeResult<PageProfile>,
    pub result: Result<JsValue, JsValue>,
    /// The API's own reason for its refusal.
    pub server_reason: Option<String>,
}

/// The length limit of a token response, in characters. A longer body is not a token response.
const MAX_BODY: u32 = 1024 * 1024;

impl ParsedExchange {
    const fn new(answer: ExchangeResult<PageProfile>, result: Result<JsValue, JsValue>) -> Self {
        Self { answer, result, server_reason: None }
    }

    /// There was no answer.
    pub fn unreachable(callbacks: &JsCallbacks) -> Self {
        Self::new(
            ExchangeResult::Unreachable(None),
            Err(callbacks.error(&CallError::Unreachable.name().into(), &JsValue::UNDEFINED)),
        )
    }

    /// The request was not sent, for this reason.
    pub fn unsent(error: JsValue, callbacks: &JsCallbacks) -> Self {
        if error.is_object() {
            Self::new(ExchangeResult::Unreachable(None), Err(error))
        } else {
            Self::unreachable(callbacks)
        }
    }
}

/// A response to the request of an exchange, before it is read.
pub struct Answer<'a> {
    pub kind: ExchangeKind,
    pub endpoint: &'a Endpoint,
    /// Whether the request was a refresh with a body of the page's own.
    pub has_own_body: bool,
    pub config: &'a Config,
    pub callbacks: &'a JsCallbacks,
    /// The tokens that the session has. An API may repeat them in any answer.
    pub known_tokens: &'a Array,
}

impl Answer<'_> {
    /// Reads the response. `body` is the result of [`text`].
    pub fn read(&self, response: &Response, body: Option<JsString>) -> ParsedExchange {
        let Self { kind, endpoint, has_own_body, config, callbacks, .. } = *self;
        let (status, head) = (response.status(), Head::read(response, &config.credential));
        let Some(body) = body.filter(|body| body.length() <= MAX_BODY) else {
            let answer = if status < 300 { ExchangeResult::Malformed } else { ExchangeResult::Unreachable(None) };
            return ParsedExchange::new(
                answer,
                Err(callbacks.error(&GrantError::BodyMalformed.name().into(), &error_detail(status, &[]))),
            );
        };
        let failed = |answer: ExchangeResult<_>, code: JsValue, field: Option<&'static str>| {
            ParsedExchange::new(answer, Err(head.error(&code, field, &body, self)))
        };
        let is_sign_in = matches!(kind, ExchangeKind::SignIn(_));
        match (kind, status) {
            // Status 0 is a redirect. The browser gives no more details (Fetch, "opaque-redirect filtered response").
            (ExchangeKind::Refresh, 0) => failed(ExchangeResult::Malformed, "redirected".into(), Some("refresh")),
            (ExchangeKind::SignIn(_), 0) => failed(ExchangeResult::Malformed, "redirected".into(), Some("signIn")),
            (ExchangeKind::SignOut(_), 401 | 403) => {
                ParsedExchange::new(ExchangeResult::Refused, Ok(JsValue::UNDEFINED))
            }
            // An API that does not know the session need not end it. A redirect (status 0) may come from a captive portal.
            (ExchangeKind::SignOut(_), 1..400 | 404 | 410) => {
                ParsedExchange::new(ExchangeResult::Done, Ok(JsValue::UNDEFINED))
            }
            (ExchangeKind::SignOut(_), 400..500) if !is_passing(status) => {
                ParsedExchange::new(ExchangeResult::Malformed, Ok(JsValue::UNDEFINED))
            }
            (ExchangeKind::Refresh, 200..300) if has_no_user(&body, config, endpoint) => self.refused(&head, &body),
            (ExchangeKind::Refresh | ExchangeKind::SignIn(_), 200..300) => {
                let renewal = config.credential.renewal(response, callbacks);
                match head.grant(&body, renewal, self) {
                    _ if is_sign_in && status == 202 => self.pending(&head, &body),
                    Ok((grant, shown)) => {
                        ParsedExchange::new(ExchangeResult::Granted(grant), Ok(sign_in_result("signed-in", shown)))
                    }
                    Err(GrantRejection { error: GrantError::TokenMissing, .. })
                        if is_sign_in && head.has_no_token(&body, self) =>
                    {
                        self.pending(&head, &body)
                    }
                    Err(GrantRejection { error, field }) => {
                        failed(ExchangeResult::Malformed, error.name().into(), field)
                    }
                }
            }
            (ExchangeKind::Refresh, 400..500) if has_own_body && !is_passing(status) => {
                failed(ExchangeResult::Refused, "refused".into(), None)
            }
            (ExchangeKind::Refresh, _) if endpoint.ends_on(status) => self.refused(&head, &body),
            (ExchangeKind::Refresh, 300..500) if !is_passing(status) => {
                failed(ExchangeResult::Malformed, "status-unexpected".into(), Some("refresh"))
            }
            (ExchangeKind::SignIn(_), 400..500) if !is_passing(status) => {
                failed(ExchangeResult::Refused, "refused".into(), None)
            }
            _ => failed(ExchangeResult::Unreachable(head.retry_after()), CallError::Unreachable.name().into(), None),
        }
    }

    /// The API refuses to continue the session.
    fn refused(&self, head: &Head, body: &JsString) -> ParsedExchange {
        let server_reason = own_string(&head.visible(body, self).0, &self.endpoint.field("reason"));
        ParsedExchange { server_reason, ..ParsedExchange::new(ExchangeResult::Refused, Ok(JsValue::UNDEFINED)) }
    }

    /// The API has accepted a sign-in, but another step is needed.
    fn pending(&self, head: &Head, body: &JsString) -> ParsedExchange {
        let (shown, _) = head.visible(body, self);
        ParsedExchange::new(ExchangeResult::Done, Ok(sign_in_result("pending", shown)))
    }
}

/// Whether this status is temporary and says nothing about the request itself: the request was too slow, too early or
/// too frequent.
const fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 425 | 429)
}

/// Whether a successful answer names no user. If a cookie is the credential, some APIs answer with a success when there
/// is no session: the body is `null`, `{}`, or its user is `null`.
fn has_no_user(body: &JsString, config: &Config, endpoint: &Endpoint) -> bool {
    matches!(config.credential, Credential::Cookie)
        && parse(body).is_some_and(|body| {
            let is_empty = |body: &JsValue| {
                let keys = body.dyn_ref::<Object>().map(Object::keys);
                keys.is_some_and(|keys| keys.length() == 0)
            };
            body.is_null() || is_empty(&body) || own(&body, &endpoint.field("user")).is_null()
        })
}

/// The result of a sign-in for the page (`SignInResult` in `js/common/types.ts`).
fn sign_in_result(status: &str, body: JsValue) -> JsValue {
    object(&[("status", status.into()), ("body", body)])
}

/// Resolves with the body, or with `undefined` if `Content-Length` announces a body that is too long.
pub fn text(response: &Response) -> Promise {
    let announced = response.headers().get("content-length").ok().flatten();
    if announced.and_then(|length| length.parse::<u32>().ok()).is_some_and(|length| length > MAX_BODY) {
        response.body().map(|body| body.cancel());
        return Promise::resolve(&JsValue::UNDEFINED);
    }
    response.text().unwrap_or_else(|error| Promise::reject(&error))
}
