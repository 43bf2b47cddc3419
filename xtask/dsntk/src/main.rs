//! FEEL and DMN beside dsntk, another engine: where do the two disagree, and who is right?
//! It is no proof where they agree, and no measure of speed.

mod cases;
#[path = "../../../crates/decision/tests/suite/corpus.rs"]
#[allow(dead_code, reason = "the suite looks for more")]
mod corpus;
#[path = "../../../crates/decision/tests/suite/generator.rs"]
mod generator;
mod known;
mod plain;
#[path = "../../../crates/decision/tests/suite/scala.rs"]
#[allow(dead_code, reason = "the suite reads more")]
mod scala;
#[path = "../../../crates/decision/tests/suite/support.rs"]
#[allow(dead_code, reason = "the suite runs more")]
mod support;
mod tables;
#[path = "../../../crates/decision/tests/suite/tck.rs"]
#[allow(dead_code, reason = "the suite judges, this compares")]
mod tck;

use known::Right;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Expressions and tables of each kind that are made when nothing else is asked.
const GENERATED: u64 = 4_000;

/// One question to both engines.
pub(crate) struct Case {
    /// Where it is from.
    pub(crate) of: String,
    /// The expression, or what was asked of a model.
    pub(crate) source: String,
    pub(crate) ours: decision::Value,
    pub(crate) theirs: decision::Value,
    /// What the compatibility kit says.
    pub(crate) expected: Option<decision::Value>,
}

fn main() -> ExitCode {
    let count = match std::env::args().nth(1).map(|count| count.parse()) {
        None => GENERATED,
        Some(Ok(count)) => count,
        Some(Err(_)) => {
            eprintln!("Expected how many expressions and tables to make.");
            return ExitCode::from(2);
        }
    };
    // Panics of the other engine are an answer, not a report.
    std::panic::set_hook(Box::new(|_| {}));
    let mut unexplained = 0;
    let mut reasons = BTreeMap::new();
    let corpora: [(&str, Box<dyn Fn() -> Vec<Case>>); 5] = [
        ("tck level-2", Box::new(|| cases::kit("level-2"))),
        ("tck level-3", Box::new(|| cases::kit("level-3"))),
        ("feel-scala", Box::new(cases::scala)),
        ("generated expressions", Box::new(move || cases::generated(count))),
        ("generated tables", Box::new(move || tables::generated(count))),
    ];
    for (name, cases) in corpora {
        let cases = cases();
        let (mut agreed, mut explained) = (0, 0);
        for case in &cases {
            if plain::same(&case.ours, &case.theirs) {
                agreed += 1;
                continue;
            }
            match known::of(case) {
                Some((right, why)) => {
                    explained += 1;
                    *reasons.entry((right, why)).or_insert(0) += 1;
                }
                None => {
                    unexplained += 1;
                    println!("unexplained: {} | {}", case.of, case.source.trim());
                    println!("    segue {} | dsntk {}", case.ours.to_json(), case.theirs.to_json());
                }
            }
        }
        println!("{name}: {agreed} of {} agree, {explained} explained", cases.len());
    }
    println!("\nright | cases | why");
    for ((right, why), cases) in &reasons {
        println!("{} | {cases} | {why}", right.name());
    }
    for rule in known::unused(&reasons) {
        println!("no longer seen: {rule}");
    }
    if unexplained > 0 {
        println!("\n{unexplained} disagreements are not in xtask/dsntk/src/known.rs");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

impl Right {
    fn name(self) -> &'static str {
        match self {
            Right::Segue => "segue",
            Right::Dsntk => "dsntk",
            Right::Either => "either",
        }
    }
}
