//! The payload of a JWT: the core and a full JSON parser agree on its depth, and a claim of a wrong type is refused.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tokencell::{Claims, GrantError, Member, Subject, Token};

const DEEPEST: usize = 32;

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn member(payload: &Value, name: &str) -> Member {
    match payload.get(name) {
        None | Some(Value::Null) => Member::Absent,
        Some(Value::Number(number)) => Member::Number(number.as_f64().unwrap_or(f64::NAN)),
        Some(Value::String(text)) => Member::Text(text.clone()),
        Some(_) => Member::Other,
    }
}

// The first byte chooses whether the rest is a whole token, or the payload of one.
fuzz_target!(|data: (bool, &str)| {
    let (is_whole, rest) = data;
    let text = if is_whole { rest.to_owned() } else { format!("eyJ.{}.x", URL_SAFE_NO_PAD.encode(rest)) };
    let Ok(token) = Token::parse(text.clone()) else { return };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let result = Claims::payload(&token, decode);

    let parts: Vec<_> = text.split('.').collect();
    let is_jwt = parts.len() == 3 && text.starts_with("eyJ");
    assert_eq!(matches!(result, Ok(None)), !is_jwt, "what counts as a JWT");
    if !is_whole {
        let is_deep = matches!(result, Err(GrantError::ClaimsMalformed));
        if let Ok(value) = serde_json::from_str::<Value>(rest) {
            assert_eq!(is_deep, depth(&value) > DEEPEST, "the depth of JSON");
        }
    }
    let Ok(Some(json)) = result else { return };
    let Ok(payload) = serde_json::from_str::<Value>(&json) else { return };

    let is_date = |name| matches!(member(&payload, name), Member::Absent | Member::Number(_));
    let is_right = is_date("exp") && is_date("iat") && member(&payload, "sub") != Member::Other;
    match Claims::read(|name| member(&payload, name)) {
        Err(error) => assert!(!is_right && error == GrantError::ClaimsMalformed),
        Ok(claims) => {
            assert!(is_right, "a claim of a wrong type");
            let number = |name| payload.get(name).and_then(Value::as_f64);
            assert_eq!((claims.exp, claims.iat), (number("exp"), number("iat")));
            let sub = claims.sub.map(|sub| match sub {
                Subject::Number(number) => Member::Number(number),
                Subject::Text(text) => Member::Text(text),
            });
            assert_eq!(sub.unwrap_or(Member::Absent), member(&payload, "sub"));
        }
    }
});
