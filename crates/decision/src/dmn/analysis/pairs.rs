//! Which rules have inputs in common.
//! It does not compare each with each: it goes along the input by which they differ most.

use super::Exhausted;
use super::cover::Cuboid;
use super::set::Segments;

/// Pairs of rules that match together somewhere, as their places among `rules`, the smaller first.
pub(super) fn pairs(
    rules: &[&Cuboid],
    inputs: usize,
    work: &mut u64,
) -> Result<Vec<(usize, usize)>, Exhausted> {
    let mut charge = |amount: usize| {
        *work = work.checked_sub(amount as u64).ok_or(Exhausted)?;
        Ok(())
    };
    charge(rules.len() * inputs)?;
    let Some(input) = (0..inputs).min_by_key(|input| crossings(rules, *input)) else {
        return Ok(Vec::new());
    };
    let mut open: Vec<(u32, usize)> = Vec::new();
    let mut found = Vec::new();
    for (hull, rule) in hulls(rules, input) {
        open.retain(|(end, _)| *end > hull.start);
        charge(open.len() + 1)?;
        for (_, other) in &open {
            let mut both = rules[rule].iter().zip(rules[*other]);
            if both.all(|(a, b)| a.meets(b)) {
                charge(inputs)?;
                found.push((rule.min(*other), rule.max(*other)));
            }
        }
        open.push((hull.end, rule));
    }
    found.sort_unstable();
    Ok(found)
}

/// From where to where rules reach along an input, in order.
fn hulls(rules: &[&Cuboid], input: usize) -> Vec<(Segments, usize)> {
    let hull = |(at, rule): (usize, &&Cuboid)| Some((rule[input].hull()?, at));
    let mut hulls: Vec<(Segments, usize)> = rules.iter().enumerate().filter_map(hull).collect();
    hulls.sort_unstable();
    hulls
}

/// How many pairs of rules reach over one another along an input.
fn crossings(rules: &[&Cuboid], input: usize) -> usize {
    let hulls = hulls(rules, input);
    let mut ends: Vec<u32> = hulls.iter().map(|(hull, _)| hull.end).collect();
    ends.sort_unstable();
    let before = |(at, (hull, _)): (usize, &(Segments, usize))| {
        at - ends.partition_point(|end| *end <= hull.start).min(at)
    };
    hulls.iter().enumerate().map(before).sum()
}
