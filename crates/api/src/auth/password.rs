//! Passwords and secrets as Argon2id hashes in PHC form (RFC 9106).
//!
//! Not here: whose they are. Hashing keeps a core busy: callers run it where that is allowed.

use access::identity::SecretHash;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

/// What one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

/// OWASP's password storage cheat sheet: 19 MiB and two passes.
impl Default for PasswordCost {
    fn default() -> Self {
        PasswordCost { memory_kib: 19_456, passes: 2 }
    }
}

/// The hash of a password, with a salt of its own.
pub(crate) fn hash(password: &str, cost: PasswordCost) -> SecretHash {
    let params = Params::new(cost.memory_kib, cost.passes, 1, None);
    let params = params.expect("costs are constants of ours");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash =
        argon2.hash_password(password.as_bytes()).expect("a bounded password has a hash");
    SecretHash(hash.to_string())
}

/// Whether a password has this hash; what it costs stands in the hash.
pub(crate) fn fits(password: &str, hash: &SecretHash) -> bool {
    let Ok(hash) = PasswordHash::new(&hash.0) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: PasswordCost = PasswordCost { memory_kib: 64, passes: 1 };

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let one = hash("correct horse", CHEAP);
        assert!(one.0.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{}", one.0);
        assert!(fits("correct horse", &one));
        assert!(!fits("correct horses", &one));
        assert!(!fits("correct horse", &SecretHash("no hash".to_owned())));
        assert_ne!(one, hash("correct horse", CHEAP), "each has a salt of its own");
    }
}
