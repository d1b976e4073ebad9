//! Gives the imports and exports of the wasm short names of one or two letters, in the wasm and in its glue. The names
//! of wasm-bindgen end in hashes, which do not compress. They were a tenth of the bytes that a page loads.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use wasm_bindgen_cli_support::Output;

use crate::{detour, loader};

type Outcome<T> = Result<T, String>;

/// Writes the glue and the wasm into `folder`, with short names that are the same in both.
pub fn emit(output: &mut Output, folder: &Path) -> Outcome<()> {
    let glue = output.js().to_owned();
    let imports = rename_imports(output);
    let exports = rename_exports(output, &glue);
    output.emit(folder).map_err(|error| format!("{error:#}"))?;

    rewrite(&folder.join("core.js"), |glue| {
        let glue = detour::extend(&loader::replace(glue)?)?;
        let glue = replace(&glue, "", &imports, ": ")?;
        let glue = replace(&glue, "wasm.", &exports, "")?;
        nothing_left(&glue, &exports).map(|()| glue)
    })?;
    rewrite(&folder.join("core.d.ts"), loader::replace_types)?;
    fs::remove_file(folder.join("core_bg.wasm.d.ts")).map_err(|error| error.to_string())
}

/// Pairs of the old name and the new name.
type Names = Vec<(String, String)>;

fn rename_imports(output: &mut Output) -> Names {
    let mut names = Names::new();
    for import in output.wasm_mut().imports.iter_mut() {
        let short = short(names.len());
        names.push((std::mem::replace(&mut import.name, short.clone()), short));
    }
    names
}

/// Renames the exports, and removes those that the glue does not use. wasm-opt then removes the code that only the
/// removed exports need.
fn rename_exports(output: &mut Output, glue: &str) -> Names {
    let taken: HashSet<_> = taken(glue).collect();
    let exports = &mut output.wasm_mut().exports;
    let unused: Vec<_> =
        exports.iter().filter(|export| !taken.contains(export.name.as_str())).map(|export| export.id()).collect();
    for id in unused {
        exports.delete(id);
    }
    let mut names = Names::new();
    for export in exports.iter_mut() {
        let short = short(names.len());
        names.push((std::mem::replace(&mut export.name, short.clone()), short));
    }
    names
}

/// The names of the exports that the glue uses.
fn taken(glue: &str) -> impl Iterator<Item = &str> {
    glue.split("wasm.").skip(1).map(|rest| rest.split(|char: char| !is_identifier(char)).next().unwrap_or_default())
}

/// Replaces whole identifiers between `before` and `after`. Each of them must occur in the text.
fn replace(text: &str, before: &str, names: &Names, after: &str) -> Outcome<String> {
    let mut text = text.to_owned();
    for (long, short) in names {
        let whole = format!("{before}{long}{after}");
        let mut parts = text.split(&whole);
        let mut replaced = parts.next().unwrap_or_default().to_owned();
        let mut count = 0;
        for part in parts {
            let goes_on = replaced.ends_with(is_identifier) || after.is_empty() && part.starts_with(is_identifier);
            replaced += &format!("{before}{}{after}{part}", if goes_on { long } else { short });
            count += usize::from(!goes_on);
        }
        if count == 0 {
            return Err(format!("{whole} is not in the glue"));
        }
        text = replaced;
    }
    Ok(text)
}

fn nothing_left(glue: &str, exports: &Names) -> Outcome<()> {
    match taken(glue).find(|name| !exports.iter().any(|(_, short)| short == name)) {
        Some(name) => Err(format!("the glue takes an export that is not there: {name}")),
        None => Ok(()),
    }
}

fn rewrite(file: &Path, change: impl FnOnce(&str) -> Outcome<String>) -> Outcome<()> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    fs::write(file, change(&text)?).map_err(|error| error.to_string())
}

fn is_identifier(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_' || char == '$'
}

/// The short name with this index: a … z, aa, ba …
fn short(mut index: usize) -> String {
    let mut name = String::new();
    loop {
        name.push(char::from(b'a' + (index % 26) as u8));
        if index < 26 {
            return name;
        }
        index = index / 26 - 1;
    }
}
