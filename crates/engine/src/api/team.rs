//! What the table says about sharing the log, inviting and joining. Only data; must not know how
//! any of it is done.

use cockpit_domain::policy::Role;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Share the log with a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ShareArgs {
    /// The folder, from its root on.
    pub folder: String,
}

/// Invite somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InviteArgs {
    /// Roles that they are meant to have; whoever admits them decides.
    pub roles: Vec<Role>,
    /// Whom it is for, as a proposal of their name; may be empty.
    #[serde(default)]
    pub name: String,
    /// For how many hours it is good, 1 to 168.
    pub hours: u32,
}

/// An invitation that can be copied. It is shown once: the log keeps only the code's hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Invited {
    /// The text for whoever is invited.
    pub text: String,
    /// The invitation's entry, in hex.
    pub invite: String,
    /// RFC 3339.
    pub expires_at: String,
    /// What happens next, in words.
    pub sentence: String,
}

impl std::fmt::Debug for Invited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invited")
            .field("invite", &self.invite)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Join with an invitation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JoinArgs {
    /// The text that was copied.
    pub invitation: String,
    /// The person's name, as it will stand in the log; the one in the invitation when empty.
    #[serde(default)]
    pub person: String,
    /// The laptop's name; one made of the person's when empty.
    #[serde(default)]
    pub device: String,
    /// Where the team folder is on this computer, when it is elsewhere than the invitation says.
    #[serde(default)]
    pub folder: Option<String>,
}

impl std::fmt::Debug for JoinArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JoinArgs")
            .field("person", &self.person)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

/// How the log is shared, and where this laptop stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TeamView {
    /// The folder that several laptops write to; absent while the log lies here alone.
    pub folder: Option<String>,
    /// When the folder was last read to its end. RFC 3339.
    pub looked_at: Option<String>,
    /// Why the last look failed; absent when it did not.
    pub problem: Option<String>,
    /// Entries that were recorded here and that others cannot see yet; 99 stands for more.
    pub unpublished: u32,
    /// Why the person at this laptop may not share the log; absent when they may.
    pub share_why_not: Option<String>,
    /// Why the person at this laptop may not invite; absent when they may.
    pub invite_why_not: Option<String>,
    /// This laptop belongs to nobody in the workspace yet.
    pub joining: Option<JoiningView>,
}

/// A laptop that asks to join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JoiningView {
    /// The workspace's name.
    pub workspace: String,
    /// Who invited; absent when nothing was asked yet.
    pub invited_by: Option<String>,
    /// The person's name, as it was asked with.
    pub name: String,
    /// When it was asked. RFC 3339.
    pub asked_at: Option<String>,
    /// Six words; whoever admits reads the same ones, or it is somebody else. None unless a
    /// request waits.
    pub words: Vec<String>,
    /// How it stands and what to do next.
    pub sentence: String,
    /// A new invitation is needed.
    pub again: bool,
}
