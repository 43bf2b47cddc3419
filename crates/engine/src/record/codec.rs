//! The record codec: varints and length-delimited fields, as protocol buffers have them.
//!
//! Keys are written as differences to the aggregate's key, which makes most of them one to three
//! bytes. Unknown fields are skipped, absent ones are defaults, so records can grow.

use crate::key::Key;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes that are not a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Expected a record of format {expected}, but found {found}. The file is damaged or newer.")]
pub struct Bad {
    /// What was expected.
    pub expected: u8,
    /// What was found.
    pub found: String,
}

/// Writes one body.
#[derive(Debug)]
pub struct Writer {
    bytes: Vec<u8>,
    base: u64,
}

/// Reads one body.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    base: u64,
    format: u8,
}

/// A value with bytes.
pub trait Wire: Sized {
    /// Writes the value.
    fn put(&self, writer: &mut Writer);
    /// Reads what `put` wrote.
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad>;
    /// Whether a field with this value need not be written.
    fn is_default(&self) -> bool {
        false
    }
    /// The value of an absent field; `None` where a record without it is damaged.
    fn absent() -> Option<Self> {
        None
    }
}

impl Writer {
    /// An empty body of a format, with keys relative to the aggregate's.
    #[must_use]
    pub fn new(base: Key, format: u8) -> Self {
        let mut bytes = Vec::with_capacity(256);
        bytes.push(format);
        Writer { bytes, base: base.0 }
    }

    /// The finished bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes an unsigned number.
    pub fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push((value as u8 & 0x7f) | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// Writes bytes with their length in front.
    pub fn slice(&mut self, bytes: &[u8]) {
        self.varint(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes a nested body with its length in front.
    pub fn nested(&mut self, write: impl FnOnce(&mut Writer)) {
        let at = self.bytes.len();
        self.bytes.push(0);
        write(self);
        let length = self.bytes.len() - at - 1;
        if length < 0x80 {
            self.bytes[at] = length as u8;
            return;
        }
        let mut head = Writer { bytes: Vec::new(), base: 0 };
        head.varint(length as u64);
        self.bytes.splice(at..=at, head.bytes);
    }

    /// Writes one numbered field, unless it has its default value.
    pub fn field<T: Wire>(&mut self, number: u32, value: &T) {
        if !value.is_default() {
            self.varint(u64::from(number));
            self.nested(|writer| value.put(writer));
        }
    }
}

impl<'a> Reader<'a> {
    /// Reads a body that must have this format.
    pub fn new(base: Key, format: u8, bytes: &'a [u8]) -> Result<Self, Bad> {
        let reader = Reader { bytes, base: base.0, format };
        match bytes.split_first() {
            Some((found, rest)) if *found == format => Ok(Reader { bytes: rest, ..reader }),
            Some((found, _)) => Err(reader.bad(format!("format {found}"))),
            None => Err(reader.bad("nothing")),
        }
    }

    /// Whether everything was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// An error about these bytes.
    pub fn bad(&self, found: impl Into<String>) -> Bad {
        Bad { expected: self.format, found: found.into() }
    }

    /// Reads an unsigned number.
    pub fn varint(&mut self) -> Result<u64, Bad> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let Some((byte, rest)) = self.bytes.split_first() else {
                return Err(self.bad("the end inside a number"));
            };
            self.bytes = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.bad("a number longer than 64 bits"))
    }

    /// Reads bytes with their length in front.
    pub fn slice(&mut self) -> Result<&'a [u8], Bad> {
        let length = self.varint()?;
        let length = usize::try_from(length).ok().filter(|length| *length <= self.bytes.len());
        let Some(length) = length else { return Err(self.bad("the end inside a field")) };
        let (slice, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        Ok(slice)
    }

    /// Reads a nested body.
    pub fn nested(&mut self) -> Result<Reader<'a>, Bad> {
        Ok(Reader { bytes: self.slice()?, base: self.base, format: self.format })
    }
}

impl Wire for u64 {
    fn put(&self, writer: &mut Writer) {
        writer.varint(*self);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        reader.varint()
    }
    fn is_default(&self) -> bool {
        *self == 0
    }
    fn absent() -> Option<Self> {
        Some(0)
    }
}

impl Wire for u32 {
    fn put(&self, writer: &mut Writer) {
        writer.varint(u64::from(*self));
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        u32::try_from(reader.varint()?).map_err(|_| reader.bad("a number above 32 bits"))
    }
    fn is_default(&self) -> bool {
        *self == 0
    }
    fn absent() -> Option<Self> {
        Some(0)
    }
}

impl Wire for i64 {
    fn put(&self, writer: &mut Writer) {
        writer.varint(((*self << 1) ^ (*self >> 63)) as u64);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let raw = reader.varint()?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }
    fn is_default(&self) -> bool {
        *self == 0
    }
    fn absent() -> Option<Self> {
        Some(0)
    }
}

impl Wire for i32 {
    fn put(&self, writer: &mut Writer) {
        i64::from(*self).put(writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        i32::try_from(i64::take(reader)?).map_err(|_| reader.bad("a number above 32 bits"))
    }
    fn is_default(&self) -> bool {
        *self == 0
    }
    fn absent() -> Option<Self> {
        Some(0)
    }
}

impl Wire for bool {
    fn put(&self, writer: &mut Writer) {
        writer.varint(u64::from(*self));
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        Ok(reader.varint()? != 0)
    }
    fn is_default(&self) -> bool {
        !*self
    }
    fn absent() -> Option<Self> {
        Some(false)
    }
}

impl Wire for Key {
    fn put(&self, writer: &mut Writer) {
        (self.0.wrapping_sub(writer.base) as i64).put(writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let base = reader.base;
        Ok(Key((i64::take(reader)? as u64).wrapping_add(base)))
    }
}

impl Wire for Arc<str> {
    fn put(&self, writer: &mut Writer) {
        writer.slice(self.as_bytes());
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let slice = reader.slice()?;
        let text = std::str::from_utf8(slice).map_err(|_| reader.bad("text that is not UTF-8"))?;
        Ok(text.into())
    }
    fn is_default(&self) -> bool {
        self.is_empty()
    }
    fn absent() -> Option<Self> {
        Some("".into())
    }
}

impl Wire for [u8; 32] {
    fn put(&self, writer: &mut Writer) {
        writer.slice(self);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let slice = reader.slice()?;
        slice.try_into().map_err(|_| reader.bad("a digest that is not 32 bytes"))
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, writer: &mut Writer) {
        writer.varint(u64::from(self.is_some()));
        if let Some(value) = self {
            value.put(writer);
        }
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        match reader.varint()? {
            0 => Ok(None),
            _ => Ok(Some(T::take(reader)?)),
        }
    }
    fn is_default(&self) -> bool {
        self.is_none()
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Wire> Wire for Box<T> {
    fn put(&self, writer: &mut Writer) {
        (**self).put(writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        T::take(reader).map(Box::new)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, writer: &mut Writer) {
        writer.varint(self.len() as u64);
        for value in self {
            value.put(writer);
        }
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let count = reader.varint()?;
        // A count is only believed as far as the bytes go: each value takes at least one.
        let mut values = Vec::with_capacity((count as usize).min(reader.bytes.len()));
        for _ in 0..count {
            values.push(T::take(reader)?);
        }
        Ok(values)
    }
    fn is_default(&self) -> bool {
        self.is_empty()
    }
    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

impl<K: Wire + Ord, V: Wire> Wire for BTreeMap<K, V> {
    fn put(&self, writer: &mut Writer) {
        writer.varint(self.len() as u64);
        for (key, value) in self {
            key.put(writer);
            value.put(writer);
        }
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let pairs = Vec::<(K, V)>::take(reader)?;
        Ok(pairs.into_iter().collect())
    }
    fn is_default(&self) -> bool {
        self.is_empty()
    }
    fn absent() -> Option<Self> {
        Some(BTreeMap::new())
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, writer: &mut Writer) {
        self.0.put(writer);
        self.1.put(writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        Ok((A::take(reader)?, B::take(reader)?))
    }
}

/// Numbered fields of a struct. Numbers are never reused; a missing field is its default.
macro_rules! fields {
    ($type:ident { $($number:literal: $field:ident),* $(,)? }) => {
        impl Wire for $type {
            fn put(&self, writer: &mut Writer) {
                writer.nested(|writer| { $(writer.field($number, &self.$field);)* });
            }
            fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
                let mut inner = reader.nested()?;
                let mut value = $type::default();
                while !inner.is_empty() {
                    let number = inner.varint()?;
                    let mut field = inner.nested()?;
                    match number {
                        $($number => value.$field = Wire::take(&mut field)?,)*
                        _ => {}
                    }
                }
                Ok(value)
            }
        }
        #[cfg(test)]
        #[allow(clippy::needless_update, reason = "not every field is recorded everywhere")]
        impl super::sample::Sample for $type {
            fn samples() -> Vec<Self> {
                let sample = || $type {
                    $($field: super::sample::Sample::sample(),)*
                    ..Default::default()
                };
                vec![sample()]
            }
        }
    };
}

/// Numbered variants of an enum, each with numbered fields.
macro_rules! variants {
    ($type:ident { $($kind:literal: $variant:ident
        $({ $($number:literal: $field:ident),* $(,)? })?
        $(( $only:ident ))?
    ),* $(,)? }) => {
        impl Wire for $type {
            fn put(&self, writer: &mut Writer) {
                match self {
                    $($type::$variant $({ $($field),* })? $(($only))? => {
                        writer.varint($kind);
                        writer.nested(|_writer| {
                            $($(_writer.field($number, $field);)*)?
                            $(_writer.field(1, $only);)?
                        });
                    })*
                }
            }
            fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
                let kind = reader.varint()?;
                let mut inner = reader.nested()?;
                match kind {
                    $($kind => {
                        $($(let mut $field = None;)*)?
                        $(let mut $only = None;)?
                        while !inner.is_empty() {
                            let number = inner.varint()?;
                            let mut _field = inner.nested()?;
                            $($(if number == $number {
                                $field = Some(Wire::take(&mut _field)?);
                                continue;
                            })*)?
                            $(if number == 1 {
                                $only = Some(Wire::take(&mut _field)?);
                                continue;
                            })?
                            let _ = number;
                        }
                        $($(let $field = $field.or_else(Wire::absent).ok_or_else(|| {
                            let (variant, field) = (stringify!($variant), stringify!($field));
                            inner.bad(format!("{variant} without {field}"))
                        })?;)*)?
                        $(let $only = $only.or_else(Wire::absent).ok_or_else(|| {
                            inner.bad(concat!(stringify!($variant), " without its value"))
                        })?;)?
                        Ok($type::$variant $({ $($field),* })? $(($only))?)
                    })*
                    other => Err(reader.bad(format!(
                        "unknown number {other} of {}", stringify!($type)
                    ))),
                }
            }
        }
        #[cfg(test)]
        impl super::sample::Sample for $type {
            fn samples() -> Vec<Self> {
                vec![$($type::$variant
                    $({ $($field: super::sample::Sample::sample()),* })?
                    $(({ let $only = super::sample::Sample::sample(); $only }))?
                ),*]
            }
        }
    };
}

/// Numbered variants without fields.
macro_rules! numbers {
    ($type:ident { $($number:literal: $variant:ident),* $(,)? }) => {
        impl Wire for $type {
            fn put(&self, writer: &mut Writer) {
                writer.varint(match self { $($type::$variant => $number,)* });
            }
            fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
                match reader.varint()? {
                    $($number => Ok($type::$variant),)*
                    other => Err(reader.bad(format!(
                        "unknown number {other} of {}", stringify!($type)
                    ))),
                }
            }
            fn is_default(&self) -> bool {
                *self == $type::default()
            }
            fn absent() -> Option<Self> {
                Some($type::default())
            }
        }
        #[cfg(test)]
        impl super::sample::Sample for $type {
            fn samples() -> Vec<Self> {
                let mut all = vec![$($type::$variant),*];
                all.rotate_right(1);
                all
            }
        }
    };
}

pub(crate) use {fields, numbers, variants};
