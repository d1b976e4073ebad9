//! Empties the functions and data that only produce panic messages. Our panic handler traps without reading the message
//! (`src/web/runtime.rs`). But std is compiled before the handler is known, so it still contains the messages. The
//! messages, and the code that writes numbers into them, were a tenth of the core.

use walrus::{ConstExpr, DataKind, FunctionKind, Module, ir::Value};

/// Functions that write a text, or that never return because they panic with a text. The core itself writes no texts.
const SPEECH: [&str; 8] = [
    "core::panicking::",
    "core::fmt::",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::option::expect_failed",
    "core::cell::panic_",
    "core::cell::lazy::panic_poisoned",
    "core::str::slice_error_fail",
];

/// Makes each of these functions trap at once, because it would trap in the end. Deletes the source locations of
/// panics.
pub fn silence(module: &mut Module) {
    for function in module.funcs.iter_mut() {
        if let FunctionKind::Local(local) = &mut function.kind
            && function.name.as_deref().is_some_and(speaks)
        {
            let mut body = local.builder_mut().func_body();
            body.instrs_mut().clear();
            body.unreachable();
        }
    }
    let segments: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for segment in segments {
        let data = module.data.get_mut(segment);
        if let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = data.kind {
            forget_locations(&mut data.value, start as usize);
        }
    }
}

/// Whether the function with this name writes a text, or panics with one. The comparison ignores crate hashes, as in
/// `<core[c5930c85a12de822]::fmt::Formatter>::pad`.
fn speaks(name: &str) -> bool {
    let path: String = name.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
    let path = path.trim_start_matches('<');
    SPEECH.iter().any(|speech| path.starts_with(speech)) || path.ends_with("::fmt::Display>::fmt")
}

/// Zeroes every `core::panic::Location` (address and length of a file's name, line, column) and the names themselves.
fn forget_locations(data: &mut [u8], start: usize) {
    const SIZE: usize = 16;
    let mut forgotten = Vec::new();
    for (index, location) in data.windows(SIZE).enumerate().step_by(4) {
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| location[at + byte])) as usize;
        let name = word(0).wrapping_sub(start)..word(0).wrapping_sub(start).wrapping_add(word(4));
        if data.get(name.clone()).is_some_and(|name| name.ends_with(b".rs") || name.ends_with(b".rs\0")) {
            forgotten.extend([index..index + SIZE, name]);
        }
    }
    for range in forgotten {
        data[range].fill(0);
    }
}
