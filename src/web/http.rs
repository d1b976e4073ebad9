//! Sends requests. This file writes tokens into requests. `answer.rs` and `json.rs` read tokens from responses.

use alloc::string::String;

use js_sys::{JsString, Object, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Headers, Response};
use zeroize::Zeroizing;

use super::config::{Config, Credential, Endpoint};
use super::js_callbacks::JsCallbacks;
use super::json::{dictionary, extend, own};
use crate::text::split;
use crate::{Body, Credentials, ExchangeKind, GrantError, Token};

#[wasm_bindgen]
extern "C" {
    /// A request of the page, split into its parts (`js/vault/outgoing.ts`).
    pub type Outgoing;

    #[wasm_bindgen(method, getter)]
    pub fn url(this: &Outgoing) -> JsString;

    #[wasm_bindgen(method, getter)]
    fn init(this: &Outgoing) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn headers(this: &Outgoing) -> Headers;

    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &Outgoing) -> AbortSignal;

    /// The identity of the session that the page shows.
    #[wasm_bindgen(method, getter)]
    pub fn session(this: &Outgoing) -> Option<u32>;

    #[wasm_bindgen(method, getter, js_name = isReplayable)]
    fn is_replayable(this: &Outgoing) -> bool;
}

/// The endpoint of a sign-in, its body, and its content type, unless the browser sets that itself.
#[derive(Debug)]
pub struct SignInBody {
    /// The index in [`Config::exchanges`].
    pub index: usize,
    pub body: JsValue,
    pub content_type: Option<String>,
}

impl Outgoing {
    /// Whether its body can be sent a second time.
    pub fn body(&self) -> Body {
        if self.is_replayable() { Body::Replayable } else { Body::OneShot }
    }

    /// Whether the request gets a token: the caller has set no `Authorization` (promise 13).
    pub fn takes_token(&self) -> bool {
        self.headers().has(AUTHORIZATION).is_ok_and(|has| !has)
    }

    /// Sends the request. It can be called more than once. The token is in the headers only until `fetch` has copied
    /// them.
    pub fn send(&self, callbacks: &JsCallbacks, bearer: Option<&Token>, config: &Config) -> Result<Promise, JsValue> {
        let Some(token) = bearer else { return Ok(callbacks.fetch(&self.url(), &self.init())) };
        let headers = self.headers();
        config.write_credential(token, &headers)?;
        let sent = callbacks.fetch(&self.url(), &self.init());
        config.credential.erase(&headers)?;
        Ok(sent)
    }
}

const AUTHORIZATION: &str = "Authorization";

impl Config {
    fn write_credential(&self, token: &Token, headers: &Headers) -> Result<(), JsValue> {
        match &self.credential {
            Credential::Headers(names) => {
                split(names, b',').zip(token.lines()).try_for_each(|(name, value)| headers.set(name, value))
            }
            Credential::Bearer | Credential::Cookie => headers.set(AUTHORIZATION, &self.authorization(token)),
        }
    }

    /// Writes a refresh token where this API expects it: into a header, or into a member of the body.
    fn write_refresh_token(&self, token: &Token, headers: &Headers, members: &JsValue) -> Result<(), JsValue> {
        match &self.refresh_header {
            // The header already has the access token, which authenticates a sign-out.
            Some(name) if headers.has(name)? => Ok(()),
            Some(name) if name.eq_ignore_ascii_case(AUTHORIZATION) => headers.set(name, &self.authorization(token)),
            Some(name) => headers.set(name, token.expose()),
            None => {
                extend(members, &[(&self.refresh_member, token.expose().into())]);
                Ok(())
            }
        }
    }

    fn authorization(&self, token: &Token) -> Zeroizing<String> {
        // Allocate the full length at once, because growth would leave a copy of the token in memory.
        let mut value = Zeroizing::new(String::with_capacity(self.scheme.len() + 1 + token.expose().len()));
        if !self.scheme.is_empty() {
            value.push_str(&self.scheme);
            value.push(' ');
        }
        value.push_str(token.expose());
        value
    }
}

impl Credential {
    fn erase(&self, headers: &Headers) -> Result<(), JsValue> {
        let Self::Headers(names) = self else { return headers.delete(AUTHORIZATION) };
        split(names, b',').try_for_each(|name| headers.delete(name))
    }

    /// The header that holds the secret, if it is not `Authorization`.
    pub fn secret_header(&self) -> Option<&str> {
        let Self::Headers(names) = self else { return None };
        split(names, b',').next()
    }

    /// The new token in an answer, if the credential has its own headers.
    pub fn renewal(&self, response: &Response, callbacks: &JsCallbacks) -> Result<Option<Token>, GrantError> {
        let Self::Headers(names) = self else { return Ok(None) };
        callbacks.read_headers(response, names).map(Token::parse_lines).transpose()
    }
}

/// What an exchange sends.
pub struct Exchanged<'a> {
    pub kind: ExchangeKind,
    /// For a sign-in.
    pub sign_in: Option<&'a SignInBody>,
    /// The members that the page adds to the body of a refresh.
    pub own_body: Option<&'a JsValue>,
    pub credentials: Option<&'a Credentials>,
}

/// Sends the request of an exchange, with the headers that its endpoint needs.
pub fn exchange(
    callbacks: &JsCallbacks,
    config: &Config,
    Exchanged { kind, sign_in, own_body, credentials }: Exchanged<'_>,
    headers: &Headers,
    signal: &AbortSignal,
) -> Result<Promise, JsValue> {
    let index = sign_in.map_or(0, |sign_in| sign_in.index);
    let Some(Endpoint { method, url, options }) = config.endpoint(kind, index) else { return Err(JsValue::UNDEFINED) };
    let init = dictionary(&[
        ("method", method.as_str().into()),
        ("headers", headers.into()),
        ("cache", "no-store".into()),
        ("credentials", own(options, "credentials")),
        // Do not follow redirects: a custom header would be sent to another origin.
        ("redirect", "manual".into()),
        ("signal", signal.into()),
        // The response to a refresh or a sign-out brings a rotated cookie. It must arrive even if this page is closed.
        ("keepalive", (!matches!(kind, ExchangeKind::SignIn(_))).into()),
    ]);
    if let Some(SignInBody { body, content_type, .. }) = sign_in {
        extend(&init, &[("body", body.clone())]);
        if let Some(content_type) = content_type {
            headers.set("Content-Type", content_type)?;
        }
    } else {
        let access = credentials.and_then(|credentials| credentials.access.as_ref());
        let is_proof = matches!(kind, ExchangeKind::SignOut(_)) || matches!(config.credential, Credential::Headers(_));
        if let Some(token) = access.filter(|_| is_proof) {
            config.write_credential(token, headers)?;
        }
        let members = dictionary(&[]);
        if let Some(body) = own_body {
            Object::assign(members.unchecked_ref::<Object>(), body.unchecked_ref::<Object>());
        }
        if let Some(token) = credentials.and_then(|credentials| credentials.refresh.as_ref()) {
            config.write_refresh_token(token, headers, &members)?;
        }
        extend(&init, &[("body", callbacks.encode(options, &members, headers))]);
    }
    Ok(callbacks.fetch(&url.as_str().into(), &init))
}
