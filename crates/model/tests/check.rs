//! The rules: a fragment of XML, and the problems found in it, one line each.

use std::collections::BTreeSet;

use model::{Problems, check, open};

const HEAD: &str = "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" \
     xmlns:zeebe=\"http://camunda.org/schema/zeebe/1.0\" \
     xmlns:segue=\"urn:segue:bpmn:1.0\" xmlns:camunda=\"http://camunda.org/schema/1.0/bpmn\" xmlns:x=\"urn:x\">";

/// A fragment of a process as a file; the fragment begins in line 2.
fn in_process(fragment: &str) -> String {
    format!(
        "{HEAD}<process id=\"p\" isExecutable=\"true\">{START}\n{fragment}\n</process>\
         <message id=\"m\" name=\"m\"/><error id=\"e\" errorCode=\"E\"/></definitions>"
    )
}

fn lines(problems: &Problems) -> Vec<String> {
    let line = |problem: &model::Problem| {
        let element = problem.element.as_deref().unwrap_or("-");
        let (line, column) = (problem.line, problem.column);
        format!("{} {element} {line}:{column} {}", problem.rule, problem.message)
    };
    problems.iter().map(line).collect()
}

fn found(source: &str) -> Vec<String> {
    match open(source.as_bytes()) {
        Ok(document) => lines(document.problems()),
        Err(problems) => lines(&problems),
    }
}

const START: &str = "<startEvent id=\"s\"/>";

/// Fragments of a process that begin behind a start event `s`.
const FRAGMENTS: &[(&str, &str)] = &[
    ("", ""),
    (
        r#"<task id="a"/><sequenceFlow id="f" sourceRef="s" targetRef="b"/><sequenceFlow id="g" sourceRef="s" targetRef="a"/>"#,
        "flow-target-missing f 2:61 Expected the flow node of targetRef, but found `b`, which does not exist",
    ),
    (
        r#"<sequenceFlow id="f" targetRef="m"/>"#,
        "flow-source-missing f 2:1 Expected the flow node of sourceRef, but found none\n\
         flow-target-missing f 2:33 Expected the flow node of targetRef, but found `m`, which is a message",
    ),
    (
        r#"<subProcess id="u"><incoming>f</incoming><startEvent id="i"/><sequenceFlow id="g" sourceRef="i" targetRef="s"/></subProcess><sequenceFlow id="f" sourceRef="s" targetRef="u"/>"#,
        "flow-crosses-scope g 2:108 Expected targetRef in subProcess `u`, but found `s`, which is in process `p`",
    ),
    (
        r#"<endEvent id="z"/><sequenceFlow id="f" sourceRef="s" targetRef="z"/><sequenceFlow id="g" sourceRef="z" targetRef="s"/>"#,
        "flow-from-end g 2:101 Expected a source that can be left, but found endEvent `z`\n\
         flow-into-start g 2:115 Expected a target that can be entered, but found startEvent `s`",
    ),
    (
        r#"<task id="a"/><boundaryEvent id="b" attachedToRef="a"><errorEventDefinition/></boundaryEvent><sequenceFlow id="f" sourceRef="s" targetRef="a"/><sequenceFlow id="g" sourceRef="a" targetRef="b"/>"#,
        "flow-into-boundary g 2:190 Expected a target that can be entered, but found boundaryEvent `b`",
    ),
    (
        r#"<task id="a"/><boundaryEvent id="b" attachedToRef="c"/><boundaryEvent id="d"/><boundaryEvent id="f" attachedToRef="s"/><sequenceFlow id="g" sourceRef="s" targetRef="a"/>"#,
        "boundary-unattached b 2:52 Expected the activity it is attached to, but found `c`, which does not exist\n\
         boundary-unattached d 2:56 Expected the activity it is attached to, but found none\n\
         boundary-unattached f 2:116 Expected the activity it is attached to, but found `s`, which is a startEvent",
    ),
    (
        r#"<subProcess id="u" triggeredByEvent="true"><startEvent id="i"><messageEventDefinition messageRef="m"/></startEvent></subProcess><task id="h" isForCompensation="true"/><sequenceFlow id="f" sourceRef="s" targetRef="u"/><sequenceFlow id="g" sourceRef="h" targetRef="h"/>"#,
        "flow-at-event-sub-process f 2:214 Expected a flow node in the flow, but found the event sub-process `u`\n\
         flow-at-compensation g 2:250 Expected a flow node in the flow, but found the compensation handler `h`\n\
         flow-at-compensation g 2:264 Expected a flow node in the flow, but found the compensation handler `h`",
    ),
    (
        r#"<exclusiveGateway id="x" default="g"/><exclusiveGateway id="y" default="f"/><sequenceFlow id="f" sourceRef="s" targetRef="x"/><sequenceFlow id="g" sourceRef="x" targetRef="y"/>"#,
        "default-not-outgoing y 2:73 Expected one of its outgoing flows as default, but found `f`",
    ),
    (
        r#"<inclusiveGateway id="x" default="g"/><task id="a"/><sequenceFlow id="f" sourceRef="s" targetRef="x"/><sequenceFlow id="g" sourceRef="x" targetRef="a"/><sequenceFlow id="h" sourceRef="x" targetRef="a"/>"#,
        "condition-missing h 2:153 Expected a condition on a flow out of inclusiveGateway `x`, but found none",
    ),
    (
        r#"<task id="a"><incoming>f</incoming><incoming>g</incoming><outgoing>f</outgoing></task><sequenceFlow id="f" sourceRef="s" targetRef="a"/>"#,
        "flow-reference-dangling a 2:46 Expected an incoming sequence flow of task `a`, but found `g`\n\
         flow-reference-dangling a 2:68 Expected an outgoing sequence flow of task `a`, but found `f`",
    ),
    (
        r#"<task id="a"/><task id="b"/><sequenceFlow id="f" sourceRef="a" targetRef="b"/><task id="c"/><sequenceFlow id="g" sourceRef="c" targetRef="c"/>"#,
        "node-unreachable a 2:1 Expected a path from a start event, but found none to task `a`\n\
         node-unreachable c 2:79 Expected a path from a start event, but found none to task `c`",
    ),
    (
        r#"<task id="a"/><task id="b"/><sequenceFlow id="f" sourceRef="a" targetRef="b"/><sequenceFlow id="g" sourceRef="b" targetRef="a"/>"#,
        "node-unreachable a 2:1 Expected a path from a start event, but found none to task `a`",
    ),
    (
        r#"<startEvent id="t"/><startEvent id="u"><messageEventDefinition messageRef="m"/></startEvent>"#,
        "start-repeated t 2:1 Expected one start event without a trigger, but found another beside startEvent `s`",
    ),
    (
        r#"<adHocSubProcess id="a"><startEvent id="b"/><task id="c"/></adHocSubProcess><sequenceFlow id="f" sourceRef="s" targetRef="a"/>"#,
        "ad-hoc-start b 2:25 Expected no start event in adHocSubProcess `a`, but found one",
    ),
    (
        r#"<subProcess id="a"><task id="c"/></subProcess><sequenceFlow id="f" sourceRef="s" targetRef="a"/>"#,
        "start-missing a 2:1 Expected a start event in subProcess `a`, but found none",
    ),
    (
        r#"<subProcess id="a"><startEvent id="b"><timerEventDefinition/></startEvent></subProcess><sequenceFlow id="f" sourceRef="s" targetRef="a"/>"#,
        "start-not-none b 2:39 Expected a start event without a trigger in subProcess `a`, but found timerEventDefinition",
    ),
    (
        r#"<subProcess id="a" triggeredByEvent="true"/><subProcess id="b" triggeredByEvent="true"><startEvent id="c"/></subProcess>"#,
        "event-sub-process-start a 2:1 Expected exactly one start event, but found 0\n\
         event-sub-process-start c 2:88 Expected a start event with a trigger, but found one without",
    ),
    (
        r#"<intermediateThrowEvent id="t"><linkEventDefinition name="nxt"/></intermediateThrowEvent><intermediateCatchEvent id="c"><linkEventDefinition name="next"/></intermediateCatchEvent><intermediateCatchEvent id="d"><linkEventDefinition name="next"/></intermediateCatchEvent><intermediateThrowEvent id="u"><linkEventDefinition/></intermediateThrowEvent><sequenceFlow id="f" sourceRef="s" targetRef="t"/><sequenceFlow id="g" sourceRef="u" targetRef="c"/><sequenceFlow id="h" sourceRef="s" targetRef="u"/>"#,
        "flow-at-link g 2:430 Expected no flow at intermediateThrowEvent `u`, but found one\n\
         flow-at-link g 2:444 Expected no flow at intermediateCatchEvent `c`, but found one\n\
         link-catch-missing t 2:59 Expected a link catch event named `nxt` in process `p`, but found none\n\
         link-catch-repeated d 2:238 Expected one link catch event named `next`, but found another beside intermediateCatchEvent `c`\n\
         link-name-missing u 2:301 Expected the name of a link, but found none\n\
         link-throw-missing c 2:148 Expected a link throw event named `next` in process `p`, but found none\n\
         link-throw-missing d 2:238 Expected a link throw event named `next` in process `p`, but found none",
    ),
    (
        r#"<eventBasedGateway id="g"/><task id="a"/><receiveTask id="r" messageRef="m"/><boundaryEvent id="b" attachedToRef="r"/><intermediateCatchEvent id="c"><timerEventDefinition/></intermediateCatchEvent><sequenceFlow id="f" sourceRef="s" targetRef="g"/><sequenceFlow id="h" sourceRef="g" targetRef="a"/><sequenceFlow id="i" sourceRef="g" targetRef="r"/><sequenceFlow id="j" sourceRef="g" targetRef="c"/><sequenceFlow id="k" sourceRef="a" targetRef="c"/><eventBasedGateway id="o"/><sequenceFlow id="l" sourceRef="a" targetRef="o"/>"#,
        "event-gateway-events o 2:448 Expected at least two flows out of eventBasedGateway `o`, but found 0\n\
         event-gateway-target h 2:294 Expected only events behind eventBasedGateway `g`, but found task `a`\n\
         event-gateway-target i 2:344 Expected only events behind eventBasedGateway `g`, but found a boundary event on receiveTask `r`\n\
         event-gateway-target j 2:394 Expected only events behind eventBasedGateway `g`, but found another flow into intermediateCatchEvent `c`",
    ),
    (
        r#"<receiveTask id="r"/><intermediateCatchEvent id="c"><signalEventDefinition/></intermediateCatchEvent><sequenceFlow id="f" sourceRef="s" targetRef="r"/><sequenceFlow id="g" sourceRef="r" targetRef="c"/>"#,
        "message-missing r 2:1 Expected a message to be named by messageRef, but found none\n\
         message-missing c 2:53 Expected a signal to be named by signalRef, but found none",
    ),
    (
        r#"<receiveTask id="r" messageRef="tns:m"/><endEvent id="z"><errorEventDefinition errorRef="m"/></endEvent><sequenceFlow id="f" sourceRef="s" targetRef="r"/><sequenceFlow id="g" sourceRef="r" targetRef="z"/>"#,
        "reference-missing z 2:90 Expected the error of errorRef, but found `m`, which is a message",
    ),
    (
        r#"<servicetask id="a"/><task id="b" nme="B"><timerDuraton/></task><sequenceFlow id="f" sourceRef="s" targetRef="b"/>"#,
        "unknown-element a 2:1 Expected an element of BPMN, but found `servicetask`\n\
         attribute-unknown b 2:40 Expected an attribute of BPMN, but found `nme`\n\
         unknown-element b 2:43 Expected an element of BPMN, but found `timerDuraton`",
    ),
    (
        r#"<task id="a"><task id="b"/><zeebe:taskDefinition type="t"/><documentation><x:p/></documentation></task><sequenceFlow id="f" sourceRef="s" targetRef="a"/>"#,
        "element-misplaced b 2:14 Expected task directly in a process or sub-process, but found it in task `a`\n\
         element-foreign a 2:28 Expected elements of BPMN in task `a`, but found `zeebe:taskDefinition`",
    ),
    (
        r#"<task id="a" zeebe:modelerTemplate="t" zeebe:foo="1"><extensionElements><zeebe:taskDefinition type="t" retrys="3"/><zeebe:taskDefinition type="u"/><zeebe:taskdefinition/><x:y/></extensionElements></task><sequenceFlow id="f" sourceRef="s" targetRef="a"/>"#,
        "extension-attribute-unknown a 2:1 Expected a known attribute, but found `foo` of task\n\
         extension-attribute-unknown a 2:112 Expected a known attribute, but found `retrys` of zeebe:taskDefinition\n\
         extension-repeated a 2:116 Expected one zeebe:taskDefinition, but found another\n\
         extension-unknown a 2:148 Expected a known extension, but found `zeebe:taskdefinition`",
    ),
    (
        r#"<sendTask id="a"><extensionElements><segue:publishMessage correlationkey="= id"/><segue:publishMesage/></extensionElements></sendTask><sequenceFlow id="f" sourceRef="s" targetRef="a"/>"#,
        "extension-attribute-unknown a 2:75 Expected a known attribute, but found `correlationkey` of segue:publishMessage\n\
         extension-unknown a 2:82 Expected a known extension, but found `segue:publishMesage`",
    ),
    (
        r#"<task id="a" camunda:topic="t" camunda:type="external"><extensionElements><camunda:inputOutput><camunda:inputParameter/></camunda:inputOutput></extensionElements></task><sequenceFlow id="f" sourceRef="s" targetRef="a"/>"#,
        "camunda7-extension a 2:1 Expected extensions of Camunda 8, but found Camunda 7's attribute `topic` of task `a`\n\
         camunda7-extension a 2:75 Expected extensions of Camunda 8, but found Camunda 7's element `camunda:inputOutput`",
    ),
    (
        r#"<task/><task id="a"/><task id="a"/><sequenceFlow id="m" sourceRef="s" targetRef="a"/>"#,
        "id-missing p 2:1 Expected task with an id, but found none\n\
         node-unreachable p 2:1 Expected a path from a start event, but found none to task\n\
         id-duplicate a 2:32 Expected an id of its own, but found `a`, which is the task in line 2\n\
         node-unreachable a 2:22 Expected a path from a start event, but found none to task `a`\n\
         id-duplicate m 3:24 Expected an id of its own, but found `m`, which is the sequenceFlow in line 2",
    ),
];

#[test]
fn every_rule_names_the_element_and_the_place() {
    for (fragment, expected) in FRAGMENTS {
        let mut expected: Vec<_> = expected.lines().collect();
        let mut lines = found(&in_process(fragment));
        lines.sort();
        expected.sort_unstable();
        assert_eq!(lines, expected, "\n{fragment}\n");
    }
}

/// Whole files.
fn files() -> Vec<(String, &'static str)> {
    let long = "i".repeat(300);
    vec![
        (
            "<a/>".to_owned(),
            "not-bpmn - 1:1 Expected definitions of BPMN 2.0, but found a of no namespace",
        ),
        (
            "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\"/>".to_owned(),
            "not-bpmn - 1:1 Expected definitions of BPMN 2.0, but found definitions of the namespace `https://www.omg.org/spec/DMN/20191111/MODEL/`",
        ),
        (
            format!("{HEAD}<collaboration id=\"c\"/></definitions>"),
            "process-missing - 1:1 Expected a process, but found none",
        ),
        (
            format!(
                "{HEAD}\n<process id=\"p\" isExecutable=\"false\"><task id=\"a\"/></process></definitions>"
            ),
            "start-missing p 2:1 Expected a start event in process `p`, but found none\n\
             process-not-executable p 2:31 Expected an executable process, but found isExecutable=`false`",
        ),
        (
            format!("{HEAD}\n<process isExecutable=\"true\">{START}</process></definitions>"),
            "id-missing - 2:1 Expected process with an id, but found none",
        ),
        (
            format!(
                "{HEAD}\n<process id=\"p\" isExecutable=\"true\"><startEvent id=\"{long}\"/></process></definitions>"
            ),
            "id-too-long i 2:53 Expected at most 256 bytes, but found 300",
        ),
        (
            format!(
                "{HEAD}\n<process id=\"p\" isExecutable=\"true\">{START}<process id=\"q\"/></process><task id=\"t\"/></definitions>"
            ),
            "element-misplaced q 2:57 Expected process directly in definitions, but found it in process `p`\n\
             element-misplaced t 2:84 Expected task directly in a process or sub-process, but found it in definitions",
        ),
    ]
}

#[test]
fn files_are_bpmn_with_an_executable_process() {
    for (source, expected) in files() {
        let lines = found(&source);
        let lines: Vec<_> = lines.iter().map(|line| line.replace(&"i".repeat(256), "i")).collect();
        assert_eq!(lines, expected.lines().collect::<Vec<_>>(), "\n{source}\n");
    }
}

#[test]
fn every_rule_has_an_example_here() {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (_, expected) in
        FRAGMENTS.iter().map(|(source, lines)| ((*source).to_owned(), *lines)).chain(files())
    {
        let rules = expected.lines().filter_map(|line| line.split(' ').next());
        seen.extend(rules.map(str::to_owned));
    }
    let listed: BTreeSet<String> = check::RULES.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(seen, listed);
}

#[test]
fn hints_say_what_to_write() {
    let table = [
        (
            r#"<sequenceFlow id="f" sourceRef="s" targetRef="chrage"/><task id="charge"/><sequenceFlow id="g" sourceRef="s" targetRef="charge"/>"#,
            "write charge",
        ),
        (r#"<servceTask id="a"/>"#, "write serviceTask"),
        (
            r#"<endEvent id="z"><errorEventDefinition errorRef="ghost"/></endEvent><sequenceFlow id="f" sourceRef="s" targetRef="z"/>"#,
            "add <error id=\"ghost\"> to definitions",
        ),
        (
            r#"<task id="a" camunda:topic="t"/><sequenceFlow id="f" sourceRef="s" targetRef="a"/>"#,
            "convert it to zeebe:taskDefinition with the job type of a worker",
        ),
    ];
    for (fragment, expected) in table {
        let document = open(in_process(fragment).as_bytes()).unwrap();
        let hints: Vec<_> = document.problems().iter().filter_map(|p| p.hint.clone()).collect();
        assert_eq!(hints, [expected], "{fragment}");
    }
}

#[test]
fn problems_of_a_process_that_is_only_drawn_are_warnings() {
    let drawn = "<process id=\"d\"><sequenceFlow id=\"f\"/></process>";
    let source = in_process("").replace("<message ", &format!("{drawn}<message "));
    let document = model::parse(source.as_bytes()).unwrap();
    let rules: Vec<_> = document.problems().iter().map(|problem| problem.rule).collect();
    assert_eq!(rules, ["start-missing", "flow-source-missing", "flow-target-missing"]);
    assert!(!document.problems().has_errors());
}

#[test]
fn points_at_the_bytes_that_are_wrong() {
    let source = in_process(r#"<sequenceFlow id="f" sourceRef="s" targetRef="ghost"/>"#);
    let problems = model::parse(source.as_bytes()).unwrap_err();
    let problem = problems.iter().next().unwrap();
    assert_eq!(&source[problem.offset..problem.offset + problem.length], "ghost");
}
