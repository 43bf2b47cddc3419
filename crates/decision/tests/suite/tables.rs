//! FEEL by example: an expression, variables as JSON, and the result as JSON.

use crate::support::{env, run, run_tests};
use decision::{Budget, Mode, Scope, Value, Variable, compile};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Rows of `expression | variables | expected`; without variables the middle is left out.
fn feel_table(rows: &str) {
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.split(" | ").map(str::trim).collect();
        let (source, variables, expected) = match cells[..] {
            [source, expected] => (source, "{}", expected),
            [source, variables, expected] => (source, variables, expected),
            _ => panic!("two or three cells: {row}"),
        };
        let scope = variables_of(variables);
        let found = match run(source, &scope) {
            Ok(found) => found.value.to_json(),
            Err(error) => error,
        };
        assert_eq!(found, expected, "{source} with {variables}");
    }
}

fn variables_of(json: &str) -> BTreeMap<String, Value> {
    let value = Value::from_json(json).unwrap_or_else(|error| panic!("{json}: {error}"));
    let context = value.as_context().expect("variables are an object");
    context.entries().iter().map(|(name, value)| (name.to_string(), value.clone())).collect()
}

#[test]
fn operators_bind_as_in_the_standard() {
    feel_table(
        r#"
        1 + 2 * 3                       | 7
        (1 + 2) * 3                     | 9
        10 - 2 - 3                      | 5
        2 ** 3 ** 2                     | 64
        -2 ** 2                         | 4
        - - 2                           | 2
        12 / 4 * 3                      | 9
        1 + 1 = 2 and 2 > 1             | true
        true or false and false         | true
        1 < 2 and not(2 < 1)            | true
        if 1 > 2 then "a" else "b" + "c" | "bc"
        2 between 1 and 3 and true      | true
        1 + 1 in [2, 3]                 | true
        0.1 + 0.2 = 0.3                 | true
        1.10                            | 1.1
        1 / 3                           | 0.3333333333333333333333333333333333
        1e3 + .5                        | 1000.5
        /* a */ 1 // the end            | 1
        "#,
    );
}

#[test]
fn null_spreads_and_three_valued_logic_holds() {
    feel_table(
        r#"
        x + 1                | {}                 | null
        x > 1                | {}                 | null
        x = null             | {}                 | true
        x = null             | {"x": 1}           | false
        x.y.z                | {"x": {"y": null}} | null
        true and null        | null
        false and null       | false
        null and false       | false
        true or null         | true
        null or true         | true
        false or null        | null
        "a" and false        | false
        if null then 1 else 2 | 2
        if "yes" then 1 else 2 | 2
        null in [null]       | true
        1 / 0                | null
        "a" + 1              | null
        get or else(x, 3)    | {}                 | 3
        "#,
    );
}

#[test]
fn paths_filters_and_loops_go_through_lists_and_contexts() {
    feel_table(
        r#"
        a.b.c                        | {"a": {"b": {"c": 7}}}      | 7
        a.b                          | {"a": [{"b": 1}, {"b": 2}]} | [1,2]
        a.b[2]                       | {"a": [{"b": 1}, {"b": 2}]} | 2
        a[b > 1].b                   | {"a": [{"b": 1}, {"b": 2}]} | [2]
        a[-1].b                      | {"a": [{"b": 1}, {"b": 2}]} | 2
        a[0]                         | {"a": [1]}                  | null
        a[i]                         | {"a": [{"i": 7}, {"i": 8}], "i": 2} | {"i":8}
        a[item >= 2]                 | {"a": [1, 2, 3]}            | [2,3]
        a[x = y]                     | {"a": [{"x": 1}, {"x": 2}], "y": 2} | [{"x":2}]
        a[count(b[item > 1]) > 0].n  | {"a": [{"b": [1], "n": 1}, {"b": [2], "n": 2}]} | [2]
        `first name`                 | {"first name": "Ada"}       | "Ada"
        {a: 1, "b c": a + 1}.`b c`   | 2
        {a: {b: 1}, c: a.b}          | {"a":{"b":1},"c":1}
        for x in [1, 2] return x * 2 | [2,4]
        for x in [1, 2], y in [3, 4] return x * y | [3,4,6,8]
        for x in [[1, 2], [3]], y in x return y   | [1,2,3]
        for x in 3..1 return x       | [3,2,1]
        for i in 1..4 return count(partial) | [0,1,2,3]
        some x in a satisfies x > 2  | {"a": [1, 2, 3]}            | true
        every x in a satisfies x > 2 | {"a": [1, 2, 3]}            | false
        every x in [] satisfies false | true
        for x in a return x          | {"a": 1}                    | null
        {}.a.b                       | null
        [1, 2, 3][item in [2..3]]    | [2,3]
        a[b]                         | {"a": [{"b": true}, {"b": false}]} | [{"b":true}]
        "#,
    );
}

#[test]
fn functions_capture_what_they_see() {
    feel_table(
        r#"
        {add: function(a, b) a + b, r: add(1, 2)}.r                | 3
        {f: function(x) x + n, r: f(1)}.r       | {"n": 10}        | 11
        {f: function(a, b) a - b, r: f(b: 1, a: 5)}.r              | 4
        {f: function(x) function(y) x * y, r: f(3)(4)}.r           | 12
        (for i in 1..3 return function(x) x + i)[2](10)            | 12
        [{k: 1}, {k: 2}][(function(z) k = z)(2)].k                 | [2]
        sort([3, 1, 2], function(a, b) a > b)                      | [3,2,1]
        sort([3, 1, 2])                                            | [1,2,3]
        list replace([1, 2, 3], 2, 9)                              | [1,9,3]
        list replace([1, 2, 3], function(i, n) i > 1, 9)           | [1,9,9]
        nothing(1)                                                 | null
        {abs: 1, r: abs(-2)}.r                                     | 2
        {f: function(x) x, r: f(1, 2)}.r                           | null
        "#,
    );
}

#[test]
fn temporal_values_follow_the_calendar() {
    feel_table(
        r#"
        @"2024-01-31" + @"P1M"                              | "2024-02-29"
        @"2024-02-29" + @"P1Y"                              | "2025-02-28"
        @"2026-03-29T01:30:00@Europe/Berlin" + @"PT1H"      | "2026-03-29T03:30:00+02:00[Europe/Berlin]"
        @"2026-03-28T02:30:00@Europe/Berlin" + @"P1D"       | "2026-03-29T03:30:00+02:00[Europe/Berlin]"
        @"2024-01-01T00:00:00Z" < @"2024-01-01T00:00:00+01:00" | false
        @"10:00:00Z" = @"10:00:00"                          | null
        @"23:30:00" + @"PT1H"                               | "00:30:00"
        @"P1D" + @"PT36H"                                   | "P2DT12H"
        @"P1Y" / 5                                          | "P2M"
        @"P1D" * 1.5                                        | "P1DT12H"
        @"P1Y" - @"P1M"                                     | "P11M"
        @"2024-02-29".weekday                               | 4
        @"2024-02-29T10:11:12.5Z".second                    | 12
        @"PT1.5S"                                           | "PT1.5S"
        date("2023-02-29")                                  | null
        date(2024, 2, 29)                                   | "2024-02-29"
        time(14, 30, 5.25)                                  | "14:30:05.25"
        date and time("2024-02-29")                         | "2024-02-29T00:00:00"
        years and months duration(@"2022-12-31", @"2024-02-29") | "P1Y1M"
        day of week(@"2024-02-29")                          | "Thursday"
        month of year(@"2024-02-29")                        | "February"
        week of year(@"2024-12-30")                         | 1
        last day of month(@"2024-02-01")                    | "2024-02-29"
        today()                                             | "2024-02-29"
        now()                                               | "2024-02-29T13:37:00Z"
        now() > @"2024-01-01T00:00:00Z"                     | true
        string(@"2024-02-29T10:00:00@Europe/Paris")         | "2024-02-29T10:00:00@Europe/Paris"
        date and time(@"2024-07-01T12:00:00Z", "Europe/Paris") | "2024-07-01T14:00:00+02:00[Europe/Paris]"
        @"2024-02-29" in [@"2024-01-01"..@"2024-12-31"]     | true
        duration("P1M1D")                                   | null
        @"-9999-01-01" - @"P1D"                             | null
        "#,
    );
}

#[test]
fn texts_keep_characters_whole() {
    feel_table(
        r#"
        string length("naïve😀")                | 6
        substring("naïve", 3, 1)                | "ï"
        substring("abc", -2)                    | "bc"
        substring("abc", 9)                     | ""
        "a\nb\t\"c\" \u00e9 \U01F600 \d"        | "a\nb\t\"c\" é 😀 \\d"
        upper case("straße")                    | "STRASSE"
        substring after("a=b=c", "=")           | "b=c"
        substring before("a=b=c", "=")          | "a"
        split("a, b,c", ",\s*")                 | ["a","b","c"]
        replace("2024-02-29", "(\d+)-(\d+)", "$2/$1") | "02/2024-29"
        replace("abc", "b", "$0$0\$")           | "abb$c"
        replace("abc", "b", "$7")               | null
        matches("Hello", "hello", "i")          | true
        matches("abc", "(?=a)")                 | null
        extract("a1b22", "[0-9]+")              | ["1","22"]
        from base64(to base64("é😀"))           | "é😀"
        from json("{\"a\": [1, 2.50]}").a       | [1,2.5]
        to json({a: "x", b: @"2024-02-29"})     | "{\"a\":\"x\",\"b\":\"2024-02-29\"}"
        string([1, "a", {b: null}])             | "[1, \"a\", {b:null}]"
        number("1.234,5", ".", ",")             | 1234.5
        "#,
    );
}

#[test]
fn lists_and_numbers_have_their_functions() {
    feel_table(
        r#"
        [min(3, 1), max([1, 2]), sum(1, 2), count([])] | [1,2,3,0]
        [mean(1, 2), median(1, 5, 3), product(2, 3)]   | [1.5,3,6]
        mode([1, 2, 2, 1, 3])                 | [1,2]
        stddev(2, 4, 7, 5)                    | 2.0816659994661326
        sublist([1, 2, 3], -2, 1)             | [2]
        distinct values([1, 1.0, "1", null, null]) | [1,"1",null]
        partition([1, 2, 3], 2)               | [[1,2],[3]]
        flatten([1, [2, [3]]])                | [1,2,3]
        union([1, 2], [2, 3])                 | [1,2,3]
        decimal(2.345, 2)                     | 2.34
        round half up(2.345, 2)               | 2.35
        floor(-1.5)                           | -2
        modulo(-5, 3)                         | 1
        [odd(3), even(3), odd(2.5)]           | [true,false,false]
        range("[1..3)") = range("[1..3)")     | true
        context put({a: {b: 1}}, ["a", "c"], 2) | {"a":{"b":1,"c":2}}
        get value({a: {b: 1}}, ["a", "b"])    | 1
        list contains([1, null], null)        | true
        is(@"10:00:00", @"10:00:00Z")         | false
        "#,
    );
}

#[test]
fn random_values_follow_the_seed() {
    let first = run("[uuid(), uuid(), random number(), random number()]", &BTreeMap::new());
    let second = run("[uuid(), uuid(), random number(), random number()]", &BTreeMap::new());
    let (first, second) = (first.expect("a list").value, second.expect("a list").value);
    assert_eq!(first, second);
    let items = first.as_list().expect("a list");
    assert_ne!(items[0], items[1]);
    assert_ne!(items[2], items[3]);
    let uuid = items[0].as_str().expect("a text");
    assert_eq!((uuid.len(), &uuid[14..15]), (36, "7"), "{uuid}");
    let now = u64::from_str_radix(&uuid.replace('-', "")[..12], 16).expect("hexadecimal");
    assert_eq!(now as i64, env().now_ms);
}

#[test]
fn unary_tests_ask_one_value() {
    let none = BTreeMap::new();
    for (tests, input, expected) in [
        ("-", "1", "true"),
        ("< 5", "4", "true"),
        ("[1..5)", "5", "false"),
        ("]1..5[", "3", "true"),
        ("1, 2, 3", "2", "true"),
        ("\"a\", \"b\"", "\"c\"", "false"),
        ("not(1, 2)", "3", "true"),
        ("not(\"a\")", "\"a\"", "false"),
        ("? > 2 and ? < 5", "3", "true"),
        ("null", "null", "true"),
        ("< 5", "null", "null"),
        ("true", "false", "false"),
        ("> 10, < 2", "1", "true"),
        ("count(?) > 1", "[1,2]", "true"),
        ("[1, 2]", "2", "true"),
        ("not(?) or ?", "true", "true"),
    ] {
        let input = Value::from_json(input).expect("JSON");
        let found = run_tests(tests, &input, &none).expect("a result").value;
        assert_eq!(found.to_json(), expected, "{tests}");
    }
}

#[test]
fn what_cannot_be_compiled_says_where_and_why() {
    for (source, message, span, hint) in [
        ("1 +", "Expected an expression, but found the end of the expression", 3..3, None),
        ("(1", "Expected ')', but found the end of the expression", 2..2, None),
        (
            "a b",
            "Expected an operator or the end of the expression, but found 'b'",
            2..3,
            Some("back-ticks"),
        ),
        ("a == b", "Expected an expression, but found '='", 3..4, None),
        ("if a then b", "Expected 'else', but found the end of the expression", 11..11, None),
        ("\"abc", "Expected '\"' to end the text, but found the end of the expression", 0..1, None),
        ("for x return 1", "Expected 'in', but found 'return'", 6..12, None),
        (
            "? > 1",
            "Expected an expression, but found '?' where no input is tested",
            0..1,
            Some("left of 'in'"),
        ),
        ("a § b", "Expected an expression, but found '§'", 2..4, None),
        ("{a 1}", "Expected ':', but found '}'", 4..5, None),
        ("[1, 2", "Expected ']', but found the end of the expression", 5..5, None),
        ("", "Expected an expression, but found the end of the expression", 0..0, None),
    ] {
        let error = compile(source, Mode::Camunda).expect_err(source);
        assert_eq!((error.message.as_str(), error.span.clone()), (message, span), "{source}");
        let found = error.hint.as_deref();
        assert_eq!(found.is_some(), hint.is_some(), "{source}: {found:?}");
        assert!(found.unwrap_or_default().contains(hint.unwrap_or_default()), "{found:?}");
    }
}

#[test]
fn a_misspelt_function_compiles_with_a_note() {
    let notes = |source: &str| compile(source, Mode::Camunda).expect(source).notes().to_vec();
    let note = &notes("x + subtring(\"abc\", 2)")[0];
    assert_eq!(note.message, "Expected a function that exists, but found 'subtring'");
    assert_eq!(note.hint.as_deref(), Some("Did you mean 'substring'?"));
    assert_eq!(note.span, 4..22);
    let note = &notes("substring(\"abc\")")[0];
    assert_eq!(
        note.hint.as_deref(),
        Some(
            "Write substring(string, start position) or \
             substring(string, start position, length)."
        )
    );
    assert_eq!(notes("{f: function() 1, g: f()}"), []);
    assert_eq!(notes("abs(1) + date and time(\"2024-02-29T00:00:00\").year"), []);
}

#[test]
fn warnings_name_what_was_missing() {
    let found = run("x.y + {a: 1}.b", &BTreeMap::new()).expect("a value");
    let messages: Vec<&str> = found.warnings.iter().map(|w| w.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "No variable found with name 'x'",
            "No context entry found with key 'y'. The context is null",
            "No context entry found with key 'b'. Available keys: 'a'",
            "Can't add 'null' to 'null'",
        ]
    );
    let found = run("for i in 1..1000 return i + x", &BTreeMap::new()).expect("a value");
    assert_eq!(found.warnings.len(), 100);
}

/// Raw variables that remember which of them were asked for.
struct Asked {
    variables: BTreeMap<&'static str, &'static str>,
    names: RefCell<Vec<String>>,
}

impl Scope for Asked {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        self.names.borrow_mut().push(name.to_owned());
        self.variables.get(name).map(|text| Variable::Json(text))
    }
}

#[test]
fn reads_each_variable_once_and_only_where_the_path_leads() {
    let scope = Asked {
        variables: BTreeMap::from([
            ("order", r#"{"broken": nonsense, "lines": [{"n": 1}, {"n": 2}], "city": "Köln"}"#),
            ("flag", "true"),
            ("bad", "{\"a\": tru}"),
        ]),
        names: RefCell::default(),
    };
    let value = |source: &str| run(source, &scope).map(|found| found.value.to_json());
    assert_eq!(value("order.city + order.city"), Ok("\"KölnKöln\"".to_owned()));
    assert_eq!(value("order.lines.n"), Ok("[1,2]".to_owned()));
    assert_eq!(value("order.lines[1].n"), Ok("1".to_owned()));
    let missing = run("order.missing.n", &scope).expect("null");
    assert_eq!(missing.value, Value::Null);
    assert_eq!(
        missing.warnings[0].message,
        "No context entry found with key 'missing'. Available keys: 'broken', 'lines', 'city'"
    );
    assert_eq!(scope.names.borrow().join(" "), "order order order order");
    scope.names.borrow_mut().clear();
    assert_eq!(value("if flag then 1 else order.city"), Ok("1".to_owned()));
    assert_eq!(value("flag and flag"), Ok("true".to_owned()));
    assert_eq!(scope.names.borrow().join(" "), "flag flag");
    assert_eq!(
        value("bad"),
        Err("Expected the variable 'bad' to be valid JSON, but it is not: \
             Expected true, but found 't' at byte 6"
            .to_owned())
    );
    let program = compile("{a: x, b: a}.b + y[z > 1].q + `w w`", Mode::Camunda).expect("valid");
    let free: Vec<&str> = program.free_names().iter().map(|name| &**name).collect();
    assert_eq!(free, ["x", "y", "z", "w w"]);
}

#[test]
fn a_path_can_be_copied_without_decoding_it() {
    let scope = Asked {
        variables: BTreeMap::from([("order", r#" {"lines": [{"n": 1.0}], "a": {"b": 2}} "#)]),
        names: RefCell::default(),
    };
    for (source, expected) in [
        ("order.lines", Some(r#"[{"n": 1.0}]"#)),
        ("order.a.b", Some("2")),
        ("order", Some(r#"{"lines": [{"n": 1.0}], "a": {"b": 2}}"#)),
        ("order.lines.n", None),
        ("order.missing", None),
        ("other", None),
        ("order.a.b + 1", None),
        ("order.lines[1]", None),
    ] {
        let program = compile(source, Mode::Camunda).expect("valid");
        assert_eq!(program.raw_json(&scope), expected, "{source}");
    }
}

#[test]
fn fuel_that_is_left_stays_in_the_budget() {
    let program = compile("x + 1", Mode::Camunda).expect("valid");
    let mut budget = Budget::default();
    let scope = [("x", Value::from(1i64))];
    program.evaluate(&scope, &env(), &mut budget).expect("within budget");
    assert!((999_900..1_000_000).contains(&budget.fuel), "{budget:?}");
    let mut empty = Budget { fuel: 0, ..Budget::default() };
    assert!(program.evaluate(&scope, &env(), &mut empty).is_err());
}
