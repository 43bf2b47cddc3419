//! Timer definitions: ISO 8601 dates, durations and cycles, and cron.
//!
//! Not a clock: `now` is an input, and the store's timer rows wake the aggregate.

use super::duration;
use super::text::{Text, Written};
use croner::parser::{CronParser, Seconds};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use model::{Namespace, NodeRef, Problems};

/// A timer event definition.
#[derive(Debug, Clone, PartialEq)]
pub struct TimerSpec {
    /// Which of the three.
    pub kind: TimerKind,
    /// What is written, fixed or computed.
    pub text: Text,
}

/// Which kind of timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerKind {
    /// A moment.
    Date,
    /// So long from now.
    Duration,
    /// Again and again.
    Cycle,
}

/// When a timer is due, and how often more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Unix milliseconds.
    pub due_ms: i64,
    /// Firings left after this one; -1: no end.
    pub repetitions: i32,
}

impl TimerSpec {
    /// Reads a `timerEventDefinition`. `cyclic`: a cycle is allowed here.
    pub fn read(definition: NodeRef<'_>, cyclic: bool, problems: &mut Problems) -> TimerSpec {
        let kinds = [
            ("timeDate", TimerKind::Date),
            ("timeDuration", TimerKind::Duration),
            ("timeCycle", TimerKind::Cycle),
        ];
        let found = kinds.into_iter().find_map(|(name, kind)| {
            let node = definition.child(Namespace::Bpmn, name)?;
            (!node.text().is_empty()).then_some((kind, node))
        });
        let Some((kind, node)) = found else {
            problems
                .error(
                    definition,
                    "timer-missing",
                    "Expected a timer date, duration or cycle, but found none.".to_owned(),
                )
                .hint("Choose the timer type and value in the properties panel.");
            return TimerSpec { kind: TimerKind::Duration, text: Text::Fixed("PT0S".into()) };
        };
        if kind == TimerKind::Cycle && !cyclic {
            problems
                .error(
                    definition,
                    "timer-cycle-here",
                    "Expected a date or a duration, but found a cycle: this event fires once."
                        .to_owned(),
                )
                .hint("Use a duration, or a non-interrupting boundary event for a cycle.");
        }
        let before = problems.len();
        let text = read_text(node, problems);
        let spec = TimerSpec { kind, text };
        if let Text::Fixed(fixed) = &spec.text
            && problems.len() == before
            && let Err(message) = spec.due(fixed, 0, &TimeZone::UTC)
        {
            problems
                .error(definition, "timer-format", message)
                .move_to(node.text_position(), fixed.len().max(1));
        }
        spec
    }

    /// When a new timer is due, given its evaluated text.
    pub fn due(&self, text: &str, now_ms: i64, zone: &TimeZone) -> Result<Due, String> {
        match self.kind {
            TimerKind::Date => Ok(Due { due_ms: parse_date(text, zone)?, repetitions: 0 }),
            TimerKind::Duration => {
                let span = duration::parse(text)?;
                let due = duration::add(now_ms, span, 1, zone);
                let due_ms = due.ok_or_else(|| outside(text))?;
                Ok(Due { due_ms, repetitions: 0 })
            }
            TimerKind::Cycle => Cycle::parse(text, zone)?.first(now_ms, zone),
        }
    }

    /// When it is due again after firing; `None`: never. Moments missed are skipped.
    pub fn due_again(
        &self,
        text: &str,
        fired: Due,
        now_ms: i64,
        zone: &TimeZone,
    ) -> Result<Option<Due>, String> {
        if self.kind != TimerKind::Cycle || fired.repetitions == 0 {
            return Ok(None);
        }
        let due_ms = Cycle::parse(text, zone)?.next(fired.due_ms, now_ms, zone)?;
        let left = if fired.repetitions < 0 { -1 } else { fired.repetitions - 1 };
        Ok(due_ms.map(|due_ms| Due { due_ms, repetitions: left }))
    }
}

fn read_text(node: NodeRef<'_>, problems: &mut Problems) -> Text {
    let source = node.text();
    if source.starts_with('=') {
        let program = super::text::compile_program(node, Written::Text, problems);
        return program.map_or_else(|| Text::Fixed("PT0S".into()), Text::Computed);
    }
    Text::Fixed(source.into())
}

fn outside(text: &str) -> String {
    format!("Expected a moment within the calendar, but found `{text}`.")
}

/// An ISO 8601 date and time; without an offset it is meant in the given zone.
fn parse_date(text: &str, zone: &TimeZone) -> Result<i64, String> {
    let text = text.trim();
    if let Ok(zoned) = text.parse::<jiff::Zoned>() {
        return Ok(zoned.timestamp().as_millisecond());
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment.as_millisecond());
    }
    let local = text.parse::<jiff::civil::DateTime>().ok();
    local
        .and_then(|local| local.to_zoned(zone.clone()).ok())
        .map(|zoned| zoned.timestamp().as_millisecond())
        .ok_or_else(|| {
            format!(
                "Expected an ISO 8601 date and time such as `2026-12-24T18:00:00Z`, but found \
                 `{text}`."
            )
        })
}

/// A repeating interval or a cron expression.
enum Cycle {
    Interval { repetitions: i32, start_ms: Option<i64>, span: Span },
    Cron(Box<croner::Cron>),
}

impl Cycle {
    fn parse(text: &str, zone: &TimeZone) -> Result<Cycle, String> {
        let text = text.trim();
        match text.strip_prefix('R') {
            Some(rest) => Cycle::parse_interval(text, rest, zone),
            None => CronParser::builder()
                .seconds(Seconds::Required)
                .build()
                .parse(macro_of(text))
                .map(|cron| Cycle::Cron(Box::new(cron)))
                .map_err(|error| {
                    format!(
                        "Expected a repeating interval such as `R3/PT1H` or a cron expression \
                         with six fields such as `0 0 9 * * MON-FRI`, but found `{text}` \
                         ({error})."
                    )
                }),
        }
    }

    fn parse_interval(text: &str, rest: &str, zone: &TimeZone) -> Result<Cycle, String> {
        let wrong =
            || format!("Expected a repeating interval such as `R3/PT1H`, but found `{text}`.");
        let parts: Vec<&str> = rest.split('/').collect();
        let (count, start, interval) = match parts[..] {
            [count, interval] => (count, None, interval),
            [count, start, interval] => (count, Some(start), interval),
            _ => return Err(wrong()),
        };
        let repetitions = match count {
            "" | "-1" => -1,
            count => count.parse::<i32>().ok().filter(|n| *n >= 0).ok_or_else(wrong)?,
        };
        let span = duration::parse(interval)?;
        if span.is_negative() || span.is_zero() {
            return Err(wrong());
        }
        let start_ms = start.filter(|start| !start.is_empty());
        let start_ms = start_ms.map(|start| parse_date(start, zone)).transpose()?;
        Ok(Cycle::Interval { repetitions, start_ms, span })
    }

    fn first(&self, now_ms: i64, zone: &TimeZone) -> Result<Due, String> {
        match self {
            Cycle::Interval { repetitions: 0, .. } => {
                Err("Expected at least one repetition, but found `R0`.".to_owned())
            }
            Cycle::Interval { repetitions, start_ms, span } => {
                let left = if *repetitions < 0 { -1 } else { repetitions - 1 };
                let due = match start_ms {
                    Some(start) if *start >= now_ms => Some(*start),
                    Some(start) => self.next(*start, now_ms, zone)?,
                    None => duration::add(now_ms, *span, 1, zone),
                };
                let due_ms = due.ok_or_else(|| outside("the interval"))?;
                Ok(Due { due_ms, repetitions: left })
            }
            Cycle::Cron(_) => {
                let due_ms = self.next(now_ms, now_ms, zone)?;
                let due_ms = due_ms.ok_or(
                    "Expected a cron expression that is due again, but found one that \
                            never is.",
                )?;
                Ok(Due { due_ms, repetitions: -1 })
            }
        }
    }

    /// The first occurrence after `fired_ms` that is later than `now_ms`.
    fn next(&self, fired_ms: i64, now_ms: i64, zone: &TimeZone) -> Result<Option<i64>, String> {
        match self {
            Cycle::Interval { span, .. } => Ok(skip_missed(fired_ms, *span, now_ms, zone)),
            Cycle::Cron(cron) => {
                let after = Timestamp::from_millisecond(fired_ms.max(now_ms));
                let after = after.map_err(|_| outside("the date"))?.to_zoned(zone.clone());
                let next = cron.find_next_occurrence(&after, false).ok();
                Ok(next.map(|moment| moment.timestamp().as_millisecond()))
            }
        }
    }
}

/// The first of `fired + n * span` after `now`, found by bisection, not by counting.
fn skip_missed(fired_ms: i64, span: Span, now_ms: i64, zone: &TimeZone) -> Option<i64> {
    let at = |steps: i64| duration::add(fired_ms, span, steps, zone);
    let mut high = 1;
    while at(high)? <= now_ms {
        high *= 2;
    }
    let mut low = high / 2;
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if at(middle)? <= now_ms { low = middle } else { high = middle }
    }
    at(high)
}

/// Spring's shorthands, which Camunda models use.
fn macro_of(text: &str) -> &str {
    match text {
        "@yearly" | "@annually" => "0 0 0 1 1 *",
        "@monthly" => "0 0 0 1 * *",
        "@weekly" => "0 0 0 * * SUN",
        "@daily" | "@midnight" => "0 0 0 * * *",
        "@hourly" => "0 0 * * * *",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn spec(kind: TimerKind) -> TimerSpec {
        TimerSpec { kind, text: Text::Fixed("".into()) }
    }

    #[test]
    fn timers_are_due_when_their_text_says() {
        let now = ms("2026-11-20T10:00:00Z");
        let table = [
            (TimerKind::Date, "2026-12-24T18:00:00Z", "2026-12-24T18:00:00Z", 0),
            (TimerKind::Date, "2026-12-24T18:00:00+01:00", "2026-12-24T17:00:00Z", 0),
            (TimerKind::Date, "2026-12-24T18:00:00", "2026-12-24T18:00:00Z", 0),
            (TimerKind::Duration, "PT5M", "2026-11-20T10:05:00Z", 0),
            (TimerKind::Duration, "P1M", "2026-12-20T10:00:00Z", 0),
            (TimerKind::Cycle, "R3/PT1H", "2026-11-20T11:00:00Z", 2),
            (TimerKind::Cycle, "R/PT1H", "2026-11-20T11:00:00Z", -1),
            (TimerKind::Cycle, "R/2026-11-01T08:00:00Z/P1D", "2026-11-21T08:00:00Z", -1),
            (TimerKind::Cycle, "R2/2026-11-30T08:00:00Z/P1D", "2026-11-30T08:00:00Z", 1),
            (TimerKind::Cycle, "0 0 9 * * MON-FRI", "2026-11-23T09:00:00Z", -1),
            (TimerKind::Cycle, "@hourly", "2026-11-20T11:00:00Z", -1),
        ];
        for (kind, text, due, repetitions) in table {
            let found = spec(kind).due(text, now, &TimeZone::UTC).unwrap();
            assert_eq!(found, Due { due_ms: ms(due), repetitions }, "{text}");
        }
    }

    #[test]
    fn a_cycle_missed_during_downtime_fires_once_and_goes_on_in_step() {
        let fired = Due { due_ms: ms("2026-11-20T10:00:00Z"), repetitions: -1 };
        let now = ms("2026-11-20T13:20:00Z");
        let next = spec(TimerKind::Cycle).due_again("R/PT1H", fired, now, &TimeZone::UTC);
        let due = next.unwrap().unwrap();
        assert_eq!(due.due_ms, ms("2026-11-20T14:00:00Z"));
    }

    #[test]
    fn a_counted_cycle_ends() {
        let fired = Due { due_ms: 0, repetitions: 0 };
        let next = spec(TimerKind::Cycle).due_again("R1/PT1H", fired, 0, &TimeZone::UTC);
        assert_eq!(next, Ok(None));
    }

    #[test]
    fn nonsense_says_what_was_expected() {
        for text in ["R3", "R3/1h", "R-3/PT1H", "R/PT0S", "* * *", "every day"] {
            let error = spec(TimerKind::Cycle).due(text, 0, &TimeZone::UTC).unwrap_err();
            assert!(error.starts_with("Expected"), "{text}: {error}");
        }
    }
}
