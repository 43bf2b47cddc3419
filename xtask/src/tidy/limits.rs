//! Every named limit stands in docs/limits.md, with the value it has in the source.
//!
//! Not here: whether a loop has a limit at all; reviews and the simulator look for that.

use super::Finding;
use crate::workspace::Workspace;

const DOCUMENT: &str = "docs/limits.md";

/// A constant of a `limits.rs`.
#[derive(Debug, PartialEq, Eq)]
struct Limit {
    name: String,
    /// As written in the source.
    value: String,
    line: usize,
}

pub(crate) fn check(workspace: &Workspace, all: &mut Vec<Finding>) {
    let document = workspace.read(DOCUMENT).unwrap_or_default();
    for path in workspace
        .files("rs")
        .iter()
        .filter(|path| path.ends_with("/limits.rs"))
    {
        if path.starts_with("crates/") {
            let source = workspace.read(path).unwrap_or_default();
            compare(path, &source, &document, all);
        }
    }
}

fn compare(path: &str, source: &str, document: &str, all: &mut Vec<Finding>) {
    let owner = path.split('/').nth(1).unwrap_or_default();
    for limit in read(source) {
        let name = format!("`{owner}::{}`", limit.name);
        let row = document.lines().find(|line| line.contains(&name));
        let found = match row {
            Some(row) if row.contains(&format!("`{}`", limit.value)) => continue,
            Some(_) => "a row with another value".to_owned(),
            None => "no such row".to_owned(),
        };
        all.push(Finding {
            file: path.to_owned(),
            line: limit.line,
            rule: "limit-documented",
            expected: format!("a row with {name} and `{}` in {DOCUMENT}", limit.value),
            found,
            advice: "write what is limited, the value and what happens beyond it".to_owned(),
        });
    }
}

/// `pub const NAME: TYPE = VALUE;`, also over several lines.
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
        let name = left.split(':').next().unwrap_or_default().trim();
        limits.push(Limit {
            name: name.to_owned(),
            value: value.split_whitespace().collect::<Vec<_>>().join(" "),
            line: source[..at].lines().count() + 1,
        });
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "//! Limits.\n\n/// Bytes of one expression.\n\
        pub const SOURCE_BYTES_MAX: usize = 64 * 1024;\n";

    fn found(document: &str) -> Vec<String> {
        let mut all = Vec::new();
        compare("crates/decision/src/limits.rs", SOURCE, document, &mut all);
        all.into_iter().map(|finding| finding.found).collect()
    }

    #[test]
    fn reads_name_value_and_line() {
        let limit = Limit {
            name: "SOURCE_BYTES_MAX".to_owned(),
            value: "64 * 1024".to_owned(),
            line: 4,
        };
        assert_eq!(read(SOURCE), [limit]);
    }

    #[test]
    fn wants_a_row_with_the_value_of_the_source() {
        let row = |value: &str| format!("| `decision::SOURCE_BYTES_MAX` | `{value}` | incident |");
        assert_eq!(found(&row("64 * 1024")), [""; 0]);
        assert_eq!(found(&row("32 * 1024")), ["a row with another value"]);
        assert_eq!(
            found("| `model::SOURCE_BYTES_MAX` | `64 * 1024` |"),
            ["no such row"]
        );
    }
}
