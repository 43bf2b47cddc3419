//! The short notation: what it becomes, and what it refuses.

use model::{NodeRef, Structure, parse, short};

/// The flow of a process as one line per flow node: scope, id, element, where flows go.
fn outline(text: &str) -> String {
    let xml = short::to_bpmn(text).unwrap_or_else(|problems| panic!("{problems}"));
    let document = parse(xml.as_bytes()).unwrap_or_else(|problems| panic!("{problems}\n{xml}"));
    let mut lines = Vec::new();
    for process in document.processes() {
        assert!(process.is_executable());
        let structure = process.structure();
        lines.extend((0..structure.nodes.len()).map(|index| outline_of(&structure, index)));
    }
    lines.join("\n")
}

fn outline_of(structure: &Structure<'_>, index: usize) -> String {
    let node = &structure.nodes[index];
    let mut line = format!("{}{} {}", "  ".repeat(depth(node.node)), node.id, node.node.name());
    if let Some(host) = node.attached_to {
        line += &format!(" on {}", structure.nodes[host].id);
    }
    for flow in &node.outgoing {
        let flow = &structure.flows[*flow];
        let condition = flow.condition.map(|condition| format!("[{}]", condition.text()));
        let default = if flow.is_default { "[default]" } else { "" };
        let target = structure.nodes[flow.target].id;
        line += &format!(" -{default}{}> {target}", condition.unwrap_or_default());
    }
    line
}

fn depth(node: NodeRef<'_>) -> usize {
    std::iter::successors(node.parent(), |node| node.parent()).count() - 2
}

/// One element with its extensions and event definitions as XML without blanks around.
fn element(text: &str, id: &str) -> String {
    let xml = short::to_bpmn(text).unwrap_or_else(|problems| panic!("{problems}"));
    let document = parse(xml.as_bytes()).unwrap_or_else(|problems| panic!("{problems}\n{xml}"));
    let node = document.by_id(id).expect("the text declares it");
    let mut lines = Vec::new();
    for inside in std::iter::once(node).chain(node.descendants()) {
        if matches!(inside.name(), "incoming" | "outgoing" | "extensionElements") {
            continue;
        }
        let mut line = inside.name().to_owned();
        for (_, name, value) in inside
            .attributes()
            .filter(|(_, name, _)| *name != "type" || inside.name() == "taskDefinition")
        {
            line += &format!(" {name}={value}");
        }
        if !inside.text().is_empty() {
            line += &format!(": {}", inside.text());
        }
        lines.push(line);
    }
    lines.join("\n")
}

fn problems(text: &str) -> Vec<String> {
    let found = short::to_bpmn(text).expect_err("the text is wrong");
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn reads_chains_conditions_and_defaults() {
    let text = r#"
        process order "Order"           # the header is optional
        start -> charge:job(charge-card) retries=5 -> check:xor
        check -[= amount > 100]-> big:user -> done:end
        check -[default]-> small:script(= amount * 2, result) -> done
    "#;
    let expected = "\
start startEvent -> charge
charge serviceTask -> check
check exclusiveGateway -[= amount > 100]> big -[default]> small
big userTask -> done
done endEvent
small scriptTask -> done";
    assert_eq!(outline(text), expected);
}

#[test]
fn a_sub_process_holds_statements_of_its_own() {
    let text = "start -> work:sub { start -> a:job(a) -> end } -> end";
    let lines = outline(text);
    for line in
        ["work subProcess -> end", "  work_start startEvent -> a", "  a serviceTask -> work_end"]
    {
        assert!(lines.lines().any(|found| found == line), "no {line} in\n{lines}");
    }
}

#[test]
fn attaches_boundary_events_that_interrupt_or_not() {
    let text = "
        start -> charge:job(charge-card) -> end
        charge ! timeout:timer(PT5M) interrupting -> late:end
        charge !~ remind:timer(R3/PT1M) -> mail:send(mail)
        charge ! failed:error(CARD_DECLINED) -> late
        charge ! undo:compensation -> refund:job(refund)";
    let lines = outline(text);
    assert!(lines.contains("timeout boundaryEvent on charge -> late"), "{lines}");
    assert_eq!(
        element(text, "remind"),
        "boundaryEvent id=remind attachedToRef=charge cancelActivity=false\n\
         timerEventDefinition\ntimeCycle: R3/PT1M"
    );
    assert_eq!(
        element(text, "refund").lines().next(),
        Some("serviceTask id=refund isForCompensation=true")
    );
    let xml = short::to_bpmn(text).unwrap();
    assert!(xml.contains("<bpmn:error id=\"error.1\" name=\"CARD_DECLINED\""), "{xml}");
    assert!(xml.contains("<bpmn:association id=\"undo.refund\""), "{xml}");
}

#[test]
fn messages_are_shared_by_name_and_key() {
    let text = "
        s:message-start(order-received) -> wait:catch-message(payment, = orderId) -> recv:receive(payment, = orderId)
        recv -> timer1:timer(PT1H) -> thrown:message-throw(shipped, publish) -> end";
    let xml = short::to_bpmn(text).unwrap();
    assert_eq!(xml.matches("<bpmn:message ").count(), 3);
    assert!(xml.contains("<zeebe:subscription correlationKey=\"= orderId\"/>"));
    assert_eq!(element(text, "recv"), "receiveTask id=recv messageRef=message.2");
    assert_eq!(
        element(text, "thrown"),
        "intermediateThrowEvent id=thrown\ntaskDefinition type=publish\n\
         messageEventDefinition messageRef=message.3"
    );
}

#[test]
fn writes_mappings_headers_listeners_and_repetition() {
    let text = r#"
        start -> a:job("charge, card") each(= items, item, results, = result) until(= numberOfCompletedInstances > 1) -> end
        a: inputs { x = = {a: amount * 2}   # doubled
                    y = = "a;b" } outputs { z = = result } headers { k = v; l = "w w" } on-start(log, 2)
        a: "Charge <the> card" priority=7
    "#;
    assert_eq!(
        element(text, "a"),
        "serviceTask id=a name=Charge <the> card\n\
         taskDefinition type=charge, card\n\
         jobPriorityDefinition priority=7\n\
         ioMapping\n\
         input source== {a: amount * 2} target=x\n\
         input source== \"a;b\" target=y\n\
         output source== result target=z\n\
         taskHeaders\n\
         header key=k value=v\n\
         header key=l value=w w\n\
         executionListeners\n\
         executionListener eventType=start type=log retries=2\n\
         multiInstanceLoopCharacteristics\n\
         loopCharacteristics inputCollection== items inputElement=item outputCollection=results outputElement== result\n\
         completionCondition: = numberOfCompletedInstances > 1"
            .replace(" type=log", "")
    );
}

#[test]
fn every_kind_becomes_a_model_without_errors() {
    let text = r#"
        process all "All kinds" version=1.0
        start form=f -> a:task -> b:manual -> c:user-job assignee="= owner" groups=g users=u due=PT1H
        c -> d:decision(dish, result) -> e:call(child) propagate=no -> f:or -> g:and -> h:throw
        h -> i:signal-throw(s) -> j:catch-signal(s) -> k:escalation-throw(ESC) -> l:message-throw(m)
        l -> m:link-throw(L)
        n:catch-link(L) -> o:compensation-throw -> p:send(mail) -> q:event-gateway
        q -> r:timer(2030-01-01T00:00:00Z) -> s:end
        q -> t:catch-message(m, = key) -> u:terminate
        q -> v:catch-condition(= ready) -> w:message-end(m, job)
        u2:timer-start(R/PT1H) -> x:signal-end(s)
        y:message-start(m) -> z:error-end(E)
        y2:signal-start(s) -> z2:escalation-end(ESC)
        y3:condition-start(= x > 1) -> z3:compensation-end(a)
        work:ad-hoc active(= [1, 2]) type=agent results(out, = r) until(= done) { one:job(x); two:job(y) }
        h -> work
        work ! w1:message(m, = key) -> u
        work !~ w2:escalation(ESC) -> u
        work !~ w3:signal(s) -> u
        work ! w4:condition(= x) -> u
        h -> tx:transaction { start -> end }
        handler:event-sub { f1:error-start(E) -> end }
        other:event-sub { f2:timer-start(PT1H) non-interrupting -> end }
        third:event-sub { f3:escalation-start -> end }
        loop:sub each-in-turn(= items) { start -> end }
        h -> loop
        process child
        start -> end
    "#;
    let xml = short::to_bpmn(text).unwrap_or_else(|problems| panic!("{problems}"));
    let document = parse(xml.as_bytes()).unwrap_or_else(|problems| panic!("{problems}\n{xml}"));
    let problems: Vec<_> = document.problems().iter().map(ToString::to_string).collect();
    assert_eq!(problems, Vec::<String>::new(), "{xml}");
    assert_eq!(
        document.processes().map(|process| process.id()).collect::<Vec<_>>(),
        ["all", "child"]
    );
    assert!(document.by_id("child_start").is_some());
}

#[test]
fn says_what_is_wrong_and_where() {
    let table = [
        ("", "1:1: short-syntax: Expected a process, but found nothing (write start -> end)"),
        (
            "start -> a:jbo(x)",
            "1:12: short-unknown-kind: Expected a kind of flow node, but found `jbo(x)` (write job)",
        ),
        (
            "start -> b",
            "1:10: short-undeclared: Expected a declared flow node, but found `b` (declare it once, for example b:task)",
        ),
        (
            "a:job -> end",
            "1:3: short-arguments: Expected job(job type), but found 0 arguments (separate arguments by commas; quote one that contains a comma)",
        ),
        (
            "a:script(1, x)",
            "1:3: short-arguments: Expected script(= expression, result variable), but found `1` where = expression belongs (separate arguments by commas; quote one that contains a comma)",
        ),
        (
            "start -[x > 1]-> end",
            "1:9: short-syntax: Expected = or default, but found `x` (write -[= amount > 100]->)",
        ),
        (
            "start -> a:xor\na:and",
            "2:1: short-redeclared: Expected one declaration of `a`, but found another (declare a flow node once and mention it by its id elsewhere)",
        ),
        (
            "start -> a:job(x) retrie=5",
            "1:19: short-unknown-option: Expected -> or an option, but found `retrie` (write retries)",
        ),
        (
            "start retries=5",
            "1:7: short-unknown-option: Expected an option of start, but found retries (see docs/short-notation.md)",
        ),
        (
            "start => end",
            "1:7: short-syntax: Expected -> or a new line, but found `=>` (a chain is a -> b:kind -> c:kind)",
        ),
        (
            "start ->",
            "1:9: short-syntax: Expected a flow node, but found the end (write id or id:kind)",
        ),
        ("a:sub { start -> end", "1:7: short-syntax: Expected } for this {, but found the end"),
        ("a:job(x", "1:7: short-syntax: Expected , or ) after this, but found the end"),
        (
            "a:task ! b -> end",
            "1:10: short-syntax: Expected a boundary event, but found only the name `b` (write id:kind after !)",
        ),
        ("a:task \"x", "1:8: short-syntax: Expected a closing \", but found the end"),
        (
            "process a\nstart\nprocess a",
            "3:9: short-redeclared: Expected one process `a`, but found another",
        ),
        (
            "process a\na:task",
            "2:1: short-redeclared: Expected an id of its own, but found that of process `a` (ids are unique in a file)",
        ),
        (
            "a:task until(= x)",
            "1:8: short-unknown-option: Expected each(..) beside until(..), but found none",
        ),
        (
            "x:xor -[default]-> end\nx -[default]-> end",
            "2:1: short-redeclared: Expected one default of `x`, but found another",
        ),
        ("a:task \u{1}", "1:8: short-syntax: Expected text, but found a control character"),
    ];
    for (text, expected) in table {
        assert_eq!(problems(text), [expected], "{text}");
    }
}

#[test]
fn reports_every_bad_line_at_once() {
    let found = problems("start -> a:jbo(x)\nstart -> end\nb:task => c\n");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn refuses_nesting_and_size_beyond_its_limits() {
    let deep = "a:sub {".repeat(9_000);
    assert!(problems(&deep)[0].contains("short-too-deep"), "{:?}", problems(&deep));
    let long = "start -> end\n".repeat(6_000);
    assert!(problems(&long)[0].contains("short-too-large"));
}

#[test]
fn every_example_of_the_documentation_is_a_model() {
    let page = include_str!("../../../docs/short-notation.md");
    let mut examples = 0;
    for block in page.split("```segue\n").skip(1) {
        let text = block.split("```").next().unwrap();
        let xml = short::to_bpmn(text).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
        parse(xml.as_bytes()).unwrap_or_else(|problems| panic!("{problems}\n{text}\n{xml}"));
        examples += 1;
    }
    assert!(examples >= 5, "{examples}");
}
