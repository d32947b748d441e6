//! The product's own texts before the linter: what the library drafts may be sent as it is.
//! Must not know a text.

use std::collections::BTreeMap;

use cockpit_domain::Time;
use cockpit_domain::lint::{ChannelKind, Draft, Links, lint};
use cockpit_domain::notice::{
    Audience, Because, Figure, Incident, Locale, Severity, Slot, Template, TemplateKey, Why,
    filled, reaches, render,
};
use cockpit_domain::signal::Measure;
use cockpit_domain::state::State;
use cockpit_domain::target::Phase;

#[test]
fn the_library_drafts_nothing_that_holds_a_notice_back() {
    let now: Time = "2026-11-24T14:00:00Z".parse().expect("a time");
    let locales = [Locale::En, Locale::De];
    let mut problems = Vec::new();
    for severity in Severity::ALL {
        for phase in [
            Phase::Investigating,
            Phase::Identified,
            Phase::Monitoring,
            Phase::Resolved,
        ] {
            for audience in [Audience::Customers, Audience::Team] {
                let mut state = State::default();
                state
                    .tell
                    .incidents
                    .insert("i".to_owned(), incident(severity, phase, now));
                let draft = filled(&state, "i", audience, Why::Asked, &locales, now);
                let texts = draft.expect("the incident is there").texts;
                for (locale, slots) in texts {
                    let channels = ChannelKind::ALL.into_iter();
                    for channel in channels.filter(|it| reaches(*it) == audience) {
                        let key = TemplateKey {
                            severity,
                            phase,
                            audience,
                            channel,
                            locale,
                        };
                        let (title, body) =
                            render(&Template::of_the_library(key), &slots).expect("a library");
                        let entry = |slot: Slot| slots.entries.get(&slot).map(ToString::to_string);
                        let draft = Draft {
                            title,
                            body,
                            severity,
                            phase,
                            channel,
                            locale,
                            next_update_at: slots.next_update_at,
                            now,
                            links: Links {
                                decision: entry(Slot::Decision),
                                rationale: entry(Slot::Rationale),
                                safeguards: entry(Slot::Safeguards),
                            },
                            people: vec!["Mara Lindqvist".to_owned()],
                        };
                        let findings = lint(&draft).into_iter();
                        for it in findings.filter(|it| it.weight.holds_back()) {
                            problems.push(format!(
                                "{severity:?} {phase:?} {audience:?} {channel:?} {locale:?}: {}: {}\n{}\n{}",
                                it.rule.key(),
                                it.reason,
                                draft.title,
                                draft.body
                            ));
                        }
                    }
                }
            }
        }
    }
    assert!(
        problems.is_empty(),
        "{}\n{}",
        problems.len(),
        problems.join("\n")
    );
}

fn incident(severity: Severity, phase: Phase, now: Time) -> Incident {
    Incident {
        position: 4,
        at: now,
        by: "m".to_owned(),
        title: "Problems in version 8.4.0".to_owned(),
        severity,
        version: "8.4.0".to_owned(),
        because: Because::Said,
        figures: vec![Figure {
            platform: "Android".to_owned(),
            measure: Measure::CrashFreeSessions,
            value_bps: 9_821,
        }],
        phase,
        expected: Some((Some(now + 90 * 60_000), 5)),
        points: Vec::new(),
        drafts: BTreeMap::new(),
        told: BTreeMap::new(),
        escalated: Vec::new(),
        missed: Vec::new(),
        closed: None,
    }
}
