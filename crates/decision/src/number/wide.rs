//! 256-bit unsigned integers for the intermediate results of decimal arithmetic.
//! It is not a general big integer: only what 34-digit decimals need.

/// An unsigned integer of 256 bits, least significant limb first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wide([u64; 4]);

/// Powers of ten that fit in a `u128`.
const POWERS: [u128; 39] = {
    let mut powers = [1u128; 39];
    let mut at = 1;
    while at < 39 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Ten to the power of `exponent`, which is at most 38.
pub(super) fn power_of_ten(exponent: u32) -> u128 {
    POWERS[exponent as usize]
}

/// Decimal digits of `value`; zero has none.
pub(super) fn digits(value: u128) -> u32 {
    match value.checked_ilog10() {
        Some(log) => log + 1,
        None => 0,
    }
}

impl Wide {
    pub(super) const ZERO: Wide = Wide([0; 4]);

    pub(super) fn from(value: u128) -> Wide {
        Wide([value as u64, (value >> 64) as u64, 0, 0])
    }

    /// The value, when it fits in 128 bits.
    pub(super) fn narrow(self) -> Option<u128> {
        let [low, high, 0, 0] = self.0 else {
            return None;
        };
        Some(u128::from(low) | (u128::from(high) << 64))
    }

    /// `left * right`, which always fits.
    pub(super) fn product(left: u128, right: u128) -> Wide {
        let a = [left as u64, (left >> 64) as u64];
        let b = [right as u64, (right >> 64) as u64];
        let mut limbs = [0u64; 4];
        for (i, x) in a.into_iter().enumerate() {
            let mut carry = 0u128;
            for (j, y) in b.into_iter().enumerate() {
                let sum = u128::from(x) * u128::from(y) + u128::from(limbs[i + j]) + carry;
                limbs[i + j] = sum as u64;
                carry = sum >> 64;
            }
            limbs[i + 2] = carry as u64;
        }
        Wide(limbs)
    }

    /// `value * 10^exponent`; the caller keeps the result below 10^76.
    pub(super) fn scaled(value: u128, exponent: u32) -> Wide {
        if exponent <= 38 {
            return Wide::product(value, power_of_ten(exponent));
        }
        let mut result = Wide::product(value, power_of_ten(38));
        let mut left = exponent - 38;
        while left > 0 {
            let step = left.min(19);
            result = result.times(power_of_ten(step) as u64);
            left -= step;
        }
        result
    }

    fn times(self, factor: u64) -> Wide {
        let mut limbs = [0u64; 4];
        let mut carry = 0u128;
        for (limb, x) in limbs.iter_mut().zip(self.0) {
            let sum = u128::from(x) * u128::from(factor) + carry;
            *limb = sum as u64;
            carry = sum >> 64;
        }
        assert!(carry == 0, "decimal intermediates stay below 2^256");
        Wide(limbs)
    }

    pub(super) fn plus(self, other: Wide) -> Wide {
        let mut limbs = [0u64; 4];
        let mut carry = false;
        for (at, limb) in limbs.iter_mut().enumerate() {
            let (sum, first) = self.0[at].overflowing_add(other.0[at]);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            *limb = sum;
            carry = first | second;
        }
        assert!(!carry, "decimal intermediates stay below 2^256");
        Wide(limbs)
    }

    /// `self - other`, where `other` is not larger.
    pub(super) fn minus(self, other: Wide) -> Wide {
        let mut limbs = [0u64; 4];
        let mut borrow = false;
        for (at, limb) in limbs.iter_mut().enumerate() {
            let (rest, first) = self.0[at].overflowing_sub(other.0[at]);
            let (rest, second) = rest.overflowing_sub(u64::from(borrow));
            *limb = rest;
            borrow = first | second;
        }
        assert!(!borrow, "the subtrahend is not larger");
        Wide(limbs)
    }

    pub(super) fn compare(self, other: Wide) -> std::cmp::Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }

    /// Quotient and remainder by a divisor below 2^64.
    fn divide_small(self, divisor: u64) -> (Wide, u64) {
        let mut limbs = [0u64; 4];
        let mut rest = 0u128;
        for at in (0..4).rev() {
            let part = (rest << 64) | u128::from(self.0[at]);
            limbs[at] = (part / u128::from(divisor)) as u64;
            rest = part % u128::from(divisor);
        }
        (Wide(limbs), rest as u64)
    }

    /// Quotient and remainder by a divisor below 2^127.
    pub(super) fn divide(self, divisor: u128) -> (Wide, u128) {
        if let Ok(small) = u64::try_from(divisor) {
            let (quotient, rest) = self.divide_small(small);
            return (quotient, u128::from(rest));
        }
        let mut limbs = [0u64; 4];
        let mut rest = 0u128;
        for at in (0..256).rev() {
            rest = (rest << 1) | u128::from((self.0[at / 64] >> (at % 64)) & 1);
            if rest >= divisor {
                rest -= divisor;
                limbs[at / 64] |= 1 << (at % 64);
            }
        }
        (Wide(limbs), rest)
    }

    /// Divides by `10^exponent`; tells whether anything was cut off.
    pub(super) fn cut(self, exponent: u32) -> (Wide, bool) {
        let (mut value, mut left, mut inexact) = (self, exponent, false);
        while left > 0 && value != Wide::ZERO {
            let step = left.min(19);
            let (quotient, rest) = value.divide_small(power_of_ten(step) as u64);
            inexact |= rest != 0;
            value = quotient;
            left -= step;
        }
        (value, inexact)
    }

    /// Decimal digits; zero has none.
    pub(super) fn digits(self) -> u32 {
        let (mut value, mut extra) = (self, 0);
        loop {
            if let Some(small) = value.narrow() {
                return if small == 0 { extra } else { extra + digits(small) };
            }
            value = value.divide_small(power_of_ten(19) as u64).0;
            extra += 19;
        }
    }
}
