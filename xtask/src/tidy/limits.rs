//! Every named limit stands in docs/limits.md, with the value and the words of the source.
//!
//! Not here: whether a loop has a limit at all; reviews and the simulator look for that.

use super::Finding;
use crate::Failure;
use crate::workspace::Workspace;

const DOCUMENT: &str = "docs/limits.md";
/// Everything below this line of the document is written by `cargo xtask tidy --write`.
const MARK: &str = "<!-- Below: written by `cargo xtask tidy --write` from each limits.rs. -->";

/// A constant of a `limits.rs`.
#[derive(Debug, PartialEq, Eq)]
struct Limit {
    name: String,
    /// As written in the source.
    value: String,
    /// Its doc comment in one line.
    words: String,
    line: usize,
}

pub(crate) fn check(workspace: &Workspace, all: &mut Vec<Finding>) {
    let document = workspace.read(DOCUMENT).unwrap_or_default();
    let mut rows = Vec::new();
    for (path, owner) in files(workspace) {
        for limit in read(&workspace.read(&path).unwrap_or_default()) {
            let row = row(&owner, &limit);
            if !document.lines().any(|line| line == row) {
                let expected = format!("{DOCUMENT} to have the row of `{owner}::{}`", limit.name);
                all.push(finding(&path, limit.line, expected, "none like it"));
            }
            rows.push(row);
        }
    }
    let (_, below) = document.split_once(MARK).unwrap_or_default();
    for line in below.lines().filter(|line| line.starts_with("| `")) {
        if !rows.iter().any(|row| row == line) {
            let at = document.lines().position(|other| other == line).unwrap_or_default() + 1;
            let expected = "a row of a limit there is".to_owned();
            all.push(finding(DOCUMENT, at, expected, "one that has changed or is gone"));
        }
    }
}

/// Writes the part of the document that comes from the sources.
pub(crate) fn write(workspace: &Workspace) -> Result<(), Failure> {
    let document = workspace.read(DOCUMENT).unwrap_or_default();
    let (above, _) = document.split_once(MARK).ok_or_else(|| {
        Failure::Work(format!("Expected the line `{MARK}` in {DOCUMENT}, but found none."))
    })?;
    let mut text = format!("{above}{MARK}\n");
    for (path, owner) in files(workspace) {
        text.push_str(&format!("\n## {owner}\n\n| limit | value | of what |\n|---|---|---|\n"));
        for limit in read(&workspace.read(&path).unwrap_or_default()) {
            text.push_str(&row(&owner, &limit));
            text.push('\n');
        }
    }
    std::fs::write(workspace.root.join(DOCUMENT), text)
        .map_err(|error| Failure::Work(format!("{DOCUMENT} cannot be written: {error}")))
}

/// Each crate's `limits.rs`, with the crate's name.
fn files(workspace: &Workspace) -> Vec<(String, String)> {
    let with_owner = |name: String| (format!("crates/{name}/src/limits.rs"), name);
    let all = workspace.crates().into_iter().map(with_owner);
    all.filter(|(path, _)| workspace.root.join(path).exists()).collect()
}

fn row(owner: &str, limit: &Limit) -> String {
    format!("| `{owner}::{}` | `{}` | {} |", limit.name, limit.value, limit.words)
}

fn finding(file: &str, line: usize, expected: String, found: &str) -> Finding {
    Finding {
        file: file.to_owned(),
        line,
        rule: "limit-documented",
        expected,
        found: found.to_owned(),
        advice: "run `cargo xtask tidy --write`".to_owned(),
    }
}

/// `pub const NAME: TYPE = VALUE;`, also over several lines, with the comment above.
fn read(source: &str) -> Vec<Limit> {
    let mut limits = Vec::new();
    for (at, _) in source.match_indices("pub const ") {
        let rest = &source[at + "pub const ".len()..];
        let Some((declared, _)) = rest.split_once(';') else {
            continue;
        };
        let Some((left, value)) = declared.split_once('=') else {
            continue;
        };
        let above: Vec<&str> = source[..at].lines().collect();
        limits.push(Limit {
            name: left.split(':').next().unwrap_or_default().trim().to_owned(),
            value: value.split_whitespace().collect::<Vec<_>>().join(" "),
            words: comment_above(&above),
            line: above.len() + 1,
        });
    }
    limits
}

fn comment_above(lines: &[&str]) -> String {
    let from_below = lines.iter().rev().map_while(|line| line.trim().strip_prefix("///"));
    let mut words: Vec<&str> = from_below.map(str::trim).collect();
    words.reverse();
    words.join(" ").replace("[`", "`").replace("`]", "`").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "//! Limits.\n\n/// Bytes of one [`Text`],\n/// in UTF-8.\n\
        pub const SOURCE_BYTES_MAX: usize =\n    64 * 1024;\n";

    #[test]
    fn reads_name_value_words_and_line() {
        let limit = Limit {
            name: "SOURCE_BYTES_MAX".to_owned(),
            value: "64 * 1024".to_owned(),
            words: "Bytes of one `Text`, in UTF-8.".to_owned(),
            line: 5,
        };
        let expected =
            "| `decision::SOURCE_BYTES_MAX` | `64 * 1024` | Bytes of one `Text`, in UTF-8. |";
        assert_eq!(row("decision", &limit), expected);
        assert_eq!(read(SOURCE), [limit]);
    }

    #[test]
    fn knows_whose_limits_there_are() {
        let files = files(&Workspace::find());
        assert!(
            files.iter().any(|(path, owner)| {
                path == "crates/engine/src/limits.rs" && owner == "engine"
            })
        );
    }
}
