//! Does acts and approvals: checks the input, has it decided and recorded, starts what is ready.
//! Sends nothing itself.

use std::sync::{Arc, PoisonError};

use cockpit_domain::decide::{Command, Press, policy_problem};
use cockpit_domain::event::{Event, Genesis, Verdict};
use cockpit_domain::policy::{ActKind, Person, Policy, Role};
use cockpit_domain::rule::HealthRule;
use cockpit_domain::target::Notice;
use cockpit_domain::views::{self, NoticeText};
use cockpit_domain::{Desired, Observation, Service, TargetId, words};
use cockpit_ledger::Verdict as LedgerVerdict;
use cockpit_seal::{DeviceKey, Head};
use secrecy::SecretString;
use serde_json::Value;

use crate::answers::to_value;
use crate::api::{Act, Approval, ChangeArgs, Done, Pressed, Problem, SetPolicyArgs, StopArgs, Tag};
use crate::connect::Credentials;
use crate::crash;
use crate::inner::{Inner, KeychainState};
use crate::keychain::{self, Keychain, OpenError, Wish};
use crate::mark;
use crate::observe;
use crate::record::{Recorded, Writer, blocking, random};

/// The scenario of the first-run drill: all is well, and a crash spike begins a minute later.
const FIRST_DRILL: &str = "crash-spike-soon";
/// Setting of a drill whose sandbox runs inside the app.
pub(crate) const EMBEDDED: &str = "embedded_sandbox";
/// The device's signing key in the keychain.
pub(crate) const DEVICE_KEY: &str = "device-key";

impl Inner {
    /// Records a command and begins the effects that are ready by it.
    pub(crate) async fn record(self: &Arc<Self>, command: Command) -> Result<Recorded, Problem> {
        if let Some(broken) = self.with_live(|live| live.ledger.broken.clone()) {
            return Err(Problem::new(
                "read_only",
                format!("{broken} Nothing was changed: acts are refused while the log is broken."),
            )
            .hint("Run `cockpit verify` and keep the database; reading goes on."));
        }
        let recorded = self.recorder.record(command, self.now()).await?;
        self.recorded(&recorded);
        for intent in &recorded.ready {
            self.begin_effect(intent);
        }
        Ok(recorded)
    }

    pub(crate) fn recorded(&self, recorded: &Recorded) {
        if let Some(last) = recorded.entries.last() {
            self.with_live(|live| live.ledger.head.clone_from(&last.id));
        }
    }

    pub(crate) async fn act(self: &Arc<Self>, act: Act) -> Result<Value, Problem> {
        let tags: &[Tag] = &[Tag::Decided, Tag::Log];
        let answer = match act {
            Act::StartDrill(args) => {
                let scenario = args.scenario.unwrap_or_else(|| FIRST_DRILL.to_owned());
                to_value(&self.start_drill(&scenario).await?)?
            }
            // The shell opens another folder and starts a drill there.
            Act::NewDrill(_) => {
                return Err(
                    Problem::new("refused", "This shell cannot begin another drill.")
                        .hint("Make a workspace in another folder."),
                );
            }
            Act::CreateWorkspace(args) => {
                self.create_workspace(&args.name, &args.person, false)
                    .await?;
                to_value(&done("The workspace is made. Connect a store to begin."))?
            }
            Act::Unlock(args) => to_value(&self.unlock(args.passphrase.into()).await?)?,
            Act::CheckConnection(args) => to_value(&self.check_connection(args).await?)?,
            Act::Connect(args) => to_value(&self.connect(args).await?)?,
            Act::Disconnect(args) => to_value(&self.disconnect(&args.service).await?)?,
            Act::Stop(args) => to_value(&self.stop(args).await?)?,
            Act::Change(args) => to_value(&self.change(args).await?)?,
            Act::Restop(args) => to_value(&self.change(args).await?)?,
            Act::RequestNotice(args) => to_value(&self.request_notice(args.text).await?)?,
            Act::Withdraw(args) => {
                self.record(Command::Withdraw {
                    intent: args.intent,
                })
                .await?;
                to_value(&done("Taken back. Nothing was sent."))?
            }
            Act::SetPolicy(args) => to_value(&self.set_policy(&args).await?)?,
            Act::SetTheme(args) => {
                if !["light", "dark", "system"].contains(&args.theme.as_str()) {
                    return Err(Problem::new(
                        "bad_input",
                        "A theme is light, dark or system.",
                    ));
                }
                self.ledger
                    .setting_put("theme", &Value::String(args.theme))?;
                self.changed(&[Tag::Boot, Tag::Settings]);
                return to_value(&done("The theme is set."));
            }
            Act::VerifyLog(_) => to_value(&self.verify_log().await?)?,
            Act::Refresh(_) => {
                observe::everything(self).await;
                return to_value(&done("Every service was asked."));
            }
            Act::OpenApproval(args) => {
                if !self.desk.open_approval(&args.intent) {
                    return Err(
                        Problem::new("refused", "This shell has no approval window.")
                            .hint("Approve with `cockpit approve`."),
                    );
                }
                return to_value(&done("The approval window is open."));
            }
        };
        self.changed(tags);
        Ok(answer)
    }

    pub(crate) async fn approve(self: &Arc<Self>, approval: Approval) -> Result<Value, Problem> {
        let (intent, verdict, reason, words) = match approval {
            Approval::Approve(args) => (
                args.intent,
                Verdict::Approve,
                String::new(),
                "Approved and signed.",
            ),
            Approval::Reject(args) => (
                args.intent,
                Verdict::Reject,
                args.reason,
                "Rejected. Nothing is in effect.",
            ),
        };
        self.record(Command::Judge {
            intent,
            verdict,
            reason,
        })
        .await?;
        self.changed(&[Tag::Decided, Tag::Log]);
        crash::point("before-reply").await;
        to_value(&done(words))
    }

    async fn stop(self: &Arc<Self>, args: StopArgs) -> Result<Pressed, Problem> {
        let now = self.now();
        let press = {
            let state = self.state();
            let app = state.app().ok_or_else(nothing_connected)?;
            if let Some(asked) = &args.app
                && *asked != app.0
                && !asked.eq_ignore_ascii_case(&app.1)
            {
                return Err(
                    Problem::new("not_found", format!("There is no app '{asked}' here."))
                        .hint(format!("This workspace has {} ({}).", app.1, app.0)),
                );
            }
            self.with_live(|live| {
                let version = args
                    .version
                    .clone()
                    .or_else(|| views::in_flight_version(&state, live))
                    .unwrap_or_default();
                let mut aims = views::stoppable(live, &version);
                if let Some(targets) = &args.targets {
                    aims.retain(|(seen, _)| targets.contains(&seen.target));
                    for target in targets {
                        if !aims.iter().any(|(seen, _)| seen.target == *target)
                            && let Some(aim) = single_aim(live, target)
                        {
                            aims.push(aim);
                        }
                    }
                }
                Press {
                    title: format!("Stop {version}"),
                    app: app.0,
                    aims,
                    reason: args.reason,
                    evidence: views::evidence(&state, live, &version, now),
                }
            })
        };
        self.press(
            press,
            "Recorded. Each target is read again, stopped and read back.",
        )
        .await
    }

    async fn change(self: &Arc<Self>, args: ChangeArgs) -> Result<Pressed, Problem> {
        let now = self.now();
        let press = {
            let state = self.state();
            let app = state.app().map(|(id, _)| id).unwrap_or_default();
            self.with_live(|live| {
                let seen = seen(live, &args.target)?;
                let version = words::version(&seen.state).unwrap_or_default().to_owned();
                let act = cockpit_domain::decide::act_kind(&args.desired, &seen.state);
                let what = match (&args.desired, version.is_empty()) {
                    (
                        Desired::RollingOut {
                            fraction_bps: Some(bps),
                        },
                        _,
                    ) if act == ActKind::SetFraction => {
                        format!("Set {version} to {}", words::percent(*bps))
                    }
                    (_, false) => format!("{} {version}", short_title(act)),
                    (_, true) => {
                        let name = args.target.name().rsplit('/').next().unwrap_or_default();
                        format!("{} {name}", short_title(act))
                    }
                };
                Ok::<_, Problem>(Press {
                    title: what,
                    app,
                    aims: vec![(seen, args.desired)],
                    reason: args.reason,
                    evidence: views::evidence(&state, live, &version, now),
                })
            })?
        };
        self.press(press, "Recorded.").await
    }

    async fn request_notice(self: &Arc<Self>, text: NoticeText) -> Result<Pressed, Problem> {
        let missing = |what: &str| {
            Problem::new(
                "bad_input",
                format!("The notice has no {what}. Nothing was asked for."),
            )
        };
        if text.title.trim().is_empty() {
            return Err(missing("headline"));
        }
        if text.body.trim().is_empty() {
            return Err(missing("text"));
        }
        let key = hex::encode(random::<8>()?);
        let press = {
            let state = self.state();
            let app = state.app().map(|(id, _)| id).unwrap_or_default();
            self.with_live(|live| {
                let page = live
                    .targets
                    .keys()
                    .find(|id| id.service() == Some(Service::Statuspage))
                    .cloned()
                    .ok_or_else(|| {
                        Problem::new(
                            "refused",
                            "No status page was read yet. Nothing was asked for.",
                        )
                        .hint("Connect a status page in the settings, or wait until it answers.")
                    })?;
                let notice = Notice {
                    key,
                    title: text.title.trim().to_owned(),
                    body: text.body.trim().to_owned(),
                    phase: text.phase,
                    notify_subscribers: text.notify_subscribers,
                };
                Ok::<_, Problem>(Press {
                    title: format!("Publish “{}”", notice.title),
                    app,
                    aims: vec![(seen(live, &page)?, Desired::Published { notice })],
                    reason: "Tell customers.".to_owned(),
                    evidence: Vec::new(),
                })
            })?
        };
        self.press(
            press,
            "Recorded. It waits for approval and is not published.",
        )
        .await
    }

    async fn press(self: &Arc<Self>, press: Press, words: &str) -> Result<Pressed, Problem> {
        let recorded = self.record(Command::Press(press)).await?;
        let intents: Vec<String> = recorded
            .entries
            .iter()
            .map(|entry| entry.id.clone())
            .collect();
        let name = recorded
            .entries
            .iter()
            .find_map(|entry| match &entry.event {
                Event::IntentRequested(intent) => Some(intent.press.clone()),
                _ => None,
            });
        let sentence = if recorded.ready.is_empty() {
            "Recorded. It waits for approval; nothing is in effect.".to_owned()
        } else {
            words.to_owned()
        };
        crash::point("before-reply").await;
        Ok(Pressed {
            press: name.unwrap_or_default(),
            intents,
            sentence,
        })
    }

    async fn set_policy(self: &Arc<Self>, args: &SetPolicyArgs) -> Result<Done, Problem> {
        let act = ActKind::from_key(&args.act).ok_or_else(|| {
            Problem::new(
                "bad_input",
                format!("There is no kind of act '{}'.", args.act),
            )
        })?;
        if let Some(why) = policy_problem(&self.state(), act, args.persons) {
            return Err(Problem::new(
                "refused",
                format!("{why} The policy is as it was."),
            ));
        }
        self.record(Command::SetPolicy {
            act,
            persons: args.persons,
        })
        .await?;
        self.changed(&[Tag::Settings]);
        Ok(done("The policy is changed and stands in the log."))
    }

    async fn start_drill(self: &Arc<Self>, scenario: &str) -> Result<Done, Problem> {
        if !self.state().workspace.is_empty() {
            return Err(Problem::new(
                "refused",
                "There is a workspace here already. Nothing was changed.",
            )
            .hint("Start the drill in a folder of its own."));
        }
        self.keychain()?;
        let document = self.desk.open_sandbox(scenario).await.map_err(|why| {
            Problem::new("refused", format!("The drill did not start: {why}"))
                .hint("Nothing was changed. Try again, or look at the log of the app.")
        })?;
        self.ledger.setting_put(EMBEDDED, &Value::Bool(true))?;
        self.begin_on_sandbox(&document, "You").await?;
        Ok(done("The drill has begun. Nothing real is touched."))
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
                "The sandbox named no service. Nothing was made.",
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
                "A workspace needs a name and a person. Nothing was made.",
            ));
        }
        if !self.state().workspace.is_empty() {
            return Err(Problem::new(
                "refused",
                "There is a workspace here already. Nothing was made.",
            )
            .hint("Choose another folder."));
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
                ],
            },
            policy: Policy::one_person(),
            rules: vec![HealthRule::standard()],
        };
        let head = Head::genesis(key.device_id());
        self.with_live(|live| {
            live.actor.clone_from(&actor);
            live.ledger.checked_at = Some(self.now());
        });
        self.recorder.unlock(Writer { key, head, actor }).await;
        let recorded = self
            .recorder
            .begin(Event::Genesis(genesis), self.now())
            .await?;
        self.recorded(&recorded);
        self.changed(&[
            Tag::Boot,
            Tag::Settings,
            Tag::Log,
            Tag::Decided,
            Tag::Observed,
        ]);
        Ok(())
    }

    async fn unlock(self: &Arc<Self>, passphrase: SecretString) -> Result<Done, Problem> {
        use secrecy::ExposeSecret as _;
        if self.keychain().is_ok() {
            return Ok(done("The keys are open already."));
        }
        if passphrase.expose_secret().chars().count() < 8 {
            return Err(
                Problem::new("bad_input", "A passphrase has at least 8 characters.")
                    .hint("Choose a few words that only you know."),
            );
        }
        let folder = self.folder.clone();
        let wish = Wish::Auto {
            passphrase: Some(passphrase),
        };
        let opened = blocking(move || Keychain::open(&folder, "", &wish)).await?;
        match opened {
            Ok(keychain) => self.use_keychain(Arc::new(keychain)).await?,
            Err(OpenError::Problem(problem)) => return Err(problem),
            Err(OpenError::Closed(closed)) => return Err(crate::inner::closed_problem(closed)),
        }
        self.changed(&[Tag::Boot, Tag::Observed, Tag::Decided, Tag::Settings]);
        Ok(done("The keys are open."))
    }

    /// Takes the device's key from an open keychain, connects, and goes on with what was under way.
    pub(crate) async fn use_keychain(
        self: &Arc<Self>,
        keychain: Arc<Keychain>,
    ) -> Result<(), Problem> {
        let kept = keychain.get(DEVICE_KEY)?;
        *self
            .keychain
            .write()
            .unwrap_or_else(PoisonError::into_inner) = KeychainState::Open(keychain);
        self.check_the_tail().await?;
        if self.state().workspace.is_empty() {
            return Ok(());
        }
        let Some(seed) = kept.as_ref().and_then(keychain::from_text) else {
            return Err(Problem::new(
                "locked",
                "This keychain does not hold the key of this workspace, so nothing can be signed.",
            )
            .hint("Open the workspace on the computer that made it."));
        };
        let key = DeviceKey::from_seed(&seed);
        let head = self.ledger.head(key.device_id())?;
        let actor = key.device_id().to_string();
        let person = self.state().devices.get(&actor).cloned().ok_or_else(|| {
            Problem::new(
                "locked",
                "The key in this keychain belongs to nobody in this workspace.",
            )
        })?;
        self.with_live(|live| live.actor = person.clone());
        self.recorder
            .unlock(Writer {
                key,
                head,
                actor: person,
            })
            .await;
        self.connect_all()?;
        self.take_up_again().await?;
        if self.poll {
            self.spawn(mark::keep_marking(Arc::clone(self)));
            let services: Vec<Service> = self.state().connections.keys().copied().collect();
            for service in services {
                self.spawn(observe::keep_reading(Arc::clone(self), service));
            }
        }
        Ok(())
    }

    /// Checks every entry and says what was found.
    pub(crate) async fn verify_log(self: &Arc<Self>) -> Result<Done, Problem> {
        self.with_live(|live| live.ledger.checking = true);
        self.changed(&[Tag::Log]);
        let ledger = Arc::clone(&self.ledger);
        let marks = self.marks();
        let found = blocking(move || ledger.verify_all(&marks, |_, _| {})).await;
        self.with_live(|live| live.ledger.checking = false);
        let sentence = self.verified(&found??, None);
        self.changed(&[Tag::Log]);
        Ok(Done { sentence })
    }

    /// Takes in the result of a check; gives it in words.
    pub(crate) fn verified(&self, verdict: &LedgerVerdict, tail: Option<u64>) -> String {
        let now = self.now();
        match verdict {
            LedgerVerdict::Whole(whole) => {
                self.with_live(|live| {
                    live.ledger.broken = None;
                    live.ledger.checked_at = Some(now);
                    live.ledger.checked_tail = tail;
                });
                format!(
                    "{} entries checked, every signature and link holds.",
                    whole.entries
                )
            }
            LedgerVerdict::Broken(damage) => {
                let sentence = damage.to_string();
                self.with_live(|live| {
                    live.ledger.broken = Some(sentence.clone());
                    live.ledger.checked_at = Some(now);
                });
                sentence
            }
        }
    }
}

fn single_aim(live: &views::Live, target: &TargetId) -> Option<(Observation, Desired)> {
    let seen = live.targets.get(target)?.observation.clone()?;
    let desired = if target.service() == Some(Service::Unleash) {
        Desired::Off
    } else {
        Desired::Stopped
    };
    Some((seen, desired))
}

fn seen(live: &views::Live, target: &TargetId) -> Result<Observation, Problem> {
    live.targets
        .get(target)
        .and_then(|it| it.observation.clone())
        .ok_or_else(|| {
            Problem::new(
                "not_found",
                format!("{target} was not read yet, so nothing can be asked of it."),
            )
            .hint("Wait until it answers, or look at the connection in the settings.")
        })
}

fn short_title(act: ActKind) -> &'static str {
    match act {
        ActKind::Stop => "Stop",
        ActKind::Resume => "Resume",
        ActKind::SetFraction => "Set the fraction of",
        ActKind::Complete => "Complete",
        ActKind::TurnOff => "Turn off",
        ActKind::TurnOn => "Turn on",
        ActKind::Publish => "Publish",
    }
}

fn nothing_connected() -> Problem {
    Problem::new(
        "refused",
        "No store is connected, so there is nothing to stop.",
    )
    .hint("Connect a store in the settings.")
}

fn done(sentence: &str) -> Done {
    Done {
        sentence: sentence.to_owned(),
    }
}
