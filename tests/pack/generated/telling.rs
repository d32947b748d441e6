//! Incidents, notices, agreed wording and standing orders of a made-up ledger. Must not know which
//! of these entries have force.

use std::collections::{BTreeMap, BTreeSet};

use cockpit_domain::authority::AuthorityEvent;
use cockpit_domain::event::{EffectResult, Event, Intent, Outcome, Presence};
use cockpit_domain::notice::{
    About, Audience, Because, ChannelKind, Draft, Envelope, Figure, LIBRARY, Locale, PHASES,
    Severity, Slot, Slots, TellEvent, Template, TemplateKey, Why, agreed_phrases, kind_of, reaches,
    render,
};
use cockpit_domain::policy::{ActKind, Role};
use cockpit_domain::rule::{
    Breach, Comparator, Comparison, HealthRule, OrderEvent, OrderRef, RuleOutcome, StandingOrder,
};
use cockpit_domain::signal::Measure;
use cockpit_domain::target::TargetState;
use cockpit_domain::target::{Desired, Notice, Observation, Phase, Service, StatusPage, TargetId};
use serde_json::json;

use super::{HOUR, MINUTE, World};

const CHANNELS: [&str; 5] = [
    "statuspage:page",
    "smtp:customers",
    "fcm:topic",
    "slack:room",
    "remote_config:banner",
];

impl World {
    /// One entry more about an incident, what people are told, or a standing order.
    pub(super) fn telling(&mut self) {
        let lead = self.device_with(Role::ProductLead);
        let roll = self.chance.below(28);
        match roll {
            14 | 15 => return self.a_vote(),
            16..=18 => return self.a_notice_goes_out(),
            _ => {}
        }
        let (device, event) = match roll {
            0 | 1 => (lead, self.an_incident()),
            2..=5 => (lead, self.a_change()),
            6..=9 => (lead, self.a_draft()),
            10..=13 => {
                let Some(intent) = self.a_notice() else {
                    return;
                };
                return self.write(lead, &Event::IntentRequested(Box::new(intent)));
            }
            19 => (lead, self.a_promise()),
            20 => (lead, self.a_template()),
            21 => (lead, self.an_envelope()),
            22 | 23 => {
                let all: Vec<String> = self.state.tell.envelopes.keys().cloned().collect();
                let envelope = self.chance.id(&all);
                let role = self.chance.of(&[Role::Legal, Role::Brand]).unwrap();
                match self.chance.one_in(8) {
                    true => {
                        let reason = self.reason();
                        (lead, TellEvent::EnvelopeEnded { envelope, reason })
                    }
                    false => (
                        self.device_with(role),
                        TellEvent::EnvelopeSigned { envelope },
                    ),
                }
            }
            24 | 25 => {
                let event = self.an_order();
                return self.write(lead, &Event::Order(event));
            }
            _ => {
                let event = self.a_change_of_rules();
                return self.write(lead, &Event::Rule(event));
            }
        };
        let device = match self.chance.one_in(12) {
            true => self.any_device(),
            false => device,
        };
        self.write(device, &Event::Tell(event));
    }

    /// People for every role that a notice needs.
    pub(super) fn house(&mut self) {
        let all = [
            vec![Role::ProductLead, Role::CustomerSuccess],
            vec![Role::CustomerSuccess, Role::Legal],
            vec![Role::Brand],
        ];
        for (device, roles) in (1..).zip(all) {
            let invited = AuthorityEvent::Invited {
                code_hash: "d6".repeat(32),
                expires_at: self.now + 100 * HOUR,
                roles: roles.clone(),
            };
            self.write(0, &Event::Authority(invited));
            self.close();
            let asked = AuthorityEvent::JoinRequested {
                invite: self.invites.last().cloned().unwrap_or_default(),
                code: "amber".to_owned(),
                name: "Ben".to_owned(),
                device_name: "A laptop".to_owned(),
                key: self.keys[device].public().to_string(),
            };
            self.write(device, &Event::Authority(asked));
            self.close();
            let admitted = AuthorityEvent::PersonAdmitted {
                request: self.requests.last().cloned().unwrap_or_default(),
                person: format!("p{device}"),
                roles,
            };
            self.write(0, &Event::Authority(admitted));
            self.close();
        }
    }

    /// From the draft to what became of it, as far as chance lets it come.
    fn a_notice_goes_out(&mut self) {
        let lead = self.device_with(Role::ProductLead);
        if self.state.tell.open().is_empty() {
            let event = Event::Tell(self.an_incident());
            self.write(lead, &event);
            self.close();
        }
        if self.chance.one_in(2) {
            let event = Event::Tell(self.a_draft());
            self.write(lead, &event);
            self.close();
        }
        let Some(intent) = self.a_notice() else {
            return;
        };
        self.write(lead, &Event::IntentRequested(Box::new(intent)));
        self.close();
        for _ in 0..4 {
            self.a_vote();
            self.close();
        }
        let intent = self.intents.last().cloned().unwrap_or_default();
        if self.chance.one_in(2) {
            let claimed = Event::EffectClaimed {
                intent: intent.clone(),
                attempt: 1,
                lease_until: self.now + MINUTE,
            };
            self.write(lead, &claimed);
        }
        let outcomes = [
            Outcome::Confirmed,
            Outcome::Confirmed,
            Outcome::Unknown,
            Outcome::Failed,
        ];
        let result = EffectResult {
            intent,
            attempt: 1,
            outcome: self.chance.of(&outcomes).unwrap(),
            before: None,
            after: None,
            ms: 12,
            sentence: String::new(),
            provider_request_id: None,
        };
        self.write(lead, &Event::EffectResult(result));
        self.close();
        if self.chance.one_in(2) {
            let event = Event::Tell(self.a_promise());
            self.write(lead, &event);
        }
    }

    fn severity(&mut self) -> Severity {
        self.chance.of(&Severity::ALL[..2]).unwrap()
    }

    fn phase(&mut self) -> Phase {
        self.chance.of(&PHASES).unwrap()
    }

    fn incident(&mut self) -> String {
        let open: Vec<String> = self
            .state
            .tell
            .open()
            .into_iter()
            .map(|(id, _)| id.clone())
            .collect();
        self.chance.id(&open)
    }

    fn an_incident(&mut self) -> TellEvent {
        let because = [
            Because::Said,
            Because::Breach { entry: 3 },
            Because::Stop {
                press: "p".to_owned(),
            },
        ];
        TellEvent::Opened {
            title: match self.chance.below(12) {
                0 => "\u{2003}".to_owned(),
                1 => "→".repeat(201),
                _ => " Problems in version 8.4.0 → 日本 ".to_owned(),
            },
            severity: self.severity(),
            version: format!("8.{}.0", self.chance.below(3)),
            because: self.chance.of(&because).unwrap(),
            figures: vec![Figure {
                platform: "iOS".to_owned(),
                measure: self.measure(),
                value_bps: 9_821,
            }],
        }
    }

    fn a_change(&mut self) -> TellEvent {
        let incident = self.incident();
        let reason = match self.chance.one_in(30) {
            true => "x".repeat(2_001),
            false => self.reason(),
        };
        match self.chance.below(8) {
            0 => TellEvent::SeveritySet {
                incident,
                severity: self.severity(),
                reason,
            },
            1..=3 => TellEvent::PhaseSet {
                incident,
                phase: self.phase(),
                reason,
            },
            4 => TellEvent::ExpectedSet {
                incident,
                by: match self.chance.below(4) {
                    0 => None,
                    1 => Some(self.now - MINUTE),
                    _ => Some(self.now + HOUR),
                },
                reason,
            },
            _ => TellEvent::Resolved { incident, reason },
        }
    }

    fn slots(&mut self, of: Locale) -> Slots {
        let mut slots = Slots::default();
        for (slot, phrases) in agreed_phrases(of) {
            if self.chance.one_in(4) {
                continue;
            }
            let mut lines: Vec<String> = (0..1 + self.chance.below(2))
                .map(|_| self.chance.of(&phrases).unwrap())
                .collect();
            if self.chance.one_in(25) {
                lines.push("  Nobody agreed to this → 日本. \r".to_owned());
            }
            let time = match of {
                Locale::En => "18:30 UTC on 24 November 2026",
                Locale::De => "24. November 2026, 18:30 Uhr UTC",
            };
            let version = match self.chance.one_in(30) {
                true => "8.4.0 which is safe",
                false => "8.4.0",
            };
            let facts = [
                ("{version}", version),
                ("{time}", time),
                ("{percent}", "98.21 %"),
                ("{platform}", "iOS"),
                ("{measure}", "crash-free sessions"),
                ("{entry}", "12"),
            ];
            let words = lines.join("\n");
            let words = facts
                .into_iter()
                .fold(words, |words, (hole, fact)| words.replace(hole, fact));
            slots.set(slot, words.replace('\r', ""));
            if self.chance.one_in(3) {
                slots.entries.insert(slot, 12);
            }
        }
        match self.chance.below(25) {
            0 => slots.set(Slot::Doing, "a\u{7}b".to_owned()),
            1 => slots.set(Slot::Headline, "x".repeat(201)),
            _ => {}
        }
        slots.next_update_at = (!self.chance.one_in(5)).then(|| self.now + HOUR);
        slots
    }

    fn a_draft(&mut self) -> TellEvent {
        let incident = self.incident();
        let audience = self.chance.of(&Audience::ALL).unwrap();
        let known = self.state.tell.incidents.get(&incident).cloned();
        let known = known.as_ref();
        let phase = known.map_or(Phase::Investigating, |it| it.phase);
        let update = known.map_or(0, |it| it.next_update(phase, audience));
        let whys = [Why::Asked, Why::Edited, Why::NoNews, Why::Phase];
        let why = self.chance.of(&whys).unwrap();
        let (phase, update) = match self.chance.below(10) {
            0 => (self.phase(), update),
            1 => (phase, update + 1),
            2 => (phase, 0),
            _ => (phase, update),
        };
        let again = known
            .and_then(|it| it.drafts.get(&(phase, update, audience)))
            .map(|it| it.texts.clone());
        let texts = match again.filter(|_| self.chance.one_in(6)) {
            Some(texts) => texts,
            None => {
                let mut texts = BTreeMap::new();
                for of in [Locale::En, Locale::De] {
                    if !self.chance.one_in(8) {
                        let slots = self.slots(of);
                        texts.insert(of, slots);
                    }
                }
                texts
            }
        };
        TellEvent::Drafted(Box::new(Draft {
            incident,
            phase,
            update,
            audience,
            why,
            texts,
        }))
    }

    /// A notice of a draft that is there, the way that the app asks for it, mostly.
    fn a_notice(&mut self) -> Option<Intent> {
        let target = TargetId(self.chance.of(&CHANNELS).unwrap().to_owned());
        let kind = kind_of(target.service().unwrap_or(Service::Sentry))?;
        let audience = reaches(kind);
        let drafts: Vec<_> = self
            .state
            .tell
            .open()
            .into_iter()
            .flat_map(|(id, it)| {
                let drafts = it.drafts.iter().filter(|(place, _)| place.2 == audience);
                let severity = it.severity;
                drafts.map(move |(place, draft)| (id.clone(), severity, *place, draft.clone()))
            })
            .collect();
        let (incident, severity, (phase, update, audience), draft) = self.chance.of(&drafts)?;
        let of: Vec<Locale> = draft.texts.keys().copied().collect();
        let locale = self.chance.of(&of)?;
        let slots = &draft.texts[&locale];
        let key = TemplateKey {
            severity,
            phase,
            audience,
            channel: kind,
            locale,
        };
        let (version, template) = self.state.tell.template(key);
        let (title, body) = render(&template, slots).ok()?;
        let envelopes: Vec<String> = self.state.tell.envelopes.keys().cloned().collect();
        let envelope = self.chance.of(&envelopes);
        let mut about = About {
            incident,
            update,
            audience,
            locale,
            draft: draft.id.clone(),
            template: version,
            envelope: envelope.filter(|_| !self.chance.one_in(5)),
            next_update_at: slots.next_update_at,
        };
        let mut notice = Notice {
            key: about.key(phase),
            title,
            body,
            phase,
            notify_subscribers: true,
            about: None,
        };
        match self.chance.below(40) {
            0 => notice.body += ".",
            1 => notice.key += "x",
            2 => about.template = LIBRARY.to_owned(),
            3 => about.next_update_at = None,
            4 => about.draft = "ab".repeat(32),
            5 => about.incident = "ab".repeat(32),
            6 => about.update += 1,
            _ => {}
        }
        notice.about = (!self.chance.one_in(20)).then_some(about);
        let mandate = self.state.mandate(ActKind::Publish);
        Some(Intent {
            press: "p".to_owned(),
            press_title: "Publish".to_owned(),
            act: ActKind::Publish,
            app: "com.example".to_owned(),
            target: target.clone(),
            title: "A channel".to_owned(),
            desired: Desired::Published { notice },
            pre: Observation {
                target,
                at: self.now,
                state: TargetState::StatusPage(StatusPage {
                    published: Vec::new(),
                }),
            },
            asked_at: self.now,
            expires_at: self.now + mandate.expires_ms,
            persons: mandate.persons(),
            explicit: true,
            reason: "x".to_owned(),
            evidence: Vec::new(),
            order: None,
        })
    }

    /// Somebody whose word is missing judges a notice that waits.
    fn a_vote(&mut self) {
        let waiting: Vec<(String, Vec<Role>)> = self
            .state
            .intents
            .iter()
            .filter(|(_, it)| it.is_open() && !it.missing_sign_off().is_empty())
            .map(|(id, it)| (id.clone(), it.missing_sign_off()))
            .collect();
        let Some((intent, missing)) = self.chance.of(&waiting) else {
            return;
        };
        let role = self.chance.of(&missing).unwrap();
        let device = self.device_with(role);
        let event = Event::IntentJudged {
            intent,
            verdict: self.verdict(),
            reason: self.reason(),
            opened: Some(true),
            presence: Some(Presence::Answered),
        };
        self.write(device, &event);
    }

    /// Others are called, or a promise is noted as broken.
    fn a_promise(&mut self) -> TellEvent {
        let open = self.state.tell.open();
        let promised: Vec<_> = open
            .into_iter()
            .flat_map(|(id, it)| {
                let each = Audience::ALL.into_iter();
                each.filter_map(move |who| Some((id.clone(), who, it.promise(who)?)))
            })
            .collect();
        let (incident, audience, due) = match self.chance.of(&promised) {
            Some(promised) => promised,
            None => (self.incident(), Audience::Customers, self.now),
        };
        let calls = self.chance.one_in(2);
        if !self.chance.one_in(5) {
            self.now = self.now.max(match calls {
                true => due - 2 * MINUTE,
                false => due + 1,
            });
        }
        match calls {
            true => TellEvent::Escalated {
                incident,
                audience,
                due,
            },
            false => TellEvent::Missed {
                incident,
                audience,
                due,
            },
        }
    }

    fn template_key(&mut self) -> TemplateKey {
        let kinds = [
            ChannelKind::StatusPage,
            ChannelKind::Push,
            ChannelKind::Slack,
        ];
        let channel = self.chance.of(&kinds).unwrap();
        TemplateKey {
            severity: self.severity(),
            phase: Phase::Investigating,
            audience: reaches(channel),
            channel,
            locale: self.chance.of(&[Locale::En, Locale::De]).unwrap(),
        }
    }

    fn a_template(&mut self) -> TellEvent {
        let mut template = Template::of_the_library(self.template_key());
        let bodies = [
            template.body.clone(),
            "{{ headline }} → {{ happened }}\n\n\n  {{ next_update }}\n".to_owned(),
            "{%if doing%}{{doing}}{% else %}{ }} {{ brief }}{%  endif  %}".to_owned(),
            "{% if doing %}{% if expect %}a{% else %}b{% endif %}{% else %}c{% endif %}{{ brief }}"
                .to_owned(),
            "{{ customer }}".to_owned(),
            "{{ headline|upper }}".to_owned(),
            "{{{ headline }}}".to_owned(),
            "{% if doing %}".to_owned(),
            "{# x #}{{ headline }}".to_owned(),
            "\u{2003}".to_owned(),
            "{{unknown}}".repeat(1_400),
            "{{ happened }}".repeat(1_000),
        ];
        template.body = match self.chance.one_in(2) {
            true => bodies[self.chance.below(4)].clone(),
            false => self.chance.of(&bodies).unwrap(),
        };
        if self.chance.one_in(4) {
            template.title = "{{ headline }}\n{{ brief }}".to_owned();
        }
        TellEvent::TemplateSet(Box::new(template))
    }

    fn an_envelope(&mut self) -> TellEvent {
        let own = self.state.tell.templates.values();
        let own: Vec<String> = own.map(|it| it.version.clone()).collect();
        let mut templates = BTreeSet::from([LIBRARY.to_owned()]);
        templates.extend(self.chance.of(&own));
        if self.chance.one_in(10) {
            templates.insert("ab".repeat(32));
        }
        let of = [Locale::En, Locale::De];
        let whole = |of| (of, agreed_phrases(of));
        TellEvent::EnvelopeProposed(Box::new(Envelope {
            title: match self.chance.one_in(10) {
                true => " ".to_owned(),
                false => "Crashes".to_owned(),
            },
            severities: BTreeSet::from(Severity::ALL),
            phases: match self.chance.one_in(8) {
                true => BTreeSet::new(),
                false => BTreeSet::from(PHASES),
            },
            audiences: BTreeSet::from(Audience::ALL),
            channels: BTreeSet::from([
                ChannelKind::StatusPage,
                ChannelKind::Email,
                ChannelKind::Slack,
            ]),
            locales: BTreeSet::from([Locale::En, Locale::De]),
            templates,
            allowed: self.chance.of(&of).into_iter().map(whole).collect(),
            expires_at: match self.chance.below(8) {
                0 => self.now,
                1 => self.now + 185 * 24 * HOUR,
                _ => self.now + self.chance.ms(100 * 24 * HOUR),
            },
        }))
    }

    pub(super) fn a_rule(&mut self) -> HealthRule {
        let mut rule = HealthRule::standard();
        if self.chance.one_in(2) {
            rule.comparator = Comparator::Above;
            rule.window_ms = Some(HOUR);
        }
        if self.chance.one_in(2) {
            rule.outcome = RuleOutcome::Stop;
            rule.previous = Some(Comparison {
                worse_by_bps: 50,
                error_bps: 100,
            });
        }
        rule
    }

    fn an_order(&mut self) -> OrderEvent {
        let orders: Vec<String> = self.state.orders.keys().cloned().collect();
        match orders.is_empty() || self.chance.one_in(2) {
            true => OrderEvent::Signed(Box::new(StandingOrder {
                rule: self.a_rule(),
                platform: self.chance.one_in(2).then(|| "iOS".to_owned()),
                until: self.now + HOUR,
                fires_max: 2,
                reason: self.reason(),
            })),
            false => OrderEvent::Ended {
                order: self.chance.id(&orders),
                reason: self.reason(),
            },
        }
    }

    /// The standing order under which the cockpit asks, now and then.
    pub(super) fn under_an_order(&mut self) -> Option<OrderRef> {
        let orders: Vec<String> = self.state.orders.keys().cloned().collect();
        if orders.is_empty() || !self.chance.one_in(3) {
            return None;
        }
        let measure = self.measure();
        let is_named = measure == Measure::NamedShare;
        let source = match measure {
            Measure::CrashFreeSessions => Service::Sentry,
            Measure::CrashFreeUsers => Service::Crashlytics,
            Measure::FreezeFreeUsers => Service::PlayReporting,
            Measure::NamedShare => Service::Prometheus,
        };
        Some(OrderRef {
            order: self.chance.id(&orders),
            entry: self.chance.below(4) as u64,
            breach: Box::new(Breach {
                rule: "crash floor".to_owned(),
                platform: "iOS".to_owned(),
                version: "8.4.0".to_owned(),
                measure,
                value_bps: 9_900,
                floor_bps: 9_950,
                sample: 700,
                since: self.now,
                data_until: self.now,
                comparator: Comparator::Below,
                evidence: None,
                named: is_named.then(|| "Payments that succeed".to_owned()),
                source: Some(source),
            }),
        })
    }

    /// Each of them in turn, without a throw of the dice.
    fn measure(&self) -> Measure {
        match self.now.as_ms() % 4 {
            0 => Measure::CrashFreeSessions,
            1 => Measure::CrashFreeUsers,
            2 => Measure::FreezeFreeUsers,
            _ => Measure::NamedShare,
        }
    }

    /// Bodies about incidents that no version can read.
    pub(super) fn told_badly(&mut self) {
        let device = self.any_device();
        let values = [
            json!({ "incident": "a", "severity": "grave", "reason": "x" }),
            json!({ "incident": "a", "audience": "customers", "due": "soon" }),
            json!({ "envelope": 5 }),
        ];
        let kinds = ["incident.severity", "cadence.miss", "envelope.sign"];
        let which = self.chance.below(3);
        let body = values[which].as_object().cloned().unwrap_or_default();
        self.seal(device, kinds[which], body);
    }
}
