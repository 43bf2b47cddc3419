//! `sim`: the simulator, for a number of seeds or for a while.
//!
//! Not here: the simulator, which is `crates/testkit/examples/sim.rs`.

use std::time::{Duration, Instant};

use crate::workspace::Workspace;
use crate::{Failure, child};

/// Seeds of `sim` when the caller gives none; the same number as in CI.
const SEEDS: u64 = 500;
/// Seeds of one round when it runs for a while.
const SEEDS_PER_ROUND: u64 = 1_000;

pub(crate) fn sim(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let numbers = numbers(arguments, &["--seeds", "--from", "--minutes"])?;
    let mut from = numbers[1].unwrap_or(0);
    let Some(minutes) = numbers[2] else {
        return simulate(workspace, numbers[0].unwrap_or(SEEDS), from);
    };
    let limit = Duration::from_secs(minutes.saturating_mul(60));
    let seeds = numbers[0].unwrap_or(SEEDS_PER_ROUND);
    let start = Instant::now();
    while start.elapsed() < limit {
        simulate(workspace, seeds, from)?;
        from += seeds;
    }
    println!("no seed failed; the next run may start with --from {from}");
    Ok(())
}

fn simulate(workspace: &Workspace, seeds: u64, from: u64) -> Result<(), Failure> {
    let (seeds, from) = (seeds.to_string(), from.to_string());
    let program = ["run", "--profile", "ci", "--package", "testkit", "--example", "sim", "--"];
    let range = ["--seeds", seeds.as_str(), "--from", from.as_str()];
    child::cargo(&workspace.root, &[&program[..], &range[..]].concat())
}

/// Reads `--name NUMBER` pairs in any order; the answer has the order of `names`.
fn numbers(arguments: &[String], names: &[&str]) -> Result<Vec<Option<u64>>, Failure> {
    let mut found = vec![None; names.len()];
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let Some(place) = names.iter().position(|name| name == argument) else {
            let names = names.join(" or ");
            return Err(Failure::Usage(format!("Expected {names}, but found `{argument}`.")));
        };
        let value = rest.next().map(String::as_str).unwrap_or_default();
        let number = value.replace('_', "").parse().map_err(|_| {
            Failure::Usage(format!("Expected a number after {argument}, but found `{value}`."))
        })?;
        found[place] = Some(number);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn reads_numbers_in_any_order() {
        let read = numbers(&words("--from 7 --seeds 1_000"), &["--seeds", "--from"]);
        assert_eq!(read, Ok(vec![Some(1_000), Some(7)]));
        assert_eq!(numbers(&[], &["--seeds"]), Ok(vec![None]));
    }

    #[test]
    fn refuses_what_is_no_number_and_what_it_does_not_know() {
        for line in ["--seeds", "--seeds many", "--speed 3"] {
            let failure = numbers(&words(line), &["--seeds"]).unwrap_err();
            assert!(matches!(failure, Failure::Usage(_)), "{line}");
        }
    }
}
