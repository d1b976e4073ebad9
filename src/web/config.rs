//! The configuration that the TypeScript side passes, checked once.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::Url;

use super::json::{own, own_string};
use crate::{ExchangeKind, Millis, OriginError, Origins, Policy, RefreshMode, SignOutRoute};

/// A checked configuration.
#[derive(Debug)]
pub struct Config {
    /// The prefix of the storage keys, and the name of the lock and of the channel.
    pub name: String,
    pub origins: Origins,
    /// The endpoints that can begin a session. The first is the option `signIn`, then those of `exchanges`.
    pub exchanges: Vec<Endpoint>,
    pub refresh: Option<Endpoint>,
    pub sign_out: Option<Endpoint>,
    pub credential: Credential,
    /// The scheme before a token in `Authorization` (RFC 9110 §11.6.2). It may be empty.
    pub scheme: String,
    /// The one URL whose 401 ends a session that cannot be refreshed. `None` means any URL.
    pub check: Option<String>,
    /// The request header that carries the refresh token; `None` if the request body carries it.
    pub refresh_header: Option<String>,
    /// The response header in which any answer may bring the next token; `None` if only exchanges bring one.
    pub renew_header: Option<String>,
    /// Where the answer of the endpoint for the user contains the user, as a dotted path.
    pub user_field: String,
    /// The name of the refresh token in a body.
    pub refresh_member: String,
    /// Where the body of a 401 to a request of the page contains the reason, as a dotted path.
    pub reason: String,
    /// Where tokens are in the answers of any endpoint, as dotted paths.
    pub token_paths: Vec<String>,
    pub policy: Policy,
}

/// An endpoint: an absolute URL within the allow-list, how to send a request to it, and how to read its answer.
#[derive(Debug, Default)]
pub struct Endpoint {
    pub method: String,
    pub url: String,
    /// The options of the endpoint. `js/common/endpoint.ts` has checked them.
    pub options: JsValue,
}

/// The credential that authenticates a request.
#[derive(Debug)]
pub enum Credential {
    /// A token in `Authorization`.
    Bearer,
    /// A session cookie, which the browser keeps.
    Cookie,
    /// These headers, separated by commas. Every answer may renew them. The first header is the secret.
    Headers(String),
}

/// An error code, and the option that it is about.
#[derive(Clone, Copy, Debug)]
pub struct ConfigError {
    pub code: &'static str,
    pub field: &'static str,
}

impl Config {
    pub fn parse(raw: &JsValue) -> Result<Self, ConfigError> {
        let origins = parse_origins(&own(raw, "origins"))?;
        let reader = Reader { origins: &origins, wrong: Cell::new(None) };
        let mut exchanges = alloc::vec![reader.endpoint(raw, "signIn").unwrap_or_else(|| {
            reader.refuse("endpoint-missing", "signIn");
            Endpoint::default()
        })];
        let others = Array::from(&own(raw, "exchanges"));
        exchanges.extend(others.iter().filter_map(|options| reader.parse_endpoint(options, "exchanges")));
        let user = reader.endpoint(raw, "user");
        let refresh = reader.endpoint(raw, "refresh");
        let sign_out = reader.endpoint(raw, "signOut");
        let check = reader.target(&own(raw, "check"), "check").map(|(_, url)| url);
        let credential = text(raw, "credential");
        let policy = Policy {
            renewal: match text(raw, "refreshToken").as_str() {
                _ if refresh.is_none() => RefreshMode::None,
                "body" => RefreshMode::Body,
                _ => RefreshMode::Cookie,
            },
            sign_out: if sign_out.is_some() { SignOutRoute::Server } else { SignOutRoute::None },
            retention: own(raw, "forgetAfter").as_f64().and_then(Millis::from_seconds).unwrap_or_default(),
            loads_user: user.is_some(),
            session_cookie: credential == "cookie",
        };
        let token_paths = Array::from(&own(raw, "tokenPaths")).iter().filter_map(|path| path.as_string()).collect();
        reader.wrong.get().map_or(Ok(()), Err)?;
        Ok(Self {
            name: text(raw, "name"),
            origins,
            exchanges,
            refresh,
            sign_out,
            credential: match credential.as_str() {
                "bearer" => Credential::Bearer,
                "cookie" => Credential::Cookie,
                _ => Credential::Headers(credential),
            },
            scheme: text(raw, "scheme"),
            check,
            refresh_header: own_string(raw, "refreshHeader"),
            renew_header: own_string(raw, "renewHeader"),
            user_field: user.map(|user| user.field("user")).unwrap_or_default(),
            refresh_member: text(raw, "refreshMember"),
            reason: text(raw, "reason"),
            token_paths,
            policy,
        })
    }

    /// The endpoint of an exchange. `index` is that of a sign-in in [`Config::exchanges`].
    pub fn endpoint(&self, kind: ExchangeKind, index: usize) -> Option<&Endpoint> {
        match kind {
            ExchangeKind::SignIn(_) => self.exchanges.get(index),
            ExchangeKind::Refresh => self.refresh.as_ref(),
            ExchangeKind::SignOut(_) => self.sign_out.as_ref(),
        }
    }
}

impl Endpoint {
    /// Where the body of an answer contains this value, as a dotted path.
    pub fn field(&self, name: &str) -> String {
        own_string(&own(&self.options, "fields"), name).unwrap_or_default()
    }

    /// What the body has at the place of the access token. By default that is `access_token`, or `accessToken` if that
    /// is missing.
    pub fn token(&self, body: &JsValue) -> JsValue {
        let path = self.field("accessToken");
        let token = own(body, &path);
        let is_missing = token.is_undefined() || token.is_null();
        if is_missing && path == "access_token" { own(body, "accessToken") } else { token }
    }

    /// Whether this status ends the session.
    pub fn ends_on(&self, status: u16) -> bool {
        Array::from(&own(&self.options, "endsOn")).includes(&status.into(), 0)
    }
}

/// Collects only the first error. Not using `?` halves the code size.
struct Reader<'a> {
    origins: &'a Origins,
    wrong: Cell<Option<ConfigError>>,
}

impl Reader<'_> {
    fn refuse(&self, code: &'static str, field: &'static str) {
        self.wrong.set(self.wrong.get().or(Some(ConfigError { code, field })));
    }

    fn endpoint(&self, raw: &JsValue, field: &'static str) -> Option<Endpoint> {
        self.parse_endpoint(own(raw, field), field)
    }

    fn parse_endpoint(&self, options: JsValue, field: &'static str) -> Option<Endpoint> {
        let (method, url) = self.target(&options, field)?;
        Some(Endpoint { method, url, options })
    }

    /// The method and the URL. A relative URL is resolved against the first origin, and not against a `<base>` or the
    /// page's own URL.
    fn target(&self, raw: &JsValue, field: &'static str) -> Option<(String, String)> {
        if raw.is_undefined() || raw.is_null() {
            return None;
        }
        let method = own_string(raw, "method");
        let url = own_string(raw, "path").and_then(|path| Url::new_with_base(&path, self.origins.first()).ok());
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
}

/// `js/vault/options.ts` has checked these members, and has filled in the default of each.
fn text(raw: &JsValue, name: &str) -> String {
    own_string(raw, name).unwrap_or_default()
}

fn parse_origins(raw: &JsValue) -> Result<Origins, ConfigError> {
    let error = |code| ConfigError { code, field: "origins" };
    let mut origins = Vec::new();
    for entry in Array::from(raw).iter() {
        let url = entry.as_string().and_then(|entry| Url::new(&entry).ok()).ok_or_else(|| error("origin-malformed"))?;
        let origin = url.origin();
        // Only scheme, host and port are compared, so an entry with more than these is refused.
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
