//! Our words to a mail server's and back. Must not know a connection.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::target::{Mailing, Notice, Posted, TakenMail};
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time, words};
use cockpit_say::say;

use super::api::Api;
use super::config::Config;
use super::wire;
use crate::Adapter;
use crate::form::note;
use crate::http::{Http, quoted};

static CAPABILITY: Capability = Capability {
    service: Service::Smtp,
    verbs: &[Verb::Publish],
    signals: false,
    conditional_write: false,
};

/// To show that the server answers, a login this old is new enough, in milliseconds: a mail server
/// takes many logins for an attack.
const LOGIN_LASTS_MS: u64 = 5 * 60 * 1_000;

/// One sender's mailing to its recipients.
pub struct Smtp {
    api: Api,
    target: TargetId,
    /// Looking and sending go together, so that two calls of one laptop cannot both send.
    sending: tokio::sync::Mutex<()>,
    answered_at: tokio::sync::Mutex<Option<Time>>,
    memory: Mutex<Memory>,
}

/// What is known of mails, all of it from answers to this process.
#[derive(Default)]
struct Memory {
    taken: Vec<TakenMail>,
    /// Keys of notices whose text was sent and never answered.
    unanswered: BTreeSet<String>,
    /// Keys of the first notices of a story, by those that go on with it.
    first: BTreeMap<String, String>,
}

impl Smtp {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            target: TargetId::new(Service::Smtp, config.from.email.as_ref()),
            api: Api {
                config,
                http: http.clone(),
            },
            sending: tokio::sync::Mutex::default(),
            answered_at: tokio::sync::Mutex::default(),
            memory: Mutex::default(),
        }
    }

    fn own(&self, target: &TargetId) -> Result<(), ProviderError> {
        if *target == self.target {
            return Ok(());
        }
        Err(ProviderError::new(
            ErrorKind::NotFound,
            say!("{target} is not the sender {}.", self.target.name()),
        ))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mailing(&self) -> Mailing {
        let config = &self.api.config;
        Mailing {
            from: config.from.to_string(),
            to: config.to.iter().map(ToString::to_string).collect(),
            taken: self.memory().taken.clone(),
        }
    }

    /// When the server last answered a login, which is made anew when that is too long ago.
    async fn answers(&self, lasts_ms: u64) -> Result<Time, ProviderError> {
        let mut answered_at = self.answered_at.lock().await;
        let now = self.api.http.now();
        if let Some(at) = *answered_at
            && now.ms_since(at) < lasts_ms
        {
            return Ok(at);
        }
        *answered_at = None;
        self.api.knock().await?;
        let now = self.api.http.now();
        *answered_at = Some(now);
        Ok(now)
    }
}

#[async_trait]
impl Adapter for Smtp {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let (line, opened) = match self.api.open().await {
            Ok(line) => (Some(line), Ok(())),
            Err(error) => (None, Err(error)),
        };
        let trusted = say!("The connection is encrypted and the certificate is trusted.");
        if note(&mut check, say!("Encrypted connection"), opened, trusted)?
            && let Some(mut line) = line
        {
            let login = self.api.login(&mut line).await;
            note(
                &mut check,
                say!("Login"),
                login,
                &say!(
                    "The server takes the login. Whether it sends as {} shows only when a notice is sent.",
                    self.api.config.from.email
                ),
            )?;
        }
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        self.answers(LOGIN_LASTS_MS).await?;
        let config = &self.api.config;
        Ok(vec![Target {
            id: self.target.clone(),
            title: format!(
                "E-mail · {} to {}",
                config.from.email,
                words::recipients(config.to.len())
            ),
            platform: String::new(),
        }])
    }

    fn answers(&self, notice: &Notice, first: &Posted) {
        let (key, first) = (notice.key.clone(), first.key.clone());
        self.memory().first.insert(key, first);
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        self.own(target)?;
        let at = match reading {
            Reading::Poll => self.answers(LOGIN_LASTS_MS).await?,
            Reading::Fresh => self.answers(0).await?,
            // There is nothing to ask the server: what it answered is known.
            Reading::Serving => self.api.http.now(),
        };
        Ok(Observation {
            target: target.clone(),
            at,
            state: TargetState::Mailing(self.mailing()),
        })
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        self.own(&effect.target)?;
        let notice = match &effect.desired {
            Desired::Published { notice } => notice,
            Desired::Stopped
            | Desired::RollingOut { .. }
            | Desired::Complete
            | Desired::Released { .. }
            | Desired::RemovedFromSale
            | Desired::RolledBack { .. }
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::On
            | Desired::Off => {
                return Err(ProviderError::new(
                    ErrorKind::Unsupported,
                    say!("A mail server only sends notices. Nothing was sent."),
                ));
            }
        };
        let _one_at_a_time = self.sending.lock().await;
        let mailing = self.mailing();
        if let Some(mail) = mailing.taken.iter().find(|mail| mail.key == notice.key) {
            return Ok(Receipt {
                provider_request_id: mail.queue_id.clone(),
                notes: vec![say!("The mail server took it before: nothing was sent.").to_owned()],
            });
        }
        if self.memory().unanswered.contains(&notice.key) {
            return Err(ProviderError::new(
                ErrorKind::Timeout,
                say!("The mail was sent once and the answer to it was lost; it is not sent again."),
            )
            .maybe_applied());
        }
        match &effect.before.state {
            TargetState::Mailing(seen) if seen.from == mailing.from && seen.to == mailing.to => {}
            _ => {
                return Err(ProviderError::new(
                    ErrorKind::Moved,
                    say!("The sender or the recipients are others than the ones that were seen."),
                )
                .hint(say!("Write the notice again for the new recipients.")));
            }
        }
        let first = self.memory().first.get(&notice.key).cloned();
        let mail = wire::mail(
            &self.api.config,
            notice,
            first.as_deref(),
            self.api.http.now(),
        )?;
        let ready = self.api.prepare().await?;
        let (recipients, refused) = (ready.recipients, ready.refused);
        self.memory().unanswered.insert(notice.key.clone());
        let answer = self.api.text(ready, &mail).await;
        let known = match &answer {
            Ok(_) => true,
            Err(error) => error.applied == cockpit_domain::provider::Applied::No,
        };
        if known {
            self.memory().unanswered.remove(&notice.key);
        }
        let queue_id = queue_id(&answer?.message().collect::<Vec<_>>().join(" "));
        self.memory().taken.push(TakenMail {
            key: notice.key.clone(),
            recipients,
            refused,
            queue_id: queue_id.clone(),
        });
        Ok(Receipt {
            provider_request_id: queue_id,
            notes: Vec::new(),
        })
    }
}

/// The server's own name of the mail. Servers say it as "queued as X" and in other ways, so the
/// whole answer is kept where it is not found.
fn queue_id(answer: &str) -> Option<String> {
    let answer = quoted(answer);
    let named = answer
        .split_once("queued as ")
        .and_then(|(_, name)| name.split_whitespace().next());
    match named {
        Some(name) => Some(name.trim_end_matches('.').to_owned()),
        None => Some(answer).filter(|answer| !answer.is_empty()),
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("api", &self.api)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::queue_id;

    #[test]
    fn the_servers_own_name_of_a_mail() {
        let of = |answer| queue_id(answer).unwrap();
        assert_eq!(of("2.0.0 Ok: queued as 4F2A1"), "4F2A1");
        assert_eq!(of("2.0.0 OK 17-abc - gsmtp"), "2.0.0 OK 17-abc - gsmtp");
        assert_eq!(queue_id(""), None);
    }
}
