//! The configuration as the TypeScript side hands it over, checked once.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::Url;

use super::json::{own, own_string};
use crate::{Errand, Millis, OriginError, Origins, Policy, Renewal, SignOutRoute};

/// A checked configuration.
#[derive(Debug)]
pub struct Config {
    /// Prefix of the storage keys, and name of lock and channel.
    pub name: String,
    pub origins: Origins,
    pub sign_in: Endpoint,
    pub refresh: Option<Endpoint>,
    pub sign_out: Option<Endpoint>,
    pub credential: Credential,
    /// What stands before a token in `Authorization` (RFC 9110 §11.6.2), which may be nothing.
    pub scheme: String,
    /// The one URL whose 401 ends a session that cannot be refreshed; any if there is none.
    pub check: Option<String>,
    /// The header that takes the refresh token.
    pub refresh_header: Option<String>,
    /// The name of the refresh token in a body.
    pub refresh_member: String,
    /// Where a 401 to a request of the page says why, as a dotted path.
    pub reason: String,
    /// Where tokens are in the answers of any endpoint, as dotted paths.
    pub token_paths: Vec<String>,
    pub policy: Policy,
}

impl Csrf {
    pub const fn header(&self) -> &String {
        let (Self::Cookie { header, .. } | Self::Fixed { header, .. }) = self;
        header
    }
}

/// An absolute URL within the allow-list, how to ask it, and how to read its answer.
#[derive(Debug, Default)]
pub struct Endpoint {
    pub method: String,
    pub url: String,
    /// An object of the members that every request has in its body, which the core only hands on.
    pub body: JsValue,
    /// Whether the body is form data (`application/x-www-form-urlencoded`) instead of JSON.
    pub is_form: bool,
    pub csrf: Option<Csrf>,
    /// Whether requests take cookies along: `include` or `omit`.
    pub credentials: String,
    pub fields: Fields,
    /// The statuses that end the session.
    pub ends_on: Vec<u16>,
}

/// What a request proves itself with.
#[derive(Debug)]
pub enum Credential {
    /// A token in `Authorization`.
    Bearer,
    /// A session cookie, which the browser keeps.
    Cookie,
    /// These headers, between commas, which every answer may renew. The first is the secret.
    Headers(String),
}

/// The header that no form of another site can send.
#[derive(Debug)]
pub enum Csrf {
    /// The value of a readable cookie (double submit).
    Cookie { header: String, cookie: String },
    /// A fixed value: that it is there is enough (RFC 10017 §6.1.3.3.2).
    Fixed { header: String, value: String },
}

/// Where things are in the body of a token response, as dotted paths.
#[derive(Debug, Default)]
pub struct Fields {
    pub access_token: String,
    pub expires_in: String,
    pub refresh_token: String,
    pub reason: String,
    pub user: String,
}

/// What is wrong with which option.
#[derive(Clone, Copy, Debug)]
pub struct ConfigError {
    pub code: &'static str,
    pub field: &'static str,
}

impl Config {
    pub fn parse(raw: &JsValue) -> Result<Self, ConfigError> {
        let origins = parse_origins(&own(raw, "origins"))?;
        let reader = Reader { origins: &origins, wrong: Cell::new(None) };
        let sign_in = reader.endpoint(raw, "signIn").unwrap_or_else(|| {
            reader.refuse("endpoint-missing", "signIn");
            Endpoint::default()
        });
        let refresh = reader.endpoint(raw, "refresh");
        let sign_out = reader.endpoint(raw, "signOut");
        let check = reader.target(raw, "check").map(|(_, url)| url);
        let policy = Policy {
            renewal: if refresh.is_some() { reader.renewal(raw) } else { Renewal::None },
            sign_out: if sign_out.is_some() { SignOutRoute::Server } else { SignOutRoute::None },
            retention: reader.retention(raw),
            session_cookie: own_string(raw, "credential").as_deref() == Some("cookie"),
        };
        let (name, credential) = (reader.text(raw, "name", "name"), reader.credential(raw));
        let scheme = reader.text(raw, "scheme", "scheme");
        let refresh_member = reader.text(raw, "refreshMember", "refreshToken");
        let reason = reader.text(raw, "reason", "fields");
        let token_paths = Array::from(&own(raw, "tokenPaths")).iter().filter_map(|path| path.as_string()).collect();
        let refresh_header = own_string(raw, "refreshHeader");
        reader.wrong.get().map_or(Ok(()), Err)?;
        Ok(Self {
            name,
            origins,
            sign_in,
            refresh,
            sign_out,
            credential,
            scheme,
            check,
            refresh_header,
            refresh_member,
            reason,
            token_paths,
            policy,
        })
    }

    pub const fn endpoint(&self, errand: Errand) -> Option<&Endpoint> {
        match errand {
            Errand::SignIn(_) => Some(&self.sign_in),
            Errand::Refresh => self.refresh.as_ref(),
            Errand::SignOut(_) => self.sign_out.as_ref(),
        }
    }
}

/// Reads on after an error and keeps the first: half of what `?` compiles to here would be dropping what was read.
struct Reader<'a> {
    origins: &'a Origins,
    wrong: Cell<Option<ConfigError>>,
}

impl Reader<'_> {
    fn refuse(&self, code: &'static str, field: &'static str) {
        self.wrong.set(self.wrong.get().or(Some(ConfigError { code, field })));
    }

    fn text(&self, raw: &JsValue, path: &str, field: &'static str) -> String {
        own_string(raw, path).unwrap_or_else(|| {
            self.refuse("option-invalid", field);
            String::new()
        })
    }

    fn renewal(&self, raw: &JsValue) -> Renewal {
        match own_string(raw, "refreshToken").as_deref() {
            Some("cookie") => return Renewal::Cookie,
            Some("body") => return Renewal::Body,
            _ => self.refuse("option-invalid", "refreshToken"),
        }
        Renewal::None
    }

    fn retention(&self, raw: &JsValue) -> Millis {
        match own(raw, "forgetAfter").as_f64() {
            Some(seconds) if seconds >= 0.0 => Millis::from_seconds(seconds).unwrap_or_default(),
            _ => {
                self.refuse("option-invalid", "forgetAfter");
                Policy::RETENTION
            }
        }
    }

    fn endpoint(&self, raw: &JsValue, field: &'static str) -> Option<Endpoint> {
        let (method, url) = self.target(raw, field)?;
        let raw = own(raw, field);
        let text = |path: &str| self.text(&raw, path, field);
        let fields = Fields {
            access_token: text("fields.accessToken"),
            expires_in: text("fields.expiresIn"),
            refresh_token: text("fields.refreshToken"),
            reason: text("fields.reason"),
            user: text("fields.user"),
        };
        let statuses = Array::from(&own(&raw, "endsOn"));
        Some(Endpoint {
            method,
            url,
            body: own(&raw, "body"),
            is_form: text("encoding") == "form",
            csrf: self.csrf(&raw),
            credentials: text("credentials"),
            fields,
            ends_on: statuses.iter().filter_map(|status| status.as_f64()).map(|status| status as u16).collect(),
        })
    }

    /// Method and URL. Relative URLs are meant for the first origin: neither a `<base>` nor the page's own URL has a say.
    fn target(&self, raw: &JsValue, field: &'static str) -> Option<(String, String)> {
        let raw = own(raw, field);
        if raw.is_undefined() || raw.is_null() {
            return None;
        }
        let method = own_string(&raw, "method");
        let url = own_string(&raw, "path").and_then(|path| Url::new_with_base(&path, self.origins.first()).ok());
        let (Some(method), Some(url)) = (method, url) else {
            self.refuse("endpoint-malformed", field);
            return None;
        };
        let url = url.href();
        if !self.origins.allows(&url) {
            self.refuse("endpoint-outside-origins", field);
        }
        Some((method, url))
    }

    fn credential(&self, raw: &JsValue) -> Credential {
        let name = self.text(raw, "credential", "credential");
        match name.as_str() {
            "bearer" => Credential::Bearer,
            "cookie" => Credential::Cookie,
            _ => Credential::Headers(name),
        }
    }

    fn csrf(&self, raw: &JsValue) -> Option<Csrf> {
        let raw = own(raw, "csrf");
        if !raw.is_object() {
            return None;
        }
        match (own_string(&raw, "header"), own_string(&raw, "cookie"), own_string(&raw, "value")) {
            (Some(header), Some(cookie), None) => Some(Csrf::Cookie { header, cookie }),
            (Some(header), None, Some(value)) => Some(Csrf::Fixed { header, value }),
            _ => {
                self.refuse("option-invalid", "csrf");
                None
            }
        }
    }
}

fn parse_origins(raw: &JsValue) -> Result<Origins, ConfigError> {
    let error = |code| ConfigError { code, field: "origins" };
    let mut origins = Vec::new();
    for entry in Array::from(raw).iter() {
        let url = entry.as_string().and_then(|entry| Url::new(&entry).ok()).ok_or_else(|| error("origin-malformed"))?;
        let origin = url.origin();
        // Anything beyond scheme, host and port would be a promise that is not kept.
        if url.href().strip_prefix(origin.as_str()) != Some("/") {
            return Err(error("origin-malformed"));
        }
        origins.push(origin);
    }
    Origins::new(origins).map_err(|why| match why {
        OriginError::Insecure => error("origin-insecure"),
        OriginError::Missing => error("origins-missing"),
        OriginError::Scheme => error("origin-malformed"),
    })
}
