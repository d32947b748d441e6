//! Health rules and standing orders as a person uses them: seen, tried out, set, signed, ended.
//! Must not know the engine.

use serde_json::Value;

use crate::workspace::Workspace;

const WORSE: [&str; 4] = ["--name", "half a point worse", "--worse-by", "0.5"];

async fn rules(workspace: &Workspace) -> Vec<Value> {
    let listed = workspace.run(&["rule", "list", "--json"]).await.exits(0);
    listed.json()["rules"].as_array().unwrap().clone()
}

async fn orders(workspace: &Workspace) -> Vec<Value> {
    let listed = workspace.run(&["order", "list", "--json"]).await.exits(0);
    listed.json()["orders"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_rule_is_seen_tried_out_set_and_ended() {
    let workspace = Workspace::on("crash-spike", 0).await;
    let first = rules(&workspace).await;
    assert_eq!(first.len(), 1);
    let badges: Vec<&str> = first[0]["states"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["badge"]["words"].as_str().unwrap())
        .collect();
    assert!(badges.contains(&"Breached"), "{badges:?}");
    assert!(badges.contains(&"Armed"), "{badges:?}");

    let floor = ["--name", "floor", "--below", "99.9"];
    let tried = workspace
        .run(&[&["rule", "test", "--json"][..], &floor].concat())
        .await
        .exits(0)
        .json();
    assert_eq!(
        tried["summary"],
        "It would have fired on 4 of the 4 releases whose figures are known."
    );
    assert_eq!(rules(&workspace).await.len(), 1, "trying out sets nothing");

    let why = ["--propose", "--reason", "ask us first"];
    workspace
        .run(&[&["rule", "set"][..], &floor, &why].concat())
        .await
        .exits(0);
    let both = rules(&workspace).await;
    assert_eq!(both.len(), 2);
    assert_eq!(both[1]["leads_to"], "the proposal of a stop");

    workspace
        .run(&["rule", "end", "floor", "--reason", "too strict"])
        .await
        .exits(0);
    assert_eq!(rules(&workspace).await.len(), 1);
    let gone = ["rule", "end", "floor", "--reason", "again"];
    workspace.run(&gone).await.exits(1);
}

#[tokio::test]
async fn a_rule_that_nobody_could_mean_is_refused() {
    let workspace = Workspace::on("calm", 0).await;
    let odd = ["--name", "odd", "--sample", "0", "--below", "99"];
    let set = [&["rule", "set"][..], &odd, &["--reason", "x"]].concat();
    workspace.run(&set).await.exits(2);
    workspace
        .run(&[&["rule", "test"][..], &odd].concat())
        .await
        .exits(1);
    let limitless = ["rule", "test", "--name", "none"];
    workspace.run(&limitless).await.exits(2);
    let two = [
        "rule", "test", "--name", "two", "--below", "99", "--above", "1",
    ];
    workspace.run(&two).await.exits(2);
}

#[tokio::test]
async fn an_order_is_signed_shown_with_what_is_left_and_ended() {
    let workspace = Workspace::on("calm", 0).await;
    let bounds = ["--hours", "8", "--fires", "2", "--platform", "ios"];
    let why = ["--reason", "nobody watches tonight"];
    workspace
        .run(&[&["order", "sign"][..], &WORSE, &bounds, &why].concat())
        .await
        .exits(0);
    let signed = orders(&workspace).await;
    assert_eq!(signed.len(), 1);
    assert_eq!(
        signed[0]["title"],
        "iOS: stop when “half a point worse” is breached"
    );
    let left = signed[0]["left"].as_str().unwrap();
    assert!(left.ends_with("and 2 of 2 breaches left"), "{left}");
    // A limit alone stops nothing by itself.
    let floor = ["--name", "floor", "--below", "99", "--hours", "8"];
    workspace
        .run(&[&["order", "sign"][..], &floor, &why].concat())
        .await
        .exits(2);
    let id = &signed[0]["order"].as_str().unwrap()[..8];
    workspace
        .run(&["order", "end", id, "--reason", "we are back"])
        .await
        .exits(0);
    let ended = orders(&workspace).await;
    assert_eq!(ended[0]["holds"], false);
    assert_eq!(
        ended[0]["left"],
        "It holds no more: it was ended: we are back."
    );
}
