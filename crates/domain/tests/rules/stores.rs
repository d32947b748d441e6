//! The further stores: what each one's stop means, and that one press reaches all that carry the
//! release. Knows no interface.

use cockpit_domain::authority::Mandate;
use cockpit_domain::decide::{Command, Press, act_kind, not_offered};
use cockpit_domain::event::Event;
use cockpit_domain::policy::ActKind;
use cockpit_domain::state::Standing;
use cockpit_domain::store::{Store, StoreRollout, StoreStatus, note, wishes};
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
    assert_eq!(sheet.not_covered.len(), 1, "{:?}", sheet.not_covered);
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
