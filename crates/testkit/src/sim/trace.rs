//! A readable trace of one simulation: what was done, when, and what was committed.
//!
//! Only kept when asked for: a seed that fails is run again with it.

use std::collections::VecDeque;

/// Lines kept.
const LINES_MAX: usize = 600;

/// The last lines of a simulation.
#[derive(Debug, Default)]
pub(super) struct Trace {
    on: bool,
    begin_ms: i64,
    now_ms: i64,
    lines: VecDeque<String>,
}

impl Trace {
    pub(super) fn new(on: bool, begin_ms: i64) -> Trace {
        Trace { on, begin_ms, now_ms: begin_ms, lines: VecDeque::new() }
    }

    pub(super) fn clock(&mut self, now_ms: i64) {
        self.now_ms = now_ms;
    }

    pub(super) fn say(&mut self, line: impl FnOnce() -> String) {
        if !self.on {
            return;
        }
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(format!("{:>9} {}", self.now_ms - self.begin_ms, line()));
    }

    pub(super) fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        lines.join("\n")
    }
}
