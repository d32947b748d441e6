//! The command line's words. Must not know what the commands do.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use cockpit_engine::domain::Time;
use cockpit_engine::domain::policy::Person;

mod health;
mod notices;
mod people;

pub use health::*;
pub use notices::*;
pub use people::*;

/// Stop a bad release, tell people, prove it.
///
/// Exit codes: 0 every outcome as asked; 1 refused, stale or failed; 2 usage; 3 unknown, queued or
/// waiting for approval (not in effect). With --json one document goes to standard output and
/// everything else to standard error.
#[derive(Debug, Parser)]
#[command(name = "cockpit", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Stand-ins for the outside services, on this computer.
    #[command(subcommand)]
    Sandbox(Sandbox),
    /// Make a workspace: on a sandbox, or empty for real services.
    Init(Init),
    /// Connect a real service; its secrets go to the keychain.
    Connect(Connect),
    /// Show releases, flags and signals with their ages, and what waits for a person.
    Status(Status),
    /// Stop a release on every store and flag that it is tied to.
    Stop(Stop),
    /// Roll a stopped release out again. Waits for `cockpit approve`.
    Resume(Resume),
    /// Ask people who have a version on Google Play to update. Waits for `cockpit approve`. It only
    /// asks, and a stop does not send it.
    Recover(Recover),
    /// Turn a flag on or off.
    Flag(Flag),
    /// What one target offers, and to ask for it: complete, release, roll back, remove from sale,
    /// another share.
    Change(ChangeOfTarget),
    /// Tell customers: a draft, what is asked for, and what each channel answered.
    #[command(subcommand)]
    Notice(Notice),
    /// Incidents: how they stand, what is owed to whom, and their end.
    #[command(subcommand)]
    Incident(Incident),
    /// Health rules: what calls for a stop, and what a rule says of each figure.
    #[command(subcommand)]
    Rule(Rule),
    /// Standing orders: stops without a person at the button, signed and bounded.
    #[command(subcommand)]
    Order(Order),
    /// Approve or reject what waits for a person.
    Approve(Approve),
    /// Show the decision log, newest first.
    Log(Log),
    /// Check every entry of a workspace, or an evidence pack: text, signature and link.
    Verify(Verify),
    /// Export the log as an evidence pack that stock tools verify.
    Export(Export),
    /// Let the log lie in a folder that other laptops read and write too.
    Share(Share),
    /// Make an invitation for somebody who is to join. It gives nothing by itself.
    Invite(Invite),
    /// Ask to join a workspace with an invitation, from a folder that is empty yet. Shows six
    /// words; whoever admits you compares them.
    Join(Join),
    /// People, devices, roles, policy: list them, admit who asks, revoke, change.
    People(People),
    /// Read what others put into the team folder, and put into it what was recorded here.
    Sync(Workspace),
    /// Keep reading like the window does and say what changes, until Ctrl-C.
    Watch(Watch),
    /// Make the lists and the search index again from the entries.
    Rebuild(Workspace),
    /// Set a damaged database aside and make it again from the log and from what still holds.
    Mend(Workspace),
}

/// Stand-ins for the outside services.
#[derive(Debug, Subcommand)]
pub enum Sandbox {
    /// Serve a sandbox on 127.0.0.1 until it is ended. The first line of output is JSON:
    /// {"url": …, "control_url": …}.
    Serve(Serve),
    /// List the scenarios.
    Scenarios,
}

/// How a sandbox is served.
#[derive(Debug, Args)]
pub struct Serve {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// What goes wrong; see `cockpit sandbox scenarios`.
    #[arg(long, default_value = "calm")]
    pub scenario: String,
    /// The same seed gives the same figures and the same bad luck.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Added to every answer, in milliseconds.
    #[arg(long, default_value_t = 0)]
    pub latency_ms: u64,
}

/// Which workspace.
#[derive(Debug, Args)]
pub struct Workspace {
    /// The workspace folder.
    #[arg(long)]
    pub workspace: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
}

/// A new workspace.
#[derive(Debug, Args)]
pub struct Init {
    #[command(flatten)]
    pub at: Workspace,
    /// Address of a running sandbox; without one the workspace is for real services.
    #[arg(long)]
    pub sandbox: Option<String>,
    /// Name of the workspace.
    #[arg(long, default_value = "Release cockpit")]
    pub name: String,
    /// Your name, as it stands in the log.
    #[arg(long, default_value = Person::UNNAMED)]
    pub person: String,
}

/// A real connection.
#[derive(Debug, Args)]
pub struct Connect {
    #[command(flatten)]
    pub at: Workspace,
    /// Its key, such as google_play, app_store, launchdarkly or slack.
    pub service: String,
    /// A plain field: key=value.
    #[arg(long = "field", value_name = "KEY=VALUE")]
    pub fields: Vec<String>,
    /// A secret field from an environment variable: key=VARIABLE.
    #[arg(long = "secret-env", value_name = "KEY=VARIABLE")]
    pub secret_env: Vec<String>,
    /// The one secret field that is read from standard input.
    #[arg(long, value_name = "KEY")]
    pub secret_stdin: Option<String>,
    /// Only check the credential; keep nothing.
    #[arg(long)]
    pub check: bool,
}

/// What is shown.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    pub at: Workspace,
    /// Show what was read last, without asking any service.
    #[arg(long)]
    pub offline: bool,
    /// Try stops by dry runs first, so that whether one would be taken is of now. Changes nothing.
    #[arg(long, conflicts_with = "offline")]
    pub rehearse: bool,
}

/// A stop.
#[derive(Debug, Args)]
pub struct Stop {
    #[command(flatten)]
    pub at: Workspace,
    /// The app's identifier or name.
    #[arg(long)]
    pub app: Option<String>,
    /// The version to stop; without it the one in breach, else the newest that rolls out, else the
    /// halted one whose stop left a flag on.
    #[arg(long)]
    pub version: Option<String>,
    /// Only this target; may be given several times.
    #[arg(long = "target")]
    pub targets: Vec<String>,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// A resume.
#[derive(Debug, Args)]
pub struct Resume {
    #[command(flatten)]
    pub at: Workspace,
    /// The target, as `cockpit status` shows it.
    #[arg(long)]
    pub target: String,
    /// Share of people, above 0 and below 1; Google Play only.
    #[arg(long)]
    pub fraction: Option<f64>,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// A recovery.
#[derive(Debug, Args)]
pub struct Recover {
    #[command(flatten)]
    pub at: Workspace,
    /// The app's identifier or name.
    #[arg(long)]
    pub app: Option<String>,
    /// The version that they have, such as 8.4.0, or a version code of it.
    #[arg(long)]
    pub version: String,
    /// Stop asking them.
    #[arg(long)]
    pub cancel: bool,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// A flag.
#[derive(Debug, Args)]
pub struct Flag {
    #[command(flatten)]
    pub at: Workspace,
    /// The flag's name or target.
    #[arg(long)]
    pub flag: String,
    /// What it should become.
    #[arg(value_enum)]
    pub to: OnOff,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// On or off.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OnOff {
    /// On; waits for approval.
    On,
    /// Off, at once.
    Off,
}

/// A change of one target.
#[derive(Debug, Args)]
pub struct ChangeOfTarget {
    #[command(flatten)]
    pub at: Workspace,
    /// The target, as `cockpit status` shows it.
    #[arg(long)]
    pub target: String,
    /// One of the acts that the target offers. Without it they are listed, and nothing is asked.
    pub act: Option<String>,
    /// Share of people, above 0 and below 1: needed for set-fraction, possible for resume.
    #[arg(long, requires = "act")]
    pub fraction: Option<f64>,
    /// Why; it goes into the log.
    #[arg(long, requires = "act")]
    pub reason: Option<String>,
}

/// An approval.
#[derive(Debug, Args)]
pub struct Approve {
    #[command(flatten)]
    pub at: Workspace,
    /// The intent, as `cockpit status` shows it; its first digits are enough.
    #[arg(long, required_unless_present = "press", conflicts_with = "press")]
    pub intent: Option<String>,
    /// A press, as `cockpit notice submit` shows it: everything of it that waits, each with a
    /// signature of its own. Its first digits are enough.
    #[arg(long)]
    pub press: Option<String>,
    /// Reject it, with this reason.
    #[arg(long)]
    pub reject: Option<String>,
}

/// Which part of the log.
#[derive(Debug, Args)]
pub struct Log {
    #[command(flatten)]
    pub at: Workspace,
    /// Words to find.
    #[arg(long)]
    pub search: Option<String>,
    /// A kind of entries, such as intent.request; may be given more than once.
    #[arg(long = "kind")]
    pub kinds: Vec<String>,
    /// A person, by identifier.
    #[arg(long)]
    pub person: Option<String>,
    /// An app, by identifier.
    #[arg(long)]
    pub app: Option<String>,
    /// An outcome, such as confirmed; without_force for rejected attempts.
    #[arg(long)]
    pub outcome: Option<String>,
    /// The first moment, such as 2026-11-23T18:30:05Z.
    #[arg(long)]
    pub from: Option<Time>,
    /// The moment at which it ends.
    #[arg(long)]
    pub until: Option<Time>,
    /// Rows at most.
    #[arg(long, default_value_t = 100)]
    pub limit: u32,
    /// Write all of them into this file, as CSV.
    #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
    pub csv: Option<PathBuf>,
    /// Write all of them into this file, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    pub jsonl: Option<PathBuf>,
}

/// What is checked: a workspace, or an evidence pack.
#[derive(Debug, Args)]
pub struct Verify {
    /// The folder of an evidence pack. Needs neither a workspace nor a key.
    #[arg(required_unless_present = "workspace", conflicts_with = "workspace")]
    pub pack: Option<PathBuf>,
    /// The workspace folder.
    #[arg(long)]
    pub workspace: Option<PathBuf>,
    /// A file with the keys that may have signed the pack, as ssh-keygen reads it.
    #[arg(long, requires = "pack")]
    pub allowed_signers: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
}

/// What is exported. Without a choice it is everything.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub at: Workspace,
    /// The folder to make; nothing may stand there yet.
    #[arg(long)]
    pub out: PathBuf,
    /// The last position of the log to take up; without it the newest.
    #[arg(long)]
    pub through: Option<u64>,
    /// Entries that claim this time or a later one, such as 2026-11-23T18:00:00Z.
    #[arg(long)]
    pub from: Option<String>,
    /// Entries that claim an earlier time.
    #[arg(long)]
    pub until: Option<String>,
    /// Only this app, by identifier; may be given several times, like all below.
    #[arg(long = "app")]
    pub apps: Vec<String>,
    /// Only this kind of entry, such as intent.request.
    #[arg(long = "kind")]
    pub kinds: Vec<String>,
    /// Only this person, by name.
    #[arg(long = "person")]
    pub persons: Vec<String>,
    /// Leave out the text of this kind of entry; headers and hashes stay.
    #[arg(long = "redact-kind")]
    pub redact_kinds: Vec<String>,
    /// Leave out the text of this person's entries.
    #[arg(long = "redact-person")]
    pub redact_persons: Vec<String>,
    /// Leave out the text of the entry at this position.
    #[arg(long = "redact-entry")]
    pub redact_entries: Vec<u64>,
}

/// How long is watched. With --json each change is one document on a line of its own.
#[derive(Debug, Args)]
pub struct Watch {
    #[command(flatten)]
    pub at: Workspace,
    /// End once everything was read and nothing waits for a result.
    #[arg(long)]
    pub until_idle: bool,
    /// End after this many seconds.
    #[arg(long = "for", value_name = "SECONDS")]
    pub seconds: Option<u64>,
}
