//! The allow-list, compared with the origins of the `url` crate, which implements the URL standard of browsers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokencell::{OriginError, Origins};
use url::{Host, Url};

/// Loopback, decided by parsed addresses instead of text.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// An origin of the options, and a URL that a page requests. `None` if the text is not a URL.
fn parse(text: &str, base: Option<&Url>) -> Option<Url> {
    Url::options().base_url(base).parse(text).ok()
}

fuzz_target!(|data: (&str, &str)| {
    let (entry, target) = data;
    // As in `src/web/config.rs`: an entry is a URL with nothing after its origin.
    let Some(entry) = parse(entry, None) else { return };
    let origin = entry.origin().ascii_serialization();
    if entry.as_str().strip_prefix(origin.as_str()) != Some("/") {
        return;
    }
    let list = Origins::new(vec![origin.clone()]);
    let expected = match entry.scheme() {
        "https" => Ok(()),
        "http" if is_this_machine(&entry) => Ok(()),
        "http" => Err(OriginError::Insecure),
        _ => Err(OriginError::Scheme),
    };
    assert_eq!(list.as_ref().map(drop).map_err(|error| *error), expected, "{origin}");
    let Ok(list) = list else { return };
    assert_eq!(list.first(), origin);

    let Some(target) = parse(target, Some(&entry)) else { return };
    let is_same = target.origin() == entry.origin() && matches!(target.scheme(), "http" | "https");
    let has_user = !target.username().is_empty() || target.password().is_some();
    assert_eq!(list.allows(target.as_str()), is_same && !has_user, "{target} for {origin}");
});
