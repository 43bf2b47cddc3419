//! Functions are short enough to be seen at once.
//!
//! Not here: how complex they are; length is the measure that needs no discussion.

use super::Finding;
use super::rust_source::{RustSource, closing_brace};

/// Lines from `fn` to the closing brace.
const LINES_MAX: usize = 70;

pub(crate) fn check(source: &RustSource, all: &mut Vec<Finding>) {
    let code = &source.code;
    for (at, _) in code.match_indices("fn ") {
        let after_name = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if after_name || source.is_test(at) {
            continue;
        }
        let name: String =
            code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let Some(open) = body(code, at) else { continue };
        if name.is_empty() {
            continue;
        }
        let first = source.line_at(at);
        let lines = source.line_at(closing_brace(code, open)) - first + 1;
        if lines > LINES_MAX {
            all.push(Finding {
                file: source.path.clone(),
                line: first,
                rule: "function-length",
                expected: format!("at most {LINES_MAX} lines"),
                found: format!("{lines} in `{name}`"),
                advice: "let the parent decide and move what computes into functions of its own"
                    .to_owned(),
            });
        }
    }
}

/// Where the body opens, or `None` for a declaration without one.
fn body(code: &str, at: usize) -> Option<usize> {
    let mut nested = 0_usize;
    for (offset, byte) in code.as_bytes().iter().enumerate().skip(at) {
        match byte {
            b'(' | b'[' => nested += 1,
            b')' | b']' => nested = nested.saturating_sub(1),
            b';' if nested == 0 => return None,
            b'{' if nested == 0 => return Some(offset),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: String) -> Vec<Finding> {
        let mut all = Vec::new();
        check(&RustSource::new("crates/engine/src/step.rs".to_owned(), text), &mut all);
        all
    }

    #[test]
    fn finds_a_function_of_71_lines_and_names_it() {
        let text = format!("//! A.\nfn long(a: [u8; 3]) {{\n{}}}\n", "    a();\n".repeat(69));
        let all = found(text);
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].line, all[0].found.as_str()), (2, "71 in `long`"));
    }

    #[test]
    fn leaves_70_lines_declarations_and_tests_alone() {
        assert_eq!(found(format!("fn short() {{\n{}}}\n", "    a();\n".repeat(68))), []);
        let test = format!("#[cfg(test)]\nmod tests {{ fn a() {{\n{}}} }}", "a();\n".repeat(90));
        assert_eq!(found(test), []);
        assert_eq!(found("trait A { fn a(); }\ntype B = fn (u8);\n".to_owned()), []);
    }
}
