//! A server with strict rotation. If it receives a refresh cookie twice, it revokes the whole family of the cookie.

use tokencell::{Claims, Grant, GrantParts, Instant, Millis, Subject, Token};

use super::tab::Seen;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookie {
    family: usize,
    serial: u32,
}

/// A token response in transit. A grant is made from it when it arrives.
#[derive(Clone, Copy, Debug)]
pub struct Issued {
    pub user: User,
    token: u32,
    family: usize,
    lifetime: f64,
    opaque: bool,
    names_user: bool,
}

#[derive(Debug)]
struct Family {
    user: User,
    serial: u32,
    rotated: Instant,
    revoked: bool,
}

#[derive(Debug)]
pub struct Server {
    /// The lifetime of a token, in seconds.
    pub lifetime: f64,
    /// Whether tokens do not name their user.
    pub opaque: bool,
    /// Whether the body of a token response contains the user.
    pub names_user: bool,
    /// Whether the server answers 401 to a sign-out without a valid bearer token.
    pub sign_out_needs_bearer: bool,
    /// If set, the server answers 503, with this `Retry-After`.
    pub down: Option<Option<Millis>>,
    pub refreshes: u32,
    pub reuses: u32,
    /// How long the server accepts a spent cookie again and returns the same next cookie.
    pub grace: Millis,
    families: Vec<Family>,
    tokens: Vec<(usize, Instant)>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            lifetime: 100.0,
            opaque: false,
            names_user: true,
            sign_out_needs_bearer: true,
            down: None,
            refreshes: 0,
            reuses: 0,
            grace: Millis(0),
            families: vec![],
            tokens: vec![],
        }
    }
}

impl Server {
    pub fn sign_in(&mut self, user: User, now: Instant) -> (Issued, Cookie) {
        self.families.push(Family { user, serial: 0, rotated: now, revoked: false });
        let family = self.families.len() - 1;
        (self.issue(family, now), Cookie { family, serial: 0 })
    }

    pub fn refresh(&mut self, cookie: Option<Cookie>, now: Instant) -> Option<(Issued, Cookie)> {
        self.refreshes += 1;
        let Cookie { family, serial } = cookie?;
        let entry = &mut self.families[family];
        if entry.revoked {
            return None;
        }
        let is_replay = entry.serial == serial + 1 && now.since(entry.rotated) < self.grace;
        if entry.serial != serial && !is_replay {
            entry.revoked = true;
            self.reuses += 1;
            return None;
        }
        if !is_replay {
            entry.serial += 1;
            entry.rotated = now;
        }
        let cookie = Cookie { family, serial: entry.serial };
        Some((self.issue(family, now), cookie))
    }

    /// Returns false if the server requires a valid bearer token and there is none.
    pub fn sign_out(&mut self, cookie: Option<Cookie>, bearer: Option<&str>, now: Instant) -> bool {
        let is_accepted = !self.sign_out_needs_bearer || self.serve(bearer, now).is_some();
        if let Some(cookie) = cookie.filter(|_| is_accepted) {
            self.families[cookie.family].revoked = true;
        }
        is_accepted
    }

    /// Ends every session of the user, as an administrator would.
    pub fn revoke(&mut self, user: User) {
        self.families.iter_mut().filter(|family| family.user == user).for_each(|family| family.revoked = true);
    }

    /// Makes every issued token invalid. The sessions do not end.
    pub fn expire_tokens(&mut self, now: Instant) {
        self.tokens.iter_mut().for_each(|(_, expires)| *expires = (*expires).min(now));
    }

    /// The user that the server serves a request with this bearer token for.
    pub fn serve(&self, bearer: Option<&str>, now: Instant) -> Option<User> {
        let serial: usize = bearer?.rsplit('-').next()?.parse().ok()?;
        let (family, expires) = self.tokens[serial];
        let family = &self.families[family];
        (now < expires && !family.revoked).then_some(family.user)
    }

    pub fn accepts(&self, cookie: Cookie) -> bool {
        let family = &self.families[cookie.family];
        !family.revoked && family.serial == cookie.serial
    }

    fn issue(&mut self, family: usize, now: Instant) -> Issued {
        self.tokens.push((family, now + Millis((self.lifetime * 1000.0) as u64)));
        Issued {
            user: self.families[family].user,
            token: self.tokens.len() as u32 - 1,
            family,
            lifetime: self.lifetime,
            opaque: self.opaque,
            names_user: self.names_user,
        }
    }
}

impl Issued {
    pub fn grant(self) -> Grant<Seen> {
        self.grant_with(Some(self.lifetime))
    }

    pub fn grant_of_unknown_lifetime(self) -> Grant<Seen> {
        self.grant_with(None)
    }

    fn grant_with(self, expires_in: Option<f64>) -> Grant<Seen> {
        let sub = (!self.opaque).then_some(Subject::Number(f64::from(self.user.0)));
        Grant::new(GrantParts {
            access: Some(Token::parse(format!("u{}-f{}-{}", self.user.0, self.family, self.token)).unwrap()),
            refresh: None,
            expires_in,
            claims: Some(Claims { sub, ..Claims::default() }),
            date: None,
            profile: Seen { user: self.names_user.then_some(self.user) },
        })
        .unwrap()
    }
}

/// The user that this token belongs to.
pub fn user_of(bearer: &str) -> User {
    User(bearer[1..].split('-').next().unwrap().parse().unwrap())
}
