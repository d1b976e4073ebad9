//! Promises 3-5 at the boundary: which tokens and lifetimes are accepted, and which are refused.

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Map, Value};
use tokencell::{
    CallError, Claims, ExchangeResult, Grant, GrantError, GrantParts, Member, Millis, Status, Subject, Token,
};

use crate::common::{ADA, Seen, World};

fn jwt(payload: &str) -> Token {
    Token::parse(format!("eyJhbGciOiJIUzI1NiJ9.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))).unwrap()
}

/// Like the shell: decodes base64url without padding.
fn decode(text: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Like the shell: parses the payload as JSON and reads the claims from it.
fn claims(token: &Token) -> Result<Option<Claims>, GrantError> {
    let Some(json) = Claims::payload(token, decode)? else { return Ok(None) };
    let members: Map<String, Value> = serde_json::from_str(&json).map_err(|_| GrantError::ClaimsMalformed)?;
    Claims::read(|name| match members.get(name) {
        None | Some(Value::Null) => Member::Absent,
        Some(Value::Number(number)) => Member::Number(number.as_f64().unwrap()),
        Some(Value::String(text)) => Member::Text(text.clone()),
        Some(_) => Member::Other,
    })
    .map(Some)
}

fn grant(access: Token, expires_in: Option<f64>, date: Option<f64>) -> Result<Grant<Seen>, GrantError> {
    let claims = claims(&access)?;
    Grant::new(GrantParts {
        access: Some(access),
        refresh: None,
        expires_in,
        claims,
        date,
        profile: Seen { user: None },
    })
}

/// The lifetime that the session uses.
fn lifetime(grant: Grant<Seen>) -> Option<Millis> {
    let mut world = World::new(1);
    world.sign_in(0, ADA);
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Granted(grant));
    assert_eq!(world.status(0), Status::Authenticated);
    world.tabs[0].session.snapshot().expires.map(|expires| expires.since(world.now))
}

#[test]
fn the_lifetime_of_a_jwt_is_the_time_between_issue_and_expiry() {
    let token = jwt(r#"{"sub":"ada","iat":1700000000,"exp":1700000900}"#);
    assert_eq!(claims(&token).unwrap().unwrap().sub, Some(Subject::Text("ada".into())));
    assert_eq!(lifetime(grant(token, None, None).unwrap()), Some(Millis::seconds(900)));
}

#[test]
fn the_clock_of_the_client_has_no_effect_on_the_lifetime() {
    for epoch in [0.0, 1e9, 2e11] {
        let token = jwt(&format!(r#"{{"iat":{epoch},"exp":{}}}"#, epoch + 2.5));
        assert_eq!(lifetime(grant(token, None, None).unwrap()), Some(Millis(2500)));
    }
}

#[test]
fn expires_in_takes_precedence_over_the_claims_and_applies_to_opaque_tokens() {
    let token = jwt(r#"{"iat":1700000000,"exp":1700000900}"#);
    assert_eq!(lifetime(grant(token, Some(60.0), None).unwrap()), Some(Millis::seconds(60)));
    let opaque = Token::parse("0123-opaque".into()).unwrap();
    assert_eq!(lifetime(grant(opaque, Some(60.0), None).unwrap()), Some(Millis::seconds(60)));
}

#[test]
fn without_iat_the_date_of_the_response_is_used_and_without_both_the_lifetime_is_unknown() {
    let token = || jwt(r#"{"exp":1700000900}"#);
    assert_eq!(lifetime(grant(token(), None, Some(1_700_000_600.0)).unwrap()), Some(Millis::seconds(300)));
    assert_eq!(lifetime(grant(token(), None, None).unwrap()), None);
    let both = jwt(r#"{"iat":1700000000,"exp":1700000900}"#);
    assert_eq!(lifetime(grant(both, None, Some(1.0)).unwrap()), Some(Millis::seconds(900)));
    let opaque = Token::parse("0123-opaque".into()).unwrap();
    assert_eq!(lifetime(grant(opaque, None, Some(1.0)).unwrap()), None);
}

#[test]
fn a_lifetime_of_more_than_ten_years_counts_as_ten_years() {
    let token = Token::parse("opaque".into()).unwrap();
    assert_eq!(lifetime(grant(token, Some(1e300), None).unwrap()), Some(Millis::MAX));
    assert_eq!(Millis::MAX, Millis(10 * 365 * 86_400_000));
}

#[test]
fn a_payload_with_padding_is_decoded() {
    let padded = format!("eyJ.{}.c2ln", URL_SAFE.encode(r#"{"iat":0,"exp":30 }"#));
    assert!(padded.contains('='));
    assert_eq!(lifetime(grant(Token::parse(padded).unwrap(), None, None).unwrap()), Some(Millis::seconds(30)));
}

#[test]
fn a_numeric_subject_is_accepted() {
    for (json, number) in [("7", 7.0), ("-7", -7.0), ("7.5", 7.5)] {
        let claims = claims(&jwt(&format!(r#"{{"sub":{json}}}"#))).unwrap().unwrap();
        assert_eq!(claims.sub, Some(Subject::Number(number)));
    }
    assert!(claims(&jwt(r#"{"sub":{"id":7}}"#)).is_err());
}

#[test]
fn a_malformed_claim_is_refused() {
    for exp in ["NaN", "\"1700000900\"", "true", "{}", "[1]"] {
        let token = jwt(&format!(r#"{{"iat":0,"exp":{exp}}}"#));
        assert_eq!(grant(token, None, None).unwrap_err(), GrantError::ClaimsMalformed, "exp: {exp}");
    }
    for (iat, exp) in [("0", "-1"), ("0", "1e308"), ("-5", "10"), ("1e300", "1e301"), ("10", "10"), ("20", "10")] {
        let token = jwt(&format!(r#"{{"iat":{iat},"exp":{exp}}}"#));
        assert_eq!(grant(token, None, None).unwrap_err(), GrantError::LifetimeInvalid, "{iat} to {exp}");
    }
}

#[test]
fn a_malformed_expires_in_is_refused() {
    for seconds in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e-9] {
        let token = Token::parse("opaque".into()).unwrap();
        assert_eq!(grant(token, Some(seconds), None).unwrap_err(), GrantError::LifetimeInvalid, "{seconds}");
    }
}

#[test]
fn a_token_that_resembles_a_jwt_without_a_readable_payload_is_refused() {
    for token in ["eyJ.!.x", "eyJ.====.x", "eyJ.e30", "eyJ..x"] {
        let Ok(token) = Token::parse(token.into()) else { continue };
        let refused = claims(&token);
        assert!(matches!(refused, Err(GrantError::ClaimsMalformed) | Ok(None)), "{token:?}: {refused:?}");
    }
    for payload in ["", "null", "7", "\"{}\"", "{", "{\"exp\":1", "\u{feff}{}"] {
        assert_eq!(claims(&jwt(payload)), Err(GrantError::ClaimsMalformed), "{payload:?}");
    }
}

#[test]
fn a_token_that_is_not_a_jwt_is_opaque() {
    for token in ["a.b.c", "eyJ.e30", "eyJ.e30.x.y", "v4.local.e30", "eyJ"] {
        assert_eq!(claims(&Token::parse(token.into()).unwrap()), Ok(None), "{token}");
    }
}

#[test]
fn claims_with_deeply_nested_json_are_refused() {
    for (depth, is_fine) in [(31, true), (32, false), (100_000 / 8, false)] {
        let nested = format!(r#"{{"x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        assert_eq!(claims(&jwt(&nested)).is_ok(), is_fine, "{depth} levels");
    }
    for flat in
        [r#"{"x":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}"#, r#"{"x":"\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\"}"#]
    {
        assert!(claims(&jwt(flat)).is_ok(), "brackets in a string do not count: {flat}");
    }
    let disguised = format!(r#"{{"x":"{}","y":{}{}}}"#, "]".repeat(40), "[".repeat(32), "]".repeat(32));
    assert!(claims(&jwt(&disguised)).is_err(), "closing brackets in a string do not count");
    let wide = format!(r#"{{"x":[{}[]]}}"#, "[],".repeat(100));
    assert!(claims(&jwt(&wide)).is_ok());
}

#[test]
fn a_token_must_be_a_valid_header_value() {
    assert_eq!(Token::parse(String::new()).unwrap_err(), GrantError::TokenMissing);
    for text in ["a b", "a\nb", "a\0b", "a\x7fb", "tökən", "Bearer x"] {
        assert_eq!(Token::parse(text.into()).unwrap_err(), GrantError::TokenMalformed, "{text:?}");
    }
    for text in ["-._~+/=09azAZ", "1|abc", "a\"b,c"] {
        assert_eq!(Token::parse(text.into()).unwrap().expose(), text);
    }
    assert!(Token::parse("x".repeat(Token::MAX_LENGTH)).is_ok());
    assert_eq!(Token::parse("x".repeat(Token::MAX_LENGTH + 1)).unwrap_err(), GrantError::TokenTooLarge);
}

#[test]
fn a_refresh_token_in_json_may_be_any_text() {
    assert_eq!(Token::parse_text("r ü\n1".into()).unwrap().expose(), "r ü\n1");
    assert_eq!(Token::parse_text(String::new()).unwrap_err(), GrantError::TokenMissing);
    assert_eq!(Token::parse_text("x".repeat(Token::MAX_LENGTH + 1)).unwrap_err(), GrantError::TokenTooLarge);
}

#[test]
fn a_grant_lists_all_its_tokens() {
    let names = |grant: &Grant<Seen>| grant.tokens().iter().map(|token| token.expose().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&crate::common::grant("a", Some("r"))), ["a", "r"]);
    assert_eq!(names(&crate::common::grant("a", None)), ["a"]);
}

#[test]
fn every_error_has_a_unique_code() {
    use GrantError::{BodyMalformed, ClaimsMalformed, LifetimeInvalid, TokenMalformed, TokenMissing, TokenTooLarge};
    let grant = [BodyMalformed, ClaimsMalformed, LifetimeInvalid, TokenMalformed, TokenMissing, TokenTooLarge];
    let call =
        [CallError::Closed, CallError::Replaced, CallError::SessionEnded, CallError::SignedOut, CallError::Unreachable];
    let codes: Vec<_> = grant.map(GrantError::name).into_iter().chain(call.map(CallError::name)).collect();
    let expected = [
        "body-malformed",
        "claims-malformed",
        "lifetime-invalid",
        "token-malformed",
        "token-missing",
        "token-too-large",
        "closed",
        "replaced",
        "session-ended",
        "signed-out",
        "unreachable",
    ];
    assert_eq!(codes, expected);
}

proptest! {
    #[test]
    fn no_input_causes_a_panic_or_leaks_a_token(text in ".{0,64}", payload in "\\PC{0,64}", seconds in any::<f64>()) {
        let made_up = format!("eyJ.{}.x", URL_SAFE_NO_PAD.encode(payload));
        for text in [text, made_up] {
            if let Ok(token) = Token::parse(text) {
                prop_assert_eq!(format!("{token:?}"), "Token(…)");
                let printed = format!("{:?}", grant(token, Some(seconds), None));
                prop_assert!(!printed.contains("eyJ"), "{}", printed);
            }
        }
    }

    #[test]
    fn three_quarters_are_exact_and_do_not_overflow(millis in any::<u64>()) {
        let quarters = Millis(millis).three_quarters().0;
        prop_assert_eq!(u128::from(quarters), u128::from(millis) * 3 / 4);
    }
}

#[test]
fn a_credential_of_several_headers_is_split_into_its_lines() {
    let lines = Token::parse_lines("secret\nBearer\nada@example.com".to_owned()).unwrap();
    assert_eq!(lines.lines().collect::<Vec<_>>(), ["secret", "Bearer", "ada@example.com"]);
    assert!(matches!(Token::parse_lines("a\r\nb".to_owned()), Err(GrantError::TokenMalformed)));
    assert!(matches!(Token::parse_lines(String::new()), Err(GrantError::TokenMissing)));
}
