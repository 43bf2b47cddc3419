//! Runs seeds of the simulator: `cargo run --profile ci -p testkit --example sim -- --seeds N`.
//!
//! Options: `--seeds N` how many, `--from S` the first, `--lanes L` always so many lanes.

#![allow(clippy::print_stdout)]

use std::process::ExitCode;
use std::time::Instant;
use testkit::sim::{Figures, check};

fn main() -> ExitCode {
    let (seeds, from) = (number("--seeds").unwrap_or(100), number("--from").unwrap_or(0));
    let lanes = number("--lanes").map(|lanes| lanes as usize);
    // Panics are told with their seed; the hook's words would come between.
    if number("--keep-going").is_some() {
        std::panic::set_hook(Box::new(|_| {}));
    }
    let begun = Instant::now();
    let mut figures = Figures::default();
    let mut failures = 0;
    for seed in from..from + seeds {
        match check(seed, lanes) {
            Ok(report) => figures.merge(&report.figures),
            Err(failure) => {
                failures += 1;
                if number("--keep-going").is_none() {
                    println!("{failure}");
                    return ExitCode::FAILURE;
                }
                let reason: String = failure.reason.chars().take(300).collect();
                println!("seed {}: {reason}", failure.seed);
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{figures}");
    println!("{seeds} seeds, each twice, in {seconds:.1} s: {:.0} seeds/s", seeds as f64 / seconds);
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn number(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)?.parse().ok()
}
