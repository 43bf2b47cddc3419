//! Hostile input: bombs are refused by the scan, everything else ends soon, nothing panics.

#![expect(clippy::print_stdout, reason = "the figures are for who reads the test's output")]

mod corpus;

use std::time::{Duration, Instant};

use model::{Document, Problems, open, short};
use proptest::prelude::*;

const HEAD: &str = "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\">\
     <process id=\"p\" isExecutable=\"true\"><startEvent id=\"s\"/>";
const TAIL: &str = "</process></definitions>";

/// What takes so long, whatever the machine and its other work, would not end in an hour either.
const HANGS: Duration = Duration::from_secs(60);

/// Reads a file and says how long that took.
fn timed(source: &[u8]) -> (Result<Document, Problems>, Duration) {
    #[expect(clippy::disallowed_methods, reason = "this test measures")]
    let start = Instant::now();
    let result = open(source);
    (result, start.elapsed())
}

fn rule(source: &[u8]) -> String {
    let (result, took) = timed(source);
    assert!(took < HANGS, "{took:?}");
    let problems = result.expect_err("it is refused");
    let rules: Vec<_> = problems.iter().map(|problem| problem.rule).collect();
    rules.join(" ")
}

#[test]
fn bombs_are_refused_before_the_parser_sees_them() {
    let laughs = "<!DOCTYPE a [<!ENTITY b \"&c;&c;\"><!ENTITY c \"ha\">]><a>&b;</a>";
    let attributes: String = (0..120_000).map(|n| format!(" a{n}=\"\"")).collect();
    let nested: String = (0..8_000).map(|n| format!("<a xmlns:n{n}=\"{n}\">")).collect();
    let beside: String = (0..8_000).map(|n| format!("<a xmlns:n{n}=\"{n}\"/>")).collect();
    let table: [(&str, String); 14] = [
        ("xml-doctype", laughs.to_owned()),
        ("xml-doctype", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>".to_owned()),
        ("xml-entity", "<a>&lol;</a>".to_owned()),
        ("xml-entity", "<a b=\"x && y\"/>".to_owned()),
        ("xml-too-large", format!("<a>{}</a>", " ".repeat(5 << 20))),
        ("xml-too-deep", "<a>".repeat(1_000_000)),
        ("xml-too-many-attributes", format!("<a{attributes}/>")),
        ("xml-too-many-elements", format!("<a>{}</a>", "<b/>".repeat(60_000))),
        ("xml-too-many-namespaces", nested),
        ("xml-too-many-namespaces", format!("<a>{beside}</a>")),
        ("xml-encoding", "<a>\0</a>".to_owned()),
        ("xml-malformed", String::new()),
        ("xml-malformed", "{\"not\": \"xml\"}".to_owned()),
        ("xml-malformed", "<a b=\"".to_owned()),
    ];
    for (expected, source) in table {
        assert_eq!(rule(source.as_bytes()), expected);
    }
}

#[test]
fn encodings_other_than_utf_8_are_refused_with_advice() {
    let utf_16: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xff, 0xfe], &utf_16[..]].concat();
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<a b=\"\xe4\"/>".to_vec();
    let table = [
        (utf_16, "1:1: xml-encoding: Expected UTF-8, but found UTF-16 (save the file as UTF-8)"),
        (marked, "1:1: xml-encoding: Expected UTF-8, but found UTF-16 (save the file as UTF-8)"),
        (
            latin,
            "2:7: xml-encoding: Expected UTF-8, but found the byte 0xE4 \
             (save the file as UTF-8; it says it is ISO-8859-1)",
        ),
    ];
    for (source, expected) in table {
        assert_eq!(open(&source).unwrap_err().to_string(), expected);
    }
}

#[test]
fn limits_refuse_at_the_first_thing_beyond_and_not_before() {
    let depth = |n: usize| format!("{}{}", "<a>".repeat(n), "</a>".repeat(n));
    assert!(open(depth(128).as_bytes()).is_ok());
    assert_eq!(open(depth(129).as_bytes()).unwrap_err().into_vec()[0].offset, 128 * 3);
    let elements = |n: usize| format!("<a>{}</a>", "<b/>".repeat(n - 1));
    assert!(open(elements(50_000).as_bytes()).is_ok());
    assert_eq!(open(elements(50_001).as_bytes()).unwrap_err().into_vec()[0].offset, 200_000 - 1);
    let attributes = |n: usize| (0..n).map(|n| format!(" a{n}='{n}'")).collect::<String>();
    assert!(open(format!("<a{}/>", attributes(256)).as_bytes()).is_ok());
    assert!(open(format!("<a{}/>", attributes(257)).as_bytes()).is_err());
    let spaces = |n: usize| (0..n).map(|n| format!(" xmlns:n{n}='{n}'")).collect::<String>();
    assert!(open(format!("<a{}/>", spaces(64)).as_bytes()).is_ok());
    assert!(open(format!("<a{}/>", spaces(65)).as_bytes()).is_err());
    assert!(open(format!("<a><b{}/><b{}/></a>", spaces(64), spaces(64)).as_bytes()).is_ok());
}

/// Files within the budget that are as bad as they can be for one rule or another.
fn worst() -> Vec<(&'static str, String)> {
    let many = |n: usize, of: &dyn Fn(usize) -> String| (0..n).map(of).collect::<String>();
    let file = |body: String| format!("{HEAD}{body}{TAIL}");
    let pad = |n: usize| format!("{n:0>39}");
    vec![
        (
            "flows to nowhere",
            file(many(24_000, &|n| {
                format!(
                    "<task id=\"t{}\"/><sequenceFlow id=\"{n}\" sourceRef=\"s\" targetRef=\"x{}\"/>",
                    pad(n),
                    pad(n)
                )
            })),
        ),
        (
            "one listed often",
            file(format!(
                "<task id=\"t\">{}</task>",
                many(40_000, &|n| format!("<incoming>{n}</incoming>"))
            )),
        ),
        (
            "many flows into one",
            file(many(24_000, &|n| {
                format!(
                    "<task id=\"t{n}\"/><sequenceFlow id=\"f{n}\" sourceRef=\"t{n}\" targetRef=\"t0\"/>"
                )
            })),
        ),
        (
            "circles",
            file(many(24_000, &|n| {
                format!(
                    "<task id=\"t{n}\"/><sequenceFlow id=\"f{n}\" sourceRef=\"t{n}\" targetRef=\"t{}\"/>",
                    n ^ 1
                )
            })),
        ),
        ("the same id", file("<task id=\"a\"/>".repeat(49_000))),
        ("unknown elements", file(many(49_000, &|n| format!("<serviceTaskk{}/>", n % 10)))),
        (
            "unknown attributes",
            file(many(1_200, &|n| {
                format!("<task id=\"t{n}\"{}/>", many(250, &|n| format!(" namee{n}=\"\"")))
            })),
        ),
        (
            "scopes without start",
            file(many(16_000, &|n| {
                format!("<subProcess id=\"u{n}\"><task id=\"t{n}\"/></subProcess>")
            })),
        ),
        (
            "boundaries without host",
            file(many(49_000, &|n| {
                format!("<boundaryEvent id=\"b{n}\" attachedToRef=\"{}\"/>", pad(n))
            })),
        ),
        (
            "processes",
            format!("{HEAD}{TAIL}").replace(TAIL, "</process>")
                + &many(20_000, &|n| format!("<process id=\"p{n}\"><task/></process>"))
                + "</definitions>",
        ),
        ("one line", file(format!("<!--{}-->{}", "ä".repeat(1_000_000), "<task/>".repeat(40_000)))),
        ("references", file(format!("<documentation>{}</documentation>", "&lt;".repeat(900_000)))),
        (
            "pieces of text",
            file(format!("<documentation>{}</documentation>", "a<!---->".repeat(450_000))),
        ),
        (
            "a long id",
            file(format!(
                "<task id=\"{}\">{}</task>",
                "i".repeat(2_000_000),
                "<b/>".repeat(40_000)
            )),
        ),
        ("namespaces", file(many(4_000, &|n| format!("<n{n}:a xmlns:n{n}=\"urn:{n}\"/>")))),
        (
            "nested",
            file(format!("{}{}", "<subProcess id=\"u\">".repeat(120), "</subProcess>".repeat(120))),
        ),
    ]
}

#[test]
fn the_worst_files_within_the_budget_end() {
    for (name, source) in worst() {
        assert!(source.len() <= model::MAX_SOURCE_BYTES, "{name}: {}", source.len());
        let (result, took) = timed(source.as_bytes());
        let found = match result {
            Ok(document) => document.problems().len(),
            Err(problems) => problems.len(),
        };
        println!("{took:>12?} {found:>5} problems {:>8} bytes  {name}", source.len());
        assert!(took < HANGS, "{name}: {took:?}");
    }
}

/// A file of the corpus, changed in a few places.
fn mutated(sources: &[Vec<u8>], pick: usize, changes: &[(usize, u8, usize)]) -> Vec<u8> {
    let mut source = sources[pick % sources.len()].clone();
    for (at, how, what) in changes {
        if source.is_empty() {
            break;
        }
        let at = at % source.len();
        let end = (at + what % 40).min(source.len());
        match how % 5 {
            0 => source[at] = u8::try_from(what % 256).unwrap_or(0),
            1 => drop(source.drain(at..end)),
            2 => source.extend_from_within(at..end),
            3 => drop(source.splice(at..at, *b"<a b=\"&amp;\">")),
            _ => source.truncate(at),
        }
    }
    source
}

/// Whatever was read can be walked and asked for every position.
fn walk(source: &[u8]) {
    let (result, took) = timed(source);
    assert!(took < HANGS, "{took:?}");
    let Ok(document) = result else { return };
    for node in std::iter::once(document.root()).chain(document.root().descendants()) {
        let at = node.position().offset;
        assert!(document.source()[at..].starts_with('<'));
        assert!(document.source()[at + 1..].starts_with(node.qname()));
        assert!(node.qname().ends_with(node.name()));
        assert!(document.source().get(node.text_position().offset..).is_some());
        let half = (0..=node.text().len() / 2).rev().find(|at| node.text().is_char_boundary(*at));
        let inside = node.text_position_at(half.unwrap_or(0)).offset;
        assert!(document.source().is_char_boundary(inside));
        for (namespace, name, value) in node.attributes() {
            let raw = &document.source()[node.attr_span(name).unwrap_or_default()];
            let is_copied = !raw.contains(['&', '\n', '\r', '\t']);
            if namespace.is_none() && is_copied {
                assert_eq!(raw, value);
            }
        }
    }
    for process in document.processes() {
        let structure = process.structure();
        for (index, flow) in structure.flows.iter().enumerate() {
            assert!(structure.nodes[flow.source].outgoing.contains(&index));
            assert!(structure.nodes[flow.target].incoming.contains(&index));
        }
    }
}

/// Pieces that make up markup, well-formed or not.
const MARKUP: &[&str] = &[
    "<",
    ">",
    "/",
    "=",
    "\"",
    "'",
    "&",
    ";",
    "<a>",
    "</a>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x",
    "?>",
    " b=\"c\"",
    "xmlns",
    ":",
    "é",
    "\u{feff}",
    "text",
    "&lt;",
    "&#65;",
    " ",
    "\n",
];

/// Pieces that make up short notation, right or wrong.
const SHORT: &[&str] = &[
    "start",
    "end",
    " -> ",
    "a:job(x)",
    "b:sub { ",
    " } ",
    "\n",
    ";",
    "-[= x]->",
    "-[default]->",
    " ! t:timer(PT1H)",
    " !~ e:error(E)",
    "process p",
    "\"n\"",
    " inputs { x = = y }",
    "a",
    "b",
    "(",
    ")",
    "=",
    "#",
    "x:xor",
    " retries=3",
    " each(= l)",
    "é",
    "&<>\"",
];

fn pieces(of: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(prop::sample::select(of), 0..most).prop_map(|list| list.concat())
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..most)
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn arbitrary_bytes_are_read_or_refused(source in bytes(400)) {
        walk(&source);
    }

    #[test]
    fn arbitrary_markup_is_read_or_refused(markup in pieces(MARKUP, 60)) {
        walk(markup.as_bytes());
        walk(format!("<r>{markup}</r>").as_bytes());
    }

    #[test]
    fn short_notation_is_refused_or_becomes_xml(text in pieces(SHORT, 24)) {
        if let Ok(xml) = short::to_bpmn(&text) {
            let document = open(xml.as_bytes());
            prop_assert!(document.is_ok(), "{}\n{}", xml, document.unwrap_err());
        }
    }
}

#[test]
fn mutated_models_are_read_or_refused() {
    let models = corpus::models(&["bpmn-moddle", "bpmnlint", "zeebe-bpmn-moddle"]);
    let sources: Vec<_> = models.into_iter().map(|(_, source)| source).collect();
    if sources.is_empty() {
        return;
    }
    let mut runner = proptest::test_runner::TestRunner::new(cases(1_000));
    let changes = proptest::collection::vec(any::<(usize, u8, usize)>(), 1..6);
    runner
        .run(&(any::<usize>(), changes), |(pick, changes)| {
            walk(&mutated(&sources, pick, &changes));
            Ok(())
        })
        .unwrap();
}
