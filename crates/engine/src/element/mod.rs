//! The closed list of BPMN elements, one file each.
//!
//! Not here: mappings, boundary events, incidents, cancelling; those belong to `life`.

use crate::event::{ElementIndex, Slot};
use crate::life::Ctx;
use crate::part::condition::ConditionSpec;
use crate::part::error::ErrorSpec;
use crate::part::escalation::EscalationSpec;
use crate::part::job::JobSpec;
use crate::part::timer::TimerSpec;
use crate::part::{Failure, Wait};
use model::{Namespace, NodeRef, Problems};

/// What one element reads from XML and does when a token enters.
///
/// The defaults mean "pass through": enter, leave by every outgoing flow.
pub trait Element: Sized {
    /// Whether this file is about that XML element.
    fn matches(node: NodeRef<'_>) -> bool;

    /// Reads what it needs; whatever cannot run is a problem.
    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self;

    /// A token came over one of several flows: which others it waits for.
    fn joins(&self) -> Joining {
        Joining::Nobody
    }

    /// What the element, as an event, waits for. Called with the slot that will hold the wait.
    fn wait(&self, _slot: Slot, _ctx: &Ctx<'_>) -> Result<Option<Wait>, Failure> {
        Ok(None)
    }

    /// Begins. Everything that can fail comes before the first event is emitted.
    fn enter(&self, _slot: Slot, _ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        Ok(Entered::Passes)
    }

    /// Which flows to leave by.
    fn leave(&self, _slot: Slot, _ctx: &mut Ctx<'_>) -> Result<Leaving, Failure> {
        Ok(Leaving::ByAll)
    }

    /// Whether variables it received go to the scope around it when no output mapping says how.
    fn propagates(&self) -> bool {
        true
    }

    /// The error code a boundary or start event catches.
    fn catches(&self) -> Option<&ErrorSpec> {
        None
    }

    /// The condition it awaits, if it is a conditional event.
    fn condition(&self) -> Option<&ConditionSpec> {
        None
    }

    /// The escalation a boundary or start event catches.
    fn escalation(&self) -> Option<&EscalationSpec> {
        None
    }

    /// What it asks of a worker.
    fn job(&self) -> Option<&JobSpec> {
        None
    }

    /// Its timer, if it is a timer event.
    fn timer(&self) -> Option<&TimerSpec> {
        None
    }
}

/// What an element does after it was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    /// It is done at once.
    Passes,
    /// It waits, or what it began goes on without it.
    Waits,
}

/// Which flows an element leaves by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaving {
    /// All outgoing flows.
    ByAll,
    /// One flow.
    By(u32),
    /// Some of them.
    ByThese(Vec<u32>),
    /// None: the token goes on at another element of the scope.
    At(ElementIndex),
}

/// Whom a token waits for that came over one of several flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// Every token passes on its own.
    Nobody,
    /// One token on each flow.
    All,
    /// Every token that can still come over one of the flows that are empty.
    WhoeverCanCome,
    /// Those its own condition asks for, and then every token that can still come.
    AsItSays,
}

impl Joining {
    /// Whether it looks who can still come.
    #[must_use]
    pub(crate) fn looks(self) -> bool {
        matches!(self, Joining::WhoeverCanCome | Joining::AsItSays)
    }
}

macro_rules! elements {
    ($($variant:ident => $module:ident, $bpmn:literal, $start:literal;)*) => {
        $(pub mod $module;)*

        /// What an element is. Names as Camunda's element types, in `bpmn_type`.
        #[derive(Debug, PartialEq)]
        pub enum Kind {
            $(#[doc = concat!("See `element/", stringify!($module), ".rs`.")]
            $variant($module::$variant),)*
        }

        impl Kind {
            /// Reads the element; one that no file is about is a problem.
            pub fn read(node: NodeRef<'_>, problems: &mut Problems) -> Kind {
                $(if $module::$variant::matches(node) {
                    return Kind::$variant($module::$variant::read(node, problems));
                })*
                refuse(node, problems);
                Kind::ManualTask(manual_task::ManualTask)
            }

            /// The element type's name in APIs, as Camunda 8 has it.
            #[must_use]
            pub fn bpmn_type(&self) -> &'static str {
                match self { $(Kind::$variant(_) => $bpmn,)* }
            }

            /// The element file's name, for documents and coverage tables.
            #[must_use]
            pub fn file(&self) -> &'static str {
                match self { $(Kind::$variant(_) => stringify!($module),)* }
            }

            /// Whether its scope begins here.
            #[must_use]
            pub fn is_start(&self) -> bool {
                match self { $(Kind::$variant(_) => $start,)* }
            }

            /// All element files, in the order of the list.
            pub const FILES: &'static [&'static str] = &[$(stringify!($module),)*];

            pub(crate) fn joins(&self) -> Joining {
                match self { $(Kind::$variant(it) => it.joins(),)* }
            }

            pub(crate) fn propagates(&self) -> bool {
                match self { $(Kind::$variant(it) => it.propagates(),)* }
            }

            pub(crate) fn wait(
                &self, slot: Slot, ctx: &Ctx<'_>,
            ) -> Result<Option<Wait>, Failure> {
                match self { $(Kind::$variant(it) => it.wait(slot, ctx),)* }
            }

            pub(crate) fn enter(
                &self, slot: Slot, ctx: &mut Ctx<'_>,
            ) -> Result<Entered, Failure> {
                match self { $(Kind::$variant(it) => it.enter(slot, ctx),)* }
            }

            pub(crate) fn leave(
                &self, slot: Slot, ctx: &mut Ctx<'_>,
            ) -> Result<Leaving, Failure> {
                match self { $(Kind::$variant(it) => it.leave(slot, ctx),)* }
            }

            /// The error a boundary or start event catches.
            #[must_use]
            pub fn catches(&self) -> Option<&ErrorSpec> {
                match self { $(Kind::$variant(it) => it.catches(),)* }
            }

            /// The condition it awaits, if it is a conditional event.
            #[must_use]
            pub fn condition(&self) -> Option<&ConditionSpec> {
                match self { $(Kind::$variant(it) => it.condition(),)* }
            }

            /// The escalation a boundary or start event catches.
            #[must_use]
            pub fn escalation(&self) -> Option<&EscalationSpec> {
                match self { $(Kind::$variant(it) => it.escalation(),)* }
            }

            /// What it asks of a worker.
            #[must_use]
            pub fn job(&self) -> Option<&JobSpec> {
                match self { $(Kind::$variant(it) => it.job(),)* }
            }

            /// Its timer, if it is a timer event.
            #[must_use]
            pub fn timer(&self) -> Option<&TimerSpec> {
                match self { $(Kind::$variant(it) => it.timer(),)* }
            }
        }
    };
}

// Order: the first file that matches an XML element reads it. File, Camunda's name, starts a scope.
elements! {
    AdHoc => ad_hoc, "AD_HOC_SUB_PROCESS", false;
    AdHocInner => ad_hoc_inner, "AD_HOC_SUB_PROCESS_INNER_INSTANCE", false;
    BoundaryBpmnSignal => boundary_bpmn_signal, "BOUNDARY_EVENT", false;
    BoundaryCondition => boundary_condition, "BOUNDARY_EVENT", false;
    BoundaryCancel => boundary_cancel, "BOUNDARY_EVENT", false;
    BoundaryCompensation => boundary_compensation, "BOUNDARY_EVENT", false;
    BoundaryError => boundary_error, "BOUNDARY_EVENT", false;
    BoundaryEscalation => boundary_escalation, "BOUNDARY_EVENT", false;
    BoundaryMessage => boundary_message, "BOUNDARY_EVENT", false;
    BoundaryMultiple => boundary_multiple, "BOUNDARY_EVENT", false;
    BoundaryTimer => boundary_timer, "BOUNDARY_EVENT", false;
    BpmnSignalCatch => bpmn_signal_catch, "INTERMEDIATE_CATCH_EVENT", false;
    BpmnSignalEnd => bpmn_signal_end, "END_EVENT", false;
    BpmnSignalStart => bpmn_signal_start, "START_EVENT", true;
    BpmnSignalThrow => bpmn_signal_throw, "INTERMEDIATE_THROW_EVENT", false;
    BusinessRuleTask => business_rule_task, "BUSINESS_RULE_TASK", false;
    CallActivity => call_activity, "CALL_ACTIVITY", false;
    ComplexGateway => complex_gateway, "COMPLEX_GATEWAY", false;
    ConditionCatch => condition_catch, "INTERMEDIATE_CATCH_EVENT", false;
    ConditionStart => condition_start, "START_EVENT", true;
    CancelEnd => cancel_end, "END_EVENT", false;
    CompensationEnd => compensation_end, "END_EVENT", false;
    CompensationStart => compensation_start, "START_EVENT", true;
    CompensationThrow => compensation_throw, "INTERMEDIATE_THROW_EVENT", false;
    EndEvent => end_event, "END_EVENT", false;
    ErrorEnd => error_end, "END_EVENT", false;
    ErrorStart => error_start, "START_EVENT", true;
    EscalationEnd => escalation_end, "END_EVENT", false;
    EscalationStart => escalation_start, "START_EVENT", true;
    EscalationThrow => escalation_throw, "INTERMEDIATE_THROW_EVENT", false;
    EventGateway => event_gateway, "EVENT_BASED_GATEWAY", false;
    EventSubProcess => event_sub_process, "EVENT_SUB_PROCESS", false;
    ExclusiveGateway => exclusive_gateway, "EXCLUSIVE_GATEWAY", false;
    InclusiveGateway => inclusive_gateway, "INCLUSIVE_GATEWAY", false;
    LinkCatch => link_catch, "INTERMEDIATE_CATCH_EVENT", false;
    LinkThrow => link_throw, "INTERMEDIATE_THROW_EVENT", false;
    ManualTask => manual_task, "MANUAL_TASK", false;
    MessageCatch => message_catch, "INTERMEDIATE_CATCH_EVENT", false;
    MessageEnd => message_end, "END_EVENT", false;
    MessageStart => message_start, "START_EVENT", true;
    MessageThrow => message_throw, "INTERMEDIATE_THROW_EVENT", false;
    MultipleCatch => multiple_catch, "INTERMEDIATE_CATCH_EVENT", false;
    MultipleEnd => multiple_end, "END_EVENT", false;
    MultiplePart => multiple_part, "EVENT", false;
    MultipleStart => multiple_start, "START_EVENT", true;
    MultipleThrow => multiple_throw, "INTERMEDIATE_THROW_EVENT", false;
    NoneThrow => none_throw, "INTERMEDIATE_THROW_EVENT", false;
    ParallelGateway => parallel_gateway, "PARALLEL_GATEWAY", false;
    ProcessScope => process, "PROCESS", false;
    ReceiveTask => receive_task, "RECEIVE_TASK", false;
    ScriptTask => script_task, "SCRIPT_TASK", false;
    SendTask => send_task, "SEND_TASK", false;
    ServiceTask => service_task, "SERVICE_TASK", false;
    StartEvent => start_event, "START_EVENT", true;
    SubProcess => sub_process, "SUB_PROCESS", false;
    TerminateEnd => terminate_end, "END_EVENT", false;
    TimerCatch => timer_catch, "INTERMEDIATE_CATCH_EVENT", false;
    TimerStart => timer_start, "START_EVENT", true;
    Transaction => transaction, "SUB_PROCESS", false;
    UndefinedTask => undefined_task, "TASK", false;
    UserTask => user_task, "USER_TASK", false;
}

impl Kind {
    /// Whether tokens move inside of it.
    #[must_use]
    pub fn is_scope(&self) -> bool {
        use Kind as K;
        matches!(
            self,
            K::AdHoc(_)
                | K::AdHocInner(_)
                | K::EventSubProcess(_)
                | K::ProcessScope(_)
                | K::SubProcess(_)
                | K::Transaction(_)
        )
    }
}

/// The event definitions of an event, in document order.
pub(crate) fn event_definitions<'a>(node: NodeRef<'a>) -> impl Iterator<Item = NodeRef<'a>> {
    node.children().filter(|child| {
        child.namespace() == Namespace::Bpmn && child.name().ends_with("EventDefinition")
    })
}

/// Whether the node is that kind of event with exactly this definition; `""`: with none.
pub(crate) fn is_event(node: NodeRef<'_>, event: &str, definition: &str) -> bool {
    if !node.is_bpmn(event) {
        return false;
    }
    let mut found = event_definitions(node);
    match (found.next(), found.next()) {
        (None, _) => definition.is_empty(),
        (Some(only), None) => only.name() == definition,
        _ => false,
    }
}

/// Whether the node is that kind of event with several definitions.
pub(crate) fn is_multiple(node: NodeRef<'_>, event: &str) -> bool {
    node.is_bpmn(event) && event_definitions(node).nth(1).is_some()
}

/// Whether all definitions of an event must happen.
pub(crate) fn is_parallel(node: NodeRef<'_>) -> bool {
    matches!(node.attr("parallelMultiple").map(str::trim), Some("true" | "1"))
}

/// The one event definition of a node that `is_event` accepted.
pub(crate) fn definition_of(node: NodeRef<'_>) -> NodeRef<'_> {
    event_definitions(node).next().unwrap_or(node)
}

fn refuse(node: NodeRef<'_>, problems: &mut Problems) {
    let definitions: Vec<&str> = event_definitions(node).map(NodeRef::name).collect();
    let found = match definitions.len() {
        0 => node.name().to_owned(),
        _ => format!("{} with {}", node.name(), definitions.join(" and ")),
    };
    problems
        .error(
            node,
            "not-executable",
            format!("Expected an element this version of Segue can run, but found {found}."),
        )
        .hint("docs/elements.md lists the elements that run; model it with one of those.");
}
