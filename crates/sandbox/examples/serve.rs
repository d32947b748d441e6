//! Serves a sandbox on loopback until the process ends. Hides nothing; must not know any client.
//!
//! `cargo run -p cockpit-sandbox --example serve -- [SCENARIO] [PORT] [SEED] [LATENCY_MS]`

use std::process::ExitCode;

use cockpit_sandbox::{Options, Sandbox};

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize| words.get(index).and_then(|word| word.parse::<u64>().ok());
    let options = Options {
        scenario: words.first().cloned().unwrap_or_else(|| "calm".to_owned()),
        seed: number(2).unwrap_or(1),
        latency_ms: number(3).unwrap_or(0),
        ..Options::default()
    };
    let port = number(1)
        .and_then(|port| u16::try_from(port).ok())
        .unwrap_or(0);
    match Sandbox::serve(options, port).await {
        Ok(running) => {
            println!(
                "{}",
                serde_json::json!({"url": running.url, "control_url": running.control_url})
            );
            tokio::signal::ctrl_c().await.ok();
            running.stop().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
