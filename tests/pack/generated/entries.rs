//! The entries that a made-up ledger consists of. Must not know which of them have force.

use std::collections::BTreeMap;

use cockpit_domain::authority::{AuthorityEvent, Fallback, Mandate, Quorum};
use cockpit_domain::event::{
    Connection, Drift, EffectResult, Event, Export, Intent, Outcome, Presence,
};
use cockpit_domain::export::Selection;
use cockpit_domain::policy::{ActKind, Role};
use cockpit_domain::rule::{HealthRule, RuleEvent};
use cockpit_domain::state::Standing;
use cockpit_domain::target::{Desired, Observation, Service, TargetId};
use cockpit_seal::{Entry, Head};
use serde_json::{Map, json};

use super::states::{flag, seen};
use super::{ACTS, Chance, HOUR, MINUTE, RECOVERY, World};

impl World {
    /// One entry more.
    pub(super) fn something(&mut self) {
        let roll = self.chance.below(130);
        let event = match roll {
            0..=59 => return self.an_act(roll),
            60..=62 => {
                let service = self.chance.of(&Service::ALL).unwrap();
                match self.chance.one_in(3) {
                    true => Event::ConnectionRemoved { service },
                    false => Event::ConnectionAdded(Connection {
                        service,
                        app: self.chance.one_in(2).then(|| "com.example".to_owned()),
                        config: BTreeMap::new(),
                    }),
                }
            }
            63..=66 => Event::PolicySet {
                act: self.chance.of(&ACTS).unwrap(),
                persons: u8::try_from(self.chance.below(4)).unwrap(),
            },
            67 => {
                let flag = flag(self.chance.one_in(2));
                Event::DriftSeen(Drift {
                    target: TargetId("unleash:a".to_owned()),
                    intent: self.chance.id(&self.intents),
                    before: flag.clone(),
                    after: flag,
                    seen_at: self.now,
                })
            }
            68..=71 => Event::ExportMade(Export {
                selection: Selection::everything(1),
                told: 1,
                redacted: 0,
                sums: "ab".repeat(32),
            }),
            72 if self.chance.one_in(3) => return self.told_badly(),
            72..=73 => return self.nonsense(),
            _ => return self.authority(roll),
        };
        let device = match self.chance.one_in(2) {
            true => self.any_device(),
            false => self.device_with(Role::Administrator),
        };
        self.write(device, &event);
    }

    fn an_act(&mut self, roll: usize) {
        let wanted = match roll {
            16..=35 | 54..=59 => Standing::Waiting,
            _ => Standing::Ready,
        };
        let (stops, defaults) = (roll > 53, roll > 56);
        let fits = self.state.intents.iter().filter(|(_, it)| {
            it.standing() == wanted
                && (!stops || it.intent.act.is_safe_direction())
                && (!defaults || it.mandate.default_after_ms.is_some())
        });
        let fits: Vec<String> = fits.map(|(id, _)| id.clone()).collect();
        let all = if self.chance.one_in(6) || fits.is_empty() {
            &self.intents
        } else {
            &fits
        };
        let intent = self.chance.id(all);
        let record = self.state.intents.get(&intent).cloned();
        let own = record.as_ref().map(|it| it.device.clone());
        let owner = (0..10).find(|it| Some(self.device_id(*it)) == own);
        let by_asker = owner.filter(|_| !self.chance.one_in(5));
        let lead = self.device_with(Role::ProductLead);
        let (device, event) = match roll {
            0..=15 => (lead, self.an_intent()),
            16..=35 => {
                let asker = record.as_ref().map(|it| it.by.clone());
                let others: Vec<usize> = (0..10)
                    .filter(|it| {
                        let person = self.state.devices.get(&self.device_id(*it));
                        person.is_some() && person != asker.as_ref()
                    })
                    .collect();
                let other = self.chance.of(&others).filter(|_| !self.chance.one_in(5));
                let device = other.unwrap_or(lead);
                let opened = [None, Some(true), Some(false)][self.chance.below(3)];
                let presence = match self.chance.below(6) {
                    0 => None,
                    1 => Some(Presence::NotOffered),
                    _ => Some(Presence::Answered),
                };
                (
                    device,
                    Event::IntentJudged {
                        intent,
                        verdict: self.verdict(),
                        reason: self.reason(),
                        opened,
                        presence,
                    },
                )
            }
            36..=38 => (by_asker.unwrap_or(lead), Event::IntentWithdrawn { intent }),
            39..=46 => (
                by_asker.unwrap_or(lead),
                Event::EffectClaimed {
                    intent,
                    attempt: u32::try_from(self.chance.below(3)).unwrap(),
                    lease_until: self.now + self.chance.ms(20 * MINUTE),
                },
            ),
            47..=53 => {
                let outcomes = [
                    Outcome::Confirmed,
                    Outcome::Refused,
                    Outcome::Stale,
                    Outcome::Unknown,
                    Outcome::Failed,
                    Outcome::Queued,
                ];
                let flag = flag(self.chance.one_in(2));
                (
                    by_asker.unwrap_or(lead),
                    Event::EffectResult(EffectResult {
                        intent,
                        attempt: 1,
                        outcome: self.chance.of(&outcomes).unwrap(),
                        before: Some(flag.clone()),
                        after: self.chance.one_in(2).then_some(flag),
                        ms: 12,
                        sentence: String::new(),
                        provider_request_id: None,
                    }),
                )
            }
            54..=56 => (
                lead,
                Event::Authority(AuthorityEvent::GlassBroken {
                    intent,
                    reason: self.reason(),
                }),
            ),
            _ => (
                lead,
                Event::Authority(AuthorityEvent::DefaultTaken { intent }),
            ),
        };
        // What goes on by itself has to wait for its time.
        let waits = record.as_ref().filter(|_| roll > 56);
        let due = waits.and_then(|it| Some(it.at + it.mandate.default_after_ms?));
        if let Some(due) = due.filter(|_| !self.chance.one_in(5)) {
            self.now = self.now.max(due);
        } else if roll.is_multiple_of(11) {
            self.now = self.now + self.chance.ms(15 * MINUTE);
        }
        self.write(device, &event);
    }

    /// Mostly one that only lowers what people are exposed to: these alone pass approvals by.
    fn an_act_kind(&mut self) -> ActKind {
        match self.chance.one_in(2) {
            true => self.chance.of(&[ActKind::Stop, ActKind::TurnOff]).unwrap(),
            false => self.chance.of(&ACTS).unwrap(),
        }
    }

    fn an_intent(&mut self) -> Event {
        let order = self.under_an_order();
        let act = self.an_act_kind();
        let mandate = self.state.mandate(act);
        let needed = mandate.persons();
        let lasts = match self.chance.below(8) {
            0 => self.chance.ms(MINUTE),
            1 => mandate.expires_ms + 10 * MINUTE,
            _ => mandate.expires_ms.saturating_sub(self.chance.ms(MINUTE)),
        };
        let target = TargetId(format!("unleash:{}", self.chance.below(4)));
        let persons = match self.chance.below(10) {
            0 => needed.saturating_sub(1),
            1 => needed + 1,
            _ => needed,
        };
        Event::IntentRequested(Box::new(Intent {
            press: "p".to_owned(),
            press_title: "Stop".to_owned(),
            act,
            app: "com.example".to_owned(),
            target: target.clone(),
            title: "A flag".to_owned(),
            desired: if act != ActKind::Recover {
                Desired::RollingOut { fraction_bps: None }
            } else if self.chance.one_in(2) {
                Desired::NotAsked
            } else {
                Desired::AskedToUpdate
            },
            pre: Observation {
                target,
                at: self.now,
                state: seen(self.now.as_ms()),
            },
            asked_at: self.now,
            expires_at: self.now + lasts,
            persons,
            explicit: act.is_explicit() && !self.chance.one_in(10),
            reason: "x".to_owned(),
            evidence: vec!["y".to_owned()],
            order,
        }))
    }

    /// Entries that no version can read, and a second beginning.
    fn nonsense(&mut self) {
        let device = self.any_device();
        let kinds = [
            "future.kind",
            "intent.approve",
            "policy.mandate",
            "member.roles",
            "policy.set",
        ];
        let kind = self.chance.of(&kinds).unwrap();
        let mut body = Map::new();
        let values = [
            json!({ "act": "fly", "persons": 1 }),
            json!({ "act": "stop", "persons": 256 }),
            json!({ "act": "stop", "persons": -1 }),
            json!({ "act": "stop", "persons": 2, "more": { "is": "ignored" } }),
            json!({ "intent": 5, "verdict": "approve", "reason": "" }),
            json!({ "intent": "a", "verdict": "approve", "reason": "", "opened": null }),
            json!({ "person": "ada", "roles": ["king"] }),
            json!({ "act": "stop", "mandate": { "ask": ["responder"], "approve": [], "expires_ms": 900_000 } }),
            json!({ "act": "stop", "mandate": { "ask": [], "approve": [] } }),
        ];
        let value = self.chance.of(&values).unwrap();
        body.extend(value.as_object().cloned().unwrap_or_default());
        if self.chance.one_in(6) {
            let mut genesis = self.ledger.entries[0].body().clone();
            genesis.remove("salt");
            return self.seal(device, "ledger.genesis", genesis);
        }
        self.seal(device, kind, body);
    }

    fn authority(&mut self, roll: usize) {
        let admin = self.device_with(Role::Administrator);
        let (device, event) = match roll {
            74..=80 => (admin, self.an_invitation()),
            81..=88 => return self.a_request(),
            89..=96 => {
                let by_recovery = self.state.authority.recovery.is_some() && self.chance.one_in(6);
                let request = self.open_request();
                let person = match self.chance.one_in(10) {
                    true => self.any_person(),
                    false => format!("p{}", self.ledger.entries.len()),
                };
                let mut roles = self.roles();
                if by_recovery && !self.chance.one_in(4) {
                    roles = vec![Role::Administrator];
                }
                let event = AuthorityEvent::PersonAdmitted {
                    request,
                    person,
                    roles,
                };
                (if by_recovery { RECOVERY } else { admin }, event)
            }
            97 if self.chance.one_in(2) => {
                let invites = self.state.authority.invites.keys().cloned();
                let invites: Vec<String> = invites.collect();
                let invite = self.chance.id(&invites);
                (admin, AuthorityEvent::InviteWithdrawn { invite })
            }
            97 | 98 => {
                let request = self.open_request();
                let reason = self.reason();
                (admin, AuthorityEvent::RequestRefused { request, reason })
            }
            99..=102 => {
                let (person, roles) = (self.any_person(), self.roles());
                (admin, AuthorityEvent::RolesSet { person, roles })
            }
            103 | 104 => {
                let (person, reason) = (self.any_person(), self.reason());
                (admin, AuthorityEvent::PersonRevoked { person, reason })
            }
            105..=108 => self.a_device(),
            109 | 110 => {
                let it = self.any_device();
                let (device, reason) = (self.device_id(it), self.reason());
                let by = if self.chance.one_in(2) { it } else { admin };
                (by, AuthorityEvent::DeviceRevoked { device, reason })
            }
            111 | 112 => {
                let it = self.any_device();
                let event = AuthorityEvent::DeviceCompromised {
                    device: self.device_id(it),
                    from: self.chance.below(self.ledger.entries.len() + 1) as u64,
                    reason: self.reason(),
                };
                (admin, event)
            }
            113 => return self.a_fork(),
            114..=118 => {
                let act = self.an_act_kind();
                let mandate = Box::new(mandate(&mut self.chance, act));
                (admin, AuthorityEvent::MandateSet { act, mandate })
            }
            119 if self.chance.one_in(2) => {
                let required = self.chance.one_in(2);
                (admin, AuthorityEvent::PresenceSet { required })
            }
            119 | 120 => {
                let administrators = u8::try_from(self.chance.below(4)).unwrap();
                (admin, AuthorityEvent::ThresholdSet { administrators })
            }
            121..=126 => {
                let open: Vec<String> = self.state.authority.proposals.keys().cloned().collect();
                let all = if self.chance.one_in(6) || open.is_empty() {
                    &self.proposals
                } else {
                    &open
                };
                let event = AuthorityEvent::ProposalJudged {
                    proposal: self.chance.id(all),
                    verdict: self.verdict(),
                    reason: self.reason(),
                };
                (admin, event)
            }
            _ => {
                let reviews: Vec<String> = self.state.authority.reviews.keys().cloned().collect();
                let (review, reason) = (self.chance.id(&reviews), self.reason());
                (admin, AuthorityEvent::ReviewClosed { review, reason })
            }
        };
        self.write(device, &Event::Authority(event));
    }

    pub(super) fn an_invitation(&mut self) -> AuthorityEvent {
        let lasts = match self.chance.below(8) {
            0 => 0,
            1 => 8 * 24 * HOUR,
            2 => MINUTE,
            _ => 100 * HOUR,
        };
        AuthorityEvent::Invited {
            code_hash: match self.chance.one_in(15) {
                true => "zz".repeat(32),
                false => "d6".repeat(32),
            },
            expires_at: self.now + lasts,
            roles: self.roles(),
        }
    }

    fn a_request(&mut self) {
        let strangers: Vec<usize> = (0..9)
            .filter(|it| {
                !self
                    .state
                    .authority
                    .devices
                    .contains_key(&self.device_id(*it))
            })
            .collect();
        let device = match self.chance.below(10) {
            0 => self.chance.below(10),
            1 => RECOVERY,
            _ => self.chance.of(&strangers).unwrap_or(1),
        };
        self.a_request_of(device);
    }

    pub(super) fn a_request_of(&mut self, device: usize) {
        let names = ["Ben", " Cleo ", "Eve", "Fay", "", "Dän 日本", "a\u{1}b"];
        let free = self.state.authority.invites.iter();
        let free: Vec<String> = free
            .filter(|(_, it)| !it.used)
            .map(|(id, _)| id.clone())
            .collect();
        let all = if self.chance.one_in(6) {
            &self.invites
        } else {
            &free
        };
        let event = Event::Authority(AuthorityEvent::JoinRequested {
            invite: self.chance.id(all),
            code: "amber".to_owned(),
            name: self.chance.of(&names).unwrap().to_owned(),
            device_name: "A laptop".to_owned(),
            key: self.keys[device].public().to_string(),
        });
        self.write(device, &event);
    }

    fn a_device(&mut self) -> (usize, AuthorityEvent) {
        let request = self.open_request();
        let asked = self.state.authority.requests.get(&request);
        let key = asked.map(|it| it.key.clone());
        let other = self.keys[4].public().to_string();
        let key = key.filter(|_| !self.chance.one_in(10)).unwrap_or(other);
        let own = self.any_device();
        let by_owner = self.state.devices.get(&self.device_id(own)).cloned();
        let event = |person| AuthorityEvent::DeviceAdded {
            request,
            person,
            key,
        };
        match by_owner.filter(|_| self.chance.one_in(2)) {
            Some(person) => (own, event(person)),
            None => {
                let person = self.any_person();
                (self.device_with(Role::Administrator), event(person))
            }
        }
    }

    fn a_fork(&mut self) {
        let at = self.chance.below(self.ledger.entries.len());
        let first = self.ledger.entries[at].clone();
        if first.is_genesis() {
            return self.nonsense();
        }
        let forked = first.header().device;
        let device = (0..10)
            .find(|it| self.keys[*it].device_id() == forked)
            .unwrap();
        let before = Head {
            ledger: first.header().ledger,
            device: forked,
            next_seq: first.header().seq,
            prev: first.header().prev,
        };
        let second = self.sealed(device, before, "note", Map::new());
        let lines = |it: &Entry| (it.header_line().to_owned(), it.signature_line());
        let mut pair = (lines(&first), lines(&second));
        match self.chance.below(6) {
            0 => pair.1 = pair.0.clone(),
            1 => pair.1.1 = pair.0.1.clone(),
            _ => {}
        }
        let event = Event::Authority(AuthorityEvent::DeviceForked {
            device: forked.to_string(),
            seq: first.header().seq + u64::from(self.chance.one_in(8)),
            first: pair.0,
            second: pair.1,
        });
        let by = self.any_device();
        self.write(by, &event);
    }

    fn open_request(&mut self) -> String {
        let open = self.state.authority.open_requests();
        let open: Vec<String> = open.map(|(id, _)| id.clone()).collect();
        match open.is_empty() || self.chance.one_in(6) {
            true => self.chance.id(&self.requests),
            false => self.chance.id(&open),
        }
    }

    /// A rule is set, in place of one of its name or beside others, or ended.
    pub(super) fn a_change_of_rules(&mut self) -> RuleEvent {
        let name = ["crash floor", "another", "a third"][self.chance.below(3)].to_owned();
        let reason = "It cried wolf".to_owned();
        match self.chance.one_in(3) {
            true => RuleEvent::Ended { rule: name, reason },
            false => {
                let rule = Box::new(HealthRule {
                    name,
                    ..self.a_rule()
                });
                RuleEvent::Set { rule, reason }
            }
        }
    }

    fn roles(&mut self) -> Vec<Role> {
        let mut roles: Vec<Role> = (0..self.chance.below(4))
            .map(|_| self.chance.of(&Role::ALL).unwrap())
            .collect();
        if self.chance.one_in(3) {
            roles.insert(0, Role::Administrator);
        }
        if !self.chance.one_in(5) {
            roles.sort();
            roles.dedup();
            if roles.len() > 1 {
                roles.retain(|role| *role != Role::Auditor);
            }
        }
        roles
    }
}

pub(super) fn mandate(chance: &mut Chance, act: ActKind) -> Mandate {
    let group = |chance: &mut Chance| -> Vec<Role> {
        let mut roles = vec![chance.of(&Role::ALL[..4]).unwrap(), Role::ProductLead];
        if chance.one_in(3) {
            roles.truncate(1);
        }
        roles
    };
    let approve = (0..chance.below(3))
        .map(|_| Quorum {
            roles: group(chance),
            persons: u8::try_from(chance.below(3)).unwrap(),
        })
        .collect();
    let expires_ms = 10 * MINUTE + chance.ms(20 * MINUTE);
    let fallback = (0..chance.below(3) as u64)
        .map(|nth| Fallback {
            after_ms: (nth + 1) * 3 * MINUTE,
            roles: group(chance),
        })
        .collect();
    let safe = act.is_safe_direction() || chance.one_in(10);
    Mandate {
        ask: group(chance),
        approve,
        expires_ms,
        fallback,
        default_after_ms: (safe && chance.one_in(2)).then_some(9 * MINUTE),
        break_glass: match safe && chance.one_in(2) {
            true => group(chance),
            false => Vec::new(),
        },
    }
}
