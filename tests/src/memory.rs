//! The memory of a program with all processes that it started, from Linux' own count.
//! Knows no program.

use std::{collections::BTreeMap, fs};

/// The proportional set size of a process and of all below it, in MiB: memory that several
/// processes share is counted once.
pub fn tree_mib(root: u32) -> f64 {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for pid in pids() {
        if let Some(parent) = parent(pid) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let (mut sum, mut open) = (0.0, vec![root]);
    while let Some(pid) = open.pop() {
        sum += pss_kib(pid).unwrap_or(0.0) / 1024.0;
        open.extend(children.remove(&pid).into_iter().flatten());
    }
    sum
}

fn pids() -> impl Iterator<Item = u32> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn parent(pid: u32) -> Option<u32> {
    field(&format!("/proc/{pid}/status"), "PPid:")?.parse().ok()
}

fn pss_kib(pid: u32) -> Option<f64> {
    field(&format!("/proc/{pid}/smaps_rollup"), "Pss:")?
        .parse()
        .ok()
}

/// The first word behind a name, in a file of lines.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next().map(str::to_owned)
}

/// The most memory (resident set, MiB) that this process has while something is done, beyond what
/// it has before.
pub fn grows_mib<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let own = |name: &str| field("/proc/self/status", name)?.parse::<f64>().ok();
    // "5" lets the count of the peak begin anew (proc(5)).
    let is_anew = fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = own("VmRSS:").unwrap_or(0.0);
    let result = work();
    let peak = own("VmHWM:").filter(|_| is_anew).unwrap_or(f64::NAN);
    (result, (peak - before) / 1024.0)
}
