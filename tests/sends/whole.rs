//! A smaller number through the whole engine, with its ledger and its approvals. Must not know how a
//! channel is spoken to.

use std::sync::Arc;
use std::time::Duration;

use cockpit_domain::notice::NoticeText;
use cockpit_domain::target::Phase;
use cockpit_engine::api::{Act, Approval, ApproveArgs, Done, Nothing, Pressed, RequestNoticeArgs};
use cockpit_engine::desk::NoDesk;
use cockpit_engine::domain::Time;
use cockpit_engine::keychain::Wish;
use cockpit_engine::{Engine, Handle, Http, Options, clock};
use serde_json::{Value, json};

use crate::plan::{CHANNELS, Dice, Plan};
use crate::stage::{EPOCH_MS, Stage, Wire};

const RUNS: u64 = 25;

pub fn notice(title: &str) -> Act {
    Act::RequestNotice(RequestNoticeArgs {
        text: NoticeText {
            title: title.to_owned(),
            body: format!("{title}: we are looking into it and write again soon."),
            phase: Phase::Investigating,
            notify_subscribers: false,
        },
    })
}

async fn begun(stage: &Stage, folder: &std::path::Path) -> Handle {
    let clock = clock::runtime(Time::from_ms(EPOCH_MS));
    let handle = Engine::start(Options {
        folder: folder.to_owned(),
        keychain: Wish::Memory,
        http: Http::new(Arc::new(Wire::new(&stage.sandbox)), Arc::clone(&clock)),
        clock,
        desk: Arc::new(NoDesk),
        poll: false,
    })
    .await
    .unwrap();
    let connections = stage.sandbox.connections();
    handle.begin_on_sandbox(&connections, "Mira").await.unwrap();
    let _: Done = handle.do_it(Act::Refresh(Nothing {})).await.unwrap();
    handle
}

/// How often a title stands at each channel.
pub fn standing(truth: &Value, title: &str) -> Vec<(&'static str, usize)> {
    let words = format!("{title}: we are looking into it");
    CHANNELS
        .iter()
        .map(|service| {
            if service.key() == "smtp" {
                let subject = format!("Subject: {title}");
                let mails = truth["smtp"]["mails"].as_array().unwrap().iter();
                let of_it = |it: &&Value| it["text"].as_str().unwrap().contains(&subject);
                return ("smtp", mails.filter(of_it).count());
            }
            let of = truth[service.key()].to_string();
            // Remote Config tells its template beside what was shown.
            let of = match truth[service.key()]["posts"].as_array() {
                Some(posts) => json!(posts).to_string(),
                None => of,
            };
            (service.key(), of.matches(&words).count())
        })
        .collect()
}

async fn play(seed: u64) -> (Vec<String>, usize) {
    let mut dice = Dice::new(seed);
    let stage = Stage::new(seed, dice.pick(&[0, 20, 100, 400]));
    let folder = tempfile::tempdir().unwrap();
    let handle = begun(&stage, folder.path()).await;
    for service in CHANNELS {
        for fault in Plan::of(&mut dice, service).faults {
            stage.control("fault", &fault);
        }
    }
    let waiting: Pressed = handle.do_it(notice("Never agreed to")).await.unwrap();
    let agreed: Pressed = handle.do_it(notice("Agreed to")).await.unwrap();
    assert_eq!(agreed.intents.len(), CHANNELS.len());
    let (intent, also) = agreed.intents.split_first().unwrap();
    let approval = ApproveArgs {
        intent: intent.clone(),
        also: also.to_vec(),
    };
    handle.approve(Approval::Approve(approval)).await.unwrap();
    handle.settled(&agreed, 20_000).await.unwrap();
    let never = std::future::pending::<()>();
    let _ = tokio::time::timeout(Duration::from_secs(20 * 60), never).await;
    let end = handle.settled(&agreed, 0).await.unwrap();
    let truth = stage.sandbox.truth();
    let (mut complaints, mut confirmed) = (Vec::new(), 0);
    for (service, count) in standing(&truth, "Never agreed to") {
        if count > 0 {
            complaints.push(format!("{service}: sent without anybody's agreement"));
        }
    }
    for (service, count) in standing(&truth, "Agreed to") {
        let row = end.targets.iter().find(|row| {
            json!(row)["target"]
                .to_string()
                .contains(&format!("{service}:"))
        });
        let outcome = row
            .map(|row| json!(row.outcome.outcome))
            .unwrap_or_default();
        match (outcome.as_str().unwrap_or("none"), count) {
            (_, 2..) => complaints.push(format!("{service}: stands there {count} times")),
            ("confirmed", 0) => complaints.push(format!("{service}: confirmed and not there")),
            ("confirmed", 1) => confirmed += 1,
            ("unknown", _) | ("failed" | "refused" | "stale", 0) => {}
            (word, _) => {
                complaints.push(format!("{service}: {word}, and stands there {count} times"))
            }
        }
    }
    assert_eq!(waiting.intents.len(), CHANNELS.len());
    (complaints, confirmed)
}

#[test]
fn through_the_whole_engine_nothing_leaves_that_nobody_agreed_to() {
    let mut all = 0;
    for seed in 1..=RUNS {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let (complaints, confirmed) = runtime.block_on(play(seed));
        assert!(complaints.is_empty(), "seed {seed}: {complaints:#?}");
        all += confirmed;
    }
    println!(
        "{all} confirmed of {} through the whole engine",
        RUNS * CHANNELS.len() as u64
    );
    assert!(all as u64 > RUNS * 4, "most arrive: {all}");
}
