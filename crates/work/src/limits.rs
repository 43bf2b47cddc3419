//! The limits of signals, alerts and cases, each with a name; docs/limits.md lists them.

/// Bytes of one definition file: a detection rule or a case type.
pub const DEFINITION_BYTES_MAX: usize = 256 * 1024;
/// Bytes of one received event, its data and attributes together.
pub const EVENT_BYTES_MAX: usize = 256 * 1024;
/// Characters of an attribute of a received event, and of a subject or alert name.
pub const ATTRIBUTE_CHARACTERS_MAX: usize = 512;
/// Characters of a title, a comment or a reason.
pub const TEXT_CHARACTERS_MAX: usize = 4_000;
/// Fuel all detection rules together may burn for one received event.
pub const EVENT_FUEL: u64 = 1_000_000;
/// Occurrences a rate rule may ask for in its window.
pub const RATE_COUNT_MAX: i64 = 1_000;
/// Detectors one alert remembers as having raised it; further ones raise it and cannot recover it.
pub const ALERT_RAISERS_MAX: usize = 1_000;
/// Cases that may await one event at the same time under one check and subject.
pub const AWAITING_CASES_MAX: usize = 1_000;
/// Outcome checks of one case type.
pub const CHECKS_MAX: usize = 32;
/// Stages of one case type.
pub const STAGES_MAX: usize = 64;
/// Times one case may be opened again because a check failed, whatever its type says.
pub const REOPENINGS_MAX: i64 = 100;
/// Subjects an absence rule may name of which something is expected from the beginning.
pub const EXPECTED_KEYS_MAX: usize = 1_000;
/// Steps of a sequence rule.
pub const SEQUENCE_STEPS_MAX: usize = 16;
/// New alerts of one rule that are acted on within its time, where the rule does not say.
pub const STORM_ALERTS_DEFAULT: usize = 100;
/// New alerts a rule may say are acted on within its time.
pub const STORM_ALERTS_MAX: i64 = 1_000;
/// The time in which they are counted, where the rule does not say, milliseconds.
pub const STORM_WITHIN_DEFAULT_MS: i64 = 300_000;
/// Fuel the conditions of all suppressions together may burn for one alert.
pub const SUPPRESSION_FUEL: u64 = 100_000;
/// Rules one suppression may name.
pub const SUPPRESSED_RULES_MAX: usize = 1_000;
/// Holidays, and days with other hours, of one calendar.
pub const CALENDAR_DAYS_MAX: usize = 1_000;
/// Opening hours of one day.
pub const CALENDAR_HOURS_MAX: usize = 24;
/// Years a clock that counts by a calendar looks ahead for open time.
pub const CALENDAR_YEARS: i64 = 20;
/// The longest time a person may give a clock at once, milliseconds: 366 days.
pub const CLOCK_EXTENSION_MAX_MS: i64 = 31_622_400_000;
/// Fuel the conditions of one clock may burn in one step.
pub const CLOCK_FUEL: u64 = 100_000;
/// Ids in one filter of a queue, and sites of one person.
pub const QUEUE_FILTERS_MAX: usize = 100;
/// Skills of one person, or needed for one queue.
pub const SKILLS_MAX: usize = 100;
/// People in one team.
pub const TEAM_MEMBERS_MAX: usize = 1_000;
/// Files of one solution, and files of sample events.
pub const SOLUTION_FILES_MAX: usize = 200;
