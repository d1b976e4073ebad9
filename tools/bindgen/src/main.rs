//! `bindgen <core.wasm> <folder>`: writes the JavaScript glue of the core into `folder`.

mod detour;
mod loader;
mod shorten;
mod silence;

use std::path::Path;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let (Some(wasm), Some(folder)) = (args.next(), args.next()) else {
        eprintln!("usage: bindgen <core.wasm> <folder>");
        return ExitCode::FAILURE;
    };

    let mut bindgen = Bindgen::new();
    let output = bindgen
        .input_path(wasm)
        .out_name("core")
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .web(true)
        .and_then(Bindgen::generate_output);
    let written = output.map_err(|error| format!("{error:#}")).and_then(|mut output| {
        silence::silence(output.wasm_mut());
        detour::detour(output.wasm_mut());
        shorten::emit(&mut output, Path::new(&folder))
    });

    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
