//! How SQLite goes about the questions people ask most: by an index, without sorting much.

use super::*;
use crate::sqlite::{Options, Sqlite};
use crate::view::{Page, View, elements, incidents, instances, jobs, user_tasks, variables};

/// What `explain query plan` says about the first page of a query.
fn plan(store: &Sqlite, query: &Query) -> String {
    plan_of(store, query, false)
}

fn plan_of(store: &Sqlite, query: &Query, rare: bool) -> String {
    let rare = vec![rare; query.conditions.len()];
    let reading = Reading { query, rare, order: order(query), after: None, offset: 0 };
    let mut sql = select(&reading);
    sql.order(query.view.spec(), &reading.order);
    sql.limit(query.page.limit, 0);
    let text = format!("explain query plan {}", sql.text());
    let explained = store.views.readers.as_ref().expect("views are there").with(|db| {
        let mut statement = db.prepare(&text).expect("the statement is valid");
        let rows = statement.query_map(params_from_iter(sql.values()), |row| row.get(3));
        Ok(rows.expect("it explains").collect::<Result<Vec<String>, _>>().expect("it explains"))
    });
    explained.expect("a reader is free").join("; ")
}

fn asked(view: View, filters: &[(Column, i64)], sort: &[(Column, bool)]) -> Query {
    let filter = |&(column, number): &(Column, i64)| {
        let is_text = view.columns()[column as usize].kind.is_text();
        let cell = if is_text { Cell::Text("x".into()) } else { Cell::Int(number) };
        Filter { column, test: Test::Eq(cell) }
    };
    let filters = filters.iter().map(filter).collect();
    let page = Page { limit: 50, start: PageStart::Offset(0) };
    Query { view, tenants: vec![0], filters, conditions: vec![], sort: sort.to_vec(), page }
}

#[test]
fn the_questions_people_ask_most_are_answered_by_an_index() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Sqlite::open(folder.path(), &Options::default()).expect("it opens");
    let newest = [(instances::STARTED_MS, false)];
    let (i, e, j) = (View::Instances, View::Elements, View::Jobs);
    let table = [
        // All, in the order of keys or newest first: no sorting.
        (asked(i, &[], &[]), "SCAN t"),
        (asked(i, &[], &newest), "view_instance_0"),
        (asked(i, &[(instances::STATE, 0)], &newest), "view_instance_1"),
        (asked(i, &[(instances::STATE, 1)], &newest), "view_instance_0"),
        (asked(i, &[(instances::PROCESS_ID, 1)], &newest), "view_instance_2"),
        (asked(i, &[(instances::DEFINITION, 1)], &newest), "view_instance_3"),
        (asked(i, &[(instances::STATE, 1)], &[]), "SCAN t"),
        (asked(i, &[(instances::KEY, 1)], &newest), "INTEGER PRIMARY KEY (rowid=?)"),
        (asked(i, &[(instances::PARENT_INSTANCE, 1)], &[]), "view_instance_5"),
        (asked(i, &[(instances::BUSINESS_ID, 1)], &[]), "view_instance_6"),
        (asked(e, &[(elements::INSTANCE, 1)], &[]), "PRIMARY KEY (instance=?)"),
        (asked(e, &[(elements::KEY, 1)], &[]), "view_element_0"),
        (asked(j, &[(jobs::INSTANCE, 1)], &[]), "view_job_0"),
        (asked(j, &[(jobs::KEY, 1)], &[]), "INTEGER PRIMARY KEY (rowid=?)"),
        (asked(j, &[], &[]), "SCAN t"),
        (
            asked(View::Incidents, &[(incidents::STATE, 0)], &[(incidents::CREATED_MS, false)]),
            "view_incident_1",
        ),
        (
            asked(View::UserTasks, &[(user_tasks::STATE, 0)], &[(user_tasks::CREATED_MS, false)]),
            "view_user_task_1",
        ),
        (
            asked(View::UserTasks, &[(user_tasks::STATE, 0), (user_tasks::ASSIGNEE, 1)], &[]),
            "view_user_task_2",
        ),
        (asked(View::Variables, &[(0, 1)], &[]), "PRIMARY KEY (instance=?)"),
    ];
    for (query, expected) in table {
        let plan = plan(&store, &query);
        assert!(plan.contains(expected), "{query:?}\n{plan}\nexpected {expected}");
        assert!(!plan.contains("B-TREE FOR ORDER BY"), "{query:?}\n{plan}");
    }
}

#[test]
fn a_rare_variable_names_the_instances_to_look_at() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Sqlite::open(folder.path(), &Options::default()).expect("it opens");
    let mut query = asked(View::Instances, &[], &[(instances::STARTED_MS, false)]);
    let by = &[(instances::KEY, variables::INSTANCE)];
    let test = Test::Eq(Cell::Text("100".into()));
    query.conditions = vec![Condition::variable(by, "amount", test)];
    let rare = plan_of(&store, &query, true);
    assert!(rare.contains("SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"), "{rare}");
    assert!(rare.contains("view_variable_value (name=? AND <expr>=?)"), "{rare}");
    let common = plan_of(&store, &query, false);
    assert!(common.contains("SEARCH t USING INDEX view_instance_0"), "{common}");
    assert!(common.contains("CORRELATED SCALAR SUBQUERY"), "{common}");
}

#[test]
fn every_view_is_walked_in_its_own_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Sqlite::open(folder.path(), &Options::default()).expect("it opens");
    for view in View::projected() {
        let plan = plan(&store, &asked(view, &[], &[]));
        // Names within a key are put in order by their text: few at a time.
        assert!(!plan.contains("B-TREE FOR ORDER BY"), "{view:?}: {plan}");
    }
}

#[test]
fn related_rows_and_alternatives_are_found_by_indexes() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Sqlite::open(folder.path(), &Options::default()).expect("it opens");
    let filter = |column, cell| Filter { column, test: Test::Eq(Cell::Int(cell)) };
    let (i, e) = (View::Instances, View::Elements);
    // The instances of a root: itself and all below.
    let below = Condition::Any(vec![
        vec![Condition::Column(filter(instances::ROOT, 7))],
        vec![Condition::Column(filter(instances::KEY, 7))],
    ]);
    let query = Query { conditions: vec![below], ..asked(i, &[], &[]) };
    let found = plan(&store, &query);
    assert!(found.contains("MULTI-INDEX OR") && found.contains("view_instance_8"), "{found}");
    // Instances with an element: asked one by one, in order.
    let by = &[(instances::KEY, elements::INSTANCE)];
    let filters = vec![filter(elements::STATE, 0)];
    let related = Related { view: e, by, filters, exists: true };
    let query = Query { conditions: vec![Condition::Related(related)], ..asked(i, &[], &[]) };
    let found = plan(&store, &query);
    assert!(found.contains("SCAN t") && found.contains("PRIMARY KEY (instance=?)"), "{found}");
    // The element an incident is about.
    let by = &[(elements::KEY, incidents::ELEMENT)];
    let filters = vec![filter(incidents::KEY, 7)];
    let related = Related { view: View::Incidents, by, filters, exists: true };
    let query = Query { conditions: vec![Condition::Related(related)], ..asked(e, &[], &[]) };
    let found = plan_of(&store, &query, true);
    assert!(found.contains("SEARCH t USING INDEX view_element_0 (key=?)"), "{found}");
    // What failed for one reason.
    let filters = [(incidents::MESSAGE_HASH, 7), (incidents::STATE, 0)];
    let found = plan(&store, &asked(View::Incidents, &filters, &[]));
    assert!(found.contains("view_incident_3"), "{found}");
}
