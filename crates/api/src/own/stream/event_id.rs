//! Event ids on the wire: where a reader stands, as `Last-Event-ID` brings it back.
//!
//! Not here: whether that place still exists; the node knows (`runtime::stream`).

use runtime::stream::Place;
use std::fmt::{Display, Formatter};

/// A place behind an event: `history-segment-seq-position`, and `-item` when more of the same
/// row follows. Opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EventId {
    pub(super) place: Place,
    /// The last item seen of the row; `None`: all of them.
    pub(super) item: Option<u32>,
}

impl EventId {
    /// Behind all of a row.
    pub(super) fn behind(place: Place) -> Self {
        EventId { place, item: None }
    }

    /// Whether what this is the id of comes after all that lies before another place.
    pub(super) fn is_later_than(&self, other: &EventId) -> bool {
        let order = |id: &EventId| (id.place.position, id.item.unwrap_or(u32::MAX));
        order(self) > order(other)
    }

    /// Reads an id we wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let history = u64::from_str_radix(parts.next()?, 16).ok()?;
        let segment = u64::from_str_radix(parts.next()?, 16).ok()?;
        let seq = parts.next()?.parse().ok()?;
        let position = parts.next()?.parse().ok()?;
        let item = parts.next().map(str::parse).transpose().ok()?;
        let id = EventId { place: Place { history, segment, seq, position }, item };
        // One place has one spelling, so what is no id of ours is not taken for one.
        (id.to_string() == text).then_some(id)
    }

    /// The position behind which rows are still to be read, and the item seen of the next row.
    pub(super) fn after(&self) -> (u64, Option<u32>) {
        match self.item {
            None => (self.place.position, None),
            Some(item) => (self.place.position.saturating_sub(1), Some(item)),
        }
    }
}

impl Display for EventId {
    fn fmt(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        let Place { history, segment, seq, position } = self.place;
        write!(out, "{history:x}-{segment:x}-{seq}-{position}")?;
        match self.item {
            Some(item) => write!(out, "-{item}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_went_out() {
        let place = Place { history: u64::MAX, segment: 0xab, seq: 7, position: 90 };
        for id in [EventId::behind(place), EventId { place, item: Some(3) }] {
            assert_eq!(EventId::parse(&id.to_string()), Some(id));
        }
        assert_eq!(EventId::behind(place).to_string(), "ffffffffffffffff-ab-7-90");
    }

    #[test]
    fn all_of_a_row_is_later_than_a_part_of_it() {
        let at = |position, item| {
            let place = Place { history: 1, segment: 1, seq: 1, position };
            EventId { place, item }
        };
        let rising = [at(1, None), at(2, Some(0)), at(2, Some(1)), at(2, None), at(3, Some(0))];
        for pair in rising.windows(2) {
            assert!(pair[1].is_later_than(&pair[0]) && !pair[0].is_later_than(&pair[1]));
        }
        assert!(!rising[1].is_later_than(&rising[1]));
    }

    #[test]
    fn takes_nothing_else() {
        for text in ["", "1", "1-2-3", "x-2-3-4", "1-2-3-4-5-6", "01-2-3-4", "1-2-+3-4", "1-2-3--4"]
        {
            assert_eq!(EventId::parse(text), None, "{text}");
        }
    }
}
