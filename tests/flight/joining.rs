//! Two laptops over one folder, by the command line alone: shared, invited, joined, admitted by
//! the six words, one stop by two persons, and a removal. Must not know the engine.

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{self, Ran};
use crate::workspace::{Workspace, all, outcomes};

/// A laptop that has nothing yet.
struct Laptop(TempDir);

impl Laptop {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = cli::command(arguments);
        command.arg("--workspace").arg(self.0.path());
        cli::run(command).await
    }
}

async fn invited(workspace: &Workspace, arguments: &[&str]) -> String {
    let asked = [&["invite", "--json"], arguments].concat();
    let invited = workspace.run(&asked).await.exits(0).json();
    invited["invitation"].as_str().unwrap().to_owned()
}

fn six_words(joined: &Value) -> String {
    let words = joined["joining"]["words"].as_array().unwrap();
    let words: Vec<&str> = words.iter().map(|it| it.as_str().unwrap()).collect();
    assert_eq!(words.len(), 6);
    words.join(" ")
}

#[tokio::test]
async fn a_second_person_joins_agrees_to_a_stop_and_is_removed() {
    let first = Workspace::on("crash-spike", 0).await;
    let team = tempfile::tempdir().unwrap();
    let second = Laptop::new();
    let invite = ["invite", "--role", "product_lead", "--name", "Ben"];
    first
        .run(&invite)
        .await
        .exits(1)
        .says("Share it with a team folder first");
    let folder = team.path().to_str().unwrap();
    first.run(&["share", folder]).await.exits(0);
    first.run(&["share", folder]).await.exits(1).says("already");
    let invitation = invited(&first, &invite[1..]).await;

    // Whoever joins waits, and decides nothing.
    let joined = second
        .run(&["join", &invitation, "--device", "Ben’s laptop", "--json"])
        .await
        .exits(3)
        .json();
    assert_eq!(joined["joining"]["name"], "Ben");
    let words = six_words(&joined);
    second.run(&["sync", "--json"]).await.exits(3);
    let policy = ["people", "policy", "stop", "--persons", "2"];
    second.run(&policy).await.exits(1).says("belongs to nobody");

    // The administrator admits by the words that are read out, and by no others.
    let room = first.run(&["people", "--json"]).await.exits(0).json();
    assert_eq!(room["requests"][0]["device_name"], "Ben’s laptop");
    let others: Vec<&str> = words.split(' ').rev().collect();
    first
        .run(&["people", "admit", "--words", &others.join(" ")])
        .await
        .exits(1)
        .says("Nobody was admitted");
    first.run(&["people", "admit"]).await.exits(2);
    first
        .run(&["people", "admit", "--words", &words, "--json"])
        .await
        .exits(0);
    let here = second.run(&["sync", "--json"]).await.exits(0).json();
    assert_eq!(here["you"]["name"], "Ben");
    assert_eq!(here["you"]["roles"], serde_json::json!(["product_lead"]));

    // A stop takes two persons from here on.
    first.run(&policy).await.exits(0);
    let flags = ["people", "policy", "turn_off", "--persons", "2"];
    first.run(&flags).await.exits(0);
    let asked = first.run_stop().await.exits(3).json();
    assert_eq!(outcomes(&asked), all("waiting"));
    let press = asked["intent"].as_str().unwrap().to_owned();
    let alone = ["approve", "--press", &press];
    first.run(&alone).await.exits(1).says("you asked");
    second.run(&alone).await.exits(3);
    first.run(&["sync"]).await.exits(0);
    first.finished().await;
    first.is_stopped().await;

    // Both have one log, and it holds.
    second.run(&["sync"]).await.exits(0);
    let entries = async |ran: Ran| -> Vec<Value> {
        let log = ran.exits(0).json();
        let rows = log["entries"].as_array().unwrap();
        rows.iter().map(|row| row["id"].clone()).collect()
    };
    let log = ["log", "--json", "--limit", "1000"];
    assert_eq!(
        entries(first.run(&log).await).await,
        entries(second.run(&log).await).await
    );
    first.run(&["verify"]).await.exits(0);
    second.run(&["verify"]).await.exits(0);

    let gone = ["people", "revoke", "Ben", "--reason", "left the team"];
    first.run(&gone).await.exits(0);
    second
        .run(&["people", "role", "Ben", "auditor"])
        .await
        .exits(1);
    second
        .run(&policy)
        .await
        .exits(1)
        .says("This device of Ben was revoked at")
        .says("left the team");
    first.run(&["verify"]).await.exits(0);
}

#[tokio::test]
async fn an_invitation_that_does_not_hold_makes_nothing() {
    let first = Workspace::on("calm", 0).await;
    let team = tempfile::tempdir().unwrap();
    let folder = team.path().to_str().unwrap();
    first.run(&["share", folder]).await.exits(0);
    let invitation = invited(&first, &["--role", "responder", "--name", "Cleo"]).await;
    let laptop = Laptop::new();
    laptop
        .run(&["join", "hello"])
        .await
        .exits(2)
        .says("not an invitation");
    let cut = &invitation[..invitation.len() - 1];
    laptop.run(&["join", cut]).await.exits(2).says("not whole");
    let elsewhere = ["join", &invitation, "--folder", "/nonexistent/team"];
    laptop
        .run(&elsewhere)
        .await
        .exits(1)
        .says("is not on this computer");
    let no_role = ["invite", "--role", "captain"];
    first.run(&no_role).await.exits(2).says("there is no role");
    // It is as empty as before.
    let joined = laptop.run(&["join", &invitation, "--json"]).await;
    let words = six_words(&joined.exits(3).json());
    let reason = ["people", "refuse", "Cleo", "--reason", "somebody else"];
    first.run(&reason).await.exits(0);
    let told = laptop.run(&["sync"]).await.exits(1);
    assert!(told.out.contains("turned down: somebody else"), "{told:?}");
    first
        .run(&["people", "admit", "--words", &words])
        .await
        .exits(1)
        .says("Nobody asks to join");
}
