//! `cockpit sandbox`: serves the stand-ins. Must not know a workspace.

use cockpit_engine::api::Problem;
use cockpit_sandbox::{Options, SCENARIOS, Sandbox};
use cockpit_say::say;

use crate::args;
use crate::output::{self, Exit};

/// Runs a sandbox command.
pub async fn run(command: args::Sandbox) -> Result<Exit, Problem> {
    match command {
        args::Sandbox::Scenarios => {
            for scenario in SCENARIOS {
                output::line(&format!("{:<18} {}", scenario.name, scenario.about));
            }
            Ok(Exit::AsAsked)
        }
        args::Sandbox::Serve(args) => {
            let options = Options {
                scenario: args.scenario,
                seed: args.seed,
                latency_ms: args.latency_ms,
                ..Options::default()
            };
            let running = Sandbox::serve(options, args.port).await.map_err(|error| {
                Problem::new("bad_input", say!("The sandbox did not start: {error}"))
            })?;
            let first = serde_json::json!({
                "url": running.url,
                "control_url": running.control_url,
            });
            output::line(&first.to_string());
            eprintln!(
                "{}",
                say!("The sandbox answers until you end it with Ctrl-C.")
            );
            let _ = tokio::signal::ctrl_c().await;
            Ok(Exit::AsAsked)
        }
    }
}
