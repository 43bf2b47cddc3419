//! The names of BPMN 2.0: elements and attributes of its schema.
//!
//! Not which of them can be executed.

/// Elements a sequence flow can connect.
pub(crate) const FLOW_NODES: &[&str] = &[
    "adHocSubProcess",
    "boundaryEvent",
    "businessRuleTask",
    "callActivity",
    "callChoreography",
    "choreographyTask",
    "complexGateway",
    "endEvent",
    "event",
    "eventBasedGateway",
    "exclusiveGateway",
    "implicitThrowEvent",
    "inclusiveGateway",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "manualTask",
    "parallelGateway",
    "receiveTask",
    "scriptTask",
    "sendTask",
    "serviceTask",
    "startEvent",
    "subChoreography",
    "subProcess",
    "task",
    "transaction",
    "userTask",
];

/// Elements that hold flow nodes of their own and are flow nodes themselves.
pub(crate) const SUB_PROCESSES: &[&str] = &["adHocSubProcess", "subProcess", "transaction"];

/// Whether BPMN elements of this name can be connected by sequence flows.
pub fn is_flow_node(name: &str) -> bool {
    FLOW_NODES.binary_search(&name).is_ok()
}

/// Whether BPMN elements of this name hold flow nodes.
pub fn is_scope(name: &str) -> bool {
    name == "process" || SUB_PROCESSES.contains(&name)
}
