//! What turning a flag off will really do for apps, said before the press. Knows no service.

use cockpit_domain::switch::{By, Caveat, Flag, Reach};
use cockpit_domain::views::{cockpit, stop_sheet};
use cockpit_domain::{Desired, TargetState, words};
use serde_json::json;

use crate::cases::{LEAD, NOON, flag, flag_id, live, play_id, staged, workspace};

fn all() -> Vec<Caveat> {
    vec![
        Caveat::Archived,
        Caveat::NotForApps,
        Caveat::NotAskedFor { days: 30 },
        Caveat::NotAskedFor { days: 1 },
        Caveat::NoStrategy,
        Caveat::ServedWhenOff {
            value: "true".to_owned(),
        },
        Caveat::DefaultInCode {
            value: Some("true".to_owned()),
        },
        Caveat::DefaultInCode { value: None },
        Caveat::IdentityOverrides { many: Some(1) },
        Caveat::IdentityOverrides { many: Some(3) },
        Caveat::IdentityOverrides { many: None },
        Caveat::SegmentOverrides { many: 1 },
        Caveat::SegmentOverrides { many: 2 },
    ]
}

fn with(enabled: bool, caveats: Vec<Caveat>, reach: Option<Reach>) -> TargetState {
    let TargetState::Flag(bare) = flag(enabled, Some(enabled)) else {
        unreachable!("it is a flag");
    };
    TargetState::Flag(Flag {
        caveats,
        reach,
        ..bare
    })
}

#[test]
fn every_caveat_is_one_honest_sentence() {
    let lines: Vec<String> = all().iter().map(Caveat::sentence).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_way_to_learn_of_a_change_says_how_long_it_takes() {
    let ways = [
        (By::Stream, 5),
        (By::Poll, 15),
        (By::Fetch, 12 * 3_600),
        (By::Start, 0),
    ];
    let lines = ways.map(|(by, within_s)| Reach { by, within_s }.sentence());
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_keeps_a_flag_on_is_said_before_the_press_and_beside_the_flag() {
    let reach = Reach {
        by: By::Poll,
        within_s: 15,
    };
    let all_entries = workspace(&[LEAD]);
    for caveat in all() {
        let state = with(true, vec![caveat.clone()], Some(reach));
        let live = live(
            LEAD,
            &[
                (
                    play_id(),
                    staged(
                        cockpit_domain::target::StagedStatus::InProgress,
                        Some(2_000),
                    ),
                ),
                (flag_id(), state),
            ],
        );
        let sheet = stop_sheet(&all_entries.state, &live, NOON);
        let part = sheet.targets.iter().find(|it| it.target == flag_id().0);
        let sentence = &part.expect("the stop reaches it").sentence;
        assert!(sentence.contains(&caveat.sentence()), "{sentence}");
        assert!(sentence.contains(&reach.sentence()), "{sentence}");
        let screen = cockpit(&all_entries.state, &live, NOON);
        let row = &screen.flags[0];
        let shown = caveat.sentence();
        assert!(
            row.detail.contains(shown.trim_end_matches('.')),
            "{}",
            row.detail
        );
        assert!(row.act.sentence.contains(&shown), "{}", row.act.sentence);
    }
}

#[test]
fn nobody_is_told_that_it_is_off_for_everybody_when_some_have_an_override() {
    let some = vec![Caveat::SegmentOverrides { many: 2 }];
    let sentence = words::consequence(&Desired::Off, &with(true, some.clone(), None));
    assert!(
        sentence.contains("for everybody without an override"),
        "{sentence}"
    );
    let read = words::read_back(&Desired::Off, &with(false, some, None));
    assert_eq!(
        read,
        "Read back: off. 2 segments have an override and keep what it says."
    );
    let plain = words::read_back(&Desired::Off, &with(false, Vec::new(), None));
    assert_eq!(plain, "Read back: off.");
}

#[test]
fn a_flag_without_caveats_has_the_bytes_that_it_always_had() {
    let text = serde_json::to_string(&flag(true, None)).unwrap();
    assert!(
        !text.contains("caveats") && !text.contains("reach"),
        "{text}"
    );
    let old: TargetState = serde_json::from_value(json!({
        "kind": "flag", "name": "a", "environment": "production", "enabled": true,
        "serving": null, "fraction_bps": null, "description": "",
    }))
    .unwrap();
    let TargetState::Flag(old) = old else {
        unreachable!("it is a flag");
    };
    assert_eq!((old.caveats, old.reach), (Vec::new(), None));
}

#[test]
fn caveats_have_these_bytes() {
    let reach = Some(Reach {
        by: By::Stream,
        within_s: 5,
    });
    let text = serde_json::to_string_pretty(&with(true, all(), reach)).unwrap();
    insta::assert_snapshot!(text);
}
