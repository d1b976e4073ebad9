//! The configuration as the TypeScript side hands it over, checked once.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

use wasm_bindgen::JsValue;
use web_sys::Url;

use super::json::{own, own_string};
use crate::{Millis, OriginError, Origins, Policy, Renewal, SignOutRoute};

/// A checked configuration.
#[derive(Debug)]
pub struct Config {
    /// Prefix of the storage keys, and name of lock and channel.
    pub name: String,
    pub origins: Origins,
    pub sign_in: Endpoint,
    pub refresh: Option<Endpoint>,
    pub sign_out: Option<Endpoint>,
    pub csrf: Option<Csrf>,
    pub credential: Credential,
    /// What stands before a token in `Authorization` (RFC 9110 §11.6.2), which may be nothing.
    pub scheme: String,
    /// The one URL whose 401 ends a session that cannot be refreshed; any if there is none.
    pub check: Option<String>,
    /// Whether exchanges take cookies along: `include` or `omit`.
    pub credentials: String,
    /// Where the refresh token goes, if not into a body.
    pub refresh_header: Option<String>,
    pub fields: Fields,
    pub policy: Policy,
}

impl Csrf {
    pub const fn header(&self) -> &String {
        let (Self::Cookie { header, .. } | Self::Fixed { header, .. }) = self;
        header
    }
}

/// An absolute URL within the allow-list, and how to ask it.
#[derive(Debug, Default)]
pub struct Endpoint {
    pub method: String,
    pub url: String,
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
#[derive(Debug)]
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
        let reader = Reader { raw, wrong: Cell::new(None) };
        let sign_in = reader.endpoint("signIn", &origins).unwrap_or_else(|| {
            reader.refuse("endpoint-missing", "signIn");
            Endpoint::default()
        });
        let refresh = reader.endpoint("refresh", &origins);
        let sign_out = reader.endpoint("signOut", &origins);
        let check = reader.endpoint("check", &origins).map(|endpoint| endpoint.url);
        let policy = Policy {
            renewal: if refresh.is_some() { reader.renewal() } else { Renewal::None },
            sign_out: if sign_out.is_some() { SignOutRoute::Server } else { SignOutRoute::None },
            retention: reader.retention(),
            session_cookie: own_string(raw, "credential").as_deref() == Some("cookie"),
        };
        let config = Self {
            name: reader.text("name", "name"),
            origins,
            sign_in,
            refresh,
            sign_out,
            csrf: reader.csrf(),
            credential: reader.credential(),
            scheme: reader.text("scheme", "scheme"),
            check,
            credentials: reader.text("credentials", "credentials"),
            refresh_header: own_string(raw, "refreshHeader"),
            fields: Fields {
                access_token: reader.text("fields.accessToken", "fields"),
                expires_in: reader.text("fields.expiresIn", "fields"),
                refresh_token: reader.text("fields.refreshToken", "fields"),
                reason: reader.text("fields.reason", "fields"),
                user: reader.text("fields.user", "fields"),
            },
            policy,
        };
        reader.wrong.get().map_or(Ok(config), Err)
    }
}

/// Reads on after an error and keeps the first: half of what `?` compiles to here would be dropping what was read.
struct Reader<'a> {
    raw: &'a JsValue,
    wrong: Cell<Option<ConfigError>>,
}

impl Reader<'_> {
    fn refuse(&self, code: &'static str, field: &'static str) {
        self.wrong.set(self.wrong.get().or(Some(ConfigError { code, field })));
    }

    fn text(&self, path: &str, field: &'static str) -> String {
        own_string(self.raw, path).unwrap_or_else(|| {
            self.refuse("option-invalid", field);
            String::new()
        })
    }

    fn renewal(&self) -> Renewal {
        match own_string(self.raw, "refreshToken").as_deref() {
            Some("cookie") => return Renewal::Cookie,
            Some("body") => return Renewal::Body,
            _ => self.refuse("option-invalid", "refreshToken"),
        }
        Renewal::None
    }

    fn retention(&self) -> Millis {
        match own(self.raw, "forgetAfter").as_f64() {
            Some(seconds) if seconds >= 0.0 => Millis::from_seconds(seconds).unwrap_or_default(),
            _ => {
                self.refuse("option-invalid", "forgetAfter");
                Policy::RETENTION
            }
        }
    }

    /// Relative URLs are meant for the first origin: neither a `<base>` nor the page's own URL has a say.
    fn endpoint(&self, field: &'static str, origins: &Origins) -> Option<Endpoint> {
        let raw = own(self.raw, field);
        if raw.is_undefined() || raw.is_null() {
            return None;
        }
        let method = own_string(&raw, "method");
        let url = own_string(&raw, "path").and_then(|path| Url::new_with_base(&path, origins.first()).ok());
        let (Some(method), Some(url)) = (method, url) else {
            self.refuse("endpoint-malformed", field);
            return None;
        };
        let url = url.href();
        if !origins.allows(&url) {
            self.refuse("endpoint-outside-origins", field);
        }
        Some(Endpoint { method, url })
    }

    fn credential(&self) -> Credential {
        let name = self.text("credential", "credential");
        match name.as_str() {
            "bearer" => Credential::Bearer,
            "cookie" => Credential::Cookie,
            _ => Credential::Headers(name),
        }
    }

    fn csrf(&self) -> Option<Csrf> {
        let raw = own(self.raw, "csrf");
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
    for entry in js_sys::Array::from(raw).iter() {
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
