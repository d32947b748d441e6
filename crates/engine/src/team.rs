//! The team folder: sharing the log with it, and what a person is told of it. Must not know what a
//! slot is, nor who may join.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use cockpit_domain::Time;
use cockpit_domain::views::{ChangeSheetView, Fact};
use cockpit_say::say;

use crate::api::{Done, Problem, Proposed, Tag, TeamView};
use crate::inner::Inner;
use crate::people::Wanted;

/// How often a page is told that the folder was read again and nothing else changed, in
/// milliseconds.
const TELL_EVERY_MS: u64 = 10_000;
/// Entries that are counted while others cannot see them.
const UNPUBLISHED_MAX: usize = 99;

/// The looks into the shared folder.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    /// When it was last read to its end.
    at: Option<Time>,
    /// Why the last look failed.
    problem: Option<Problem>,
    /// When pages were last told.
    told: Option<Time>,
}

impl Inner {
    pub(crate) fn team(&self) -> Result<TeamView, Problem> {
        let folder = self.team_folder()?;
        let unpublished = match &folder {
            Some(_) => self.ledger.pending(UNPUBLISHED_MAX)?.len(),
            None => 0,
        };
        let why_not = self.people_room().why_not;
        let (looked_at, problem) = {
            let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
            let problem = looks.problem.as_ref().map(|it| it.sentence.clone());
            (looks.at, problem)
        };
        Ok(TeamView {
            share_why_not: match &folder {
                Some(_) => Some(say!("The log lies in a shared folder already.").to_owned()),
                None => why_not.clone(),
            },
            invite_why_not: match &folder {
                None => Some(say!("Share the log with a team folder first.").to_owned()),
                Some(_) => why_not,
            },
            folder: folder.map(|it| it.display().to_string()),
            looked_at: looked_at.map(|at| at.to_string()),
            problem,
            unpublished: u32::try_from(unpublished).unwrap_or(u32::MAX),
            joining: self.joining(),
        })
    }

    /// Notes how a look into the log went, and tells pages now and then.
    pub(crate) fn looked(&self, done: &Result<(), Problem>) {
        let now = self.now();
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let problem = done.as_ref().err().cloned();
        let is_news = looks.problem != problem || looks.at.is_none();
        looks.problem = problem;
        if done.is_ok() {
            looks.at = Some(now);
        }
        let is_due = looks
            .told
            .is_none_or(|at| now.ms_since(at) >= TELL_EVERY_MS);
        if !is_news && !is_due {
            return;
        }
        looks.told = Some(now);
        drop(looks);
        self.changed(&[Tag::Team]);
    }

    /// Reads and writes the shared folder because somebody asks for it.
    pub(crate) async fn sync_on_demand(self: &Arc<Self>) -> Result<Done, Problem> {
        self.sync().await?;
        let team = self.team()?;
        let sentence = match (team.folder, team.joining) {
            (None, _) => say!(
                "The log lies on this laptop alone, so there is nothing to read. Share \
                          it with a team folder to work with others."
            )
            .to_owned(),
            (Some(_), Some(joining)) => joining.sentence,
            (Some(folder), None) if team.unpublished == 0 => {
                say!("This laptop and {folder} hold the same log.")
            }
            (Some(folder), None) => say!(
                "{folder} was read. {} of what was recorded here is not in it.",
                match team.unpublished {
                    1 => say!("1 entry").to_owned(),
                    more => say!("{more} entries"),
                }
            ),
        };
        Ok(Done { sentence })
    }

    /// Takes down that the log is to lie in a folder, and opens the approval window on it: where
    /// the log goes is not for a page to decide.
    pub(crate) fn propose_share(&self, folder: &str) -> Result<Proposed, Problem> {
        let folder = self.may_share(Path::new(folder.trim()))?;
        self.wait_for_signature(Wanted::Share(folder))
    }

    pub(crate) fn share_sheet(&self, folder: &Path) -> ChangeSheetView {
        let fact = |name: &str, value: String| Fact {
            name: name.to_owned(),
            value,
        };
        let state = self.state();
        let proof = self.with_live(|live| {
            let head: String = live.ledger.head.chars().take(12).collect();
            say!("this laptop's key · ledger head {head}")
        });
        ChangeSheetView {
            title: say!("Share the log of {}", state.workspace),
            facts: vec![
                fact(say!("Folder"), folder.display().to_string()),
                fact(
                    say!("Who reads it"),
                    say!(
                        "Whoever can open this folder reads every decision and outcome. Keys and \
                     secrets are not in it."
                    )
                    .to_owned(),
                ),
                fact(
                    say!("Who decides"),
                    say!("Only people whom you admit. What others write there counts for nothing.")
                        .to_owned(),
                ),
            ],
            needs: say!("It takes force at once, and the log stays in this folder.").to_owned(),
            proof,
            why_not: None,
        }
    }

    /// Moves the log to a folder that other laptops write to as well.
    pub(crate) async fn share_with_team(self: &Arc<Self>, folder: &Path) -> Result<Done, Problem> {
        let folder = self.may_share(folder)?;
        self.share(folder.clone()).await?;
        self.sync().await?;
        self.changed(&[Tag::Team, Tag::Log]);
        Ok(Done {
            sentence: say!(
                "The log lies in {} now. Invite somebody, and they read it there.",
                folder.display()
            ),
        })
    }

    fn may_share(&self, folder: &Path) -> Result<PathBuf, Problem> {
        if self.state().workspace.is_empty() {
            return Err(Problem::new(
                "refused",
                say!("There is no workspace here yet. Nothing was shared."),
            ));
        }
        if let Some(why) = self.people_room().why_not {
            return Err(Problem::new("refused", say!("{why} Nothing was shared.")));
        }
        if let Some(folder) = self.team_folder()? {
            return Err(Problem::new(
                "refused",
                say!(
                    "The log lies in {} already. Nothing was changed.",
                    folder.display()
                ),
            ));
        }
        whole_path(folder)
    }
}

/// A folder as it is meant on this computer alone.
pub(crate) fn whole_path(folder: &Path) -> Result<PathBuf, Problem> {
    if folder.is_absolute() {
        return Ok(folder.to_owned());
    }
    Err(Problem::new(
        "bad_input",
        say!("A team folder is named from its root on. Nothing was made."),
    )
    .hint(say!("Write the whole path, such as /srv/team/cockpit.")))
}
