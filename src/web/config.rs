//! The configuration as the TypeScript side hands it over, checked once.

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::JsValue;
use web_sys::Url;

use super::json::{own, own_string};
use crate::{OriginError, Origins, Policy, Renewal, SignOutRoute};

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
    pub fields: Fields,
    pub policy: Policy,
}

/// An absolute URL within the allow-list, and how to ask it.
#[derive(Debug)]
pub struct Endpoint {
    pub method: String,
    pub url: String,
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
    pub user: String,
}

/// What is wrong with which option.
#[derive(Debug)]
pub struct ConfigError {
    pub code: &'static str,
    pub field: &'static str,
}

impl Config {
    pub fn parse(raw: JsValue) -> Result<Self, ConfigError> {
        let origins = parse_origins(&own(&raw, "origins"))?;
        let sign_in = Endpoint::parse(&raw, "signIn", &origins)?;
        let sign_in = sign_in.ok_or(ConfigError { code: "endpoint-missing", field: "signIn" })?;
        let refresh = Endpoint::parse(&raw, "refresh", &origins)?;
        let sign_out = Endpoint::parse(&raw, "signOut", &origins)?;
        let renewal = match (&refresh, own_string(&raw, "refreshToken").as_deref()) {
            (None, _) => Renewal::None,
            (Some(_), Some("cookie")) => Renewal::Cookie,
            (Some(_), Some("body")) => Renewal::Body,
            (Some(_), _) => return Err(ConfigError { code: "option-invalid", field: "refreshToken" }),
        };
        let route = if sign_out.is_some() { SignOutRoute::Server } else { SignOutRoute::None };
        let text = |path, field| own_string(&raw, path).ok_or(ConfigError { code: "option-invalid", field });
        Ok(Self {
            name: text("name", "name")?,
            origins,
            sign_in,
            refresh,
            sign_out,
            csrf: Csrf::parse(&own(&raw, "csrf"))?,
            fields: Fields {
                access_token: text("fields.accessToken", "fields")?,
                expires_in: text("fields.expiresIn", "fields")?,
                refresh_token: text("fields.refreshToken", "fields")?,
                user: text("fields.user", "fields")?,
            },
            policy: Policy { renewal, sign_out: route },
        })
    }
}

impl Endpoint {
    /// Relative URLs are meant for the first origin: neither a `<base>` nor the page's own URL has a say.
    fn parse(raw: &JsValue, field: &'static str, origins: &Origins) -> Result<Option<Self>, ConfigError> {
        let raw = own(raw, field);
        if raw.is_undefined() || raw.is_null() {
            return Ok(None);
        }
        let error = |code| ConfigError { code, field };
        let (Some(method), Some(path)) = (own_string(&raw, "method"), own_string(&raw, "path")) else {
            return Err(error("endpoint-malformed"));
        };
        let url = Url::new_with_base(&path, origins.first()).map_err(|_| error("endpoint-malformed"))?.href();
        if origins.allows(&url) { Ok(Some(Self { method, url })) } else { Err(error("endpoint-outside-origins")) }
    }
}

impl Csrf {
    fn parse(raw: &JsValue) -> Result<Option<Self>, ConfigError> {
        if !raw.is_object() {
            return Ok(None);
        }
        match (own_string(raw, "header"), own_string(raw, "cookie"), own_string(raw, "value")) {
            (Some(header), Some(cookie), None) => Ok(Some(Self::Cookie { header, cookie })),
            (Some(header), None, Some(value)) => Ok(Some(Self::Fixed { header, value })),
            _ => Err(ConfigError { code: "option-invalid", field: "csrf" }),
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
        if url.href() != [origin.as_str(), "/"].concat() {
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
