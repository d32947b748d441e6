//! `kill -9` of a process that is sending a notice to every channel, wherever it is just then, and a
//! look at what a new process makes of it. Must not know the engine.

use std::collections::BTreeMap;
use std::time::Duration;

use cockpit_tests::wait::wait_until;
use serde_json::Value;

use crate::workspace::Workspace;

/// Requests after which it is killed, counted from the approval: from before the first to after the
/// last. `COCKPIT_KILLS` sets how many of them are tried.
const AFTER: [usize; 8] = [60, 55, 65, 50, 40, 70, 1, 90];
const LIMIT: Duration = Duration::from_secs(60);

/// How many notices stand at each channel.
async fn standing(workspace: &Workspace) -> BTreeMap<String, usize> {
    let truth = workspace.sandbox("truth").await;
    let lists = [("statuspage", "incidents"), ("smtp", "mails")]
        .into_iter()
        .chain(["fcm", "remote_config", "mastodon", "bluesky"].map(|it| (it, "posts")));
    lists
        .map(|(service, list)| {
            let count = truth[service][list].as_array().unwrap().len();
            (service.to_owned(), count)
        })
        .collect()
}

async fn requests(workspace: &Workspace) -> usize {
    let log = workspace.sandbox("log").await;
    log["requests"].as_array().unwrap().len()
}

#[tokio::test]
async fn killed_while_it_sends_nothing_stands_anywhere_twice() {
    let kills = std::env::var("COCKPIT_KILLS").ok();
    let kills = kills.map_or(3, |text| text.parse().unwrap());
    let (mut sent, mut cut) = (0, 0);
    for after in AFTER.into_iter().cycle().take(kills) {
        let workspace = Workspace::on("all-channels", 60).await;
        workspace.run_stop().await.exits(0);
        let submit = ["notice", "submit", "--severity", "critical", "--json"];
        let press = workspace.run(&submit).await.exits(3).json();
        let intent = press["intent"].as_str().unwrap().to_owned();
        let before = standing(&workspace).await;
        let seen = requests(&workspace).await;
        let mut approve = workspace.command(&["approve", "--press", &intent]);
        let mut child = approve.spawn().unwrap();
        wait_until("the process to send", LIMIT, async || {
            let over = child.try_wait().unwrap().is_some();
            (over || requests(&workspace).await >= seen + after).then_some(())
        })
        .await;
        cut += usize::from(child.try_wait().unwrap().is_none());
        // SIGKILL: nothing is written after it.
        child.kill().await.unwrap();
        // What was lost stays unknown for ever, and what was not approved yet waits on; everything
        // else comes to an end.
        let channels = wait_until("each channel's answer", LIMIT, async || {
            let status = workspace.run(&["notice", "publish", "--json"]).await.json();
            let channels = status["notices"][0]["channels"].as_array()?.clone();
            let open = ["queued", "working"];
            let over = |it: &Value| !open.contains(&it["outcome"].as_str().unwrap());
            channels.iter().all(over).then_some(channels)
        })
        .await;
        let now = standing(&workspace).await;
        assert_eq!(channels.len(), now.len(), "{channels:#?}");
        for channel in &channels {
            let service = service_of(channel);
            let count = now[service] - before[service];
            let outcome = channel["outcome"].as_str().unwrap();
            let fits = match count {
                0 => outcome != "confirmed",
                1 => outcome == "confirmed" || outcome == "unknown",
                _ => false,
            };
            assert!(
                fits,
                "after {after} requests {service} has it {count} times: {channel}"
            );
            sent += count;
        }
        workspace.run(&["verify"]).await.exits(0);
    }
    println!("{sent} sent, {cut} of {kills} processes killed on the way");
    assert!(sent > 0 && cut > 0);
}

fn service_of(channel: &Value) -> &'static str {
    let title = channel["channel"].as_str().unwrap();
    let names = [
        ("Statuspage", "statuspage"),
        ("E-mail", "smtp"),
        ("Firebase Cloud Messaging", "fcm"),
        ("Firebase Remote Config", "remote_config"),
        ("Mastodon", "mastodon"),
        ("Bluesky", "bluesky"),
    ];
    let name = names.iter().find(|(name, _)| title.starts_with(name));
    name.unwrap_or_else(|| panic!("no channel is called {title}"))
        .1
}
