//! How a broken rule reads: why it is one, what to do, where it is broken. Knows no rule.

/// Fails the test when there are complaints.
///
/// # Panics
/// With the rule's reason, what to do, and each complaint on a line of its own.
#[track_caller]
pub fn none_of(complaints: Vec<String>, why: &str, what_to_do: &str) {
    assert!(
        complaints.is_empty(),
        "\nWhy this is a rule: {why}\nWhat to do: {what_to_do}\nWhere:\n  {}\n",
        complaints.join("\n  ")
    );
}
