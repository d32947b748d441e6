//! The rules, held by tests: what is allowed, what follows, and what is said of it. Knows the
//! crate only from outside.

mod cases;
mod effects;
