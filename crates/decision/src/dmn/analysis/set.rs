//! Sets of the segments of an axis.
//! They do not know what a segment stands for.

use std::ops::Range;

/// Ranges of segments, in order, that neither overlap nor touch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Set(Vec<Segments>);

/// Segments from `start` up to, but without, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segments {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl From<Range<u32>> for Set {
    fn from(range: Range<u32>) -> Set {
        Set::of(vec![Segments { start: range.start, end: range.end }])
    }
}

impl Set {
    /// A set of ranges in any order.
    pub(super) fn of(mut ranges: Vec<Segments>) -> Set {
        ranges.retain(|range| range.start < range.end);
        ranges.sort_unstable();
        let mut merged: Vec<Segments> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        Set(merged)
    }

    pub(super) fn ranges(&self) -> &[Segments] {
        &self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first segment, and the one behind the last.
    pub(super) fn hull(&self) -> Option<Segments> {
        let (first, last) = (self.0.first()?, self.0.last()?);
        Some(Segments { start: first.start, end: last.end })
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = u32> {
        self.0.iter().flat_map(|range| range.start..range.end)
    }

    pub(super) fn union(&self, other: &Set) -> Set {
        Set::of([&self.0[..], &other.0].concat())
    }

    pub(super) fn intersection(&self, other: &Set) -> Set {
        let mut common = Vec::new();
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let (start, end) = (a.start.max(b.start), a.end.min(b.end));
            if start < end {
                common.push(Segments { start, end });
            }
            let shorter = if a.end < b.end { &mut left } else { &mut right };
            shorter.next();
        }
        Set(common)
    }

    pub(super) fn without(&self, other: &Set) -> Set {
        let mut kept = Vec::new();
        for range in &self.0 {
            let mut start = range.start;
            let from = other.0.partition_point(|taken| taken.end <= start);
            for taken in other.0[from..].iter().take_while(|taken| taken.start < range.end) {
                if start < taken.start {
                    kept.push(Segments { start, end: taken.start });
                }
                start = start.max(taken.end);
            }
            if start < range.end {
                kept.push(Segments { start, end: range.end });
            }
        }
        Set(kept)
    }

    pub(super) fn meets(&self, other: &Set) -> bool {
        !self.intersection(other).is_empty()
    }

    pub(super) fn covers(&self, other: &Set) -> bool {
        other.without(self).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{Strategy, prop, proptest};
    use std::collections::BTreeSet;

    fn any_set() -> impl Strategy<Value = Set> {
        prop::collection::vec((0u32..30, 0u32..6), 0..5).prop_map(|ranges| {
            let range = |(start, length): (u32, u32)| Segments { start, end: start + length };
            Set::of(ranges.into_iter().map(range).collect())
        })
    }

    fn members(set: &Set) -> BTreeSet<u32> {
        set.segments().collect()
    }

    proptest! {
        #[test]
        fn sets_are_sets(a in any_set(), b in any_set()) {
            let (left, right) = (members(&a), members(&b));
            assert_eq!(members(&a.union(&b)), &left | &right);
            assert_eq!(members(&a.intersection(&b)), &left & &right);
            assert_eq!(members(&a.without(&b)), &left - &right);
            assert_eq!(a.covers(&b), right.is_subset(&left));
            assert_eq!(a.meets(&b), !left.is_disjoint(&right));
            assert_eq!(Set::of(a.without(&b).ranges().to_vec()), a.without(&b));
        }
    }
}
