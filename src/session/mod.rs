//! The session makes every decision of tokencell, and performs no action itself.
//!
//! The caller keeps one strict contract: call [`Session::handle`] with an input, call [`Session::poll`] until it
//! returns `None`, then set a timer for [`Session::deadline`]. Spurious inputs are harmless. The session recognises
//! late answers by their ids.

mod demands;
mod ending;
mod exchanges;
mod presence;
mod requests;
mod sign_out;
mod user;

use alloc::vec::Vec;

use crate::calls::{Call, Calls};
use crate::exchange::Exchange;
use crate::identity::Identity;
use crate::queue::Queue;
use crate::schedule::Schedule;
use crate::{
    CallError, CallId, Credentials, DeliveryPath, Effect, Epoch, ExchangeId, ExchangeKind, Generation, Input, Instant,
    PeerMessage, Policy, Profile, Reason, RefreshFailure, RefreshMode, Subject, Token,
};
use user::UserWait;

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
    /// Sign-ins and sign-outs that wait until the current exchange has ended.
    queued_exchanges: Queue<ExchangeKind>,
    /// A refresh that timed out. Its answer may still arrive.
    abandoned: Option<Abandoned>,
    /// The last refresh got no answer, so its credential may be spent.
    may_be_spent: bool,
    /// A page has called `restore`: a session may have begun elsewhere that the other tabs do not know.
    may_be_replaced: bool,
    /// Why the session could not be restored yet.
    failure: Option<RefreshFailure>,
    /// The page waits for the user of the session.
    user_wait: Option<UserWait>,
    /// The user signed out in this browser, and the server has not confirmed it.
    sign_out_pending: bool,
    /// The credentials for the requests that sign out at the server. They are deleted afterwards.
    sign_out_credentials: Option<SignOutCredentials>,
    /// Calls that wait for the confirmation of a sign-out, each with the time at which its wait ends.
    sign_out_calls: Vec<(CallId, Instant)>,
    /// When the last page disconnected; `None` while a page is connected.
    clients_gone: Option<Instant>,
    effects: Queue<Effect>,
}

#[derive(Debug)]
enum Phase<P> {
    Active(ActiveSession<P>),
    Ended(Reason),
    /// The status is not known yet. After a return from the back/forward cache, the value is the previous session.
    Loading(Option<ActiveSession<P>>),
}

/// A session that has not ended.
#[derive(Debug)]
struct ActiveSession<P> {
    credentials: Credentials,
    epoch: Epoch,
    expires: Option<Instant>,
    subject: Option<Subject>,
    profile: P,
}

/// The credentials of a session that the user has signed out of.
#[derive(Debug)]
struct SignOutCredentials {
    credentials: Credentials,
    expires: Option<Instant>,
}

/// A refresh that has timed out, with the newest generation and epoch at that time.
#[derive(Debug)]
struct Abandoned {
    id: ExchangeId,
    generation: Generation,
    epoch: Epoch,
}

/// What the page may see of the session (promise 1).
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
    /// There is a session.
    Authenticated,
    /// The status is not known yet.
    Loading,
    /// There is no session, for this reason.
    Unauthenticated(Reason),
}

/// The credential that a request is sent with.
#[derive(Clone, Copy, Debug)]
pub enum Bearer<'a> {
    /// No token: the request is anonymous, or a cookie authenticates it.
    None,
    /// This token.
    Token(&'a Token),
    /// The request must not be sent any more, because its session has ended.
    Withdrawn,
}

impl<P: Profile> Session<P> {
    /// Creates a session whose status is not known yet. The seed is a random number from the shell; two tabs should
    /// have different seeds.
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
            queued_exchanges: Queue::default(),
            abandoned: None,
            may_be_spent: false,
            failure: None,
            user_wait: None,
            may_be_replaced: false,
            sign_out_pending: false,
            sign_out_credentials: None,
            sign_out_calls: Vec::new(),
            clients_gone: None,
            effects: Queue::default(),
        }
    }

    /// Handles an input that happened at `now`. Afterwards, call [`Session::poll`] until it returns `None`.
    pub fn handle(&mut self, input: Input<P>, now: Instant) {
        match input {
            Input::Aborted(call) => drop(self.calls.remove(call)),
            Input::Answered(id, answer, shared) => self.answered(id, answer, shared, now),
            Input::Await(call) => self.await_status(call, now),
            Input::Booted(shared) => self.booted(shared.hint, now),
            Input::Claimed(id, claim, shared) => self.claimed(id, claim, shared, now),
            Input::ClockJumped(span) => self.clock_jumped(span),
            Input::Closed => return self.closed(now),
            Input::ClientsGone => self.clients_gone(now),
            Input::Locked(id, lock) => self.locked(id, lock, now),
            Input::Online => self.schedule.resume(now),
            Input::Peer(PeerMessage::SignedOut, shared) if shared.is_stale => self.doubt(now),
            Input::Peer(message, shared) => self.heard(message, shared.hint, now),
            Input::Refresh(call, has_body) => self.refresh(call, has_body, now),
            Input::ReloadUser => self.reload_user(),
            Input::Renewed(call, grant) => self.renewed(call, grant, now),
            Input::Responded(call, reply) => self.responded(call, reply, now),
            Input::Restore(call, shared) => self.restore(call, shared, now),
            Input::Restored(shared) => self.restored(shared.hint, now),
            Input::Returned => self.returned(),
            Input::Send(call, body, shown) => self.send(call, body, shown, now),
            Input::SignIn(call) => self.queued_exchanges.push(ExchangeKind::SignIn(call)),
            Input::SignOut(call, is_idle, shared) => self.sign_out(call, is_idle, shared, now),
            Input::Tick(shared) => self.time_out(shared, now),
            Input::UserLoaded(identity, profile) => self.user_loaded(identity, profile, now),
            Input::ClientConnected(shared) => self.client_connected(shared.hint, now),
            Input::Woke(shared) => self.woke(shared.hint, now),
        }
        self.advance(now);
    }

    /// The identity of the session that the snapshot shows.
    #[must_use]
    pub fn shown(&self) -> Option<Identity> {
        (self.snapshot().status == Status::Authenticated).then_some(self.identity)
    }

    /// The next action for the shell; `None` if there is none.
    pub fn poll(&mut self) -> Option<Effect> {
        self.effects.pop()
    }

    /// The latest time at which to send [`Input::Tick`]; `None` while the session waits for nothing.
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
        let sign_out = self.sign_out_calls.first().map(|(_, until)| *until);
        let user = self.user_wait.map(|wait| wait.until);
        let deadlines = [exchange, report, sign_out, end, user, self.forgets_at(), self.calls.patience_ends()];
        deadlines.into_iter().flatten().min()
    }

    /// What the page may see of the session now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<'_, P> {
        let (status, active_session) = match &self.phase {
            Phase::Active(active_session) => match self.user_wait {
                Some(UserWait { shown, .. }) => (shown, None),
                None => (Status::Authenticated, Some(active_session)),
            },
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

    /// The credential that this request is sent with. Call this immediately before the request is sent, because it may
    /// have waited in a queue since [`Effect::Transmit`]. The result is then the newest token of the same user, or
    /// [`Bearer::Withdrawn`] if the request must not be sent.
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

    /// All tokens of this session, and those that are kept for a sign-out.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        let active = self.active_session().map(|active_session| &active_session.credentials);
        let kept = self.sign_out_credentials.as_ref().map(|kept| &kept.credentials);
        let credentials = active.into_iter().chain(kept);
        credentials.flat_map(|Credentials { access, refresh }| access.iter().chain(refresh))
    }

    /// Whether the current exchange is a refresh that is sent with the body that the page has passed.
    #[must_use]
    pub fn has_own_body(&self) -> bool {
        self.exchange.as_ref().is_some_and(|exchange| exchange.has_own_body)
    }

    /// Performs everything that is due. Runs after every input.
    fn advance(&mut self, now: Instant) {
        if matches!(&self.phase, Phase::Active(active_session) if active_session.is_expired(now)) && !self.can_refresh()
        {
            self.end(Reason::Expired, now);
        }
        if self.forgets_at().is_some_and(|at| at <= now) {
            self.forget();
        }
        if self.user_wait.is_some_and(|wait| wait.until <= now) {
            self.show_session(now);
        }
        while let Some((id, call)) = self.calls.give_up(now) {
            self.give_up(id, call, CallError::Unreachable);
        }
        if self.exchange.as_mut().is_some_and(|exchange| exchange.take_report(now)) {
            self.report_slow_exchange(now);
        }
        while let Some((call, _)) = self.sign_out_calls.first().copied().filter(|(_, until)| *until <= now) {
            self.sign_out_calls.remove(0);
            self.report_unconfirmed_sign_out(call, now);
        }
        if self.exchange.is_none() {
            self.begin_next(now);
        }
    }

    /// Whether the current exchange ends a session at the server.
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
        self.effects.push(effect);
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

    /// Whether a newer token belongs to the same user (promise 17). A token that does not name its user counts as a
    /// token of the same user, unless the epoch has changed since, for example by a sign-in.
    fn is_of(&self, subject: Option<&Subject>, epoch: Epoch) -> bool {
        match (&self.subject, subject) {
            (Some(before), Some(after)) => before == after,
            _ => self.epoch == epoch,
        }
    }
}
