//! What turning a flag off will really do for apps, said before the press. Knows no service.

use cockpit_domain::decide::not_offered;
use cockpit_domain::switch::{By, Caveat, Flag, Reach};
use cockpit_domain::target::{PhasedStatus, StagedStatus};
use cockpit_domain::views::{cockpit, stop_sheet};
use cockpit_domain::{Desired, TargetState, words};
use serde_json::json;

use crate::cases::{LEAD, NOON, flag, flag_for, flag_id, live, phased, play_id, staged, workspace};

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
                (play_id(), staged(StagedStatus::InProgress, Some(2_000))),
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
        // What holds for every flag of a service stands where one is turned off alone.
        assert_eq!(
            row.detail.contains(shown.trim_end_matches('.')),
            caveat.is_found(),
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

#[test]
fn a_share_is_a_whole_number_of_a_flag_that_one_share_decides() {
    let TargetState::Flag(half) = flag_for(true, Some(true), Some(5_000), "") else {
        unreachable!("it is a flag");
    };
    let why_not = |asked| half.share_problem(asked);
    assert_eq!(why_not(2_500), None);
    assert_eq!(why_not(10_000), None);
    assert_eq!(why_not(5_000).as_deref(), Some("it is on for 50 % already"));
    for asked in [0, 99, 150, 10_100, 50_000, u32::MAX] {
        let why_not = why_not(asked).unwrap();
        assert!(why_not.contains("whole number from 1 to 100 %"), "{asked}");
    }
    let to = |share| Desired::RollingOut {
        fraction_bps: Some(share),
    };
    let state = |serving, share| flag_for(true, serving, share, "");
    assert!(to(2_500).is_met_by(&state(Some(true), Some(2_500))));
    assert!(!to(2_500).is_met_by(&state(Some(false), Some(2_500))));
    assert!(to(10_000).is_met_by(&state(Some(true), None)));
    let off = flag_for(false, Some(false), Some(5_000), "");
    assert!(not_offered(&to(2_500), &off).is_some() && !to(5_000).is_met_by(&off));
    assert!(not_offered(&to(2_500), &state(Some(true), None)).is_some());
    let sentence = words::consequence(&to(2_500), &state(Some(true), Some(5_000)));
    assert!(
        sentence.contains("for 25 % of people instead of 50 %"),
        "{sentence}"
    );
}

#[test]
fn what_is_paused_is_said_for_each_kind_of_target() {
    let says = |desired: &Desired, state: &TargetState| words::consequence(desired, state);
    // The exposure of new people.
    let play = says(
        &Desired::Stopped,
        &staged(StagedStatus::InProgress, Some(2_000)),
    );
    assert!(play.contains("New people stop getting"), "{play}");
    assert!(play.contains("People who have it keep it"), "{play}");
    // The automatic updates, and with them the days.
    let apple = says(&Desired::Stopped, &phased(PhasedStatus::Active, Some(3)));
    assert!(
        apple.contains("Automatic updates to 8.4.0 pause"),
        "{apple}"
    );
    assert!(
        apple.contains("Manual downloads and new installs still get it"),
        "{apple}"
    );
    // The exposure of everybody, those who have the release among them.
    let flag = says(&Desired::Off, &flag(true, Some(true)));
    assert!(
        flag.contains("also for people who already have the release"),
        "{flag}"
    );
    for sentence in [play, apple, flag] {
        assert!(
            !sentence.contains("stopped") && !sentence.contains("paused"),
            "{sentence}"
        );
    }
}
