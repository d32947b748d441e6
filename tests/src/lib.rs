//! Shared helpers of the checks over the whole house. Knows nothing of any single check.

pub mod critical_path;
pub mod many;
#[cfg(target_os = "linux")]
pub mod memory;
pub mod wait;
