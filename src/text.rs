//! Splits text at ASCII characters. The methods of `str` do the same, but they search with `memchr`, which costs 0.8 KB
//! of the download.

/// The parts before and after the first `at`.
pub fn split_once(text: &str, at: u8) -> Option<(&str, &str)> {
    parts(text, text.bytes().position(|byte| byte == at)?)
}

/// The parts before and after the last `at`.
pub fn rsplit_once(text: &str, at: u8) -> Option<(&str, &str)> {
    parts(text, text.bytes().rposition(|byte| byte == at)?)
}

/// The parts between the characters `at`. Text without this character is one part.
pub fn split(text: &str, at: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest?;
        let (part, after) = split_once(text, at).map_or((text, None), |(part, after)| (part, Some(after)));
        rest = after;
        Some(part)
    })
}

fn parts(text: &str, index: usize) -> Option<(&str, &str)> {
    Some((text.get(..index)?, text.get(index + 1..)?))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_split_as_by_str(text in "[.é a]{0,12}") {
            prop_assert_eq!(split_once(&text, b'.'), text.split_once('.'));
            prop_assert_eq!(rsplit_once(&text, b'.'), text.rsplit_once('.'));
            prop_assert_eq!(split(&text, b'.').collect::<Vec<_>>(), text.split('.').collect::<Vec<_>>());
        }
    }
}
