//! Exchanges of credentials with the server: lock, lease, request, parsed answer.

use alloc::rc::Rc;
use core::cell::Cell;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, Headers, Response};

use super::super::answer::{Answer, ParsedExchange, text};
use super::super::http::Exchanged;
use super::super::lock::LockRequest;
use super::super::pending_call::CallPayload;
use super::super::{http, shared_state};
use super::Driver;
use crate::{
    CallError, CallId, ExchangeId, ExchangeKind, ExchangeResult, Input, Instant, LeaseClaim, Lock, Millis, Policy,
};

/// The exchange that the driver has begun at the server.
pub(super) struct Asking {
    id: ExchangeId,
    kind: ExchangeKind,
    /// The index of a sign-in in the configuration.
    index: usize,
    /// Whether a refresh has a body of the page's own.
    has_own_body: bool,
    began: Instant,
    abort: AbortController,
    has_head: Cell<bool>,
    /// The mark, which is the id of the lease.
    mark: Option<f64>,
}

impl Driver {
    pub(super) fn lock(&self, id: ExchangeId) {
        let Some(lock) = self.callbacks.request_lock() else { return self.drive(Input::Locked(id, Lock::Missing)) };
        self.after(&lock.granted(), move |driver, granted| {
            // The engine may refuse locks. If this vault has aborted the lock request, no exchange waits for it.
            let lock = if granted.is_ok() { Lock::Held } else { Lock::Missing };
            driver.drive(Input::Locked(id, lock));
        });
        *self.lease.borrow_mut() = Some((id, LockRequest(lock)));
    }

    pub(super) fn claim(&self, id: ExchangeId, ttl: Millis) {
        let claiming = self.callbacks.claim(ttl.0 as f64, Policy::LEASE_TTL.0 as f64);
        self.after(&claiming, move |driver, row| {
            let row = row.unwrap_or_default();
            let mark = shared_state::parse_mark(&row);
            driver.mark.set(mark.map(|mark| (id, mark)));
            let claim = if mark.is_some() { LeaseClaim::Ours } else { LeaseClaim::Theirs };
            driver.drive(Input::Claimed(id, claim, shared_state::parse(&row)));
            // The exchange may have been cancelled in the meantime. Then its lease is released.
            driver.unclaim(id);
        });
    }

    /// Releases the lease of an exchange that will not be sent.
    pub(super) fn unclaim(&self, id: ExchangeId) {
        if let Some(mark) = self.take_mark(id) {
            self.callbacks.release(mark, None);
        }
    }

    pub(super) fn mark_slow(&self, id: ExchangeId) {
        if let Some(mark) =
            self.asking.borrow().as_ref().filter(|asking| asking.id == id).and_then(|asking| asking.mark)
        {
            self.callbacks.mark_slow(mark);
        }
    }

    pub(super) fn take_mark(&self, id: ExchangeId) -> Option<f64> {
        let (claimed, mark) = self.mark.get()?;
        (claimed == id).then(|| {
            self.mark.set(None);
            mark
        })
    }

    pub(super) fn exchange(&self, id: ExchangeId, kind: ExchangeKind) {
        let Ok(abort) = AbortController::new() else { return };
        let (began, mark) = (self.clock.now(), self.take_mark(id));
        let index = self.sign_in_index(kind);
        let has_own_body = self.session.borrow().has_own_body();
        let asking = Rc::new(Asking { id, kind, index, has_own_body, began, abort, has_head: Cell::new(false), mark });
        *self.asking.borrow_mut() = Some(Rc::clone(&asking));
        self.unusable.take();
        let Some(endpoint) = self.config.endpoint(kind, index) else { return };
        self.after(&self.callbacks.headers(&endpoint.options), move |driver, headers| match headers {
            Ok(headers) => driver.ask(asking, headers.unchecked_ref()),
            // The headers that the configuration requires are not available, so nothing is sent.
            Err(error) => driver.answered(&asking, ParsedExchange::unsent(error, &driver.callbacks)),
        });
    }

    fn ask(&self, asking: Rc<Asking>, headers: &Headers) {
        let sent = self.send_exchange(&asking, headers).unwrap_or_else(|error| Promise::reject(&error));
        self.after(&sent, move |driver, response| {
            asking.has_head.set(true);
            match response.and_then(JsCast::dyn_into::<Response>) {
                Ok(response) => driver.after(&text(&response), move |driver, text| {
                    let Asking { kind, index, has_own_body, .. } = *asking;
                    let body = match kind {
                        // Its status says everything, and its body may be a whole page.
                        ExchangeKind::SignOut(_) => Some("".into()),
                        _ => text.ok().and_then(|text| text.dyn_into().ok()),
                    };
                    let parsed = match driver.config.endpoint(kind, index) {
                        Some(endpoint) => Answer {
                            kind,
                            endpoint,
                            has_own_body,
                            config: &driver.config,
                            callbacks: &driver.callbacks,
                            known_tokens: &driver.known_tokens(),
                        }
                        .read(&response, body),
                        None => ParsedExchange::unreachable(&driver.callbacks),
                    };
                    driver.answered(&asking, parsed);
                }),
                Err(_) => driver.answered(&asking, ParsedExchange::unreachable(&driver.callbacks)),
            }
        });
    }

    fn send_exchange(&self, asking: &Asking, headers: &Headers) -> Result<Promise, JsValue> {
        let (calls, session, own_body) = (self.calls.borrow(), self.session.borrow(), self.own_body.borrow());
        let kind = asking.kind;
        let payload =
            if let ExchangeKind::SignIn(call) = kind { calls.get(call).map(|call| &call.payload) } else { None };
        let sign_in = if let Some(CallPayload::SignIn(body)) = payload { Some(body) } else { None };
        let own_body = own_body.as_ref().filter(|_| asking.has_own_body);
        let sent = Exchanged { kind, sign_in, own_body, credentials: session.credentials(kind) };
        http::exchange(&self.callbacks, &self.config, sent, headers, &asking.abort.signal())
    }

    fn sign_in_index(&self, kind: ExchangeKind) -> usize {
        let ExchangeKind::SignIn(call) = kind else { return 0 };
        match self.calls.borrow().get(call).map(|call| &call.payload) {
            Some(CallPayload::SignIn(body)) => body.index,
            _ => 0,
        }
    }

    fn answered(&self, asking: &Asking, parsed: ParsedExchange) {
        if let Some(mark) = asking.mark {
            let is_slow = self.clock.now().since(asking.began) > Policy::SLOW_EXCHANGE;
            self.callbacks.release(mark, Some(is_slow));
        }
        // The answer to a sign-out does not change the reason. The user has already signed out.
        if parsed.server_reason.is_some() || matches!(parsed.answer, ExchangeResult::Granted(_)) {
            *self.server_reason.borrow_mut() = parsed.server_reason;
        }
        match asking.kind {
            ExchangeKind::SignIn(call) => self.set_result(call, parsed.result),
            ExchangeKind::Refresh => *self.unusable.borrow_mut() = parsed.result.err(),
            ExchangeKind::SignOut(_) => {}
        }
        let id = asking.id;
        drop(self.read(move |state| Input::Answered(id, parsed.answer, state)));
    }

    /// Stops the wait for a response. A response whose headers have not arrived may still bring a token or a cookie, so
    /// it is not aborted. A response whose headers have arrived is aborted. A sign-in is always aborted, because its
    /// caller gets an error, and the sign-in must not succeed later.
    pub(super) fn abandon(&self, id: ExchangeId) {
        let Some(asking) = self.asking.borrow_mut().take_if(|asking| asking.id == id) else { return };
        if let ExchangeKind::SignIn(call) = asking.kind {
            self.set_result(
                call,
                Err(self.callbacks.error(&CallError::Unreachable.name().into(), &JsValue::UNDEFINED)),
            );
            asking.abort.abort();
        } else if asking.has_head.get() {
            asking.abort.abort();
        }
    }

    fn set_result(&self, call: CallId, result: Result<JsValue, JsValue>) {
        if let Some(call) = self.calls.borrow_mut().get_mut(call) {
            call.result = Some(result);
        }
    }
}
