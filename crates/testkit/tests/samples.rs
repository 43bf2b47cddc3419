//! The samples do what their scenarios say.

use std::path::Path;
use testkit::scenario::run_file;

#[test]
fn order_to_cash_goes_as_told() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/order-to-cash");
    let report = run_file(&samples.join("order-to-cash.scenario"));
    let report = report.unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(report.scenarios.len(), 9);
}
