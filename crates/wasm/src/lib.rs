//! FEEL and DMN as a WebAssembly module: a request as JSON text, an answer as JSON text.
//! It has no rule of its own; `decision` has them, and says the same here as in the server.
//!
//! `decision.mjs` beside this crate is the other side; `cargo xtask wasm` builds the module and
//! compares its answers in Node with those of the machine.

mod answer;

pub use answer::answer;

use std::cell::RefCell;

thread_local! {
    /// The request, and in its place then the answer. A module has one thread.
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a request of `length` bytes; the address to write it to.
#[allow(unsafe_code, reason = "an exported name; nothing in it is unsafe")]
#[unsafe(no_mangle)]
pub extern "C" fn segue_request(length: usize) -> *mut u8 {
    TEXT.with_borrow_mut(|text| {
        text.clear();
        text.resize(length, 0);
        text.as_mut_ptr()
    })
}

/// Answers the request; the length of the answer in bytes.
#[allow(unsafe_code, reason = "an exported name; nothing in it is unsafe")]
#[unsafe(no_mangle)]
pub extern "C" fn segue_answer() -> usize {
    TEXT.with_borrow_mut(|text| {
        *text = answer(&String::from_utf8_lossy(text)).into_bytes();
        text.len()
    })
}

/// The address of the answer, valid up to the next request.
#[allow(unsafe_code, reason = "an exported name; nothing in it is unsafe")]
#[unsafe(no_mangle)]
pub extern "C" fn segue_answer_at() -> *const u8 {
    TEXT.with_borrow(|text| text.as_ptr())
}
