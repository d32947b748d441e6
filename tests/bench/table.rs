//! What was measured, beside its peer and its target. Knows no clock and never fails a run.

/// A line of the closing table.
pub struct Row {
    /// What was measured.
    pub what: &'static str,
    /// How much that was.
    pub measured: String,
    /// The peer, or the limit, of the same run.
    pub peer: String,
    /// The first over the second; not a number where there is no peer.
    pub ratio: f64,
    /// What is promised; `None` for what is only told.
    pub target: Option<Target>,
}

/// A promise.
pub struct Target {
    /// In words.
    pub words: String,
    /// Whether it was kept in this run.
    pub met: bool,
}

impl Target {
    /// A ratio that must not be exceeded.
    pub fn ratio(most: f64, measured: f64) -> Option<Self> {
        Some(Self {
            words: format!("{most:.2} at most"),
            met: measured <= most,
        })
    }
}

/// Prints the lines below each other.
pub fn print(rows: &[Row]) {
    println!(
        "\n{:34} {:>12} {:>12} {:>7}  {:22} met",
        "what", "measured", "peer, limit", "ratio", "target"
    );
    for row in rows {
        let (target, met) = match &row.target {
            None => ("none", ""),
            Some(target) => (&*target.words, if target.met { "yes" } else { "NO" }),
        };
        let ratio = match row.ratio.is_nan() {
            true => String::new(),
            false => format!("{:.2}", row.ratio),
        };
        println!(
            "{:34} {:>12} {:>12} {ratio:>7}  {target:22} {met}",
            row.what, row.measured, row.peer
        );
    }
}
