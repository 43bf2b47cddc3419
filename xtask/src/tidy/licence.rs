//! SPDX licence expressions: whether one can be met with the licences we accept.
//!
//! Not here: which crate has which expression; see `dependencies`.

/// Licences we accept. Alphabetical.
pub(crate) const ACCEPTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// `A OR B` needs one of them, `A AND B` both; the old `A/B` means `OR`.
pub(crate) fn is_accepted(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any_of(&words, &mut at);
    met && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize) -> bool {
    let mut met = all_of(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        let other = all_of(words, at);
        met = met || other;
    }
    met
}

fn all_of(words: &[&str], at: &mut usize) -> bool {
    let mut met = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        let other = one(words, at);
        met = met && other;
    }
    met
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if *word == "(" {
        let met = any_of(words, at);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return met && closed;
    }
    if words.get(*at) == Some(&"WITH") {
        let with = format!("{word} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
        return ACCEPTED.contains(&with.as_str());
    }
    ACCEPTED.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_one_of_several_and_all_of_several() {
        for expression in [
            "MIT",
            "MIT/Apache-2.0",
            "MIT OR LGPL-2.1-or-later",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(is_accepted(expression), "{expression}");
        }
    }

    #[test]
    fn refuses_what_cannot_be_met_or_read() {
        for expression in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR Apache-2.0) AND AGPL-3.0",
            "Apache-2.0 WITH Strange-exception",
            "(MIT",
            "MIT MIT",
        ] {
            assert!(!is_accepted(expression), "{expression}");
        }
    }

    #[test]
    fn lists_licences_in_alphabetical_order() {
        assert!(ACCEPTED.is_sorted());
    }
}
