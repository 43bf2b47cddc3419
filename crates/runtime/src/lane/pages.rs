//! Pages: parts of a large aggregate, loaded when a step needs them and dropped when written.
//!
//! Not here: which pages a step needs; the engine says so.

use super::Lane;
use super::aggregate::Stepped;
use super::chain::Stop;
use crate::limits::STEP_LOADS_MAX;
use engine::command::{Command, Rejection};
use engine::key::Key;
use engine::step::Halt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use store::load::{Load, Loaded, Pages};

impl Lane {
    /// Loads from the store and counts the bytes.
    pub(super) fn load_counted(&mut self, load: &Load) -> Result<Loaded, store::Error> {
        let loaded = self.store.load(load)?;
        for row in loaded.aggregates.iter().flatten() {
            let pages = row.pages.iter().map(|(_, body)| body.len());
            self.counts.loaded_bytes += (row.body.len() + pages.sum::<usize>()) as u64;
        }
        Ok(loaded)
    }

    /// Steps an aggregate that is in memory. Pages it has to look at and memory lacks are loaded
    /// before anything changes.
    pub(super) fn step_with_pages(
        &mut self,
        target: Key,
        command: &Command,
    ) -> Result<Stepped, Stop> {
        self.inputs.seed = self.random.draw();
        for _ in 0..STEP_LOADS_MAX {
            let cached = self.cache.get(target, self.turn).expect("what is stepped is in memory");
            let (definitions, inputs) = (&self.definitions, &mut self.inputs);
            let aggregate = &mut cached.aggregate;
            let step = || aggregate.step(target, command, definitions, inputs);
            match catch_unwind(AssertUnwindSafe(step)) {
                Ok(Ok(stepped)) => return Ok(stepped),
                Ok(Err(Halt::Rejected(rejection))) => return Err(Stop::Rejected(rejection)),
                Ok(Err(Halt::Needs(pages))) => self.bring_pages(target, &pages)?,
                Err(panic) => return Err(Stop::Broken(target, panic_text(&*panic))),
            }
        }
        let message = format!("a step asked for pages {STEP_LOADS_MAX} times");
        Err(Stop::Broken(target, message))
    }

    /// Loads pages of an aggregate in memory. They belong to its root as long as the row carries
    /// the root's stamp; pages of a commit that is on its way never left memory.
    pub(super) fn bring_pages(&mut self, target: Key, pages: &[u32]) -> Result<(), Stop> {
        let wanted = Pages::Some(pages.to_vec());
        let load = Load { aggregates: vec![(target.0, wanted)], ..Load::default() };
        let row = self.load_counted(&load)?.aggregates.into_iter().next().flatten();
        let settled = self.settled;
        let cached = self.cache.get(target, self.turn).expect("what is stepped is in memory");
        let stamp = row.as_ref().map(|row| row.stamp);
        let is_stored = stamp == cached.stamp;
        let is_coming = cached.written > settled && stamp == cached.before;
        if !is_stored && !is_coming {
            return Err(Stop::Stale(target));
        }
        let found = row.map(|row| row.pages).unwrap_or_default();
        let brought = cached.aggregate.bring_pages(target, pages, &found);
        brought.map_err(|bad| Stop::Rejected(Rejection::invalid_state(bad.to_string())))?;
        self.cache.reweigh(target);
        self.paged.push(target);
        Ok(())
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}
