//! The life of a workspace: made, begun on a sandbox, unlocked, taken up again. Must not know what
//! is decided in it.

use std::sync::Arc;

use cockpit_domain::Service;
use cockpit_domain::event::{Event, Genesis};
use cockpit_domain::policy::{Person, Policy, Role};
use cockpit_domain::rule::HealthRule;
use cockpit_say::say;
use cockpit_seal::{DeviceKey, Head};
use secrecy::SecretString;
use serde_json::Value;

use crate::api::{Done, Problem, Tag};
use crate::connect::Credentials;
use crate::inner::{Inner, KeychainState};
use crate::keychain::{self, Keychain, OpenError, Wish};
use crate::mark;
use crate::notices;
use crate::observe;
use crate::people;
use crate::record::{Writer, blocking, random};
use crate::slots;
use crate::verify;

/// The scenario of the first-run drill: all is well, and a crash spike begins a minute later.
pub(crate) const FIRST_DRILL: &str = "crash-spike-soon";
/// Setting of a drill whose sandbox runs inside the app.
pub(crate) const EMBEDDED: &str = "embedded_sandbox";
/// The device's signing key in the keychain.
pub(crate) const DEVICE_KEY: &str = "device-key";

impl Inner {
    pub(crate) async fn start_drill(self: &Arc<Self>, scenario: &str) -> Result<Done, Problem> {
        if !self.state().workspace.is_empty() {
            return Err(Problem::new(
                "refused",
                say!("There is a workspace here already. Nothing was changed."),
            )
            .hint(say!("Start the drill in a folder of its own.")));
        }
        self.keychain()?;
        let document = self.desk.open_sandbox(scenario).await.map_err(|why| {
            Problem::new("refused", say!("The drill did not start: {why}")).hint(say!(
                "Nothing was changed. Try again, or look at the log of the app."
            ))
        })?;
        self.ledger.setting_put(EMBEDDED, &Value::Bool(true))?;
        self.begin_on_sandbox(&document, Person::UNNAMED).await?;
        Ok(done(say!("The drill has begun. Nothing real is touched.")))
    }

    /// Makes a workspace that is connected to a sandbox.
    pub(crate) async fn begin_on_sandbox(
        self: &Arc<Self>,
        document: &Value,
        person: &str,
    ) -> Result<(), Problem> {
        let credentials = Credentials::from_sandbox(document);
        if credentials.is_empty() {
            return Err(Problem::new(
                "bad_input",
                say!("The sandbox named no service. Nothing was made."),
            ));
        }
        let name = document
            .get("app_name")
            .and_then(Value::as_str)
            .unwrap_or("Northwind Wallet")
            .to_owned();
        self.create_workspace(&name, person, true).await?;
        self.connect_unchecked(credentials).await
    }

    /// Makes the device's key and seals the first entry.
    pub(crate) async fn create_workspace(
        self: &Arc<Self>,
        name: &str,
        person: &str,
        drill: bool,
    ) -> Result<(), Problem> {
        let (name, person) = (name.trim(), person.trim());
        if name.is_empty() || person.is_empty() {
            return Err(Problem::new(
                "bad_input",
                say!("A workspace needs a name and a person. Nothing was made."),
            ));
        }
        let _opening = self.opening.lock().await;
        if !self.state().workspace.is_empty() {
            return Err(Problem::new(
                "refused",
                say!("There is a workspace here already. Nothing was made."),
            )
            .hint(say!("Choose another folder.")));
        }
        if let Some(broken) = self.with_live(|live| live.ledger.broken.clone()) {
            return Err(Problem::new(
                "read_only",
                say!("{broken} Nothing was made, so that the key of that workspace stays."),
            )
            .hint(say!("Put its database back, or choose another folder.")));
        }
        let keychain = self.keychain()?;
        let seed = random::<32>()?;
        let key = DeviceKey::from_seed(&seed);
        keychain.set(&[(DEVICE_KEY.to_owned(), Some(keychain::to_text(&seed)))])?;
        let actor = key.device_id().to_string();
        let genesis = Genesis {
            workspace: name.to_owned(),
            drill,
            key: key.public().to_string(),
            founder: Person {
                id: actor.clone(),
                name: person.to_owned(),
                roles: vec![
                    Role::Administrator,
                    Role::ProductLead,
                    Role::CustomerSuccess,
                    Role::Legal,
                    Role::Brand,
                ],
            },
            policy: Policy::one_person(),
            rules: vec![HealthRule::standard()],
            recovery: None,
            threshold: None,
        };
        let head = Head::genesis(key.device_id());
        self.with_live(|live| {
            live.actor.clone_from(&actor);
            live.device.clone_from(&actor);
            live.ledger.checked_at = Some(self.now());
        });
        self.recorder.unlock(Writer { key, head, actor }).await;
        let recorded = self
            .recorder
            .begin(Event::Genesis(genesis), self.now())
            .await?;
        self.recorded(&recorded);
        if self.poll {
            self.keep_it_well();
        }
        self.changed(&[
            Tag::Boot,
            Tag::Settings,
            Tag::Log,
            Tag::Decided,
            Tag::Observed,
        ]);
        Ok(())
    }

    pub(crate) async fn unlock(
        self: &Arc<Self>,
        passphrase: SecretString,
    ) -> Result<Done, Problem> {
        use secrecy::ExposeSecret as _;
        let _opening = self.opening.lock().await;
        if self.keychain().is_ok() {
            return Ok(done(say!("The keys are open already.")));
        }
        if passphrase.expose_secret().chars().count() < 8 {
            return Err(
                Problem::new("bad_input", say!("A passphrase has at least 8 characters."))
                    .hint(say!("Choose a few words that only you know.")),
            );
        }
        let folder = self.folder.clone();
        let wish = Wish::Auto {
            passphrase: Some(passphrase),
        };
        let opened = blocking(move || Keychain::open(&folder, "", &wish)).await?;
        match opened {
            Ok(keychain) => {
                let before = self.keychain_state();
                if let Err(problem) = self.use_keychain(Arc::new(keychain)).await {
                    self.put_keychain(before);
                    return Err(problem);
                }
            }
            Err(OpenError::Problem(problem)) => return Err(problem),
            Err(OpenError::Closed(closed)) => return Err(crate::inner::closed_problem(closed)),
        }
        self.changed(&[Tag::Boot, Tag::Observed, Tag::Decided, Tag::Settings]);
        Ok(done(say!("The keys are open.")))
    }

    /// Takes the device's key from an open keychain, connects, and goes on with what was under way.
    pub(crate) async fn use_keychain(
        self: &Arc<Self>,
        keychain: Arc<Keychain>,
    ) -> Result<(), Problem> {
        let kept = keychain.get(DEVICE_KEY)?;
        self.put_keychain(KeychainState::Open(keychain));
        self.check_the_tail().await?;
        if self.state().workspace.is_empty() {
            return Ok(());
        }
        let Some(seed) = kept.as_ref().and_then(keychain::from_text) else {
            return Err(Problem::new(
                "locked",
                say!(
                    "This keychain does not hold the key of this workspace, so nothing can be \
                      signed."
                ),
            )
            .hint(say!("Open the workspace on the computer that made it.")));
        };
        let key = DeviceKey::from_seed(&seed);
        let head = match self.ledger.head(key.device_id()) {
            Ok(head) => Some(head),
            // Acts are refused then, and reading goes on.
            Err(_) if self.with_live(|live| live.ledger.broken.is_some()) => None,
            Err(error) => return Err(error.into()),
        };
        let device = key.device_id().to_string();
        // Also of one that was revoked: what it asks is refused, with the reason.
        let Some(person) = self.state().owner(&device).cloned() else {
            if !self.is_shared()? {
                return Err(Problem::new(
                    "locked",
                    say!("The key in this keychain belongs to nobody in this workspace."),
                ));
            }
            self.wait_to_be_admitted(key).await?;
            if self.poll {
                self.keep_it_well();
            }
            return Ok(());
        };
        self.with_live(|live| {
            live.actor.clone_from(&person);
            live.device.clone_from(&device);
        });
        if let Some(head) = head {
            self.recorder
                .unlock(Writer {
                    key,
                    head,
                    actor: person,
                })
                .await;
        }
        if self.poll {
            self.keep_it_well();
        }
        self.begin_as_member().await
    }

    /// Connects and goes on with what was under way, unless this laptop can sign nothing more.
    pub(crate) async fn begin_as_member(self: &Arc<Self>) -> Result<(), Problem> {
        let device = self.with_live(|live| live.device.clone());
        if !self.state().devices.contains_key(&device) {
            return Ok(());
        }
        self.connect_all()?;
        self.take_up_again().await?;
        if self.poll {
            let services: Vec<Service> = self.state().connections.keys().copied().collect();
            for service in services {
                observe::begin_reading(self, service);
            }
        }
        Ok(())
    }

    /// Begins what goes on beside the loop for as long as the workspace is open.
    pub(crate) fn keep_it_well(self: &Arc<Self>) {
        self.spawn(mark::keep_marking(Arc::clone(self)));
        self.spawn(people::keep_deadlines(Arc::clone(self)));
        self.spawn(notices::keep_cadence(Arc::clone(self)));
        self.spawn(slots::keep_in_step(Arc::clone(self)));
        self.spawn(verify::keep_well(Arc::clone(self)));
    }
}

fn done(sentence: &str) -> Done {
    Done {
        sentence: sentence.to_owned(),
    }
}
