//! How much of each process the scenarios have been at, and what they never saw.
//!
//! Not here: watching them (`testkit::scenario::path`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use testkit::scenario::path::{PathCoverage, ProcessCoverage};

use crate::terminal;

/// Seen, of how many, and the ids of the others.
struct Seen<'c> {
    seen: usize,
    all: usize,
    never: Vec<&'c str>,
}

impl<'c> Seen<'c> {
    fn of(counts: &'c BTreeMap<Arc<str>, u64>) -> Self {
        let never: Vec<&str> =
            counts.iter().filter(|(_, count)| **count == 0).map(|(id, _)| &**id).collect();
        Seen { seen: counts.len() - never.len(), all: counts.len(), never }
    }

    /// Of nothing everything was seen.
    fn percent(&self) -> usize {
        (self.seen * 100).checked_div(self.all).unwrap_or(100)
    }

    fn text(&self) -> String {
        format!("{}/{} ({} %)", self.seen, self.all, self.percent())
    }

    fn json(&self) -> Value {
        json!({ "seen": self.seen, "all": self.all, "never": self.never })
    }
}

/// For programs.
pub(super) fn json(coverage: &PathCoverage) -> Value {
    let of = |(id, process): (&Arc<str>, &ProcessCoverage)| {
        json!({
            "processId": &**id,
            "elements": Seen::of(&process.elements).json(),
            "flows": Seen::of(&process.flows).json(),
        })
    };
    coverage.processes.iter().map(of).collect()
}

/// For people: a table, and what was never seen.
pub(super) fn print(coverage: &PathCoverage) {
    let rows = coverage.processes.iter().map(|(id, process)| {
        let [elements, flows] = [&process.elements, &process.flows].map(|it| Seen::of(it).text());
        [id.to_string(), elements, flows]
    });
    terminal::line("");
    terminal::table(["process", "elements", "flows"], rows);
    for (id, process) in &coverage.processes {
        for (what, counts) in [("element", &process.elements), ("flow", &process.flows)] {
            for never in Seen::of(counts).never {
                terminal::line(format_args!("never seen: {what} {never} of {id}"));
            }
        }
    }
}

/// The lowest of all percentages; 100 where there is no process.
pub(super) fn lowest(coverage: &PathCoverage) -> usize {
    let processes = coverage.processes.values();
    let all = processes.flat_map(|process| [&process.elements, &process.flows]);
    all.map(|counts| Seen::of(counts).percent()).min().unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(text: &str) -> PathCoverage {
        let nothing = |name: &str| Err(format!("{name} is not asked for"));
        testkit::scenario::run_text(text, nothing).unwrap().0.paths
    }

    #[test]
    fn counts_elements_and_flows_of_every_process() {
        let text = "\
process:
  start -> x:xor -[= big]-> a:job(a) -> join:xor -> end
  x -[default]-> b:manual -> join
  a ! late:timer(PT1H) -> missed:end

scenario: small
start {\"big\": false}
";
        let coverage = played(text);
        let found = json(&coverage);
        assert_eq!(found[0]["processId"], "process");
        let elements = &found[0]["elements"];
        assert_eq!((&elements["seen"], &elements["all"]), (&5.into(), &8.into()), "{found}");
        assert_eq!(elements["never"], json!(["a", "late", "missed"]));
        let flows = &found[0]["flows"];
        assert_eq!((&flows["seen"], &flows["all"]), (&4.into(), &7.into()), "{found}");
        assert_eq!(lowest(&coverage), 57);
        let more = format!("{text}\nscenario: big\nstart {{\"big\": true}}\ncomplete a\n");
        let more =
            played(&format!("{more}\nscenario: late\nstart {{\"big\": true}}\nadvance PT1H\n"));
        assert_eq!(lowest(&more), 100);
        assert_eq!(lowest(&PathCoverage::default()), 100);
    }
}
