//! The pages of a shelf: their numbers, and which of them are in memory.
//!
//! Not here: which pages a step needs; it finds out when it looks (`shelf`).

use super::index::Bucket;
use super::shelf::{Item, Page, Shelf};

/// The bits of a page number that count; the two above them say whose page it is.
const NUMBER_BITS: u32 = 30;
const NUMBER_MASK: u64 = (1 << NUMBER_BITS) - 1;

impl<T: Item> Shelf<T> {
    /// The place of a page number, which lacks the high bits of a place.
    fn place_of(&self, number: u32) -> u64 {
        let last = self.place(self.head.next);
        // A page of before the shelf was empty may have a higher number: nothing lies there.
        last.wrapping_sub(last.wrapping_sub(u64::from(number)) & NUMBER_MASK)
    }

    /// Puts a page into memory as it is stored; one that is not stored is empty.
    pub(crate) fn bring_page(&mut self, number: u32, items: Vec<(u64, T)>) {
        let place = self.place_of(number);
        let weight = items.iter().map(|(_, item)| item.weight()).sum();
        self.pages.entry(place).or_insert(Page { items, weight });
    }

    /// Puts an index page into memory as it is stored; one that is not stored is empty.
    pub(crate) fn bring_bucket(&mut self, number: u32, entries: Bucket) {
        self.index.bring(number & NUMBER_MASK as u32, entries);
    }

    /// Drops pages that are as they are stored, except those to be kept.
    pub(in crate::state) fn drop_pages(&mut self, keep: impl Fn(u32) -> bool) {
        if !self.head.spilled {
            return;
        }
        let dirty = &self.dirty;
        let stays = |number: u32| dirty.contains(&number) || keep(number);
        self.pages.retain(|place, _| stays(page_number::<T>(*place)));
        self.index.retain(|bucket| stays(bucket_number::<T>(bucket)));
    }

    /// A dirty page's items, and whether it is an index page's instead.
    pub(crate) fn written(&self, number: u32) -> Written<'_, T> {
        let low = number & NUMBER_MASK as u32;
        if number >> NUMBER_BITS == T::PART {
            let page = self.pages.get(&self.place_of(number));
            Written::Page(page.filter(|_| self.head.spilled).map_or(&[][..], |page| &page.items))
        } else {
            Written::Bucket(if self.head.spilled { self.index.entries(low) } else { &[] })
        }
    }
}

/// What a dirty page holds now.
pub(crate) enum Written<'a, T> {
    Page(&'a [(u64, T)]),
    Bucket(&'a [(u32, u64)]),
}

/// The number of the page at a place.
pub(super) fn page_number<T: Item>(place: u64) -> u32 {
    T::PART << NUMBER_BITS | (place & NUMBER_MASK) as u32
}

/// The number of an index page.
pub(super) fn bucket_number<T: Item>(bucket: u32) -> u32 {
    (T::PART + 2) << NUMBER_BITS | bucket & NUMBER_MASK as u32
}

/// Whose page a number is: (0 messages, 1 subscriptions), and whether it is an index page.
pub(crate) fn part_of(number: u32) -> (u32, bool) {
    let part = number >> NUMBER_BITS;
    (part & 1, part > 1)
}
