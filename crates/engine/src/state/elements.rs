//! Live element instances by slot, in pages of 256 of which some may be left in the store.
//!
//! Not here: which pages a step needs (`step::pages`), and how a page looks on disk (`record`).

use super::instance::{Done, ElementInstance};
use crate::event::Slot;
use crate::limits::PAGE_ELEMENTS;
use std::collections::BTreeSet;
use std::ops::{Index, RangeBounds};
use std::sync::Arc;

/// The live element instances of a process instance, and what is kept for slots of
/// multi-instance bodies: items not begun yet, outputs of those done.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Elements {
    /// By number; none is empty.
    pages: Vec<Page>,
    /// Pages the store has and memory has not.
    absent: BTreeSet<u32>,
    /// How many live, pages in the store included.
    live: u32,
}

/// What lives in 256 neighbouring slots.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// Slot / `PAGE_ELEMENTS`.
    pub number: u32,
    /// Live element instances, by slot.
    pub elements: Vec<(Slot, ElementInstance)>,
    /// Items and outputs as raw JSON, by slot.
    pub kept: Vec<(Slot, Arc<str>)>,
    /// Completed activities that can be undone, by slot.
    pub done: Vec<(Slot, Done)>,
}

impl Page {
    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty() && self.kept.is_empty() && self.done.is_empty()
    }
}

/// The page a slot is in.
#[must_use]
pub fn page_of(slot: Slot) -> u32 {
    slot / PAGE_ELEMENTS
}

impl Elements {
    /// The element instance in a slot.
    #[must_use]
    pub fn get(&self, slot: &Slot) -> Option<&ElementInstance> {
        let page = self.page(page_of(*slot))?;
        let at = page.elements.binary_search_by_key(slot, |(held, _)| *held).ok()?;
        Some(&page.elements[at].1)
    }

    /// The element instance in a slot, to be changed.
    pub fn get_mut(&mut self, slot: &Slot) -> Option<&mut ElementInstance> {
        let page = self.page_mut(page_of(*slot))?;
        let at = page.elements.binary_search_by_key(slot, |(held, _)| *held).ok()?;
        Some(&mut page.elements[at].1)
    }

    /// Whether somebody lives in a slot.
    #[must_use]
    pub fn contains_key(&self, slot: &Slot) -> bool {
        self.get(slot).is_some()
    }

    /// Puts an element instance into a free slot.
    pub fn insert(&mut self, slot: Slot, element: ElementInstance) {
        let page = self.page_or_new(page_of(slot));
        if page.elements.len() == page.elements.capacity() {
            // Most instances have two element instances; a vector would make room for four.
            page.elements.reserve_exact((page.elements.len() / 2).max(2));
        }
        match page.elements.binary_search_by_key(&slot, |(held, _)| *held) {
            Ok(_) => unreachable!("a slot is used once"),
            Err(at) => page.elements.insert(at, (slot, element)),
        }
        self.live += 1;
    }

    /// Takes an element instance out.
    pub fn remove(&mut self, slot: &Slot) -> Option<ElementInstance> {
        let page = self.page_mut(page_of(*slot))?;
        let at = page.elements.binary_search_by_key(slot, |(held, _)| *held).ok()?;
        let (_, gone) = page.elements.remove(at);
        self.live -= 1;
        self.drop_empty(page_of(*slot));
        Some(gone)
    }

    /// How many live, those in absent pages included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live as usize
    }

    /// Whether nothing lives.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Rough bytes of what is in memory, contents of the element instances aside.
    #[must_use]
    pub fn weight(&self) -> usize {
        let page = |page: &Page| {
            size_of::<Page>()
                + page.elements.capacity() * size_of::<(Slot, ElementInstance)>()
                + page.kept.capacity() * size_of::<(Slot, Arc<str>)>()
                + page.kept.iter().map(|(_, value)| value.len() + 16).sum::<usize>()
                + page.done.capacity() * size_of::<(Slot, Done)>()
                + page.done.iter().map(|(_, done)| done.weight()).sum::<usize>()
        };
        self.pages.iter().map(page).sum()
    }

    /// Those in memory, by slot.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Slot, &ElementInstance)> {
        self.pages.iter().flat_map(|page| page.elements.iter().map(|(slot, it)| (slot, it)))
    }

    /// Slots in memory, rising.
    pub fn keys(&self) -> impl Iterator<Item = &Slot> {
        self.iter().map(|(slot, _)| slot)
    }

    /// Element instances in memory, by slot.
    pub fn values(&self) -> impl Iterator<Item = &ElementInstance> {
        self.iter().map(|(_, element)| element)
    }

    /// What is kept for a slot: its item before it begins, its output once it is done.
    #[must_use]
    pub fn kept(&self, slot: Slot) -> Option<&Arc<str>> {
        let page = self.page(page_of(slot))?;
        let at = page.kept.binary_search_by_key(&slot, |(held, _)| *held).ok()?;
        Some(&page.kept[at].1)
    }

    /// The completed activity noted in a slot.
    #[must_use]
    pub fn done(&self, slot: Slot) -> Option<&Done> {
        let page = self.page(page_of(slot))?;
        let at = page.done.binary_search_by_key(&slot, |(held, _)| *held).ok()?;
        Some(&page.done[at].1)
    }

    /// The same, to be changed.
    pub fn done_mut(&mut self, slot: Slot) -> Option<&mut Done> {
        let page = self.page_mut(page_of(slot))?;
        let at = page.done.binary_search_by_key(&slot, |(held, _)| *held).ok()?;
        Some(&mut page.done[at].1)
    }

    /// Notes a completed activity in its slot.
    pub fn note(&mut self, slot: Slot, done: Done) {
        let notes = &mut self.page_or_new(page_of(slot)).done;
        match notes.binary_search_by_key(&slot, |(held, _)| *held) {
            Ok(_) => unreachable!("a slot completes once"),
            Err(at) => notes.insert(at, (slot, done)),
        }
    }

    /// Takes a note out.
    pub fn take_note(&mut self, slot: Slot) -> Option<Done> {
        let page = self.page_mut(page_of(slot))?;
        let at = page.done.binary_search_by_key(&slot, |(held, _)| *held).ok()?;
        let (_, done) = page.done.remove(at);
        self.drop_empty(page_of(slot));
        Some(done)
    }

    /// Keeps a value for a slot.
    pub fn keep(&mut self, slot: Slot, value: Arc<str>) {
        let kept = &mut self.page_or_new(page_of(slot)).kept;
        match kept.binary_search_by_key(&slot, |(held, _)| *held) {
            Ok(at) => kept[at].1 = value,
            Err(at) => kept.insert(at, (slot, value)),
        }
    }

    /// Forgets what is kept for slots; returns the pages that changed. Absent pages that lie
    /// wholly inside are given up unread, unless something is noted there: nobody else lives in a
    /// body's slots.
    pub fn forget(&mut self, slots: std::ops::Range<Slot>, noted: bool) -> BTreeSet<u32> {
        let mut changed = BTreeSet::new();
        for page in &mut self.pages {
            let before = page.kept.len();
            page.kept.retain(|(slot, _)| !slots.contains(slot));
            if page.kept.len() < before {
                changed.insert(page.number);
            }
        }
        self.pages.retain(|page| !page.is_empty());
        let whole = slots.start.div_ceil(PAGE_ELEMENTS)..slots.end / PAGE_ELEMENTS;
        if whole.start < whole.end && !noted {
            let given_up: Vec<u32> = self.absent.range(whole).copied().collect();
            for number in given_up {
                self.absent.remove(&number);
                changed.insert(number);
            }
        }
        changed
    }

    /// Pages that exist and are not in memory, within these numbers.
    pub fn absent(&self, numbers: impl RangeBounds<u32>) -> impl Iterator<Item = u32> {
        self.absent.range(numbers).copied()
    }

    /// Whether a page exists only in the store.
    #[must_use]
    pub fn is_absent(&self, number: u32) -> bool {
        self.absent.contains(&number)
    }

    /// Numbers of all pages beyond the root's, in memory or not.
    #[must_use]
    pub fn numbers(&self) -> Vec<u32> {
        let present = self.pages.iter().map(|page| page.number).filter(|number| *number > 0);
        let mut all: Vec<u32> = present.chain(self.absent.iter().copied()).collect();
        all.sort_unstable();
        all
    }

    /// A page in memory.
    #[must_use]
    pub fn page(&self, number: u32) -> Option<&Page> {
        let at = self.pages.binary_search_by_key(&number, |page| page.number).ok()?;
        Some(&self.pages[at])
    }

    /// Pages in memory, by number.
    pub fn pages(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter()
    }

    /// What the root row says: its own page, which others exist, how many live in all.
    #[must_use]
    pub fn from_root(first: Page, others: Vec<u32>, live: u32) -> Elements {
        let pages = if first.is_empty() { Vec::new() } else { vec![first] };
        Elements { pages, absent: others.into_iter().collect(), live }
    }

    /// Brings an absent page back into memory.
    pub fn bring(&mut self, page: Page) {
        let was_absent = self.absent.remove(&page.number);
        assert!(was_absent, "only an absent page is brought");
        match self.pages.binary_search_by_key(&page.number, |held| held.number) {
            Ok(_) => unreachable!("an absent page is not in memory"),
            Err(at) => self.pages.insert(at, page),
        }
    }

    /// Leaves pages to the store, which has them as they are: all but the root's and those to
    /// be kept.
    pub fn leave_pages(&mut self, keep: impl Fn(u32) -> bool) -> Vec<Page> {
        let stays = |page: &mut Page| page.number == 0 || keep(page.number);
        let left: Vec<Page> = self.pages.extract_if(.., |page| !stays(page)).collect();
        self.absent.extend(left.iter().map(|page| page.number));
        left
    }

    fn page_mut(&mut self, number: u32) -> Option<&mut Page> {
        let at = self.pages.binary_search_by_key(&number, |page| page.number).ok()?;
        Some(&mut self.pages[at])
    }

    fn page_or_new(&mut self, number: u32) -> &mut Page {
        assert!(!self.is_absent(number), "a page is brought before it changes");
        let at = match self.pages.binary_search_by_key(&number, |page| page.number) {
            Ok(at) => at,
            Err(at) => {
                if self.pages.is_empty() {
                    self.pages.reserve_exact(1);
                }
                self.pages.insert(at, Page { number, ..Page::default() });
                at
            }
        };
        &mut self.pages[at]
    }

    fn drop_empty(&mut self, number: u32) {
        if let Ok(at) = self.pages.binary_search_by_key(&number, |page| page.number)
            && self.pages[at].is_empty()
        {
            self.pages.remove(at);
        }
    }
}

impl Index<&Slot> for Elements {
    type Output = ElementInstance;

    fn index(&self, slot: &Slot) -> &ElementInstance {
        self.get(slot).expect("somebody lives in the slot")
    }
}

impl<'a> IntoIterator for &'a Elements {
    type Item = (&'a Slot, &'a ElementInstance);
    type IntoIter = Box<dyn Iterator<Item = Self::Item> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}
