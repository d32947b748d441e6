//! The product from outside: the real command line against a sandbox that it serves itself.
//! Must not know the engine.

mod can_stop;
mod change;
mod cli;
mod exits;
mod export;
mod full_disk;
mod joining;
mod killed;
mod killed_sending;
mod language;
mod list;
mod mended;
mod notice;
mod recover;
mod rules;
mod scenarios;
mod secrets;
mod stop;
mod tampered;
mod watch;
mod workspace;
