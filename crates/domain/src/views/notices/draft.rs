//! The editor: the draft of an incident's next notice, how it looks on each channel, what is wrong
//! with it and who must agree; and what is asked for once it is right. Must not decide.

use std::collections::BTreeMap;

use cockpit_say::say;

use super::board::{is_asked, origin, whom};
use super::incident::phase_name;
use super::{Channel, channels, no_channel};
use crate::decide::may_not_ask;
use crate::lint::{self, Finding, Part};
use crate::notice::{
    Audience, Because, ChannelKind, DraftRecord, Figure, Incident, Locale, NoticeText, PHASES,
    Severity, Slot, Slots, TellEvent, TemplateKey, Why, fill, kind_of, locale_name, phase_key,
    promise, reaches, render,
};
use crate::policy::{ActKind, Role};
use crate::provider::limits_of;
use crate::rule::to_bps;
use crate::signal::Measure;
use crate::state::{IntentRecord, Standing, State};
use crate::target::Phase;
use crate::time::Time;
use crate::views::{
    AgreedView, Choice, DraftView, FindingView, LanguageView, Live, PreviewView, SlotField, Texts,
    capital,
};
use crate::words;

/// What nobody was told of yet and an incident can begin from, in words.
pub(super) fn start(state: &State) -> Option<String> {
    let (version, because) = beginning(state)?;
    let stop = newest_stop(state).and_then(|it| words::version(&it.intent.pre.state));
    let is_asked = stop == Some(version.as_str());
    Some(match (because, is_asked) {
        (Because::Breach { .. }, true) => say!(
            "{version} is below its health rule, its stop was asked for, and no incident is open."
        ),
        (Because::Breach { .. }, false) => {
            say!("{version} is below its health rule, and no incident is open.")
        }
        (Because::Stop { .. }, _) => {
            say!("The stop of {version} was asked for, and no incident is open.")
        }
        (Because::Said, _) => return None,
    })
}

/// The stop that was asked for last and still counts.
fn newest_stop(state: &State) -> Option<&IntentRecord> {
    state
        .intents
        .values()
        .filter(|record| record.intent.act == ActKind::Stop)
        .filter(|record| !matches!(record.standing(), Standing::Rejected | Standing::Withdrawn))
        .max_by_key(|record| record.position)
}

/// The newest stop, else a breach that stands, of a version that has no incident since.
fn beginning(state: &State) -> Option<(String, Because)> {
    let known = |version: &str, since: u64| {
        state
            .tell
            .incidents
            .values()
            .any(|it| it.version == version && (it.is_open() || it.position > since))
    };
    let breach = |version: Option<&str>| {
        state
            .breaches
            .values()
            .filter(|it| version.is_none_or(|version| it.breach.version == version))
            .min_by_key(|it| it.position)
    };
    if let Some(record) = newest_stop(state)
        && let Some(version) = words::version(&record.intent.pre.state)
        && !known(version, record.position)
    {
        let because = match breach(Some(version)) {
            Some(it) => Because::Breach { entry: it.position },
            None => Because::Stop {
                press: record.intent.press.clone(),
            },
        };
        return Some((version.to_owned(), because));
    }
    let it = breach(None)?;
    let version = &it.breach.version;
    let because = Because::Breach { entry: it.position };
    (!known(version, it.position)).then(|| (version.clone(), because))
}

/// The entry that opens an incident from the newest stop or breach; `None` when nothing calls for
/// one.
pub fn open_incident(state: &State, live: &Live, severity: Severity) -> Option<TellEvent> {
    let (version, because) = beginning(state)?;
    let mut figures: Vec<Figure> = state
        .breaches
        .values()
        .filter(|it| it.breach.version == version)
        .map(|it| Figure {
            platform: it.breach.platform.clone(),
            measure: it.breach.measure,
            value_bps: it.breach.value_bps,
        })
        .collect();
    for signal in &live.signals {
        let known = figures.iter().any(|it| it.platform == signal.platform);
        if let Some(value) = signal.value
            && signal.version == version
            && signal.measure == Measure::CrashFreeSessions
            && !known
        {
            figures.push(Figure {
                platform: signal.platform.clone(),
                measure: signal.measure,
                value_bps: to_bps(value),
            });
        }
    }
    Some(TellEvent::Opened {
        title: say!("Problems in version {version}"),
        severity,
        version,
        because,
        figures,
    })
}

/// The draft of an incident's next notice for an audience: with the words that a page sends, else
/// as it was taken down, else freshly filled.
pub fn draft(
    state: &State,
    live: &Live,
    id: &str,
    audience: Audience,
    texts: Option<Texts>,
    now: Time,
) -> Option<DraftView> {
    let incident = state.tell.incidents.get(id)?;
    let update = incident.next_update(incident.phase, audience);
    let taken = incident.drafts.get(&(incident.phase, update, audience));
    let written = texts.or_else(|| taken.map(|it| it.texts.clone()));
    let texts = written.unwrap_or_else(|| {
        BTreeMap::from([(
            Locale::En,
            fill(state, incident, Why::Asked, Locale::En, now),
        )])
    });
    let channels = channels(state, live);
    let work = Work {
        state,
        incident,
        audience,
        texts: &texts,
        now,
    };
    let previews = work.previews(&channels);
    let mut findings = work.findings(&previews);
    let agreed = work.agreed(&previews);
    let legal = work.legal(agreed.envelope.as_deref());
    for finding in findings.iter_mut().filter(|it| it.legal.is_some()) {
        finding.legal = Some(legal.clone());
    }
    let blocked = findings.iter().filter(|it| it.blocking).count();
    let why_not = may_not_ask(state, &live.actor, ActKind::Publish)
        .map(|why| format!("{}.", capital(&why)))
        .or_else(|| no_channel(&channels))
        .or_else(|| work.nowhere(&previews))
        .or_else(|| work.late())
        .or_else(|| match blocked {
            0 => None,
            1 => Some(say!("1 wording problem has to be fixed first.").to_owned()),
            more => Some(say!("{more} wording problems have to be fixed first.")),
        });
    let more_languages = [Locale::En, Locale::De]
        .into_iter()
        .filter(|of| !texts.contains_key(of))
        .map(|of| Choice {
            value: crate::notice::locale_key(of).to_owned(),
            words: locale_name(of).to_owned(),
        })
        .collect();
    Some(DraftView {
        incident: id.to_owned(),
        title: incident.title.clone(),
        severity: incident.severity,
        severities: Severity::ALL
            .into_iter()
            .map(|it| Choice {
                value: it.key().to_owned(),
                words: it.name().to_owned(),
            })
            .collect(),
        phase: incident.phase,
        phases: PHASES
            .into_iter()
            .map(|it| Choice {
                value: phase_key(it).to_owned(),
                words: phase_name(it).to_owned(),
            })
            .collect(),
        update,
        audience,
        draft: taken.map(|it| it.id.clone()),
        origin: taken.map_or(String::new(), |it| origin(state, live, it)),
        languages: texts
            .iter()
            .map(|(of, slots)| language(*of, slots))
            .collect(),
        more_languages,
        previews,
        findings,
        agreed,
        changes: taken.map_or_else(Vec::new, |it| changes(it, &texts)),
        asked: taken
            .filter(|it| is_asked(state, id, it))
            .map(|_| say!("It was asked for. An edit takes its approvals away.").to_owned()),
        why_not,
    })
}

fn language(of: Locale, slots: &Slots) -> LanguageView {
    LanguageView {
        locale: of,
        name: locale_name(of).to_owned(),
        slots: slots.clone(),
        fields: Slot::ALL
            .into_iter()
            .map(|slot| SlotField {
                slot,
                name: slot.name().to_owned(),
                entry: slots.entries.get(&slot).copied(),
            })
            .collect(),
        promise: slots.next_update_at.map(|at| promise(of, at)),
    }
}

/// What is different from the words that were asked for before.
fn changes(record: &DraftRecord, texts: &Texts) -> Vec<crate::notice::Change> {
    let Some(before) = &record.before else {
        return Vec::new();
    };
    let none = Slots::default();
    let mut changes = Vec::new();
    for of in [Locale::En, Locale::De] {
        let was = before.get(&of).unwrap_or(&none);
        let is = texts.get(&of).unwrap_or(&none);
        changes.extend(was.changes(is));
    }
    changes
}

/// A draft with everything that it is looked at against.
struct Work<'a> {
    state: &'a State,
    incident: &'a Incident,
    audience: Audience,
    texts: &'a Texts,
    now: Time,
}

impl Work<'_> {
    fn key(&self, preview: &PreviewView) -> TemplateKey {
        TemplateKey {
            severity: self.incident.severity,
            phase: self.incident.phase,
            audience: self.audience,
            channel: preview.kind,
            locale: preview.locale,
        }
    }

    fn previews(&self, channels: &[Channel]) -> Vec<PreviewView> {
        let mut previews: Vec<PreviewView> = Vec::new();
        for channel in channels {
            let Some(kind) = kind_of(channel.service) else {
                continue;
            };
            if reaches(kind) != self.audience {
                continue;
            }
            for (locale, slots) in self.texts {
                let key = TemplateKey {
                    severity: self.incident.severity,
                    phase: self.incident.phase,
                    audience: self.audience,
                    channel: kind,
                    locale: *locale,
                };
                let (_, template) = self.state.tell.template(key);
                let (title, body, problem) = match render(&template, slots) {
                    Ok((title, body)) => (title, body, None),
                    Err(error) => (String::new(), String::new(), Some(error.to_string())),
                };
                let told = channel.seen.as_ref().and_then(|seen| {
                    let update = self
                        .incident
                        .next_update(self.incident.phase, self.audience);
                    self.incident
                        .told
                        .keys()
                        .find(|it| {
                            it.channel == seen.target
                                && it.locale == *locale
                                && it.phase == self.incident.phase
                                && it.update == update
                        })
                        .map(|_| say!("It was told there already.").to_owned())
                });
                previews.push(PreviewView {
                    service: channel.service.key().to_owned(),
                    channel: channel.title.clone(),
                    kind,
                    locale: *locale,
                    counter: String::new(),
                    text: NoticeText {
                        title,
                        body,
                        phase: self.incident.phase,
                        notify_subscribers: self.incident.severity.notifies(),
                    },
                    left_out: channel.why_not.clone().or(problem).or(told),
                });
                if let Some(last) = previews.last_mut() {
                    last.counter = counter(kind, &last.text);
                }
            }
        }
        previews
    }

    fn findings(&self, previews: &[PreviewView]) -> Vec<FindingView> {
        let mut all: Vec<FindingView> = Vec::new();
        for preview in previews {
            let Some(slots) = self.texts.get(&preview.locale) else {
                continue;
            };
            let entry = |slot: Slot| slots.entries.get(&slot).map(ToString::to_string);
            let people = self.state.people.values();
            let draft = lint::Draft {
                title: preview.text.title.clone(),
                body: preview.text.body.clone(),
                severity: self.incident.severity,
                phase: self.incident.phase,
                channel: preview.kind,
                locale: preview.locale,
                next_update_at: slots.next_update_at,
                now: self.now,
                links: lint::Links {
                    decision: entry(Slot::Decision),
                    rationale: entry(Slot::Rationale),
                    safeguards: entry(Slot::Safeguards),
                },
                people: people
                    .filter(|it| it.is_named())
                    .map(|it| it.name.clone())
                    .collect(),
            };
            for finding in lint::lint(&draft) {
                let view = self.finding(preview, slots, &finding);
                let known = all.iter().any(|it| {
                    it.locale == view.locale && it.rule == view.rule && it.words == view.words
                });
                if !known {
                    all.push(view);
                }
            }
        }
        all.sort_by_key(|it| (!it.blocking, it.slot));
        all
    }

    fn finding(&self, preview: &PreviewView, slots: &Slots, it: &Finding) -> FindingView {
        let spoken = it.span.and_then(|span| {
            let text = match span.part {
                Part::Title => &preview.text.title,
                Part::Body => &preview.text.body,
            };
            text.get(span.start..span.end)
        });
        let slot = spoken.and_then(|spoken| {
            let holds = |slot: &Slot| slots.lines(*slot).any(|line| line.contains(spoken));
            Slot::ALL.into_iter().find(holds)
        });
        FindingView {
            locale: preview.locale,
            slot,
            rule: it.rule.key().to_owned(),
            blocking: it.weight == lint::Weight::Blocking,
            legal: (it.weight == lint::Weight::Legal).then(String::new),
            reason: it.reason.clone(),
            fix: it.fix.clone(),
            words: spoken.map(ToOwned::to_owned),
            instead: it.instead.clone(),
        }
    }

    /// The envelope that every part fits, or what lies outside the newest one and who is missing.
    fn agreed(&self, previews: &[PreviewView]) -> AgreedView {
        let fits = |id: &str| {
            previews.iter().find_map(|preview| {
                let slots = self.texts.get(&preview.locale)?;
                let key = self.key(preview);
                let version = self.state.tell.template(key).0;
                self.state
                    .fits_envelope(id, key, &version, slots, self.now)
                    .err()
            })
        };
        let mut envelopes: Vec<_> = self.state.tell.envelopes.iter().collect();
        envelopes.sort_by_key(|(_, it)| std::cmp::Reverse(it.position));
        let standing = envelopes.iter().filter(|(_, it)| it.ended.is_none());
        let mut why = None;
        for (id, record) in standing {
            match fits(id) {
                None if !previews.is_empty() => {
                    return AgreedView {
                        inside: true,
                        sentence: say!(
                            "Inside “{}”, agreed by legal and brand until {}: one signature of \
                             customer success sends it.",
                            record.envelope.title,
                            words::day(record.envelope.expires_at)
                        ),
                        envelope: Some((*id).clone()),
                    };
                }
                None => {}
                Some(reason) => why = why.or(Some(reason)),
            }
        }
        let why = why.unwrap_or_else(|| say!("no envelope was agreed to").to_owned());
        let missing = [Role::CustomerSuccess, Role::Legal, Role::Brand];
        AgreedView {
            inside: false,
            sentence: say!(
                "Outside the agreed wording: {why}. It takes {}.",
                self.state.who_signs(&missing)
            ),
            envelope: None,
        }
    }

    /// Who in legal agrees to words that touch on privacy, or where they did.
    fn legal(&self, envelope: Option<&str>) -> String {
        let known = envelope.and_then(|id| self.state.tell.envelopes.get(id));
        match known {
            Some(record) => say!(
                "Legal agreed to these words in the envelope “{}”.",
                record.envelope.title
            ),
            None => say!(
                "Nothing is sent before {} agrees to these words.",
                self.state.who_signs(&[Role::Legal])
            ),
        }
    }

    fn nowhere(&self, previews: &[PreviewView]) -> Option<String> {
        previews
            .iter()
            .all(|it| it.left_out.is_some())
            .then(|| say!("No channel reaches {} now.", whom(self.audience)))
    }

    fn late(&self) -> Option<String> {
        let due = self.texts.values().filter_map(|it| it.next_update_at).min();
        if self.incident.phase == Phase::Resolved {
            return None;
        }
        match due {
            None => Some(say!("It does not say when people hear again.").to_owned()),
            Some(due) if due <= self.now => {
                Some(say!("The next update that it promises is over already.").to_owned())
            }
            Some(_) => None,
        }
    }
}

/// "84 of 120 characters".
fn counter(kind: ChannelKind, text: &NoticeText) -> String {
    let limits = limits_of(kind);
    let whole = match limits.title {
        Some(_) => text.body.clone(),
        None => format!("{}\n\n{}", text.title, text.body),
    };
    let Some(limit) = limits.text.first() else {
        return say!("{} characters", whole.chars().count());
    };
    say!("{} of {} {}", limit.of(&whole), limit.most(), limit.unit())
}
