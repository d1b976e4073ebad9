//! The only caller of the session: hands inputs in, does what comes out, and keeps what the core must not see.

use alloc::collections::VecDeque;
use alloc::rc::{Rc, Weak};
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, Request, Response};

use super::answer::{PageProfile, Verdict};
use super::clock::Clock;
use super::config::Config;
use super::host::Host;
use super::http::{self, SignInBody};
use super::listener::Listener;
use super::lock::Lease;
use super::open::{Open, Work};
use super::storage::TraceStore;
use super::tabs::Tabs;
use super::wake::{self, Wake};
use super::{Cell as Vault, report};
use crate::call_map::CallMap;
use crate::{Bearer, CallError, CallId, Course, Effect, Errand, ExchangeId, Input, Lock, Reply, Trace};

/// One vault in one realm.
pub struct Driver {
    this: Weak<Driver>,
    config: Config,
    host: Host,
    session: RefCell<Vault>,
    clock: Clock,
    store: TraceStore,
    tabs: RefCell<Option<Tabs>>,
    listeners: RefCell<Vec<Listener>>,
    lease: RefCell<Option<(ExchangeId, Lease)>>,
    asking: RefCell<Option<Asking>>,
    open: RefCell<CallMap<Open>>,
    last_call: Cell<u32>,
    in_flight: Cell<u32>,
    /// Requests whose turn has not come.
    outbox: RefCell<VecDeque<CallId>>,
    inbox: RefCell<VecDeque<Input<PageProfile>>>,
    is_draining: Cell<bool>,
    is_closed: Cell<bool>,
}

/// The exchange that is with the server.
struct Asking {
    id: ExchangeId,
    errand: Errand,
    abort: AbortController,
    has_head: Rc<Cell<bool>>,
}

/// Chromium fails whatever exceeds some 1,400 requests of a page at once; a burst of more is sent in turns.
const MOST_IN_FLIGHT: u32 = 500;

impl Driver {
    pub fn start(config: Config, host: Host) -> Rc<Self> {
        let seed = js_sys::Math::random() * f64::from(u32::MAX);
        let driver = Rc::new_cyclic(|this: &Weak<Self>| Self {
            this: this.clone(),
            session: RefCell::new(Vault::new(config.policy, seed as u32)),
            clock: Clock::new(),
            store: TraceStore::new(&config.name),
            tabs: RefCell::default(),
            listeners: RefCell::default(),
            lease: RefCell::default(),
            asking: RefCell::default(),
            open: RefCell::default(),
            last_call: Cell::default(),
            in_flight: Cell::default(),
            outbox: RefCell::default(),
            inbox: RefCell::default(),
            is_draining: Cell::default(),
            is_closed: Cell::default(),
            config,
            host,
        });
        let (hearing, waking) = (driver.this.clone(), driver.this.clone());
        *driver.tabs.borrow_mut() = Some(Tabs::open(&driver.config.name, move |message| {
            with(&hearing, |driver| driver.drive(Input::Peer(message, driver.trace())));
        }));
        *driver.listeners.borrow_mut() = wake::listen(move |wake| {
            with(&waking, |driver| {
                driver.drive(match wake {
                    Wake::Online => Input::Online,
                    Wake::Restored => Input::Restored(driver.trace()),
                    Wake::Woke => Input::Woke(driver.trace()),
                });
            });
        });
        driver.drive(Input::Booted(driver.trace()));
        driver
    }

    pub fn fetch(&self, template: Request, body: JsValue) -> Promise {
        if !http::takes_token(&template, &self.config) {
            return http::attempt(&template, &body, None)
                .map_or_else(|error| Promise::reject(&error), |it| http::fetch(&it));
        }
        if template.signal().aborted() {
            return Promise::reject(&template.signal().reason());
        }
        let replay = http::replay(&body);
        let work = Work::Request { template, body, began: js_sys::Date::now() };
        self.open(work, |id| Input::Send(id, replay))
    }

    pub fn sign_in(&self, body: JsValue, content_type: Option<String>) -> Promise {
        self.open(Work::SignIn(SignInBody { body, content_type }), Input::SignIn)
    }

    pub fn call(&self, input: impl FnOnce(CallId) -> Input<PageProfile>) -> Promise {
        self.open(Work::None, input)
    }

    pub fn snapshot(&self) -> JsValue {
        report::snapshot(&self.session.borrow().snapshot(), &self.clock)
    }

    pub fn trace(&self) -> Trace {
        self.store.read()
    }

    pub fn close(&self) {
        self.drive(Input::Closed);
        self.is_closed.set(true);
        self.listeners.take();
        self.tabs.take();
        self.clock.arm(None, || {});
    }

    fn open(&self, work: Work, input: impl FnOnce(CallId) -> Input<PageProfile>) -> Promise {
        if self.is_closed.get() {
            return Promise::reject(&self.host.error(CallError::Closed.code(), JsValue::UNDEFINED));
        }
        let id = CallId(self.last_call.get().wrapping_add(1));
        self.last_call.set(id.0);
        let mut work = Some(work);
        let promise = Promise::new(&mut |resolve, reject| {
            let work = work.take().unwrap_or(Work::None);
            self.open.borrow_mut().insert(id, Open::new(resolve, reject, work));
        });
        self.drive(input(id));
        self.hear_giving_up(id);
        promise
    }

    /// A request that waits for a token can be aborted like one that is on the wire.
    fn hear_giving_up(&self, id: CallId) {
        if let Some(open) = self.open.borrow_mut().get_mut(&id).filter(|open| !open.is_in_flight)
            && let Work::Request { template, .. } = &open.work
        {
            let (signal, this) = (template.signal(), self.this.clone());
            open.giving_up = Some(Listener::new(&template.signal(), "abort", move |_| {
                with(&this, |driver| {
                    if let Some(open) = driver.take(id) {
                        open.reject(&signal.reason());
                        driver.drive(Input::Aborted(id));
                    }
                });
            }));
        }
    }

    /// Hands an input in and does all that follows. What happens meanwhile waits its turn: one contract, one place.
    fn drive(&self, input: Input<PageProfile>) {
        if self.is_closed.get() {
            return;
        }
        self.inbox.borrow_mut().push_back(input);
        if self.is_draining.replace(true) {
            return;
        }
        while let Some(input) = self.next_input() {
            self.session.borrow_mut().handle(input, self.clock.now());
            while let Some(effect) = self.next_effect() {
                self.perform(effect);
            }
        }
        self.is_draining.set(false);
        let (deadline, this) = (self.session.borrow_mut().deadline(), self.this.clone());
        self.clock.arm(deadline, move || with(&this, |driver| driver.drive(Input::Tick(driver.trace()))));
    }

    fn next_in_outbox(&self) -> Option<CallId> {
        self.outbox.borrow_mut().pop_front()
    }

    fn next_input(&self) -> Option<Input<PageProfile>> {
        self.inbox.borrow_mut().pop_front()
    }

    fn next_effect(&self) -> Option<Effect> {
        self.session.borrow_mut().poll()
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::Abandon(id) => self.abandon(id),
            Effect::Broadcast(message) => {
                if let Some(tabs) = &*self.tabs.borrow() {
                    tabs.tell(message);
                }
            }
            Effect::Exchange(id, errand) => self.exchange(id, errand),
            Effect::Fail(id, error) => {
                if let Some(open) = self.take(id) {
                    open.reject(&self.host.error(error.code(), JsValue::UNDEFINED));
                }
            }
            Effect::Lock(id) => self.lock(id),
            Effect::Notify => self.host.notify(),
            Effect::Remember(hint, epoch) => self.store.remember(hint, epoch),
            Effect::Report(event) => self.host.report(report::event(&event, &self.clock)),
            Effect::Settle(id, course) => self.settle(id, course),
            Effect::Transmit(id) => self.transmit(id),
            Effect::Unlock(id) => drop(self.lease.borrow_mut().take_if(|(held, _)| *held == id)),
        }
    }

    fn lock(&self, id: ExchangeId) {
        let this = self.this.clone();
        let lease = Lease::request(&self.config.name, move || {
            with(&this, |driver| driver.drive(Input::Locked(id, Lock::Held, driver.trace())));
        });
        match lease {
            Some(lease) => *self.lease.borrow_mut() = Some((id, lease)),
            None => self.drive(Input::Locked(id, Lock::Missing, self.trace())),
        }
    }

    /// Sends the request when its turn comes, which is at once but for bursts.
    fn transmit(&self, id: CallId) {
        if self.in_flight.get() < MOST_IN_FLIGHT {
            self.send(id);
        } else {
            self.outbox.borrow_mut().push_back(id);
        }
    }

    fn send(&self, id: CallId) {
        let request = {
            let mut calls = self.open.borrow_mut();
            let Some(open) = calls.get_mut(&id) else { return };
            let Work::Request { template, body, .. } = &open.work else { return };
            open.giving_up = None;
            open.is_in_flight = true;
            match self.session.borrow().bearer(id) {
                Bearer::None => http::attempt(template, body, None),
                Bearer::Token(token) => http::attempt(template, body, Some(token)),
                Bearer::Withdrawn => Err(self.host.error(CallError::SessionEnded.code(), JsValue::UNDEFINED)),
            }
        };
        self.in_flight.set(self.in_flight.get() + 1);
        let this = self.this.clone();
        spawn_local(async move {
            let outcome = match request {
                Ok(request) => JsFuture::from(http::fetch(&request)).await,
                Err(error) => Err(error),
            };
            with(&this, |driver| driver.responded(id, outcome));
        });
    }

    fn responded(&self, id: CallId, outcome: Result<JsValue, JsValue>) {
        self.in_flight.set(self.in_flight.get().saturating_sub(1));
        while self.in_flight.get() < MOST_IN_FLIGHT
            && let Some(next) = self.next_in_outbox()
        {
            self.send(next);
        }
        let response = outcome.as_ref().ok().and_then(|value| value.dyn_ref::<Response>());
        let is_unauthorized = response.is_some_and(|response| response.status() == 401);
        match self.open.borrow_mut().get_mut(&id) {
            Some(open) => {
                open.is_in_flight = false;
                open.outcome = Some(outcome);
            }
            // Nobody is interested in the rest of it.
            None => return drop(response.and_then(Response::body).map(|body| body.cancel())),
        }
        self.drive(Input::Responded(id, if is_unauthorized { Reply::Unauthorized } else { Reply::Other }));
        self.hear_giving_up(id);
    }

    fn settle(&self, id: CallId, course: Course) {
        let Some(open) = self.take(id) else { return };
        if let Work::Request { template, began, .. } = &open.work {
            self.host.report(report::request(template, course, open.outcome.as_ref(), js_sys::Date::now() - began));
        }
        open.settle();
    }

    fn exchange(&self, id: ExchangeId, errand: Errand) {
        let Ok(abort) = AbortController::new() else { return };
        let request = {
            let (calls, session) = (self.open.borrow(), self.session.borrow());
            let work = if let Errand::SignIn(call) = errand { calls.get(&call).map(|open| &open.work) } else { None };
            let body = if let Some(Work::SignIn(body)) = work { Some(body) } else { None };
            http::exchange(&self.config, errand, body, session.credentials(errand), &abort.signal())
        };
        let has_head = Rc::new(Cell::new(false));
        *self.asking.borrow_mut() = Some(Asking { id, errand, abort, has_head: Rc::clone(&has_head) });
        let (this, mark) = (self.this.clone(), self.store.note_begin());
        spawn_local(async move {
            let response = match &request {
                Ok(request) => JsFuture::from(http::fetch(request)).await,
                Err(error) => Err(error.clone()),
            };
            has_head.set(true);
            let Some(driver) = this.upgrade() else { return };
            let verdict = match response.and_then(JsCast::dyn_into::<Response>) {
                Ok(response) => Verdict::read(response, errand, &driver.config, &driver.host).await,
                Err(_) => Verdict::unreachable(&driver.host),
            };
            driver.store.note_end(&mark);
            driver.answered(id, errand, verdict);
        });
    }

    fn answered(&self, id: ExchangeId, errand: Errand, verdict: Verdict) {
        // A sign-out has happened, whatever the server says of it.
        if let Errand::SignIn(call) = errand {
            self.set_outcome(call, verdict.outcome);
        }
        self.drive(Input::Answered(id, verdict.answer, self.trace()));
    }

    /// A reply whose head is still out may yet bring a cookie that must not be lost; a sign-in is not to be had twice.
    fn abandon(&self, id: ExchangeId) {
        let Some(asking) = self.asking.borrow_mut().take_if(|asking| asking.id == id) else { return };
        if let Errand::SignIn(call) = asking.errand {
            self.set_outcome(call, Err(self.host.error(CallError::Unreachable.code(), JsValue::UNDEFINED)));
            asking.abort.abort();
        } else if asking.has_head.get() {
            asking.abort.abort();
        }
    }

    fn set_outcome(&self, call: CallId, outcome: Result<JsValue, JsValue>) {
        if let Some(open) = self.open.borrow_mut().get_mut(&call) {
            open.outcome = Some(outcome);
        }
    }

    fn take(&self, id: CallId) -> Option<Open> {
        self.open.borrow_mut().remove(&id)
    }
}

fn with(driver: &Weak<Driver>, run: impl FnOnce(&Driver)) {
    if let Some(driver) = driver.upgrade() {
        run(&driver);
    }
}
