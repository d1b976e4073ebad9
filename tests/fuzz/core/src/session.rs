//! One session, and any inputs in any order: also answers to questions that were never asked. No input panics, every
//! input ends, and no call is settled twice.
#![no_main]

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use tokencell::{
    Body, CallId, Claims, Effect, Epoch, ExchangeId, ExchangeResult, Grant, GrantParts, Hint, Identity, Input, Instant,
    Lease, LeaseClaim, Lock, Millis, PeerMessage, Policy, Profile, RefreshMode, ResponseClass, Session, SharedState,
    SignOutRoute, Status, Subject, Token,
};

/// A correct session needs a few effects for each open call.
const MOST_EFFECTS: usize = 1000;
const MOST_INPUTS: usize = 300;
/// The longest step of the clock: eleven years, which is more than any lifetime.
const LONGEST_STEP: u64 = 11 * 365 * 24 * 3600 * 1000;

#[derive(Debug)]
struct Seen(Option<u8>);

impl Profile for Seen {
    fn inherit(&mut self, previous: Self) {
        self.0 = self.0.or(previous.0);
    }
    fn has_user(&self) -> bool {
        self.0.is_some()
    }
    fn set_user(&mut self, loaded: Self) {
        self.0 = loaded.0;
    }
}

/// What the shell has to remember to answer sensibly. Half of the answers use it, the others are arbitrary.
#[derive(Default)]
struct Shell {
    now: u64,
    next_call: u32,
    open: BTreeSet<u32>,
    requests: BTreeSet<u32>,
    exchanges: Vec<ExchangeId>,
    identities: Vec<Identity>,
}

type Bytes<'a, 'b> = &'a mut Unstructured<'b>;

fn choose<T: Copy>(bytes: Bytes, from: &[T], other: T) -> arbitrary::Result<T> {
    Ok(if from.is_empty() || bytes.ratio(1, 8)? { other } else { *bytes.choose(from)? })
}

fn shared(bytes: Bytes) -> arbitrary::Result<SharedState> {
    let hints = [Hint::Never, Hint::SignOutPending, Hint::SignedIn, Hint::SignedOut, Hint::Unknown];
    let lease = Option::<(u64, bool)>::arbitrary(bytes)?;
    let lease = lease.map(|(age, is_slow)| Lease { age: Millis(age), is_slow });
    Ok(SharedState {
        hint: *bytes.choose(&hints)?,
        epoch: Epoch(bytes.int_in_range(0..=3)?),
        lease,
        is_stale: bool::arbitrary(bytes)?,
    })
}

fn grant(bytes: Bytes) -> arbitrary::Result<Option<Grant<Seen>>> {
    let token = |text: &str| Token::parse(text.to_owned()).ok();
    let claims = bool::arbitrary(bytes)?.then_some(Claims {
        exp: Option::arbitrary(bytes)?,
        iat: Option::arbitrary(bytes)?,
        sub: Some(Subject::Number(f64::from(bytes.int_in_range(0..=2)?))),
    });
    let parts = GrantParts {
        access: if bytes.ratio(1, 8)? { None } else { token("access") },
        refresh: if bool::arbitrary(bytes)? { token("refresh") } else { None },
        expires_in: if bool::arbitrary(bytes)? {
            Some(f64::from(u16::arbitrary(bytes)?))
        } else {
            Option::arbitrary(bytes)?
        },
        claims,
        date: Option::arbitrary(bytes)?,
        profile: Seen(Option::arbitrary(bytes)?),
    };
    Ok(Grant::new(parts).ok())
}

fn result(bytes: Bytes) -> arbitrary::Result<ExchangeResult<Seen>> {
    Ok(match bytes.int_in_range(0..=8)? {
        0 => ExchangeResult::Done,
        1 => ExchangeResult::Malformed,
        2 => ExchangeResult::Refused,
        3 => ExchangeResult::Unreachable(Option::arbitrary(bytes)?.map(Millis)),
        _ => grant(bytes)?.map_or(ExchangeResult::Malformed, ExchangeResult::Granted),
    })
}

impl Shell {
    fn call(&mut self) -> CallId {
        self.next_call += 1;
        self.open.insert(self.next_call);
        CallId(self.next_call)
    }

    fn known_call(&self, bytes: Bytes) -> arbitrary::Result<CallId> {
        let open: Vec<_> = self.open.iter().copied().collect();
        let other = bytes.int_in_range(0..=1000)?;
        choose(bytes, &open, other).map(CallId)
    }

    fn exchange(&self, bytes: Bytes) -> arbitrary::Result<ExchangeId> {
        if let Some(newest) = self.exchanges.last().filter(|_| bytes.ratio(7, 8).unwrap_or(true)) {
            return Ok(*newest);
        }
        Ok(ExchangeId(bytes.int_in_range(0..=40)?))
    }

    fn input(&mut self, bytes: Bytes) -> arbitrary::Result<Input<Seen>> {
        Ok(match bytes.int_in_range(0..=29)? {
            0 => {
                // Pages abort requests only.
                let requests: Vec<_> = self.requests.intersection(&self.open).copied().collect();
                let call = choose(bytes, &requests, u32::MAX)?;
                self.open.remove(&call);
                Input::Aborted(CallId(call))
            }
            1..=4 => Input::Answered(self.exchange(bytes)?, result(bytes)?, shared(bytes)?),
            5 => Input::Await(self.call()),
            6 => Input::Booted(shared(bytes)?),
            7 | 8 => {
                let claim = *bytes.choose(&[LeaseClaim::Ours, LeaseClaim::Theirs])?;
                Input::Claimed(self.exchange(bytes)?, claim, shared(bytes)?)
            }
            9 => Input::ClientsGone,
            10 | 11 => Input::Locked(self.exchange(bytes)?, *bytes.choose(&[Lock::Held, Lock::Missing])?),
            12 => Input::Online,
            13 => {
                let messages = [PeerMessage::Changed, PeerMessage::SignedIn, PeerMessage::SignedOut];
                Input::Peer(*bytes.choose(&messages)?, shared(bytes)?)
            }
            14 => Input::Refresh(self.call(), bool::arbitrary(bytes)?),
            15 => Input::ReloadUser,
            16 => match grant(bytes)? {
                Some(grant) => Input::Renewed(self.known_call(bytes)?, grant),
                None => Input::Online,
            },
            17 | 18 => {
                let class = *bytes.choose(&[ResponseClass::Other, ResponseClass::Unauthorized])?;
                Input::Responded(self.known_call(bytes)?, class)
            }
            19 => Input::Restore(self.call(), shared(bytes)?),
            20 => Input::Restored(shared(bytes)?),
            21 => Input::ClockJumped(Millis(u64::arbitrary(bytes)?)),
            22 => Input::Returned,
            23 | 24 => {
                let call = self.call();
                self.requests.insert(call.0);
                let body = *bytes.choose(&[Body::OneShot, Body::Replayable])?;
                // The page may show an earlier user, or none.
                let shown = Option::<u32>::arbitrary(bytes)?.map(Identity);
                let shown = if bool::arbitrary(bytes)? { self.identities.last().copied() } else { shown };
                Input::Send(call, body, shown)
            }
            25 => Input::SignIn(self.call()),
            26 => Input::SignOut(self.call(), bool::arbitrary(bytes)?, shared(bytes)?),
            27 => match self.identities.last() {
                Some(identity) => {
                    Input::UserLoaded(*identity, Option::<u8>::arbitrary(bytes)?.map(|user| Seen(Some(user))))
                }
                None => Input::ClientConnected(shared(bytes)?),
            },
            28 => Input::Woke(shared(bytes)?),
            _ => Input::Tick(shared(bytes)?),
        })
    }

    /// Takes all effects, and checks them.
    fn drain(&mut self, session: &mut Session<Seen>) {
        for count in 0.. {
            let Some(effect) = session.poll() else { break };
            assert!(count < MOST_EFFECTS, "effects without end: {effect:?}");
            match effect {
                Effect::Settle(call, _) | Effect::Fail(call, _) => {
                    assert!(self.open.remove(&call.0), "call {call:?} is settled twice, or was never made");
                }
                Effect::Lock(id) | Effect::Claim(id, _) | Effect::Exchange(id, _) => self.exchanges.push(id),
                Effect::LoadUser(identity) => self.identities.push(identity),
                Effect::Transmit(call) => assert!(self.open.contains(&call.0), "{call:?} is sent after its end"),
                _ => {}
            }
        }
        let status = session.snapshot().status;
        let has_profile = session.snapshot().profile.is_some();
        assert_eq!(has_profile, status == Status::Authenticated, "the user of no session");
    }
}

fn policy(bytes: Bytes) -> arbitrary::Result<Policy> {
    Ok(Policy {
        renewal: *bytes.choose(&[RefreshMode::Body, RefreshMode::Cookie, RefreshMode::None])?,
        sign_out: *bytes.choose(&[SignOutRoute::None, SignOutRoute::Server])?,
        retention: if bool::arbitrary(bytes)? { Policy::RETENTION } else { Millis(u64::arbitrary(bytes)?) },
        session_cookie: bool::arbitrary(bytes)?,
        loads_user: bool::arbitrary(bytes)?,
    })
}

fn run(bytes: Bytes) -> arbitrary::Result<()> {
    let mut session = Session::new(policy(bytes)?, u32::arbitrary(bytes)?);
    let mut shell = Shell { now: u64::from(u32::arbitrary(bytes)?), ..Shell::default() };
    let mut inputs = 0;
    while !bytes.is_empty() && inputs < MOST_INPUTS {
        inputs += 1;
        let step = match bytes.int_in_range(0..=7)? {
            0 => bytes.int_in_range(0..=LONGEST_STEP)?,
            1 | 2 => bytes.int_in_range(0..=100_000)?,
            _ => 0,
        };
        shell.now = match session.deadline() {
            Some(due) if bytes.ratio(1, 4)? => due.0.clamp(shell.now, shell.now + LONGEST_STEP),
            _ => shell.now + step,
        };
        let input = shell.input(bytes)?;
        session.handle(input, Instant(shell.now));
        shell.drain(&mut session);
    }
    session.handle(Input::Closed, Instant(shell.now));
    shell.drain(&mut session);
    assert!(shell.open.is_empty(), "calls that are still open in a closed vault: {:?}", shell.open);
    Ok(())
}

fuzz_target!(|data: &[u8]| {
    // An error means that the bytes have ended, which is the end of the history.
    let _ = run(&mut Unstructured::new(data));
});
