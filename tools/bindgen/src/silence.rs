//! Empties the functions and data that only produce panic messages. A panic traps, and wasm cannot show its message.
//! But the messages, and the code that writes numbers into them, are a tenth of the core.

use std::collections::HashSet;

use walrus::{ConstExpr, DataKind, FunctionKind, Module, ir::Value};

/// The beginnings of the names of functions that write a text, or that never return because they panic with a text. An
/// entry that begins with `::` is the end of a name. The core itself writes no texts.
const SPEECH: [&str; 7] = [
    "core::panicking::",
    "core::fmt::",
    "core::cell::panic_",
    "alloc::string::String as core::fmt::Write",
    "std::alloc::",
    "std::panicking::",
    "::fmt::Display>::fmt",
];

/// Texts that only these functions read, and those of errors that would be mistakes in this crate. A text that a newer
/// rustc no longer writes is not missed.
const TEXTS: [&str; 21] = [
    "called `Option::unwrap_throw()` on a `None` value",
    "attempted to take ownership of Rust value while it was borrowed",
    "closure invoked recursively or after being dropped",
    "recursive use of an object detected which would lead to unsafe aliasing in rust",
    "null pointer passed to rust",
    "FnOnce called more than once",
    "RefCell already borrowed",
    "RefCell already mutably borrowed",
    "Tried to shrink to a larger capacity",
    "capacity overflow",
    "attempt to calculate the remainder with a divisor of zero",
    "slice index starts at ",
    " but ends at ",
    "range start index ",
    "range end index ",
    " out of range for slice of length ",
    "insertion index (is ",
    "removal index (is ",
    ") should be <= len (is ",
    ") should be < len (is ",
    DIGITS,
];

/// The digits of the numbers up to 99, which `core::fmt` copies into texts.
const DIGITS: &str = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748\
                      495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/// Makes each of these functions trap at once, because it would trap in the end. Deletes the texts and the source
/// locations of panics.
///
/// # Errors
/// When an entry of the list of functions matches none, or when there is no location: then rustc has changed its names or
/// its data, and the list must be adapted.
pub fn silence(module: &mut Module) -> Result<(), String> {
    let mut unmatched: HashSet<_> = SPEECH.into_iter().collect();
    for function in module.funcs.iter_mut() {
        if let FunctionKind::Local(local) = &mut function.kind
            && let Some(speech) = function.name.as_deref().and_then(speech)
        {
            unmatched.remove(speech);
            let mut body = local.builder_mut().func_body();
            body.instrs_mut().clear();
            body.unreachable();
        }
    }
    let segments: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    let mut locations = 0;
    for segment in segments {
        let data = module.data.get_mut(segment);
        if let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = data.kind {
            locations += forget_locations(&mut data.value, start as usize);
            TEXTS.iter().for_each(|text| forget(&mut data.value, text));
        }
    }
    match unmatched.into_iter().next() {
        Some(speech) => Err(format!("no function of the core is called {speech}…: adapt tools/bindgen/src/silence.rs")),
        None if locations == 0 => Err("the core has no panic locations: adapt tools/bindgen/src/silence.rs".into()),
        None => Ok(()),
    }
}

/// The entry of the list that this name matches. The comparison ignores crate hashes, as in
/// `<core[c5930c85a12de822]::fmt::Formatter>::pad`.
fn speech(name: &str) -> Option<&'static str> {
    let path: String = name.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
    let path = path.trim_start_matches('<');
    SPEECH.into_iter().find(|speech| path.starts_with(speech) || speech.starts_with("::") && path.ends_with(speech))
}

/// Zeroes the text wherever it is.
fn forget(data: &mut [u8], text: &str) {
    while let Some(start) = data.windows(text.len()).position(|part| part == text.as_bytes()) {
        data[start..start + text.len()].fill(0);
    }
}

/// Zeroes every `core::panic::Location` (address and length of a file's name, line, column) and the names themselves.
/// Returns how many there were.
fn forget_locations(data: &mut [u8], start: usize) -> usize {
    const SIZE: usize = 16;
    let mut forgotten = Vec::new();
    for (index, location) in data.windows(SIZE).enumerate().step_by(4) {
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| location[at + byte])) as usize;
        let name = word(0).wrapping_sub(start)..word(0).wrapping_sub(start).wrapping_add(word(4));
        if data.get(name.clone()).is_some_and(|name| name.ends_with(b".rs") || name.ends_with(b".rs\0")) {
            forgotten.extend([index..index + SIZE, name]);
        }
    }
    let count = forgotten.len() / 2;
    for range in forgotten {
        data[range].fill(0);
    }
    count
}
