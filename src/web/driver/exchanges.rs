//! Exchanges of credentials with the server: lock, mark, request, verdict.

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::Cell;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Response};

use super::super::answer::Verdict;
use super::super::config::Csrf;
use super::super::lock::Lease;
use super::super::open::Work;
use super::super::promise::spawn;
use super::super::{http, trace};
use super::{Driver, with};
use crate::{Answer, CallError, CallId, Claim, Errand, ExchangeId, Input, Lock, Millis, Policy};

/// The exchange that is with the server.
pub(super) struct Asking {
    id: ExchangeId,
    errand: Errand,
    abort: AbortController,
    has_head: Rc<Cell<bool>>,
    /// The mark of the lease.
    mark: Option<f64>,
}

impl Driver {
    pub(super) fn lock(&self, id: ExchangeId) {
        let this = self.this.clone();
        let lease = Lease::request(&self.config.name, move || {
            with(&this, |driver| driver.drive(Input::Locked(id, Lock::Held)));
        });
        match lease {
            Some(lease) => *self.lease.borrow_mut() = Some((id, lease)),
            None => self.drive(Input::Locked(id, Lock::Missing)),
        }
    }

    pub(super) fn claim(&self, id: ExchangeId, ttl: Millis) {
        let claiming = self.host.claim(ttl.0 as f64, Policy::LEASE_TTL.0 as f64);
        let this = self.this.clone();
        spawn(async move {
            let row = JsFuture::from(claiming).await.unwrap_or_default();
            with(&this, |driver| {
                let mark = trace::parse_mark(&row);
                driver.mark.set(mark.map(|mark| (id, mark)));
                let claim = if mark.is_some() { Claim::Ours } else { Claim::Theirs };
                driver.drive(Input::Claimed(id, claim, trace::parse(&row)));
                // Nobody may have wanted it any more.
                driver.unclaim(id);
            });
        });
    }

    /// Takes the mark back of an exchange that is not to be sent.
    pub(super) fn unclaim(&self, id: ExchangeId) {
        if let Some(mark) = self.take_mark(id) {
            self.host.release(mark, None);
        }
    }

    pub(super) fn mark_slow(&self, id: ExchangeId) {
        if let Some(mark) =
            self.asking.borrow().as_ref().filter(|asking| asking.id == id).and_then(|asking| asking.mark)
        {
            self.host.mark_slow(mark);
        }
    }

    pub(super) fn take_mark(&self, id: ExchangeId) -> Option<f64> {
        let (claimed, mark) = self.mark.get()?;
        (claimed == id).then(|| {
            self.mark.set(None);
            mark
        })
    }

    pub(super) fn exchange(&self, id: ExchangeId, errand: Errand) {
        let Ok(abort) = AbortController::new() else { return };
        let (signal, has_head) = (abort.signal(), Rc::new(Cell::new(false)));
        let (this, mark, began) = (self.this.clone(), self.take_mark(id), self.clock.now());
        *self.asking.borrow_mut() = Some(Asking { id, errand, abort, has_head: Rc::clone(&has_head), mark });
        spawn(async move {
            let Some(driver) = this.upgrade() else { return };
            let verdict = match driver.csrf().await {
                Ok(csrf) => driver.exchanged(errand, csrf, &signal, &has_head).await,
                // Without the header that the configuration promises, nothing is sent.
                Err(error) => Verdict::unsent(error, &driver.host),
            };
            if let Some(mark) = mark {
                let is_slow = driver.clock.now().since(began) > Policy::SLOW_EXCHANGE;
                driver.host.release(mark, Some(is_slow));
            }
            driver.answered(id, errand, verdict);
        });
    }

    async fn exchanged(
        &self,
        errand: Errand,
        csrf: Option<(String, String)>,
        signal: &AbortSignal,
        has_head: &Cell<bool>,
    ) -> Verdict {
        let response = match self.ask(errand, csrf, signal) {
            Ok(response) => JsFuture::from(response).await,
            Err(error) => Err(error),
        };
        has_head.set(true);
        match response.and_then(JsCast::dyn_into::<Response>) {
            Ok(response) => Verdict::read(response, errand, &self.config, &self.host).await,
            Err(_) => Verdict::unreachable(&self.host),
        }
    }

    /// The header against forgery; an error if the cookie it comes from cannot be asked for now.
    async fn csrf(&self) -> Result<Option<(String, String)>, JsValue> {
        Ok(match &self.config.csrf {
            None => None,
            Some(Csrf::Fixed { header, value }) => Some((header.clone(), value.clone())),
            Some(Csrf::Cookie { header, cookie }) => {
                let value = JsFuture::from(self.host.cookie(cookie)).await?;
                value.as_string().map(|value| (header.clone(), value))
            }
        })
    }

    fn ask(&self, errand: Errand, csrf: Option<(String, String)>, signal: &AbortSignal) -> Result<Promise, JsValue> {
        let (calls, session) = (self.open.borrow(), self.session.borrow());
        let work = if let Errand::SignIn(call) = errand { calls.get(call).map(|open| &open.work) } else { None };
        let body = if let Some(Work::SignIn(body)) = work { Some(body) } else { None };
        http::exchange(&self.host, &self.config, errand, body, session.credentials(errand), csrf, signal)
    }

    fn answered(&self, id: ExchangeId, errand: Errand, verdict: Verdict) {
        // A sign-out has happened, whatever the server says of it.
        if verdict.cause.is_some() || matches!(verdict.answer, Answer::Granted(_)) {
            *self.cause.borrow_mut() = verdict.cause;
        }
        if let Errand::SignIn(call) = errand {
            self.set_outcome(call, verdict.outcome);
        }
        drop(self.read(move |trace| Input::Answered(id, verdict.answer, trace)));
    }

    /// A reply whose head has not come may yet bring a token or a cookie, and is read on; a sign-in that the caller was
    /// told has failed must not succeed later.
    pub(super) fn abandon(&self, id: ExchangeId) {
        let Some(asking) = self.asking.borrow_mut().take_if(|asking| asking.id == id) else { return };
        if let Errand::SignIn(call) = asking.errand {
            self.set_outcome(call, Err(self.host.error(CallError::Unreachable.code(), JsValue::UNDEFINED)));
            asking.abort.abort();
        } else if asking.has_head.get() {
            asking.abort.abort();
        }
    }

    fn set_outcome(&self, call: CallId, outcome: Result<JsValue, JsValue>) {
        if let Some(open) = self.open.borrow_mut().get_mut(call) {
            open.outcome = Some(outcome);
        }
    }
}
