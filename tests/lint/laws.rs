//! What holds for every text: no panic, places on whole characters, the same answer again.
//! Must not know a rule's words.

use cockpit_domain::Time;
use cockpit_domain::lint::{ChannelKind, Draft, Links, Locale, Part, Rule, Weight, lint};
use cockpit_domain::notice::Severity;
use cockpit_domain::target::Phase;
use proptest::prelude::*;
use proptest::sample::select;

const PHASES: [Phase; 4] = [
    Phase::Investigating,
    Phase::Identified,
    Phase::Monitoring,
    Phase::Resolved,
];

/// Any text, and texts of the signs and words that rules look for.
fn text() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "fully",
        "resolved",
        "never",
        "again",
        "nobody",
        "wird",
        "behoben",
        "nie",
        "wieder",
        "Tobias",
        "Herr",
        "Dr.",
        "@",
        "@max",
        "[",
        "]",
        "{{",
        "}}",
        "<",
        ">",
        "XX:XX",
        "14:30",
        "UTC",
        "24:99",
        "9 Uhr",
        "z. B.",
        "\n",
        "\n\n",
        ". ",
        "!",
        "…",
        "-",
        "ß",
        "\u{0308}",
        "\u{200d}",
        "👩‍👩‍👧‍👦",
        "𝔘𝔫",
        "https://a.b",
        "e\u{301}",
        "'",
        "’s",
        "%",
        "100 %",
        "data",
        "lost",
        "vendor",
        "forgot",
        "gdpr",
        "Grüße",
        "Anna",
        "\u{feff}",
        "\0",
    ]);
    prop_oneof![
        ".{0,200}",
        prop::collection::vec(prop_oneof![pieces.prop_map(str::to_owned), ".{0,5}"], 0..40)
            .prop_map(|it| it.join(" ")),
        "\\PC{0,60}",
    ]
}

fn draft() -> impl Strategy<Value = Draft> {
    (
        (text(), text()),
        select(Severity::ALL.to_vec()),
        select(PHASES.to_vec()),
        select(ChannelKind::ALL.to_vec()),
        select(vec![Locale::En, Locale::De]),
        prop::option::of(any::<i64>().prop_map(Time::from_ms)),
        any::<i64>().prop_map(Time::from_ms),
        (any::<bool>(), prop::collection::vec(text(), 0..3)),
    )
        .prop_map(
            |((title, body), severity, phase, channel, locale, next, now, (linked, people))| {
                let link = linked.then(|| "entry".to_owned());
                Draft {
                    title,
                    body,
                    severity,
                    phase,
                    channel,
                    locale,
                    next_update_at: next,
                    now,
                    links: Links {
                        decision: link.clone(),
                        rationale: None,
                        safeguards: link,
                    },
                    people,
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_gets_the_same_answer_with_places_on_whole_characters(draft in draft()) {
        let findings = lint(&draft);
        for finding in &findings {
            prop_assert!(!finding.reason.is_empty() && !finding.fix.is_empty());
            let Some(span) = finding.span else { continue };
            let text = match span.part {
                Part::Title => &draft.title,
                Part::Body => &draft.body,
            };
            let words = text.get(span.start..span.end);
            prop_assert!(words.is_some_and(|it| !it.is_empty()), "{finding:?}");
            let units: Vec<u16> = text.encode_utf16().collect();
            let same = String::from_utf16(&units[span.utf16_start..span.utf16_end]).ok();
            prop_assert_eq!(same.as_deref(), words);
        }
        prop_assert_eq!(lint(&draft.clone()), findings);
    }
}

fn calm() -> Draft {
    let now: Time = "2026-11-24T14:00:00Z".parse().expect("a time");
    Draft {
        title: "Some payments fail".to_owned(),
        body: "Some payments fail. We do not know why yet. Next update by 14:30 UTC.".to_owned(),
        severity: Severity::Major,
        phase: Phase::Investigating,
        channel: ChannelKind::StatusPage,
        locale: Locale::En,
        next_update_at: Some(now + 30 * 60_000),
        now,
        links: Links {
            decision: Some("entry 12".to_owned()),
            rationale: Some("entry 12".to_owned()),
            safeguards: Some("entry 13".to_owned()),
        },
        people: Vec::new(),
    }
}

fn rules(draft: &Draft) -> Vec<(Rule, Weight)> {
    let findings = lint(draft);
    findings.iter().map(|it| (it.rule, it.weight)).collect()
}

#[test]
fn a_calm_notice_has_no_finding() {
    assert_eq!(lint(&calm()), []);
}

#[test]
fn an_empty_text_is_told_so() {
    for locale in [Locale::En, Locale::De] {
        for channel in ChannelKind::ALL {
            let draft = Draft {
                title: String::new(),
                body: String::new(),
                locale,
                channel,
                ..calm()
            };
            let found = rules(&draft);
            assert!(
                found.contains(&(Rule::Unfilled, Weight::Blocking)),
                "{found:?}"
            );
        }
    }
}

#[test]
fn a_person_of_the_workspace_is_found_whatever_their_name() {
    let draft = Draft {
        body: format!("{} Ask Qwyll Zander.", calm().body),
        people: vec!["Qwyll Zander".to_owned()],
        ..calm()
    };
    assert_eq!(rules(&draft), [(Rule::PersonNamed, Weight::Blocking)]);
}

#[test]
fn data_that_reached_others_is_for_legal() {
    let draft = Draft {
        body: format!("{} This may be a data breach.", calm().body),
        ..calm()
    };
    assert_eq!(rules(&draft), [(Rule::Privacy, Weight::Legal)]);
}

#[test]
fn a_long_text_is_read_in_one_go() {
    for unit in [
        "never ", "no data ", "a.", "[", "@", "14:30 ", "Dr. Dr. ", "Anna-",
    ] {
        let draft = Draft {
            body: unit.repeat(40_000 / unit.len()),
            ..calm()
        };
        assert!(!lint(&draft).is_empty(), "{unit}");
    }
}
