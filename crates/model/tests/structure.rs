//! The flow structure: scopes, flow nodes and flows in document order, resolved to indices.

use model::{parse, short};

const TEXT: &str = "
    start -> work:sub { begin:start -> inner:sub { start -> deep:job(d) } -> check:xor
                        check -[= x]-> one:task
                        check -[default]-> two:task }
    work ! late:timer(PT1H) -> after:end
    work !~ slow:timer(PT5M) -> after
    work -> done:end";

#[test]
fn scopes_flow_nodes_and_flows_know_each_other() {
    let xml = short::to_bpmn(TEXT).unwrap();
    let document = parse(xml.as_bytes()).unwrap();
    let process = document.processes().next().unwrap();
    let structure = process.structure();
    let at = |id: &str| structure.by_id(id).unwrap();
    let ids = |nodes: &[usize]| nodes.iter().map(|n| structure.nodes[*n].id).collect::<Vec<_>>();

    let scopes: Vec<_> = structure.scopes.iter().map(|scope| scope.node.id().unwrap()).collect();
    assert_eq!(scopes, ["process", "work", "inner"]);
    assert_eq!(ids(&structure.scopes[0].nodes), ["start", "work", "late", "after", "slow", "done"]);
    assert_eq!(ids(&structure.scopes[1].nodes), ["begin", "inner", "check", "one", "two"]);
    assert_eq!(ids(&structure.scopes[2].nodes), ["inner_start", "deep"]);
    assert_eq!(structure.scopes[0].owner, None);
    assert_eq!(structure.scopes[2].parent, Some(1));
    assert_eq!(structure.scopes[2].owner, Some(at("inner")));

    let work = &structure.nodes[at("work")];
    assert_eq!((work.scope, work.opens), (0, Some(1)));
    assert_eq!(ids(&work.boundary), ["late", "slow"]);
    assert_eq!(structure.nodes[at("slow")].attached_to, Some(at("work")));
    assert_eq!(ids(&targets(&structure, at("work"))), ["done"]);
    assert_eq!(structure.nodes[at("after")].incoming.len(), 2);

    let [first, second] = structure.nodes[at("check")].outgoing[..] else { panic!("two flows") };
    let (first, second) = (&structure.flows[first], &structure.flows[second]);
    assert_eq!((first.id, first.scope, first.is_default), ("check.one", 1, false));
    assert_eq!(first.condition.map(|condition| condition.text()), Some("= x"));
    assert_eq!((second.target, second.is_default), (at("two"), true));
    assert!(second.condition.is_none() && !second.is_loop());
    assert_eq!(structure.by_id("nobody"), None);
}

fn targets(structure: &model::Structure<'_>, node: usize) -> Vec<usize> {
    structure.nodes[node].outgoing.iter().map(|flow| structure.flows[*flow].target).collect()
}

#[test]
fn what_does_not_resolve_is_left_out() {
    let source = "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"><process id=\"p\">\
         <task id=\"a\"/><subProcess id=\"u\"><task id=\"b\"/></subProcess>\
         <sequenceFlow id=\"f\" sourceRef=\"a\" targetRef=\"b\"/>\
         <sequenceFlow id=\"g\" sourceRef=\"a\" targetRef=\"u\"/>\
         <boundaryEvent id=\"x\" attachedToRef=\"b\"/></process></definitions>";
    let document = model::open(source.as_bytes()).unwrap();
    let structure = document.processes().next().unwrap().structure();
    assert_eq!(structure.flows.iter().map(|flow| flow.id).collect::<Vec<_>>(), ["g"]);
    assert_eq!(structure.nodes.last().unwrap().attached_to, None);
}
