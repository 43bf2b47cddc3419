//! The view of evaluated decisions: one row for each decision of an evaluation.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Key of the evaluation.
    KEY = "key": Int,
    /// Place of the decision in it, from 1; the asked one has the last.
    PLACE = "place": Int,
    /// Both, with a hyphen between.
    ID = "id": Text,
    /// 0 evaluated, 1 failed.
    STATE = "state": Enum,
    /// When, Unix milliseconds.
    EVALUATED_MS = "evaluated_ms": Int,
    /// What stopped it.
    FAILURE = "failure": Text,
    /// Key of the decision's version.
    DECISION = "decision": Int,
    /// Id of the decision.
    DECISION_ID = "decision_id": Word,
    /// Name of the decision.
    NAME = "name": Word,
    /// Version of the decision.
    VERSION = "version": Int,
    /// What its logic is: 0 a decision table, 1 a literal expression, 2 another.
    LOGIC = "logic": Enum,
    /// What it says, as JSON.
    RESULT = "result": Text,
    /// Inputs as a JSON list.
    INPUTS = "inputs": Text,
    /// Rules that matched, as a JSON list.
    RULES = "rules": Text,
    /// Key of the version of the decision that was asked.
    ROOT_DECISION = "root_decision": Int,
    /// Key of the file's version.
    REQUIREMENTS = "requirements": Int,
    /// Id of the file.
    REQUIREMENTS_ID = "requirements_id": Word,
    /// Key of the process instance.
    INSTANCE = "instance": Int,
    /// Key of the element instance.
    ELEMENT = "element": Int,
    /// Definition key of the process.
    DEFINITION = "definition": Int,
    /// BPMN process id.
    PROCESS_ID = "process_id": Word,
    /// Variables the evaluation read, as a JSON object; in the row of the asked decision.
    VARIABLES = "variables": Text,
    /// What the evaluation cost; in the row of the asked decision.
    FUEL = "fuel": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_decision_instance",
    COLUMNS,
    &[KEY, PLACE],
    TENANT,
    &[
        Index { columns: &[INSTANCE], only: "instance is not null" },
        Index { columns: &[DECISION], only: "" },
        Index { columns: &[EVALUATED_MS], only: "" },
    ],
);
