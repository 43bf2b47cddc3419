//! Random processes live random lives: every invariant holds, after every step there waits what
//! the oracle says, all end, and twice the same way.

use testkit::coverage::Coverage;
use testkit::{drive, random_process};

const SEEDS: u64 = 500;

#[test]
fn random_processes_live_and_end_twice_the_same_way() {
    let (mut coverage, mut instances) = (Coverage::default(), 0);
    let (mut compared, mut raced, mut missed) = (0, 0, 0);
    let mut failed = Vec::new();
    let number = |name: &str| std::env::var(name).ok().and_then(|it| it.parse::<u64>().ok());
    let (from, seeds) = (number("FROM").unwrap_or(0), number("SEEDS").unwrap_or(SEEDS));
    for seed in from..from + seeds {
        let process = random_process(seed);
        let life = std::panic::catch_unwind(|| drive(&process, seed));
        let Ok(life) = life else {
            failed.push(seed);
            continue;
        };
        let again = drive(&process, seed);
        assert_eq!(life.hash, again.hash, "seed {seed} lives the same life twice:\n{process}");
        instances += life.instances;
        compared += life.compared;
        raced += life.raced;
        missed += life.missed;
        coverage.add(&life.coverage);
    }
    println!("{seeds} processes, {instances} instances\n{coverage}");
    println!("{compared} states compared, {raced} with races, {missed} left out");
    let first = failed.first().map(|seed| random_process(*seed)).unwrap_or_default();
    assert!(failed.is_empty(), "seeds {failed:?} failed, the first with\n{first}");
    assert!(instances as u64 > seeds, "lives have instances");
    assert!(compared > 20 * missed && compared > instances, "the oracle follows them");
    assert!(
        raced * 50 < compared.max(1_000),
        "in few states variables depend on which token moves first"
    );
}

#[test]
fn a_seed_is_a_process() {
    assert_eq!(random_process(7), random_process(7));
    assert_ne!(random_process(7), random_process(8));
}
