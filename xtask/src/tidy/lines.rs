//! Lines and files: lengths, the opening sentence, and what never lands.
//!
//! Not here: words of the domain; see `words`.

use super::Finding;
use super::rust_source::RustSource;

const COLUMNS_MAX: usize = 100;
const LINES_MAX_WITHOUT_TESTS: usize = 500;
const LINES_MAX: usize = 1_000;
/// A line that is this short without its strings is a row of a table.
const COLUMNS_OF_A_TABLE_ROW: usize = 24;

/// Marks of unfinished work, looked for in comments as whole words.
const MARKS: &[&str] = &["TODO", "FIXME", "XXX"];
/// Calls that never land: what, what is expected instead, whether tests may use it.
const CALLS: &[(&str, &str, bool)] = &[
    ("dbg!", "tracing, or nothing", false),
    ("todo!", "finished code", false),
    ("unimplemented!", "a problem or an error value", false),
    ("#[ignore", "a test that asserts what is true today", false),
    (".unwrap()", "`?`, or `expect(\"the invariant\")`", true),
];

pub(crate) fn check(source: &RustSource, all: &mut Vec<Finding>) {
    opening(source, all);
    file_length(source, all);
    line_lengths(source, all);
    marks(source, all);
    calls(source, all);
}

fn finding(source: &RustSource, line: usize, rule: &'static str, texts: [&str; 3]) -> Finding {
    let [expected, found, advice] = texts.map(str::to_owned);
    Finding { file: source.path.clone(), line, rule, expected, found, advice }
}

fn opening(source: &RustSource, all: &mut Vec<Finding>) {
    if !source.text.trim_start().starts_with("//!") {
        let advice = "open with one sentence on what it is and one on what it is not";
        all.push(finding(source, 1, "opening", ["`//!` in line 1", "none", advice]));
    }
}

fn file_length(source: &RustSource, all: &mut Vec<Finding>) {
    let bare = source.lines_without_tests();
    let whole = source.text.lines().count();
    let advice = "split by phase or by view, so that each part has a name of its own";
    if bare > LINES_MAX_WITHOUT_TESTS {
        let expected = format!("at most {LINES_MAX_WITHOUT_TESTS} lines without tests");
        all.push(finding(source, 1, "file-length", [&expected, &bare.to_string(), advice]));
    } else if whole > LINES_MAX {
        let expected = format!("at most {LINES_MAX} lines with tests");
        all.push(finding(source, 1, "file-length", [&expected, &whole.to_string(), advice]));
    }
}

fn line_lengths(source: &RustSource, all: &mut Vec<Finding>) {
    for (index, (line, code)) in source.text.lines().zip(source.code.lines()).enumerate() {
        let columns = line.chars().count();
        let without_strings: String = code.split_whitespace().collect();
        let is_row = line.contains('"') && without_strings.len() <= COLUMNS_OF_A_TABLE_ROW;
        let in_string = without_strings.is_empty() && !line.trim_start().starts_with("//");
        if columns <= COLUMNS_MAX || line.contains("://") || is_row || in_string {
            continue;
        }
        let expected = format!("at most {COLUMNS_MAX} columns");
        let texts = [expected.as_str(), &columns.to_string(), "break the line"];
        all.push(finding(source, index + 1, "line-length", texts));
    }
}

fn marks(source: &RustSource, all: &mut Vec<Finding>) {
    for mark in MARKS {
        for (at, _) in source.comments.match_indices(mark) {
            let before = source.comments[..at].ends_with(char::is_alphanumeric);
            let after = source.comments[at + mark.len()..].starts_with(char::is_alphanumeric);
            if !before && !after {
                let found = format!("`{mark}`");
                let advice = "finish it, or open an issue and say what is true today";
                let texts = ["no mark of unfinished work", found.as_str(), advice];
                all.push(finding(source, source.line_at(at), "unfinished", texts));
            }
        }
    }
}

fn calls(source: &RustSource, all: &mut Vec<Finding>) {
    for (call, expected, in_tests) in CALLS {
        for (at, _) in source.code.match_indices(call) {
            let own_name = call.starts_with(|c: char| c.is_alphabetic())
                && source.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if own_name || (*in_tests && source.is_test(at)) {
                continue;
            }
            let found = format!("`{call}`");
            let advice = format!("write {expected}");
            let texts = [*expected, found.as_str(), advice.as_str()];
            all.push(finding(source, source.line_at(at), "never-lands", texts));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules a text breaks, with their lines.
    fn broken(text: &str) -> Vec<(&'static str, usize)> {
        let mut all = Vec::new();
        let path = "crates/engine/src/step.rs".to_owned();
        check(&RustSource::new(path, text.to_owned()), &mut all);
        all.into_iter().map(|finding| (finding.rule, finding.line)).collect()
    }

    #[test]
    fn asks_for_an_opening_sentence() {
        assert_eq!(broken("use std::fmt;\n"), [("opening", 1)]);
        assert_eq!(broken("//! Steps.\nuse std::fmt;\n"), []);
    }

    #[test]
    fn measures_a_file_without_its_tests_and_with_them() {
        let lines = |count| "// Why.\n".repeat(count);
        let tests = |count| format!("#[cfg(test)]\nmod tests {{\n{}}}\n", lines(count));
        assert_eq!(broken(&format!("//! A.\n{}", lines(499))), []);
        assert_eq!(broken(&format!("//! A.\n{}", lines(500))), [("file-length", 1)]);
        assert_eq!(broken(&format!("//! A.\n{}{}", lines(400), tests(500))), []);
        assert_eq!(broken(&format!("//! A.\n{}{}", lines(400), tests(700))), [("file-length", 1)]);
    }

    #[test]
    fn measures_lines_but_not_addresses_and_rows_of_strings() {
        let long = "x".repeat(101);
        assert_eq!(broken(&format!("//! A.\nlet {long} = 1;\n")), [("line-length", 2)]);
        assert_eq!(broken(&format!("//! A.\n// {long}\n")), [("line-length", 2)]);
        assert_eq!(broken(&format!("//! A.\n// https://segue.invalid/{long}\n")), []);
        assert_eq!(broken(&format!("//! A.\nconst A: &[&str] = &[\n    \"{long}\",\n];\n")), []);
        assert_eq!(broken(&format!("//! A.\nconst A: &str = r#\"\n{long}\n\"#;\n")), []);
    }

    #[test]
    fn finds_unfinished_work_in_comments_only() {
        assert_eq!(broken("//! A.\n// TODO: later\n"), [("unfinished", 2)]);
        assert_eq!(broken("//! A.\nlet a = \"TODO\"; // XXXL is a size\n"), []);
    }

    #[test]
    fn allows_unwrap_in_tests_only_and_ignored_tests_never() {
        assert_eq!(broken("//! A.\nfn a() { b.unwrap() }\n"), [("never-lands", 2)]);
        assert_eq!(broken("//! A.\n#[cfg(test)]\nmod t { fn a() { b.unwrap() } }\n"), []);
        let ignored = "//! A.\n#[cfg(test)]\nmod t {\n#[ignore]\nfn a() {} }\n";
        assert_eq!(broken(ignored), [("never-lands", 4)]);
        assert_eq!(broken("//! A.\nfn a() { mydbg!(1); }\n"), []);
    }
}
