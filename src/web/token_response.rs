//! The tokens, the lifetime and the user in a response, and the part of it that the page may see.

use alloc::borrow::ToOwned;
use alloc::string::String;

use js_sys::{Array, Date, JsString};
use wasm_bindgen::prelude::*;
use web_sys::{Headers, Response};
use zeroize::Zeroizing;

use super::answer::Answer;
use super::config::{Config, Credential};
use super::js_callbacks::JsCallbacks;
use super::json::{extend, member, object, own, own_string, parse, remove, texts};
use super::profile::PageProfile;
use crate::text::split_once;
use crate::{Claims, ExchangeKind, Grant, GrantError, GrantParts, Millis, RefreshMode, Token};

/// Why a token response is rejected, and the option that names the invalid field.
pub struct GrantRejection {
    pub error: GrantError,
    pub field: Option<&'static str>,
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
pub fn error_detail(status: u16, more: &[(&str, JsValue)]) -> JsValue {
    let detail = object(&[("status", status.into())]);
    let given = more.iter().filter(|(_, value)| !value.is_undefined());
    given.for_each(|(key, value)| extend(&detail, &[(key, value.clone())]));
    detail
}

/// The status and the headers that are used. In a cross-origin response, only headers that the server exposes can be
/// read.
pub struct Head {
    status: u16,
    headers: Headers,
    authorization: Option<Zeroizing<String>>,
    /// The secret of a credential that has its own headers.
    renewed: Option<Zeroizing<String>>,
    date: Option<f64>,
    retry_after: Option<String>,
}

impl Head {
    pub fn read(response: &Response, credential: &Credential) -> Self {
        let header = |name: &str| response.headers().get(name).ok().flatten();
        let date = header("date").map(|date| Date::parse(&date) / 1000.0).filter(|date| date.is_finite());
        Self {
            status: response.status(),
            headers: response.headers(),
            authorization: header("authorization").map(Zeroizing::new),
            renewed: credential.secret_header().and_then(header).map(Zeroizing::new),
            date,
            retry_after: header("retry-after"),
        }
    }

    /// The grant, and the body as the page may see it. The user is read from this cleaned body, because some APIs put
    /// the token into the user.
    pub fn grant(
        &self,
        text: &JsString,
        renewal: Result<Option<Token>, GrantError>,
        answer: &Answer<'_>,
    ) -> Result<(Grant<PageProfile>, JsValue), GrantRejection> {
        let Answer { kind, endpoint, config, callbacks, .. } = *answer;
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
                let access = from_header.map(str::to_owned).or_else(|| endpoint.token(&body).as_string());
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
        let (shown, _) = self.visible(text, answer);
        grant.profile.ends_at = Some(endpoint.field("endsAt"))
            .filter(|path| !path.is_empty())
            .and_then(|path| time_of(&own(&shown, &path)));
        grant.profile.user = own(&shown, &endpoint.field("user"));
        Ok((grant, shown))
    }

    /// The pause, from a number of seconds or from a date (RFC 9110 §10.2.3). The date is compared with the server's
    /// own clock, if that is known.
    pub fn retry_after(&self) -> Option<Millis> {
        let text = self.retry_after.as_deref()?;
        let seconds = match text.parse::<u32>() {
            Ok(seconds) => f64::from(seconds),
            Err(_) => Date::parse(text) / 1000.0 - self.date.unwrap_or_else(|| Date::now() / 1000.0),
        };
        Millis::from_seconds(seconds)
    }

    /// Whether the answer says that another step is needed, and is not a token response that does not fit the options: its
    /// body is empty or an object, and nothing in it looks like a token.
    pub fn has_no_token(&self, text: &JsString, answer: &Answer<'_>) -> bool {
        let is_absent = match parse(text) {
            Some(body) if body.is_object() && !Array::is_array(&body) => {
                let token = answer.endpoint.token(&body);
                token.is_undefined() || token.is_null()
            }
            Some(_) => false,
            None => text.length() == 0,
        };
        is_absent && self.authorization.is_none() && !self.visible(text, answer).1
    }

    /// The body as the page may see it, and whether it contained tokens. Every value that the configuration names as a
    /// token is removed, of any type, also one that is not usable as a token. The challenge stays: the API sends it
    /// for the next step of a sign-in.
    pub fn visible(
        &self,
        text: &JsString,
        &Answer { endpoint, config, callbacks, known_tokens, .. }: &Answer<'_>,
    ) -> (JsValue, bool) {
        let (paths, body) = (&config.token_paths, parse(text).unwrap_or(JsValue::UNDEFINED));
        let secrets = known_tokens.slice(0, known_tokens.length());
        // An empty path means that the whole body is the token, if it is a string. An object is an error that the page
        // may see.
        for path in paths {
            if !path.is_empty() || body.is_string() {
                texts(own(&body, path)).iter().for_each(|secret| _ = secrets.push(secret));
            }
        }
        if let Some(header) = &self.authorization {
            secrets.push(&token_in(header, &config.scheme).unwrap_or(header).into());
        }
        if let Some(renewed) = &self.renewed {
            secrets.push(&renewed.as_str().into());
        }
        let challenge = own(&body, &endpoint.field("challenge"));
        let (shown, has_tokens) = callbacks.visible(text, &self.headers, &secrets, &challenge);
        for path in paths {
            remove(&shown, path);
        }
        (shown, has_tokens)
    }

    pub fn error(&self, code: &JsValue, field: Option<&'static str>, body: &JsString, answer: &Answer<'_>) -> JsValue {
        let (body, _) = self.visible(body, answer);
        let retry_after = self.retry_after().map(|pause| JsValue::from(pause.0 as f64)).unwrap_or_default();
        let option = field.map(JsValue::from).unwrap_or_default();
        let detail = error_detail(self.status, &[("body", body), ("retryAfter", retry_after), ("option", option)]);
        answer.callbacks.error(code, &detail)
    }
}

/// The token in an `Authorization` header with this scheme, with `Bearer` or without a scheme. Schemes are
/// case-insensitive (RFC 9110 §11.1).
fn token_in<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let header = header.trim_ascii();
    let (before, token) = split_once(header, b' ').unwrap_or(("", header));
    let is_known = |text: &str| ["", scheme, "Bearer"].iter().any(|known| text.eq_ignore_ascii_case(known));
    // A scheme without a token is not a token.
    Some(token.trim_ascii()).filter(|token| is_known(before) && !is_known(token))
}

/// The value as a number. Some APIs write numbers as decimal text.
fn number(value: &JsValue) -> Option<f64> {
    let is_decimal = |text: String| {
        let (whole, fraction) = split_once(&text, b'.').unwrap_or((&text, "0"));
        [whole, fraction].iter().all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    value.as_f64().or_else(|| value.as_string().is_some_and(is_decimal).then(|| value.unchecked_into_f64()))
}

/// The claims for the core, and the same claims as a JavaScript value for the page.
fn read_claims(token: &Token, callbacks: &JsCallbacks) -> Result<Option<(Claims, JsValue)>, GrantError> {
    let Some(json) = Claims::payload(token, |text| callbacks.decode_base64url(text))? else { return Ok(None) };
    // An API may put a token into the claims.
    let (seen, _) = callbacks.visible(&json.into(), &JsValue::UNDEFINED, &Array::new(), &JsValue::UNDEFINED);
    let seen = Some(seen).filter(|claims| claims.is_object() && !Array::is_array(claims));
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
