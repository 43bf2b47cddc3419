//! Asking by more than one column: alternatives, and rows of other views.
//!
//! Not here: columns, orders, pages (`queries`).

use super::Case;
use super::given::{row_of, write_views};
use crate::Store;
use crate::view::{
    Cell, Column, Condition, Filter, Page, PageStart, Query, Related, Test, View, ViewWrite,
    elements, incidents, instances, variables,
};

pub(super) const CASES: &[(&str, Case)] = &[
    ("finds instances by their variables", finds_by_variables),
    ("finds instances by a variable most of them have", finds_by_a_common_variable),
    ("finds rows that meet one of several conditions", finds_by_alternatives),
    ("finds rows by rows of another view", finds_by_related_rows),
];

/// Variables of an instance.
const OWN: &[(Column, Column)] = &[(instances::KEY, variables::INSTANCE)];

fn finds_by_variables(store: &dyn Store) {
    let variable = |instance: i64, scope: i64, name: &str, value: &str| {
        let mut row = row_of(View::Variables, instance, false);
        row[variables::INSTANCE as usize] = Cell::Int(instance);
        row[variables::SCOPE as usize] = Cell::Int(scope);
        row[variables::NAME as usize] = Cell::Text(name.into());
        row[variables::VALUE as usize] = Cell::Text(value.into());
        ViewWrite::Put(View::Variables, row)
    };
    let mut writes: Vec<ViewWrite> = (1..=4)
        .map(|key| ViewWrite::Put(View::Instances, row_of(View::Instances, key, false)))
        .collect();
    writes.extend([
        variable(1, 1, "amount", "100"),
        variable(1, 1, "note", "\"a long text that goes on and on, one\""),
        variable(2, 2, "amount", "200"),
        variable(2, 2, "note", "\"a long text that goes on and on, two\""),
        variable(3, 33, "amount", "100"),
        variable(3, 34, "amount", "300"),
        variable(3, 33, "other", "200"),
    ]);
    write_views(store, &writes);
    let find = |conditions: Vec<(&str, Test)>| -> Vec<i64> {
        let conditions =
            conditions.into_iter().map(|(name, test)| Condition::variable(OWN, name, test));
        let conditions = conditions.collect();
        let page = Page { limit: 10, start: PageStart::Offset(0) };
        let (view, filters, sort) = (View::Instances, vec![], vec![]);
        let query = Query { view, tenants: vec![0], filters, conditions, sort, page };
        let rows = store.query(&query).expect("answers").rows;
        rows.iter()
            .map(|row| match row[instances::KEY as usize] {
                Cell::Int(key) => key,
                _ => 0,
            })
            .collect()
    };
    let text = |text: &str| Cell::Text(text.into());
    assert_eq!(find(vec![("amount", Test::Eq(text("100")))]), [1, 3]);
    assert_eq!(find(vec![("amount", Test::Eq(text("999")))]), []);
    assert_eq!(find(vec![("amount", Test::Ne(text("100")))]), [2, 3]);
    assert_eq!(find(vec![("amount", Test::In(vec![text("200"), text("300")]))]), [2, 3]);
    assert_eq!(find(vec![("amount", Test::Like("*00".into()))]), [1, 2, 3]);
    assert_eq!(find(vec![("amount", Test::Exists(true))]), [1, 2, 3]);
    assert_eq!(find(vec![("amount", Test::Exists(false))]), [4]);
    assert_eq!(find(vec![("unheard of", Test::Exists(true))]), []);
    assert_eq!(find(vec![("unheard of", Test::Exists(false))]), [1, 2, 3, 4]);
    let two = text("\"a long text that goes on and on, two\"");
    assert_eq!(find(vec![("note", Test::Eq(two.clone()))]), [2]);
    let both = vec![("note", Test::Eq(two)), ("amount", Test::Gt(text("150")))];
    assert_eq!(find(both), [2]);
    let mixed = vec![("amount", Test::Eq(text("300"))), ("other", Test::Eq(text("200")))];
    assert_eq!(find(mixed), [3]);
}

fn finds_by_a_common_variable(store: &dyn Store) {
    const INSTANCES: i64 = 6_000;
    let mut writes = Vec::new();
    for key in 1..=INSTANCES {
        writes.push(ViewWrite::Put(View::Instances, row_of(View::Instances, key, true)));
        let mut row = row_of(View::Variables, key, true);
        row[variables::NAME as usize] = Cell::Text("approved".into());
        row[variables::VALUE as usize] =
            Cell::Text(if key % 10 == 0 { "no" } else { "yes" }.into());
        writes.push(ViewWrite::Put(View::Variables, row));
    }
    write_views(store, &writes);
    for (value, total, last) in [("yes", 5_400, [5_999, 5_998]), ("no", 600, [6_000, 5_990])] {
        let test = Test::Eq(Cell::Text(value.into()));
        let conditions = vec![Condition::variable(OWN, "approved", test)];
        let page = Page { limit: 2, start: PageStart::Offset(0) };
        let sort = vec![(instances::KEY, false)];
        let (view, filters) = (View::Instances, vec![]);
        let query = Query { view, tenants: vec![0], filters, conditions, sort, page };
        let found = store.query(&query).expect("answers");
        let keys: Vec<Cell> = found.rows.iter().map(|row| row[0].clone()).collect();
        assert_eq!((keys, found.total), (last.map(Cell::Int).to_vec(), total), "{value}");
    }
}

fn keys_where(store: &dyn Store, view: View, conditions: Vec<Condition>) -> Vec<i64> {
    let page = Page { limit: 100, start: PageStart::Offset(0) };
    let (filters, sort) = (vec![], vec![]);
    let query = Query { view, tenants: vec![0], filters, conditions, sort, page };
    let found = store.query(&query).expect("answers");
    assert_eq!(found.total, found.rows.len() as u64);
    let key = view.spec().key[view.spec().key.len() - 1];
    let number = |row: &Vec<Cell>| match row[key as usize] {
        Cell::Int(key) => key,
        _ => 0,
    };
    found.rows.iter().map(number).collect()
}

fn finds_by_alternatives(store: &dyn Store) {
    let instances: Vec<_> = (1..=6)
        .map(|key| {
            let mut row = row_of(View::Instances, key, true);
            row[instances::STATE as usize] = Cell::Int(key % 2);
            row[instances::BUSINESS_ID as usize] = Cell::Text(format!("b{key}").as_str().into());
            ViewWrite::Put(View::Instances, row)
        })
        .collect();
    write_views(store, &instances);
    let is = |column, cell| Condition::Column(Filter { column, test: Test::Eq(cell) });
    let business = |text: &str| is(instances::BUSINESS_ID, Cell::Text(text.into()));
    let state = |state| is(instances::STATE, Cell::Int(state));
    let find = |ways| keys_where(store, View::Instances, vec![Condition::Any(ways)]);
    assert_eq!(find(vec![vec![state(0)], vec![business("b3")]]), [2, 3, 4, 6]);
    assert_eq!(find(vec![vec![state(0), business("b3")], vec![business("b1")]]), [1]);
    assert_eq!(
        find(vec![vec![business("b5")], vec![business("b2")], vec![business("b5")]]),
        [2, 5]
    );
    assert_eq!(find(vec![vec![], vec![business("b5")]]), [1, 2, 3, 4, 5, 6]);
    assert_eq!(find(vec![]), []);
    let inner = Condition::Any(vec![vec![business("b1")], vec![business("b2")]]);
    assert_eq!(find(vec![vec![inner, state(1)], vec![business("b6")]]), [1, 6]);
}

fn finds_by_related_rows(store: &dyn Store) {
    let element = |instance: i64, key: i64, id: &str, state: i64| {
        let mut row = row_of(View::Elements, instance, true);
        row[elements::KEY as usize] = Cell::Int(key);
        row[elements::ELEMENT_ID as usize] = Cell::Text(id.into());
        row[elements::STATE as usize] = Cell::Int(state);
        ViewWrite::Put(View::Elements, row)
    };
    let incident = |key: i64, instance: i64, element: i64, tenant: i64| {
        let mut row = row_of(View::Incidents, key, true);
        row[incidents::INSTANCE as usize] = Cell::Int(instance);
        row[incidents::ELEMENT as usize] = Cell::Int(element);
        row[incidents::TENANT as usize] = Cell::Int(tenant);
        ViewWrite::Put(View::Incidents, row)
    };
    let instances =
        (1..=3).map(|key| ViewWrite::Put(View::Instances, row_of(View::Instances, key, true)));
    let mut writes: Vec<_> = instances.collect();
    writes.extend([element(1, 11, "a", 0), element(1, 12, "b", 1), element(2, 21, "a", 1)]);
    writes.extend([incident(91, 1, 12, 0), incident(92, 2, 21, 1)]);
    write_views(store, &writes);
    let related = |view, by, filters: Vec<(Column, Cell)>, exists| {
        let filter = |(column, cell)| Filter { column, test: Test::Eq(cell) };
        let filters = filters.into_iter().map(filter).collect();
        Condition::Related(Related { view, by, filters, exists })
    };
    let of_instance = |filters, exists| {
        let by = &[(instances::KEY, elements::INSTANCE)];
        let condition = related(View::Elements, by, filters, exists);
        keys_where(store, View::Instances, vec![condition])
    };
    let a = || (elements::ELEMENT_ID, Cell::Text("a".into()));
    assert_eq!(of_instance(vec![a()], true), [1, 2]);
    assert_eq!(of_instance(vec![a(), (elements::STATE, Cell::Int(0))], true), [1]);
    assert_eq!(of_instance(vec![a()], false), [3]);
    assert_eq!(of_instance(vec![], true), [1, 2]);
    // Found by the other row's key, which few rows have; a row of another tenant is nobody's.
    for (key, found) in [(91, vec![12]), (92, vec![]), (93, vec![])] {
        let filters = vec![(incidents::KEY, Cell::Int(key))];
        let one: &[_] = &[(elements::KEY, incidents::ELEMENT)];
        let two: &[_] =
            &[(elements::INSTANCE, incidents::INSTANCE), (elements::KEY, incidents::ELEMENT)];
        for by in [one, two] {
            let condition = related(View::Incidents, by, filters.clone(), true);
            assert_eq!(keys_where(store, View::Elements, vec![condition.clone()]), found);
            let nested = vec![Condition::Any(vec![vec![condition]])];
            assert_eq!(keys_where(store, View::Elements, nested), found);
        }
    }
}
