//! Expressions that are a variable or a path from one: their result can stay the text it is.
//! It is not a second evaluator; whatever else an expression is, it declines.

use crate::budget::{Scope, Variable};
use crate::json::navigate;
use crate::program::{Node, Program};

impl Program {
    /// The result as the JSON it is stored as, when the expression only names a variable or a
    /// member of one and that is kept as JSON. `None` says nothing about the result: evaluate.
    pub fn raw_json<'s>(&self, scope: &'s dyn Scope) -> Option<&'s str> {
        let code = &*self.0;
        let (slot, path) = match &code.nodes[code.root as usize] {
            Node::Slot(slot) => (*slot, &[][..]),
            Node::SlotPath { slot, path } => (*slot, path.of(&code.names)),
            _ => return None,
        };
        let Some(Variable::Json(text)) = scope.variable(&code.free[slot as usize]) else {
            return None;
        };
        let landing = navigate(text, path).ok()?;
        (landing.walked == path.len()).then(|| landing.text.trim())
    }
}
