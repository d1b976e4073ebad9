//! Replaces the loader of wasm-bindgen with our own. The loader of wasm-bindgen also fetches, streams, and loads
//! synchronously. These functions are not needed, because `js/vault/load.ts` has the bytes already.

/// The text at which wasm-bindgen's loader begins. The loader extends to the end of the file.
const GLUE: &str = "let wasmModule, wasmInstance, wasm;\n";
const TYPES: &str = "export type InitInput = ";

const LOADER: &str = "let wasm;

export default async function init(bytes) {
    if (!wasm) {
        const { instance } = await WebAssembly.instantiate(bytes, __wbg_get_imports());
        wasm = instance.exports;
        wasm.__wbindgen_start();
    }
    return wasm;
}
";

const LOADER_TYPE: &str = "/** Instantiates the core, once. Resolves with its exports. */
export default function init(bytes: BufferSource): Promise<WebAssembly.Exports>;
";

/// Replaces the loader in the glue.
///
/// # Errors
/// When the glue does not have the form that wasm-bindgen is known to write.
pub fn replace(glue: &str) -> Result<String, String> {
    before(glue, GLUE).map(|glue| glue + LOADER)
}

/// Replaces the types of the loader and of the raw exports.
///
/// # Errors
/// When the types do not have the form that wasm-bindgen is known to write.
pub fn replace_types(types: &str) -> Result<String, String> {
    before(types, TYPES).map(|types| types + LOADER_TYPE)
}

fn before(text: &str, mark: &str) -> Result<String, String> {
    let (before, _) = text.split_once(mark).ok_or_else(|| format!("wasm-bindgen wrote no {mark}"))?;
    Ok(before.to_owned())
}
