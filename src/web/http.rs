//! Requests on the wire: where a token is written. `answer.rs` and `json.rs` read it out of a response.

use alloc::string::String;

use js_sys::{JSON, JsString, Object, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Headers, Response, UrlSearchParams};
use zeroize::Zeroizing;

use super::config::{Config, Credential, Endpoint};
use super::host::Host;
use super::json::{dictionary, extend};
use crate::{Body, Credentials, Errand, GrantError, Token};

#[wasm_bindgen]
extern "C" {
    /// A request of the page's, taken apart (`js/vault/outgoing.ts`).
    pub type Outgoing;

    #[wasm_bindgen(method, getter)]
    pub fn url(this: &Outgoing) -> JsString;

    #[wasm_bindgen(method, getter)]
    fn init(this: &Outgoing) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn headers(this: &Outgoing) -> Headers;

    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &Outgoing) -> AbortSignal;

    #[wasm_bindgen(method, getter, js_name = isReplayable)]
    fn is_replayable(this: &Outgoing) -> bool;
}

/// The body of a sign-in, and its type unless the browser finds that out itself.
#[derive(Debug)]
pub struct SignInBody {
    pub body: JsValue,
    pub content_type: Option<String>,
}

impl Outgoing {
    /// Whether its body can be sent a second time.
    pub fn body(&self) -> Body {
        if self.is_replayable() { Body::Replayable } else { Body::OneShot }
    }

    /// Whether a token belongs on it: an allowed origin, and no `Authorization` of the caller's (promise 13).
    pub fn takes_token(&self, config: &Config) -> bool {
        let is_free = self.headers().has(AUTHORIZATION).is_ok_and(|has| !has);
        is_free && config.origins.allows(&String::from(self.url()))
    }

    /// Sends it, as often as it is called. The token is on it for no longer than `fetch` takes to copy the headers.
    pub fn send(&self, host: &Host, bearer: Option<&Token>, config: &Config) -> Result<Promise, JsValue> {
        let Some(token) = bearer else { return Ok(host.fetch(&self.url(), &self.init())) };
        let headers = self.headers();
        config.write_credential(token, &headers)?;
        let sent = host.fetch(&self.url(), &self.init());
        config.credential.erase(&headers)?;
        Ok(sent)
    }
}

const AUTHORIZATION: &str = "Authorization";

impl Config {
    fn write_credential(&self, token: &Token, headers: &Headers) -> Result<(), JsValue> {
        match &self.credential {
            Credential::Headers(names) => {
                names.split(',').zip(token.lines()).try_for_each(|(name, value)| headers.set(name, value))
            }
            Credential::Bearer | Credential::Cookie => headers.set(AUTHORIZATION, &self.authorization(token)),
        }
    }

    /// Puts a refresh token where this API wants it. Returns the one that is to go into the body.
    fn write_refresh_token<'a>(&self, token: &'a Token, headers: &Headers) -> Result<Option<&'a Token>, JsValue> {
        match &self.refresh_header {
            // A sign-out proves itself with the access token.
            Some(name) if headers.has(name)? => {}
            Some(name) if name.eq_ignore_ascii_case(AUTHORIZATION) => headers.set(name, &self.authorization(token))?,
            Some(name) => headers.set(name, token.expose())?,
            None => return Ok(Some(token)),
        }
        Ok(None)
    }

    fn authorization(&self, token: &Token) -> Zeroizing<String> {
        // Of its full length from the start: growing would leave a copy behind.
        let mut value = Zeroizing::new(String::with_capacity(self.scheme.len() + 1 + token.expose().len()));
        if !self.scheme.is_empty() {
            value.push_str(&self.scheme);
            value.push(' ');
        }
        value.push_str(token.expose());
        value
    }
}

impl Endpoint {
    /// Writes its members, and this one besides, as the body; nothing where there are none.
    fn write_body(&self, token: Option<(&str, &Token)>, headers: &Headers, init: &JsValue) -> Result<(), JsValue> {
        let members = dictionary(&[]);
        Object::<JsValue>::assign(members.unchecked_ref(), self.body.unchecked_ref());
        if let Some((name, token)) = token {
            extend(&members, &[(name, token.expose().into())]);
        }
        let json = JSON::stringify(&members)?;
        if json == "{}" {
            return Ok(());
        }
        let (body, content_type) = if self.is_form {
            let entries = Object::<JsValue>::entries(members.unchecked_ref::<Object>());
            let form = UrlSearchParams::new_with_str_sequence_sequence(&entries)?;
            (form.to_string().into(), "application/x-www-form-urlencoded")
        } else {
            (json, "application/json")
        };
        headers.set("Content-Type", content_type)?;
        extend(init, &[("body", body.into())]);
        Ok(())
    }
}

impl Credential {
    fn erase(&self, headers: &Headers) -> Result<(), JsValue> {
        let Self::Headers(names) = self else { return headers.delete(AUTHORIZATION) };
        names.split(',').try_for_each(|name| headers.delete(name))
    }

    /// The header that holds the secret, where it is not `Authorization`.
    pub fn secret_header(&self) -> Option<&str> {
        let Self::Headers(names) = self else { return None };
        names.split(',').next()
    }

    /// What an answer brings in headers of its own.
    pub fn renewal(&self, response: &Response, host: &Host) -> Result<Option<Token>, GrantError> {
        let Self::Headers(names) = self else { return Ok(None) };
        host.read_headers(response, names).map(Token::parse_lines).transpose()
    }
}

/// Sends the request of an exchange.
pub fn exchange(
    host: &Host,
    config: &Config,
    errand: Errand,
    sign_in: Option<&SignInBody>,
    credentials: Option<&Credentials>,
    csrf: Option<String>,
    signal: &AbortSignal,
) -> Result<Promise, JsValue> {
    let Some(endpoint) = config.endpoint(errand) else { return Err(JsValue::UNDEFINED) };
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    if let (Some(csrf), Some(value)) = (&endpoint.csrf, csrf) {
        headers.set(csrf.header(), &value)?;
    }
    let init = dictionary(&[
        ("method", endpoint.method.as_str().into()),
        ("cache", "no-store".into()),
        ("credentials", endpoint.credentials.as_str().into()),
        // A custom header survives a redirect to another origin, and a token response has no business moving.
        ("redirect", "manual".into()),
        ("signal", signal.into()),
        // The reply to these brings a rotated cookie: it has to arrive even if this page does not live to see it.
        ("keepalive", (!matches!(errand, Errand::SignIn(_))).into()),
    ]);
    if let Some(SignInBody { body, content_type }) = sign_in {
        extend(&init, &[("body", body.clone())]);
        if let Some(content_type) = content_type {
            headers.set("Content-Type", content_type)?;
        }
    } else {
        let access = credentials.and_then(|credentials| credentials.access.as_ref());
        let is_proof = matches!(errand, Errand::SignOut(_)) || matches!(config.credential, Credential::Headers(_));
        if let Some(token) = access.filter(|_| is_proof) {
            config.write_credential(token, &headers)?;
        }
        let refresh_token = credentials.and_then(|credentials| credentials.refresh.as_ref());
        let in_body = refresh_token.map(|token| config.write_refresh_token(token, &headers)).transpose()?.flatten();
        endpoint.write_body(in_body.map(|token| (config.refresh_member.as_str(), token)), &headers, &init)?;
    }
    extend(&init, &[("headers", headers.into())]);
    Ok(host.fetch(&endpoint.url.as_str().into(), &init))
}
