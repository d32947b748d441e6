//! Rules of the house, held over the repository itself: arrows, homes, tidiness, documents.
//! Knows nothing of what the product does.

mod arrows;
mod complaints;
mod documents;
mod homes;
mod manifests;
mod tidy;
mod traps;
mod tree;
