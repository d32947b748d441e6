//! Ledgers made by chance: people who come and go, devices that are lost and forked, policies that
//! change, acts that are asked for, approved, too late and refused, and entries that make no sense.
//! A seed makes the same ledger for ever. Must not know what of it has force.

mod entries;
mod states;
mod telling;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;

use cockpit_domain::Time;
use cockpit_domain::authority::AuthorityEvent;
use cockpit_domain::event::{Event, Genesis, RecoveryKey, Verdict};
use cockpit_domain::policy::{ActKind, Needs, Person, Policy, Role};
use cockpit_domain::rule::HealthRule;
use cockpit_domain::state::{Admitted, Bracket, State};
use cockpit_seal::pack::{PackWriter, RawLines, RawSlot, Sink};
use cockpit_seal::slot::{Slot, SlotHead};
use cockpit_seal::tree::leaf_hash;
use cockpit_seal::{
    DeviceKey, Draft, Entry, Fork, Head, LedgerId, PublicKey, Seen, SignedHeader, SlotHash,
    Timestamp, seal,
};
use serde_json::{Map, Value};

use entries::mandate;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const START: i64 = 1_795_400_000_000;
/// The key that lies offline.
const RECOVERY: usize = 9;
const ACTS: [ActKind; 11] = [
    ActKind::Stop,
    ActKind::TurnOff,
    ActKind::Resume,
    ActKind::SetFraction,
    ActKind::Complete,
    ActKind::Release,
    ActKind::RemoveFromSale,
    ActKind::RollBack,
    ActKind::Recover,
    ActKind::TurnOn,
    ActKind::Publish,
];

/// A small generator.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        let mut chance = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            chance.below(2);
        }
        chance
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    /// Once in so many times.
    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn ms(&mut self, most: u64) -> u64 {
        self.below(usize::try_from(most).unwrap()) as u64
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        (!all.is_empty()).then(|| all[self.below(all.len())].clone())
    }

    /// One of the newest mostly, and now and then one that is not there.
    fn id(&mut self, all: &[String]) -> String {
        if all.is_empty() || self.one_in(25) {
            return "ab".repeat(32);
        }
        let newest = if self.one_in(4) {
            all.len()
        } else {
            all.len().min(3)
        };
        all[all.len() - 1 - self.below(newest)].clone()
    }
}

/// A ledger, and the slots that admit all of it but for the last few entries.
pub struct Ledger {
    pub entries: Vec<Entry>,
    slots: Vec<Slot>,
    brackets: Vec<Bracket>,
}

impl Ledger {
    pub fn generate(seed: u64) -> Self {
        let mut world = World::found(seed);
        let tells = seed % 2 == 1;
        if tells {
            world.house();
        } else {
            for device in 1..1 + world.chance.below(7) {
                world.admit(device);
            }
        }
        let rounds = 12 + world.chance.below(24);
        for _ in 0..rounds {
            let entries = 1 + world.chance.below(6);
            for _ in 0..entries {
                match tells && !world.chance.one_in(3) {
                    true => world.telling(),
                    false => world.something(),
                }
            }
            world.close();
        }
        for _ in 0..world.chance.below(4) {
            world.something();
        }
        world.ledger
    }

    /// The state as the app folds it.
    pub fn state(&self) -> State {
        self.state_at(self.entries.len())
    }

    pub fn state_at(&self, end: usize) -> State {
        let mut state = State::default();
        for (place, entry) in self.entries.iter().enumerate().take(end) {
            let bracket = self.brackets.get(place).copied().unwrap_or_default();
            fold(&mut state, place as u64 + 1, entry, bracket);
        }
        state
    }

    /// Writes as much of a pack as a replay needs.
    pub fn write(&self, place: &Path) {
        let mut pack = PackWriter::begin(Memory::default()).unwrap();
        let mut slots = self.slots.iter().peekable();
        let mut begins = 0;
        for (position, entry) in self.entries.iter().enumerate() {
            if let Some(slot) = slots.next_if(|_| begins == position) {
                begins += slot.entries().len();
                let raw = RawSlot::Admitting {
                    header: &slot.header_line(),
                    checkpoint: &slot.checkpoint().to_string(),
                    hash: slot.hash(),
                };
                let _ = pack.slot(raw).unwrap();
            }
            let signature = entry.signature_line();
            let raw = RawLines {
                header: entry.header_line().as_bytes(),
                body: entry.body_line().as_bytes(),
                signature: signature.as_bytes(),
            };
            let _ = pack.entry(raw, |_| false).unwrap();
        }
        std::fs::create_dir(place).unwrap();
        for (file, bytes) in pack.into_sink().0 {
            std::fs::write(place.join(file), bytes).unwrap();
        }
    }
}

/// As the engine does: proofs of forks are checked before anything is folded.
fn fold(state: &mut State, position: u64, entry: &Entry, bracket: Bracket) {
    let header = entry.header();
    let Ok(event) = Event::parse(&header.kind, entry.body()) else {
        state
            .rejected
            .push((position, "it cannot be read".to_owned()));
        return;
    };
    if !proof_holds(state, &event) {
        state
            .rejected
            .push((position, "its proof does not hold".to_owned()));
        return;
    }
    state.fold(&Admitted {
        id: entry.id().to_string(),
        position,
        at: Time::from_ms(header.at.ms()),
        bracket,
        device: header.device.to_string(),
        event,
    });
}

fn proof_holds(state: &State, event: &Event) -> bool {
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
    let fork = signed(first).zip(signed(second));
    let fork = fork.and_then(|(first, second)| Fork::new(first, second));
    let known = state.authority.devices.get(device);
    let key: Option<PublicKey> = known.and_then(|it| it.key.parse().ok());
    fork.zip(key)
        .is_some_and(|(fork, key)| fork.verify(&key).is_ok())
}

#[derive(Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Sink for Memory {
    type Error = Infallible;

    fn put(&mut self, file: &str, bytes: &[u8]) -> Result<(), Infallible> {
        self.0.entry(file.to_owned()).or_default().extend(bytes);
        Ok(())
    }

    fn close(&mut self, _: &str) -> Result<(), Infallible> {
        Ok(())
    }
}

/// What the generator knows while it goes on.
struct World {
    chance: Chance,
    ledger: Ledger,
    id: LedgerId,
    head: SlotHead,
    /// Of each slot its link and time.
    links: Vec<(SlotHash, Time)>,
    /// Entries that a slot has admitted.
    closed: usize,
    /// After those, to make sense more often than not.
    state: State,
    keys: Vec<DeviceKey>,
    heads: Vec<Head>,
    /// Minutes by which each device's clock is wrong.
    skew: Vec<i64>,
    now: Time,
    salt: u128,
    intents: Vec<String>,
    invites: Vec<String>,
    requests: Vec<String>,
    proposals: Vec<String>,
}

impl World {
    fn found(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let keys: Vec<DeviceKey> = (0..10)
            .map(|n| DeviceKey::from_seed(&[n + 1; 32]))
            .collect();
        let now = Time::from_ms(START) + chance.ms(24 * HOUR);
        let skew = (0..10)
            .map(|_| match chance.below(6) {
                0 => chance.below(30) as i64 - 15,
                _ => 0,
            })
            .collect();
        let public = |n: usize| keys[n].public().to_string();
        let recovery = chance.one_in(2).then(|| RecoveryKey {
            device: keys[RECOVERY].device_id().to_string(),
            key: public(RECOVERY),
        });
        let mut policy = Policy::one_person();
        for act in ACTS {
            match chance.below(4) {
                0 | 1 => drop(policy.0.insert(act, Needs::Persons(2))),
                2 => {
                    let mandate = mandate(&mut chance, act);
                    policy.0.insert(act, Needs::Mandate(mandate.into()));
                }
                _ => {}
            }
        }
        let genesis = Event::Genesis(Genesis {
            workspace: "Wallet → „Überweisung“ \u{7f}\u{1}\t\"".to_owned(),
            drill: chance.one_in(2),
            key: public(0),
            founder: Person {
                id: "ada".to_owned(),
                name: "Ada".to_owned(),
                roles: vec![Role::Administrator, Role::ProductLead],
            },
            policy,
            rules: vec![HealthRule::standard()],
            recovery,
            threshold: chance.one_in(3).then_some(1),
        });
        let heads = keys
            .iter()
            .map(|key| Head::genesis(key.device_id()))
            .collect();
        let mut world = Self {
            chance,
            ledger: Ledger {
                entries: Vec::new(),
                slots: Vec::new(),
                brackets: Vec::new(),
            },
            id: LedgerId::ZERO,
            head: SlotHead::first(LedgerId::ZERO),
            links: Vec::new(),
            closed: 0,
            state: State::default(),
            keys,
            heads,
            skew,
            now,
            salt: 0,
            intents: Vec::new(),
            invites: Vec::new(),
            requests: Vec::new(),
            proposals: Vec::new(),
        };
        world.write(0, &genesis);
        world.id = world.ledger.entries[0].ledger();
        for device in 1..10 {
            world.heads[device] = Head::first(world.id, world.keys[device].device_id());
        }
        world.head = SlotHead::first(world.id);
        world.close();
        world
    }

    /// Somebody joins, as it should be.
    fn admit(&mut self, device: usize) {
        let invited = self.an_invitation();
        self.write(0, &Event::Authority(invited));
        self.close();
        self.a_request_of(device);
        self.close();
        let roles = [
            vec![Role::Administrator, Role::ProductLead],
            vec![Role::ProductLead],
            vec![Role::Responder, Role::CustomerSuccess],
            vec![Role::CustomerSuccess, Role::Legal],
            vec![Role::Brand],
            vec![Role::Legal, Role::Brand],
            vec![Role::Auditor],
        ];
        let admitted = AuthorityEvent::PersonAdmitted {
            request: self.requests.last().cloned().unwrap_or_default(),
            person: format!("p{device}"),
            roles: self.chance.of(&roles).unwrap(),
        };
        self.write(0, &Event::Authority(admitted));
        self.close();
        self.second();
    }

    /// An administrator agrees to what waits.
    fn second(&mut self) {
        let open: Vec<String> = self.state.authority.proposals.keys().cloned().collect();
        let Some(proposal) = self.chance.of(&open) else {
            return;
        };
        let judged = AuthorityEvent::ProposalJudged {
            proposal,
            verdict: Verdict::Approve,
            reason: String::new(),
        };
        let by = self.device_with(Role::Administrator);
        self.write(by, &Event::Authority(judged));
        self.close();
    }

    /// Admits what was written since the last slot.
    fn close(&mut self) {
        if self.closed == self.ledger.entries.len() {
            return;
        }
        self.pass();
        let late = self.chance.ms(4 * MINUTE);
        let at = match self.chance.below(12) {
            0 => self.now - 30 * MINUTE,
            1 => self.now + 30 * MINUTE,
            _ => self.now + late,
        };
        let entries = self.ledger.entries[self.closed..].to_vec();
        let Ok(timestamp) = Timestamp::from_ms(at.as_ms()) else {
            return;
        };
        let slot = Slot::build(&self.keys[0], &self.head, timestamp, entries).unwrap();
        for entry in &self.ledger.entries[self.closed..] {
            let seen = entry.header().seen;
            let known = self.links.get(usize::try_from(seen.slot).unwrap());
            let after = known
                .filter(|(link, _)| *link == seen.hash)
                .map(|(_, at)| *at);
            let bracket = Bracket {
                after: after.filter(|_| seen != Seen::default()),
                before: Some(at),
            };
            self.closed += 1;
            fold(&mut self.state, self.closed as u64, entry, bracket);
            self.ledger.brackets.push(bracket);
            self.head.tree.push(leaf_hash(&entry.leaf()));
        }
        (self.head.prev, self.head.next) = (slot.hash(), self.head.next + 1);
        self.links.push((slot.hash(), at));
        self.ledger.slots.push(slot);
    }

    fn pass(&mut self) {
        let ms = match self.chance.below(30) {
            0 => self.chance.ms(200 * HOUR),
            1 | 2 => self.chance.ms(5 * HOUR),
            _ => self.chance.ms(MINUTE),
        };
        self.now = self.now + ms;
    }

    fn write(&mut self, device: usize, event: &Event) {
        self.seal(device, event.kind(), event.to_body());
    }

    fn seal(&mut self, device: usize, kind: &str, body: Map<String, Value>) {
        let entry = self.sealed(device, self.heads[device], kind, body);
        self.heads[device] = entry.head();
        let id = entry.id().to_string();
        match kind {
            "intent.request" => self.intents.push(id),
            "member.invite" => self.invites.push(id),
            "member.request" => self.requests.push(id),
            "member.admit" | "member.roles" | "person.revoke" | "device.add" | "device.revoke"
            | "device.compromised" | "policy.mandate" | "policy.threshold" | "policy.presence"
            | "policy.set" => {
                self.proposals.push(id);
            }
            _ => {}
        }
        self.ledger.entries.push(entry);
        self.pass();
    }

    fn sealed(&mut self, device: usize, head: Head, kind: &str, body: Map<String, Value>) -> Entry {
        self.salt += 1;
        let skew = self.skew[device] * MINUTE as i64;
        let wrong = match self.chance.below(40) {
            0 => -(HOUR as i64),
            1 => HOUR as i64,
            _ => 0,
        };
        let at = Time::from_ms(self.now.as_ms() + skew + wrong);
        let seen = match (self.links.len(), self.chance.below(8)) {
            (0, _) | (_, 0) => Seen::default(),
            (slots, roll) => {
                let back = if roll == 1 {
                    self.chance.below(slots)
                } else {
                    0
                };
                let slot = slots - 1 - back;
                let hash = match roll {
                    2 => SlotHash::from_bytes([9; 32]),
                    _ => self.links[slot].0,
                };
                Seen {
                    slot: slot as u64,
                    hash,
                }
            }
        };
        let draft = Draft {
            at: &at.to_string(),
            kind,
            body,
            salt: self.salt.to_be_bytes(),
            seen,
        };
        seal(&self.keys[device], &head, draft).unwrap()
    }

    fn device_id(&self, device: usize) -> String {
        self.keys[device].device_id().to_string()
    }

    /// One that signs for somebody mostly.
    fn any_device(&mut self) -> usize {
        let signing: Vec<usize> = (0..10)
            .filter(|it| self.state.devices.contains_key(&self.device_id(*it)))
            .collect();
        match self.chance.of(&signing) {
            Some(device) if !self.chance.one_in(12) => device,
            Some(_) | None => self.chance.below(10),
        }
    }

    /// One of somebody with this role mostly.
    fn device_with(&mut self, role: Role) -> usize {
        let fits: Vec<usize> = (0..10)
            .filter(|it| {
                let person = self.state.signer(&self.device_id(*it));
                person.is_ok_and(|it| it.roles.contains(&role))
            })
            .collect();
        match self.chance.of(&fits) {
            Some(device) if !self.chance.one_in(8) => device,
            Some(_) | None => self.any_device(),
        }
    }

    fn any_person(&mut self) -> String {
        let people: Vec<String> = self.state.people.keys().cloned().collect();
        match self.chance.of(&people) {
            Some(person) if !self.chance.one_in(15) => person,
            Some(_) | None => "nobody".to_owned(),
        }
    }

    fn reason(&mut self) -> String {
        match self.chance.below(10) {
            0 => " ".to_owned(),
            1 => String::new(),
            _ => "It crashes → 日本".to_owned(),
        }
    }

    fn verdict(&mut self) -> Verdict {
        match self.chance.one_in(6) {
            true => Verdict::Reject,
            false => Verdict::Approve,
        }
    }
}
