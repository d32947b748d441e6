//! Shared helpers of the checks over the whole house. Knows nothing of any single check.

pub mod critical_path;
#[cfg(unix)]
pub mod mail_server;
pub mod many;
#[cfg(target_os = "linux")]
pub mod memory;
pub mod repository;
#[cfg(unix)]
pub mod supervised;
pub mod wait;
