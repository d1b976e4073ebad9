//! Tokens and grants: what is accepted fits into a header, no `Debug` prints a token, and no lifetime is outside its
//! bounds.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use tokencell::{Claims, Grant, GrantError, GrantParts, Millis, Profile, Subject, Token};

#[derive(Debug)]
struct NoProfile;

impl Profile for NoProfile {
    fn inherit(&mut self, _: Self) {}
    fn has_user(&self) -> bool {
        false
    }
    fn set_user(&mut self, _: Self) {}
}

#[derive(Arbitrary, Debug)]
struct Response {
    access: String,
    refresh: Option<String>,
    expires_in: Option<f64>,
    claims: Option<(Option<f64>, Option<f64>, Option<f64>)>,
    date: Option<f64>,
}

/// What RFC 9110 §5.5 allows, written independently of the core.
fn expected(text: &str, allows: impl Fn(char) -> bool) -> Result<(), GrantError> {
    match text {
        "" => Err(GrantError::TokenMissing),
        text if text.len() > 65_536 => Err(GrantError::TokenTooLarge),
        text if text.chars().all(allows) => Ok(()),
        _ => Err(GrantError::TokenMalformed),
    }
}

fuzz_target!(|response: Response| {
    let parsed = |token: Result<Token, GrantError>, text: &str, allows: fn(char) -> bool| {
        assert_eq!(token.as_ref().map(drop).map_err(|error| *error), expected(text, allows));
        if let Ok(token) = &token {
            assert_eq!(token.expose(), text, "the text of a token changes");
            assert_eq!(token.lines().collect::<Vec<_>>().join("\n"), text);
            assert_eq!(format!("{token:?}"), "Token(…)");
        }
        token.ok()
    };
    let text = &response.access;
    parsed(Token::parse_text(text.clone()), text, |_| true);
    parsed(Token::parse_lines(text.clone()), text, |char| char == '\n' || (' '..='~').contains(&char));
    let access = parsed(Token::parse(text.clone()), text, |char| ('!'..='~').contains(&char));
    let Some(access) = access else { return };

    let claims = response.claims.map(|(exp, iat, sub)| Claims { exp, iat, sub: sub.map(Subject::Number) });
    let refresh = response.refresh.clone().and_then(|text| Token::parse_text(text).ok());
    let (expires_in, date) = (response.expires_in, response.date);
    let given = (expires_in, claims.as_ref().and_then(|claims| claims.exp));
    let parts = |access, refresh| GrantParts {
        access: Some(access),
        refresh,
        expires_in,
        claims: claims.clone(),
        date,
        profile: NoProfile,
    };
    let other = |_| Token::parse("other".to_owned());
    let has_refresh = refresh.is_some();
    let Ok(grant) = Grant::new(parts(access, refresh)) else { return };
    let shown = format!("{grant:?}");
    // What is shown does not depend on the tokens. A search for their text would find tokens like `Grant {`.
    let (Ok(access), Ok(refresh)) = (other(()), has_refresh.then_some(()).map(other).transpose()) else { return };
    assert_eq!(Some(&shown), Grant::new(parts(access, refresh)).ok().map(|other| format!("{other:?}")).as_ref());
    // The field is private, so its text is read.
    let lifetime = shown.split_once("lifetime: Some(Millis(").and_then(|(_, rest)| rest.split_once(')'));
    if let Some((millis, _)) = lifetime {
        let millis: u64 = millis.parse().expect("a lifetime in milliseconds");
        assert!((1..=Millis::MAX.0).contains(&millis), "a lifetime of {millis} ms");
        assert_ne!(given, (None, None), "a lifetime without a source");
    } else {
        assert_eq!(expires_in, None, "expires_in is ignored");
    }
});
