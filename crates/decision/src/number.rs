//! FEEL's number: a decimal of 34 digits (IEEE 754 decimal128), with an `i64` fast path.
//! It is not a float: nothing is rounded before the 35th digit, and it never depends on hardware.

mod decimal;
mod text;
mod wide;

pub use decimal::Rounding;
pub use text::NotANumber;

use decimal::Decimal;
use std::cmp::Ordering;
use std::sync::Arc;

/// An exact decimal number of up to 34 digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(Repr);

/// INVARIANT: one value has one representation (see `Decimal`), so equality may be derived.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Repr {
    Small { coefficient: i64, exponent: i16 },
    Large(Arc<Decimal>),
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number(Repr::Small { coefficient: value, exponent: 0 })
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Number {
        Number::from(i64::try_from(value).expect("lengths fit in 63 bits"))
    }
}

impl Number {
    /// Zero.
    pub const ZERO: Number = Number(Repr::Small { coefficient: 0, exponent: 0 });
    /// One.
    pub const ONE: Number = Number(Repr::Small { coefficient: 1, exponent: 0 });

    /// The decimal nearest to a float as its shortest text says it; `None` for NaN and infinities.
    pub fn from_f64(value: f64) -> Option<Number> {
        value.is_finite().then(|| format!("{value:e}").parse().ok())?
    }

    /// The nearest float.
    pub fn to_f64(&self) -> f64 {
        match self.0 {
            Repr::Small { coefficient, exponent: 0 } => coefficient as f64,
            _ => self.to_string().parse().expect("a number's text is a float's text"),
        }
    }

    /// The value as an integer, when it is one and fits.
    #[inline]
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Small { coefficient, exponent: 0 } => Some(coefficient),
            _ => None,
        }
    }

    /// The integer part, clamped to the range of `i64`.
    pub fn to_i64_saturating(&self) -> i64 {
        if let Some(value) = self.as_i64() {
            return value;
        }
        let whole = self.rounded(0, Rounding::Down).and_then(|n| n.as_i64());
        whole.unwrap_or(if self.is_negative() { i64::MIN } else { i64::MAX })
    }

    /// Whether there is nothing after the decimal point.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small { exponent, .. } => *exponent >= 0,
            Repr::Large(decimal) => decimal.exponent >= 0,
        }
    }

    /// Whether the number is zero.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small { coefficient: 0, .. })
    }

    /// Whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { coefficient, .. } => *coefficient < 0,
            Repr::Large(decimal) => decimal.negative,
        }
    }

    /// The sum; `None` when it is too large for a number.
    #[inline]
    pub fn plus(&self, other: &Number) -> Option<Number> {
        if let (Some(left), Some(right)) = (self.as_i64(), other.as_i64())
            && let Some(sum) = left.checked_add(right)
        {
            return Some(Number::from(sum));
        }
        Some(Number::shrink(self.decimal().plus(other.decimal())?))
    }

    /// The difference; `None` when it is too large for a number.
    #[inline]
    pub fn minus(&self, other: &Number) -> Option<Number> {
        if let (Some(left), Some(right)) = (self.as_i64(), other.as_i64())
            && let Some(rest) = left.checked_sub(right)
        {
            return Some(Number::from(rest));
        }
        Some(Number::shrink(self.decimal().plus(other.decimal().negated())?))
    }

    /// The product; `None` when it is too large for a number.
    #[inline]
    pub fn times(&self, other: &Number) -> Option<Number> {
        if let (Some(left), Some(right)) = (self.as_i64(), other.as_i64())
            && let Some(product) = left.checked_mul(right)
        {
            return Some(Number::from(product));
        }
        Some(Number::shrink(self.decimal().times(other.decimal())?))
    }

    /// The quotient; `None` by zero and when it is too large for a number.
    pub fn divided_by(&self, other: &Number) -> Option<Number> {
        if let (Some(left), Some(right)) = (self.as_i64(), other.as_i64())
            && left.checked_rem(right) == Some(0)
        {
            return Some(Number::from(left / right));
        }
        Some(Number::shrink(self.decimal().divided_by(other.decimal())?))
    }

    /// `self - other * floor(self / other)`: the sign is the divisor's. `None` by zero.
    pub fn modulo(&self, other: &Number) -> Option<Number> {
        let rest = Number::shrink(self.decimal().remainder(other.decimal())?);
        if rest.is_zero() || rest.is_negative() == other.is_negative() {
            return Some(rest);
        }
        rest.plus(other)
    }

    /// Rounded to `scale` digits after the point; `None` when that is too large for a number.
    pub fn rounded(&self, scale: i32, rounding: Rounding) -> Option<Number> {
        Some(Number::shrink(self.decimal().rounded(scale, rounding)?))
    }

    /// The power; whole exponents are computed in decimal, others through floats.
    pub fn power(&self, exponent: &Number) -> Option<Number> {
        let Some(whole) = exponent.as_i64().filter(|n| n.unsigned_abs() <= 999_999_999) else {
            return Number::from_f64(libm::pow(self.to_f64(), exponent.to_f64()));
        };
        let (mut result, mut base) = (Number::ONE, self.clone());
        let mut left = whole.unsigned_abs();
        while left > 0 {
            if left % 2 == 1 {
                result = result.times(&base)?;
            }
            left /= 2;
            if left > 0 {
                base = base.times(&base)?;
            }
        }
        if whole < 0 { Number::ONE.divided_by(&result) } else { Some(result) }
    }

    /// The number with the other sign.
    pub fn negated(&self) -> Number {
        match self.0 {
            Repr::Small { coefficient, exponent } if coefficient != i64::MIN => {
                Number(Repr::Small { coefficient: -coefficient, exponent })
            }
            _ => Number::shrink(self.decimal().negated()),
        }
    }

    /// The number without its sign.
    pub fn abs(&self) -> Number {
        if self.is_negative() { self.negated() } else { self.clone() }
    }

    fn decimal(&self) -> Decimal {
        match &self.0 {
            Repr::Small { coefficient, exponent } => Decimal {
                negative: *coefficient < 0,
                coefficient: u128::from(coefficient.unsigned_abs()),
                exponent: i32::from(*exponent),
            },
            Repr::Large(decimal) => **decimal,
        }
    }

    fn shrink(decimal: Decimal) -> Number {
        let small = i64::try_from(decimal.coefficient).ok();
        match (small, i16::try_from(decimal.exponent)) {
            (Some(coefficient), Ok(exponent)) => {
                let coefficient = if decimal.negative { -coefficient } else { coefficient };
                Number(Repr::Small { coefficient, exponent })
            }
            _ if decimal.negative && decimal.exponent == 0 && decimal.coefficient == 1 << 63 => {
                Number::from(i64::MIN)
            }
            _ => Number(Repr::Large(Arc::new(decimal))),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    #[inline]
    fn cmp(&self, other: &Number) -> Ordering {
        match (self.as_i64(), other.as_i64()) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => self.decimal().compare(other.decimal()),
        }
    }
}

#[cfg(test)]
mod tests;
