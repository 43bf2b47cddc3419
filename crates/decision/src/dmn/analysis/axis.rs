//! The values of one input, cut into segments that no cell tells apart.
//! It does not know rules; it says which segments pass a test, and what is in them.

use super::between::between;
use super::set::{Segments, Set};
use super::test::Test;
use crate::ast::Comparison;
use crate::temporal::DateTime;
use crate::value::{Range, Value};
use std::collections::BTreeMap;

/// Values that can be compared with one another. Times with an offset are none: as many of them as
/// there are offsets are at the same moment, and not equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Null,
    Boolean,
    Number,
    String,
    Date,
    Time,
    LocalDateTime,
    ZonedDateTime,
    DaysTimeDuration,
    YearsMonthsDuration,
}

fn sort_of(value: &Value) -> Option<Sort> {
    Some(match value {
        Value::Null => Sort::Null,
        Value::Boolean(_) => Sort::Boolean,
        Value::Number(_) => Sort::Number,
        Value::String(_) => Sort::String,
        Value::Date(_) => Sort::Date,
        Value::Time(time) if time.is_local() => Sort::Time,
        Value::DateTime(at) => match **at {
            DateTime::Local(_) => Sort::LocalDateTime,
            DateTime::Zoned(_) => Sort::ZonedDateTime,
        },
        Value::DaysTimeDuration(_) => Sort::DaysTimeDuration,
        Value::YearsMonthsDuration(_) => Sort::YearsMonthsDuration,
        Value::Time(_)
        | Value::Far(_)
        | Value::List(_)
        | Value::Context(_)
        | Value::Range(_)
        | Value::Function(_) => return None,
    })
}

#[derive(Debug)]
pub(super) struct Axis {
    sections: Vec<Section>,
    size: u32,
    /// Only whole numbers count.
    integers: bool,
}

/// The segments of one sort of values.
#[derive(Debug)]
struct Section {
    sort: Option<Sort>,
    first: u32,
    /// Constants in order.
    points: Vec<Value>,
    parts: Parts,
}

#[derive(Debug, PartialEq)]
enum Parts {
    /// The points and nothing else: null, or false and true.
    Points,
    /// The points, then all others: texts that are never put in order.
    PointsAndOthers,
    /// Before the first point, the point, up to the next one, and so on.
    Line,
    /// Everything, because nothing is asked of it.
    Whole,
}

/// Which segments pass a test, and which fail it; for the others it is null.
pub(super) struct Outcome {
    pub(super) passes: Set,
    fails: Set,
}

/// A value in a set.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Example {
    /// Any value will do.
    Any,
    Value(Value),
}

impl Axis {
    /// The axis of an input that these tests are asked of.
    pub(super) fn of<'t>(tests: impl Iterator<Item = &'t Test>, integers: bool) -> Axis {
        let mut found: BTreeMap<Sort, (Vec<Value>, bool)> = BTreeMap::new();
        let mut visit = |value: &Value, ordered: bool| {
            if let Some(sort) = sort_of(value) {
                let (points, is_ordered) = found.entry(sort).or_default();
                points.push(value.clone());
                *is_ordered |= ordered;
            }
        };
        tests.for_each(|test| test.constants(&mut visit));
        let mut axis = Axis { sections: Vec::new(), size: 0, integers };
        for (sort, (mut points, is_ordered)) in found {
            let parts = match sort {
                Sort::Null => Parts::Points,
                Sort::Boolean => {
                    points = vec![false.into(), true.into()];
                    Parts::Points
                }
                Sort::String if !is_ordered => Parts::PointsAndOthers,
                _ => Parts::Line,
            };
            points.sort_by(|a, b| a.order(b).unwrap_or(std::cmp::Ordering::Equal));
            points.dedup();
            axis.add(Some(sort), points, parts);
        }
        if axis.sections.iter().all(|section| section.sort == Some(Sort::Null)) {
            axis.add(None, Vec::new(), Parts::Whole);
        }
        axis
    }

    fn add(&mut self, sort: Option<Sort>, points: Vec<Value>, parts: Parts) {
        let section = Section { sort, first: self.size, points, parts };
        self.size += section.size();
        self.sections.push(section);
    }

    pub(super) fn all(&self) -> Set {
        Set::from(0..self.size)
    }

    /// All texts that no test names.
    pub(super) fn others(&self) -> Set {
        let has_others = |section: &&Section| section.parts == Parts::PointsAndOthers;
        let section = self.sections.iter().find(has_others);
        section.map_or_else(Set::default, |section| {
            let last = section.first + section.points.len() as u32;
            Set::from(last..last + 1)
        })
    }

    /// Whether all constants of a test have their place on an axis.
    pub(super) fn has_place(test: &Test) -> bool {
        let mut has_place = true;
        test.constants(&mut |value, _| has_place &= sort_of(value).is_some());
        has_place
    }

    fn section(&self, value: &Value) -> Option<&Section> {
        let sort = sort_of(value)?;
        self.sections.iter().find(|section| section.sort == Some(sort))
    }

    /// What comes of a test whose constants have their place. Native recursion follows the test.
    pub(super) fn outcome(&self, test: &Test) -> Outcome {
        match test {
            Test::Always => Outcome { passes: self.all(), fails: Set::default() },
            Test::Compare(comparison, value) => self.comparison(*comparison, value),
            Test::Within(range) => self.within(range),
            Test::OneOf(tests) => {
                let passes = self.any(tests).passes;
                Outcome { fails: self.all().without(&passes), passes }
            }
            Test::Or(tests) => self.any(tests),
            Test::And(tests) => {
                let mut both = Outcome { passes: self.all(), fails: Set::default() };
                for found in tests.iter().map(|test| self.outcome(test)) {
                    both.passes = both.passes.intersection(&found.passes);
                    both.fails = both.fails.union(&found.fails);
                }
                both
            }
            Test::Not(test) => {
                let Outcome { passes, fails } = self.outcome(test);
                Outcome { passes: fails, fails: passes }
            }
        }
    }

    fn any(&self, tests: &[Test]) -> Outcome {
        let outcomes: Vec<Outcome> = tests.iter().map(|test| self.outcome(test)).collect();
        let passes = outcomes.iter().flat_map(|it| it.passes.ranges()).copied().collect();
        let mut fails = self.all();
        for found in &outcomes {
            fails = fails.intersection(&found.fails);
        }
        Outcome { passes: Set::of(passes), fails }
    }

    fn comparison(&self, comparison: Comparison, value: &Value) -> Outcome {
        let neither = Outcome { passes: Set::default(), fails: Set::default() };
        let Some(section) = self.section(value) else { return neither };
        let at = section.segment_of(value);
        let (whole, here) = (section.all(), Set::from(at..at + 1));
        let before = Set::from(section.first..at);
        let passes = match comparison {
            Comparison::Equal | Comparison::NotEqual => here,
            _ if section.parts != Parts::Line => return neither,
            Comparison::Less => before,
            Comparison::LessOrEqual => before.union(&here),
            Comparison::Greater => whole.without(&before).without(&here),
            Comparison::GreaterOrEqual => whole.without(&before),
        };
        // Null equals null and nothing else; it has no order.
        let known = match (comparison, section.sort) {
            (Comparison::Equal | Comparison::NotEqual, Some(Sort::Null)) => self.all(),
            (Comparison::Equal | Comparison::NotEqual, _) => match self.section(&Value::Null) {
                Some(null) => whole.union(&null.all()),
                None => whole,
            },
            _ => whole,
        };
        let fails = known.without(&passes);
        match comparison {
            Comparison::NotEqual => Outcome { passes: fails, fails: passes },
            _ => Outcome { passes, fails },
        }
    }

    fn within(&self, range: &Range) -> Outcome {
        let low =
            if range.start_included { Comparison::GreaterOrEqual } else { Comparison::Greater };
        let high = if range.end_included { Comparison::LessOrEqual } else { Comparison::Less };
        let low = self.comparison(low, &range.start);
        let high = self.comparison(high, &range.end);
        let known = low.passes.union(&low.fails).intersection(&high.passes.union(&high.fails));
        let passes = low.passes.intersection(&high.passes);
        Outcome { fails: known.without(&passes), passes }
    }

    /// A value in a set; `None` if there is none, as between two days that follow one another.
    pub(super) fn example(&self, set: &Set) -> Option<Example> {
        set.segments().find_map(|segment| {
            let section = self.sections.iter().rfind(|section| section.first <= segment)?;
            section.example(segment - section.first, self.integers)
        })
    }

    /// A set as unary tests.
    pub(super) fn describe(&self, set: &Set) -> String {
        /// More tests than this nobody reads.
        const TESTS: usize = 8;
        let mut tests = Vec::new();
        for section in &self.sections {
            section.describe(&set.intersection(&section.all()), &mut tests);
        }
        if tests.len() > TESTS {
            tests.truncate(TESTS);
            tests.push("...".to_owned());
        }
        tests.join(", ")
    }
}

impl Section {
    fn size(&self) -> u32 {
        let points = self.points.len() as u32;
        match self.parts {
            Parts::Points => points,
            Parts::PointsAndOthers => points + 1,
            Parts::Line => 2 * points + 1,
            Parts::Whole => 1,
        }
    }

    fn all(&self) -> Set {
        Set::from(self.first..self.first + self.size())
    }

    /// The segment of a value that is one of the points.
    fn segment_of(&self, value: &Value) -> u32 {
        let place = self.points.partition_point(|point| {
            point.order(value).map_or_else(|| is_before(point, value), std::cmp::Ordering::is_lt)
        });
        let place = place as u32;
        self.first + if self.parts == Parts::Line { 2 * place + 1 } else { place }
    }

    fn example(&self, at: u32, integers: bool) -> Option<Example> {
        let points = &self.points;
        let at = at as usize;
        let value = match self.parts {
            Parts::Whole => return Some(Example::Any),
            Parts::Points => points.get(at)?.clone(),
            Parts::PointsAndOthers => match points.get(at) {
                Some(point) => point.clone(),
                None => other_text(points),
            },
            Parts::Line if at % 2 == 1 => {
                let point = points.get(at / 2)?;
                if integers && !point.as_number().is_some_and(crate::Number::is_integer) {
                    return None;
                }
                point.clone()
            }
            Parts::Line => {
                let low = (at / 2).checked_sub(1).map(|before| &points[before]);
                between(low, points.get(at / 2), integers)?
            }
        };
        Some(Example::Value(value))
    }

    fn describe(&self, set: &Set, tests: &mut Vec<String>) {
        let local = |range: &Segments| {
            ((range.start - self.first) as usize, (range.end - self.first) as usize)
        };
        for range in set.ranges() {
            let (start, end) = local(range);
            match self.parts {
                Parts::Whole => tests.push("anything".to_owned()),
                Parts::Points => tests.extend(self.points[start..end].iter().map(feel)),
                Parts::PointsAndOthers if end <= self.points.len() => {
                    tests.extend(self.points[start..end].iter().map(feel));
                }
                Parts::PointsAndOthers => {}
                Parts::Line => tests.push(self.describe_line(start, end)),
            }
        }
        let others = self.first + self.points.len() as u32;
        if self.parts == Parts::PointsAndOthers && set.meets(&Set::from(others..others + 1)) {
            let left: Vec<String> = (0..self.points.len() as u32)
                .filter(|at| !set.meets(&Set::from(self.first + at..self.first + at + 1)))
                .map(|at| feel(&self.points[at as usize]))
                .collect();
            // Whatever points are in the set are among "all others" as well.
            tests.retain(|test| !self.points.iter().any(|point| feel(point) == *test));
            tests.push(match &left[..] {
                [] => "any text".to_owned(),
                left => format!("not({})", left.join(", ")),
            });
        }
    }

    /// Segments of a line, from one up to another, as one test.
    fn describe_line(&self, start: usize, end: usize) -> String {
        // An odd segment is a point; an even one is open, and begins behind the point before it.
        let low = (start > 0).then(|| (&self.points[(start - 1) / 2], start % 2 == 1));
        let last = end - 1;
        let high = match last % 2 {
            1 => Some((&self.points[last / 2], true)),
            _ => self.points.get(last / 2).map(|point| (point, false)),
        };
        match (low, high) {
            (None, None) => "anything".to_owned(),
            (Some((low, included)), None) => {
                format!("{} {}", if included { ">=" } else { ">" }, feel(low))
            }
            (None, Some((high, included))) => {
                format!("{} {}", if included { "<=" } else { "<" }, feel(high))
            }
            (Some((low, true)), Some((high, true))) if low == high => feel(low),
            (Some((low, from)), Some((high, to))) => {
                let (open, close) = (if from { '[' } else { '(' }, if to { ']' } else { ')' });
                format!("{open}{}..{}{close}", feel(low), feel(high))
            }
        }
    }
}

/// The order of values that FEEL does not put in order.
fn is_before(a: &Value, b: &Value) -> bool {
    matches!((a, b), (Value::Boolean(false), Value::Boolean(true)))
}

/// A text that is none of these.
fn other_text(points: &[Value]) -> Value {
    let is_free = |text: &String| points.iter().all(|point| point.as_str() != Some(text));
    let numbered = (2..).map(|number| format!("other {number}"));
    let text = std::iter::once("other".to_owned()).chain(numbered).find(is_free);
    Value::from(text.unwrap_or_default())
}

/// A value as a literal of FEEL.
pub(super) fn feel(value: &Value) -> String {
    match value {
        Value::Null | Value::Boolean(_) | Value::Number(_) | Value::String(_) => value.to_json(),
        other => format!("@{}", other.to_json()),
    }
}
