//! Does acts and approvals: checks the input, has it decided and recorded, starts what is ready.
//! Sends nothing itself.

use std::sync::Arc;

use cockpit_domain::decide::{Command, Press};
use cockpit_domain::event::{Event, Verdict};
use cockpit_domain::policy::ActKind;
use cockpit_domain::target::Notice;
use cockpit_domain::views::{self, NoticeText};
use cockpit_domain::{Desired, Observation, TargetId, TargetState, words};
use cockpit_say::say;
use serde_json::Value;

use crate::answers::to_value;
use crate::api::{Act, Approval, ChangeArgs, Done, Pressed, Problem, StopArgs, Tag};
use crate::crash;
use crate::inner::{Hold, Inner};
use crate::observe;
use crate::record::{Recorded, blocking, random};
use crate::rehearse;
use crate::workspace::FIRST_DRILL;

impl Inner {
    /// Records a command and begins the effects that are ready by it.
    pub(crate) async fn record(self: &Arc<Self>, command: Command) -> Result<Recorded, Problem> {
        self.record_together(vec![command]).await
    }

    /// As [`Inner::record`], for commands that stand or fall together.
    pub(crate) async fn record_together(
        self: &Arc<Self>,
        commands: Vec<Command>,
    ) -> Result<Recorded, Problem> {
        if let Some(broken) = self.with_live(|live| live.ledger.broken.clone()) {
            return Err(Problem::new(
                "read_only",
                say!("{broken} Nothing was changed: acts are refused while the log is broken."),
            )
            .hint(say!(
                "Run `cockpit verify` and keep the database; reading goes on."
            )));
        }
        if self.has_ended() {
            return Err(ending());
        }
        // Not cut off halfway when the one who asked for it is: the chain goes on from it.
        let inner = Arc::clone(self);
        let recording = tokio::spawn(async move {
            let recorded = inner.recorder.record(&commands, inner.now()).await?;
            inner.recorded(&recorded);
            for intent in &recorded.ready {
                inner.begin_effect(intent);
            }
            inner.pace.notify_waiters();
            Ok(recorded)
        });
        recording.await.map_err(|_| ending())?
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
                return Err(Problem::new(
                    "refused",
                    say!("This shell cannot begin another drill."),
                )
                .hint(say!("Make a workspace in another folder.")));
            }
            Act::CreateWorkspace(args) => {
                self.create_workspace(&args.name, &args.person, false)
                    .await?;
                to_value(&done(say!(
                    "The workspace is made. Connect a store to begin."
                )))?
            }
            Act::Unlock(args) => to_value(&self.unlock(args.passphrase.into()).await?)?,
            Act::CheckConnection(args) => to_value(&self.check_connection(args).await?)?,
            Act::Connect(args) => to_value(&self.connect(args).await?)?,
            Act::Disconnect(args) => to_value(&self.disconnect(&args.service).await?)?,
            Act::Stop(args) => to_value(&self.stop(args).await?)?,
            Act::Change(args) => to_value(&self.change(args).await?)?,
            Act::Recover(args) => to_value(&self.recover(args).await?)?,
            Act::Restop(args) => to_value(&self.change(args).await?)?,
            Act::RequestNotice(args) => to_value(&self.request_notice(args.text).await?)?,
            Act::DraftNotice(args) => to_value(&self.draft_notice(args).await?)?,
            Act::WriteNotice(args) => to_value(&self.write_notice(args).await?)?,
            Act::SubmitNotice(args) => to_value(&self.submit_notice(args).await?)?,
            Act::AskAgain(args) => to_value(&self.ask_again(args.intent).await?)?,
            Act::ChangeIncident(args) => to_value(&self.change_incident(args).await?)?,
            Act::SetTemplates(args) => to_value(&self.set_templates(args).await?)?,
            Act::ProposeEnvelope(args) => to_value(&self.propose_envelope(args).await?)?,
            Act::EndEnvelope(args) => to_value(&self.end_envelope(args).await?)?,
            Act::SignEnvelope(args) => return to_value(&self.propose_signature(args.envelope)?),
            Act::SetRule(args) => to_value(&self.set_rule(args).await?)?,
            Act::EndRule(args) => to_value(&self.end_rule(args).await?)?,
            Act::SignOrder(args) => return to_value(&self.propose_order(args)?),
            Act::EndOrder(args) => to_value(&self.end_order(args).await?)?,
            Act::Withdraw(args) => to_value(&self.withdraw(args.intent).await?)?,
            Act::Propose(args) => return to_value(&self.propose(args.change)?),
            Act::Share(args) => return to_value(&self.propose_share(&args.folder)?),
            Act::Invite(args) => to_value(&self.invite(args).await?)?,
            Act::Join(args) => return to_value(&self.join(args).await?),
            Act::Sync(_) => return to_value(&self.sync_on_demand().await?),
            Act::SetTheme(args) => {
                if !["light", "dark", "system"].contains(&args.theme.as_str()) {
                    return Err(Problem::new(
                        "bad_input",
                        say!("A theme is light, dark or system."),
                    ));
                }
                self.ledger
                    .setting_put("theme", &Value::String(args.theme))?;
                self.changed(&[Tag::Boot, Tag::Settings]);
                return to_value(&done(say!("The theme is set.")));
            }
            Act::Export(args) => to_value(&self.export(&args, None).await?)?,
            Act::CancelExport(_) => return to_value(&self.cancel_export()?),
            Act::VerifyLog(_) => to_value(&self.verify_log().await?)?,
            Act::Refresh(_) => {
                observe::everything(self).await;
                return to_value(&done(say!("Every service was asked.")));
            }
            Act::Rehearse(args) => {
                return to_value(&rehearse::on_request(self, args.service.as_deref()).await?);
            }
            Act::OpenApproval(args) => {
                // Whoever judges it compares with how it is now.
                observe::again(self, &args.intent);
                if !self.desk.open_approval(&args.intent) {
                    return Err(Problem::new(
                        "refused",
                        say!("This shell has no approval window."),
                    )
                    .hint(say!("Approve with `cockpit approve`.")));
                }
                return to_value(&done(say!("The approval window is open.")));
            }
        };
        self.changed(tags);
        Ok(answer)
    }

    pub(crate) async fn approve(self: &Arc<Self>, approval: Approval) -> Result<Value, Problem> {
        let (first, also, verdict, reason, words) = match approval {
            Approval::Approve(args) => (
                args.intent,
                args.also,
                Verdict::Approve,
                String::new(),
                say!("Approved and signed."),
            ),
            Approval::SignChange(args) => {
                self.ask_presence_for(&args.change).await?;
                let done = self.sign_change(&args.change).await?;
                crash::point("before-reply").await;
                return to_value(&done);
            }
            Approval::Reject(args) => (
                args.intent,
                args.also,
                Verdict::Reject,
                args.reason,
                say!("Rejected. Nothing is in effect."),
            ),
        };
        let intents = self.of_one_press(first, also)?;
        let (presence, seen) = match verdict {
            Verdict::Approve => self.ask_presence().await?,
            Verdict::Reject => (None, String::new()),
        };
        if verdict == Verdict::Approve {
            let (inner, these) = (Arc::clone(self), intents.clone());
            blocking(move || inner.are_as_signed(&these)).await??;
        }
        // One window shows every part of a press, and one signature of the person is all or nothing.
        let opened = Some(intents.iter().any(|intent| self.was_opened(intent)));
        let verdicts = intents.into_iter().map(|intent| Command::Judge {
            intent,
            verdict,
            reason: reason.clone(),
            opened,
            presence,
        });
        self.record_together(verdicts.collect()).await?;
        self.changed(&[Tag::Decided, Tag::Log]);
        crash::point("before-reply").await;
        to_value(&done(&format!("{words}{seen}")))
    }

    /// The intents without repetition; a person is shown one press at a time and signs no other.
    fn of_one_press(&self, first: String, also: Vec<String>) -> Result<Vec<String>, Problem> {
        let state = self.state();
        let press = |intent: &String| {
            let record = state.intents.get(intent);
            record.map(|record| record.intent.press.clone())
        };
        let mut intents = vec![first];
        for intent in also {
            if press(&intent) != press(&intents[0]) {
                return Err(Problem::new(
                    "bad_input",
                    say!("Only intents of one press are judged together. Nothing was signed."),
                ));
            }
            if !intents.contains(&intent) {
                intents.push(intent);
            }
        }
        Ok(intents)
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
                return Err(no_such_app(asked, &app));
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
                    title: say!("Stop {version}"),
                    app: app.0,
                    aims,
                    reason: args.reason,
                    evidence: views::evidence(&state, live, &version, now),
                }
            })
        };
        self.press(
            press,
            say!("Recorded. Each target is read again, stopped and read back."),
        )
        .await
    }

    pub(crate) async fn change(self: &Arc<Self>, args: ChangeArgs) -> Result<Pressed, Problem> {
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
                        let flag = args.target.name().rsplit('/').next().unwrap_or_default();
                        let what = if version.is_empty() { flag } else { &version };
                        say!("Set {what} to {}", words::percent(*bps))
                    }
                    (Desired::AskedToUpdate, _) => say!("Ask people with {version} to update"),
                    (Desired::NotAsked, _) => {
                        say!("Stop asking people with {version} to update")
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
        self.press(press, say!("Recorded.")).await
    }

    async fn request_notice(self: &Arc<Self>, text: NoticeText) -> Result<Pressed, Problem> {
        let missing = |what: &str| {
            Problem::new(
                "bad_input",
                say!("The notice has no {what}. Nothing was asked for."),
            )
        };
        if text.title.trim().is_empty() {
            return Err(missing(say!("headline")));
        }
        if text.body.trim().is_empty() {
            return Err(missing(say!("text")));
        }
        let key = hex::encode(random::<8>()?);
        let (press, left_out) = {
            let state = self.state();
            let app = state.app().map(|(id, _)| id).unwrap_or_default();
            let channels = self.with_live(|live| views::channels(&state, live));
            if let Some(why) = views::no_channel(&channels) {
                return Err(
                    Problem::new("refused", say!("{why} Nothing was asked for.")).hint(say!(
                        "Connect a status page or a mail server in the settings, or wait until it \
                         answers."
                    )),
                );
            }
            let notice = Notice {
                key,
                title: text.title.trim().to_owned(),
                body: text.body.trim().to_owned(),
                phase: text.phase,
                notify_subscribers: text.notify_subscribers,
                about: None,
            };
            let left_out: String = channels
                .iter()
                .filter_map(|channel| channel.why_not.as_ref())
                .map(|why| say!(" Left out: {why}"))
                .collect();
            let press = Press {
                title: say!("Publish “{}”", notice.title),
                app,
                aims: channels
                    .into_iter()
                    .filter_map(|channel| {
                        let notice = notice.clone();
                        Some((channel.seen?, Desired::Published { notice }))
                    })
                    .collect(),
                reason: say!("Tell customers.").to_owned(),
                evidence: Vec::new(),
            };
            (press, left_out)
        };
        let mut pressed = self
            .press(
                press,
                say!("Recorded. It waits for approval and is not published."),
            )
            .await?;
        pressed.sentence.push_str(&left_out);
        Ok(pressed)
    }

    pub(crate) async fn press(
        self: &Arc<Self>,
        press: Press,
        words: &str,
    ) -> Result<Pressed, Problem> {
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
            say!("Recorded. It waits for approval; nothing is in effect.").to_owned()
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

    async fn withdraw(self: &Arc<Self>, intent: String) -> Result<Done, Problem> {
        if !self.take_in_hand(&intent, Hold::TakingBack) {
            return Err(Problem::new(
                "refused",
                say!("It is being sent and may be in effect, so it cannot be taken back."),
            )
            .hint(say!(
                "Wait for its outcome, then ask for the opposite change."
            )));
        }
        let id = intent.clone();
        let recorded = self.record(Command::Withdraw { intent }).await;
        self.let_go(&id);
        recorded?;
        Ok(done(say!("Taken back. Nothing was sent.")))
    }
}

fn single_aim(live: &views::Live, target: &TargetId) -> Option<(Observation, Desired)> {
    let seen = live.targets.get(target)?.observation.clone()?;
    let desired = match &seen.state {
        TargetState::Flag(_) => Desired::Off,
        TargetState::StagedRollout(_)
        | TargetState::StoreRollout(_)
        | TargetState::PhasedRelease(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => Desired::Stopped,
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
                say!("{target} was not read yet, so nothing can be asked of it."),
            )
            .hint(say!(
                "Wait until it answers, or look at the connection in the settings."
            ))
        })
}

fn short_title(act: ActKind) -> &'static str {
    match act {
        ActKind::Stop => say!("Stop"),
        ActKind::Resume => say!("Resume"),
        ActKind::SetFraction => say!("Set the fraction of"),
        ActKind::Complete => say!("Complete"),
        ActKind::Release => say!("Release"),
        ActKind::RemoveFromSale => say!("Take off sale, with every version:"),
        ActKind::RollBack => say!("Roll back"),
        ActKind::Recover => say!("Ask to update"),
        ActKind::TurnOff => say!("Turn off"),
        ActKind::TurnOn => say!("Turn on"),
        ActKind::Publish => say!("Publish"),
    }
}

pub(crate) fn no_such_app(asked: &str, (id, name): &(String, String)) -> Problem {
    Problem::new("not_found", say!("There is no app '{asked}' here."))
        .hint(say!("This workspace has {name} ({id})."))
}

fn nothing_connected() -> Problem {
    Problem::new(
        "refused",
        say!("No store is connected, so there is nothing to stop."),
    )
    .hint(say!("Connect a store in the settings."))
}

fn done(sentence: &str) -> Done {
    Done {
        sentence: sentence.to_owned(),
    }
}

fn ending() -> Problem {
    Problem::new(
        "read_only",
        say!("This workspace is being closed. Look at the log for what was recorded."),
    )
}
