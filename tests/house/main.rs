//! Tests over the repository itself. Knows no behaviour.
