//! The words of incidents, notices, templates and envelopes. Must not know what the commands do.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use cockpit_engine::domain::Time;
use cockpit_engine::domain::target::Phase;
use cockpit_engine::domain::views;

use super::{Approve, Workspace};

/// Tell people.
#[derive(Debug, Subcommand)]
pub enum Notice {
    /// Draft an incident's next notice from the log, and show it on each channel. Opens an incident
    /// from the newest stop or breach when none is open. Publishes nothing.
    Draft(Draft),
    /// Show what the linter finds in the draft. Exits with 1 when something holds it back.
    Lint(Which),
    /// Ask for the draft, or for a text of one's own, to be published. Waits for approval.
    Submit(Submit),
    /// Approve or reject what waits, as `cockpit approve` does.
    Approve(Approve),
    /// Carry out what is approved and not sent yet, and say what came of it.
    Publish(NoticeStatus),
    /// Show each notice with what each channel answered, newest first.
    Status(NoticeStatus),
    /// Templates as files.
    #[command(subcommand)]
    Template(Template),
    /// Wording that legal and brand agree to beforehand.
    #[command(subcommand)]
    Envelope(Envelope),
}

/// Which draft.
#[derive(Debug, Args)]
pub struct Which {
    #[command(flatten)]
    pub at: Workspace,
    /// The incident; its first digits are enough. The newest that is open when absent.
    #[arg(long)]
    pub incident: Option<String>,
    /// Whom it is for.
    #[arg(long, value_enum, default_value_t = AudienceName::Customers)]
    pub audience: AudienceName,
}

/// A draft.
#[derive(Debug, Args)]
pub struct Draft {
    #[command(flatten)]
    pub which: Which,
    /// How bad it is for people; major for a new incident, else as it is.
    #[arg(long, value_enum)]
    pub severity: Option<Severity>,
    /// Where the incident stands, when it is not as it was.
    #[arg(long, value_enum)]
    pub phase: Option<PhaseName>,
    /// A language; may be given several times. English when absent.
    #[arg(long = "locale", value_enum)]
    pub locales: Vec<LocaleName>,
    /// Other words for a slot of the first language: headline, happened, doing, expect, unknown,
    /// decision, rationale, safeguards or feedback.
    #[arg(long = "set", value_name = "SLOT=WORDS")]
    pub set: Vec<String>,
    /// Promise the next notice for this moment, such as 2026-11-23T18:30:05Z.
    #[arg(long)]
    pub next_update: Option<Time>,
}

/// A notice that is asked for.
#[derive(Debug, Args)]
pub struct Submit {
    #[command(flatten)]
    pub which: Which,
    /// How bad it is, when it is not as it was.
    #[arg(long, value_enum)]
    pub severity: Option<Severity>,
    /// A headline of one's own, outside every template. Needs --body-file.
    #[arg(long, requires = "body_file")]
    pub title: Option<String>,
    /// A file with a text of one's own; "-" is standard input. Needs --title.
    #[arg(long, requires = "title")]
    pub body_file: Option<PathBuf>,
    /// The phase, when it is not as it was.
    #[arg(long, value_enum)]
    pub phase: Option<PhaseName>,
    /// The status page mails nobody.
    #[arg(long)]
    pub quiet: bool,
    /// Once more, with the same words, on the one channel where it came to nothing: its intent, of
    /// which the first digits are enough.
    #[arg(long, conflicts_with_all = ["title", "severity", "phase", "quiet"])]
    pub again: Option<String>,
}

/// Which notices.
#[derive(Debug, Args)]
pub struct NoticeStatus {
    #[command(flatten)]
    pub at: Workspace,
    /// Only this press; its first digits are enough.
    #[arg(long)]
    pub press: Option<String>,
}

/// Templates as files.
#[derive(Debug, Subcommand)]
pub enum Template {
    /// Write every template in use into a folder, one JSON file each.
    Export(Folder),
    /// Use the templates of a folder. An envelope names the versions before.
    Import(Folder),
}

/// A folder.
#[derive(Debug, Args)]
pub struct Folder {
    #[command(flatten)]
    pub at: Workspace,
    /// The folder.
    pub folder: PathBuf,
}

/// Envelopes.
#[derive(Debug, Subcommand)]
pub enum Envelope {
    /// Propose the library's sentences, and others beside them.
    Propose(ProposeEnvelope),
    /// Sign one, as legal or brand.
    Sign(SignEnvelope),
    /// End one.
    End(EndEnvelope),
    /// List them.
    List(Workspace),
}

/// An envelope.
#[derive(Debug, Args)]
pub struct ProposeEnvelope {
    #[command(flatten)]
    pub at: Workspace,
    /// What people call it.
    #[arg(long)]
    pub title: String,
    /// For incidents of this severity; may be given several times. Every one when absent.
    #[arg(long = "severity", value_enum)]
    pub severities: Vec<Severity>,
    /// It stands for so many days; 184 at most.
    #[arg(long, default_value_t = 90)]
    pub days: u32,
}

/// Which envelope.
#[derive(Debug, Args)]
pub struct SignEnvelope {
    #[command(flatten)]
    pub at: Workspace,
    /// The envelope; its first digits are enough.
    pub envelope: String,
}

/// An envelope that ends.
#[derive(Debug, Args)]
pub struct EndEnvelope {
    #[command(flatten)]
    pub at: Workspace,
    /// The envelope; its first digits are enough.
    pub envelope: String,
    /// Why.
    #[arg(long)]
    pub reason: String,
}

/// Incidents.
#[derive(Debug, Subcommand)]
pub enum Incident {
    /// Show incidents, what is owed, and what happened.
    Status(Workspace),
    /// Set how bad it is.
    Severity(SetSeverity),
    /// Set where it stands. People who were told of it are owed a notice then.
    Phase(SetPhase),
    /// Set when it is expected to be over; without a moment nobody can say.
    Expect(Expect),
    /// Close it, once everybody who was told of it was told of its end.
    Close(Close),
}

/// Which incident, and why.
#[derive(Debug, Args)]
pub struct Change {
    #[command(flatten)]
    pub at: Workspace,
    /// The incident; its first digits are enough. The newest that is open when absent.
    #[arg(long)]
    pub incident: Option<String>,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// A severity.
#[derive(Debug, Args)]
pub struct SetSeverity {
    #[command(flatten)]
    pub change: Change,
    /// How bad it is.
    #[arg(value_enum)]
    pub severity: Severity,
}

/// A phase.
#[derive(Debug, Args)]
pub struct SetPhase {
    #[command(flatten)]
    pub change: Change,
    /// Where it stands.
    #[arg(value_enum)]
    pub phase: PhaseName,
}

/// An expected end.
#[derive(Debug, Args)]
pub struct Expect {
    #[command(flatten)]
    pub change: Change,
    /// The moment, such as 2026-11-23T18:30:05Z.
    #[arg(long)]
    pub by: Option<Time>,
}

/// A close.
#[derive(Debug, Args)]
pub struct Close {
    #[command(flatten)]
    pub change: Change,
}

/// A severity.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Severity {
    /// Many people cannot use the app, or are harmed by it.
    Critical,
    /// Some people meet problems.
    Major,
    /// A few people meet something small.
    Minor,
    /// Hardly anybody notices it.
    Low,
}

impl From<Severity> for views::Severity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::Critical,
            Severity::Major => Self::Major,
            Severity::Minor => Self::Minor,
            Severity::Low => Self::Low,
        }
    }
}

/// Whom a notice is for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AudienceName {
    /// The people who use the app.
    Customers,
    /// The people who work on it.
    Team,
}

impl From<AudienceName> for views::Audience {
    fn from(audience: AudienceName) -> Self {
        match audience {
            AudienceName::Customers => Self::Customers,
            AudienceName::Team => Self::Team,
        }
    }
}

/// A language.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LocaleName {
    /// English.
    En,
    /// German.
    De,
}

impl From<LocaleName> for views::Locale {
    fn from(locale: LocaleName) -> Self {
        match locale {
            LocaleName::En => Self::En,
            LocaleName::De => Self::De,
        }
    }
}

/// A phase.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PhaseName {
    /// The cause is being looked for.
    Investigating,
    /// The cause is known.
    Identified,
    /// A fix is in place and watched.
    Monitoring,
    /// It is over.
    Resolved,
}

impl From<PhaseName> for Phase {
    fn from(phase: PhaseName) -> Self {
        match phase {
            PhaseName::Investigating => Self::Investigating,
            PhaseName::Identified => Self::Identified,
            PhaseName::Monitoring => Self::Monitoring,
            PhaseName::Resolved => Self::Resolved,
        }
    }
}
