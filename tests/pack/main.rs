//! An evidence pack of a whole workspace, checked by tools that are not ours: sha256sum,
//! ssh-keygen, OpenSSL, Node, Go's sumdb packages, and the two checkers in the pack. Must not
//! know how a pack is written.

mod fold;
mod generated;
mod holds;
mod made;
mod tampering;
mod tools;
