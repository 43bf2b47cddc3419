//! Writing views: put, patch, add, delete, and the position that moves with them.
//!
//! Not here: asking (`queries`).

use super::Case;
use super::given::{NOW_MS, ask, commit, definition, one_more, resource, row_of, write_views};
use crate::Store;
use crate::batch::Component;
use crate::view::{
    Cell, Filter, Test, View, ViewWrite, definitions, elements, instances, resources, variables,
};

pub(super) const CASES: &[(&str, Case)] = &[
    ("keeps a view row as it was put", keeps_rows),
    ("replaces a row put again", replaces_rows),
    ("patches some columns of a row", patches_rows),
    ("adds to a column", adds),
    ("counts rows together, whether they are there or not", counts),
    ("deletes rows", deletes_rows),
    ("applies writes of one row in their order", keeps_the_order_of_writes),
    ("moves the projected position with the rows", moves_the_position),
    ("refuses writes that do not fit, and does nothing then", refuses_misfits),
    ("shows definitions as they were deployed", shows_definitions),
    ("keeps rows of one instance apart by their whole key", keeps_keys_apart),
];

fn all(store: &dyn Store, view: View) -> Vec<Vec<Cell>> {
    ask(store, view, vec![], vec![]).rows
}

fn key(cell: i64) -> Vec<Cell> {
    vec![Cell::Int(cell)]
}

fn keeps_rows(store: &dyn Store) {
    for view in View::projected() {
        let full = row_of(view, 7, false);
        let sparse = row_of(view, 8, true);
        write_views(
            store,
            &[ViewWrite::Put(view, full.clone()), ViewWrite::Put(view, sparse.clone())],
        );
        assert_eq!(all(store, view), [full, sparse], "{view:?}");
    }
}

fn replaces_rows(store: &dyn Store) {
    for view in View::projected() {
        write_views(store, &[ViewWrite::Put(view, row_of(view, 7, false))]);
        write_views(store, &[ViewWrite::Put(view, row_of(view, 7, true))]);
        assert_eq!(all(store, view), [row_of(view, 7, true)], "{view:?}");
        let filter = |column, cell| vec![Filter { column, test: Test::Eq(cell) }];
        // An index must not keep what was replaced.
        for (column, cell) in row_of(view, 7, false).into_iter().enumerate() {
            let now = row_of(view, 7, true)[column].clone();
            if cell != now {
                let found = ask(store, view, filter(column as u16, cell), vec![]);
                assert_eq!(found.rows, Vec::<Vec<Cell>>::new(), "{view:?} {column}");
            }
        }
    }
}

fn patches_rows(store: &dyn Store) {
    let row = row_of(View::Instances, 7, false);
    write_views(store, &[ViewWrite::Put(View::Instances, row.clone())]);
    let changes = vec![
        (instances::STATE, Cell::Int(2)),
        (instances::NAME, Cell::Text("renamed".into())),
        (instances::BUSINESS_ID, Cell::Null),
    ];
    write_views(
        store,
        &[
            ViewWrite::Patch(View::Instances, key(7), changes.clone()),
            ViewWrite::Patch(View::Instances, key(8), changes.clone()),
        ],
    );
    let mut expected = row;
    for (column, cell) in changes {
        expected[column as usize] = cell;
    }
    assert_eq!(all(store, View::Instances), [expected]);
}

fn adds(store: &dyn Store) {
    let row = row_of(View::Instances, 7, true);
    let add =
        |number, delta| ViewWrite::Add(View::Instances, key(number), instances::INCIDENTS, delta);
    write_views(store, &[ViewWrite::Put(View::Instances, row), add(7, 3), add(8, 1)]);
    write_views(store, &[add(7, -1)]);
    let rows = all(store, View::Instances);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][instances::INCIDENTS as usize], Cell::Int(2));
}

fn counts(store: &dyn Store) {
    for view in [View::Counts, View::JobCounts] {
        let spec = view.spec();
        let row = |summed: i64, latest: Cell| {
            let mut row = row_of(view, 7, true);
            spec.sums.iter().for_each(|column| row[*column as usize] = Cell::Int(summed));
            spec.latest.iter().for_each(|column| row[*column as usize] = latest.clone());
            row
        };
        let other = row_of(view, 8, true);
        let counted = |row| ViewWrite::Count(view, row);
        write_views(store, &[counted(row(2, Cell::Null)), counted(other.clone())]);
        write_views(store, &[counted(row(3, Cell::Int(50)))]);
        write_views(store, &[counted(row(-1, Cell::Int(40))), counted(row(0, Cell::Null))]);
        assert_eq!(all(store, view), [row(4, Cell::Int(50)), other], "{view:?}");
    }
}

fn deletes_rows(store: &dyn Store) {
    for view in View::projected() {
        let row = row_of(view, 7, false);
        let other = row_of(view, 8, false);
        let put = |row: &Vec<Cell>| ViewWrite::Put(view, row.clone());
        write_views(store, &[put(&row), put(&other)]);
        let key: Vec<Cell> =
            view.spec().key.iter().map(|column| row[*column as usize].clone()).collect();
        write_views(store, &[ViewWrite::Delete(view, key.clone())]);
        write_views(store, &[ViewWrite::Delete(view, key)]);
        assert_eq!(all(store, view), [other], "{view:?}");
    }
}

fn keeps_the_order_of_writes(store: &dyn Store) {
    let state = |state| vec![(instances::STATE, Cell::Int(state))];
    write_views(
        store,
        &[
            ViewWrite::Patch(View::Instances, key(7), state(9)),
            ViewWrite::Put(View::Instances, row_of(View::Instances, 7, true)),
            ViewWrite::Put(View::Instances, row_of(View::Instances, 3, true)),
            ViewWrite::Patch(View::Instances, key(7), state(1)),
            ViewWrite::Delete(View::Instances, key(3)),
            ViewWrite::Patch(View::Instances, key(7), state(2)),
        ],
    );
    let rows = all(store, View::Instances);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][instances::STATE as usize], Cell::Int(2));
}

fn moves_the_position(store: &dyn Store) {
    assert_eq!(store.projected().expect("reads"), 0);
    let first = one_more(store);
    store.project(first, &[]).expect("projects");
    assert_eq!(store.projected().expect("reads"), first);
    one_more(store);
    let third = one_more(store);
    let put = ViewWrite::Put(View::Jobs, row_of(View::Jobs, 7, true));
    store.project(third, &[put]).expect("projects");
    assert_eq!(store.projected().expect("reads"), third);
}

fn refuses_misfits(store: &dyn Store) {
    let good = ViewWrite::Put(View::Instances, row_of(View::Instances, 7, false));
    let text = || Cell::Text("text".into());
    for bad in [
        ViewWrite::Put(View::Instances, vec![Cell::Int(1)]),
        ViewWrite::Put(View::Definitions, row_of(View::Definitions, 7, false)),
        ViewWrite::Patch(View::Instances, key(7), vec![(instances::STATE, text())]),
        ViewWrite::Patch(View::Instances, key(7), vec![(instances::KEY, Cell::Int(8))]),
        ViewWrite::Patch(View::Instances, key(7), vec![(99, Cell::Int(8))]),
        ViewWrite::Patch(View::Instances, vec![text()], vec![(instances::STATE, Cell::Int(8))]),
        ViewWrite::Patch(View::Elements, key(7), vec![(elements::STATE, Cell::Int(8))]),
        ViewWrite::Add(View::Instances, key(7), instances::NAME, 1),
        ViewWrite::Count(View::Instances, row_of(View::Instances, 8, false)),
        ViewWrite::Count(View::Counts, vec![Cell::Int(1)]),
        ViewWrite::Delete(View::Instances, vec![Cell::Null]),
    ] {
        let outcome = store.project(5, &[good.clone(), bad.clone()]);
        assert!(matches!(outcome, Err(crate::Error::Refused { .. })), "{bad:?}: {outcome:?}");
    }
    assert_eq!(all(store, View::Instances), Vec::<Vec<Cell>>::new());
    assert_eq!(store.projected().expect("reads"), 0);
}

fn shows_definitions(store: &dyn Store) {
    let rows = vec![definition(5, "pay", 1), definition(9, "pay", 2)];
    commit(store, vec![Component { definitions: rows, ..Component::default() }]);
    let rows = all(store, View::Definitions);
    assert_eq!(rows.len(), 2);
    let column = |row: &[Cell], column: u16| row[column as usize].clone();
    assert_eq!(column(&rows[1], definitions::KEY), Cell::Int(9));
    assert_eq!(column(&rows[1], definitions::PROCESS_ID), Cell::Text("pay".into()));
    assert_eq!(column(&rows[1], definitions::NAME), Cell::Text("Pay".into()));
    assert_eq!(column(&rows[1], definitions::VERSION), Cell::Int(2));
    assert_eq!(column(&rows[1], definitions::VERSION_TAG), Cell::Text("".into()));
    assert_eq!(column(&rows[1], definitions::RESOURCE), Cell::Text("pay.bpmn".into()));
    assert_eq!(column(&rows[1], definitions::TENANT), Cell::Int(0));
    let rows = vec![resource(11, "discounts", 1), resource(12, "discounts", 2)];
    commit(store, vec![Component { resources: rows, ..Component::default() }]);
    commit(store, vec![Component { deletions: vec![5, 12], ..Component::default() }]);
    let deleted = |view, column: u16| -> Vec<Cell> {
        all(store, view).iter().map(|row| row[column as usize].clone()).collect()
    };
    let now = Cell::Int(NOW_MS);
    assert_eq!(deleted(View::Definitions, definitions::DELETED_MS), [now.clone(), Cell::Null]);
    assert_eq!(deleted(View::Resources, resources::DELETED_MS), [Cell::Null, now]);
    assert_eq!(store.deletions().expect("reads"), [5, 12]);
}

fn keeps_keys_apart(store: &dyn Store) {
    let variable = |instance: i64, scope: i64, name: &str, value: &str| {
        ViewWrite::Put(
            View::Variables,
            vec![
                Cell::Int(instance),
                Cell::Int(scope),
                Cell::Text(name.into()),
                Cell::Int(1),
                Cell::Text(value.into()),
                Cell::Int(0),
            ],
        )
    };
    write_views(
        store,
        &[
            variable(7, 7, "b", "1"),
            variable(7, 7, "a", "2"),
            variable(7, 9, "a", "3"),
            variable(6, 9, "a", "4"),
            variable(7, 7, "b", "5"),
            ViewWrite::Delete(
                View::Variables,
                vec![Cell::Int(7), Cell::Int(9), Cell::Text("never written".into())],
            ),
        ],
    );
    let values: Vec<Cell> = all(store, View::Variables)
        .into_iter()
        .map(|mut row| row.swap_remove(variables::VALUE as usize))
        .collect();
    assert_eq!(values, ["4", "2", "5", "3"].map(|value| Cell::Text(value.into())));
}
