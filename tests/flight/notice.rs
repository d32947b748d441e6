//! A notice as a person sends it: drafted, asked for, approved, and what each channel answered.
//! Must not know the engine but for the names of its points.

use serde_json::{Value, json};

use crate::cli;
use crate::workspace::Workspace;

const PAGE: &str = "statuspage:nwstatus2026";
const MAIL: &str = "smtp:status@northwind.example";

/// A workspace in which the release was stopped.
async fn stopped() -> Workspace {
    let workspace = Workspace::on("crash-spike", 0).await;
    workspace.run_stop().await.exits(0);
    workspace
}

/// Asks for the drafted notice; gives its press.
async fn submitted(workspace: &Workspace) -> String {
    let press = workspace
        .run(&["notice", "submit", "--severity", "critical", "--json"])
        .await
        .exits(3)
        .json();
    assert_eq!(outcomes(&press), [(PAGE, "waiting"), (MAIL, "waiting")]);
    press["intent"].as_str().unwrap().to_owned()
}

/// Outcomes in the order in which they were asked for.
fn outcomes(press: &Value) -> Vec<(&str, &str)> {
    let text = |it: &'_ Value, key: &str| it[key].as_str().unwrap().to_owned();
    let targets = press["targets"].as_array().unwrap();
    targets
        .iter()
        .map(|it| {
            let target = if text(it, "target") == PAGE {
                PAGE
            } else {
                MAIL
            };
            assert_eq!(text(it, "target"), target);
            (target, it["outcome"].as_str().unwrap())
        })
        .collect()
}

async fn incidents(workspace: &Workspace) -> usize {
    let truth = workspace.sandbox("truth").await;
    truth["statuspage"]["incidents"].as_array().unwrap().len()
}

async fn mails(workspace: &Workspace) -> Vec<Value> {
    let mails = workspace.sandbox("mails").await;
    mails["mails"].as_array().unwrap().clone()
}

/// How the newest notice stands by e-mail, as a new process tells it.
async fn mail_status(workspace: &Workspace) -> Value {
    let status = workspace.run(&["notice", "status", "--json"]).await.json();
    status["notices"][0]["channels"][1].clone()
}

#[tokio::test]
async fn one_press_and_one_approval_reach_both_channels_once() {
    let workspace = stopped().await;
    let draft = workspace
        .run(&["notice", "draft", "--severity", "critical", "--json"])
        .await
        .exits(0)
        .json();
    assert_eq!(draft["title"], "Please do not update to version 8.4.0");
    let body = draft["body"].as_str().unwrap();
    for words in [
        "What we measure: Android: crash-free sessions 98.",
        "What we are doing: ",
        "Nobody new gets version 8.4.0 from Google Play.",
        "Automatic updates to version 8.4.0 from the App Store are paused.",
        "The feature that fails is turned off.",
        "What we do not know yet",
        "We will write again by ",
    ] {
        assert!(body.contains(words), "no '{words}' in {body}");
    }
    assert_eq!(draft["channels"].as_array().unwrap().len(), 2);

    let press = submitted(&workspace).await;
    assert_eq!(
        (incidents(&workspace).await, mails(&workspace).await.len()),
        (0, 0)
    );
    let approved = workspace
        .run(&["approve", "--press", &press[..8], "--json"])
        .await
        .exits(0)
        .json();
    assert_eq!(
        outcomes(&approved),
        [(PAGE, "confirmed"), (MAIL, "confirmed")]
    );
    assert_eq!(incidents(&workspace).await, 1);
    let mails = mails(&workspace).await;
    assert_eq!(
        (mails.len(), mails[0]["to"].as_array().unwrap().len()),
        (1, 3)
    );
    let text = mails[0]["text"].as_str().unwrap();
    assert!(
        text.contains("Subject: Please do not update to version 8.4.0"),
        "{text}"
    );

    let status = workspace
        .run(&["notice", "status", "--json"])
        .await
        .exits(0)
        .json();
    let channels = status["notices"][0]["channels"].as_array().unwrap();
    assert_eq!(channels.len(), 2);
    assert!(
        channels.iter().all(|it| it["at"].is_string()),
        "{channels:?}"
    );
    assert_eq!(
        channels[1]["sentence"],
        "The mail server took it for 3 recipients; delivery was not observed."
    );
    // Each intent has an approval of its own in the log.
    let log = workspace.log().await;
    let count = |decision: &str| {
        log.iter()
            .filter(|row| row["decision"].as_str().unwrap().starts_with(decision))
            .count()
    };
    assert_eq!(
        (count("Asked: publish a notice"), count("Approved")),
        (2, 2),
        "{log:#?}"
    );
    workspace.run(&["verify"]).await.exits(0);
    let again = ["approve", "--press", &press];
    workspace
        .run(&again)
        .await
        .exits(1)
        .says("Nothing that waits");
}

#[tokio::test]
async fn a_mail_whose_answer_is_lost_stays_unknown_and_is_not_sent_again() {
    let workspace = stopped().await;
    let press = submitted(&workspace).await;
    let lost = json!({"service": "smtp", "match": "TEXT", "fault": "lost_reply:close"});
    workspace.tell("fault", lost).await;
    let approved = workspace
        .run(&["approve", "--press", &press, "--json"])
        .await
        .exits(3)
        .json();
    assert_eq!(
        outcomes(&approved),
        [(PAGE, "confirmed"), (MAIL, "unknown")]
    );
    for _ in 0..2 {
        let mail = mail_status(&workspace).await;
        assert_eq!(mail["outcome"], "unknown");
        assert!(
            mail["sentence"]
                .as_str()
                .unwrap()
                .contains("is not sent again"),
            "{mail}"
        );
        workspace.run(&["status"]).await.exits(0);
        assert_eq!(mails(&workspace).await.len(), 1);
    }
}

#[tokio::test]
async fn killed_at_any_point_a_mail_is_sent_at_most_once() {
    for (point, told, sent) in [
        ("after-claim", "confirmed", 1),
        ("after-start", "unknown", 0),
        ("after-send", "unknown", 1),
        ("before-result", "unknown", 1),
        ("after-result", "confirmed", 1),
    ] {
        let workspace = stopped().await;
        let press = submitted(&workspace).await;
        let page = |on: bool| json!({"services": ["statuspage"], "on": on});
        // So that only the mail comes to any point.
        workspace.tell("offline", page(true)).await;
        let approve = workspace.command(&["approve", "--press", &press]);
        let mut child = cli::halted_at(point, approve).await;
        child.kill().await.unwrap();
        workspace.tell("offline", page(false)).await;
        for _ in 0..2 {
            workspace.run(&["status"]).await.exits(0);
            assert_eq!(mail_status(&workspace).await["outcome"], told, "{point}");
            assert_eq!(mails(&workspace).await.len(), sent, "{point}");
        }
        workspace.run(&["verify"]).await.exits(0);
    }
}

#[tokio::test]
async fn a_recipient_that_is_refused_is_counted() {
    let workspace = stopped().await;
    let press = submitted(&workspace).await;
    let knob = json!({"service": "smtp", "refuses": ["bert@"]});
    workspace.tell("knobs", knob).await;
    workspace
        .run(&["approve", "--press", &press])
        .await
        .exits(0);
    assert_eq!(
        mail_status(&workspace).await["sentence"],
        "The mail server took it for 2 recipients; delivery was not observed. It refused 1 \
         recipient, who gets nothing."
    );
}

#[tokio::test]
async fn a_mail_server_that_is_away_leaves_the_notice_queued_and_gets_it_later() {
    let workspace = stopped().await;
    let press = submitted(&workspace).await;
    let mail = |on: bool| json!({"services": ["smtp"], "on": on});
    workspace.tell("offline", mail(true)).await;
    let approved = workspace
        .run(&["approve", "--press", &press, "--json"])
        .await
        .exits(3)
        .json();
    assert_eq!(outcomes(&approved), [(PAGE, "confirmed"), (MAIL, "queued")]);
    workspace.tell("offline", mail(false)).await;
    workspace.finished().await;
    assert_eq!(mail_status(&workspace).await["outcome"], "confirmed");
    assert_eq!(mails(&workspace).await.len(), 1);
}

#[tokio::test]
async fn a_notice_that_is_edited_while_it_is_queued_is_not_sent() {
    let workspace = stopped().await;
    let press = submitted(&workspace).await;
    let channels = |on: bool| json!({"services": ["smtp", "statuspage"], "on": on});
    workspace.tell("offline", channels(true)).await;
    let approved = workspace
        .run(&["approve", "--press", &press, "--json"])
        .await
        .exits(3)
        .json();
    assert_eq!(outcomes(&approved), [(PAGE, "queued"), (MAIL, "queued")]);
    let edit = "unknown=We do not know yet how many people are affected.";
    let draft = ["notice", "draft", "--set", edit, "--json"];
    let draft = workspace.run(&draft).await.exits(0).json();
    assert_eq!(draft["changes"][0]["name"], "What we do not know yet");
    workspace.tell("offline", channels(false)).await;
    workspace.run(&["notice", "publish"]).await.exits(1);
    assert_eq!(
        (incidents(&workspace).await, mails(&workspace).await.len()),
        (0, 0)
    );
}

#[tokio::test]
async fn an_incident_goes_from_agreed_wording_to_its_end() {
    let workspace = stopped().await;
    let envelope = ["notice", "envelope", "propose", "--title", "Outage"];
    workspace.run(&envelope).await.exits(0);
    let listed = ["notice", "envelope", "list", "--json"];
    let listed = workspace.run(&listed).await.exits(0).json();
    let id = listed["envelopes"][0]["envelope"].as_str().unwrap();
    let sign = ["notice", "envelope", "sign", &id[..12]];
    let signed = workspace.run(&sign).await.exits(0);
    assert!(signed.out.contains("in force"), "{signed:?}");

    let draft = [
        "notice", "draft", "--locale", "en", "--locale", "de", "--json",
    ];
    let draft = workspace.run(&draft).await.exits(0).json();
    assert_eq!(draft["agreed"]["inside"], true, "{}", draft["agreed"]);
    assert_eq!(draft["channels"].as_array().unwrap().len(), 4);
    workspace.run(&["notice", "lint"]).await.exits(0);

    let safe = "expect=Your money is safe.";
    let outside = ["notice", "draft", "--set", safe, "--json"];
    let outside = workspace.run(&outside).await.exits(0).json();
    assert_eq!(outside["agreed"]["inside"], false);
    workspace.run(&["notice", "lint"]).await.exits(1);
    workspace.run(&["notice", "submit"]).await.exits(1);
    let mended = "expect=If you have not updated yet, please wait.";
    let mended = ["notice", "draft", "--set", mended];
    workspace.run(&mended).await.exits(0);
    publishes(&workspace, 4).await;

    let why = ["--reason", "8.4.1 is out"];
    let close = ["incident", "close", why[0], why[1]];
    workspace.run(&close).await.exits(1).says("not resolved");
    let resolved = ["incident", "phase", why[0], why[1], "resolved"];
    workspace.run(&resolved).await.exits(0);
    workspace
        .run(&close)
        .await
        .exits(1)
        .says("was not told of its end");
    let end = ["notice", "draft", "--locale", "en", "--locale", "de"];
    workspace.run(&end).await.exits(0);
    publishes(&workspace, 4).await;
    workspace.run(&close).await.exits(0);
    assert_eq!(mails(&workspace).await.len(), 4);
    workspace.run(&["verify"]).await.exits(0);
}

/// Asks for the draft and approves it; every part is there afterwards.
async fn publishes(workspace: &Workspace, parts: usize) {
    let press = workspace
        .run(&["notice", "submit", "--json"])
        .await
        .exits(3)
        .json();
    let press = press["intent"].as_str().unwrap().to_owned();
    let approved = workspace
        .run(&["notice", "approve", "--press", &press, "--json"])
        .await
        .exits(0)
        .json();
    let came = outcomes(&approved);
    assert_eq!(came.len(), parts);
    assert!(
        came.iter().all(|(_, outcome)| *outcome == "confirmed"),
        "{came:?}"
    );
}

#[tokio::test]
async fn a_rejected_notice_goes_nowhere_and_a_text_of_ones_own_is_taken() {
    let workspace = Workspace::on("calm", 0).await;
    workspace
        .run(&["notice", "draft"])
        .await
        .exits(1)
        .says("Nothing was stopped");
    let body = workspace.folder().join("text");
    std::fs::write(&body, "Sign-in was slow.\n\nIt is back to normal.").unwrap();
    let body = body.to_str().unwrap();
    let submit = [
        "notice",
        "submit",
        "--title",
        "Slow sign-in",
        "--body-file",
        body,
        "--phase",
        "resolved",
        "--json",
    ];
    let press = workspace.run(&submit).await.exits(3).json();
    let press = press["intent"].as_str().unwrap();
    let reject = ["approve", "--press", press, "--reject", "Not yet agreed"];
    workspace.run(&reject).await.exits(0);
    workspace
        .run(&["notice", "status", "--press", press])
        .await
        .exits(1);
    assert_eq!(
        (incidents(&workspace).await, mails(&workspace).await.len()),
        (0, 0)
    );
}

#[tokio::test]
async fn without_a_channel_it_says_what_to_connect() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    let run = async |arguments: &[&str]| {
        let mut command = cli::command(arguments);
        command.args(["--workspace", at]);
        cli::run(command).await
    };
    run(&["init"]).await.exits(0);
    let submit = ["notice", "submit", "--title", "x", "--body-file", "-"];
    run(&submit).await.exits(2).says("The notice has no text");
    let body = folder.path().join("text");
    std::fs::write(&body, "It is slow.").unwrap();
    let submit = [
        "notice",
        "submit",
        "--title",
        "x",
        "--body-file",
        body.to_str().unwrap(),
    ];
    run(&submit)
        .await
        .exits(1)
        .says("No status page and no mail server is connected");
}
