//! Asking people who have a version to update: finds the version that was named and reads how it
//! stands before anything is decided. Must not know how Google Play is asked.

use std::sync::Arc;

use cockpit_domain::views;
use cockpit_domain::{Desired, recovery};
use cockpit_say::say;

use crate::acts::no_such_app;
use crate::api::{ChangeArgs, Pressed, Problem, RecoverArgs};
use crate::inner::Inner;
use crate::observe;

impl Inner {
    pub(crate) async fn recover(self: &Arc<Self>, args: RecoverArgs) -> Result<Pressed, Problem> {
        let now = self.now();
        let (found, known) = {
            let state = self.state();
            if let Some(app) = state.app()
                && let Some(asked) = &args.app
                && *asked != app.0
                && !asked.eq_ignore_ascii_case(&app.1)
            {
                return Err(no_such_app(asked, &app));
            }
            self.with_live(|live| {
                let known = views::left_behind(&state, live, now);
                (views::recovery_of(&state, live, &args.version, now), known)
            })
        };
        let target = found.ok_or_else(|| never_seen(&args.version, &known))?;
        observe::look(self, &target).await;
        let problem = self.with_live(|live| live.targets.get(&target.id)?.problem.clone());
        if let Some(problem) = problem {
            return Err(Problem::new(
                "provider",
                say!("{}: {problem} Nothing was asked for.", target.title),
            )
            .hint(say!("Ask again once Google Play answers.")));
        }
        let desired = if args.cancel {
            Desired::NotAsked
        } else {
            Desired::AskedToUpdate
        };
        self.change(ChangeArgs {
            target: target.id,
            desired,
            reason: args.reason,
        })
        .await
    }
}

fn never_seen(version: &str, known: &[cockpit_domain::Target]) -> Problem {
    let problem = Problem::new(
        "not_found",
        say!(
            "{version} was never seen on Google Play's production track from here. Nothing was asked for."
        ),
    );
    let known: Vec<String> = known
        .iter()
        .filter_map(|it| recovery::named(&it.id))
        .map(|named| named.version)
        .collect();
    if known.is_empty() {
        problem.hint(say!("Name the version as `cockpit status` shows it."))
    } else {
        problem.hint(say!("People can be asked to leave {}.", known.join(", ")))
    }
}
