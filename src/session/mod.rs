//! The session: every decision of tokencell, and no deed.
//!
//! One strict contract: [`Session::handle`] an input, drain [`Session::poll`] until it is `None`, then arm a timer
//! for [`Session::deadline`]. Spurious inputs are harmless; late answers are recognised by their ids.

mod ending;
mod exchanges;
mod presence;
mod requests;
mod sign_out;

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::calls::{Call, Calls};
use crate::exchange::Exchange;
use crate::identity::Identity;
use crate::schedule::Schedule;
use crate::{
    CallError, CallId, Credentials, DeliveryPath, Effect, Epoch, ExchangeId, ExchangeKind, Generation, Input, Instant,
    Policy, Profile, Reason, RefreshFailure, RefreshMode, Subject, Token,
};

/// One session as one vault sees it.
#[derive(Debug)]
pub struct Session<P> {
    policy: Policy,
    phase: Phase<P>,
    identity: Identity,
    generation: Generation,
    calls: Calls,
    schedule: Schedule,
    exchange: Option<Exchange>,
    last_exchange: ExchangeId,
    /// Sign-ins and sign-outs that wait for the exchange under way.
    queued_exchanges: VecDeque<ExchangeKind>,
    /// A refresh that timed out, whose answer may still come.
    abandoned: Option<Abandoned>,
    /// The last refresh had no answer, so its credential may be spent.
    may_be_spent: bool,
    /// Why the session could not be restored yet.
    failure: Option<RefreshFailure>,
    /// Signed out here, and the server has not confirmed it.
    sign_out_pending: bool,
    /// Kept for the requests that sign out at the server, then wiped.
    sign_out_credentials: Option<SignOutCredentials>,
    /// Calls that wait for a sign-out to be confirmed, and until when.
    sign_out_calls: VecDeque<(CallId, Instant)>,
    /// Since when no page has been there.
    clients_gone: Option<Instant>,
    effects: VecDeque<Effect>,
}

#[derive(Debug)]
enum Phase<P> {
    Active(ActiveSession<P>),
    Ended(Reason),
    /// Not known yet; after a return from the back/forward cache, with what was there before.
    Loading(Option<ActiveSession<P>>),
}

/// A session that is alive.
#[derive(Debug)]
struct ActiveSession<P> {
    credentials: Credentials,
    epoch: Epoch,
    expires: Option<Instant>,
    subject: Option<Subject>,
    profile: P,
}

/// What is left of a session that the user has signed out of.
#[derive(Debug)]
struct SignOutCredentials {
    credentials: Credentials,
    expires: Option<Instant>,
}

/// A refresh that has timed out, and what was newest when it did.
#[derive(Debug)]
struct Abandoned {
    id: ExchangeId,
    generation: Generation,
    epoch: Epoch,
}

/// What the page may know (promise 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot<'a, P> {
    /// Whether there is a session.
    pub status: Status,
    /// Why the session could not be restored so far, while the status is [`Status::Loading`].
    pub failure: Option<RefreshFailure>,
    /// When the token expires, if that is known.
    pub expires: Option<Instant>,
    /// When the next refresh is due, if that is known.
    pub refresh: Option<Instant>,
    /// The user and the claims, while there is a session.
    pub profile: Option<&'a P>,
}

/// Whether there is a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is.
    Authenticated,
    /// It is being found out.
    Loading,
    /// There is none, for this reason.
    Unauthenticated(Reason),
}

/// What a request goes out with.
#[derive(Clone, Copy, Debug)]
pub enum Bearer<'a> {
    /// Nothing: it is anonymous, or a cookie says whose it is.
    None,
    /// This token.
    Token(&'a Token),
    /// It must not be sent any more: its session is over.
    Withdrawn,
}

impl<P: Profile> Session<P> {
    /// A session of which nothing is known yet. The seed is the shell's randomness; two tabs should differ.
    #[must_use]
    pub fn new(policy: Policy, seed: u32) -> Self {
        Self {
            policy,
            phase: Phase::Loading(None),
            identity: Identity::default(),
            generation: Generation::default(),
            calls: Calls::default(),
            schedule: Schedule::new(seed),
            exchange: None,
            last_exchange: ExchangeId::default(),
            queued_exchanges: VecDeque::new(),
            abandoned: None,
            may_be_spent: false,
            failure: None,
            sign_out_pending: false,
            sign_out_credentials: None,
            sign_out_calls: VecDeque::new(),
            clients_gone: None,
            effects: VecDeque::new(),
        }
    }

    /// Takes in what happened at `now`. Follow with [`Session::poll`] until it is drained.
    pub fn handle(&mut self, input: Input<P>, now: Instant) {
        match input {
            Input::Aborted(call) => drop(self.calls.remove(call)),
            Input::Answered(id, answer, trace) => self.answered(id, answer, trace, now),
            Input::Await(call) => self.await_status(call, now),
            Input::Booted(trace) => self.booted(trace.hint, now),
            Input::Claimed(id, claim, trace) => self.claimed(id, claim, trace, now),
            Input::ClockJumped(span) => self.clock_jumped(span),
            Input::Closed => return self.closed(now),
            Input::ClientsGone => self.clients_gone(now),
            Input::Locked(id, lock) => self.locked(id, lock, now),
            Input::Online => self.schedule.resume(now),
            Input::Peer(message, trace) => self.heard(message, trace.hint, now),
            Input::Renewed(call, access) => self.renewed(call, access),
            Input::Responded(call, reply) => self.responded(call, reply, now),
            Input::Restored(trace) => self.restored(trace.hint, now),
            Input::Returned => self.returned(),
            Input::Send(call, body) => self.send(call, body, now),
            Input::SignIn(call) => self.queued_exchanges.push_back(ExchangeKind::SignIn(call)),
            Input::SignOut(call, trace) => self.sign_out(call, trace, now),
            Input::Tick(trace) => self.time_out(trace, now),
            Input::ClientConnected(trace) => self.client_connected(trace.hint, now),
            Input::Woke(trace) => self.woke(trace.hint, now),
        }
        self.advance(now);
    }

    /// The next thing the shell is to do.
    pub fn poll(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to send [`Input::Tick`], at the latest; `None` while nothing is awaited.
    #[must_use]
    pub fn deadline(&mut self) -> Option<Instant> {
        let exchange = match &self.exchange {
            Some(exchange) => Some(exchange.deadline()),
            None => self.schedule.due().map(|(at, _)| at).filter(|_| self.clients_gone.is_none()),
        };
        let end = match &self.phase {
            Phase::Active(active_session) if !self.can_refresh() => active_session.expires,
            _ => None,
        };
        let report = self.exchange.as_ref().and_then(Exchange::reports_at);
        let sign_out = self.sign_out_calls.front().map(|(_, until)| *until);
        let deadlines = [exchange, report, sign_out, end, self.forgets_at(), self.calls.patience_ends()];
        deadlines.into_iter().flatten().min()
    }

    /// What the page may know.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<'_, P> {
        let (status, active_session) = match &self.phase {
            Phase::Active(active_session) => (Status::Authenticated, Some(active_session)),
            Phase::Ended(reason) => (Status::Unauthenticated(*reason), None),
            Phase::Loading(_) => (Status::Loading, None),
        };
        Snapshot {
            status,
            failure: self.failure.filter(|_| status == Status::Loading),
            expires: active_session.and_then(|active_session| active_session.expires),
            refresh: active_session.and(self.schedule.due()).map(|(at, _)| at),
            profile: active_session.map(|active_session| &active_session.profile),
        }
    }

    /// What this request goes out with, asked for when it is about to be sent. It may have had to wait for its turn
    /// since [`Effect::Transmit`]: then it is the newest token of the same user, or the request is not to be sent.
    #[must_use]
    pub fn bearer(&self, call: CallId) -> Bearer<'_> {
        match (self.calls.get(call), &self.phase) {
            (Some(Call { identity: None, .. }), _) => Bearer::None,
            (Some(call), Phase::Active(active_session)) if call.identity == Some(self.identity) => {
                active_session.credentials.access.as_ref().map_or(Bearer::None, Bearer::Token)
            }
            _ => Bearer::Withdrawn,
        }
    }

    /// The credential of an exchange of this kind, in addition to the cookies.
    #[must_use]
    pub fn credentials(&self, kind: ExchangeKind) -> Option<&Credentials> {
        match kind {
            ExchangeKind::Refresh if !self.is_signing_out() => {
                self.active_session().map(|active_session| &active_session.credentials)
            }
            ExchangeKind::SignIn(_) => None,
            ExchangeKind::Refresh | ExchangeKind::SignOut(_) => {
                self.sign_out_credentials.as_ref().map(|kept| &kept.credentials)
            }
        }
    }

    /// Does what has become due. Runs after every input.
    fn advance(&mut self, now: Instant) {
        if matches!(&self.phase, Phase::Active(active_session) if active_session.is_expired(now)) && !self.can_refresh()
        {
            self.end(Reason::Expired, now);
        }
        if self.forgets_at().is_some_and(|at| at <= now) {
            self.forget();
        }
        while let Some((id, call)) = self.calls.give_up(now) {
            self.give_up(id, call, CallError::Unreachable);
        }
        if self.exchange.as_mut().is_some_and(|exchange| exchange.take_report(now)) {
            self.report_slow_exchange(now);
        }
        while self.sign_out_calls.front().is_some_and(|(_, until)| *until <= now) {
            self.report_unconfirmed_sign_out(now);
        }
        if self.exchange.is_none() {
            self.begin_next(now);
        }
    }

    /// Whether the exchange under way ends a session at the server.
    fn is_signing_out(&self) -> bool {
        self.exchange.as_ref().is_some_and(|exchange| matches!(exchange.kind, ExchangeKind::SignOut(_)))
    }

    fn active_session(&self) -> Option<&ActiveSession<P>> {
        match &self.phase {
            Phase::Active(active_session) | Phase::Loading(Some(active_session)) => Some(active_session),
            Phase::Ended(_) | Phase::Loading(None) => None,
        }
    }

    fn can_refresh(&self) -> bool {
        match self.policy.renewal {
            RefreshMode::Body => {
                self.active_session().is_some_and(|active_session| active_session.credentials.refresh.is_some())
            }
            RefreshMode::Cookie => true,
            RefreshMode::None => false,
        }
    }

    fn push(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    fn fail(&mut self, calls: Vec<CallId>, error: CallError) {
        for call in calls {
            self.push(Effect::Fail(call, error));
        }
    }

    fn settle(&mut self, call: CallId, via: DeliveryPath) {
        self.calls.remove(call);
        self.push(Effect::Settle(call, via));
    }
}

impl<P> ActiveSession<P> {
    fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Whether a newer token is this same user's (promise 17). One that does not say whose it is is believed, unless
    /// somebody signed in since.
    fn is_of(&self, subject: Option<&Subject>, epoch: Epoch) -> bool {
        match (&self.subject, subject) {
            (Some(before), Some(after)) => before == after,
            _ => self.epoch == epoch,
        }
    }
}
