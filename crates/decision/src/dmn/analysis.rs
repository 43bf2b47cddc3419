//! What is wrong with a decision table before anybody asks it: rules that overlap, inputs that no
//! rule covers, rules that never decide.
//! It does not evaluate: cells are compared as sets of values, exactly where they compare their
//! input with constants. What they ask beyond that stays open, and is said to be.

mod axis;
mod between;
mod cover;
mod pairs;
mod set;
mod test;
#[cfg(test)]
mod tests;

use super::tree::HitPolicy;
use crate::limits::{ANALYSIS_GAPS, ANALYSIS_INPUTS};
use crate::program::{Code, Id, Node, OutputColumn, Table};
use crate::value::Value;
use axis::{Axis, Example, feel};
use cover::Cuboid;
use test::{Test, test_of};

/// An input of a table, as its analysis sees it.
pub(crate) struct Input<'t> {
    /// Its expression: inputs with the same one have the same value.
    pub(crate) expression: &'t str,
    /// What people call it.
    pub(crate) name: &'t str,
    /// The local with its value.
    pub(crate) local: u32,
    /// A condition that all its values meet.
    pub(crate) allowed: Option<Id>,
    /// Its numbers are whole.
    pub(crate) integers: bool,
}

/// One thing about a table. Rules and inputs are their places, from 0.
#[derive(Debug, PartialEq)]
pub(crate) enum Finding {
    /// `rule` matches together with each of `others`, which come before it: with the first where
    /// `example` says. `sure`: under the hit policy ANY, that their outputs differ.
    Overlap { rule: usize, others: Vec<usize>, example: String, sure: bool },
    /// No rule matches here. `open`: an input whose values nobody listed, where the gap is only
    /// what is not in any cell.
    Gap { part: String, example: String, open: Option<String> },
    /// More gaps than are told.
    MoreGaps,
    /// Whatever `rule` matches is decided by these.
    Masked { rule: usize, by: Vec<usize> },
    /// No value of `input` passes the test of `rule`; `allowed` are those there can be.
    Never { rule: usize, input: usize, allowed: String },
    /// The cells of these rules ask something else than comparisons with constants.
    Open { input: usize, rules: Vec<usize> },
    /// There is more to compare than the budget allows; what was found is true, and not all.
    TooLarge,
}

/// The work of one model's analyses is done.
#[derive(Debug, Clone, Copy)]
struct Exhausted;

/// What there is to say about a table. `work` is how much may be done for it and others.
pub(crate) fn analysis(
    code: &Code,
    table: &Table,
    inputs: &[Input<'_>],
    work: &mut u64,
) -> Vec<Finding> {
    if table.rules.is_empty() || inputs.is_empty() {
        return Vec::new();
    }
    if inputs.len() > ANALYSIS_INPUTS {
        return vec![Finding::TooLarge];
    }
    let mut findings = Vec::new();
    let space = Space::of(code, table, inputs, &mut findings);
    if space.run(code, table, &mut findings, work).is_err() {
        findings.push(Finding::TooLarge);
    }
    findings
}

/// All inputs there can be, and what rules take from it.
struct Space<'t> {
    dimensions: Vec<Dimension<'t>>,
    /// What there can be.
    whole: Cuboid,
    /// For each rule what it matches at most.
    rules: Vec<Cuboid>,
    /// Whether it matches all of that.
    is_exact: Vec<bool>,
    /// Whether it can match.
    is_alive: Vec<bool>,
}

/// Inputs that have the same value.
struct Dimension<'t> {
    name: &'t str,
    axis: Axis,
}

impl<'t> Space<'t> {
    fn of(
        code: &Code,
        table: &Table,
        inputs: &[Input<'t>],
        findings: &mut Vec<Finding>,
    ) -> Space<'t> {
        let count = table.rules.len();
        let mut space = Space {
            dimensions: Vec::new(),
            whole: Vec::new(),
            rules: vec![Vec::new(); count],
            is_exact: vec![true; count],
            is_alive: vec![true; count],
        };
        for (at, input) in inputs.iter().enumerate() {
            if inputs[..at].iter().any(|earlier| earlier.expression == input.expression) {
                continue;
            }
            let same = |other: &usize| inputs[*other].expression == input.expression;
            let columns: Vec<usize> = (at..inputs.len()).filter(same).collect();
            space.add(code, table, inputs, &columns, findings);
        }
        space
    }

    /// Adds the inputs at `columns`, which have the same value.
    fn add(
        &mut self,
        code: &Code,
        table: &Table,
        inputs: &[Input<'t>],
        columns: &[usize],
        findings: &mut Vec<Finding>,
    ) {
        let mut tests: Vec<Vec<Cell>> = Vec::new();
        let mut allowed = Vec::new();
        for column in columns {
            let input = &inputs[*column];
            let cell = |id: &Option<Id>| Cell::of(code, input.local, *id);
            let cells =
                table.rules.iter().map(|rule| cell(rule.tests.get(*column).unwrap_or(&None)));
            tests.push(cells.collect());
            allowed.extend(input.allowed.and_then(|id| known(test_of(code, input.local, id))));
        }
        let first = &inputs[columns[0]];
        let asked = tests.iter().flatten().filter_map(Cell::test);
        let axis = Axis::of(asked.chain(&allowed), first.integers);
        let mut whole = axis.all();
        for test in &allowed {
            whole = whole.intersection(&axis.outcome(test).passes);
        }
        let mut sets = vec![whole.clone(); table.rules.len()];
        for (column, cells) in columns.iter().zip(&tests) {
            let mut open = Vec::new();
            for (rule, cell) in cells.iter().enumerate() {
                match cell {
                    Cell::Any => {}
                    Cell::Open => {
                        self.is_exact[rule] = false;
                        open.push(rule);
                    }
                    Cell::Asks(test) => {
                        sets[rule] = sets[rule].intersection(&axis.outcome(test).passes);
                        if self.is_alive[rule] && axis.example(&sets[rule]).is_none() {
                            self.is_alive[rule] = false;
                            let allowed = axis.describe(&whole);
                            findings.push(Finding::Never { rule, input: *column, allowed });
                        }
                    }
                }
            }
            if !open.is_empty() {
                findings.push(Finding::Open { input: *column, rules: open });
            }
        }
        self.rules.iter_mut().zip(sets).for_each(|(rule, set)| rule.push(set));
        self.whole.push(whole);
        self.dimensions.push(Dimension { name: first.name, axis });
    }

    fn run(
        &self,
        code: &Code,
        table: &Table,
        findings: &mut Vec<Finding>,
        work: &mut u64,
    ) -> Result<(), Exhausted> {
        match table.hit {
            HitPolicy::Unique | HitPolicy::Any => self.overlaps(code, table, findings, work)?,
            HitPolicy::First => {
                let order: Vec<usize> = (0..self.rules.len()).collect();
                self.masked(&order, findings, work)?;
            }
            HitPolicy::Priority => {
                if let Some(order) = by_priority(code, table) {
                    self.masked(&order, findings, work)?;
                }
            }
            HitPolicy::RuleOrder
            | HitPolicy::OutputOrder
            | HitPolicy::Collect
            | HitPolicy::Sum
            | HitPolicy::Min
            | HitPolicy::Max
            | HitPolicy::Count => {}
        }
        if table.outputs.iter().all(|output| output.default.is_none()) {
            self.gaps(findings, work)?;
        }
        Ok(())
    }

    /// Rules that match together and must not.
    fn overlaps(
        &self,
        code: &Code,
        table: &Table,
        findings: &mut Vec<Finding>,
        work: &mut u64,
    ) -> Result<(), Exhausted> {
        let count = self.rules.len();
        let places: Vec<usize> =
            (0..count).filter(|at| self.is_exact[*at] && self.is_alive[*at]).collect();
        let rules: Vec<&Cuboid> = places.iter().map(|at| &self.rules[*at]).collect();
        let mut others: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut examples: Vec<String> = vec![String::new(); count];
        let mut unsure = vec![false; count];
        for (first, second) in pairs::pairs(&rules, self.whole.len(), work)? {
            let (first, second) = (places[first], places[second]);
            let differ = match table.hit {
                HitPolicy::Any => outputs_differ(code, table, first, second),
                _ => Some(true),
            };
            if differ == Some(false) {
                continue;
            }
            let (a, b) = (&self.rules[first], &self.rules[second]);
            let common: Cuboid = a.iter().zip(b).map(|(a, b)| a.intersection(b)).collect();
            if !self.is_real(&common) {
                continue;
            }
            if others[second].is_empty() {
                let asks = |at: usize| !(a[at] == self.whole[at] && b[at] == self.whole[at]);
                examples[second] = self.example(&common, asks);
            }
            unsure[second] |= differ.is_none();
            others[second].push(first);
        }
        for (rule, (others, example)) in others.into_iter().zip(examples).enumerate() {
            if !others.is_empty() {
                let sure = !unsure[rule];
                findings.push(Finding::Overlap { rule, others, example, sure });
            }
        }
        Ok(())
    }

    /// Rules that others, which come before them in `order`, leave nothing to.
    fn masked(
        &self,
        order: &[usize],
        findings: &mut Vec<Finding>,
        work: &mut u64,
    ) -> Result<(), Exhausted> {
        let alive: Vec<usize> = order.iter().copied().filter(|at| self.is_alive[*at]).collect();
        let rules: Vec<&Cuboid> = alive.iter().map(|at| &self.rules[*at]).collect();
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); alive.len()];
        for (first, second) in pairs::pairs(&rules, self.whole.len(), work)? {
            if self.is_exact[alive[first]] {
                before[second].push(first);
            }
        }
        for (rule, before) in before.into_iter().enumerate().filter(|(_, it)| !it.is_empty()) {
            let covers = |other: &&usize| {
                rules[**other].iter().zip(rules[rule]).all(|(other, own)| other.covers(own))
            };
            let mut by: Vec<usize> = before.iter().find(covers).into_iter().copied().collect();
            if by.is_empty() {
                let others: Vec<&Cuboid> = before.iter().map(|other| rules[*other]).collect();
                let is_real = |part: &Cuboid| self.is_real(part);
                if !cover::uncovered(&others, rules[rule], &is_real, 1, work)?.is_empty() {
                    continue;
                }
                by = before;
            }
            let by = by.into_iter().map(|at| alive[at]).collect();
            findings.push(Finding::Masked { rule: alive[rule], by });
        }
        Ok(())
    }

    fn gaps(&self, findings: &mut Vec<Finding>, work: &mut u64) -> Result<(), Exhausted> {
        let rules: Vec<&Cuboid> = self.rules.iter().collect();
        let is_real = |part: &Cuboid| self.is_real(part);
        let found = cover::uncovered(&rules, &self.whole, &is_real, ANALYSIS_GAPS + 1, work)?;
        let is_more = found.len() > ANALYSIS_GAPS;
        for part in cover::merged(found) {
            let asks = |at: usize| part[at] != self.whole[at];
            let described: Vec<String> = (0..part.len())
                .filter(|at| asks(*at))
                .map(|at| {
                    let Dimension { name, axis } = &self.dimensions[at];
                    format!("`{name}`: {}", axis.describe(&part[at]))
                })
                .collect();
            let example = self.example(&part, asks);
            let mut dimensions = self.dimensions.iter().zip(&part);
            let open = dimensions.find(|(it, set)| it.axis.others().covers(set));
            let open = open.map(|(it, _)| it.name.to_owned());
            findings.push(Finding::Gap { part: described.join("; "), example, open });
        }
        if is_more {
            findings.push(Finding::MoreGaps);
        }
        Ok(())
    }

    /// Whether there are inputs in a part.
    fn is_real(&self, part: &Cuboid) -> bool {
        let axes = self.dimensions.iter().map(|dimension| &dimension.axis);
        axes.zip(part).all(|(axis, set)| axis.example(set).is_some())
    }

    /// Inputs in a part, of those that count.
    fn example(&self, part: &Cuboid, counts: impl Fn(usize) -> bool) -> String {
        let mut inputs = Vec::new();
        for (at, Dimension { name, axis }) in self.dimensions.iter().enumerate() {
            if let (true, Some(Example::Value(value))) = (counts(at), axis.example(&part[at])) {
                inputs.push(format!("`{name}` = {}", feel(&value)));
            }
        }
        inputs.join(", ")
    }
}

/// What a rule asks of an input.
enum Cell {
    Any,
    Asks(Test),
    Open,
}

impl Cell {
    fn of(code: &Code, input: u32, id: Option<Id>) -> Cell {
        match id {
            None => Cell::Any,
            Some(id) => known(test_of(code, input, id)).map_or(Cell::Open, Cell::Asks),
        }
    }

    fn test(&self) -> Option<&Test> {
        if let Cell::Asks(test) = self { Some(test) } else { None }
    }
}

fn known(test: Option<Test>) -> Option<Test> {
    test.filter(Axis::has_place)
}

/// The constants that are the outputs of a rule.
fn outputs<'c>(code: &'c Code, table: &Table, rule: usize) -> Vec<Option<&'c Value>> {
    let ids = table.rules[rule].outputs.of(&code.children);
    ids.iter().map(|id| constant(code, *id)).collect()
}

fn constant(code: &Code, id: Id) -> Option<&Value> {
    match &code.nodes[id as usize] {
        Node::Constant(value) => Some(value),
        Node::Coerce { value, .. } => constant(code, *value),
        _ => None,
    }
}

/// Whether two rules say different things; `None` if that depends on the inputs.
fn outputs_differ(code: &Code, table: &Table, a: usize, b: usize) -> Option<bool> {
    let (a, b) = (outputs(code, table, a), outputs(code, table, b));
    let mut differ = Some(false);
    for pair in a.into_iter().zip(b) {
        match pair {
            (Some(a), Some(b)) if a == b => {}
            (Some(_), Some(_)) => return Some(true),
            _ => differ = None,
        }
    }
    differ
}

/// Rules in the order in which they decide; `None` if that depends on the inputs.
fn by_priority(code: &Code, table: &Table) -> Option<Vec<usize>> {
    let rank = |column: &OutputColumn, output: Option<&Value>| {
        let output = output?;
        let tests = column.priorities.of(&code.children);
        let mut rank = tests.len();
        for (at, test) in tests.iter().enumerate().rev() {
            let value = match &code.nodes[*test as usize] {
                Node::Compare { comparison: crate::ast::Comparison::Equal, right, .. } => {
                    constant(code, *right)?
                }
                // The test `true` holds for any output.
                Node::Test { test, asks_input: false, .. } => {
                    constant(code, *test).filter(|it| it.as_boolean().is_none())?
                }
                _ => return None,
            };
            if value == output {
                rank = at;
            }
        }
        Some(rank)
    };
    let mut ranked = Vec::with_capacity(table.rules.len());
    for rule in 0..table.rules.len() {
        let ranks: Option<Vec<usize>> = table
            .outputs
            .iter()
            .zip(outputs(code, table, rule))
            .map(|(column, output)| rank(column, output))
            .collect();
        ranked.push((ranks?, rule));
    }
    ranked.sort();
    Some(ranked.into_iter().map(|(_, rule)| rule).collect())
}
