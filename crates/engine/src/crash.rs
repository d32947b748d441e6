//! Named points of the executor at which tests kill the process. Does nothing in a release build,
//! and nothing without the variable. Must not know what happens at a point.

/// Every point, in the order in which an effect passes them.
pub const POINTS: [&str; 12] = [
    "before-record",
    "after-record",
    "before-publish",
    "after-publish",
    "after-claim",
    "after-reread",
    "after-start",
    "after-send",
    "after-read-back",
    "before-result",
    "after-result",
    "before-reply",
];

/// Halts here for ever, after saying so on standard error, when `COCKPIT_PAUSE_AT` names the
/// point; the test then kills the process from outside.
pub async fn point(name: &str) {
    #[cfg(debug_assertions)]
    if std::env::var("COCKPIT_PAUSE_AT").is_ok_and(|wanted| wanted == name) {
        eprintln!("paused at {name}");
        std::future::pending::<()>().await;
    }
    #[cfg(not(debug_assertions))]
    let _ = name;
}
