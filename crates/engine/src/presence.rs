//! Asks the system whether a person is there: its own prompt for a password or a fingerprint, where
//! there is one. Must not know what is approved.

use cockpit_domain::authority::AuthorityEvent;
use cockpit_domain::event::Presence;
use cockpit_say::{mark, said, say};

use crate::api::Problem;
use crate::inner::Inner;
use crate::people::Wanted;

/// What becomes of an approval whose prompt was not answered.
const DECLINED: &str = mark!("The system's prompt was closed, or the answer was wrong.");
/// What to install where there is no prompt.
const INSTALL: &str = mark!(
    "Install the app from its package, and polkit with an agent of your desktop, \
                       or approve on a laptop that has them."
);

/// What became of the system's prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The person who is signed in to this system answered it.
    Present,
    /// It was closed, or the answer was wrong.
    Declined,
    /// There was no prompt, and why, in words that follow a colon.
    NotOffered(String),
}

/// Asks the system that this process runs on. Waits for the person, at most five minutes.
pub async fn ask() -> Answer {
    #[cfg(target_os = "linux")]
    return linux::ask(None).await;
    #[cfg(not(target_os = "linux"))]
    Answer::NotOffered(say!("this version asks for it on Linux alone").to_owned())
}

/// Asks on another message bus than the system's, where a test has put one.
#[cfg(target_os = "linux")]
pub async fn ask_on(bus: &str) -> Answer {
    linux::ask(Some(bus)).await
}

impl Inner {
    /// Asks before an approval: what goes into its entry, and the sentence that tells it.
    ///
    /// # Errors
    /// Nobody answered, or the policy asks for an answer and there is nobody to ask.
    pub(crate) async fn ask_presence(&self) -> Result<(Option<Presence>, String), Problem> {
        match self.desk.presence().await {
            Answer::Present => Ok((
                Some(Presence::Answered),
                say!(" You answered the system's own prompt before it.").to_owned(),
            )),
            Answer::Declined => Err(Problem::new(
                "refused",
                say!("{} Nothing was signed, and it still waits.", said(DECLINED)),
            )
            .hint(say!("Approve again and answer the prompt."))),
            Answer::NotOffered(why) if self.state().authority.presence_required => {
                Err(Problem::new(
                    "refused",
                    say!(
                        "This workspace asks that the system's own prompt is answered before an \
                         approval, and it cannot be asked for here: {why}. Nothing was signed, \
                         and it still waits."
                    ),
                )
                .hint(said(INSTALL)))
            }
            Answer::NotOffered(why) => Ok((
                Some(Presence::NotOffered),
                say!(" The system's own prompt was not asked for: {why}."),
            )),
        }
    }

    /// Asks before a change of people or policy is signed. A system without a prompt holds nothing
    /// up here, or the policy could not be set back on it.
    pub(crate) async fn ask_presence_for(&self, change: &str) -> Result<(), Problem> {
        let wanted = self.waiting_change(change)?;
        match (self.desk.presence().await, wanted) {
            (Answer::Declined, _) => Err(Problem::new(
                "refused",
                say!("{} Nothing was signed.", said(DECLINED)),
            )
            .hint(say!("Sign again and answer the prompt."))),
            (
                Answer::NotOffered(why),
                Wanted::Change(AuthorityEvent::PresenceSet { required: true }),
            ) => Err(Problem::new(
                "refused",
                say!(
                    "With this policy nobody could approve on this laptop, because the system's \
                     own prompt cannot be asked for here: {why}. Nothing was signed."
                ),
            )
            .hint(said(INSTALL))),
            (Answer::Present | Answer::NotOffered(_), _) => Ok(()),
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    //! polkit, over the system's message bus. Facts: polkit's reference manual,
    //! "org.freedesktop.PolicyKit1.Authority interface".

    use std::collections::HashMap;
    use std::time::Duration;

    use cockpit_say::say;
    use zbus::zvariant::Value;
    use zbus::{Connection, Proxy, connection};

    use super::Answer;

    /// The action that the package's policy file declares.
    const ACTION: &str = "app.release-cockpit.approve";
    const SERVICE: &str = "org.freedesktop.PolicyKit1";
    const PATH: &str = "/org/freedesktop/PolicyKit1/Authority";
    const INTERFACE: &str = "org.freedesktop.PolicyKit1.Authority";
    /// `CheckAuthorizationFlags.AllowUserInteraction`.
    const MAY_ASK: u32 = 1;
    /// Nobody is waited for longer than this.
    const PATIENCE: Duration = Duration::from_secs(5 * 60);
    /// A daemon that says nothing at all is none.
    const QUIET: Duration = Duration::from_secs(5);

    /// `(is_authorized, is_challenge, details)`.
    type Said = (bool, bool, HashMap<String, String>);

    pub async fn ask(bus: Option<&str>) -> Answer {
        let Ok(Ok(connection)) = tokio::time::timeout(QUIET, connect(bus)).await else {
            return none(say!("there is no system message bus here"));
        };
        // What is let through without a prompt says nothing about who sits there.
        match tokio::time::timeout(QUIET, check(&connection, 0)).await {
            Ok(Ok((false, true, _))) => {}
            Ok(Ok((true, _, _))) => {
                return none(say!(
                    "this system lets the approval through without asking anybody"
                ));
            }
            Ok(Ok((false, false, _))) => {
                return none(say!(
                    "the rules of this system allow nobody to answer the prompt"
                ));
            }
            Ok(Err(error)) => return none(why(&error)),
            Err(_) => return none(say!("the service that would ask (polkit) does not answer")),
        }
        match tokio::time::timeout(PATIENCE, check(&connection, MAY_ASK)).await {
            Ok(Ok((true, _, _))) => Answer::Present,
            Ok(Ok((false, true, _))) => none(say!(
                "no program that shows the prompt runs in this session (a polkit agent)"
            )),
            Ok(Ok((false, false, _))) | Err(_) => Answer::Declined,
            Ok(Err(error)) => none(why(&error)),
        }
    }

    async fn connect(bus: Option<&str>) -> zbus::Result<Connection> {
        match bus {
            Some(address) => connection::Builder::address(address)?.build().await,
            None => Connection::system().await,
        }
    }

    async fn check(connection: &Connection, flags: u32) -> zbus::Result<Said> {
        let authority = Proxy::new(connection, SERVICE, PATH, INTERFACE).await?;
        let own = connection.unique_name().map_or("", |name| name.as_str());
        let subject = (
            "system-bus-name",
            HashMap::from([("name", Value::from(own))]),
        );
        // Only root may add details, such as a message of its own.
        let details: HashMap<&str, &str> = HashMap::new();
        let arguments = (subject, ACTION, details, flags, "");
        let (said,): (Said,) = authority.call("CheckAuthorization", &arguments).await?;
        Ok(said)
    }

    fn why(error: &zbus::Error) -> &'static str {
        let text = error.to_string();
        if text.contains("is not registered") {
            say!("the app's policy file is not installed; the package of the app brings it")
        } else if text.contains("ServiceUnknown") || text.contains("NameHasNoOwner") {
            say!("polkit is not installed or does not run")
        } else {
            tracing::warn!(%error, "polkit was asked and did not say");
            say!("polkit did not say whether anybody is there")
        }
    }

    fn none(why: &str) -> Answer {
        Answer::NotOffered(why.to_owned())
    }
}
