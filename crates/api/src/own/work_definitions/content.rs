//! What detection rules and case types say, in short, for whoever shows them.
//!
//! Not here: reading their files (`work::definition`).

use super::super::alerts::SEVERITIES;
use super::super::retention::duration;
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};
use work::definition::{Attester, CaseType, Check, CheckKind, Detect, Mode, Rule};

const PRIORITIES: [&str; 4] = ["P1", "P2", "P3", "P4"];

/// What a detection rule says, in short.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleDefinition {
    /// `ENABLED`, `SHADOW` or `DISABLED`.
    state: &'static str,
    /// `THRESHOLD`, `ABSENCE`, `RATE` or `SEQUENCE`.
    detects: &'static str,
    /// Types of the events it looks at.
    types: Vec<String>,
    /// Source of these events; null: any.
    #[schema(required)]
    source: Option<String>,
    /// How bad its alerts are.
    severity: &'static str,
    /// Id of the case type of which its alerts open cases.
    #[schema(required)]
    case_type_id: Option<String>,
}

/// What a case type says, in short. Durations are ISO 8601.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CaseTypeDefinition {
    /// Stages in order; a case begins in the first.
    #[schema(inline)]
    stages: Vec<StageDefinition>,
    /// `P1` to `P4`.
    priority: &'static str,
    /// Id of the process that starts with a case.
    #[schema(required)]
    process_definition_id: Option<String>,
    /// Whether the completion of that process resolves the case.
    is_resolved_by_process: bool,
    /// By when a case should be resolved, counted from its opening.
    #[schema(required)]
    goal: Option<String>,
    /// By when it must be.
    #[schema(required)]
    deadline: Option<String>,
    /// How it is known that a case is solved; all must pass.
    #[schema(inline)]
    outcome: Vec<CheckDefinition>,
    /// How often a failed check opens a case again.
    reopenings: u32,
    /// How long after the closing a recurrence counts against the case.
    watch: String,
}

/// A stage.
#[derive(Debug, Serialize, ToSchema)]
struct StageDefinition {
    id: String,
    name: String,
}

/// An outcome check.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CheckDefinition {
    id: String,
    name: String,
    /// `EVENT`, `QUIET` or `ATTESTATION`.
    kind: &'static str,
    /// Types of the awaited event.
    types: Vec<String>,
    /// Who may attest: `OTHER` (not who resolved the case) or `ANYONE`.
    #[schema(required)]
    attester: Option<&'static str>,
    /// How long after the case is resolved it begins.
    after: String,
    /// How long it may take, or how long it has to be quiet.
    within: String,
}

/// How a rule is described.
pub(super) fn rule_schema() -> Object {
    or_null::<RuleDefinition>()
}

/// How a case type is described.
pub(super) fn case_type_schema() -> Object {
    or_null::<CaseTypeDefinition>()
}

/// The schema of an object that may be absent.
fn or_null<T: PartialSchema>() -> Object {
    let mut object = match T::schema() {
        RefOr::T(Schema::Object(object)) => object,
        _ => ObjectBuilder::new().build(),
    };
    object.schema_type = SchemaType::from_iter([Type::Object, Type::Null]);
    object
}

impl RuleDefinition {
    pub(super) fn of(rule: &Rule) -> Self {
        RuleDefinition {
            state: match rule.mode {
                Mode::Enabled => "ENABLED",
                Mode::Shadow => "SHADOW",
                Mode::Disabled => "DISABLED",
            },
            detects: match rule.detect {
                Detect::Threshold { .. } => "THRESHOLD",
                Detect::Absence { .. } => "ABSENCE",
                Detect::Rate { .. } => "RATE",
                Detect::Sequence { .. } => "SEQUENCE",
            },
            types: rule.on.types.iter().map(ToString::to_string).collect(),
            source: rule.on.source.as_deref().map(str::to_owned),
            severity: SEVERITIES[rule.alert.severity as usize],
            case_type_id: rule.alert.case_type.as_deref().map(str::to_owned),
        }
    }
}

impl CaseTypeDefinition {
    pub(super) fn of(case_type: &CaseType) -> Self {
        let stages = case_type.stages.iter().map(|stage| StageDefinition {
            id: stage.id.to_string(),
            name: stage.name.to_string(),
        });
        CaseTypeDefinition {
            stages: stages.collect(),
            priority: PRIORITIES[case_type.priority as usize],
            process_definition_id: case_type.process.as_deref().map(str::to_owned),
            is_resolved_by_process: case_type.resolves,
            goal: case_type.goals.map(|goals| duration(goals.goal_ms)),
            deadline: case_type.goals.map(|goals| duration(goals.deadline_ms)),
            outcome: case_type.outcome.iter().map(CheckDefinition::of).collect(),
            reopenings: case_type.reopenings_max,
            watch: duration(case_type.watch_ms),
        }
    }
}

impl CheckDefinition {
    fn of(check: &Check) -> Self {
        let (kind, types, attester) = match &check.kind {
            CheckKind::Event { on, .. } => {
                ("EVENT", on.types.iter().map(ToString::to_string).collect(), None)
            }
            CheckKind::Quiet => ("QUIET", Vec::new(), None),
            CheckKind::Attestation { by: Attester::Other } => {
                ("ATTESTATION", Vec::new(), Some("OTHER"))
            }
            CheckKind::Attestation { by: Attester::Anyone } => {
                ("ATTESTATION", Vec::new(), Some("ANYONE"))
            }
        };
        CheckDefinition {
            id: check.id.to_string(),
            name: check.name.to_string(),
            kind,
            types,
            attester,
            after: duration(check.after_ms),
            within: duration(check.within_ms),
        }
    }
}
