//! Tenants on the wire. Today there is one: `<default>`, number 0.
//!
//! Not here: who is a member of which.

use crate::limits::NAMES_MAX;
use crate::problem::Problem;

/// The name of the one tenant.
pub(crate) const DEFAULT_NAME: &str = "<default>";
/// Its number.
pub(crate) const DEFAULT_TENANT: u32 = 0;

/// The number of the tenant a request names; absent and empty mean the default one.
pub(crate) fn number(name: Option<&str>) -> Result<u32, Problem> {
    match name {
        None | Some("" | DEFAULT_NAME) => Ok(DEFAULT_TENANT),
        Some(other) => Err(Problem::invalid(format!(
            "Expected `tenantId` to be `{DEFAULT_NAME}` or absent, but found `{other}`: \
             multi-tenancy is disabled."
        ))),
    }
}

/// The numbers of the tenants a worker serves; none named means the default one.
pub(crate) fn numbers(names: &[String]) -> Result<Vec<u32>, Problem> {
    if names.len() > NAMES_MAX {
        return Err(Problem::invalid(format!(
            "Expected at most {NAMES_MAX} `tenantIds`, but found {}.",
            names.len()
        )));
    }
    for name in names {
        number(Some(name))?;
    }
    Ok(vec![DEFAULT_TENANT])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_only_the_default_tenant() {
        assert_eq!(number(None).unwrap(), 0);
        assert_eq!(number(Some("<default>")).unwrap(), 0);
        assert!(number(Some("acme")).unwrap_err().detail.contains("`acme`"));
        assert!(numbers(&["<default>".to_owned(), "acme".to_owned()]).is_err());
        assert_eq!(numbers(&[]).unwrap(), [0]);
    }
}
