//! A shelf: numbered items of a mailbox, few in its root row, many in pages.
//!
//! Not here: what the items are, and which of them belong together (`line`).

use super::index::Index;
use super::pages::{bucket_number, page_number};
use super::runs::Runs;
use crate::key::Key;
use crate::limits::MAILBOX_MESSAGES_MAX;
use std::collections::{BTreeMap, BTreeSet};

/// How many items lie where. It is kept with the mailbox, so it may change in a later release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Items of a kind that lie in the root row; beyond it all of them lie in pages.
    pub inline: u32,
    /// Items of a page.
    pub page: u32,
    /// Entries of an index page, on average.
    pub bucket: u32,
}

impl Shape {
    /// So small that tests meet every border.
    pub const SMALL: Shape = Shape { inline: 2, page: 3, bucket: 2 };

    /// Messages a mailbox of this shape buffers at most.
    #[must_use]
    pub fn messages_max(self) -> usize {
        if self == Shape::SMALL { 256 } else { MAILBOX_MESSAGES_MAX }
    }
}

impl Default for Shape {
    fn default() -> Self {
        Shape { inline: 32, page: 32, bucket: 24 }
    }
}

/// Stored pages that have to be in memory first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent(pub Vec<u32>);

/// Pages brought at once when more than one is looked at.
const PAGES_AHEAD: u64 = 8;
/// Something with a number.
pub trait Item: Clone + PartialEq {
    /// Whose pages these are.
    const PART: u32;
    /// Its key.
    fn key(&self) -> Key;
    /// What it is looked up by, if it is.
    fn hash(&self) -> Option<u32>;
    /// Rough bytes in memory.
    fn weight(&self) -> usize;
}

/// Items of one page in memory, by number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<(u64, T)>,
    pub(super) weight: usize,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Page { items: Vec::new(), weight: 0 }
    }
}

/// Items of a page by number, and the first number beyond the page.
pub(crate) type Looked<'a, T> = (&'a [(u64, T)], u64);

/// What the root row says of a shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShelfHead {
    /// The number the next item gets.
    pub next: u64,
    /// Items held.
    pub count: u64,
    /// Whether the items lie in pages.
    pub spilled: bool,
    /// Entries of the index.
    pub entries: u64,
    /// Pages of the index.
    pub buckets: u32,
}

impl Default for ShelfHead {
    fn default() -> Self {
        ShelfHead { next: 1, count: 0, spilled: false, entries: 0, buckets: 0 }
    }
}

/// Numbered items, some of them in memory.
#[derive(Debug, Clone)]
pub struct Shelf<T> {
    pub(crate) head: ShelfHead,
    pub(crate) shape: Shape,
    /// Where items may be, by number. All numbers while they lie in the root row.
    pub(crate) live: Runs,
    pub(crate) pages: BTreeMap<u64, Page<T>>,
    pub(super) index: Index,
    /// Page numbers that changed since they were last written.
    pub(crate) dirty: BTreeSet<u32>,
    undo: Option<Box<Undo<T>>>,
}

/// What a step changed, as it was before.
#[derive(Debug, Clone)]
struct Undo<T> {
    head: ShelfHead,
    live: Runs,
    pages: BTreeMap<u64, Option<Page<T>>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf {
            head: ShelfHead::default(),
            shape: Shape::default(),
            live: Runs::default(),
            pages: BTreeMap::new(),
            index: Index::default(),
            dirty: BTreeSet::new(),
            undo: None,
        }
    }
}

/// Two shelves that are whole in memory are equal when they hold the same in the same places.
impl<T: Item> PartialEq for Shelf<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.head, self.shape) == (other.head, other.shape)
            && self.live == other.live
            && self.entries().eq(other.entries())
            && self.index == other.index
    }
}

impl<T: Item> Shelf<T> {
    /// A shelf as its root row says, with the items that lie there.
    pub(crate) fn of_row(shape: Shape, head: ShelfHead, live: Runs, items: Vec<(u64, T)>) -> Self {
        let mut shelf = Shelf { head, shape, live, ..Shelf::default() };
        for (number, item) in items {
            let page = shelf.pages.entry(shelf.place(number)).or_default();
            page.weight += item.weight();
            page.items.push((number, item));
        }
        shelf
    }

    /// Items held, in memory or not.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.head.count).unwrap_or(usize::MAX)
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.head.count == 0
    }

    /// What the root row says of it.
    #[must_use]
    pub fn head(&self) -> ShelfHead {
        self.head
    }

    /// Items in memory with their numbers, by number.
    pub fn entries(&self) -> impl Iterator<Item = (u64, &T)> {
        let items = self.pages.values().flat_map(|page| &page.items);
        items.map(|(number, item)| (*number, item))
    }

    /// Items in memory, by number.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries().map(|(_, item)| item)
    }

    /// Rough bytes in memory.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.pages.values().map(|page| page.weight + 64).sum::<usize>() + self.index.weight()
    }

    /// The place of a number's page.
    pub(super) fn place(&self, number: u64) -> u64 {
        number / u64::from(self.shape.page)
    }

    fn is_absent(&self, place: u64) -> bool {
        self.head.spilled && !self.pages.contains_key(&place) && self.may_be_stored(place)
    }

    fn may_be_stored(&self, place: u64) -> bool {
        let first = place * u64::from(self.shape.page);
        let live = self.live.next(first).filter(|number| *number < self.head.next);
        live.is_some_and(|number| self.place(number) == place)
    }

    /// Items of the first page that may hold a number from `from` on and below `until`, and the
    /// first number beyond that page.
    pub(crate) fn look(&self, from: u64, until: u64) -> Result<Option<Looked<'_, T>>, Absent> {
        let place = if self.head.spilled {
            self.live.next(from).map(|number| self.place(number))
        } else {
            self.pages.range(self.place(from)..).next().map(|(place, _)| *place)
        };
        let size = u64::from(self.shape.page);
        let place = place.filter(|place| place * size < until.min(self.head.next));
        place.map(|place| Ok((self.page(place)?, (place + 1) * size))).transpose()
    }

    /// The same; who has looked at some pages already is likely to look at the next ones too.
    pub(super) fn look_ahead(
        &self,
        from: u64,
        until: u64,
        looked: u64,
    ) -> Result<Option<Looked<'_, T>>, Absent> {
        self.look(from, until).map_err(|absent| match self.live.next(from) {
            Some(number) if looked > 0 => self.ahead(self.place(number), PAGES_AHEAD),
            _ => absent,
        })
    }

    /// Items of a page, and of no other.
    pub(super) fn page(&self, place: u64) -> Result<&[(u64, T)], Absent> {
        match self.pages.get(&place) {
            Some(page) => Ok(&page.items),
            None if self.is_absent(place) => Err(Absent(vec![page_number::<T>(place)])),
            None => Ok(&[]),
        }
    }

    /// Pages of items that are not in memory, at most so many.
    pub(crate) fn absent(&self, most: usize) -> Absent {
        let mut absent = Vec::new();
        let mut from = 0;
        while let Some(number) = self.live.next(from).filter(|number| *number < self.head.next)
            && absent.len() < most
        {
            let place = self.place(number);
            absent.extend(Some(page_number::<T>(place)).filter(|_| self.is_absent(place)));
            from = (place + 1) * u64::from(self.shape.page);
        }
        Absent(absent)
    }

    /// Pages from a place on that are not in memory, at most so many.
    pub(super) fn ahead(&self, place: u64, most: u64) -> Absent {
        let places = (place..place + most).filter(|place| self.is_absent(*place));
        Absent(places.map(page_number::<T>).collect())
    }

    /// Whether an item may have this number: not one that is gone, or not known.
    fn may_hold(&self, number: u64) -> bool {
        (1..self.head.next).contains(&number)
    }

    /// The item with this number, if it has this key too.
    pub fn get(&self, number: u64, key: Key) -> Result<Option<&T>, Absent> {
        if !self.may_hold(number) {
            return Ok(None);
        }
        let items = self.page(self.place(number))?;
        let found = items.binary_search_by_key(&number, |(number, _)| *number);
        Ok(found.ok().map(|at| &items[at].1).filter(|item| item.key() == key))
    }

    /// The item with this number.
    pub(crate) fn at(&self, number: u64) -> Result<Option<&T>, Absent> {
        let items = self.page(self.place(number))?;
        let found = items.binary_search_by_key(&number, |(number, _)| *number);
        Ok(found.ok().map(|at| &items[at].1))
    }

    /// The key of the item with this number.
    pub(crate) fn key_at(&self, number: u64) -> Result<Key, Absent> {
        Ok(self.at(number)?.map(Item::key).unwrap_or_default())
    }

    /// The number the next item gets.
    pub(crate) fn next(&self) -> u64 {
        self.head.next
    }

    /// Whether the items lie in pages.
    pub(crate) fn is_spilled(&self) -> bool {
        self.head.spilled
    }

    /// The number of an item in memory.
    #[must_use]
    pub fn number_of(&self, key: Key) -> Option<u64> {
        self.entries().find(|(_, item)| item.key() == key).map(|(number, _)| number)
    }

    /// Numbers of the items that may be meant by a hash.
    pub(in crate::state) fn find(&self, hash: u32) -> Result<Vec<u64>, Absent> {
        if self.head.spilled {
            let held = self.index.bucket(self.head.buckets, hash);
            return held.map_err(|bucket| Absent(vec![bucket_number::<T>(bucket)]));
        }
        let meant = self.entries().filter(|(_, item)| item.hash() == Some(hash));
        Ok(meant.map(|(number, _)| number).collect())
    }

    /// Whether the item with this number may change.
    pub(super) fn may_change(&self, number: u64) -> Result<(), Absent> {
        if self.may_hold(number) { self.page(self.place(number)).map(drop) } else { Ok(()) }
    }

    /// Whether an item may be added.
    pub(in crate::state) fn may_push(&self, hash: Option<u32>) -> Result<(), Absent> {
        self.page(self.place(self.head.next))?;
        let Some(hash) = hash.filter(|_| self.head.spilled) else { return Ok(()) };
        let touched = Index::touched_by_insert(&self.head, self.shape.bucket, hash);
        self.brought(&touched)
    }

    /// Whether an item may go.
    pub(in crate::state) fn may_remove(&self, number: u64, key: Key) -> Result<(), Absent> {
        let Some(item) = self.get(number, key)? else { return Ok(()) };
        let Some(hash) = item.hash().filter(|_| self.head.spilled) else { return Ok(()) };
        let touched = Index::touched_by_remove(&self.head, self.shape.bucket, hash);
        self.brought(&touched)
    }

    fn brought(&self, buckets: &[u32]) -> Result<(), Absent> {
        let absent = buckets.iter().filter(|bucket| !self.index.has(**bucket));
        let absent: Vec<u32> = absent.map(|bucket| bucket_number::<T>(*bucket)).collect();
        if absent.is_empty() { Ok(()) } else { Err(Absent(absent)) }
    }

    /// The page of a place, to be changed.
    fn page_mut(&mut self, place: u64) -> &mut Page<T> {
        assert!(!self.is_absent(place), "a page that changes is in memory");
        if let Some(undo) = &mut self.undo {
            undo.pages.entry(place).or_insert_with(|| self.pages.get(&place).cloned());
        }
        if self.head.spilled {
            self.dirty.insert(page_number::<T>(place));
        }
        self.pages.entry(place).or_default()
    }

    /// Adds an item and returns its number.
    pub(in crate::state) fn push(&mut self, item: T) -> u64 {
        let number = self.head.next;
        let (hash, weight) = (item.hash(), item.weight());
        let page = self.page_mut(self.place(number));
        page.items.push((number, item));
        page.weight += weight;
        self.head.next += 1;
        self.head.count += 1;
        if self.head.spilled {
            self.note(hash, number);
        } else if self.head.count > u64::from(self.shape.inline) {
            self.spill();
        }
        number
    }

    fn note(&mut self, hash: Option<u32>, number: u64) {
        let Some(hash) = hash else { return };
        let changed = self.index.insert(&mut self.head, self.shape.bucket, hash, number);
        self.dirty.extend(changed.into_iter().map(bucket_number::<T>));
    }

    /// The root row is full: all items move to pages.
    pub(super) fn spill(&mut self) {
        self.head.spilled = true;
        self.pages.entry(self.place(self.head.next)).or_default();
        let size = u64::from(self.shape.page);
        self.live = Runs::default();
        let mut gone = 0;
        for place in self.pages.keys() {
            self.live.remove_all(gone, place * size);
            gone = (place + 1) * size;
        }
        self.dirty.extend(self.pages.keys().map(|place| page_number::<T>(*place)));
        self.dirty.insert(bucket_number::<T>(0));
        self.index.open(&mut self.head);
        let hashes: Vec<_> = self.entries().map(|(number, item)| (item.hash(), number)).collect();
        hashes.into_iter().for_each(|(hash, number)| self.note(hash, number));
    }

    /// The item with this number, to be changed; `None` if it is not there or has another key.
    pub(super) fn get_mut(&mut self, number: u64, key: Key) -> Option<&mut T> {
        let place = self.place(number);
        if !matches!(self.get(number, key), Ok(Some(_))) {
            let known = !self.may_hold(number) || !self.is_absent(place);
            assert!(known, "an item that changes is in memory");
            return None;
        }
        let items = &mut self.page_mut(place).items;
        let at = items.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(&mut items[at].1)
    }

    /// Takes an item off, if it is there.
    pub(in crate::state) fn remove(&mut self, number: u64, key: Key) -> Option<T> {
        self.get_mut(number, key)?;
        let place = self.place(number);
        let size = u64::from(self.shape.page);
        let page = self.page_mut(place);
        let at = page.items.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        let (_, gone) = page.items.remove(at);
        page.weight = page.weight.saturating_sub(gone.weight());
        let is_empty = page.items.is_empty();
        self.head.count -= 1;
        if self.head.spilled && is_empty && place < self.place(self.head.next) {
            self.live.remove_all(place * size, (place + 1) * size);
        }
        if let Some(hash) = gone.hash().filter(|_| self.head.spilled) {
            let changed = self.index.remove(&mut self.head, self.shape.bucket, hash, number);
            self.dirty.extend(changed.into_iter().map(bucket_number::<T>));
        }
        if !self.head.spilled && is_empty {
            self.pages.remove(&place);
        }
        if self.head.count == 0 {
            self.empty();
        }
        Some(gone)
    }

    /// The last item went: the next one lies in the root row again.
    fn empty(&mut self) {
        self.head = ShelfHead { next: self.head.next, ..ShelfHead::default() };
        self.live = Runs::default();
        self.index.close();
        let places: Vec<u64> = self.pages.keys().copied().collect();
        for place in places {
            self.page_mut(place);
            self.pages.remove(&place);
        }
    }

    /// An empty shelf counts from one again.
    pub(in crate::state) fn restart(&mut self) {
        self.head.next = ShelfHead::default().next;
    }

    /// From now on a step can be taken back.
    pub(in crate::state) fn begin(&mut self) {
        self.undo = Some(Box::new(Undo {
            head: self.head,
            live: self.live.clone(),
            pages: BTreeMap::new(),
        }));
        self.index.begin();
    }

    /// What the step did stays, or is taken back.
    pub(in crate::state) fn end(&mut self, stays: bool) {
        self.index.end(stays);
        let Some(undo) = self.undo.take().filter(|_| !stays) else { return };
        (self.head, self.live) = (undo.head, undo.live);
        for (place, page) in undo.pages {
            match page {
                Some(page) => self.pages.insert(place, page),
                None => self.pages.remove(&place),
            };
        }
    }
}
