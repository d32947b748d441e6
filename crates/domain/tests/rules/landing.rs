//! Where a person begins: who tells customers and releases nothing, where notices are. Knows no page.

use cockpit_domain::policy::{Person, Role};
use cockpit_domain::views;

use crate::cases::{CARE, LEAD, workspace};

#[test]
fn customer_success_begins_where_notices_are() {
    let mut all = workspace(&[LEAD]);
    let mut lands = |roles: &[Role]| {
        let person = Person {
            id: CARE.to_owned(),
            name: CARE.to_owned(),
            roles: roles.to_vec(),
        };
        all.state.people.insert(CARE.to_owned(), person);
        views::lands_in_notices(&all.state, CARE)
    };
    assert!(lands(&[Role::CustomerSuccess]));
    assert!(lands(&[Role::CustomerSuccess, Role::Brand]));
    for other in [Role::Administrator, Role::ProductLead, Role::Responder] {
        assert!(!lands(&[Role::CustomerSuccess, other]), "{other:?}");
    }
    assert!(!lands(&[Role::Legal]));
    assert!(!views::lands_in_notices(&all.state, "nobody"));
}
