//! One word per thing: words that mean something the house calls otherwise.
//!
//! Not here: what the right words mean; that is GLOSSARY.md.

use super::Finding;
use super::rust_source::RustSource;

/// Word in lower case, and what the glossary says instead. Alphabetical.
const BANNED: &[(&str, &str)] = &[
    ("activity instance", "element instance"),
    ("blacklist", "denylist"),
    ("business key", "correlation key"),
    ("correlation id", "correlation key"),
    ("dead letter", "quarantine"),
    ("dedupe", "idempotency key"),
    ("lease", "stamp (aggregates) or deadline (jobs)"),
    ("leases", "stamps (aggregates) or deadlines (jobs)"),
    ("saga", "process"),
    ("shard", "lane"),
    ("shards", "lanes"),
    ("whitelist", "allowlist"),
    ("work item", "task"),
    ("workflow", "process"),
    ("workflows", "processes"),
    ("worklist", "queue"),
];

pub(crate) fn check(source: &RustSource, all: &mut Vec<Finding>) {
    for text in [&source.code, &source.comments] {
        let lower = text.to_ascii_lowercase();
        for (word, instead) in BANNED {
            for (at, _) in lower.match_indices(word) {
                if is_word(text, at, word.len()) {
                    all.push(Finding {
                        file: source.path.clone(),
                        line: source.line_at(at),
                        rule: "word",
                        expected: format!("\"{instead}\""),
                        found: format!("\"{word}\""),
                        advice: "use the word of GLOSSARY.md".to_owned(),
                    });
                }
            }
        }
    }
}

/// Whether the stretch is a word of its own, also inside `snake_case` and `CamelCase`.
fn is_word(text: &str, at: usize, length: usize) -> bool {
    let starts_upper = text[at..].starts_with(|c: char| c.is_ascii_uppercase());
    let before = text[..at].chars().next_back();
    let after = text[at + length..].chars().next();
    let starts = before.is_none_or(|c| !c.is_alphanumeric() || (starts_upper && c.is_lowercase()));
    let ends = after.is_none_or(|c| !c.is_alphanumeric() || c.is_uppercase());
    starts && ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        let path = "crates/engine/src/step.rs".to_owned();
        check(&RustSource::new(path, text.to_owned()), &mut all);
        all.into_iter().map(|finding| finding.expected).collect()
    }

    #[test]
    fn finds_words_in_comments_and_names_and_says_what_to_write() {
        assert_eq!(found("// the workflow starts"), ["\"process\""]);
        assert_eq!(found("struct JobLease;"), ["\"stamp (aggregates) or deadline (jobs)\""]);
        assert_eq!(found("fn lane_of_shard() {}"), ["\"lane\""]);
    }

    #[test]
    fn leaves_longer_words_and_strings_alone() {
        assert_eq!(found("fn release() { print(\"workflow\") } // released, Releases"), [""; 0]);
    }

    #[test]
    fn lists_words_in_alphabetical_order() {
        assert!(BANNED.is_sorted());
    }
}
