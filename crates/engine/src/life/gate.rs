//! Complex gateways: a condition says how many tokens are let through, those that come late are
//! taken in silence.
//!
//! BPMN 2.0.2, 13.4.5 (table 13.5): waiting for start, the condition is looked at; when it is true,
//! one token is taken from each flow that has one. Then, waiting for reset, the gateway takes one
//! token from each of the others, as far as some can still come, and begins anew. Not here: which
//! flows it leaves by (`element::complex_gateway`).

use super::Ctx;
use crate::element::Kind;
use crate::element::complex_gateway::WAITING_FOR_START;
use crate::event::{ElementIndex, IncidentKind, InstanceEvent, Resume, Slot, Variables};
use crate::part::Failure;
use crate::state::instance::Phase;

impl Ctx<'_> {
    /// A token came before a complex gateway, or something in its scope ended.
    pub(super) fn try_gate(&mut self, scope: Slot, gate: ElementIndex) {
        if self.at(scope).resets().iter().any(|(held, _)| *held == gate) {
            self.reset_gate(scope, gate);
            return;
        }
        let flows = self.parked_before(scope, gate);
        if flows.is_empty() {
            return;
        }
        match self.is_enough(scope, gate) {
            Ok(true) => {
                self.emit(InstanceEvent::TokensJoined { scope, flows: flows.clone() });
                self.emit(InstanceEvent::GatewayActivated { scope, element: gate, flows });
                self.enter_gate(scope, gate, true);
            }
            Ok(false) => {}
            Err(failure) => {
                let asks =
                    |kind, resume| kind == IncidentKind::Condition && resume == Resume::Scope;
                let told = self.at(scope).incidents.iter().any(|it| asks(it.kind, it.resume));
                if !told {
                    self.raise(scope, failure, Resume::Scope, None);
                }
            }
        }
    }

    /// Complex gateways of a scope that have tokens before them or wait for their reset.
    pub(super) fn waiting_gates(&self, scope: Slot) -> Vec<ElementIndex> {
        let held = self.at(scope);
        if held.phase == Phase::Cancelling || held.interrupted_by.is_some() {
            return Vec::new();
        }
        let parked = held.parked.iter().map(|(flow, _)| self.graph.flow(*flow).target);
        let is_gate =
            |at: &ElementIndex| matches!(self.graph.node(*at).kind, Kind::ComplexGateway(_));
        let resets = held.resets().iter().map(|(gate, _)| *gate);
        let mut gates: Vec<ElementIndex> = parked.filter(is_gate).chain(resets).collect();
        gates.sort_unstable();
        gates.dedup();
        gates
    }

    /// Whether the tokens before a gateway are what its condition asks for.
    fn is_enough(&self, scope: Slot, gate: ElementIndex) -> Result<bool, Failure> {
        let node = self.graph.node(gate);
        let Kind::ComplexGateway(gateway) = &node.kind else { return Ok(false) };
        let Some(program) = &gateway.condition else { return Ok(true) };
        let parked = &self.at(scope).parked;
        let count = |flow: &u32| {
            let at = parked.binary_search_by_key(flow, |(held, _)| *held).ok();
            at.map_or(0, |at| parked[at].1)
        };
        let full = node.incoming.iter().filter(|flow| count(flow) > 0).count();
        let each = node.incoming.iter().map(|flow| {
            let id = self.graph.flow(*flow).id.to_string();
            (id, serde_json::Value::from(count(flow)))
        });
        let each = serde_json::Value::Object(each.collect()).to_string();
        let counts: Variables = vec![
            ("activationCount".into(), full.to_string().into()),
            ("activationCounts".into(), each.into()),
        ];
        let value = self.evaluate_with(scope, program, &counts, IncidentKind::Condition)?;
        value.as_boolean().ok_or_else(|| {
            Failure::new(
                IncidentKind::Condition,
                format!(
                    "Expected the activation condition `{}` of `{}` to be true or false, but found \
                     {}. Correct the variables and resolve.",
                    program.source().trim(),
                    node.id,
                    value.type_name()
                ),
            )
        })
    }

    /// Takes the tokens that came late, unless others can still come.
    fn reset_gate(&mut self, scope: Slot, gate: ElementIndex) {
        let resets = self.at(scope).resets().iter();
        let Some((_, before)) = resets.clone().find(|(held, _)| *held == gate) else { return };
        let mut seen = before.clone();
        let mut late = self.parked_before(scope, gate);
        late.retain(|flow| !seen.contains(flow));
        seen.extend(&late);
        let all = self.graph.node(gate).incoming.iter().all(|flow| seen.contains(flow));
        if !all && self.is_held_back(scope, gate, &seen) {
            return;
        }
        if !late.is_empty() {
            self.emit(InstanceEvent::TokensJoined { scope, flows: late });
        }
        self.emit(InstanceEvent::GatewayReset { scope, element: gate });
        if let Kind::ComplexGateway(gateway) = &self.graph.node(gate).kind
            && gateway.minds_reset(self.graph, gate)
        {
            self.enter_gate(scope, gate, false);
        }
        // Tokens of the next round may wait already.
        self.try_gate(scope, gate);
    }

    fn enter_gate(&mut self, scope: Slot, gate: ElementIndex, starts: bool) {
        let slot = self.state.next_slot;
        self.enter(gate, scope, Vec::new());
        let variables = vec![(WAITING_FOR_START.into(), starts.to_string().into())];
        self.set_variables(slot, variables);
    }
}
