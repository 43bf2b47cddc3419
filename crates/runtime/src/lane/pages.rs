//! Pages: parts of a large aggregate, loaded when a step needs them and dropped when written.
//!
//! Not here: which pages a step needs; the engine says so.

use super::aggregate::Stepped;
use super::chain::Stop;
use super::{Lane, caught};
use crate::limits::STEP_LOADS_MAX;
use engine::command::{Command, Rejection};
use engine::event::Slot;
use engine::key::Key;
use engine::life::pages::Named;
use engine::step::Halt;
use store::load::{Load, Loaded, Pages};
use store::view::{
    Cell, Column, Filter, Page, PageStart, Query, Test, View, elements, incidents, user_tasks,
};

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
        let hint = self.hint(target, command);
        for _ in 0..STEP_LOADS_MAX {
            let cached = self.cache.get(target, self.turn).expect("what is stepped is in memory");
            let (definitions, inputs) = (&self.definitions, &mut self.inputs);
            let aggregate = &mut cached.aggregate;
            let step = || aggregate.step(target, (command, hint), definitions, inputs);
            match caught::catch(step) {
                Ok(Ok(stepped)) => return Ok(stepped),
                Ok(Err(Halt::Rejected(rejection))) => return Err(Stop::Rejected(rejection)),
                Ok(Err(Halt::Needs(pages))) => self.bring_pages(target, &pages)?,
                Err(message) => return Err(Stop::Broken(target, message)),
            }
        }
        let message = format!("a step asked for pages {STEP_LOADS_MAX} times");
        Err(Stop::Broken(target, message))
    }

    /// The slot of what a command names by key alone, when its page may have to be brought. The
    /// views know it. They may be behind or not to be had: then all pages are brought.
    pub(super) fn hint(&self, target: Key, command: &Command) -> Option<Slot> {
        let Command::Instance(command) = command else { return None };
        let named = Named::by(command)?;
        let instance = self.cache.peek(target)?.aggregate.instance()?;
        instance.elements.absent(..).next()?;
        let tenant = instance.tenant;
        let element = match named {
            Named::Element(key) => key,
            Named::Incident(key) => {
                self.look_up(tenant, (View::Incidents, incidents::KEY, key), incidents::ELEMENT)?
            }
            Named::UserTask(key) => {
                self.look_up(tenant, (View::UserTasks, user_tasks::KEY, key), user_tasks::ELEMENT)?
            }
        };
        if element == target {
            return Some(0);
        }
        let slot = self.look_up(tenant, (View::Elements, elements::KEY, element), elements::SLOT);
        slot.and_then(|Key(slot)| Slot::try_from(slot).ok())
    }

    /// One cell of the row of a view that has this key.
    fn look_up(
        &self,
        tenant: u32,
        (view, column, key): (View, Column, Key),
        wanted: Column,
    ) -> Option<Key> {
        let test = Test::Eq(Cell::Int(key.0.cast_signed()));
        let query = Query {
            view,
            tenants: vec![tenant],
            filters: vec![Filter { column, test }],
            conditions: Vec::new(),
            sort: Vec::new(),
            page: Page { limit: 1, start: PageStart::Offset(0) },
        };
        let found = self.store.query(&query).ok()?;
        match found.rows.first()?.get(usize::from(wanted))? {
            Cell::Int(value) => Some(Key(value.cast_unsigned())),
            _ => None,
        }
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
