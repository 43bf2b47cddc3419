//! A Rust file with its code, its comments and its tests told apart.
//!
//! Not a parser: a scan that knows comments, strings, characters and braces is enough.

use std::ops::Range;

/// One file. `code` and `comments` have the length and the lines of `text`, with spaces for what
/// they leave out; in `code` the quotes of a string stay and its content goes.
pub(crate) struct RustSource {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) code: String,
    pub(crate) comments: String,
    /// Byte ranges of items under `#[cfg(test)]`.
    test_ranges: Vec<Range<usize>>,
    /// The whole file is compiled for tests only.
    pub(crate) only_tests: bool,
}

/// What a stretch of text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

impl RustSource {
    pub(crate) fn new(path: String, text: String) -> Self {
        let (code, comments) = masks(&text);
        let test_ranges = test_ranges(&code);
        let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
        let only_tests = folders.split('/').any(|name| matches!(name, "tests" | "benches"))
            || path.ends_with("/tests.rs")
            || code.contains("#![cfg(test)]");
        RustSource { path, text, code, comments, test_ranges, only_tests }
    }

    /// The line of a byte offset, from 1.
    pub(crate) fn line_at(&self, offset: usize) -> usize {
        self.text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// Whether the offset lies in what only tests see.
    pub(crate) fn is_test(&self, offset: usize) -> bool {
        self.only_tests || self.test_ranges.iter().any(|range| range.contains(&offset))
    }

    /// How many lines the file has without its tests.
    pub(crate) fn lines_without_tests(&self) -> usize {
        if self.only_tests {
            return 0;
        }
        let lines_of = |range: &Range<usize>| self.text[range.clone()].lines().count();
        let tests: usize = self.test_ranges.iter().map(lines_of).sum();
        self.text.lines().count().saturating_sub(tests)
    }

    /// Modules declared under `#[cfg(test)]` in a file of their own, as paths without `.rs`.
    pub(crate) fn test_modules(&self) -> Vec<String> {
        let (folder, file) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        let stem = file.trim_end_matches(".rs");
        let base = match stem {
            "mod" | "lib" | "main" => folder.to_owned(),
            _ => format!("{folder}/{stem}"),
        };
        let declared = self.test_ranges.iter().filter_map(|range| {
            let item = self.code[range.clone()].trim_end().strip_suffix(';')?;
            let name = item.rsplit_once("mod ")?.1.trim();
            let (_, path) = self.text[range.clone()].split_once("path = \"").unwrap_or_default();
            match path.split_once(".rs\"") {
                Some((named, _)) => Some(format!("{folder}/{named}")),
                None => Some(format!("{base}/{name}")),
            }
        });
        declared.collect()
    }
}

/// The text as code only, and as comments only.
fn masks(text: &str) -> (String, String) {
    let bytes = text.as_bytes();
    let blank: Vec<u8> = bytes.iter().map(|b| if *b == b'\n' { b'\n' } else { b' ' }).collect();
    let (mut code, mut comments) = (blank.clone(), blank);
    let mut at = 0;
    while at < bytes.len() {
        let (kind, end) = next_stretch(text, at);
        match kind {
            Kind::Code => code[at..end].copy_from_slice(&bytes[at..end]),
            Kind::Comment => comments[at..end].copy_from_slice(&bytes[at..end]),
            Kind::Literal => {
                code[at] = b'"';
                code[end - 1] = b'"';
            }
        }
        at = end;
    }
    let whole = "stretches end at character boundaries";
    (String::from_utf8(code).expect(whole), String::from_utf8(comments).expect(whole))
}

/// What starts at `at`, and where it ends.
fn next_stretch(text: &str, at: usize) -> (Kind, usize) {
    let rest = &text[at..];
    if rest.starts_with("//") {
        return (Kind::Comment, at + rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, at + block_comment_length(rest));
    }
    let after_name = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if !after_name && let Some(length) = raw_string_length(rest) {
        return (Kind::Literal, at + length);
    }
    if rest.starts_with('"') {
        return (Kind::Literal, at + quoted_length(rest, '"'));
    }
    if let Some(inner) = rest.strip_prefix('\'') {
        let mut chars = inner.chars();
        let first = chars.next();
        if first == Some('\\') || (first.is_some() && chars.next() == Some('\'')) {
            return (Kind::Literal, at + quoted_length(rest, '\''));
        }
    }
    (Kind::Code, at + rest.chars().next().map_or(1, char::len_utf8))
}

/// Block comments nest.
fn block_comment_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn raw_string_length(rest: &str) -> Option<usize> {
    let prefix = if rest.starts_with("br") || rest.starts_with("cr") { 2 } else { 1 };
    let after = rest.strip_prefix(if prefix == 2 { &rest[..2] } else { "r" })?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inner = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inner.find(&end).map_or(inner.len(), |found| found + end.len());
    Some(prefix + hashes + 1 + length)
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (offset, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return offset + c.len_utf8();
        }
    }
    rest.len()
}

/// Items under an attribute like `#[cfg(test)]`, from the attribute to the item's end.
fn test_ranges(code: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (start, _) in code.match_indices("#[cfg(") {
        let inside = ranges.last().is_some_and(|last| last.contains(&start));
        let Some(length) = code[start..].find(']') else {
            continue;
        };
        let condition = &code[start..start + length];
        let positive = !condition.contains("not(test");
        let mut words = condition.split(|c: char| !c.is_alphanumeric() && c != '_');
        if inside || !positive || !words.any(|word| word == "test") {
            continue;
        }
        ranges.push(start..item_end(code, start + length + 1));
    }
    ranges
}

/// The end of the item that starts at or after `from`: its `;`, or its closing brace.
pub(crate) fn item_end(code: &str, from: usize) -> usize {
    let mut nested = 0_usize;
    for (offset, byte) in code.as_bytes().iter().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => nested += 1,
            b')' | b']' => nested = nested.saturating_sub(1),
            b';' if nested == 0 => return offset + 1,
            b'{' if nested == 0 => return closing_brace(code, offset) + 1,
            _ => {}
        }
    }
    code.len()
}

/// The offset of the brace that closes the one at `open`.
pub(crate) fn closing_brace(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, byte) in code.as_bytes().iter().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return offset,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    code.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> RustSource {
        RustSource::new("crates/engine/src/step.rs".to_owned(), text.to_owned())
    }

    #[test]
    fn tells_code_from_comments_and_literals() {
        let text = "let a = \"// no comment {\"; // a comment é\nlet b = '{'; /* x /* y */ z */ c";
        let source = source(text);
        assert_eq!(source.code.len(), text.len());
        assert!(!source.code.contains('{') && !source.code.contains("comment"));
        assert!(source.code.ends_with(" c"), "{}", source.code);
        assert!(source.comments.contains("// a comment é"));
        assert!(source.comments.contains("z */"));
        assert!(!source.comments.contains("no comment"));
    }

    #[test]
    fn knows_raw_strings_escapes_and_lifetimes() {
        let text = "r#\"a \" { \"# 'a '\\'' b\"\\\"{\" r#fn br\"{\" x<'b>";
        let code = source(text).code;
        assert!(!code.contains('{'), "{code}");
        assert!(code.contains("'a") && code.contains("r#fn") && code.contains("x<'b>"), "{code}");
    }

    #[test]
    fn counts_lines_without_the_tests() {
        let source = source("//! A.\nfn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n");
        assert_eq!(source.lines_without_tests(), 2);
        let inner = source.text.find("fn b").unwrap();
        assert!(source.is_test(inner));
        assert!(!source.is_test(0));
        assert_eq!(source.line_at(inner), 5);
    }

    #[test]
    fn finds_test_modules_in_files_of_their_own() {
        let source = source("#[cfg(test)]\nmod oracle;\n#[cfg(not(test))]\nmod real;\n");
        assert_eq!(source.test_modules(), ["crates/engine/src/step/oracle"]);
        let named = self::source("#[cfg(test)]\n#[path = \"step_tests.rs\"]\nmod tests;\n");
        assert_eq!(named.test_modules(), ["crates/engine/src/step_tests"]);
    }

    #[test]
    fn takes_files_in_a_tests_folder_as_tests() {
        let path = "crates/engine/tests/kill.rs".to_owned();
        assert!(RustSource::new(path, "fn a() {}".to_owned()).only_tests);
    }
}
