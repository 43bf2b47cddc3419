//! Asking: every view, every column, every test, every order, every way through the pages,
//! against a plain reading of what they mean.
//!
//! Not here: writing views (`views`).

use std::cmp::Ordering;

use super::Case;
use super::given::{ask, cell_of, commit, definition, part, resource, row_of, write_views};
use crate::batch::Component;
use crate::view::{
    Cell, Column, Condition, Filter, Page, PageStart, Query, Related, Rows, Test, View, ViewWrite,
    instances, variables,
};
use crate::{Error, Store, limits};

pub(super) const CASES: &[(&str, Case)] = &[
    ("filters every column of every view by every test", filters_everything),
    ("sorts by every column in both directions", sorts_by_everything),
    ("pages forwards and backwards through every order", pages_through_everything),
    ("joins filters by and", joins_filters),
    ("shows nothing of other tenants", hides_other_tenants),
    ("finds texts by pattern", finds_by_pattern),
    ("skips to an offset", skips_to_an_offset),
    ("counts up to the limit and says so", counts_up_to_the_limit),
    ("refuses queries that make no sense", refuses_nonsense),
];

/// Variables of an instance.
const OWN: &[(Column, Column)] = &[(instances::KEY, variables::INSTANCE)];

/// Rows enough that every test has hits and misses, with ties and absent cells.
const ROWS: i64 = 40;

fn fill(store: &dyn Store, view: View) -> Vec<Vec<Cell>> {
    if view == View::Resources {
        let rows = (0..ROWS as u64).map(|n| {
            let mut row = if n % 3 == 0 { part(n + 1, n) } else { resource(n + 1, "id", 1) };
            row.id = format!("resource {}", n % 3).as_str().into();
            row.version = n as u32 % 5 + 1;
            row.tenant = n as u32 % 2;
            row.deployed_ms += (n as i64 * 7) % 11;
            row
        });
        let rows = rows.collect();
        commit(store, vec![Component { resources: rows, ..Component::default() }]);
        return ask_all(store, view, vec![], vec![], 0).rows;
    }
    if view == View::Definitions {
        let rows: Vec<_> = (0..ROWS as u64)
            .map(|n| {
                let mut row = definition(n + 1, &format!("process {}", n % 3), n as u32 % 5 + 1);
                row.name = format!("name {}", n % 7).as_str().into();
                row.tenant = n as u32 % 2;
                row.deployed_ms += (n as i64 * 7) % 11;
                row
            })
            .collect();
        commit(store, vec![Component { definitions: rows, ..Component::default() }]);
        return ask_all(store, view, vec![], vec![], 0).rows;
    }
    let rows: Vec<Vec<Cell>> = (0..ROWS)
        .map(|n| {
            let mut row = row_of(view, n / 4 * 4 + 3 - n % 4, false);
            for (column, cell) in row.iter_mut().enumerate() {
                let is_fixed = view.spec().key.contains(&(column as Column));
                if !is_fixed {
                    let seed = (n * 31 + column as i64 * 17) % 6;
                    *cell = if seed == 0 { Cell::Null } else { cell_of(view, column, seed) };
                }
            }
            row[view.spec().tenant as usize] = Cell::Int(n % 2);
            row
        })
        .collect();
    let writes: Vec<_> = rows.iter().map(|row| ViewWrite::Put(view, row.clone())).collect();
    write_views(store, &writes);
    rows
}

fn ask_all(
    store: &dyn Store,
    view: View,
    filters: Vec<Filter>,
    sort: Vec<(Column, bool)>,
    offset: u32,
) -> Rows {
    let page = Page { limit: 1_000, start: PageStart::Offset(offset) };
    let query = Query { view, tenants: vec![0, 1], filters, conditions: vec![], sort, page };
    store.query(&query).expect("answers")
}

/// What the answer must be: filtered and sorted in plain Rust.
fn expected(
    view: View,
    rows: &[Vec<Cell>],
    filters: &[Filter],
    sort: &[(Column, bool)],
) -> Vec<Vec<Cell>> {
    let mut order = sort.to_vec();
    let last = sort.last().is_none_or(|(_, ascending)| *ascending);
    order.extend(view.spec().key.iter().map(|column| (*column, last)));
    let fits = |row: &&Vec<Cell>| {
        filters.iter().all(|filter| filter.test.accepts(&row[filter.column as usize]))
    };
    let mut rows: Vec<Vec<Cell>> = rows.iter().filter(fits).cloned().collect();
    rows.sort_by(|a, b| {
        order.iter().fold(Ordering::Equal, |so_far, (column, ascending)| {
            let ordering = a[*column as usize].cmp(&b[*column as usize]);
            so_far.then(if *ascending { ordering } else { ordering.reverse() })
        })
    });
    rows
}

fn tests_of(view: View, column: usize, rows: &[Vec<Cell>]) -> Vec<Test> {
    let mut cells: Vec<Cell> = rows.iter().map(|row| row[column].clone()).collect();
    cells.sort();
    cells.dedup();
    let absent = cell_of(view, column, 999);
    let some = cells[cells.len() / 2].clone();
    let mut tests = vec![
        Test::Exists(true),
        Test::Exists(false),
        Test::In(vec![]),
        Test::NotIn(vec![]),
        Test::In(vec![some.clone(), absent.clone(), Cell::Null]),
        Test::NotIn(vec![some.clone(), absent.clone(), Cell::Null]),
        Test::In(cells.clone()),
    ];
    for cell in [some.clone(), cells[0].clone(), absent, Cell::Null] {
        tests.extend([
            Test::Eq(cell.clone()),
            Test::Ne(cell.clone()),
            Test::Gt(cell.clone()),
            Test::Ge(cell.clone()),
            Test::Lt(cell.clone()),
            Test::Le(cell),
        ]);
    }
    if view.columns()[column].kind.is_text() {
        for pattern in ["*", "", "*1*", "?*", "\\*", "[a-z]*", "*2", "*ö*"] {
            tests.push(Test::Like(pattern.into()));
            tests.push(Test::NotLike(pattern.into()));
        }
        if let Cell::Text(text) = some {
            tests.push(Test::Like(text.to_string()));
        }
    }
    tests
}

fn filters_everything(store: &dyn Store) {
    for view in View::ALL {
        let rows = fill(store, view);
        for column in 0..view.columns().len() {
            for test in tests_of(view, column, &rows) {
                let filters = vec![Filter { column: column as Column, test: test.clone() }];
                let wanted = expected(view, &rows, &filters, &[]);
                let found = ask_all(store, view, filters, vec![], 0);
                let name = view.columns()[column].name;
                assert_eq!(found.rows, wanted, "{view:?} {name} {test:?}");
                assert_eq!(found.total, wanted.len() as u64);
                assert!(!found.total_is_floor);
            }
        }
    }
}

fn orders(view: View) -> Vec<Vec<(Column, bool)>> {
    let columns = view.columns().len() as Column;
    let mut orders = vec![vec![]];
    for column in 0..columns {
        for ascending in [true, false] {
            orders.push(vec![(column, ascending)]);
            orders.push(vec![(column, ascending), ((column * 5 + 3) % columns, !ascending)]);
        }
    }
    orders
}

fn sorts_by_everything(store: &dyn Store) {
    for view in View::ALL {
        let rows = fill(store, view);
        for order in orders(view) {
            let wanted = expected(view, &rows, &[], &order);
            let found = ask_all(store, view, vec![], order.clone(), 0);
            assert_eq!(found.rows, wanted, "{view:?} {order:?}");
        }
    }
}

fn pages_through_everything(store: &dyn Store) {
    for view in View::ALL {
        let rows = fill(store, view);
        for order in orders(view) {
            let wanted = expected(view, &rows, &[], &order);
            let page = |start, limit| {
                let page = Page { limit, start };
                let (filters, conditions, sort) = (vec![], vec![], order.clone());
                let query = Query { view, tenants: vec![0, 1], filters, conditions, sort, page };
                let found = store.query(&query).expect("answers");
                assert_eq!(found.total, wanted.len() as u64);
                found
            };
            for limit in [1, 7, ROWS as u32] {
                let mut walked = Vec::new();
                let mut found = page(PageStart::Offset(0), limit);
                while let Some(cursor) = found.end_cursor.take() {
                    walked.append(&mut found.rows);
                    found = page(PageStart::After(cursor), limit);
                }
                assert_eq!(walked, wanted, "{view:?} {order:?} forwards by {limit}");
                let last = wanted.len() as u32 - 1;
                found = page(PageStart::Offset(last), 1);
                let mut walked = vec![found.rows.remove(0)];
                while let Some(cursor) = found.start_cursor.take() {
                    found = page(PageStart::Before(cursor), limit);
                    walked.splice(0..0, found.rows.drain(..));
                }
                assert_eq!(walked, wanted, "{view:?} {order:?} backwards by {limit}");
            }
        }
    }
}

fn joins_filters(store: &dyn Store) {
    for view in View::ALL {
        let rows = fill(store, view);
        let columns = view.columns().len();
        for column in 0..columns {
            let other = (column + 1) % columns;
            let tests = tests_of(view, column, &rows).into_iter();
            let others: Vec<Test> = tests_of(view, other, &rows);
            for (place, test) in tests.enumerate() {
                let filters = vec![
                    Filter { column: column as Column, test },
                    Filter { column: other as Column, test: others[place % others.len()].clone() },
                ];
                let sort = vec![(other as Column, place % 2 == 0)];
                let wanted = expected(view, &rows, &filters, &sort);
                let found = ask_all(store, view, filters.clone(), sort, 0);
                assert_eq!(found.rows, wanted, "{view:?} {filters:?}");
            }
        }
    }
}

fn hides_other_tenants(store: &dyn Store) {
    for view in View::ALL {
        let rows = fill(store, view);
        let tenant = view.spec().tenant as usize;
        for (tenants, seen) in [
            (vec![], vec![]),
            (vec![0], vec![0]),
            (vec![1, 1], vec![1]),
            (vec![2], vec![]),
            (vec![2, 0], vec![0]),
            (vec![u32::MAX], vec![]),
        ] {
            let wanted = rows
                .iter()
                .filter(|row| seen.iter().any(|member| row[tenant] == Cell::Int(*member)));
            let page = Page { limit: 1_000, start: PageStart::Offset(0) };
            let (filters, conditions, sort) = (vec![], vec![], vec![]);
            let query = Query { view, tenants: tenants.clone(), filters, conditions, sort, page };
            let found = store.query(&query).expect("answers");
            assert_eq!(found.total, wanted.count() as u64, "{view:?} {tenants:?}");
            assert_eq!(found.total, found.rows.len() as u64);
        }
    }
}

fn finds_by_pattern(store: &dyn Store) {
    let mut named = row_of(View::Instances, 1, false);
    named[instances::BUSINESS_ID as usize] = Cell::Text("order*[5]?".into());
    named[instances::PROCESS_ID as usize] = Cell::Text("order*[5]?".into());
    write_views(
        store,
        &[
            ViewWrite::Put(View::Instances, named),
            ViewWrite::Put(View::Instances, row_of(View::Instances, 2, false)),
        ],
    );
    for column in [instances::BUSINESS_ID, instances::PROCESS_ID] {
        for (pattern, hits) in [
            ("order*", 1),
            ("Order*", 0),
            ("order\\*[5]\\?", 1),
            ("order\\*[5]??", 0),
            ("order\\*5\\?", 0),
            ("*[5]*", 1),
        ] {
            let filters = vec![Filter { column, test: Test::Like(pattern.into()) }];
            let found = ask(store, View::Instances, filters, vec![]);
            assert_eq!(found.rows.len(), hits, "{pattern}");
        }
    }
}

fn skips_to_an_offset(store: &dyn Store) {
    let rows = fill(store, View::Jobs);
    let wanted = expected(View::Jobs, &rows, &[], &[]);
    let found = ask_all(store, View::Jobs, vec![], vec![], 35);
    assert_eq!((found.rows, found.total), (wanted[35..].to_vec(), ROWS as u64));
    let found = ask_all(store, View::Jobs, vec![], vec![], 1_000);
    assert_eq!((found.rows.len(), found.total), (0, ROWS as u64));
    assert_eq!((found.start_cursor, found.end_cursor), (None, None));
    let page = Page { limit: 0, start: PageStart::Offset(0) };
    let (view, filters, conditions, sort) = (View::Jobs, vec![], vec![], vec![]);
    let query = Query { view, tenants: vec![0, 1], filters, conditions, sort, page };
    let found = store.query(&query).expect("answers");
    assert_eq!((found.rows.len(), found.total), (0, ROWS as u64));
}

fn counts_up_to_the_limit(store: &dyn Store) {
    let put = |key: u64| ViewWrite::Put(View::Jobs, row_of(View::Jobs, key as i64, true));
    write_views(store, &(1..=limits::COUNT_MAX).map(put).collect::<Vec<_>>());
    let found = ask(store, View::Jobs, vec![], vec![]);
    assert_eq!((found.total, found.total_is_floor), (limits::COUNT_MAX, false));
    write_views(store, &[put(limits::COUNT_MAX + 1)]);
    let found = ask(store, View::Jobs, vec![], vec![]);
    assert_eq!((found.total, found.total_is_floor), (limits::COUNT_MAX, true));
}

fn refuses_nonsense(store: &dyn Store) {
    fill(store, View::Instances);
    let good = || Query {
        view: View::Instances,
        tenants: vec![0],
        filters: vec![],
        conditions: vec![],
        sort: vec![],
        page: Page { limit: 10, start: PageStart::Offset(0) },
    };
    let filter = |column, test| Query { filters: vec![Filter { column, test }], ..good() };
    let page = |limit, start| Query { page: Page { limit, start }, ..good() };
    let text = || Cell::Text("text".into());
    let exists = Condition::variable(OWN, "x", Test::Exists(true));
    let asked = |condition| Query { conditions: vec![condition], ..good() };
    let related = |view, by| Related { view, by, filters: vec![], exists: true };
    let deep = (0..=limits::CONDITION_DEPTH_MAX)
        .fold(exists.clone(), |inner, _| Condition::Any(vec![vec![inner]]));
    let cursor = store.query(&good()).expect("answers").end_cursor.expect("there are rows");
    let elsewhere = PageStart::After(cursor.clone());
    for bad in [
        filter(99, Test::Exists(true)),
        filter(instances::STATE, Test::Eq(text())),
        filter(instances::STATE, Test::Like("1*".into())),
        filter(instances::NAME, Test::In(vec![Cell::Int(1)])),
        filter(instances::NAME, Test::Like("x".repeat(limits::LIKE_BYTES_MAX + 1))),
        filter(instances::KEY, Test::In(vec![Cell::Int(1); limits::IN_CELLS_MAX + 1])),
        Query { sort: vec![(99, true)], ..good() },
        Query { sort: vec![(0, true); limits::SORT_MAX + 1], ..good() },
        asked(Condition::Related(related(View::Variables, &[]))),
        asked(Condition::Related(related(View::Variables, &[(0, 99)]))),
        asked(Condition::Related(related(View::Definitions, &[(0, 0)]))),
        asked(Condition::Related(related(View::Instances, &[(0, instances::NAME)]))),
        asked(Condition::variable(OWN, "x", Test::Eq(Cell::Int(1)))),
        asked(Condition::Any(vec![
            vec![],
            vec![Condition::variable(OWN, "x", Test::Lt(Cell::Int(1)))],
        ])),
        asked(deep),
        Query { view: View::Definitions, conditions: vec![exists.clone()], ..good() },
        Query { conditions: vec![exists; limits::FILTERS_MAX + 1], ..good() },
        page(limits::PAGE_ROWS_MAX + 1, PageStart::Offset(0)),
        page(1, PageStart::Offset(limits::OFFSET_MAX + 1)),
        page(1, PageStart::After("nonsense".into())),
        page(1, PageStart::Before(String::new())),
        Query { sort: vec![(1, true)], ..page(1, elsewhere.clone()) },
        Query { view: View::Jobs, ..page(1, elsewhere) },
    ] {
        let outcome = store.query(&bad);
        assert!(matches!(outcome, Err(Error::Query { .. })), "{bad:?}: {outcome:?}");
    }
    assert!(store.query(&page(1, PageStart::Before(cursor))).is_ok());
}
