//! The rules, held by tests: what is allowed, what follows, and what is said of it. Knows the
//! crate only from outside.

mod approvals;
mod authority;
mod bodies;
mod cases;
mod claims;
mod comparing;
mod effects;
mod exports;
mod exposed;
mod health;
mod kept;
mod landing;
mod laws;
mod lights;
mod mandates;
mod musts;
mod offers;
mod orders;
mod others;
mod people;
mod privacy;
mod rated;
mod replay;
mod rooms;
mod ruled;
mod sentences;
mod staged;
mod steps;
mod stopped;
mod stores;
mod switches;
mod telling;
mod told;
mod unusual;
mod waiting;
