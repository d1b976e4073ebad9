//! Promise 13: the token goes to exact origins. The URLs are as `Request.url` serialises them.

use tokencell::{OriginError, Origins};

fn origins(list: &[&str]) -> Result<Origins, OriginError> {
    Origins::new(list.iter().map(|origin| (*origin).to_owned()).collect())
}

#[test]
fn promise_13_a_url_of_an_allowed_origin_gets_the_token() {
    let origins = origins(&["https://api.example.com", "http://localhost:8787"]).unwrap();
    for url in ["https://api.example.com/", "https://api.example.com/a?b#c", "http://localhost:8787/api/v1/me"] {
        assert!(origins.allows(url), "{url}");
    }
    assert_eq!(origins.first(), "https://api.example.com");
}

#[test]
fn promise_13_a_url_that_resembles_an_allowed_origin_gets_no_token() {
    let origins = origins(&["https://api.example.com", "http://localhost:8787"]).unwrap();
    let urls = [
        "http://api.example.com/",
        "https://api.example.com:8443/",
        "https://api.example.com.evil.test/",
        "https://api.example.com@evil.test/",
        "https://api.example.comevil.test/",
        "https://api.example.com",
        "https://evil.test/https://api.example.com/",
        "https://sub.api.example.com/",
        "https://api.example.com./",
        "blob:https://api.example.com/0b6f",
        "view-source:https://api.example.com/",
        "data:text/plain,https://api.example.com/",
        "wss://api.example.com/",
        "http://localhost:87870/",
        "http://localhost/",
        "",
    ];
    for url in urls {
        assert!(!origins.allows(url), "{url}");
    }
}

#[test]
fn promise_13_plain_http_is_allowed_for_this_machine_only() {
    for local in [
        "http://localhost",
        "http://localhost:3000",
        "http://127.0.0.1:1",
        "http://127.9.9.9",
        "http://[::1]:80",
        "http://[::1]",
    ] {
        assert!(origins(&[local]).is_ok(), "{local}");
    }
    assert!(origins(&["http://api.foo.localhost:8787"]).is_ok());
    for far in
        ["http://api.example.com", "http://10.0.0.1", "http://localhost.evil.test", "http://[::2]", "http://128.0.0.1"]
    {
        assert_eq!(origins(&["https://ok.example", far]), Err(OriginError::Insecure), "{far}");
    }
}

#[test]
fn promise_13_an_allow_list_must_have_entries_and_each_must_be_an_http_origin() {
    assert_eq!(origins(&[]), Err(OriginError::Missing));
    for odd in ["null", "file://", "ftp://example.com", "*", "example.com"] {
        assert_eq!(origins(&[odd]), Err(OriginError::Scheme), "{odd}");
    }
}
