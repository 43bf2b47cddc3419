//! The shape of an error message: what is left when numbers, times and ids are taken out, so that
//! messages that say the same of different orders are alike.
//!
//! Not Camunda's hash of a message, which tells every text apart.

use engine::key::Key;
use engine::state::{Kind, named_key};

/// Characters of a message that are looked at.
const CHARACTERS_MAX: usize = 1_000;

/// A number for incidents of one kind whose messages have one shape.
pub(super) fn fingerprint(kind: &str, message: &str) -> Key {
    named_key(Kind::Instance, 0, &[kind, &shape(message)])
}

/// The message with `#` for every word that has a digit: numbers, times, ids.
fn shape(message: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '+');
    let mut out = String::new();
    let mut word = String::new();
    let end = |word: &mut String, out: &mut String| {
        match word.contains(|c: char| c.is_ascii_digit()) {
            // What stands behind a sentence is no part of an id.
            true => {
                out.push('#');
                let kept = word.trim_end_matches(['.', ':']).len();
                out.push_str(&word[kept..]);
            }
            false => out.push_str(word),
        }
        word.clear();
    };
    for c in message.chars().take(CHARACTERS_MAX) {
        if is_word(c) {
            word.push(c);
        } else {
            end(&mut word, &mut out);
            out.push(c);
        }
    }
    end(&mut word, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_order_to_order_is_taken_out() {
        for (message, expected) in [
            ("no money", "no money"),
            ("Order 4711 was refused: 12.50 EUR.", "Order # was refused: # EUR."),
            ("at 2026-11-29T10:00:00Z, host db-3", "at #, host #"),
            ("id 3fa85f64-5717-4562-b3fc-2c963f66afa6", "id #"),
            ("Expected variable `amount`", "Expected variable `amount`"),
            ("", ""),
        ] {
            assert_eq!(shape(message), expected);
        }
        assert_eq!(fingerprint("A", "order 1"), fingerprint("A", "order 2"));
        assert_ne!(fingerprint("A", "order 1"), fingerprint("B", "order 1"));
        assert_ne!(fingerprint("A", "order 1"), fingerprint("A", "orders 1"));
    }
}
