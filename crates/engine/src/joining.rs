//! How a laptop becomes one of a workspace: an invitation, a request that it signs with its own
//! key, six words on both sides. Must not know who may admit it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use cockpit_domain::Time;
use cockpit_domain::authority::{AuthorityEvent, Request, RequestState};
use cockpit_domain::decide::Command;
use cockpit_domain::state::{Bracket, State};
use cockpit_domain::views;
use cockpit_ledger::StoredEntry;
use cockpit_say::say;
use cockpit_seal::slot::{SlotVerifier, StateBefore, Verdict};
use cockpit_seal::{DeviceId, DeviceKey, Entry, SignedHeader, SlotHash};
use cockpit_sync::SlotStore;
use secrecy::ExposeSecret as _;

use crate::api::{Done, InviteArgs, Invited, JoinArgs, JoiningView, Problem, Tag};
use crate::fold::{There, fold_one};
use crate::inner::Inner;
use crate::invitation::Invitation;
use crate::keychain;
use crate::people::sha256;
use crate::record::{self, Writer, blocking, random};
use crate::slots::{first_ledger, halted};
use crate::team::whole_path;
use crate::workspace::DEVICE_KEY;

/// What a laptop is about to ask, in the keychain until it has asked: it holds the one-time code.
const TO_ASK: &str = "request-to-join";
/// The longest time for which somebody may be invited, in hours.
const HOURS_MAX: u32 = 7 * 24;
const HOUR_MS: u64 = 60 * 60 * 1_000;

impl Inner {
    /// Makes an invitation that can be copied.
    pub(crate) async fn invite(self: &Arc<Self>, args: InviteArgs) -> Result<Invited, Problem> {
        let Some(folder) = self.team_folder()? else {
            return Err(Problem::new(
                "refused",
                say!(
                    "The log lies on this laptop alone, so nobody else could read it. Nobody was \
                 invited."
                ),
            )
            .hint(say!("Share it with a team folder first.")));
        };
        if !(1..=HOURS_MAX).contains(&args.hours) {
            return Err(Problem::new(
                "bad_input",
                say!("An invitation is good for 1 to 168 hours. Nobody was invited."),
            ));
        }
        // Whoever joins must find what this laptop knows.
        self.sync().await?;
        let code = hex::encode(random::<10>()?);
        let expires_at = self.now() + u64::from(args.hours) * HOUR_MS;
        let event = AuthorityEvent::Invited {
            code_hash: hex::encode(sha256(&code)),
            expires_at,
            roles: args.roles,
        };
        let recorded = self.record(Command::Authority(event)).await?;
        let published = self.sync().await;
        let Some(invite) = recorded.entries.first().map(|entry| entry.id.clone()) else {
            return Err(Problem::new(
                "storage",
                say!("The invitation was not recorded."),
            ));
        };
        let ledger = self.ledger.ledger_id()?.ok_or_else(|| {
            Problem::new(
                "storage",
                say!("The log has no first entry. Nobody was invited."),
            )
        })?;
        let (workspace, by) = {
            let state = self.state();
            let actor = self.with_live(|live| live.actor.clone());
            (state.workspace.clone(), state.name_of(&actor).to_owned())
        };
        let invitation = Invitation {
            ledger,
            seen: *self
                .recorder
                .seen
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
            invite: invite.clone(),
            code,
            folder: folder.display().to_string(),
            workspace,
            by,
            name: args.name.trim().to_owned(),
        };
        let until = expires_at.to_string();
        let (day, clock) = (until.get(..10), until.get(11..16));
        let good_until = say!(
            "It is good once, until {} {} UTC.",
            day.unwrap_or_default(),
            clock.unwrap_or_default()
        );
        Ok(Invited {
            text: invitation.text(),
            invite,
            expires_at: expires_at.to_string(),
            sentence: match published {
                Ok(()) => say!(
                    "Send this text to whoever is to join. {good_until} They ask with it, and you \
                     compare six words before you admit them."
                ),
                Err(problem) => say!(
                    "The invitation is recorded and not in the team folder yet, so nobody can use \
                     it now: {} {good_until}",
                    problem.sentence
                ),
            },
        })
    }

    /// Begins an empty workspace with the log of a team and asks to be admitted. Everything that
    /// can be refused is found out before anything is made.
    pub(crate) async fn join(self: &Arc<Self>, args: JoinArgs) -> Result<Done, Problem> {
        let invitation = Invitation::read(&args.invitation)?;
        let folder = match args.folder.as_deref().map(str::trim) {
            Some(folder) if !folder.is_empty() => whole_path(Path::new(folder))?,
            Some(_) | None => PathBuf::from(&invitation.folder),
        };
        let name = first_of(&args.person, &invitation.name);
        if name.is_empty() {
            return Err(Problem::new(
                "bad_input",
                say!("Whoever joins needs a name. Nothing was made."),
            ));
        }
        let device_name = first_of(&args.device, &say!("Laptop of {name}"));

        let opening = self.opening.lock().await;
        let keychain = self.keychain()?;
        let fresh = self.ledger.count()? == 0;
        let seed = random::<32>()?;
        let key = DeviceKey::from_seed(&seed);
        let request = AuthorityEvent::JoinRequested {
            invite: invitation.invite.clone(),
            code: invitation.code.clone(),
            name,
            device_name,
            key: key.public().to_string(),
        };
        let device = key.device_id().to_string();
        match fresh {
            true => {
                let state = self.state_in(&folder, &invitation).await?;
                self.is_good(&state, &device, &invitation, &request)?;
            }
            false => {
                self.may_ask_again(&invitation)?;
                self.sync().await?;
                let state = self.state().clone();
                self.is_good(&state, &device, &invitation, &request)?;
            }
        }

        let to_ask = serde_json::to_string(&request)
            .map_err(|_| Problem::new("storage", say!("The request cannot be written.")))?;
        let kept = [
            (DEVICE_KEY.to_owned(), Some(keychain::to_text(&seed))),
            (TO_ASK.to_owned(), Some(to_ask.into())),
        ];
        {
            let keychain = Arc::clone(&keychain);
            blocking(move || keychain.set(&kept)).await??;
        }
        if fresh {
            let ledger = invitation.ledger.to_string();
            let followed = self.follow(folder, &ledger).await;
            if followed.is_err() && self.ledger.count()? == 0 {
                let forgotten = [(DEVICE_KEY.to_owned(), None), (TO_ASK.to_owned(), None)];
                blocking(move || keychain.set(&forgotten)).await??;
            }
            followed?;
        }
        self.write_as_nobody(key).await?;
        self.ask_to_join(request).await?;
        drop(opening);
        if fresh && self.poll {
            self.keep_it_well();
        }
        let published = self.sync().await;
        self.changed(&[Tag::Boot, Tag::Settings, Tag::Log, Tag::Decided, Tag::Team]);
        let sentence = self.joining().map(|it| it.sentence).unwrap_or_default();
        Ok(Done {
            sentence: match published {
                Ok(()) => sentence,
                Err(problem) => say!(
                    "The request is signed and not in the team folder yet: {}",
                    problem.sentence
                ),
            },
        })
    }

    /// Where this laptop stands while it belongs to nobody in a workspace that others share.
    pub(crate) fn joining(&self) -> Option<JoiningView> {
        let device = self.with_live(|live| live.device.clone());
        let state = self.state();
        if device.is_empty() || state.workspace.is_empty() || state.owner(&device).is_some() {
            return None;
        }
        let workspace = state.workspace.clone();
        let Some((id, request)) = request_of(&state, &device) else {
            return Some(JoiningView {
                workspace,
                invited_by: None,
                name: String::new(),
                asked_at: None,
                words: Vec::new(),
                sentence: say!("This laptop has not asked to join. An invitation is needed.")
                    .to_owned(),
                again: true,
            });
        };
        let invite = state.authority.invites.get(&request.invite);
        let by = invite.map(|it| state.name_of(&it.by).to_owned());
        let (name, asked_at) = (request.name.clone(), request.at.to_string());
        let (sentence, again) = match &request.state {
            RequestState::Open => (
                say!(
                    "Waiting to be admitted. Read the six words to {}: when they have the same \
                     six, it is you.",
                    by.as_deref().unwrap_or(say!("an administrator"))
                ),
                false,
            ),
            RequestState::Refused(reason) => (
                say!("The request was turned down: {reason}. Nothing can be decided here."),
                true,
            ),
            // Its device would have an owner then.
            RequestState::Admitted(_) => (String::new(), false),
        };
        let id = id.clone();
        drop(state);
        let shown = self.people_room().requests;
        let words = shown.into_iter().find(|it| it.request == id);
        Some(JoiningView {
            workspace,
            invited_by: by,
            name,
            asked_at: Some(asked_at),
            words: words.map(|it| it.words).unwrap_or_default(),
            sentence,
            again,
        })
    }

    /// Takes up what was not asked yet when the process ended, with the key that was made for it.
    pub(crate) async fn wait_to_be_admitted(
        self: &Arc<Self>,
        key: DeviceKey,
    ) -> Result<(), Problem> {
        let keychain = self.keychain()?;
        let kept = keychain.get(TO_ASK)?;
        let request = kept.and_then(|it| serde_json::from_str(it.expose_secret()).ok());
        let device = key.device_id().to_string();
        self.write_as_nobody(key).await?;
        let asked = request_of(&self.state(), &device).is_some();
        if let Some(request) = request.filter(|_| !asked)
            && let Err(problem) = self.ask_to_join(request).await
        {
            // The page says that nothing was asked.
            tracing::warn!(kind = %problem.kind, "the request to join was not recorded");
        }
        Ok(())
    }

    /// Takes note of what others have decided about this laptop.
    pub(crate) async fn know_oneself(self: &Arc<Self>) -> Result<(), Problem> {
        let person = {
            let mut writer = self.recorder.writer.lock().await;
            let Some(writer) = writer.as_mut() else {
                return Ok(());
            };
            let device = writer.key.device_id().to_string();
            let Some(person) = self.state().owner(&device).cloned() else {
                return Ok(());
            };
            if writer.actor == person {
                return Ok(());
            }
            writer.actor.clone_from(&person);
            person
        };
        self.with_live(|live| live.actor = person);
        self.begin_as_member().await
    }

    async fn ask_to_join(self: &Arc<Self>, request: AuthorityEvent) -> Result<(), Problem> {
        let asked = self.record(Command::Authority(request)).await;
        if asked
            .as_ref()
            .err()
            .is_none_or(|problem| problem.kind == "refused")
        {
            // The code has done its service, or never will.
            let keychain = self.keychain()?;
            blocking(move || keychain.set(&[(TO_ASK.to_owned(), None)])).await??;
        }
        asked.map(|_| ())
    }

    async fn write_as_nobody(&self, key: DeviceKey) -> Result<(), Problem> {
        let head = self.ledger.head(key.device_id())?;
        let device = key.device_id().to_string();
        self.with_live(|live| {
            live.device = device;
            live.actor.clear();
        });
        let actor = String::new();
        self.recorder.unlock(Writer { key, head, actor }).await;
        Ok(())
    }

    fn may_ask_again(&self, invitation: &Invitation) -> Result<(), Problem> {
        let refused = |sentence: &str| Problem::new("refused", sentence);
        match self.joining() {
            Some(joining) if joining.again => {}
            Some(_) => {
                return Err(refused(say!(
                    "This laptop has asked already and waits to be admitted. Nothing was made."
                ))
                .hint(say!("Read the six words to whoever invited you.")));
            }
            None => {
                return Err(refused(say!(
                    "There is a workspace here already. Nothing was changed."
                ))
                .hint(say!("Join from a folder of its own.")));
            }
        }
        if self.ledger.ledger_id()? != Some(invitation.ledger) {
            return Err(refused(say!(
                "The invitation is for another workspace. Nothing was changed."
            ))
            .hint(say!("Join it from a folder of its own.")));
        }
        match self.ledger.pending(1)?.is_empty() {
            true => Ok(()),
            false => Err(refused(say!(
                "What was asked before is not in the team folder yet. Nothing was made."
            ))
            .hint(say!("Make the folder reachable, then try again."))),
        }
    }

    /// What the log in a folder says, checked from its first entry on; nothing is kept of it.
    async fn state_in(&self, folder: &Path, invitation: &Invitation) -> Result<State, Problem> {
        let ask = say!("Ask {} for the right folder.", invitation.by);
        if !folder.is_dir() {
            return Err(Problem::new(
                "refused",
                say!(
                    "The team folder {} is not on this computer. Nothing was made.",
                    folder.display()
                ),
            )
            .hint(say!("Connect it, or say where it is on this computer.")));
        }
        let store = SlotStore::in_folder(folder)?;
        let first = store.get(0).await?;
        if first.as_deref().and_then(first_ledger) != Some(invitation.ledger) {
            return Err(Problem::new(
                "refused",
                say!(
                    "{} does not keep the log of {}. Nothing was made.",
                    folder.display(),
                    invitation.workspace
                ),
            )
            .hint(ask));
        }
        let mut trial = Trial {
            verifier: SlotVerifier::new(invitation.ledger).expecting(invitation.seen),
            state: State::default(),
            place: 0,
            slots: Vec::new(),
        };
        while let Some(bytes) = store.get(trial.verifier.head().next).await? {
            trial = blocking(move || trial.read(&bytes)).await??;
        }
        let Trial {
            verifier, state, ..
        } = trial;
        verifier.finish().map_err(|_| {
            Problem::new(
                "refused",
                say!(
                    "The log in this folder ends before the invitation was made: it was cut, or \
                      the folder is not up to date. Nothing was made."
                ),
            )
            .hint(ask)
        })?;
        Ok(state)
    }

    /// Whether an invitation could bring somebody in.
    fn is_good(
        &self,
        state: &State,
        device: &str,
        invitation: &Invitation,
        request: &AuthorityEvent,
    ) -> Result<(), Problem> {
        let refused = |why: &str| {
            Problem::new("refused", say!("{why}. Nothing was made."))
                .hint(say!("Ask {} for another invitation.", invitation.by))
        };
        if let Some(why) = state.objection(device, self.now(), request) {
            return Err(refused(&views::capital(&why)));
        }
        let known = state.authority.invites.get(&invitation.invite);
        let right = known.is_some_and(|it| it.code_hash == hex::encode(sha256(&invitation.code)));
        match right {
            true => Ok(()),
            false => Err(refused(say!(
                "The code of this invitation is not the right one"
            ))),
        }
    }
}

/// The newest request of a device, with its entry.
fn request_of<'a>(state: &'a State, device: &str) -> Option<(&'a String, &'a Request)> {
    let all = state.authority.requests.iter();
    all.filter(|(_, it)| it.device == device)
        .max_by_key(|(_, it)| it.position)
}

fn first_of(one: &str, other: &str) -> String {
    let one = one.trim();
    if one.is_empty() { other.trim() } else { one }.to_owned()
}

/// A log that is only looked at: of its entries nothing is kept but the state.
struct Trial {
    verifier: SlotVerifier,
    state: State,
    /// Entries that were admitted.
    place: u64,
    /// Each slot's link, and when it was written.
    slots: Vec<(SlotHash, Option<Time>)>,
}

impl Trial {
    fn read(mut self, bytes: &[u8]) -> Result<Self, Problem> {
        let before = Looked(&self.state);
        let verdict = self.verifier.feed(bytes, &before).map_err(halted)?;
        let at = match &verdict {
            Verdict::Admitted(slot) => Some(Time::from_ms(slot.at.ms())),
            Verdict::Void(_) => None,
        };
        if let Verdict::Admitted(slot) = verdict {
            for entry in slot.entries {
                self.place += 1;
                let seen = entry.header().seen;
                let known = usize::try_from(seen.slot).ok();
                let known = known.and_then(|slot| self.slots.get(slot));
                let after = known.filter(|(link, _)| *link == seen.hash);
                let bracket = Bracket {
                    after: after.and_then(|(_, at)| *at),
                    before: at,
                };
                let there = There {
                    place: self.place,
                    bracket,
                };
                let position = i64::try_from(self.place).unwrap_or(i64::MAX);
                fold_one(&mut self.state, &StoredEntry { position, entry }, there);
            }
        }
        self.slots.push((self.verifier.head().prev, at));
        Ok(self)
    }
}

/// Proofs of two entries with one number need the entries themselves and are left to the reading
/// that keeps them.
struct Looked<'a>(&'a State);

impl StateBefore for Looked<'_> {
    fn may_write(&self, device: DeviceId) -> bool {
        self.0.may_write(&device.to_string())
    }

    fn may_ask(&self, request: &Entry) -> bool {
        record::admitted(0, request).is_some_and(|entry| self.0.may_ask(&entry))
    }

    fn admitted(&self, _device: DeviceId, _seq: u64) -> Option<SignedHeader> {
        None
    }

    fn slot_hash(&self, _n: u64) -> Option<SlotHash> {
        None
    }
}
