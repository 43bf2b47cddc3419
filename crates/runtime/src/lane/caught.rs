//! Panics of a step: caught, and told in one line instead of a stack trace on the error output.
//!
//! Not here: what becomes of the instance (`quarantine`). A panic anywhere else is told as ever.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether this thread is within [`catch`].
    static IS_CATCHING: Cell<bool> = const { Cell::new(false) };
    /// File and line of the panic caught last.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

static HOOK: Once = Once::new();

/// From now on panics within [`catch`] are silent. Finding and naming the frames of a stack costs
/// milliseconds, and one model can break a thousand instances.
pub(super) fn install() {
    HOOK.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| match IS_CATCHING.get() {
            true => note(panic),
            false => before(panic),
        }));
    });
}

fn note(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
    PLACE.set(place.unwrap_or_default());
}

/// Does something that may break an invariant; `Err` says what broke, and where in the source.
pub(super) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    IS_CATCHING.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_CATCHING.set(false);
    done.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        let (text, place) = (text.unwrap_or("no message"), PLACE.take());
        if place.is_empty() { text.to_owned() } else { format!("{text} ({place})") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caught_panic_says_why_and_where_and_others_are_told_as_ever() {
        install();
        let broken = catch(|| assert!(std::hint::black_box(1) > 1, "one is not more than one"));
        let told = broken.unwrap_err();
        assert!(told.starts_with("one is not more than one ("), "{told}");
        assert!(told.contains("caught.rs:"), "{told}");
        assert_eq!(catch(|| 1), Ok(1));
        assert!(!IS_CATCHING.get(), "what is done outside of it is not silenced");
    }
}
