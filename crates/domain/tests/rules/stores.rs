//! The further stores: what each one's stop means, and that one press reaches all that carry the
//! release. Knows no interface.

use cockpit_domain::authority::Mandate;
use cockpit_domain::decide::{Command, Press, act_kind, not_offered};
use cockpit_domain::event::Event;
use cockpit_domain::policy::ActKind;
use cockpit_domain::state::Standing;
use cockpit_domain::store::{
    EMBEDDED, Store, StoreRollout, StoreStatus, note, rolled_back_to, wishes,
};
use cockpit_domain::target::{CountryShare, PhasedStatus, Review, StagedStatus, Submitted};
use cockpit_domain::views::{stop_sheet, stoppable};
use cockpit_domain::words::{self, Moved};
use cockpit_domain::{Desired, TargetState};

use crate::cases::{
    LEAD, NOON, apple_id, asks, live, phased, play_id, rolling, seen, sold, staged, store_id,
    workspace,
};

const HUAWEI: Store = Store::HuaweiAppGallery;
const SAMSUNG: Store = Store::SamsungGalaxyStore;
const MICROSOFT: Store = Store::MicrosoftStore;
const EXPO: Store = Store::ExpoEasUpdate;

fn out(store: Store) -> StoreRollout {
    sold(store, StoreStatus::InProgress, Some(2_000))
}

fn why(desired: &Desired, it: &StoreRollout) -> Option<String> {
    not_offered(desired, &TargetState::StoreRollout(it.clone()))
}

fn says(desired: &Desired, it: &StoreRollout) -> String {
    words::consequence(desired, &TargetState::StoreRollout(it.clone()))
}

#[test]
fn one_press_reaches_every_store_that_can_be_stopped_and_names_the_one_that_cannot() {
    let mut all = workspace(&[LEAD]);
    let older = StoreRollout {
        version: "8.3.9".to_owned(),
        ..out(HUAWEI)
    };
    let board = |huawei: StoreRollout| {
        live(
            LEAD,
            &[
                (play_id(), staged(StagedStatus::InProgress, Some(2_000))),
                (apple_id(), phased(PhasedStatus::Active, Some(3))),
                (store_id(HUAWEI), TargetState::StoreRollout(huawei)),
                (store_id(SAMSUNG), TargetState::StoreRollout(out(SAMSUNG))),
            ],
        )
    };
    let sheet = stop_sheet(&all.state, &board(out(HUAWEI)), NOON);
    let rows: Vec<(&str, &str, &str)> = sheet
        .targets
        .iter()
        .map(|it| (it.title.as_str(), it.from.as_str(), it.to.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            (
                "Google Play · production · 8.4.0",
                "in progress 20 %",
                "halted"
            ),
            ("Huawei AppGallery · 8.4.0", "in progress 20 %", "suspended"),
            (
                "App Store · phased release · 8.4.0",
                "active, day 3",
                "paused"
            ),
        ]
    );
    assert_eq!(sheet.not_covered.len(), 2, "{:?}", sheet.not_covered);
    assert!(sheet.not_covered[1].contains("does not reach people who have 8.4.0 already"));
    assert!(sheet.not_covered[0].starts_with("Samsung Galaxy Store · 8.4.0: Galaxy Store's"));
    assert!(sheet.not_covered[0].contains("Pause it in Seller Portal, by hand"));

    // What carries another version is no part of this stop, and the sheet says so.
    let sheet = stop_sheet(&all.state, &board(older), NOON);
    assert_eq!(sheet.targets.len(), 2);
    assert!(
        sheet
            .not_covered
            .contains(&"Huawei AppGallery · 8.3.9: it is not 8.4.0.".to_owned())
    );

    // The press itself: an intent for each, and each is ready by the press alone.
    let aims = stoppable(&board(out(HUAWEI)), "8.4.0");
    all.does(
        LEAD,
        NOON,
        Command::Press(Press {
            title: "Stop 8.4.0".to_owned(),
            app: "com.northwind.wallet".to_owned(),
            aims,
            reason: "crashes".to_owned(),
            evidence: Vec::new(),
        }),
    )
    .expect("a lead may stop");
    let targets: Vec<String> = all
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::IntentRequested(intent) => Some(intent.target.0.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(targets, [apple_id().0, play_id().0, store_id(HUAWEI).0]);
    assert!(
        all.state
            .intents
            .values()
            .all(|record| record.standing() == Standing::Ready)
    );
}

#[test]
fn huawei_says_who_keeps_what_and_that_a_full_release_cannot_be_suspended() {
    let mut it = out(HUAWEI);
    it.ends_at = Some(NOON);
    assert_eq!(why(&Desired::Stopped, &it), None);
    let said = says(&Desired::Stopped, &it);
    assert!(said.starts_with("New people stop getting 8.4.0 from AppGallery and get 8.3.2."));
    assert!(said.contains("People who have it keep it."));
    assert!(said.contains("what AppGallery does then is not documented"));
    it.status = StoreStatus::Completed;
    assert_eq!(
        why(&Desired::Stopped, &it).as_deref(),
        Some("8.4.0 is a full release, and AppGallery suspends only a phased one")
    );
    assert!(says(&Desired::Complete, &it).contains("A full release cannot be suspended"));
    assert!(why(&Desired::RemovedFromSale, &it).is_some_and(|it| it.contains("its console does")));
}

#[test]
fn a_resume_never_takes_the_old_share_for_granted() {
    let mut all = workspace(&[LEAD]);
    let held = sold(HUAWEI, StoreStatus::Halted, Some(2_000));
    assert!(why(&rolling(None), &held).is_some_and(|it| it.contains("never assumed")));
    assert_eq!(why(&rolling(Some(100)), &held), None);
    // Asked for without a share it goes on at the one that was shown, and says so in the entry.
    let there = seen(store_id(HUAWEI), TargetState::StoreRollout(held));
    all.does(LEAD, NOON, asks(there, rolling(None)))
        .expect("a lead may resume");
    let desired = all
        .entries
        .iter()
        .find_map(|entry| match &entry.event {
            Event::IntentRequested(intent) => Some(intent.desired.clone()),
            _ => None,
        })
        .expect("it was asked for");
    assert_eq!(desired, rolling(Some(2_000)));
    let unsaid = sold(HUAWEI, StoreStatus::Halted, None);
    let there = seen(store_id(HUAWEI), TargetState::StoreRollout(unsaid));
    assert!(all.does(LEAD, NOON, asks(there, rolling(None))).is_err());
}

#[test]
fn samsung_offers_no_stop_and_calls_turning_off_what_it_is() {
    let it = out(SAMSUNG);
    let why_not = why(&Desired::Stopped, &it).expect("no stop");
    assert!(why_not.contains("turning the staged rollout off would give it to everybody"));
    assert!(says(&Desired::Complete, &it).contains("everybody in every country at once"));
    assert_eq!(why(&rolling(Some(3_000)), &it), None);
    for (asked, reason) in [
        (1_000, "cannot lower a share (20 % is out)"),
        (2_050, "takes whole per cents"),
        (2_000, "20 % is out already"),
    ] {
        let why = why(&rolling(Some(asked)), &it).expect("refused");
        assert!(why.contains(reason), "{why}");
    }
    let held = sold(SAMSUNG, StoreStatus::Halted, Some(2_000));
    for desired in [rolling(Some(3_000)), Desired::Complete] {
        assert!(why(&desired, &held).is_some_and(|it| it.contains("Seller Portal")));
    }
}

#[test]
fn suspending_the_whole_sale_is_another_act_and_takes_two_persons() {
    let it = out(SAMSUNG);
    let state = TargetState::StoreRollout(it.clone());
    let off = Desired::RemovedFromSale;
    assert_eq!(act_kind(&off, &state), ActKind::RemoveFromSale);
    assert_eq!(why(&off, &it), None);
    assert!(says(&off, &it).contains("every country"));
    assert!(says(&off, &it).contains("This is not a pause"));
    assert_eq!(Mandate::standard(ActKind::RemoveFromSale, 1).persons(), 2);
    let labels: Vec<&str> = wishes(&it).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["Pause", "Set %", "Complete", "Take app off sale"]);
    let mut alone = workspace(&[LEAD]);
    let there = seen(store_id(SAMSUNG), state);
    assert!(alone.does(LEAD, NOON, asks(there, off)).is_err());
}

#[test]
fn a_share_that_grew_in_one_country_is_more_exposed() {
    let korea = |fraction_bps| {
        let mut it = out(SAMSUNG);
        it.countries = vec![CountryShare {
            country: "KOR".to_owned(),
            fraction_bps,
        }];
        TargetState::StoreRollout(it)
    };
    assert_eq!(words::state(&korea(4_000)), "in progress 20 %, KOR 40 %");
    assert_eq!(
        words::moved(&korea(4_000), &korea(5_000)),
        Moved::MoreExposed(
            "seen as in progress 20 %, KOR 40 %, now in progress 20 %, KOR 50 %".to_owned()
        )
    );
    let TargetState::StoreRollout(ahead) = korea(4_000) else {
        unreachable!("a store rollout")
    };
    assert!(why(&Desired::Complete, &ahead).is_some_and(|it| it.starts_with("KOR has a larger")));
    let other = TargetState::StoreRollout(StoreRollout {
        version: "8.4.1".to_owned(),
        ..out(SAMSUNG)
    });
    assert!(matches!(
        words::moved(&korea(4_000), &other),
        Moved::Otherwise(_)
    ));
}

#[test]
fn what_waits_at_the_store_is_told_beside_what_is_out() {
    let mut it = out(HUAWEI);
    for (review, said) in [
        (Review::NotSent, "8.5.0 is a draft, not sent for review"),
        (Review::InReview, "8.5.0 is in Huawei's review"),
        (Review::Approved, "8.5.0 is approved and not out yet"),
        (Review::Rejected, "Huawei's review did not approve 8.5.0"),
        (Review::Published, ""),
    ] {
        it.submitted = Some(Submitted {
            version: "8.5.0".to_owned(),
            review,
        });
        assert_eq!(note(&it), said);
    }
}

#[test]
fn microsoft_halts_for_good_and_a_hundred_per_cent_is_not_everybody() {
    let it = out(MICROSOFT);
    assert_eq!(why(&Desired::Stopped, &it), None);
    let said = says(&Desired::Stopped, &it);
    assert!(said.contains("new customers and updates get 8.3.2"));
    assert!(said.contains("The halt is for good"));
    let held = sold(MICROSOFT, StoreStatus::Halted, None);
    for desired in [rolling(None), rolling(Some(3_000)), Desired::Complete] {
        assert!(why(&desired, &held).is_some_and(|it| it.contains("for good")));
    }
    for (asked, reason) in [
        (1_000, "a lower share would take nothing back"),
        (2_050, "whole per cents"),
        (10_000, "without either end"),
    ] {
        let why = why(&rolling(Some(asked)), &it).expect("refused");
        assert!(why.contains(reason), "{why}");
    }
    let all = sold(MICROSOFT, StoreStatus::InProgress, Some(10_000));
    assert!(!Desired::Complete.is_met_by(&TargetState::StoreRollout(all.clone())));
    assert!(note(&all).starts_with("100 % is not everybody"));
}

fn back(update: &str) -> Desired {
    Desired::RolledBack {
        update: update.to_owned(),
    }
}

#[test]
fn over_the_air_a_pause_takes_nothing_back_and_going_on_needs_no_share() {
    let it = sold(EXPO, StoreStatus::Completed, None);
    assert!(says(&Desired::Stopped, &it).contains("a pause takes nothing back"));
    let held = sold(EXPO, StoreStatus::Halted, None);
    let mut all = workspace(&[LEAD]);
    let there = seen(store_id(EXPO), TargetState::StoreRollout(held));
    all.does(LEAD, NOON, asks(there, rolling(None)))
        .expect("a lead may resume");
    // To everybody, so it is met by what reaches everybody.
    assert!(rolling(None).is_met_by(&TargetState::StoreRollout(it.clone())));
    let store = TargetState::StoreRollout(sold(HUAWEI, StoreStatus::Completed, None));
    assert!(!rolling(None).is_met_by(&store));
    assert!(why(&rolling(Some(1_000)), &it).is_some_and(|it| it.contains("set and ended in EAS")));
}

#[test]
fn rolling_back_is_an_act_of_its_own_that_is_approved_and_never_done_again_by_itself() {
    let it = sold(EXPO, StoreStatus::Completed, None);
    let state = TargetState::StoreRollout(it.clone());
    let desired = back("group-2");
    assert_eq!(act_kind(&desired, &state), ActKind::RollBack);
    assert!(ActKind::RollBack.is_explicit() && !ActKind::RollBack.is_safe_direction());
    assert!(desired.brings_another_release() && !desired.is_safe_direction());
    assert!(!desired.may_wait());
    assert_eq!(
        words::desired(&desired, &state),
        "rolled back to \u{201c}Fix the rates screen\u{201d}"
    );
    assert_eq!(why(&desired, &it), None);
    assert_eq!(why(&back(EMBEDDED), &it), None);
    assert!(why(&back("group-1"), &it).is_some_and(|it| it.contains("not the update that people")));
    assert!(says(&desired, &it).contains("published once more"));
    assert!(says(&desired, &it).contains("It cannot be taken back"));
    let labels: Vec<&str> = wishes(&it).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["Pause", "Roll back", "Roll back to the build"]);

    // What stands between a rollback and its asker: a signature, a share, several branches.
    let held_up = |change: fn(&mut StoreRollout)| {
        let mut it = it.clone();
        change(&mut it);
        why(&desired, &it).expect("held up")
    };
    assert!(
        held_up(|it| it.air.as_mut().expect("over the air").signed = true)
            .contains("signed with a key")
    );
    assert!(
        held_up(|it| it.air.as_mut().expect("over the air").spread = true)
            .contains("several branches")
    );
    assert!(held_up(|it| it.fraction_bps = Some(1_000)).contains("share of people"));

    // Read back by its content, under whatever name it stands.
    let mut after = it.clone();
    after.builds = vec!["group-9".to_owned()];
    assert!(!desired.is_met_by(&TargetState::StoreRollout(after.clone())));
    let air = after.air.as_mut().expect("over the air");
    air.same_as = vec!["group-2".to_owned()];
    air.title = "Roll back to the rates screen".to_owned();
    assert!(desired.is_met_by(&TargetState::StoreRollout(after.clone())));
    assert!(
        rolled_back_to(&after).ends_with("apps get it when they ask next; that was not observed")
    );
    after.status = StoreStatus::Halted;
    assert!(rolled_back_to(&after).ends_with("so no app gets it yet"));
    let waits = says(&desired, &sold(EXPO, StoreStatus::Halted, None));
    assert!(waits.ends_with("nobody gets it before the channel is resumed."));
}

#[test]
fn an_update_over_the_air_is_stopped_with_a_release_and_does_not_name_one() {
    let all = workspace(&[LEAD]);
    let air = |version: &str| StoreRollout {
        version: version.to_owned(),
        ..sold(EXPO, StoreStatus::InProgress, Some(1_000))
    };
    let board = |version: &str| {
        live(
            LEAD,
            &[
                (play_id(), staged(StagedStatus::InProgress, Some(2_000))),
                (store_id(EXPO), TargetState::StoreRollout(air(version))),
            ],
        )
    };
    // A runtime's version may be a digest, which as a number is larger than any release's.
    let sheet = stop_sheet(&all.state, &board("93fa5501c2"), NOON);
    assert_eq!(sheet.targets.len(), 1, "{:?}", sheet.targets);
    assert!(sheet.targets[0].title.starts_with("Google Play"));
    let sheet = stop_sheet(&all.state, &board("8.4.0"), NOON);
    assert_eq!(sheet.targets.len(), 2);
}
