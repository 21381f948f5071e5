//! The playbook that ships with the product.

use domain::playbook::{DEFAULT, check};
use domain::texts::Language;

#[test]
fn the_default_playbook_can_be_put_in_force() {
    let faults = check(DEFAULT);
    let told =
        faults.iter().map(|fault| format!("{}:{} {} {}", fault.mark.line, fault.mark.column, fault.pointer, fault.message(Language::En)));
    assert_eq!(told.collect::<Vec<_>>(), Vec::<String>::new());
}
