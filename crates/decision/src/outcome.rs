//! What an expression gives, as far as that is known without its variables.
//! It is no type system: what depends on a variable or on a function of the user's is not known.

use crate::builtin::BUILTINS;
use crate::program::{Code, Id, Node, Program};
use crate::value::Value;

/// Built-in functions whose result may be true or false, by name.
const BOOLEAN: &[&str] = &[
    "after",
    "all",
    "and",
    "any",
    "assert",
    "before",
    "coincides",
    "contains",
    "during",
    "ends with",
    "even",
    "finished by",
    "finishes",
    "from json",
    "get or else",
    "get value",
    "includes",
    "is",
    "is blank",
    "is defined",
    "is empty",
    "list contains",
    "matches",
    "meets",
    "met by",
    "not",
    "odd",
    "or",
    "overlaps",
    "overlaps after",
    "overlaps before",
    "started by",
    "starts",
    "starts with",
];

impl Program {
    /// What the expression gives instead, if it can never be true or false, whatever its variables
    /// are: `a number`, `the result of a calculation`.
    ///
    /// ```
    /// use decision::{Mode, compile};
    ///
    /// let never = |source| compile(source, Mode::Camunda).expect(source).never_boolean();
    /// assert_eq!(never("amount + 1").as_deref(), Some("the result of a calculation"));
    /// assert_eq!(never("amount > 1"), None);
    /// assert_eq!(never("amount"), None);
    /// ```
    #[must_use]
    pub fn never_boolean(&self) -> Option<String> {
        never_boolean(&self.0, self.0.root)
    }
}

/// Native recursion here is bounded by the parser's depth.
fn never_boolean(code: &Code, id: Id) -> Option<String> {
    match &code.nodes[id as usize] {
        Node::Constant(Value::Boolean(_)) => None,
        Node::Constant(Value::Null) => Some("null".to_owned()),
        Node::Constant(value) => Some(format!("a {}", value.type_name())),
        Node::Chain { .. } | Node::Negate(_) => Some("the result of a calculation".to_owned()),
        Node::List(_) | Node::For { .. } => Some("a list".to_owned()),
        Node::Context(_) => Some("a context".to_owned()),
        Node::Range(_) => Some("a range".to_owned()),
        Node::Lambda(_) => Some("a function".to_owned()),
        Node::CallBuiltin { function, .. } => {
            let name = BUILTINS[usize::from(*function)].name;
            (!BOOLEAN.contains(&name)).then(|| format!("the result of `{name}`"))
        }
        Node::If { met, otherwise, .. } => {
            let met = never_boolean(code, *met)?;
            let otherwise = never_boolean(code, *otherwise)?;
            Some(if met == otherwise { met } else { format!("{met} or {otherwise}") })
        }
        Node::Bind { body, .. } => never_boolean(code, *body),
        Node::Block { result, .. } => never_boolean(code, *result),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin;
    use crate::program::Mode;

    #[test]
    fn what_can_never_be_true_or_false_is_known_without_variables() {
        for (source, expected) in [
            ("a", None),
            ("a.b[1]", None),
            ("a and b", None),
            ("not(a)", None),
            ("a in (1, 2)", None),
            ("some x in a satisfies x", None),
            ("if a then b else 1", None),
            ("f(a)", None),
            ("get value(a, \"b\")", None),
            ("1", Some("a number")),
            ("null", Some("null")),
            ("\"true\"", Some("a string")),
            ("a + 1", Some("the result of a calculation")),
            ("-a", Some("the result of a calculation")),
            ("[a]", Some("a list")),
            ("for x in a return true", Some("a list")),
            ("{a: true}", Some("a context")),
            ("count(a)", Some("the result of `count`")),
            ("if a then 1 else \"x\"", Some("a number or a string")),
        ] {
            let program = crate::compile(source, Mode::Camunda).expect(source);
            assert_eq!(program.never_boolean().as_deref(), expected, "{source}");
        }
    }

    #[test]
    fn the_functions_listed_are_functions() {
        assert!(BOOLEAN.is_sorted());
        assert_eq!(BOOLEAN.iter().find(|name| !builtin::exists(name)), None);
    }
}
