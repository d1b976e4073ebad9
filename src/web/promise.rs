//! Promises: those we owe, and those we wait for.

use alloc::boxed::Box;
use core::future::Future;
use core::pin::Pin;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// A promise of ours, and what settles it.
#[derive(Debug)]
pub struct Deferred {
    pub promise: Promise,
    resolve: Function,
    reject: Function,
}

impl Deferred {
    pub fn new() -> Self {
        let (mut resolve, mut reject) = (JsValue::UNDEFINED, JsValue::UNDEFINED);
        // Calls back before it returns.
        let promise = Promise::new(&mut |on_value, on_error| {
            resolve = on_value.into();
            reject = on_error.into();
        });
        Self { promise, resolve: resolve.unchecked_into(), reject: reject.unchecked_into() }
    }

    pub fn resolve(&self, value: &JsValue) {
        self.resolve.call1(&JsValue::UNDEFINED, value).ok();
    }

    pub fn reject(&self, error: &JsValue) {
        self.reject.call1(&JsValue::UNDEFINED, error).ok();
    }
}

/// Goes on with this in the background. Boxed, so that there is one kind of task.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    spawn_local(task);
}
