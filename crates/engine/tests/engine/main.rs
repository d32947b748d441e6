//! The whole engine against the sandbox, in one process and on paused time. Must not know how
//! the engine is built inside.

mod authority;
mod cadence;
mod connections;
mod cosigned;
mod deadlines;
mod drift;
mod end;
mod export;
mod exposure;
mod flight;
mod health;
mod heard;
mod joining;
mod keys;
mod laptops;
mod log;
mod offline;
mod over_the_air;
mod presence;
mod ratings;
mod recover;
mod rehearsals;
mod restart;
mod slots;
mod sources;
mod stage;
mod stale;
mod stores;
mod switches;
mod table;
mod team;
