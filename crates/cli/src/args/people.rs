//! The words of sharing, inviting, joining, and of people and policy. Must not know what the
//! commands do.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use cockpit_engine::domain::policy::{ActKind, Role};
use cockpit_say::say;

use super::Workspace;

/// A team folder.
#[derive(Debug, Args)]
pub struct Share {
    #[command(flatten)]
    pub at: Workspace,
    /// A folder that every laptop of the team can write to, such as a network share. It is made
    /// when it is not there. Folders of Dropbox, iCloud, OneDrive and Syncthing are refused.
    pub folder: PathBuf,
}

/// An invitation.
#[derive(Debug, Args)]
pub struct Invite {
    #[command(flatten)]
    pub at: Workspace,
    /// A role that they are meant to have: administrator, product_lead, customer_success,
    /// responder or auditor; may be given several times.
    #[arg(long = "role", required = true, value_parser = role)]
    pub roles: Vec<Role>,
    /// Whom it is for.
    #[arg(long, default_value = "")]
    pub name: String,
    /// For how many hours it is good; 168 at most.
    #[arg(long, default_value_t = 24)]
    pub hours: u32,
}

/// A laptop that joins.
#[derive(Debug, Args)]
pub struct Join {
    #[command(flatten)]
    pub at: Workspace,
    /// The invitation, whole; "-" reads it from standard input.
    pub invitation: String,
    /// Your name, as it will stand in the log; without it the one in the invitation.
    #[arg(long, default_value = "")]
    pub person: String,
    /// What this laptop is called.
    #[arg(long, default_value = "")]
    pub device: String,
    /// Where the team folder is on this computer, when it is elsewhere than the invitation says.
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// Wait so many seconds to be admitted.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub wait: u64,
}

/// People and policy. Without a word it lists them.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct People {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<PeopleCommand>,
    #[command(flatten)]
    pub at: Option<Workspace>,
}

/// What is done about people and policy. Each signs with this laptop's key.
#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// People with their devices and roles, who asks to join, and what waits.
    List(Workspace),
    /// Admit whoever reads you these six words.
    Admit(Admit),
    /// Turn down a request to join.
    Refuse(Refuse),
    /// Remove a person with every device, or take the right to sign from one device.
    Revoke(Revoke),
    /// Set all roles of a person.
    Role(SetRoles),
    /// Set how many persons a kind of act needs, the asker included.
    Policy(SetPolicy),
    /// Set how many administrators must agree on people and policy.
    Threshold(Threshold),
    /// Set whether an approval counts only where the system's own prompt was answered before it.
    Presence(Presence),
    /// Withdraw an invitation: nobody can ask or be admitted with it any more.
    Uninvite(Uninvite),
    /// Agree to a change that waits for another administrator, or turn it down.
    Agree(Agree),
    /// Say that a device was in other hands: what it signed since then is void where that can
    /// still be had.
    Compromised(Compromised),
    /// Go past the missing approvals of a stop. It is looked at afterwards.
    BreakGlass(BreakGlass),
}

/// An admission.
#[derive(Debug, Args)]
pub struct Admit {
    #[command(flatten)]
    pub at: Workspace,
    /// The six words that the other side reads to you. At a terminal you may leave them out and
    /// are asked.
    #[arg(long)]
    pub words: Option<String>,
    /// A role; may be given several times. Without it those of the invitation.
    #[arg(long = "role", value_parser = role)]
    pub roles: Vec<Role>,
    /// It is another device of this person, by name.
    #[arg(long = "as", value_name = "PERSON", conflicts_with = "roles")]
    pub person: Option<String>,
}

/// A request that is turned down.
#[derive(Debug, Args)]
pub struct Refuse {
    #[command(flatten)]
    pub at: Workspace,
    /// Who asks, by name, or the request's first digits.
    pub who: String,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// Somebody or something that may sign no more.
#[derive(Debug, Args)]
pub struct Revoke {
    #[command(flatten)]
    pub at: Workspace,
    /// A person, by name, or a device, by its first digits.
    pub who: String,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// Roles of a person.
#[derive(Debug, Args)]
pub struct SetRoles {
    #[command(flatten)]
    pub at: Workspace,
    /// The person, by name.
    pub who: String,
    /// All roles from here on.
    #[arg(required = true, value_parser = role)]
    pub roles: Vec<Role>,
}

/// What an act needs.
#[derive(Debug, Args)]
pub struct SetPolicy {
    #[command(flatten)]
    pub at: Workspace,
    /// stop, turn_off, resume, set_fraction, complete, turn_on or publish.
    #[arg(value_parser = act)]
    pub act: ActKind,
    /// Persons who take part, the asker included.
    #[arg(long)]
    pub persons: u8,
}

/// How many administrators.
#[derive(Debug, Args)]
pub struct Threshold {
    #[command(flatten)]
    pub at: Workspace,
    /// Distinct administrators.
    pub administrators: u8,
}

/// Whether the system must have seen a person.
#[derive(Debug, Args)]
pub struct Presence {
    #[command(flatten)]
    pub at: Workspace,
    /// "required" or "optional".
    #[arg(value_parser = ["required", "optional"])]
    pub presence: String,
}

/// An invitation that is withdrawn.
#[derive(Debug, Args)]
pub struct Uninvite {
    #[command(flatten)]
    pub at: Workspace,
    /// The invitation's first digits, as `cockpit people` shows them.
    pub invite: String,
}

/// A change that waits.
#[derive(Debug, Args)]
pub struct Agree {
    #[command(flatten)]
    pub at: Workspace,
    /// The change's first digits, as `cockpit people` shows them.
    pub change: String,
    /// Turn it down, with this reason.
    #[arg(long)]
    pub reject: Option<String>,
}

/// A device in other hands.
#[derive(Debug, Args)]
pub struct Compromised {
    #[command(flatten)]
    pub at: Workspace,
    /// The device's first digits.
    pub device: String,
    /// The last entry of the log that you believe to be its owner's.
    #[arg(long)]
    pub from: u64,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// A stop past its approvals.
#[derive(Debug, Args)]
pub struct BreakGlass {
    #[command(flatten)]
    pub at: Workspace,
    /// The intent's first digits, as `cockpit status` shows it.
    #[arg(long)]
    pub intent: String,
    /// Why; it goes into the log and is looked at afterwards.
    #[arg(long)]
    pub reason: String,
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_key(&text.replace('-', "_")).ok_or_else(|| {
        say!(
            "there is no role '{text}'; there are {}",
            Role::ALL.map(Role::key).join(", ")
        )
    })
}

fn act(text: &str) -> Result<ActKind, String> {
    ActKind::from_key(&text.replace('-', "_")).ok_or_else(|| {
        say!(
            "there is no act '{text}'; there are {}",
            ActKind::ALL.map(ActKind::key).join(", ")
        )
    })
}
