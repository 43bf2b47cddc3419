//! Figures: what simulations did, so that one sees what they did not.
//!
//! Not timing; the caller has the clock.

use std::collections::BTreeMap;
use std::fmt;

/// How often what happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    counts: BTreeMap<(&'static str, String), u64>,
}

impl Figures {
    /// Counts one.
    pub fn add(&mut self, group: &'static str, name: &str) {
        self.add_many(group, name, 1);
    }

    /// Counts several.
    pub fn add_many(&mut self, group: &'static str, name: &str, count: u64) {
        if let Some(held) = self.counts.get_mut(&(group, name.to_owned())) {
            *held += count;
        } else if count > 0 {
            self.counts.insert((group, name.to_owned()), count);
        }
    }

    /// Adds the figures of another simulation.
    pub fn merge(&mut self, other: &Figures) {
        for ((group, name), count) in &other.counts {
            self.add_many(group, name, *count);
        }
    }

    /// How often something happened.
    #[must_use]
    pub fn count(&self, group: &'static str, name: &str) -> u64 {
        self.counts.get(&(group, name.to_owned())).copied().unwrap_or_default()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = "";
        for ((group, name), count) in &self.counts {
            if *group != last {
                writeln!(f, "{group}")?;
                last = group;
            }
            writeln!(f, "  {name:<28}{count:>12}")?;
        }
        Ok(())
    }
}

/// The name of an enum's variant, without writing the rest of it.
pub(super) fn variant(value: &impl fmt::Debug) -> String {
    struct Name(String);
    impl fmt::Write for Name {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let end = text.find(|c: char| !c.is_alphanumeric());
            self.0.push_str(&text[..end.unwrap_or(text.len())]);
            if end.is_some() { Err(fmt::Error) } else { Ok(()) }
        }
    }
    let mut name = Name(String::new());
    // Stopping after the name is what the error is for.
    let _ = fmt::Write::write_fmt(&mut name, format_args!("{value:?}"));
    name.0
}
