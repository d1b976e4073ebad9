//! The only caller of the session. It passes inputs to the session, performs the effects, and keeps the data that the
//! core must not see.

mod exchanges;
mod requests;

use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::string::String;
use core::cell::{Cell, RefCell};

use js_sys::{Array, JsString, Promise};
use wasm_bindgen::prelude::*;

use super::clock::Clock;
use super::config::Config;
use super::http::SignInBody;
use super::js_callbacks::JsCallbacks;
use super::lifecycle::LifecycleEvent;
use super::lock::LockRequest;
use super::pending_call::{CallPayload, PendingCall};
use super::profile::PageProfile;
use super::promise::{Deferred, callback};
use super::{PageSession, report, shared_state};
use crate::call_map::CallMap;
use crate::queue::Queue;
use crate::{CallError, CallId, Effect, ExchangeId, Input, Instant, PeerMessage, SharedState};
use exchanges::Asking;

/// A function that makes an input from the shared state, once that has been read.
type Reading = Box<dyn FnOnce(SharedState) -> Input<PageProfile>>;

/// One vault in one realm.
pub struct Driver {
    this: Weak<Driver>,
    config: Config,
    callbacks: JsCallbacks,
    session: RefCell<PageSession>,
    clock: Clock,
    /// How often this vault has written the shared state. `writing` is the last write.
    written: Cell<u32>,
    writing: RefCell<Option<Promise>>,
    /// The exchange that has a lease and has not been sent, and the mark of the lease.
    mark: Cell<Option<(ExchangeId, f64)>>,
    is_ticking: Cell<bool>,
    lease: RefCell<Option<(ExchangeId, LockRequest)>>,
    asking: RefCell<Option<Rc<Asking>>>,
    /// The API's own reason for refusing the last refresh.
    server_reason: RefCell<Option<String>>,
    /// The members that the page adds to the body of its refresh.
    own_body: RefCell<Option<JsValue>>,
    /// What was wrong with the answer to the last refresh.
    unusable: RefCell<Option<JsValue>>,
    calls: RefCell<CallMap<PendingCall>>,
    last_call: Cell<u32>,
    in_flight: Cell<u32>,
    /// Requests that wait because too many requests are in flight.
    outbox: RefCell<Queue<CallId>>,
    inbox: RefCell<Queue<Input<PageProfile>>>,
    /// The number of sign-outs that wait for a reading of the shared state. `deferred_inputs` has the later calls of
    /// the page.
    pending_sign_outs: Cell<u32>,
    deferred_inputs: RefCell<Queue<(CallId, Input<PageProfile>)>>,
    is_draining: Cell<bool>,
    is_closed: Cell<bool>,
}

impl Driver {
    pub fn start(config: Config, callbacks: JsCallbacks) -> Rc<Self> {
        let seed = js_sys::Math::random() * f64::from(u32::MAX);
        let driver = Rc::new_cyclic(|this: &Weak<Self>| Self {
            this: this.clone(),
            session: RefCell::new(PageSession::new(config.policy, seed as u32)),
            clock: Clock::new(),
            written: Cell::default(),
            writing: RefCell::default(),
            mark: Cell::default(),
            is_ticking: Cell::default(),
            lease: RefCell::default(),
            asking: RefCell::default(),
            server_reason: RefCell::default(),
            own_body: RefCell::default(),
            unusable: RefCell::default(),
            calls: RefCell::default(),
            last_call: Cell::default(),
            in_flight: Cell::default(),
            outbox: RefCell::default(),
            inbox: RefCell::default(),
            pending_sign_outs: Cell::default(),
            deferred_inputs: RefCell::default(),
            is_draining: Cell::default(),
            is_closed: Cell::default(),
            config,
            callbacks,
        });
        drop(driver.read(Input::Booted));
        driver
    }

    pub fn on_peer_message(&self, message: PeerMessage) {
        drop(self.read(move |state| Input::Peer(message, state)));
    }

    pub fn on_lifecycle_event(&self, event: LifecycleEvent) -> Promise {
        match event {
            LifecycleEvent::ClientsGone => self.drive(Input::ClientsGone),
            LifecycleEvent::Online => self.drive(Input::Online),
            LifecycleEvent::Restored => {
                self.drive(Input::Returned);
                return self.read(Input::Restored);
            }
            LifecycleEvent::ClientConnected => return self.read(Input::ClientConnected),
            LifecycleEvent::Woke => return self.read(Input::Woke),
        }
        Promise::resolve(&JsValue::UNDEFINED)
    }

    pub fn sign_out(&self, is_idle: bool) -> Promise {
        let (id, promise) = self.register_call(CallPayload::None);
        if let Some(id) = id {
            self.pending_sign_outs.set(self.pending_sign_outs.get() + 1);
            let this = self.this.clone();
            drop(self.read(move |state| {
                with(&this, |driver| driver.pending_sign_outs.set(driver.pending_sign_outs.get() - 1));
                Input::SignOut(id, is_idle, state)
            }));
        }
        promise
    }

    pub fn sign_in(&self, body: SignInBody) -> Promise {
        self.start_call(CallPayload::SignIn(body), Input::SignIn)
    }

    pub fn refresh(&self, own_body: JsValue) -> Promise {
        let has_body = own_body.is_object();
        if has_body {
            *self.own_body.borrow_mut() = Some(own_body);
        }
        self.call(|id| Input::Refresh(id, has_body))
    }

    pub fn restore(&self) -> Promise {
        let (id, promise) = self.register_call(CallPayload::None);
        if let Some(id) = id {
            drop(self.read(move |state| Input::Restore(id, state)));
        }
        promise
    }

    pub fn reload_user(&self) {
        self.drive(Input::ReloadUser);
    }

    pub fn call(&self, input: impl FnOnce(CallId) -> Input<PageProfile>) -> Promise {
        self.start_call(CallPayload::None, input)
    }

    pub fn snapshot(&self) -> JsValue {
        report::snapshot(&self.session.borrow().snapshot(), self.server_reason.borrow().as_deref(), &self.clock)
    }

    pub fn shown_session(&self) -> Option<u32> {
        self.session.borrow().shown().map(|identity| identity.0)
    }

    pub fn close(&self) {
        self.drive(Input::Closed);
        self.is_closed.set(true);
        // The session does not know the calls that wait for a reading of the shared state.
        for call in self.calls.take().into_iter().filter_map(|(_, call)| call) {
            call.reject(&self.callbacks.error(&CallError::Closed.name().into(), &JsValue::UNDEFINED));
        }
        self.clock.disarm();
    }

    /// The value of this JSON text without these tokens, and without what looks like one.
    pub fn visible(&self, text: &JsString, tokens: &Array, challenge: &JsValue) -> JsValue {
        self.callbacks.visible(text, &JsValue::UNDEFINED, tokens, challenge).0
    }

    /// The tokens of the session, which an API may repeat in an answer.
    pub fn known_tokens(&self) -> Array {
        let session = self.session.borrow();
        // Of several headers, the first one is the secret.
        session.tokens().filter_map(|token| token.lines().next()).map(JsValue::from).collect()
    }

    fn start_call(&self, payload: CallPayload, input: impl FnOnce(CallId) -> Input<PageProfile>) -> Promise {
        let (id, promise) = self.register_call(payload);
        if let Some(id) = id {
            self.submit(id, input(id));
        }
        promise
    }

    fn submit(&self, id: CallId, input: Input<PageProfile>) {
        if self.pending_sign_outs.get() > 0 {
            self.deferred_inputs.borrow_mut().push((id, input));
        } else {
            self.drive(input);
        }
        self.listen_for_abort(id);
    }

    /// Creates a call and its promise. If the vault is closed, there is no call, and the promise is already rejected.
    fn register_call(&self, payload: CallPayload) -> (Option<CallId>, Promise) {
        let deferred = self.callbacks.defer();
        let promise = deferred.promise();
        if self.is_closed.get() {
            deferred.reject(&self.callbacks.error(&CallError::Closed.name().into(), &JsValue::UNDEFINED));
            return (None, promise);
        }
        let id = CallId(self.last_call.get().wrapping_add(1));
        self.last_call.set(id.0);
        self.calls.borrow_mut().insert(id, PendingCall::new(deferred, payload));
        (Some(id), promise)
    }

    /// Reads the shared state, and passes the input that carries it to the session. The promise settles afterwards.
    fn read(&self, input: impl FnOnce(SharedState) -> Input<PageProfile> + 'static) -> Promise {
        let done = self.callbacks.defer();
        let promise = done.promise();
        self.read_for(Box::new(input), done);
        promise
    }

    /// Reads the shared state. Reads it again if this vault has written it in the meantime.
    fn read_for(&self, input: Reading, done: Deferred) {
        let written = self.written.get();
        self.after(&self.callbacks.recall(), move |driver, row| {
            if driver.written.get() != written {
                return driver.read_for(input, done);
            }
            if let Ok(row) = row {
                driver.drive(input(shared_state::parse(&row)));
            }
            done.resolve(&JsValue::UNDEFINED);
        });
    }

    /// Calls `then` once the promise has settled. The driver is kept alive at least until then.
    fn after(&self, promise: &Promise, then: impl FnOnce(&Self, Result<JsValue, JsValue>) + 'static) {
        if let Some(driver) = self.this.upgrade() {
            self.callbacks.when_settled(promise, &callback(Box::new(move |settled| then(&driver, settled))));
        }
    }

    /// Passes an input to the session and performs all its effects. Inputs that arrive in the meantime wait in the
    /// inbox, so only this function must keep the contract of the session.
    fn drive(&self, input: Input<PageProfile>) {
        if self.is_closed.get() {
            return;
        }
        self.inbox.borrow_mut().push(input);
        if self.is_draining.replace(true) {
            return;
        }
        while let Some(input) = self.next_input() {
            let now = self.clock.now();
            if let Some(span) = self.clock.take_jump() {
                self.handle(Input::ClockJumped(span), now);
            }
            self.handle(input, now);
        }
        self.is_draining.set(false);
        let (deadline, this) = (self.session.borrow_mut().deadline(), self.this.clone());
        self.clock.arm(deadline, move || with(&this, Self::tick));
    }

    fn handle(&self, input: Input<PageProfile>, now: Instant) {
        self.session.borrow_mut().handle(input, now);
        while let Some(effect) = self.next_effect() {
            self.perform(effect);
        }
    }

    fn tick(&self) {
        self.clock.disarm();
        if self.is_ticking.replace(true) {
            return;
        }
        let this = self.this.clone();
        drop(self.read(move |state| {
            with(&this, |driver| driver.is_ticking.set(false));
            Input::Tick(state)
        }));
    }

    fn next_input(&self) -> Option<Input<PageProfile>> {
        if let Some(input) = self.inbox.borrow_mut().pop() {
            return Some(input);
        }
        while self.pending_sign_outs.get() == 0 {
            let (id, input) = self.deferred_inputs.borrow_mut().pop()?;
            if self.calls.borrow().get(id).is_some() {
                return Some(input);
            }
        }
        None
    }

    fn next_effect(&self) -> Option<Effect> {
        self.session.borrow_mut().poll()
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::Abandon(id) => self.abandon(id),
            Effect::Broadcast(message) => {
                self.when_written(move |driver| driver.callbacks.broadcast(&message.name().into()));
            }
            Effect::Claim(id, ttl) => self.claim(id, ttl),
            Effect::Exchange(id, kind) => self.exchange(id, kind),
            Effect::Fail(id, error) => {
                if let Some(call) = self.take(id) {
                    call.reject(&self.call_error(error));
                }
            }
            Effect::LoadUser(identity) => self.after(&self.callbacks.load_user(), move |driver, text| {
                let body = text.ok().and_then(|text| {
                    Some(driver.visible(text.dyn_ref()?, &driver.known_tokens(), &JsValue::UNDEFINED))
                });
                let loaded = body.and_then(|body| PageProfile::read_user(body, &driver.config.user_field));
                driver.drive(Input::UserLoaded(identity, loaded));
            }),
            Effect::Lock(id) => self.lock(id),
            Effect::MarkSlow(id) => self.mark_slow(id),
            Effect::Notify => self.callbacks.notify(),
            Effect::Remember(hint, epoch) => {
                self.written.set(self.written.get().wrapping_add(1));
                *self.writing.borrow_mut() = Some(self.callbacks.remember(&hint.name().into(), epoch.0));
            }
            Effect::Report(event) => {
                self.callbacks.report(report::event(&event, self.unusable.borrow().as_ref(), &self.clock));
            }
            Effect::Settle(id, via) if self.is_request(id) => self.settle(id, via),
            // A page may reload as soon as its call resolves, so the write must be complete before.
            Effect::Settle(id, via) => self.when_written(move |driver| driver.settle(id, via)),
            Effect::Transmit(id) => self.transmit(id),
            Effect::Unlock(id) => {
                self.unclaim(id);
                let lease = self.lease.borrow_mut().take_if(|(held, _)| *held == id);
                self.when_written(|_| drop(lease));
            }
        }
    }

    fn call_error(&self, error: CallError) -> JsValue {
        let unusable = self.unusable.borrow().clone().filter(|_| error == CallError::RefreshUnusable);
        unusable.unwrap_or_else(|| self.callbacks.error(&error.name().into(), &JsValue::UNDEFINED))
    }

    /// Calls `then` once the last write is complete. Other vaults and the next page can then see what this vault wrote.
    fn when_written(&self, then: impl FnOnce(&Self) + 'static) {
        let writing = self.writing.borrow().clone();
        match writing {
            Some(writing) => self.after(&writing, |driver, _| then(driver)),
            None => then(self),
        }
    }

    fn is_request(&self, id: CallId) -> bool {
        self.calls.borrow().get(id).is_some_and(|call| matches!(call.payload, CallPayload::Request { .. }))
    }

    fn take(&self, id: CallId) -> Option<PendingCall> {
        self.calls.borrow_mut().remove(id)
    }
}

fn with(driver: &Weak<Driver>, run: impl FnOnce(&Driver)) {
    if let Some(driver) = driver.upgrade() {
        run(&driver);
    }
}
