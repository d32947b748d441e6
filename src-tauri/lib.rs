//! The window. Being built.
