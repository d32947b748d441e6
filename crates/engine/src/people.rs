//! People and policy: the room, and changes that a page asks for and the approval window signs.
//! Until then a change lives in memory only. Must not know who may change what.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use cockpit_domain::Time;
use cockpit_domain::authority::AuthorityEvent;
use cockpit_domain::decide::Command;
use cockpit_domain::event::Event;
use cockpit_domain::rule::StandingOrder;
use cockpit_domain::state::{Standing, State};
use cockpit_domain::views::{self, ChangeDraft, ChangeSheetView, MandatePreview, PeopleView};
use cockpit_say::say;
use cockpit_seal::{BodyHash, Fork, PublicKey, SignedHeader};

use crate::api::{Done, MandatePreviewArgs, Problem, Proposed, Tag};
use crate::fold::LogOrder;
use crate::inner::Inner;
use crate::record::random;

/// Changes that wait for a signature at most; the oldest makes room.
const WAITING_MAX: usize = 16;

/// How long the clock is left alone at most while a stop could go on by itself.
const LOOK: Duration = Duration::from_secs(30);

/// What is on this screen and not in the ledger.
#[derive(Debug, Default)]
pub(crate) struct OnScreen {
    /// Changes that wait for a signature, by number, oldest first.
    changes: Vec<(String, Wanted)>,
    /// Intents whose change was shown here.
    opened: BTreeSet<String>,
}

/// What waits for a signature.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// A change of people or policy.
    Change(AuthorityEvent),
    /// The log is to lie in this folder.
    Share(PathBuf),
    /// An envelope is to be agreed to.
    Envelope(String),
    /// A standing order is to be signed.
    Order(Box<StandingOrder>),
}

impl Inner {
    pub(crate) fn people_room(&self) -> PeopleView {
        let (state, now) = (self.state(), self.now());
        self.with_live(|live| views::people_room(&state, live, &live.device.clone(), now, &sha256))
    }

    pub(crate) fn mandate_preview(&self, args: &MandatePreviewArgs) -> MandatePreview {
        let (state, now) = (self.state(), self.now());
        self.with_live(|live| {
            let device = live.device.clone();
            views::mandate_preview(&state, live, &device, now, args.act, &args.mandate)
        })
    }

    pub(crate) fn change_sheet(&self, change: &str) -> Result<ChangeSheetView, Problem> {
        let event = match self.waiting_change(change)? {
            Wanted::Change(event) => event,
            Wanted::Share(folder) => return Ok(self.share_sheet(&folder)),
            Wanted::Envelope(envelope) => return self.envelope_sheet(&envelope),
            Wanted::Order(order) => return Ok(self.order_sheet(&order)),
        };
        let (state, now) = (self.state(), self.now());
        Ok(self.with_live(|live| {
            let device = live.device.clone();
            views::change_sheet(&state, live, &device, now, &event, &sha256)
        }))
    }

    /// Takes down what a page asks for and opens the approval window on it.
    pub(crate) fn propose(&self, draft: ChangeDraft) -> Result<Proposed, Problem> {
        let person = hex::encode(random::<8>()?);
        let draft = match draft {
            ChangeDraft::Admit { ref request, .. } => {
                self.has_the_right_code(request)?;
                draft
            }
            // A person reads the numbers of this laptop's log; the entry names its place for all.
            ChangeDraft::Compromised {
                device,
                from,
                reason,
            } => ChangeDraft::Compromised {
                from: self.place_of(from)?,
                device,
                reason,
            },
            draft => draft,
        };
        let (state, now) = (self.state(), self.now());
        let event = views::change_event(&state, draft, person);
        let device = self.with_live(|live| live.device.clone());
        if let Some(why) = state.objection(&device, now, &event) {
            let sentence = say!("{}. Nothing was changed.", views::capital(&why));
            return Err(Problem::new("refused", sentence));
        }
        drop(state);
        self.wait_for_signature(Wanted::Change(event))
    }

    /// Takes down what is to be signed and opens the approval window on it.
    pub(crate) fn wait_for_signature(&self, wanted: Wanted) -> Result<Proposed, Problem> {
        let change = hex::encode(random::<16>()?);
        self.with_screen(|screen| {
            if screen.changes.len() >= WAITING_MAX {
                screen.changes.remove(0);
            }
            screen.changes.push((change.clone(), wanted));
        });
        let sentence = match self.desk.open_change(&change) {
            true => {
                say!("Look at it in the approval window and sign it there. Nothing is changed yet.")
            }
            false => say!("It waits for a signature. Nothing is changed yet."),
        };
        Ok(Proposed {
            change,
            sentence: sentence.to_owned(),
        })
    }

    /// Signs a change that was asked for.
    pub(crate) async fn sign_change(self: &Arc<Self>, change: &str) -> Result<Done, Problem> {
        let done = match self.waiting_change(change)? {
            Wanted::Change(event) => self.sign_event(event).await?,
            Wanted::Share(folder) => self.share_with_team(&folder).await?,
            Wanted::Envelope(envelope) => self.sign_envelope(envelope).await?,
            Wanted::Order(order) => self.sign_order(order).await?,
        };
        self.with_screen(|screen| screen.changes.retain(|(id, _)| id != change));
        Ok(done)
    }

    async fn sign_event(self: &Arc<Self>, event: AuthorityEvent) -> Result<Done, Problem> {
        let recorded = self.record(Command::Authority(event)).await?;
        self.changed(&[Tag::Settings, Tag::Decided, Tag::Log]);
        let state = self.state();
        let waits = recorded.entries.first().and_then(|entry| {
            let proposal = state.authority.proposals.get(&entry.id)?;
            let missing = state.administrators_needed() - state.agreed_now(&proposal.agreed);
            Some(match missing {
                1 => say!("1 more administrator agrees").to_owned(),
                more => say!("{more} more administrators agree"),
            })
        });
        let sentence = match waits {
            Some(missing) => {
                say!("Signed. It takes force when {missing}; until then nothing is changed.")
            }
            None => say!("Signed. It stands in the log.").to_owned(),
        };
        Ok(Done { sentence })
    }

    /// Notes that what an intent changes was shown here.
    pub(crate) fn note_opened(&self, intent: &str) {
        self.with_screen(|screen| screen.opened.insert(intent.to_owned()));
    }

    /// Whether what an intent changes was shown here.
    pub(crate) fn was_opened(&self, intent: &str) -> bool {
        self.with_screen(|screen| screen.opened.contains(intent))
    }

    fn place_of(&self, position: u64) -> Result<u64, Problem> {
        let known = i64::try_from(position).ok();
        let stored = known.map(|it| self.ledger.entry_at(it)).transpose()?;
        let Some(stored) = stored.flatten() else {
            return Err(Problem::new(
                "bad_input",
                say!("There is no entry {position} in the log. Nothing was changed."),
            ));
        };
        Ok(LogOrder::of(&self.ledger).of_stored(&stored)?.place)
    }

    /// Whoever asks with another code than the invitation's was not invited, whatever six words
    /// they read.
    fn has_the_right_code(&self, request: &str) -> Result<(), Problem> {
        let requests = self.people_room().requests;
        let known = requests.into_iter().find(|it| it.request == request);
        match known.and_then(|it| it.warning) {
            None => Ok(()),
            Some(warning) => Err(
                Problem::new("refused", say!("{warning} Nobody was admitted.")).hint(say!(
                    "Turn the request down, and invite again if it was meant."
                )),
            ),
        }
    }

    pub(crate) fn waiting_change(&self, change: &str) -> Result<Wanted, Problem> {
        let found = self.with_screen(|screen| {
            let mut changes = screen.changes.iter();
            changes
                .find(|(id, _)| id == change)
                .map(|(_, it)| it.clone())
        });
        found.ok_or_else(|| {
            Problem::new(
                "not_found",
                say!("This change waits no more: it was signed, or the app was restarted."),
            )
            .hint(say!("Ask for it again in the people room."))
        })
    }

    fn with_screen<T>(&self, change: impl FnOnce(&mut OnScreen) -> T) -> T {
        change(&mut self.screen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Lets stops that nobody judged go on at the moment that the policy names, for as long as the
/// workspace is open.
pub(crate) async fn keep_deadlines(inner: Arc<Inner>) {
    loop {
        let now = inner.now();
        let due = defaults(&inner.state());
        for intent in due.iter().filter(|(_, at)| **at <= now).map(|(it, _)| it) {
            let intent = intent.clone();
            let taken = Command::Authority(AuthorityEvent::DefaultTaken { intent });
            match inner.record(taken).await {
                Ok(_) => inner.changed(&[Tag::Decided, Tag::Log]),
                Err(problem) => tracing::warn!(kind = %problem.kind, "a stop did not go on"),
            }
        }
        let next = due.values().filter(|at| **at > now).min();
        let wait = next.map_or(LOOK, |at| Duration::from_millis(at.ms_since(now)).min(LOOK));
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = inner.pace.notified() => {}
        }
    }
}

/// Stops that wait and may go on by themselves, and from when on.
fn defaults(state: &State) -> BTreeMap<String, Time> {
    state
        .intents
        .iter()
        .filter(|(_, record)| record.standing() == Standing::Waiting)
        .filter_map(|(id, record)| {
            let after_ms = record.mandate.default_after_ms?;
            let at = record.at + after_ms;
            (at <= record.intent.expires_at).then(|| (id.clone(), at))
        })
        .collect()
}

/// Whether an event may be folded: a proof of a fork is folded only when both signatures hold.
pub(crate) fn holds(state: &State, event: &Event) -> bool {
    let Event::Authority(AuthorityEvent::DeviceForked {
        device,
        first,
        second,
        ..
    }) = event
    else {
        return true;
    };
    let signed = |(header, signature): &(String, String)| {
        SignedHeader::from_lines(header.as_bytes(), signature.as_bytes()).ok()
    };
    let fork = match (signed(first), signed(second)) {
        (Some(first), Some(second)) => Fork::new(first, second),
        (_, _) => None,
    };
    let known = state.authority.devices.get(device);
    let key: Option<PublicKey> = known.and_then(|it| it.key.parse().ok());
    fork.zip(key)
        .is_some_and(|(fork, key)| fork.verify(&key).is_ok())
}

pub(crate) fn sha256(text: &str) -> [u8; 32] {
    *BodyHash::of_body_line(text.as_bytes()).as_bytes()
}
