//! Views: what questions see of live instances is what the instances are.
//!
//! Only asked when the views have been written up to the end of the history.

use super::{Exam, PAGE};
use engine::key::Key;
use engine::state::instance::Instance;
use std::collections::{BTreeMap, BTreeSet};
use store::load::{Load, Pages};
use store::view::{
    Cell, Column, Filter, Page, PageStart, Query, Test, View, elements, incidents, instances, jobs,
    subscriptions, user_tasks, variables,
};

/// A view of what lives: its instance, key and state columns, and the states of live rows.
struct Live {
    view: View,
    instance: Column,
    key: Column,
    state: Column,
    states: &'static [i64],
}

const LIVE: [Live; 5] = [
    Live {
        view: View::Elements,
        instance: elements::INSTANCE,
        key: elements::KEY,
        state: elements::STATE,
        states: &[0],
    },
    Live {
        view: View::Jobs,
        instance: jobs::INSTANCE,
        key: jobs::KEY,
        state: jobs::STATE,
        states: &[0, 3],
    },
    Live {
        view: View::Incidents,
        instance: incidents::INSTANCE,
        key: incidents::KEY,
        state: incidents::STATE,
        states: &[0],
    },
    Live {
        view: View::Subscriptions,
        instance: subscriptions::INSTANCE,
        key: subscriptions::KEY,
        state: subscriptions::STATE,
        states: &[0],
    },
    Live {
        view: View::UserTasks,
        instance: user_tasks::INSTANCE,
        key: user_tasks::KEY,
        state: user_tasks::STATE,
        states: &[0, 3, 4, 5, 6, 7],
    },
];

impl Exam<'_> {
    /// Whether the views have seen the whole history.
    pub(super) fn is_projected(&self) -> Result<bool, store::Error> {
        let projected = self.store.projected()?;
        Ok(self.store.events(projected, 1)?.is_empty())
    }

    /// What the views say of a live instance.
    pub(super) fn instance_views(
        &mut self,
        key: Key,
        state: &Instance,
    ) -> Result<(), store::Error> {
        let own = [eq(instances::KEY, int(key))];
        let rows = self.rows(View::Instances, &[state.tenant], &own)?;
        let open = i64::from(state.incidents);
        let fits = rows.first().is_some_and(|row| {
            row[instances::STATE as usize] == Cell::Int(if state.is_suspended() { 3 } else { 0 })
                && row[instances::INCIDENTS as usize] == Cell::Int(open)
        });
        self.check(
            fits && rows.len() == 1,
            key,
            "I16",
            || format!("an active instance with {open} incidents in the view"),
            || format!("{rows:?}"),
        );
        for live in &LIVE {
            let states = live.states.iter().map(|state| Cell::Int(*state)).collect();
            let states = Filter { column: live.state, test: Test::In(states) };
            let filters = [eq(live.instance, int(key)), states];
            let rows = self.rows(live.view, &[state.tenant], &filters)?;
            let found: BTreeSet<Key> = rows.iter().map(|row| key_in(row, live.key)).collect();
            let expected = expected(live.view, state);
            self.check(
                found == expected,
                key,
                "I16",
                || format!("live {:?} {expected:?} in the view", live.view),
                || format!("{found:?}"),
            );
        }
        self.variables(key, state)
    }

    fn variables(&mut self, key: Key, state: &Instance) -> Result<(), store::Error> {
        let own = [eq(variables::INSTANCE, int(key))];
        let rows = self.rows(View::Variables, &[state.tenant], &own)?;
        let mut seen: BTreeMap<(Key, Cell), Cell> = BTreeMap::new();
        for row in rows {
            let scope = key_in(&row, variables::SCOPE);
            let name = row[variables::NAME as usize].clone();
            seen.insert((scope, name), row[variables::VALUE as usize].clone());
        }
        for held in state.elements.values() {
            for (name, value) in &held.variables {
                let found = seen.get(&(held.key, Cell::Text(name.clone())));
                self.check(
                    found == Some(&Cell::Text(value.clone())),
                    key,
                    "I15",
                    || format!("variable `{name}` of {} in the view: {value}", held.key),
                    || format!("{found:?}"),
                );
            }
        }
        Ok(())
    }

    /// No live row in a view of an instance that has ended.
    pub(super) fn live_view_rows(&mut self) -> Result<(), store::Error> {
        let tenants: Vec<u32> = self.tenants.iter().copied().collect();
        let instances = Live {
            view: View::Instances,
            instance: instances::KEY,
            key: instances::KEY,
            state: instances::STATE,
            states: &[0, 3],
        };
        for live in LIVE.iter().chain([&instances]) {
            let states = live.states.iter().map(|state| Cell::Int(*state)).collect();
            let filter = Filter { column: live.state, test: Test::In(states) };
            let mut start = PageStart::Offset(0);
            loop {
                let page = Page { limit: PAGE, start };
                let rows = self.store.query(&Query {
                    view: live.view,
                    tenants: tenants.clone(),
                    filters: vec![filter.clone()],
                    conditions: Vec::new(),
                    sort: Vec::new(),
                    page,
                })?;
                self.live_rows(live, &rows.rows)?;
                match rows.end_cursor {
                    Some(cursor) if rows.rows.len() == PAGE as usize => {
                        start = PageStart::After(cursor);
                    }
                    _ => break,
                }
            }
        }
        Ok(())
    }

    fn live_rows(&mut self, live: &Live, rows: &[Vec<Cell>]) -> Result<(), store::Error> {
        let aggregates =
            rows.iter().map(|row| (key_in(row, live.instance).0, Pages::Root)).collect();
        let found = self.store.load(&Load { aggregates, ..Load::default() })?.aggregates;
        for (row, found) in rows.iter().zip(found) {
            let instance = key_in(row, live.instance);
            self.check(
                found.is_some(),
                instance,
                "I16",
                || format!("no live {:?} of an instance that has ended", live.view),
                || format!("{}", key_in(row, live.key)),
            );
        }
        Ok(())
    }

    pub(super) fn rows(
        &self,
        view: View,
        tenants: &[u32],
        filters: &[Filter],
    ) -> Result<Vec<Vec<Cell>>, store::Error> {
        let mut all = Vec::new();
        let mut start = PageStart::Offset(0);
        loop {
            let rows = self.store.query(&Query {
                view,
                tenants: tenants.to_vec(),
                filters: filters.to_vec(),
                conditions: Vec::new(),
                sort: Vec::new(),
                page: Page { limit: PAGE, start },
            })?;
            let full = rows.rows.len() == PAGE as usize;
            all.extend(rows.rows);
            match rows.end_cursor {
                Some(cursor) if full => start = PageStart::After(cursor),
                _ => return Ok(all),
            }
        }
    }
}

/// Keys of what lives in an instance, for one view.
fn expected(view: View, state: &Instance) -> BTreeSet<Key> {
    let all = state.elements.iter();
    all.flat_map(|(slot, held)| match view {
        View::Elements if *slot != 0 => vec![held.key],
        View::Jobs => held.job.iter().map(|job| job.key).collect(),
        View::Incidents => held.incidents.iter().map(|incident| incident.key).collect(),
        View::Subscriptions => held.subscriptions.iter().map(|waiting| waiting.key).collect(),
        View::UserTasks => held.task().iter().map(|task| task.key).collect(),
        _ => Vec::new(),
    })
    .collect()
}

pub(super) fn eq(column: Column, cell: Cell) -> Filter {
    Filter { column, test: Test::Eq(cell) }
}

pub(super) fn int(key: Key) -> Cell {
    Cell::Int(key.0.cast_signed())
}

pub(super) fn key_in(row: &[Cell], column: Column) -> Key {
    match row[column as usize] {
        Cell::Int(key) => Key(key.cast_unsigned()),
        _ => Key(0),
    }
}
