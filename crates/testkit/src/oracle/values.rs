//! Variables of the token game: who sees which, and what a formula says.
//!
//! Not FEEL itself; `decision` evaluates.

use super::game::{Game, Values};
use super::plan::Says;
use decision::{Budget, Env, Scope, Value, Variable};

/// What a formula sees from a token, with counts that come before all others.
struct Seen<'g> {
    game: &'g Game,
    token: usize,
    counts: &'g [(&'g str, usize)],
}

impl Scope for Seen<'_> {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        if let Some((_, count)) = self.counts.iter().find(|(known, _)| *known == name) {
            return Value::from_json(&count.to_string()).ok().map(Variable::Value);
        }
        let holder = self.game.holder(self.token, name)?;
        Some(Variable::Json(&self.game.tokens[&holder].values[name]))
    }
}

impl Game {
    /// The nearest scope from a token outwards that has a variable.
    fn holder(&self, mut token: usize, name: &str) -> Option<usize> {
        loop {
            if self.tokens.get(&token)?.values.contains_key(name) {
                return Some(token);
            }
            if token == 0 {
                return None;
            }
            token = self.tokens[&token].scope;
        }
    }

    /// Sets a variable where it is, seen from a token, else in the process.
    pub(super) fn propagate(&mut self, token: usize, name: &str, value: String) {
        self.touch(name);
        let holder = self.holder(token, name).unwrap_or(0);
        self.at(holder).values.insert(name.to_owned(), value);
    }

    /// What an event or worker brings: to the output mappings if there are some, else outwards.
    pub(super) fn bring(&mut self, token: usize, brings: Values) {
        let maps = !self.plan.nodes[self.tokens[&token].node].outputs.is_empty();
        for (name, value) in brings {
            if maps {
                self.touch(&name);
                self.at(token).values.insert(name, value);
            } else {
                self.propagate(token, &name, value);
            }
        }
    }

    fn evaluate(&self, token: usize, says: &Says, counts: &[(&str, usize)]) -> Option<Value> {
        let program = match says {
            Says::Text(text) => return Some(Value::string(text.as_str())),
            Says::Formula(program) => program,
        };
        let env = Env { now_ms: self.now_ms, zone: jiff::tz::TimeZone::UTC, seed: 0 };
        let seen = Seen { game: self, token, counts };
        let done = program.evaluate(&seen, &env, &mut Budget::default());
        done.ok().map(|done| done.value)
    }

    pub(super) fn value(&self, token: usize, says: &Says) -> Option<String> {
        Some(self.evaluate(token, says, &[])?.to_json())
    }

    pub(super) fn list(&self, token: usize, says: &Says) -> Option<Vec<String>> {
        let value = self.evaluate(token, says, &[])?;
        Some(value.as_list()?.iter().map(Value::to_json).collect())
    }

    /// Names and keys are text or numbers.
    pub(super) fn word(&self, token: usize, says: &Says) -> Option<String> {
        let value = self.evaluate(token, says, &[])?;
        let number = || value.as_number().map(|_| value.to_json());
        value.as_str().map(str::to_owned).or_else(number)
    }

    pub(super) fn truth_with(
        &self,
        token: usize,
        says: &Says,
        counts: &[(&str, usize)],
    ) -> Option<bool> {
        self.evaluate(token, says, counts)?.as_boolean()
    }

    /// Takes over variables of a token that depend on which token moved first.
    pub(super) fn take_raced(&mut self, token: usize, values: &Values) -> bool {
        let mut taken = false;
        for name in self.raced.clone() {
            let own = &mut self.tokens.get_mut(&token).expect("a token has its seat").values;
            let before = own.get(&name).cloned();
            match values.get(&name) {
                Some(value) => drop(own.insert(name.clone(), value.clone())),
                None => drop(own.remove(&name)),
            }
            taken |= own.get(&name) != before.as_ref();
        }
        taken
    }
}
