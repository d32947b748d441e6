//! Asking people who have a version to update: finds the version that was named and reads how it
//! stands before anything is decided. Must not know how Google Play is asked.

use std::sync::Arc;

use cockpit_domain::views;
use cockpit_domain::{Desired, recovery};

use crate::api::{ChangeArgs, Pressed, Problem, RecoverArgs};
use crate::inner::Inner;
use crate::observe;

impl Inner {
    pub(crate) async fn recover(self: &Arc<Self>, args: RecoverArgs) -> Result<Pressed, Problem> {
        let now = self.now();
        let (found, known) = {
            let state = self.state();
            if let Some((id, name)) = state.app()
                && let Some(asked) = &args.app
                && *asked != id
                && !asked.eq_ignore_ascii_case(&name)
            {
                return Err(
                    Problem::new("not_found", format!("There is no app '{asked}' here."))
                        .hint(format!("This workspace has {name} ({id}).")),
                );
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
                format!("{}: {problem} Nothing was asked for.", target.title),
            )
            .hint("Ask again once Google Play answers."));
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
        format!(
            "{version} was never seen on Google Play's production track from here. Nothing was asked for."
        ),
    );
    let known: Vec<String> = known
        .iter()
        .filter_map(|it| recovery::named(&it.id))
        .map(|named| named.version)
        .collect();
    if known.is_empty() {
        problem.hint("Name the version as `cockpit status` shows it.")
    } else {
        problem.hint(format!(
            "People can be asked to leave {}.",
            known.join(", ")
        ))
    }
}
