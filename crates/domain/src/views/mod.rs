//! What a window or a command line shows: ready sentences, allowed acts, ages.
//! Everything here is computed; the page decides nothing. Must not know how it is drawn.

mod model;

pub use model::*;
