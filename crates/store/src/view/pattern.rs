//! Patterns of `Like`: `*` is any text, `?` one character, `\` takes the next one as it is.
//!
//! Not here: other tests.

/// Whether the whole text fits the pattern. Letters' case counts.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let pattern = symbols(pattern);
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut seen) = (0, 0);
    // Where to go on when the part after the last `*` fits no further: one character later.
    let mut retry = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some(Symbol::Any) => {
                retry = Some((at + 1, seen));
                at += 1;
                continue;
            }
            Some(Symbol::One) => {
                at += 1;
                seen += 1;
                continue;
            }
            Some(Symbol::Literal(char)) if *char == text[seen] => {
                at += 1;
                seen += 1;
                continue;
            }
            _ => {}
        }
        let Some((after_any, from)) = retry else { return false };
        retry = Some((after_any, from + 1));
        at = after_any;
        seen = from + 1;
    }
    pattern[at..].iter().all(|symbol| *symbol == Symbol::Any)
}

/// The same pattern as SQLite's `glob` writes it.
pub(crate) fn glob(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    for symbol in symbols(pattern) {
        match symbol {
            Symbol::Any => out.push('*'),
            Symbol::One => out.push('?'),
            Symbol::Literal(char @ ('*' | '?' | '[')) => {
                out.push('[');
                out.push(char);
                out.push(']');
            }
            Symbol::Literal(char) => out.push(char),
        }
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Any,
    One,
    Literal(char),
}

fn symbols(pattern: &str) -> Vec<Symbol> {
    let mut out = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(char) = chars.next() {
        out.push(match char {
            '*' => Symbol::Any,
            '?' => Symbol::One,
            // A backslash at the end stands for itself.
            '\\' => Symbol::Literal(chars.next().unwrap_or('\\')),
            char => Symbol::Literal(char),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_the_pattern_means() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "acb", false),
            ("*b*", "abc", true),
            ("a?c", "aßc", true),
            ("a?c", "ac", false),
            ("a\\*c", "a*c", true),
            ("a\\*c", "abc", false),
            ("a\\?", "a?", true),
            ("[a]", "[a]", true),
            ("[a]", "a", false),
            ("a\\", "a\\", true),
            ("*ab", "aab", true),
            ("A*", "abc", false),
            ("*a*b*", "xxaxxbxx", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn is_quick_on_patterns_made_to_be_slow() {
        let text = "a".repeat(5_000);
        let pattern = format!("{}b", "*a".repeat(400));
        assert!(!matches(&pattern, &text));
    }

    #[test]
    fn writes_literal_wildcards_as_sets() {
        assert_eq!(glob("a*b?c\\*d\\?[e]"), "a*b?c[*]d[?][[]e]");
    }
}
