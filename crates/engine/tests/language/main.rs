//! Every answer of the engine in another language: what a person reads is said in it. Must not know
//! what a text is about.

#[path = "../../../say/tests/pseudo/mod.rs"]
mod pseudo;
#[path = "../engine/stage.rs"]
#[expect(dead_code, reason = "the stage of another test, which uses all of it")]
mod stage;
mod walk;

use cockpit_engine::Handle;
use cockpit_engine::api::{Act, Approval, Query};
use cockpit_engine::domain::views::CockpitView;
use serde_json::{Value, json};

use stage::{World, cockpit, pass_ms, refresh};
use walk::Unsaid;

/// What was answered to one engine.
struct Heard<'a> {
    handle: &'a Handle,
    unsaid: Unsaid,
}

impl Heard<'_> {
    async fn asks(&mut self, name: &str, args: Value) -> Value {
        let query: Query = serde_json::from_value(json!({"name": name, "args": args})).unwrap();
        let answer = match self.handle.query(query).await {
            Ok(answer) => answer,
            Err(problem) => serde_json::to_value(problem).unwrap(),
        };
        self.unsaid.look(name, &answer);
        answer
    }

    async fn does(&mut self, name: &str, args: Value) -> Value {
        let act: Act = serde_json::from_value(json!({"name": name, "args": args})).unwrap();
        let answer = match self.handle.act(act).await {
            Ok(answer) => answer,
            Err(problem) => serde_json::to_value(problem).unwrap(),
        };
        self.unsaid.look(name, &answer);
        answer
    }

    async fn approves(&mut self, name: &str, args: Value) {
        let asked = json!({"name": name, "args": args});
        let approval: Approval = serde_json::from_value(asked).unwrap();
        let answer = match self.handle.approve(approval).await {
            Ok(answer) => answer,
            Err(problem) => serde_json::to_value(problem).unwrap(),
        };
        self.unsaid.look(name, &answer);
    }

    /// Every room, every sheet and every entry of the log.
    async fn looks_everywhere(&mut self) {
        for name in ["boot", "void_slots", "log_choices", "people", "team"] {
            self.asks(name, json!({})).await;
        }
        for name in ["settings", "health", "notices", "export_progress"] {
            self.asks(name, json!({})).await;
        }
        self.asks("cockpit", json!({"app": null})).await;
        self.asks("stop_sheet", json!({"app": null})).await;
        let page = self.asks("log", json!({"limit": 200})).await;
        for row in page["rows"].as_array().unwrap() {
            let at = json!({"position": row["position"]});
            self.asks("entry", at).await;
            for (name, key) in [("intent", "intent"), ("press", "press")] {
                if let Some(it) = row[key].as_str() {
                    let args = json!({ key: it });
                    self.asks(name, args).await;
                }
            }
        }
    }

    /// What is refused before anything happened.
    async fn is_refused(&mut self) {
        let change =
            |target: &str, to: Value| json!({"target": target, "desired": to, "reason": "r"});
        for (name, args) in [
            ("stop", json!({"app": "nowhere", "reason": "r"})),
            ("stop", json!({"version": "0.0.1", "reason": "r"})),
            ("stop", json!({"reason": ""})),
            ("recover", json!({"version": "0.0.1", "reason": "r"})),
            (
                "recover",
                json!({"app": "nowhere", "version": "0.0.1", "reason": "r"}),
            ),
            ("change", change("unleash:a/b/c", json!({"to": "off"}))),
            ("change", change(stage::PLAY, json!({"to": "complete"}))),
            ("change", change(stage::PLAY, json!({"to": "off"}))),
            ("connect", json!({"service": "nothing", "fields": {}})),
            ("connect", json!({"service": "sentry", "fields": {}})),
            (
                "check_connection",
                json!({"service": "slack", "fields": {}}),
            ),
            ("disconnect", json!({"service": "nothing"})),
            ("start_drill", json!({})),
            ("create_workspace", json!({"name": "n", "person": "p"})),
            ("withdraw", json!({"intent": "ab"})),
            ("ask_again", json!({"intent": "ab"})),
            ("open_approval", json!({"intent": "ab"})),
            ("end_rule", json!({"rule": "nothing", "reason": "r"})),
            ("end_order", json!({"order": "ab", "reason": "r"})),
            ("sign_envelope", json!({"envelope": "ab"})),
            ("set_theme", json!({"theme": "pink"})),
            ("share", json!({"folder": "nowhere"})),
            (
                "join",
                json!({"invitation": "x", "person": "p", "device": "d", "folder": null}),
            ),
            (
                "propose",
                json!({"change": {"what": "threshold", "administrators": 9}}),
            ),
            ("cancel_export", json!({})),
            ("verify_log", json!({})),
            ("rehearse", json!({})),
        ] {
            self.tries(name, args).await;
        }
        for (name, args) in [
            ("press", json!({"press": "ab"})),
            ("intent", json!({"intent": "ab"})),
            ("entry", json!({"position": 9999})),
            ("change_sheet", json!({"change": "ab"})),
        ] {
            self.asks(name, args).await;
        }
        self.approves("approve", json!({"intent": "ab"})).await;
        self.approves("sign_change", json!({"change": "ab"})).await;
    }

    /// An act whose arguments may have another shape by now.
    async fn tries(&mut self, name: &str, args: Value) {
        let sent = json!({"name": name, "args": args});
        assert!(
            serde_json::from_value::<Act>(sent.clone()).is_ok(),
            "{sent}"
        );
        self.does(name, sent["args"].clone()).await;
    }

    /// Asks for whatever is offered, which waits for an approval or is refused.
    async fn asks_for_all(&mut self, view: &CockpitView) {
        let view = serde_json::to_value(view).unwrap();
        let mut wanted = Vec::new();
        for row in view["releases"].as_array().unwrap() {
            for act in row["acts"].as_array().into_iter().flatten() {
                wanted.push(json!({
                    "target": row["target"], "desired": act["desired"], "reason": "r",
                }));
            }
        }
        for args in wanted {
            self.tries("change", args).await;
        }
    }

    async fn tells(&mut self) {
        let drafted = self
            .does(
                "draft_notice",
                json!({"severity": "critical", "locales": ["en", "de"]}),
            )
            .await;
        let incident = drafted["incident"].clone();
        if incident.is_null() {
            return;
        }
        for audience in ["customers", "team"] {
            self.asks(
                "notice_draft",
                json!({"incident": incident, "audience": audience, "texts": null}),
            )
            .await;
        }
        let words = json!({"headline": "There is no cause", "happened": "Nobody is affected!!"});
        let texts = json!({"en": {"words": words, "entries": {}, "next_update_at": null}});
        self.does(
            "write_notice",
            json!({"incident": incident, "audience": "customers", "texts": texts}),
        )
        .await;
        let asked = self
            .does(
                "submit_notice",
                json!({"incident": incident, "audience": "customers"}),
            )
            .await;
        for intent in asked["intents"].as_array().into_iter().flatten() {
            self.asks("intent", json!({"intent": intent})).await;
            self.approves("approve", json!({"intent": intent})).await;
        }
        let change = json!({"what": "expect", "by": "2026-11-23T23:00:00.000Z"});
        self.does(
            "change_incident",
            json!({"incident": incident, "change": change, "reason": "r"}),
        )
        .await;
    }
}

async fn everything_is_said(scenario: &str) {
    pseudo::speak_it();
    let world = World::new(scenario);
    let handle = world.drill().await;
    let mut heard = Heard {
        handle: &handle,
        unsaid: Unsaid::default(),
    };
    heard.looks_everywhere().await;
    let view = cockpit(&handle).await;
    heard.is_refused().await;
    heard
        .does("stop", json!({"reason": "Crash on opening Transfer"}))
        .await;
    heard.looks_everywhere().await;
    pass_ms(30_000).await;
    refresh(&handle).await;
    heard.tells().await;
    heard.asks_for_all(&view).await;
    let view = cockpit(&handle).await;
    heard.asks_for_all(&view).await;
    pass_ms(120_000).await;
    refresh(&handle).await;
    heard.looks_everywhere().await;
    world.offline(true);
    pass_ms(600_000).await;
    refresh(&handle).await;
    heard.looks_everywhere().await;
    heard.unsaid.none();
    // What services hold and were sent is in no laptop's language.
    for place in ["truth", "log"] {
        let held = match place {
            "truth" => world.sandbox.truth(),
            _ => world.control("GET", "log", &json!({})),
        };
        assert!(!held.to_string().contains('⟦'), "{place}: {held}");
    }
}

#[tokio::test(start_paused = true)]
async fn calm() {
    everything_is_said("calm").await;
}

#[tokio::test(start_paused = true)]
async fn crash_spike() {
    everything_is_said("crash-spike").await;
}

#[tokio::test(start_paused = true)]
async fn all_stores() {
    everything_is_said("all-stores").await;
}

#[tokio::test(start_paused = true)]
async fn all_flags() {
    everything_is_said("all-flags").await;
}

#[tokio::test(start_paused = true)]
async fn all_health() {
    everything_is_said("all-health").await;
}

#[tokio::test(start_paused = true)]
async fn all_channels() {
    everything_is_said("all-channels").await;
}
