//! Which part of a space of inputs no rule covers.
//! It does not know what the rules say; a rule is a set of segments for each input.

use super::Exhausted;
use super::set::{Segments, Set};
use std::collections::{BTreeMap, BTreeSet};

/// A set for each input: where they all hold.
pub(super) type Cuboid = Vec<Set>;

/// Parts of `space` that none of `rules` covers and `is_real` accepts, at most `most` of them.
pub(super) fn uncovered(
    rules: &[&Cuboid],
    space: &Cuboid,
    is_real: &dyn Fn(&Cuboid) -> bool,
    most: usize,
    work: &mut u64,
) -> Result<Vec<Cuboid>, Exhausted> {
    let order = by_selectivity(rules, space);
    let covers_from = rules.iter().map(|rule| covers_from(rule, space, &order)).collect();
    let mut search =
        Search { rules, space, order, covers_from, is_real, most, work, found: Vec::new() };
    search.charge(rules.len() * space.len())?;
    let all: Vec<usize> = (0..rules.len()).collect();
    search.descend(0, &all, &mut space.clone())?;
    Ok(search.found)
}

/// Inputs, first those by which rules differ most: the fewer rules are left, the less is to do.
fn by_selectivity(rules: &[&Cuboid], space: &Cuboid) -> Vec<usize> {
    let width = |input: usize| {
        let size = space[input].segments().count().max(1) as u64;
        let total =
            |set: &Set| set.ranges().iter().map(|it| u64::from(it.end - it.start)).sum::<u64>();
        let widths: u64 = rules.iter().map(|rule| total(&rule[input])).sum();
        widths * 1_000 / size
    };
    let mut order: Vec<usize> = (0..space.len()).collect();
    order.sort_by_cached_key(|input| width(*input));
    order
}

/// The place in the order from which on a rule asks nothing.
fn covers_from(rule: &Cuboid, space: &Cuboid, order: &[usize]) -> usize {
    let asks = order.iter().rposition(|input| !rule[*input].covers(&space[*input]));
    asks.map_or(0, |last| last + 1)
}

struct Search<'s> {
    rules: &'s [&'s Cuboid],
    space: &'s Cuboid,
    order: Vec<usize>,
    covers_from: Vec<usize>,
    is_real: &'s dyn Fn(&Cuboid) -> bool,
    most: usize,
    work: &'s mut u64,
    found: Vec<Cuboid>,
}

impl Search<'_> {
    fn charge(&mut self, amount: usize) -> Result<(), Exhausted> {
        *self.work = self.work.checked_sub(amount as u64).ok_or(Exhausted)?;
        Ok(())
    }

    /// Looks into the part where `rules` still match. Native recursion is bounded by the number of
    /// inputs.
    fn descend(
        &mut self,
        level: usize,
        rules: &[usize],
        part: &mut Cuboid,
    ) -> Result<(), Exhausted> {
        self.charge(rules.len() + 1)?;
        if self.found.len() >= self.most {
            return Ok(());
        }
        if rules.is_empty() {
            if (self.is_real)(part) {
                self.found.push(part.clone());
            }
            return Ok(());
        }
        if rules.iter().any(|rule| self.covers_from[*rule] <= level) {
            return Ok(());
        }
        let input = self.order[level];
        for (rules, ranges) in self.split(input, rules)? {
            part[input] = Set::of(ranges);
            self.descend(level + 1, &rules, part)?;
        }
        part[input] = self.space[input].clone();
        Ok(())
    }

    /// The space of one input, cut by which of the rules match there.
    fn split(
        &mut self,
        input: usize,
        rules: &[usize],
    ) -> Result<BTreeMap<Vec<usize>, Vec<Segments>>, Exhausted> {
        let mut turns: Vec<(u32, bool, usize)> = Vec::new();
        for rule in rules {
            for range in self.rules[*rule][input].ranges() {
                turns.push((range.start, true, *rule));
                turns.push((range.end, false, *rule));
            }
        }
        turns.sort_unstable();
        self.charge(turns.len())?;
        let space = &self.space[input];
        let end = space.hull().map_or(0, |hull| hull.end);
        let mut parts: BTreeMap<Vec<usize>, Vec<Segments>> = BTreeMap::new();
        let mut matching = BTreeSet::new();
        let (mut turns, mut start) = (turns.into_iter().peekable(), 0);
        loop {
            let next = turns.peek().map_or(end, |(at, ..)| (*at).min(end));
            if start < next {
                let here = space.intersection(&Set::from(start..next));
                if !here.is_empty() {
                    self.charge(matching.len() + here.ranges().len())?;
                    let key = matching.iter().copied().collect();
                    parts.entry(key).or_default().extend_from_slice(here.ranges());
                }
                start = next;
            }
            match turns.next() {
                Some((_, true, rule)) => drop(matching.insert(rule)),
                Some((_, false, rule)) => drop(matching.remove(&rule)),
                None => return Ok(parts),
            }
        }
    }
}

/// Joins parts that differ in one input only, and puts them in order.
pub(super) fn merged(mut parts: Vec<Cuboid>) -> Vec<Cuboid> {
    parts.sort();
    let mut at = 0;
    while at < parts.len() {
        let joined = (at + 1..parts.len()).find_map(|other| {
            let mut differing =
                (0..parts[at].len()).filter(|it| parts[at][*it] != parts[other][*it]);
            let input = differing.next()?;
            differing.next().is_none().then_some((other, input))
        });
        match joined {
            Some((other, input)) => {
                let taken = parts.remove(other);
                parts[at][input] = parts[at][input].union(&taken[input]);
                // What was joined may now fit an earlier one.
                at = 0;
            }
            None => at += 1,
        }
    }
    parts
}
