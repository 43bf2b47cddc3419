//! Random processes live random lives: every invariant holds, all end, and twice the same way.

use testkit::coverage::Coverage;
use testkit::{drive, random_process};

const SEEDS: u64 = 500;

#[test]
fn random_processes_live_and_end_twice_the_same_way() {
    let (mut coverage, mut instances) = (Coverage::default(), 0);
    let seeds = std::env::var("SEEDS").ok().and_then(|it| it.parse().ok()).unwrap_or(SEEDS);
    for seed in 0..seeds {
        let process = random_process(seed);
        let life = std::panic::catch_unwind(|| drive(&process, seed));
        let life = life.unwrap_or_else(|_| panic!("seed {seed} failed:\n{process}"));
        let again = drive(&process, seed);
        assert_eq!(life.hash, again.hash, "seed {seed} lives the same life twice:\n{process}");
        instances += life.instances;
        coverage.add(&life.coverage);
    }
    println!("{seeds} processes, {instances} instances\n{coverage}");
    assert!(instances as u64 > seeds, "lives have instances");
}

#[test]
fn a_seed_is_a_process() {
    assert_eq!(random_process(7), random_process(7));
    assert_ne!(random_process(7), random_process(8));
}
