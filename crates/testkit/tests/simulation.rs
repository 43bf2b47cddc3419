//! The simulator over many seeds, and over those that once found something.

use testkit::sim::check;

/// Seeds of every run; `cargo xtask sim` goes on where these end.
const SEEDS: u64 = 2_000;

/// Simulates every `step`th seed from `from` on.
fn simulate(from: u64, step: usize) {
    for seed in (from..SEEDS).step_by(step) {
        if let Err(failure) = check(seed, None) {
            panic!("{failure}");
        }
    }
}

#[test]
fn even_seeds_go_well_and_twice_the_same() {
    simulate(0, 2);
}

#[test]
fn odd_seeds_go_well_and_twice_the_same() {
    simulate(1, 2);
}
