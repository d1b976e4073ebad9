//! Requests on the wire: where a token is written. `answer.rs` and `json.rs` read it out of a response.

use alloc::string::String;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Headers, ReadableStream, Request};
use zeroize::Zeroizing;

use super::config::{Config, Endpoint};
use super::json::{extend, object};
use crate::{Body, Credentials, Errand, Token};

#[wasm_bindgen]
extern "C" {
    // The global `fetch` of whatever realm this is; web-sys has one per kind of realm.
    #[wasm_bindgen(js_name = fetch)]
    pub fn fetch(request: &Request) -> Promise;
}

/// The body of a sign-in, and its type unless the browser finds that out itself.
#[derive(Debug)]
pub struct SignInBody {
    pub body: JsValue,
    pub content_type: Option<String>,
}

/// Whether this body can be sent a second time.
pub fn replay(body: &JsValue) -> Body {
    if body.is_instance_of::<ReadableStream>() { Body::OneShot } else { Body::Replayable }
}

/// Whether a token belongs on this request: an allowed origin, and no `Authorization` of the caller's (promise 13).
pub fn takes_token(request: &Request, config: &Config) -> bool {
    let is_free = request.headers().has("authorization").is_ok_and(|has| !has);
    is_free && config.origins.allows(&request.url())
}

/// The request to be sent: the caller's, with the token on it. The caller's stays as it is, for another time.
pub fn attempt(template: &Request, body: &JsValue, bearer: Option<&Token>) -> Result<Request, JsValue> {
    let request = if body.is_undefined() || body.is_null() {
        // It may have a body of its own, which the next attempt will want too.
        template.clone()?
    } else {
        let init = object(&[("body", body.clone())]);
        if replay(body) == Body::OneShot {
            extend(&init, &[("duplex", "half".into())]);
        }
        Request::new_with_request_and_init(template, init.unchecked_ref())?
    };
    if let Some(token) = bearer {
        request.headers().set("Authorization", &authorization(token))?;
    }
    Ok(request)
}

/// The request of an exchange.
pub fn exchange(
    config: &Config,
    errand: Errand,
    sign_in: Option<&SignInBody>,
    credentials: Option<&Credentials>,
    csrf: Option<(String, String)>,
    signal: &AbortSignal,
) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    if let Some((name, value)) = csrf {
        headers.set(&name, &value)?;
    }
    let init = object(&[
        ("cache", "no-store".into()),
        ("credentials", "include".into()),
        // A custom header survives a redirect to another origin, and a token response has no business moving.
        ("redirect", "error".into()),
        ("signal", signal.into()),
        // The reply to these brings a rotated cookie: it has to arrive even if this page does not live to see it.
        ("keepalive", (!matches!(errand, Errand::SignIn(_))).into()),
    ]);
    let refresh_token = credentials.and_then(|credentials| credentials.refresh.as_ref());
    let endpoint = match errand {
        Errand::SignIn(_) => {
            if let Some(SignInBody { body, content_type }) = sign_in {
                extend(&init, &[("body", body.clone())]);
                if let Some(content_type) = content_type {
                    headers.set("Content-Type", content_type)?;
                }
            }
            Some(&config.sign_in)
        }
        Errand::Refresh => config.refresh.as_ref(),
        Errand::SignOut(_) => {
            if let Some(credentials) = credentials {
                headers.set("Authorization", &authorization(&credentials.access))?;
            }
            config.sign_out.as_ref()
        }
    };
    if let (Errand::Refresh | Errand::SignOut(_), Some(token)) = (errand, refresh_token) {
        headers.set("Content-Type", "application/json")?;
        let body = object(&[(&config.fields.refresh_token, token.expose().into())]);
        extend(&init, &[("body", js_sys::JSON::stringify(&body)?.into())]);
    }
    let Some(Endpoint { method, url }) = endpoint else { return Err(JsValue::UNDEFINED) };
    extend(&init, &[("method", method.into()), ("headers", headers.into())]);
    Request::new_with_str_and_init(url, init.unchecked_ref())
}

fn authorization(token: &Token) -> Zeroizing<String> {
    const SCHEME: &str = "Bearer ";
    // Of its full length from the start: growing would leave a copy behind.
    let mut value = Zeroizing::new(String::with_capacity(SCHEME.len() + token.expose().len()));
    value.push_str(SCHEME);
    value.push_str(token.expose());
    value
}
