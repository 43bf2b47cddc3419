//! What filters on the wire ask of rows.

use super::*;
use crate::extract::JsonBody;
use crate::search::Search;
use crate::v2::audit_logs::AUDIT_LOGS;
use crate::v2::tables::{INCIDENTS, JOBS, PROCESS_INSTANCES, USER_TASKS};
use store::view::jobs;

fn parse(table: &Table, filter: &str) -> Result<Search, Problem> {
    let text = format!(r#"{{"filter":{filter}}}"#);
    Search::parse(table, &JsonBody::of(&text))
}

fn tests(table: &Table, filter: &str) -> Vec<Test> {
    parse(table, filter).unwrap().query.filters.into_iter().map(|it| it.test).collect()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

#[test]
fn takes_a_plain_value_or_conditions() {
    assert_eq!(tests(&JOBS, r#"{"type":"pay"}"#), [Test::Eq(text("pay"))]);
    let found = tests(
        &JOBS,
        r#"{"retries":{"$gt":1,"$gte":2,"$lt":9,"$lte":8,"$neq":5,"$exists":true,"$in":[3],
            "$notIn":[4]}}"#,
    );
    let expected = [
        Test::Gt(Cell::Int(1)),
        Test::Ge(Cell::Int(2)),
        Test::Lt(Cell::Int(9)),
        Test::Le(Cell::Int(8)),
        Test::Ne(Cell::Int(5)),
        Test::Exists(true),
        Test::In(vec![Cell::Int(3)]),
        Test::NotIn(vec![Cell::Int(4)]),
    ];
    assert_eq!(found, expected);
    assert_eq!(tests(&JOBS, r#"{"type":{"$like":"p*"}}"#), [Test::Like("p*".to_owned())]);
}

#[test]
fn turns_words_into_numbers() {
    let created = tests(&JOBS, r#"{"state":"CREATED"}"#);
    assert_eq!(created, [Test::In(vec![Cell::Int(0), Cell::Int(1)])]);
    assert_eq!(tests(&JOBS, r#"{"state":"MIGRATED"}"#), [Test::In(vec![])]);
    let ended = tests(&PROCESS_INSTANCES, r#"{"state":{"$like":"*ED"}}"#);
    assert_eq!(ended, [Test::In(vec![Cell::Int(1), Cell::Int(2), Cell::Int(3)])]);
    let not = tests(&PROCESS_INSTANCES, r#"{"state":{"$neq":"ACTIVE"}}"#);
    assert_eq!(not, [Test::NotIn(vec![Cell::Int(0)])]);
}

#[test]
fn turns_times_keys_and_flags_into_numbers() {
    let found = tests(&INCIDENTS, r#"{"creationTime":{"$gte":"2026-01-01T00:00:00Z"}}"#);
    assert_eq!(found, [Test::Ge(Cell::Int(1_767_225_600_000))]);
    let found = tests(&PROCESS_INSTANCES, r#"{"hasIncident":true}"#);
    assert_eq!(found, [Test::Gt(Cell::Int(0))]);
    let found = tests(&PROCESS_INSTANCES, r#"{"hasIncident":false}"#);
    assert_eq!(found, [Test::Le(Cell::Int(0))]);
    let found = tests(&INCIDENTS, r#"{"incidentKey":{"$in":["1","2"]}}"#);
    assert_eq!(found, [Test::In(vec![Cell::Int(1), Cell::Int(2)])]);
}

#[test]
fn looks_for_a_text_in_a_list_whatever_characters_it_has() {
    let filter = r#"{"candidateGroup":"a*\"b"}"#;
    let [test] = &tests(&USER_TASKS, filter)[..] else { panic!() };
    let list = |items: &[&str]| text(&serde_json::to_string(items).unwrap());
    assert!(test.accepts(&list(&["x", "a*\"b"])));
    assert!(!test.accepts(&list(&["x", "axx\"b"])));
    assert!(!test.accepts(&list(&["xa*\"b"])));
}

#[test]
fn another_tenant_has_nothing_to_show() {
    assert!(!parse(&JOBS, r#"{"tenantId":"<default>"}"#).unwrap().nothing);
    assert!(parse(&JOBS, r#"{"tenantId":"acme"}"#).unwrap().nothing);
    assert!(parse(&JOBS, r#"{"tenantId":{"$in":["acme"]}}"#).unwrap().nothing);
    assert!(!parse(&JOBS, r#"{"tenantId":{"$neq":"acme"}}"#).unwrap().nothing);
}

#[test]
fn alternatives_are_ways_to_pass() {
    let found = parse(&JOBS, r#"{"retries":1,"$or":[{"type":"a"},{"tenantId":"acme"}]}"#);
    let found = found.unwrap();
    let is = |column, test| Condition::Column(Filter { column, test });
    let way = vec![is(jobs::JOB_TYPE, Test::Eq(text("a")))];
    assert_eq!(found.query.conditions, [Condition::Any(vec![way])]);
    assert_eq!(found.query.filters.len(), 1);
    assert!(!found.nothing);
    assert!(parse(&JOBS, r#"{"$or":[{"tenantId":"acme"}]}"#).unwrap().nothing);
    let none = parse(&JOBS, r#"{"$or":[]}"#).unwrap();
    assert!(none.query.conditions.is_empty() && !none.nothing);
}

#[test]
fn what_is_the_same_for_all_rows_is_known_without_asking() {
    let nothing = |filter: &str| {
        let found = parse(&AUDIT_LOGS, filter).unwrap();
        assert!(found.query.filters.is_empty());
        found.nothing
    };
    assert!(nothing(r#"{"result":"FAIL"}"#));
    assert!(!nothing(r#"{"result":"SUCCESS"}"#));
    assert!(!nothing(r#"{"agentElementId":{"$exists":false}}"#));
}

#[test]
fn filters_on_an_element_mean_one_element() {
    let filter = r#"{"elementId":"a","elementInstanceState":"ACTIVE","errorMessage":"x"}"#;
    let found = parse(&PROCESS_INSTANCES, filter).unwrap().query.conditions;
    let related = |condition: &Condition| match condition {
        Condition::Related(related) => (related.view, related.filters.len()),
        other => panic!("expected rows of another view, found {other:?}"),
    };
    let mut found: Vec<_> = found.iter().map(related).collect();
    found.sort_unstable();
    assert_eq!(found, [(View::Elements, 2), (View::Incidents, 2)]);
}

#[test]
fn words_camunda_does_not_know_are_unknown() {
    let passes = |filter: &str, kind: &str| {
        tests(&INCIDENTS, filter).iter().all(|test| test.accepts(&text(kind)))
    };
    assert!(passes(r#"{"errorType":"UNKNOWN"}"#, "LOOP"));
    assert!(!passes(r#"{"errorType":"UNKNOWN"}"#, "CONDITION_ERROR"));
    assert!(passes(r#"{"errorType":{"$in":["UNKNOWN","CONDITION_ERROR"]}}"#, "DEADLOCK"));
    assert!(passes(r#"{"errorType":{"$in":["UNKNOWN","CONDITION_ERROR"]}}"#, "CONDITION_ERROR"));
    assert!(!passes(r#"{"errorType":{"$neq":"UNKNOWN"}}"#, "LOOP"));
    assert!(passes(r#"{"errorType":"CONDITION_ERROR"}"#, "CONDITION_ERROR"));
}

#[test]
fn says_what_was_expected() {
    for (filter, part) in [
        (r#"{"colour":1}"#, "found `colour`"),
        (r#"{"type":1}"#, "`filter.type` to be a text, but found 1"),
        (r#"{"type":{"$regex":"x"}}"#, "found `$regex`"),
        (r#"{"state":"DONE"}"#, "one of CREATED"),
        (r#"{"retries":"3"}"#, "an integer"),
        (r#"{"jobKey":"x"}"#, "a key as a decimal string"),
        (r#"{"endTime":"yesterday"}"#, "a time like"),
        (r#"{"type":{"$in":"x"}}"#, "a list"),
        (r#"{"type":{"$exists":1}}"#, "true or false"),
        (r#"{"$or":{}}"#, "a list of objects"),
        (r#"{"$or":[{"$or":[]}]}"#, "found `$or`"),
        (r#"{"$or":[{"state":"DONE"}]}"#, "one of CREATED"),
    ] {
        let detail = parse(&JOBS, filter).unwrap_err().detail;
        assert!(detail.contains(part), "{filter}: {detail}");
    }
}
