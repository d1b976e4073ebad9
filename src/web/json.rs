//! Reads foreign JSON with the host's parser. It reads own properties only, so a polluted prototype has no effect.

use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{JsString, Number, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::Member;
use crate::text::{rsplit_once, split};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON, js_name = parse, catch)]
    fn parse_text(text: &JsString) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = Object, js_name = hasOwn)]
    fn has_own(object: &JsValue, key: &str) -> bool;
}

/// The own property at this dotted path, or undefined; the object itself for an empty path.
pub fn own(object: &JsValue, path: &str) -> JsValue {
    if path.is_empty() {
        return object.clone();
    }
    split(path, b'.').fold(object.clone(), |object, key| {
        let value =
            if object.is_object() && has_own(&object, key) { Reflect::get(&object, &key.into()).ok() } else { None };
        value.unwrap_or(JsValue::UNDEFINED)
    })
}

/// The own string at this dotted path.
pub fn own_string(object: &JsValue, path: &str) -> Option<String> {
    own(object, path).as_string()
}

/// Converts this value to a [`Member`] for the core.
pub fn member(value: &JsValue) -> Member {
    if value.is_undefined() || value.is_null() {
        return Member::Absent;
    }
    let number = value.as_f64().map(Member::Number);
    number.or_else(|| value.as_string().map(Member::Text)).unwrap_or(Member::Other)
}

/// An object of these entries that inherits nothing, so that a missing member is `undefined`.
pub fn dictionary(entries: &[(&str, JsValue)]) -> JsValue {
    let object = Object::<JsValue>::create(JsValue::NULL.unchecked_ref()).into();
    extend(&object, entries);
    object
}

/// Sets these entries of a plain object. The core has created the object, so this cannot fail.
pub fn extend(object: &JsValue, entries: &[(&str, JsValue)]) {
    for (key, value) in entries {
        Reflect::set(object, &(*key).into(), value).ok();
    }
}

/// A plain object of these entries.
pub fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new().into();
    extend(&object, entries);
    object
}

/// The value as JavaScript has it; `None` is null.
pub fn or_null(value: Option<impl Into<JsValue>>) -> JsValue {
    value.map_or(JsValue::NULL, Into::into)
}

pub fn parse(text: &JsString) -> Option<JsValue> {
    parse_text(text).ok()
}

/// The strings and numbers in a value where a token was expected.
pub fn texts(value: JsValue) -> Vec<JsString> {
    let (mut open, mut texts) = (alloc::vec![value], Vec::new());
    while let Some(value) = open.pop() {
        if value.is_object() {
            open.extend(Object::<JsValue>::values(value.unchecked_ref()).iter());
        } else if let Some(text) = scalar(&value) {
            texts.push(text);
        }
    }
    texts
}

/// A string, or the digits of a number.
fn scalar(value: &JsValue) -> Option<JsString> {
    let text = value.dyn_ref::<JsString>().cloned();
    text.or_else(|| value.dyn_ref::<Number>().and_then(|number| number.to_string_with_radix(10).ok()))
}

/// Removes the own property at this dotted path.
pub fn remove(object: &JsValue, path: &str) {
    let (parent, key) = rsplit_once(path, b'.').unwrap_or(("", path));
    let parent = own(object, parent);
    if let Some(parent) = parent.dyn_ref::<Object>() {
        Reflect::delete_property(parent, &key.into()).ok();
    }
}
