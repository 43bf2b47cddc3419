//! Decimals of 34 digits, rounded half even like IEEE 754 decimal128: the slow, complete path.
//! It is not the public type; [`super::Number`] puts an `i64` fast path before it.

use super::wide::{Wide, digits, power_of_ten};
use crate::limits::{NUMBER_DIGITS, NUMBER_EXPONENT};
use std::cmp::Ordering;

/// `(-1)^negative * coefficient * 10^exponent`, canonical: an integer below 10^34 has exponent 0,
/// a fraction has no trailing zero, a larger integer has all 34 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) negative: bool,
    pub(super) coefficient: u128,
    pub(super) exponent: i32,
}

/// How a quantity between two representable ones is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Away from zero.
    Up,
    /// Toward zero.
    Down,
    /// Toward positive infinity.
    Ceiling,
    /// Toward negative infinity.
    Floor,
    /// To the nearest; ties away from zero.
    HalfUp,
    /// To the nearest; ties toward zero.
    HalfDown,
    /// To the nearest; ties to the even neighbour.
    HalfEven,
}

impl Rounding {
    /// Whether the magnitude grows by one, given the first digit cut off and what follows it.
    fn grows(self, negative: bool, odd: bool, digit: u128, more: bool) -> bool {
        let inexact = digit != 0 || more;
        match self {
            Rounding::Up => inexact,
            Rounding::Down => false,
            Rounding::Ceiling => inexact && !negative,
            Rounding::Floor => inexact && negative,
            Rounding::HalfUp => digit >= 5,
            Rounding::HalfDown => digit > 5 || (digit == 5 && more),
            Rounding::HalfEven => digit > 5 || (digit == 5 && (more || odd)),
        }
    }
}

impl Decimal {
    pub(super) const ZERO: Decimal = Decimal { negative: false, coefficient: 0, exponent: 0 };

    /// Rounds to 34 digits and makes canonical; `None` beyond the largest exponent.
    pub(super) fn finish(negative: bool, wide: Wide, exponent: i32, more: bool) -> Option<Decimal> {
        let length = wide.digits();
        if length <= NUMBER_DIGITS && !more {
            let coefficient = wide.narrow().expect("34 digits fit in 128 bits");
            return Decimal { negative, coefficient, exponent }.canonical();
        }
        let cut = length.saturating_sub(NUMBER_DIGITS);
        let (kept, digit, more) = if cut == 0 {
            (wide, 0, more)
        } else {
            let (value, inexact) = wide.cut(cut - 1);
            let (value, digit) = value.divide(10);
            (value, digit, more | inexact)
        };
        let mut coefficient = kept.narrow().expect("34 digits fit in 128 bits");
        let odd = coefficient % 2 == 1;
        if Rounding::HalfEven.grows(negative, odd, digit, more) {
            coefficient += 1;
        }
        Decimal { negative, coefficient, exponent: exponent + cut as i32 }.canonical()
    }

    pub(super) fn canonical(mut self) -> Option<Decimal> {
        if self.coefficient == 0 {
            return Some(Decimal::ZERO);
        }
        while self.exponent < 0 && self.coefficient.is_multiple_of(10) {
            self.coefficient /= 10;
            self.exponent += 1;
        }
        let length = digits(self.coefficient);
        if self.exponent > 0 {
            let room = NUMBER_DIGITS.saturating_sub(length).min(self.exponent.unsigned_abs());
            self.coefficient *= power_of_ten(room);
            self.exponent -= room as i32;
        }
        if length > NUMBER_DIGITS {
            // Only a carry out of rounding leads here, and then the last digit is zero.
            self.coefficient /= 10;
            self.exponent += 1;
        }
        let adjusted = self.exponent + digits(self.coefficient) as i32 - 1;
        if adjusted > NUMBER_EXPONENT {
            return None;
        }
        Some(if adjusted < -NUMBER_EXPONENT { Decimal::ZERO } else { self })
    }

    pub(super) fn negated(mut self) -> Decimal {
        self.negative = !self.negative && self.coefficient != 0;
        self
    }

    pub(super) fn plus(self, other: Decimal) -> Option<Decimal> {
        if self.coefficient == 0 {
            return Some(other);
        }
        if other.coefficient == 0 {
            return Some(self);
        }
        let (mut high, mut low) =
            if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let room =
            (NUMBER_DIGITS - digits(high.coefficient)).min(high.exponent.abs_diff(low.exponent));
        high.coefficient *= power_of_ten(room);
        high.exponent -= room as i32;
        let mut gap = high.exponent.abs_diff(low.exponent);
        if gap > 40 {
            // Far below the last digit of `high`: only its sign matters for rounding.
            low.coefficient = 1;
            gap = 3;
        }
        let exponent = high.exponent - gap as i32;
        let (left, right) = (Wide::scaled(high.coefficient, gap), Wide::from(low.coefficient));
        if high.negative == low.negative {
            return Decimal::finish(high.negative, left.plus(right), exponent, false);
        }
        match left.compare(right) {
            Ordering::Equal => Some(Decimal::ZERO),
            Ordering::Greater => Decimal::finish(high.negative, left.minus(right), exponent, false),
            Ordering::Less => Decimal::finish(low.negative, right.minus(left), exponent, false),
        }
    }

    pub(super) fn times(self, other: Decimal) -> Option<Decimal> {
        let wide = Wide::product(self.coefficient, other.coefficient);
        let negative = self.negative != other.negative;
        Decimal::finish(negative, wide, self.exponent + other.exponent, false)
    }

    /// `None` for a division by zero too.
    pub(super) fn divided_by(self, other: Decimal) -> Option<Decimal> {
        if other.coefficient == 0 {
            return None;
        }
        let (above, below) = (digits(self.coefficient), digits(other.coefficient));
        let shift = (NUMBER_DIGITS + 2 + below).saturating_sub(above);
        let (quotient, rest) = Wide::scaled(self.coefficient, shift).divide(other.coefficient);
        let exponent = self.exponent - other.exponent - shift as i32;
        Decimal::finish(self.negative != other.negative, quotient, exponent, rest != 0)
    }

    /// What division with truncation leaves; it has the sign of `self`. `None` by zero.
    pub(super) fn remainder(self, other: Decimal) -> Option<Decimal> {
        if other.coefficient == 0 {
            return None;
        }
        let exponent = self.exponent.min(other.exponent);
        let (mut rest, mut modulus) = (self.coefficient, other.coefficient);
        if self.exponent >= other.exponent {
            let mut left = self.exponent.abs_diff(other.exponent);
            rest %= modulus;
            while left > 0 {
                let step = left.min(34);
                rest = Wide::product(rest, power_of_ten(step)).divide(modulus).1;
                left -= step;
            }
        } else {
            let gap = self.exponent.abs_diff(other.exponent);
            if digits(modulus) + gap > 37 {
                return Some(self);
            }
            modulus *= power_of_ten(gap);
            rest %= modulus;
        }
        Decimal { negative: self.negative, coefficient: rest, exponent }.canonical()
    }

    /// Rounds to `scale` digits after the point; a negative scale rounds before it.
    pub(super) fn rounded(self, scale: i32, rounding: Rounding) -> Option<Decimal> {
        let cut = (-scale).checked_sub(self.exponent)?;
        if cut <= 0 {
            return Some(self);
        }
        let cut = cut.unsigned_abs();
        let (mut kept, digit, more) = if cut > 36 {
            (0, 0, self.coefficient != 0)
        } else {
            let power = power_of_ten(cut - 1);
            let head = self.coefficient / power;
            (head / 10, head % 10, !self.coefficient.is_multiple_of(power))
        };
        if rounding.grows(self.negative, kept % 2 == 1, digit, more) {
            kept += 1;
        }
        Decimal { negative: self.negative && kept != 0, coefficient: kept, exponent: -scale }
            .canonical()
    }

    pub(super) fn compare(self, other: Decimal) -> Ordering {
        match (self.negative, other.negative) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
        }
    }

    fn compare_magnitude(self, other: Decimal) -> Ordering {
        if self.coefficient == 0 || other.coefficient == 0 {
            return self.coefficient.cmp(&other.coefficient);
        }
        let adjusted = |d: Decimal| d.exponent + digits(d.coefficient) as i32;
        adjusted(self).cmp(&adjusted(other)).then_with(|| {
            let gap = self.exponent.abs_diff(other.exponent);
            if self.exponent >= other.exponent {
                Wide::scaled(self.coefficient, gap).compare(Wide::from(other.coefficient))
            } else {
                Wide::from(self.coefficient).compare(Wide::scaled(other.coefficient, gap))
            }
        })
    }
}
