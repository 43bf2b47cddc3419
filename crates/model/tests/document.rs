//! A document gives every element, attribute and text with its exact position.

use model::{Namespace, open, parse};

fn file(body: &str) -> String {
    format!(
        "\u{feff}<?xml version=\"1.0\"?>\n<b:definitions xmlns:b=\"{}\" xmlns:z=\"{}\">\n{body}\n</b:definitions>",
        Namespace::Bpmn.uri(),
        Namespace::Zeebe.uri()
    )
}

#[test]
fn gives_names_attributes_and_text_with_their_positions() {
    let source = file(
        "<b:process id=\"p\" isExecutable=\"true\" z:x=\"ä\">\n \
         <b:task id='t' name='1 &lt; 2'>\n  <b:documentation>  é <!-- c -->&amp; <![CDATA[<x>]]> \
         </b:documentation></b:task></b:process>",
    );
    let document = open(source.as_bytes()).unwrap();
    assert_eq!(document.source(), source);
    let process = document.by_id("p").unwrap();
    assert!(process.is_bpmn("process"));
    assert_eq!((process.qname(), process.name()), ("b:process", "process"));
    assert_eq!(process.attr("x"), None);
    assert_eq!(process.attr_ns(Namespace::Zeebe, "x"), Some("ä"));
    assert_eq!((process.position().line, process.position().column), (3, 1));
    let at = process.attr_position("isExecutable");
    assert_eq!((at.line, at.column), (3, 33));
    assert_eq!(&source[at.offset..at.offset + 4], "true");

    let task = document.by_id("t").unwrap();
    assert_eq!(task.parent(), Some(process));
    assert_eq!(task.attr("name"), Some("1 < 2"));
    assert_eq!(&source[task.attr_span("name").unwrap()], "1 &lt; 2");
    let two = task.attr_position_at("name", "1 < ".len());
    assert_eq!(&source[two.offset..=two.offset], "2");
    let text = task.bpmn("documentation").next().unwrap();
    assert_eq!(text.text(), "é & <x>");
    assert_eq!((text.text_position().line, text.text_position().column), (5, 22));
    let inside = text.text_position_at("é & <".len()).offset;
    assert_eq!(&source[inside..inside + 2], "x>");
    assert_eq!(text.owner_id(), Some("t"));
    assert_eq!(document.by_id("nobody"), None);
}

#[test]
fn walks_children_extensions_and_descendants_in_document_order() {
    let source = file(
        "<b:process id=\"p\"><b:extensionElements><z:a n=\"1\"/><b:a/><z:a n=\"2\"/>\
         </b:extensionElements><b:task id=\"t\"/><b:task id=\"u\"/></b:process><b:message id=\"m\"/>",
    );
    let document = open(source.as_bytes()).unwrap();
    let process = document.processes().next().unwrap().node;
    let names: Vec<_> = process.children().map(|node| node.name()).collect();
    assert_eq!(names, ["extensionElements", "task", "task"]);
    let found: Vec<_> = process.extensions("a").filter_map(|node| node.attr("n")).collect();
    assert_eq!(found, ["1", "2"]);
    assert_eq!(process.bpmn("task").nth(1).and_then(|task| task.id()), Some("u"));
    assert_eq!(process.descendants().count(), 6);
    assert_eq!(document.root().children().count(), 2);
    assert_eq!(document.resolve("tns:m").map(|node| node.name()), Some("message"));
    assert_eq!(document.messages().count(), 1);
}

#[test]
fn is_owned_and_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<model::Document>();
    shared::<model::Problems>();
}

#[test]
fn says_where_xml_is_malformed() {
    let problems = parse("<a>\n  <b>\n</a>".as_bytes()).unwrap_err();
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        ["3:1: xml-malformed: Expected well-formed XML, but found this: expected 'b' tag, not 'a'"]
    );
}

#[test]
fn says_that_something_is_no_xml_at_all() {
    let said = |source: &str| parse(source.as_bytes()).unwrap_err().to_string();
    let hint = "(a model is XML; short notation is turned into it first)";
    assert_eq!(said(""), format!("1:1: xml-malformed: Expected XML, but found nothing {hint}"));
    assert_eq!(
        said("\n start -> end"),
        format!("2:2: xml-malformed: Expected XML, but found `start` {hint}")
    );
}
