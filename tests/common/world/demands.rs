//! What a page demands explicitly, and what happens outside of all tabs and on the network.

use tokencell::{CallId, ExchangeId, ExchangeKind, Input, Instant, Millis, Policy};

use super::World;
use crate::common::packet::{Packet, Said, Traced};
use crate::common::server::User;

impl World {
    /// Asks whether the API knows a session.
    pub fn restore(&mut self, tab: usize) -> CallId {
        let call = self.open_call(tab, false);
        self.read(tab, Traced::Restore(call));
        call
    }

    /// Demands a refresh, with a body of the page's own or without.
    pub fn refresh(&mut self, tab: usize, has_body: bool) -> CallId {
        let call = self.open_call(tab, false);
        self.input(tab, Input::Refresh(call, has_body));
        call
    }

    /// The user did nothing for too long.
    pub fn sign_out_idle(&mut self, tab: usize) -> CallId {
        let call = self.open_call(tab, false);
        self.read(tab, Traced::SignOut(call, self.signed_in_writes, true));
        call
    }

    /// Signs in at the server without any tab, as a page of the server does.
    pub fn sign_in_at_server(&mut self, user: User) {
        self.jar = Some(self.server.sign_in(user, self.now).1);
    }

    /// Delivers a refusal of the refresh with this id, which the server has not received.
    pub fn refuse(&mut self, tab: usize, id: ExchangeId) {
        self.deliver(Packet::Told { tab, id, kind: ExchangeKind::Refresh, said: Said::Refused });
    }

    /// Delivers packets up to the first one that `test` accepts. Removes and returns that one; `None` if there is none.
    pub fn find(&mut self, test: impl Fn(&Packet) -> bool) -> Option<Packet> {
        loop {
            let (_, packet) = self.wire.pop_front()?;
            if test(&packet) {
                return Some(packet);
            }
            self.deliver(packet);
        }
    }

    /// Drops the first reply in transit. The client continues to wait for it.
    pub fn swallow_reply(&mut self) {
        let is_reply = |(_, packet): &(Instant, Packet)| matches!(packet, Packet::Told { .. });
        if let Some(at) = self.wire.iter().position(is_reply)
            && let Some((_, Packet::Told { said: Said::Granted(..), .. })) = self.wire.remove(at)
        {
            self.lost_cookies += 1;
        }
    }

    /// Whether this tab has sent an exchange that is not marked as slow yet, because the mark waits for a reading.
    pub fn has_just_asked(&self, tab: usize, reading: Millis) -> bool {
        let latest = Millis(Policy::SLOW_EXCHANGE.0 + reading.0);
        self.tabs[tab].asking.is_some_and(|(_, began)| self.now.since(began) <= latest)
    }
}
