//! Requests of the page: when they are sent, with which token, and how their responses are handled.

use alloc::string::String;

use js_sys::{Array, JsString, Promise};
use wasm_bindgen::prelude::*;
use web_sys::Response;

use super::super::answer::text;
use super::super::http::Outgoing;
use super::super::json::own_string;
use super::super::listener::Listener;
use super::super::pending_call::CallPayload;
use super::super::token_response::read_renewal;
use super::{Driver, with};
use crate::{Bearer, CallError, CallId, DeliveryPath, Identity, Input, Reason, ResponseClass, Status};

/// Chromium fails requests of a page beyond about 1,400 at once. Requests beyond this limit wait in a queue.
const MOST_IN_FLIGHT: u32 = 500;

/// Whether the API accepts the token but wants a stronger or a newer sign-in (RFC 9470 §3). A refresh does not help.
fn wants_step_up(response: &Response) -> bool {
    let challenge = response.headers().get("www-authenticate").ok().flatten();
    challenge.is_some_and(|challenge| JsString::from(challenge).includes("insufficient_user_authentication", 0))
}

impl Driver {
    /// Sends a request of the page. A request to another origin is refused: the page can send it itself, and a script with
    /// its own port to the vault must not get the address and the rights of the vault's realm.
    pub fn fetch(&self, outgoing: Outgoing) -> Promise {
        if !self.config.origins.allows(&String::from(outgoing.url())) {
            let error = self.callbacks.error(&"endpoint-outside-origins".into(), &JsValue::UNDEFINED);
            return Promise::reject(&error);
        }
        if !outgoing.takes_token() {
            return outgoing.send(&self.callbacks, None, &self.config).unwrap_or_else(|error| Promise::reject(&error));
        }
        if outgoing.signal().aborted() {
            return Promise::reject(&outgoing.signal().reason());
        }
        let (body, shown) = (outgoing.body(), outgoing.session().map(Identity));
        self.start_call(CallPayload::Request { outgoing, began: js_sys::Date::now() }, |id| {
            Input::Send(id, body, shown)
        })
    }

    /// Lets the caller abort a request that waits for a token, in the same way as a request that has been sent.
    pub(super) fn listen_for_abort(&self, id: CallId) {
        if let Some(call) = self.calls.borrow_mut().get_mut(id).filter(|call| !call.is_in_flight)
            && let CallPayload::Request { outgoing, .. } = &call.payload
        {
            let (signal, this) = (outgoing.signal(), self.this.clone());
            call.abort_listener = Some(Listener::new(&outgoing.signal(), "abort", move |_| {
                with(&this, |driver| {
                    if let Some(call) = driver.take(id) {
                        call.reject(&signal.reason());
                        driver.drive(Input::Aborted(id));
                    }
                });
            }));
        }
    }

    /// Sends the request at once, or queues it if too many requests are in flight.
    pub(super) fn transmit(&self, id: CallId) {
        if self.in_flight.get() < MOST_IN_FLIGHT {
            self.send(id);
        } else {
            self.outbox.borrow_mut().push(id);
        }
    }

    fn send(&self, id: CallId) {
        let sent = {
            let mut calls = self.calls.borrow_mut();
            let Some(call) = calls.get_mut(id) else { return };
            let CallPayload::Request { outgoing, .. } = &call.payload else { return };
            call.abort_listener = None;
            call.is_in_flight = true;
            match self.session.borrow().bearer(id) {
                Bearer::None => outgoing.send(&self.callbacks, None, &self.config),
                Bearer::Token(token) => outgoing.send(&self.callbacks, Some(token), &self.config),
                Bearer::Withdrawn => {
                    Err(self.callbacks.error(&CallError::SessionEnded.name().into(), &JsValue::UNDEFINED))
                }
            }
        };
        self.in_flight.set(self.in_flight.get() + 1);
        let sent = sent.unwrap_or_else(|error| Promise::reject(&error));
        self.after(&sent, move |driver, result| driver.responded(id, result));
    }

    fn responded(&self, id: CallId, result: Result<JsValue, JsValue>) {
        self.in_flight.set(self.in_flight.get().saturating_sub(1));
        while self.in_flight.get() < MOST_IN_FLIGHT
            && let Some(next) = self.next_in_outbox()
        {
            self.send(next);
        }
        let response = result.as_ref().ok().and_then(|value| value.dyn_ref::<Response>());
        let is_unauthorized = response.is_some_and(|response| response.status() == 401 && !wants_step_up(response))
            && self.counts_401_of(id);
        let renewal = response.and_then(|response| read_renewal(response, &self.config, &self.callbacks));
        let copy = response.filter(|_| is_unauthorized && self.config.refresh.is_none());
        // At the end of the session the tokens are wiped, and the body of this answer may repeat them.
        let copy = copy.and_then(|response| Some((response.clone().ok()?, self.known_tokens())));
        let is_aborted = match self.calls.borrow_mut().get_mut(id) {
            Some(call) => {
                call.is_in_flight = false;
                call.result = Some(result);
                matches!(&call.payload, CallPayload::Request { outgoing, .. } if outgoing.signal().aborted())
            }
            // The caller has aborted the request, so the rest of the response is not read.
            None => return drop(response.and_then(Response::body).map(|body| body.cancel())),
        };
        if let Some(grant) = renewal {
            self.drive(Input::Renewed(id, grant));
        }
        // A request that was aborted meanwhile (`js/vault/run-to-head.ts`) is not sent again.
        let is_retried = is_unauthorized && !is_aborted;
        self.drive(Input::Responded(id, if is_retried { ResponseClass::Unauthorized } else { ResponseClass::Other }));
        if let Some((copy, tokens)) = copy {
            self.read_server_reason(&copy, tokens);
        }
        self.listen_for_abort(id);
    }

    /// Reads the API's own reason for the end of the session from this answer. The page is notified of the end at once,
    /// and of the reason as soon as the body has arrived.
    fn read_server_reason(&self, response: &Response, tokens: Array) {
        if !self.is_revoked() {
            return drop(response.body().map(|body| body.cancel()));
        }
        self.after(&text(response), move |driver, body| {
            let body = body.ok().and_then(|body| Some(driver.visible(body.dyn_ref()?, &tokens, &JsValue::UNDEFINED)));
            let server_reason = body.and_then(|body| own_string(&body, &driver.config.reason));
            if driver.is_revoked() && server_reason.is_some() {
                *driver.server_reason.borrow_mut() = server_reason;
                driver.callbacks.notify();
            }
        });
    }

    fn is_revoked(&self) -> bool {
        self.session.borrow().snapshot().status == Status::Unauthenticated(Reason::Revoked)
    }

    /// Whether a 401 to this request counts. Without a refresh, a 401 ends the session. Because an endpoint may answer
    /// 401 for its own reasons, the option `check` limits this to one URL.
    fn counts_401_of(&self, id: CallId) -> bool {
        let Some(check) = self.config.check.as_ref().filter(|_| self.config.refresh.is_none()) else { return true };
        let calls = self.calls.borrow();
        let Some(CallPayload::Request { outgoing, .. }) = calls.get(id).map(|call| &call.payload) else { return true };
        let url = String::from(outgoing.url());
        // The rest of a URL that begins with this one: nothing, a query or a fragment.
        url.strip_prefix(check.as_str()).is_some_and(|rest| matches!(rest.bytes().next(), None | Some(b'?' | b'#')))
    }

    pub(super) fn settle(&self, id: CallId, via: DeliveryPath) {
        let Some(call) = self.take(id) else { return };
        if let CallPayload::Request { outgoing, began } = &call.payload {
            let response = call.result.as_ref().and_then(|result| result.as_ref().ok()?.dyn_ref::<Response>());
            let (status, millis) = (response.map(Response::status), js_sys::Date::now() - began);
            self.callbacks.requested(outgoing, &via.name().into(), status, millis);
        }
        call.settle();
    }

    fn next_in_outbox(&self) -> Option<CallId> {
        self.outbox.borrow_mut().pop()
    }
}
