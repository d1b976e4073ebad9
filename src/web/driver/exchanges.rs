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
use crate::{Answer, CallError, CallId, Claim, Errand, ExchangeId, Input, Lock, Policy};

/// The exchange that is with the server.
pub(super) struct Asking {
    id: ExchangeId,
    errand: Errand,
    abort: AbortController,
    has_head: Rc<Cell<bool>>,
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

    pub(super) fn claim(&self, id: ExchangeId) {
        let (this, claiming) = (self.this.clone(), self.host.claim(Policy::SETTLING.0 as f64));
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
            self.host.release(mark);
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
        *self.asking.borrow_mut() = Some(Asking { id, errand, abort, has_head: Rc::clone(&has_head) });
        let (this, mark) = (self.this.clone(), self.take_mark(id));
        spawn(async move {
            let Some(driver) = this.upgrade() else { return };
            let response = match driver.csrf().await.and_then(|csrf| driver.ask(errand, csrf, &signal)) {
                Ok(response) => JsFuture::from(response).await,
                Err(error) => Err(error),
            };
            has_head.set(true);
            let verdict = match response.and_then(JsCast::dyn_into::<Response>) {
                Ok(response) => Verdict::read(response, errand, &driver.config, &driver.host).await,
                Err(_) => Verdict::unreachable(&driver.host),
            };
            if let Some(mark) = mark {
                driver.host.release(mark);
            }
            driver.answered(id, errand, verdict);
        });
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
        http::exchange(&self.config, errand, body, session.credentials(errand), csrf, signal)
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

    /// A reply whose head is still out may yet bring a cookie that must not be lost; a sign-in is not to be had twice.
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
