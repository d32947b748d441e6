//! People and policy through the whole engine: what a page asks for, what the approval window
//! signs, and that an approval stands for exact bytes. Must not know the rules themselves.

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, Approval, ChangeArg, Done, EntryArgs, MandatePreviewArgs, Nothing, Problem, ProposeArgs,
    Proposed, Query,
};
use cockpit_engine::domain::Desired;
use cockpit_engine::domain::authority::{Mandate, Quorum};
use cockpit_engine::domain::policy::{ActKind, Role};
use cockpit_engine::domain::views::{
    ChangeDraft, ChangeSheetView, EntryView, MandatePreview, PeopleView,
};
use cockpit_engine::keychain::Wish;
use cockpit_seal::{Entry, PublicKey};

use crate::stage::{World, approve, change, log, stop, stopped};

async fn people(handle: &Handle) -> PeopleView {
    handle.ask(Query::People(Nothing {})).await.unwrap()
}

async fn asks(handle: &Handle, change: ChangeDraft) -> Result<Proposed, Problem> {
    handle.do_it(Act::Propose(ProposeArgs { change })).await
}

async fn signs(handle: &Handle, change: &str) -> Result<Done, Problem> {
    let change = change.to_owned();
    let answer = handle
        .approve(Approval::SignChange(ChangeArg { change }))
        .await?;
    Ok(serde_json::from_value(answer).unwrap())
}

async fn of_stop(handle: &Handle) -> Mandate {
    let policy = people(handle).await.policy;
    let stop = policy.into_iter().find(|it| it.act == ActKind::Stop);
    stop.unwrap().mandate
}

#[tokio::test(start_paused = true)]
async fn a_change_of_policy_is_asked_for_shown_and_signed() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, false).await;
    let before = of_stop(&handle).await;
    let mandate = Mandate {
        expires_ms: 5 * 60_000,
        ..before.clone()
    };
    let act = ActKind::Stop;
    let preview: MandatePreview = handle
        .ask(Query::MandatePreview(MandatePreviewArgs {
            act,
            mandate: mandate.clone(),
        }))
        .await
        .unwrap();
    assert_eq!(
        preview.sentence,
        "Needs you. It expires 5 min after it was asked for."
    );
    assert_eq!(preview.why_not, None);

    let wish = ChangeDraft::Mandate { act, mandate };
    let proposed = asks(&handle, wish).await.unwrap();
    assert_eq!(of_stop(&handle).await, before, "nothing is signed yet");
    let change = proposed.change;
    let sheet: ChangeSheetView = handle
        .ask(Query::ChangeSheet(ChangeArg {
            change: change.clone(),
        }))
        .await
        .unwrap();
    assert_eq!(sheet.title, "Change of the policy · Stop a rollout");
    assert_eq!(sheet.needs, "It takes force at once.");
    assert_eq!(sheet.why_not, None);
    assert_eq!(sheet.facts[1].value, preview.sentence);

    let done = signs(&handle, &change).await.unwrap();
    assert_eq!(done.sentence, "Signed. It stands in the log.");
    assert_eq!(of_stop(&handle).await.expires_ms, 5 * 60_000);
    assert_eq!(people(&handle).await.history.len(), 1);
    let newest = &log(&handle).await[0];
    assert_eq!(newest.decision, "Change of the policy");
    let again = signs(&handle, &change).await.unwrap_err();
    assert_eq!(again.kind, "not_found");

    // It holds after a start from the ledger.
    handle.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_nobody_could_fulfil_is_not_even_taken_down() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, false).await;
    let two = Mandate {
        approve: vec![Quorum {
            roles: vec![Role::ProductLead],
            persons: 1,
        }],
        ..of_stop(&handle).await
    };
    let act = ActKind::Stop;
    let refused = asks(&handle, ChangeDraft::Mandate { act, mandate: two })
        .await
        .unwrap_err();
    assert_eq!(refused.kind, "refused");
    assert!(refused.sentence.contains("nobody could act"), "{refused:?}");
    let you = people(&handle).await.people.remove(0);
    let lonely = ChangeDraft::Roles {
        person: you.id,
        roles: vec![Role::ProductLead],
    };
    let refused = asks(&handle, lonely).await.unwrap_err();
    assert!(
        refused
            .sentence
            .starts_with("No administrator would be left"),
        "{refused:?}"
    );
    let gone = ChangeDraft::Revoke {
        device: "0000000000000000".to_owned(),
        reason: "lost".to_owned(),
    };
    assert!(asks(&handle, gone).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_approval_without_a_look_is_put_up_for_one() {
    let world = World::new("calm");
    let handle = world.drill().await;
    stopped(&handle).await;
    let play = "google_play:com.northwind.wallet/production";
    let resume = Desired::RollingOut { fraction_bps: None };
    let pressed = change(&handle, play, resume).await.unwrap();
    approve(&handle, &pressed.intents[0]).await.unwrap();
    let reviews = people(&handle).await.reviews;
    let titles: Vec<&str> = reviews.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["Approved without opening the change"]);
    let close = ChangeDraft::CloseReview {
        review: reviews[0].review.clone(),
        reason: "it was a test".to_owned(),
    };
    let proposed = asks(&handle, close).await.unwrap();
    signs(&handle, &proposed.change).await.unwrap();
    assert!(people(&handle).await.reviews.is_empty());
}

/// An approval names the intent by the hash of its first line, which holds the hash of its second:
/// whatever byte is changed, it is another intent or none at all.
#[tokio::test(start_paused = true)]
async fn every_changed_byte_of_an_approved_intent_voids_it() {
    let world = World::new("calm");
    let handle = world.drill().await;
    let pressed = stop(&handle).await;
    let rows = log(&handle).await;
    let entry = async |position| -> EntryView {
        handle
            .ask(Query::Entry(EntryArgs { position }))
            .await
            .unwrap()
    };
    let asked = rows.iter().find(|it| it.id == pressed.intents[0]).unwrap();
    let raw = entry(asked.position).await.raw;
    let genesis = entry(rows.last().unwrap().position).await.raw;
    let genesis = lines(genesis.as_bytes()).expect("the first entry is whole");
    let key: PublicKey = genesis.body()["key"].as_str().unwrap().parse().unwrap();
    let holds = |bytes: &[u8]| {
        lines(bytes)
            .is_some_and(|it| it.verify(&key).is_ok() && it.id().to_string() == pressed.intents[0])
    };
    let raw = raw.trim_end().as_bytes();
    assert!(holds(raw));
    for place in 0..raw.len() {
        for bit in 0..8 {
            let mut changed = raw.to_vec();
            changed[place] ^= 1 << bit;
            assert!(!holds(&changed), "byte {place}, bit {bit}");
        }
    }
}

fn lines(bytes: &[u8]) -> Option<Entry> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let (header, body, signature) = (lines.next()?, lines.next()?, lines.next()?);
    let whole = lines.all(<[u8]>::is_empty);
    let entry = Entry::from_lines(header, body, signature).ok()?;
    whole.then_some(entry)
}
