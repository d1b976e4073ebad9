//! The trace in `localStorage`: a word, two numbers, nothing secret.

use alloc::string::String;
use core::cell::Cell;

use web_sys::Storage;

use super::json::global;
use crate::{Epoch, Hint, Millis, Trace};

/// Where the trace is kept: under two keys, so that noting an exchange never overwrites what another tab just wrote.
#[derive(Debug)]
pub struct TraceStore {
    storage: Option<Storage>,
    hint_key: String,
    in_flight_key: String,
    /// What holds when there is no storage, as with all cookies blocked.
    memory: Cell<(Hint, Epoch)>,
}

impl TraceStore {
    pub fn new(name: &str) -> Self {
        Self {
            storage: global("localStorage"),
            hint_key: [name, ".hint"].concat(),
            in_flight_key: [name, ".in-flight"].concat(),
            memory: Cell::new((Hint::Never, Epoch::default())),
        }
    }

    pub fn read(&self) -> Trace {
        let (hint, epoch) = match self.storage {
            Some(_) => self.get(&self.hint_key).as_deref().and_then(parse).unwrap_or((Hint::Never, Epoch::default())),
            None => self.memory.get(),
        };
        let began: Option<u64> = self.get(&self.in_flight_key).and_then(|began| began.parse().ok());
        let in_flight = began.map(|began| Millis((js_sys::Date::now() as u64).saturating_sub(began)));
        Trace { hint, epoch, in_flight }
    }

    pub fn remember(&self, hint: Hint, epoch: Epoch) {
        self.memory.set((hint, epoch));
        let mut text = String::from(word(hint));
        text.push(' ');
        push_number(&mut text, epoch.0.into());
        self.set(&self.hint_key, &text);
    }

    /// An exchange begins. Should this page die before it ends, the next one knows (promise 10).
    pub fn note_begin(&self) -> String {
        let mut mark = String::new();
        push_number(&mut mark, js_sys::Date::now() as u64);
        self.set(&self.in_flight_key, &mark);
        mark
    }

    /// It has ended. A mark that another exchange has made since stays.
    pub fn note_end(&self, mark: &str) {
        if let Some(storage) = &self.storage
            && self.get(&self.in_flight_key).as_deref() == Some(mark)
        {
            // Where this fails, the mark ages by itself.
            storage.remove_item(&self.in_flight_key).ok();
        }
    }

    fn get(&self, key: &str) -> Option<String> {
        self.storage.as_ref()?.get_item(key).ok().flatten()
    }

    fn set(&self, key: &str, value: &str) {
        if let Some(storage) = &self.storage {
            // Full or forbidden storage costs the restored session after a reload, and must not cost this one.
            storage.set_item(key, value).ok();
        }
    }
}

const fn word(hint: Hint) -> &'static str {
    match hint {
        Hint::Never => "never",
        Hint::SignOutOwed => "sign-out-owed",
        Hint::SignedIn => "signed-in",
        Hint::SignedOut => "signed-out",
    }
}

fn parse(text: &str) -> Option<(Hint, Epoch)> {
    let (word, epoch) = text.split_once(' ')?;
    let hint = match word {
        "sign-out-owed" => Hint::SignOutOwed,
        "signed-in" => Hint::SignedIn,
        "signed-out" => Hint::SignedOut,
        _ => Hint::Never,
    };
    Some((hint, Epoch(epoch.parse().ok()?)))
}

/// Decimal digits, without the weight of `core::fmt`.
fn push_number(text: &mut String, number: u64) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}
