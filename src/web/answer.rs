//! What the server's answer in an exchange means, and which part of it the page sees.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{Date, JsString, Object, Promise};
use wasm_bindgen::prelude::*;
use web_sys::Response;
use zeroize::Zeroizing;

use super::config::{Config, Credential, Endpoint};
use super::js_callbacks::JsCallbacks;
use super::json::{extend, member, object, own, own_string, parse, parse_without_tokens, remove, texts};
use crate::{
    CallError, Claims, ExchangeKind, ExchangeResult, Grant, GrantError, GrantParts, Millis, Profile, RefreshMode, Token,
};

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
    const fn of_claims(claims: JsValue) -> Self {
        Self { user: JsValue::UNDEFINED, claims, claims_are_newer: false, ends_at: None }
    }

    /// The user in an answer of the endpoint for the user: at this dotted path, or the whole body.
    pub fn read_user(text: &JsString, path: &str) -> Option<Self> {
        let (body, _) = parse_without_tokens(text, Vec::new());
        let body = body?;
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

/// An answer for the core, and the result that the page's call gets.
pub struct ParsedExchange {
    pub answer: ExchangeResult<PageProfile>,
    pub result: Result<JsValue, JsValue>,
    /// The API's own reason for its refusal.
    pub server_reason: Option<String>,
}

/// Why a token response is rejected, and the option that names the invalid field.
struct GrantRejection {
    error: GrantError,
    field: Option<&'static str>,
}

impl GrantRejection {
    fn at(field: &'static str) -> impl Fn(GrantError) -> Self {
        move |error| Self { error, field: Some(field) }
    }
}

impl From<GrantError> for GrantRejection {
    fn from(error: GrantError) -> Self {
        Self { error, field: None }
    }
}

/// What an error says about a response (`AuthErrorDetail` in `js/common/errors.ts`).
fn error_detail(status: u16, more: &[(&str, JsValue)]) -> JsValue {
    let detail = object(&[("status", status.into())]);
    let given = more.iter().filter(|(_, value)| !value.is_undefined());
    given.for_each(|(key, value)| extend(&detail, &[(key, value.clone())]));
    detail
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
}

impl Answer<'_> {
    /// Reads the response. `body` is the result of [`text`].
    pub fn read(&self, response: &Response, body: Option<JsString>) -> ParsedExchange {
        let Self { kind, endpoint, has_own_body, config, callbacks } = *self;
        let (status, head) = (response.status(), Head::read(response, &config.credential));
        let Some(body) = body.filter(|body| body.length() <= MAX_BODY) else {
            let answer = if status < 300 { ExchangeResult::Malformed } else { ExchangeResult::Unreachable(None) };
            return ParsedExchange::new(
                answer,
                Err(callbacks.error(&GrantError::BodyMalformed.name().into(), &error_detail(status, &[]))),
            );
        };
        let failed = |answer: ExchangeResult<_>, code: JsValue, field: Option<&'static str>| {
            ParsedExchange::new(answer, Err(head.error(&code, field, &body, config, callbacks)))
        };
        let is_sign_in = matches!(kind, ExchangeKind::SignIn(_));
        match (kind, status) {
            // Status 0 is a redirect. The browser gives no more details (Fetch, "opaque-redirect filtered response").
            (ExchangeKind::Refresh, 0) => failed(ExchangeResult::Malformed, "redirected".into(), Some("refresh")),
            (ExchangeKind::SignIn(_), 0) => failed(ExchangeResult::Malformed, "redirected".into(), Some("signIn")),
            (ExchangeKind::SignOut(_), 401 | 403) => {
                ParsedExchange::new(ExchangeResult::Refused, Ok(JsValue::UNDEFINED))
            }
            (ExchangeKind::SignOut(_), 1..500) if status != 408 && status != 429 => {
                ParsedExchange::new(ExchangeResult::Done, Ok(JsValue::UNDEFINED))
            }
            (ExchangeKind::Refresh, 200..300) if has_no_user(&body, config, endpoint) => {
                head.refused(&body, config, endpoint)
            }
            (ExchangeKind::Refresh | ExchangeKind::SignIn(_), 200..300) => {
                let renewal = config.credential.renewal(response, callbacks);
                match head.grant(&body, renewal, self) {
                    _ if is_sign_in && status == 202 => head.pending(&body, config),
                    Ok((grant, shown)) => {
                        ParsedExchange::new(ExchangeResult::Granted(grant), Ok(sign_in_result("signed-in", shown)))
                    }
                    Err(GrantRejection { error: GrantError::TokenMissing, .. })
                        if is_sign_in && head.has_no_token(&body, endpoint, config) =>
                    {
                        head.pending(&body, config)
                    }
                    Err(GrantRejection { error, field }) => {
                        failed(ExchangeResult::Malformed, error.name().into(), field)
                    }
                }
            }
            (ExchangeKind::Refresh, 400..500) if has_own_body && !is_passing(status) => {
                failed(ExchangeResult::Refused, "refused".into(), None)
            }
            (ExchangeKind::Refresh, _) if endpoint.ends_on(status) => head.refused(&body, config, endpoint),
            (ExchangeKind::Refresh, 300..500) if !is_passing(status) => {
                failed(ExchangeResult::Malformed, "status-unexpected".into(), Some("refresh"))
            }
            (ExchangeKind::SignIn(_), 400..500) if !is_passing(status) => {
                failed(ExchangeResult::Refused, "refused".into(), None)
            }
            _ => failed(ExchangeResult::Unreachable(head.retry_after()), CallError::Unreachable.name().into(), None),
        }
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

/// The status and the headers that are used. In a cross-origin response, only headers that the server exposes can be
/// read.
struct Head {
    status: u16,
    authorization: Option<Zeroizing<String>>,
    /// The secret of a credential that has its own headers.
    renewed: Option<Zeroizing<String>>,
    date: Option<f64>,
    retry_after: Option<String>,
}

impl Head {
    fn read(response: &Response, credential: &Credential) -> Self {
        let header = |name: &str| response.headers().get(name).ok().flatten();
        let date = header("date").map(|date| Date::parse(&date) / 1000.0).filter(|date| date.is_finite());
        Self {
            status: response.status(),
            authorization: header("authorization").map(Zeroizing::new),
            renewed: credential.secret_header().and_then(header).map(Zeroizing::new),
            date,
            retry_after: header("retry-after"),
        }
    }

    /// The API refuses to continue the session.
    fn refused(&self, body: &JsString, config: &Config, endpoint: &Endpoint) -> ParsedExchange {
        let server_reason = own_string(&self.visible(body, config).0, &endpoint.field("reason"));
        ParsedExchange { server_reason, ..ParsedExchange::new(ExchangeResult::Refused, Ok(JsValue::UNDEFINED)) }
    }

    /// The grant, and the body as the page may see it. The user is read from this cleaned body, because some APIs put
    /// the token into the user.
    fn grant(
        &self,
        text: &JsString,
        renewal: Result<Option<Token>, GrantError>,
        &Answer { kind, endpoint, config, callbacks, .. }: &Answer<'_>,
    ) -> Result<(Grant<PageProfile>, JsValue), GrantRejection> {
        let credential = &config.credential;
        let from_header = self.authorization.as_deref().and_then(|header| token_in(header, &config.scheme));
        let body = match parse(text) {
            Some(body) => body,
            // Devise answers with a header and with any kind of body.
            None if from_header.is_some() || !matches!(credential, Credential::Bearer) => JsValue::UNDEFINED,
            None if text.length() == 0 => return Err(GrantError::TokenMissing.into()),
            None => return Err(GrantError::BodyMalformed.into()),
        };
        let access = match credential {
            Credential::Bearer => {
                let access =
                    from_header.map(str::to_owned).or_else(|| own_string(&body, &endpoint.field("accessToken")));
                let access = access.ok_or(GrantError::TokenMissing).and_then(Token::parse);
                Some(access.map_err(GrantRejection::at("fields.accessToken"))?)
            }
            Credential::Cookie => None,
            // A sign-in has no previous token, so it needs a new one. For a refresh, the previous token may stay valid.
            Credential::Headers(_) => match (renewal?, kind) {
                (None, ExchangeKind::SignIn(_)) => return Err(GrantError::TokenMissing.into()),
                (renewal, _) => renewal,
            },
        };
        let parse_refresh = match (config.policy.renewal, &config.refresh_header) {
            (RefreshMode::Body, None) => Some(Token::parse_text as fn(String) -> _),
            (RefreshMode::Body, Some(_)) => Some(Token::parse as fn(String) -> _),
            // A value of that name in the body is not used.
            (RefreshMode::Cookie | RefreshMode::None, _) => None,
        };
        let refresh = parse_refresh
            .and_then(|parse| own_string(&body, &endpoint.field("refreshToken")).map(parse))
            .transpose()
            .map_err(GrantRejection::at("fields.refreshToken"))?;
        let expires_in = match own(&body, &endpoint.field("expiresIn")) {
            absent if absent.is_undefined() || absent.is_null() => None,
            seconds => {
                let seconds = number(&seconds).ok_or(GrantError::LifetimeInvalid);
                Some(seconds.map_err(GrantRejection::at("fields.expiresIn"))?)
            }
        };
        let jwt = access.as_ref().filter(|_| matches!(credential, Credential::Bearer));
        let (claims, seen) = jwt.map(|token| read_claims(token, callbacks)).transpose()?.flatten().unzip();
        let profile = PageProfile::of_claims(seen.unwrap_or(JsValue::NULL));
        let field = expires_in.filter(|seconds| Millis::from_seconds(*seconds).is_none()).map(|_| "fields.expiresIn");
        let parts = GrantParts { access, refresh, expires_in, claims, date: self.date, profile };
        let mut grant = Grant::new(parts).map_err(|error| GrantRejection { error, field })?;
        let (shown, _) = self.visible(text, config);
        grant.profile.ends_at = Some(endpoint.field("endsAt"))
            .filter(|path| !path.is_empty())
            .and_then(|path| time_of(&own(&shown, &path)));
        grant.profile.user = own(&shown, &endpoint.field("user"));
        Ok((grant, shown))
    }

    /// The pause, from a number of seconds or from a date (RFC 9110 §10.2.3). The date is compared with the server's
    /// own clock, if that is known.
    fn retry_after(&self) -> Option<Millis> {
        let text = self.retry_after.as_deref()?;
        let seconds = match text.parse::<u32>() {
            Ok(seconds) => f64::from(seconds),
            Err(_) => Date::parse(text) / 1000.0 - self.date.unwrap_or_else(|| Date::now() / 1000.0),
        };
        Millis::from_seconds(seconds)
    }

    /// Whether the answer says that another step is needed, and is not a token response that does not fit the options: its
    /// body is empty or an object, and nothing in it looks like a token.
    fn has_no_token(&self, text: &JsString, endpoint: &Endpoint, config: &Config) -> bool {
        let is_absent = match parse(text) {
            Some(body) if body.is_object() && !js_sys::Array::is_array(&body) => {
                let token = own(&body, &endpoint.field("accessToken"));
                token.is_undefined() || token.is_null()
            }
            Some(_) => false,
            None => text.length() == 0,
        };
        is_absent && self.authorization.is_none() && !self.visible(text, config).1
    }

    /// The API has accepted a sign-in, but another step is needed.
    fn pending(&self, body: &JsString, config: &Config) -> ParsedExchange {
        let (shown, _) = self.visible(body, config);
        ParsedExchange::new(ExchangeResult::Done, Ok(sign_in_result("pending", shown)))
    }

    /// The body as the page may see it, and whether it contained tokens. Every value that the configuration names as a token is removed, whatever its
    /// type and even if it is not usable as a token.
    fn visible(&self, text: &JsString, Config { token_paths: paths, scheme, .. }: &Config) -> (JsValue, bool) {
        let body = parse(text).unwrap_or(JsValue::UNDEFINED);
        // An empty path means that the whole body is the token, if it is a string. An object is an error that the page
        // may see.
        let named = paths.iter().filter(|path| !path.is_empty() || body.is_string());
        let sent = self
            .authorization
            .iter()
            .map(|header| Zeroizing::new(token_in(header, scheme).unwrap_or(header).to_owned()));
        let secrets = named.flat_map(|path| texts(own(&body, path))).chain(sent).chain(self.renewed.clone());
        let secrets = secrets.filter(|secret| !secret.is_empty()).collect();
        let (shown, has_tokens) = parse_without_tokens(text, secrets);
        let shown = shown.unwrap_or(JsValue::UNDEFINED);
        for path in paths {
            remove(&shown, path);
        }
        (shown, has_tokens)
    }

    fn error(
        &self,
        code: &JsValue,
        field: Option<&'static str>,
        body: &JsString,
        config: &Config,
        callbacks: &JsCallbacks,
    ) -> JsValue {
        let (body, _) = self.visible(body, config);
        let retry_after = self.retry_after().map(|pause| JsValue::from(pause.0 as f64)).unwrap_or_default();
        let option = field.map(JsValue::from).unwrap_or_default();
        let detail = error_detail(self.status, &[("body", body), ("retryAfter", retry_after), ("option", option)]);
        callbacks.error(code, &detail)
    }
}

/// The token in an `Authorization` header with this scheme, with `Bearer` or without a scheme. Schemes are
/// case-insensitive (RFC 9110 §11.1).
fn token_in<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let header = header.trim_ascii();
    let (before, token) = header.split_once(' ').unwrap_or(("", header));
    let is_known = |text: &str| ["", scheme, "Bearer"].iter().any(|known| text.eq_ignore_ascii_case(known));
    // A scheme without a token is not a token.
    Some(token.trim_ascii()).filter(|token| is_known(before) && !is_known(token))
}

/// The value as a number. Some APIs write numbers as decimal text.
fn number(value: &JsValue) -> Option<f64> {
    let is_decimal = |text: String| {
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
        [whole, fraction].iter().all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    value.as_f64().or_else(|| value.as_string().is_some_and(is_decimal).then(|| value.unchecked_into_f64()))
}

/// The claims for the core, and the same claims as a JavaScript value for the page.
fn read_claims(token: &Token, callbacks: &JsCallbacks) -> Result<Option<(Claims, JsValue)>, GrantError> {
    let Some(json) = Claims::payload(token, |text| callbacks.decode_base64url(text))? else { return Ok(None) };
    let seen = parse(&json.into()).filter(|claims| claims.is_object() && !js_sys::Array::is_array(claims));
    let seen = seen.ok_or(GrantError::ClaimsMalformed)?;
    let claims = Claims::read(|name| member(&own(&seen, name)))?;
    Ok(Some((claims, seen)))
}

/// The grant in the response to a request of the page, if the API sends the next token with any answer.
pub fn read_renewal(response: &Response, config: &Config, callbacks: &JsCallbacks) -> Option<Grant<PageProfile>> {
    let head = Head::read(response, &config.credential);
    let (access, claims) = match &config.renew_header {
        Some(name) if matches!(config.credential, Credential::Bearer) => {
            let header = Zeroizing::new(response.headers().get(name).ok().flatten()?);
            let access = Token::parse(token_in(&header, &config.scheme)?.to_owned()).ok()?;
            let claims = read_claims(&access, callbacks).ok()?;
            (access, claims)
        }
        _ => (config.credential.renewal(response, callbacks).ok().flatten()?, None),
    };
    let (claims, seen) = claims.unzip();
    let profile = PageProfile::of_claims(seen.unwrap_or(JsValue::NULL));
    let parts = GrantParts { access: Some(access), refresh: None, expires_in: None, claims, date: head.date, profile };
    Grant::new(parts).ok()
}

/// The result of a sign-in for the page (`SignInResult` in `js/common/types.ts`).
fn sign_in_result(status: &str, body: JsValue) -> JsValue {
    object(&[("status", status.into()), ("body", body)])
}

/// A point in time in milliseconds since the epoch: from a number of seconds from now, a Unix time in seconds or
/// milliseconds, or a date.
fn time_of(value: &JsValue) -> Option<f64> {
    let millis = match number(value) {
        Some(seconds) if seconds < 1e9 => Date::now() + seconds * 1000.0,
        Some(seconds) if seconds < 1e12 => seconds * 1000.0,
        Some(millis) => millis,
        None => Date::parse(&value.as_string()?),
    };
    millis.is_finite().then_some(millis)
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
