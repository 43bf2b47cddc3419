//! Decision services: functions whose body is the decisions they encapsulate (DMN 10.4).
//! It does not evaluate decisions outside of a service; those are its parameters.

use super::{Builder, called};
use crate::ast::Type;
use crate::dmn::tree::{Element, Kind, Reference, Service, TypeRef, Variable};
use crate::dmn::{LogicKind, Node, Required};
use crate::program::{Mode, Program};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a service is made of, as places among the model's own elements.
struct Parts {
    outputs: Vec<usize>,
    /// The decisions inside, required ones first.
    inside: Vec<usize>,
    parameters: Vec<usize>,
}

impl<'d> Builder<'d, '_, '_> {
    /// The model's own element that a reference leads to.
    fn own_element(&mut self, reference: &Reference) -> Option<usize> {
        let found = self.required(reference)?;
        found.node.checked_sub(self.own)
    }

    fn own_elements(&mut self, references: &[Reference]) -> Vec<usize> {
        references.iter().filter_map(|reference| self.own_element(reference)).collect()
    }

    fn parts(&mut self, service: &Service) -> Parts {
        let outputs = self.own_elements(&service.outputs);
        let mut parameters = self.own_elements(&service.input_data);
        parameters.extend(self.own_elements(&service.input_decisions));
        let mut inside = Vec::new();
        let mut seen: BTreeSet<usize> = parameters.iter().copied().collect();
        for output in &outputs {
            if !seen.insert(*output) {
                continue;
            }
            let mut open = vec![(*output, 0)];
            while let Some((at, next)) = open.last_mut() {
                let requires = &self.definitions.elements[*at].requires;
                match requires.get(*next) {
                    Some(reference) => {
                        *next += 1;
                        let required = local(&self.by_id, &self.definitions.namespace, reference);
                        let decision = required
                            .filter(|at| self.definitions.elements[*at].kind == Kind::Decision);
                        if let Some(at) = decision.filter(|at| seen.insert(*at)) {
                            open.push((at, 0));
                        }
                    }
                    None => {
                        inside.push(*at);
                        open.pop();
                    }
                }
            }
        }
        Parts { outputs, inside, parameters }
    }

    /// What the decisions inside of a service require from outside, other than its parameters.
    pub(super) fn required_by_service(&mut self, service: &Service) -> Vec<Required> {
        let parts = self.parts(service);
        let mut requires: Vec<Required> = Vec::new();
        for at in &parts.inside {
            for reference in &self.definitions.elements[*at].requires {
                let Some(found) = self.required(reference) else { continue };
                let own = found.node.checked_sub(self.own);
                let known = own
                    .is_some_and(|at| parts.inside.contains(&at) || parts.parameters.contains(&at));
                if !known && !requires.iter().any(|it| it.node == found.node) {
                    requires.push(found);
                }
            }
        }
        requires
    }

    pub(super) fn service(
        &mut self,
        element: &'d Element,
        visible: BTreeSet<Arc<str>>,
        kind: Option<&TypeRef>,
    ) -> Option<Program> {
        let parts = self.parts(element.service.as_ref()?);
        let result = self.result_of(kind);
        let elements = &self.definitions.elements;
        let parameters = self.parameters(&parts);
        Some(self.compiled(visible, |compiler| {
            compiler.boxed_function(&parameters, |compiler| {
                let values = parts.inside.iter().map(|at| {
                    let decision = &elements[*at];
                    let value = move |compiler: &mut crate::compile::Compiler<'d>| {
                        let Some(logic) = &decision.logic else { return compiler.null() };
                        let id = compiler.boxed(logic);
                        let kind = decision.variable.as_ref().and_then(|it| it.kind.as_ref());
                        compiler.typed(id, kind)
                    };
                    (called(decision), value)
                });
                let id = compiler.block(values.collect(), |compiler| {
                    let mut outputs = Vec::new();
                    for at in &parts.outputs {
                        let name = called(&elements[*at]);
                        let id = compiler.name_of(&name);
                        outputs.push((name, id));
                    }
                    match &outputs[..] {
                        [(_, only)] => *only,
                        _ => compiler.context_of(outputs),
                    }
                });
                Some(compiler.typed_as(id, result))
            })
        }))
    }

    fn parameters(&self, parts: &Parts) -> Vec<Variable> {
        let parameter = |at: &usize| {
            let element = &self.definitions.elements[*at];
            let kind = element.variable.as_ref().and_then(|variable| variable.kind.clone());
            Variable { name: called(element), kind }
        };
        parts.parameters.iter().map(parameter).collect()
    }

    /// For each service a node that calls it with inputs of the names of its parameters.
    pub(super) fn callable_services(&mut self) {
        let elements = &self.definitions.elements;
        for (at, element) in elements.iter().enumerate() {
            let Some(service) = &element.service else { continue };
            let parts = self.parts(service);
            let name = called(element);
            let this = Required { import: None, name: Arc::clone(&name), node: self.own + at };
            let mut requires = vec![this];
            for parameter in self.parameters(&parts) {
                let standard = self.definitions.mode == Mode::Standard;
                let kind = parameter.kind.as_ref().filter(|_| standard);
                let kind = kind.map(|kind| self.types.named(&kind.name));
                let node = self.nodes.len();
                let name = &parameter.name;
                requires.push(Required { import: None, name: Arc::clone(name), node });
                self.nodes.push(Node {
                    id: Arc::clone(name),
                    name: Arc::clone(name),
                    kind: Kind::InputData,
                    logic: LogicKind::Empty,
                    input_type: kind.filter(|kind| *kind != Type::Any).map(Arc::new),
                    program: None,
                    requires: Vec::new(),
                });
            }
            let names: Vec<Arc<str>> =
                requires[1..].iter().map(|required| Arc::clone(&required.name)).collect();
            let visible = requires.iter().map(|required| Arc::clone(&required.name)).collect();
            let program = self.compiled(visible, |compiler| compiler.call_by_name(&name, &names));
            self.services.insert(Arc::clone(&element.id), self.nodes.len());
            self.nodes.push(Node {
                id: Arc::clone(&element.id),
                name,
                kind: Kind::Service,
                logic: LogicKind::Invocation,
                input_type: None,
                program: Some(program),
                requires,
            });
        }
    }
}

fn local(
    by_id: &std::collections::BTreeMap<&str, usize>,
    namespace: &str,
    reference: &Reference,
) -> Option<usize> {
    let (of, id) = reference.href.rsplit_once('#').unwrap_or(("", &reference.href));
    (of.is_empty() || of == namespace).then(|| by_id.get(id).copied()).flatten()
}
