//! `bindgen <core.wasm> <folder>`: writes the core and its JavaScript glue into `folder`, with all changes that make them
//! smaller. `bindgen --untreated <core.wasm> <folder>` writes them as wasm-bindgen makes them. A test compares the two.

mod detour;
mod loader;
mod shorten;
mod silence;

use std::path::Path;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1).peekable();
    let is_untreated = args.next_if(|arg| arg == "--untreated").is_some();
    let (Some(wasm), Some(folder)) = (args.next(), args.next()) else {
        eprintln!("usage: bindgen [--untreated] <core.wasm> <folder>");
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
        if is_untreated {
            return output.emit(folder).map_err(|error| format!("{error:#}"));
        }
        silence::silence(output.wasm_mut())?;
        detour::detour(output.wasm_mut())?;
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
