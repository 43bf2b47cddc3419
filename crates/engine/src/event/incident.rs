//! Why an instance cannot proceed, and what is done again when that is over.
//!
//! Not here: raising and resolving incidents (`life`, `step`).

/// Why a step cannot proceed. Words as Camunda 8's `errorType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IncidentKind {
    /// Anything without a better word.
    #[default]
    Unspecified,
    /// An input or output mapping, or a script, failed.
    IoMapping,
    /// A job has no retries left.
    JobNoRetries,
    /// A condition failed or no flow fits.
    Condition,
    /// An expression could not be evaluated to what is needed.
    ExtractValue,
    /// An error was thrown that nothing catches.
    UnhandledError,
    /// Over a size limit.
    MessageSize,
    /// Too much work without a wait.
    Loop,
    /// Tokens wait at a join and nothing is left that could bring the others.
    Deadlock,
    /// The engine broke an invariant; the instance stands still until repaired.
    Quarantined,
    /// A call activity cannot call its process.
    CalledElement,
    /// A business rule task cannot find its decision.
    CalledDecision,
    /// A decision stopped.
    DecisionEvaluation,
    /// An execution listener's job has no retries left.
    ExecutionListenerNoRetries,
    /// A task listener's job has no retries left.
    TaskListenerNoRetries,
    /// The form of a user task is not deployed.
    FormNotFound,
    /// The job that decides for an ad-hoc sub-process has no retries left.
    AdHocNoRetries,
}

impl IncidentKind {
    /// Camunda 8's word; ours where it has none.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            IncidentKind::Unspecified => "UNSPECIFIED",
            IncidentKind::IoMapping => "IO_MAPPING_ERROR",
            IncidentKind::JobNoRetries => "JOB_NO_RETRIES",
            IncidentKind::Condition => "CONDITION_ERROR",
            IncidentKind::ExtractValue => "EXTRACT_VALUE_ERROR",
            IncidentKind::UnhandledError => "UNHANDLED_ERROR_EVENT",
            IncidentKind::MessageSize => "MESSAGE_SIZE_EXCEEDED",
            IncidentKind::Loop => "LOOP",
            IncidentKind::Deadlock => "DEADLOCK",
            IncidentKind::Quarantined => "QUARANTINED",
            IncidentKind::CalledElement => "CALLED_ELEMENT_ERROR",
            IncidentKind::CalledDecision => "CALLED_DECISION_ERROR",
            IncidentKind::DecisionEvaluation => "DECISION_EVALUATION_ERROR",
            IncidentKind::ExecutionListenerNoRetries => "EXECUTION_LISTENER_NO_RETRIES",
            IncidentKind::TaskListenerNoRetries => "TASK_LISTENER_NO_RETRIES",
            IncidentKind::FormNotFound => "FORM_NOT_FOUND",
            IncidentKind::AdHocNoRetries => "AD_HOC_SUB_PROCESS_NO_RETRIES",
        }
    }
}

/// What resolving an incident does again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resume {
    /// Activate the element.
    #[default]
    Activate,
    /// Complete the element.
    Complete,
    /// Offer the job again.
    Job,
    /// Look again whether the scope is done.
    Scope,
    /// Go on with the kept agenda.
    Agenda,
    /// Call the process again.
    Call,
    /// Go on with what is to happen to the user task.
    Task,
}
