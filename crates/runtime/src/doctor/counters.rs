//! Counters: what the view of counters says of live instances and elements is what lives.
//!
//! Not here: what has ended; its instances are gone, and may be purged from the views.

use super::Exam;
use engine::key::Key;
use engine::state::instance::Instance;
use std::collections::BTreeMap;
use store::view::{Cell, Column, View, counts};

/// Live ones, open incidents, open subscriptions.
type Sums = [i64; 3];

/// By definition and element id; the empty id counts the instances themselves.
pub(super) type Counted = BTreeMap<(Key, String), Sums>;

const COLUMNS: [Column; 3] = [counts::ACTIVE, counts::INCIDENTS, counts::SUBSCRIPTIONS];

impl Exam<'_> {
    /// Adds a live instance to what the counters must say.
    pub(super) fn count(&mut self, state: &Instance) {
        let Some(definition) = self.definitions.get(state.definition).cloned() else { return };
        let mut add = |id: &str, more: Sums| {
            let sums = self.counted.entry((definition.key, id.to_owned())).or_default();
            for (sum, more) in sums.iter_mut().zip(more) {
                *sum += more;
            }
        };
        let open: usize = state.elements.values().map(|held| held.incidents.len()).sum();
        let waiting: usize = state.elements.values().map(|held| held.subscriptions.len()).sum();
        add("", [1, i64::from(open > 0), waiting as i64]);
        for (slot, held) in &state.elements {
            let id = &definition.graph.node(held.element).id;
            add(id, [i64::from(*slot != 0), held.incidents.len() as i64, 0]);
        }
    }

    /// The counters say what was counted, and no more.
    pub(super) fn counters(&mut self) -> Result<(), store::Error> {
        let tenants: Vec<u32> = self.tenants.iter().copied().collect();
        let mut found = Counted::new();
        for row in self.rows(View::Counts, &tenants, &[])? {
            let (Cell::Int(definition), Cell::Text(id)) =
                (&row[counts::DEFINITION as usize], &row[counts::ELEMENT_ID as usize])
            else {
                continue;
            };
            let sums = COLUMNS.map(|column| match row[column as usize] {
                Cell::Int(sum) => sum,
                _ => 0,
            });
            found.insert((Key(definition.cast_unsigned()), id.to_string()), sums);
        }
        let counted = std::mem::take(&mut self.counted);
        let places: std::collections::BTreeSet<_> = counted.keys().chain(found.keys()).collect();
        for place in places {
            let expected = counted.get(place).copied().unwrap_or_default();
            let sums = found.get(place).copied().unwrap_or_default();
            let (definition, id) = place;
            self.check(
                sums == expected,
                *definition,
                "I16",
                || format!("{expected:?} live, incidents, subscriptions counted of `{id}`"),
                || format!("{sums:?}"),
            );
        }
        Ok(())
    }
}
