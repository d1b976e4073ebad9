//! Reads values from the table of JavaScript values by a call to the glue instead of by `table.get`. The compiler of
//! Safari 16.0 to 16.3 (WebKit 614; seen in WPE 2.38) checks only the lower half of the value that `table.get` returns.
//! If the lower half of a number is zero, as for 401, it treats the read as an access out of bounds.

use std::collections::HashSet;

use walrus::ir::{Call, Instr, InstrLocId, TableGet, VisitorMut, dfs_pre_order_mut};
use walrus::{FunctionId, Module, RefType, TableId, ValType};

/// The name of the import, before it is shortened.
const NAME: &str = "__tokencell_value";
/// The name under which wasm-bindgen exports the table.
const TABLE: &str = "__wbindgen_externrefs";

/// Replaces every `table.get` of a JavaScript value.
///
/// # Errors
/// When there is none: then wasm-bindgen reads values in another way, which Safari 16.0 must be tested with.
pub fn detour(module: &mut Module) -> Result<(), String> {
    let values = RefType::EXTERNREF;
    let tables: HashSet<_> =
        module.tables.iter().filter(|table| table.element_ty == values).map(|table| table.id()).collect();
    let Some(from) = module.imports.iter().next().map(|import| import.module.clone()) else {
        return Err("the core has no imports".into());
    };
    let signature = module.types.add(&[ValType::I32], &[ValType::Ref(values)]);
    let (function, _) = module.add_import_func(&from, NAME, signature);
    let mut detour = Detour { tables: &tables, function, count: 0 };
    for (_, local) in module.funcs.iter_local_mut() {
        let entry = local.entry_block();
        dfs_pre_order_mut(&mut detour, local, entry);
    }
    if detour.count == 0 {
        return Err("the core never reads the table of JavaScript values: adapt tools/bindgen/src/detour.rs".into());
    }
    Ok(())
}

/// Adds the function that replaces `table.get` to the glue.
///
/// # Errors
/// When the glue does not have the form that wasm-bindgen is known to write.
pub fn extend(glue: &str) -> Result<String, String> {
    const IMPORTS: &str = "const import0 = {\n";
    let (before, after) = glue.split_once(IMPORTS).ok_or("the glue has no imports")?;
    Ok(format!("{before}{IMPORTS}        {NAME}: (index) => wasm.{TABLE}.get(index),\n{after}"))
}

struct Detour<'a> {
    tables: &'a HashSet<TableId>,
    function: FunctionId,
    count: usize,
}

impl VisitorMut for Detour<'_> {
    fn visit_instr_mut(&mut self, instr: &mut Instr, _: &mut InstrLocId) {
        if let Instr::TableGet(TableGet { table }) = instr
            && self.tables.contains(table)
        {
            self.count += 1;
            *instr = Instr::Call(Call { func: self.function });
        }
    }
}
