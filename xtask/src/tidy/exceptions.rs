//! Places that may break a rule, each with its reason.
//!
//! Not a way to postpone: an exception that covers nothing is itself a finding.

use super::Finding;

/// One place and one rule.
struct Exception {
    rule: &'static str,
    /// The file of the finding.
    file: &'static str,
    reason: &'static str,
}

const EXCEPTIONS: &[Exception] = &[Exception {
    rule: "function-length",
    file: "crates/engine/src/event.rs",
    reason: "one exhaustive table: an event that is forgotten in it does not compile",
}];

/// Removes what the table covers; adds a finding for every row that covers nothing.
pub(crate) fn apply(all: Vec<Finding>) -> Vec<Finding> {
    filter(all, EXCEPTIONS)
}

fn filter(all: Vec<Finding>, exceptions: &[Exception]) -> Vec<Finding> {
    let covers = |exception: &Exception, it: &Finding| {
        exception.rule == it.rule && exception.file == it.file
    };
    let idle = exceptions.iter().filter(|row| !all.iter().any(|it| covers(row, it)));
    let mut left: Vec<Finding> = idle
        .map(|row| Finding {
            file: "xtask/src/tidy/exceptions.rs".to_owned(),
            line: 1,
            rule: "idle-exception",
            expected: format!("{} to break {}", row.file, row.rule),
            found: format!("that it does not (reason given: {})", row.reason),
            advice: "delete the row".to_owned(),
        })
        .collect();
    let kept = all.into_iter().filter(|it| !exceptions.iter().any(|row| covers(row, it)));
    left.extend(kept);
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long_file() -> Finding {
        Finding {
            file: "a.rs".to_owned(),
            line: 1,
            rule: "file-length",
            expected: "500".to_owned(),
            found: "600".to_owned(),
            advice: "split".to_owned(),
        }
    }

    #[test]
    fn covers_one_rule_in_one_file() {
        let row = Exception { rule: "file-length", file: "a.rs", reason: "a table" };
        assert_eq!(filter(vec![long_file()], &[row]), []);
        let other = Finding { file: "b.rs".to_owned(), ..long_file() };
        assert_eq!(filter(vec![other.clone()], &[]), [other]);
    }

    #[test]
    fn reports_an_exception_that_covers_nothing() {
        let row = Exception { rule: "file-length", file: "gone.rs", reason: "a table" };
        let left = filter(vec![long_file()], &[row]);
        assert_eq!(left.len(), 2);
        assert_eq!(left[0].rule, "idle-exception");
    }
}
