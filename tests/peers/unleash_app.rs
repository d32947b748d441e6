//! The whole app but its window against the real server, and a customer's app beside it: what is
//! called confirmed is so for customers, and what is not in effect says so.

use std::{collections::BTreeMap, sync::Arc};

use cockpit_engine::{
    Engine, Handle, Http, Options,
    api::{
        Act, Approval, ApproveArgs, ChangeArgs, ConnectArgs, CreateWorkspaceArgs, Done, Nothing,
        Pressed, Problem,
    },
    clock,
    desk::NoDesk,
    domain::{
        Desired, Service, TargetId,
        views::{OutcomeView, OutcomeWord},
    },
    keychain::Wish,
    reqwest_transport,
};
use tempfile::TempDir;

use crate::{admin, sdk, unleash_server::RealUnleash};

/// Longer than the 10 s after which a verdict is owed.
const SETTLED_MS_MAX: u64 = 30_000;

#[tokio::test]
async fn a_flag_turned_off_and_on_again_is_so_for_a_customers_app() {
    // Alone on its server: a change by another test would renew what the server keeps.
    let unleash = RealUnleash::start().await;
    let flag = "instant-transfer";
    admin::make_on(&unleash, flag).await;
    let app = App::connected(&unleash, &unleash.admin_token, flag).await;
    assert!(sdk::evaluates(&unleash, flag).await);

    let off = app.change(flag, Desired::Off).await;
    let outcome = app.settled(&off).await;
    assert_eq!(outcome.outcome, OutcomeWord::Confirmed, "{outcome:?}");
    assert!(outcome.sentence.starts_with("Read back"), "{outcome:?}");
    assert!(!sdk::evaluates(&unleash, flag).await);

    let on = app.change(flag, Desired::On).await;
    let waiting = app.outcome(&on).await;
    assert_eq!(waiting.outcome, OutcomeWord::Waiting, "{waiting:?}");
    assert!(!sdk::evaluates(&unleash, flag).await);
    app.approve(&on).await;
    let outcome = app.settled(&on).await;
    assert_eq!(outcome.outcome, OutcomeWord::Confirmed, "{outcome:?}");
    assert!(sdk::evaluates(&unleash, flag).await);
}

#[tokio::test]
async fn a_wrong_token_is_not_kept() {
    let unleash = RealUnleash::shared().await;
    let app = App::new().await;
    let refused = app
        .connect(&unleash, "*:*.somebody-elses", "any")
        .await
        .unwrap_err();
    let told = format!("{} {:?}", refused.sentence, refused.hint);
    assert!(told.contains("does not accept the token"), "{told}");
    assert!(!told.contains("somebody-elses"), "{told}");
}

#[tokio::test]
async fn a_token_that_became_wrong_fails_with_what_to_do() {
    let unleash = RealUnleash::shared().await;
    let flag = "left-on-by-a-dead-token";
    admin::make_on(&unleash, flag).await;
    let app = App::connected(&unleash, &unleash.spare_admin_token, flag).await;
    admin::revoke(&unleash, &unleash.spare_admin_token).await;
    let pressed = app.change(flag, Desired::Off).await;
    let outcome = app.settled(&pressed).await;
    assert_eq!(outcome.outcome, OutcomeWord::Failed, "{outcome:?}");
    for words in [
        "Unleash does not accept the token",
        "Nothing is in effect.",
        "neither deleted nor expired",
    ] {
        assert!(outcome.sentence.contains(words), "{}", outcome.sentence);
    }
    assert!(!outcome.sentence.contains("spare"), "{}", outcome.sentence);
    assert!(sdk::evaluates(&unleash, flag).await);
}

#[tokio::test]
async fn a_flag_that_is_gone_fails_as_not_known() {
    let unleash = RealUnleash::shared().await;
    let flag = "soon-deleted";
    admin::make_on(&unleash, flag).await;
    let app = App::connected(&unleash, &unleash.admin_token, flag).await;
    admin::delete(&unleash, flag).await;
    let pressed = app.change(flag, Desired::Off).await;
    let outcome = app.settled(&pressed).await;
    assert_eq!(outcome.outcome, OutcomeWord::Failed, "{outcome:?}");
    for words in [
        "Unleash does not know this flag",
        "soon-deleted",
        "Nothing is in effect.",
        "may have been archived",
    ] {
        assert!(outcome.sentence.contains(words), "{}", outcome.sentence);
    }
}

#[tokio::test]
async fn with_the_server_down_it_is_queued_and_not_in_effect() {
    let mut unleash = RealUnleash::start().await;
    let flag = "out-of-reach";
    admin::make_on(&unleash, flag).await;
    let app = App::connected(&unleash, &unleash.admin_token, flag).await;
    unleash.stop_server();
    let pressed = app.change(flag, Desired::Off).await;
    let outcome = app.settled(&pressed).await;
    assert_eq!(outcome.outcome, OutcomeWord::Queued, "{outcome:?}");
    for words in ["Unleash", "Queued: not in effect", "until"] {
        assert!(outcome.sentence.contains(words), "{}", outcome.sentence);
    }
}

/// An engine on a workspace of its own.
struct App {
    handle: Handle,
    _folder: TempDir,
}

impl App {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = clock::system();
        let handle = Engine::start(Options {
            folder: folder.path().join("workspace"),
            keychain: Wish::Memory,
            http: Http::new(reqwest_transport().unwrap(), Arc::clone(&clock)),
            clock,
            desk: Arc::new(NoDesk),
            poll: false,
        })
        .await
        .unwrap();
        let workspace = CreateWorkspaceArgs {
            name: "Northwind".to_owned(),
            person: "Mira".to_owned(),
        };
        let _: Done = handle.do_it(Act::CreateWorkspace(workspace)).await.unwrap();
        Self {
            handle,
            _folder: folder,
        }
    }

    /// One that has seen the flag on.
    async fn connected(unleash: &RealUnleash, admin_token: &str, flag: &str) -> Self {
        let app = Self::new().await;
        app.connect(unleash, admin_token, flag).await.unwrap();
        let _: Done = app.handle.do_it(Act::Refresh(Nothing {})).await.unwrap();
        app
    }

    async fn connect(
        &self,
        unleash: &RealUnleash,
        admin_token: &str,
        flag: &str,
    ) -> Result<Done, Problem> {
        let fields: BTreeMap<String, String> = [
            ("base_url", &*unleash.url),
            ("project", "default"),
            ("environment", "development"),
            ("flags", flag),
            ("admin_token", admin_token),
            ("client_token", &unleash.client_token),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        let service = Service::Unleash.key().to_owned();
        self.handle
            .do_it(Act::Connect(ConnectArgs { service, fields }))
            .await
    }

    async fn change(&self, flag: &str, desired: Desired) -> Pressed {
        let target = TargetId::new(Service::Unleash, &format!("default/development/{flag}"));
        let reason = "Transfers fail".to_owned();
        self.handle
            .do_it(Act::Change(ChangeArgs {
                target,
                desired,
                reason,
            }))
            .await
            .unwrap()
    }

    async fn approve(&self, pressed: &Pressed) {
        let intent = pressed.intents[0].clone();
        self.handle
            .approve(Approval::Approve(ApproveArgs {
                intent,
                also: Vec::new(),
            }))
            .await
            .unwrap();
    }

    async fn settled(&self, pressed: &Pressed) -> OutcomeView {
        let view = self.handle.settled(pressed, SETTLED_MS_MAX).await.unwrap();
        assert!(view.settled, "{view:?}");
        view.targets[0].outcome.clone()
    }

    async fn outcome(&self, pressed: &Pressed) -> OutcomeView {
        let view = self.handle.settled(pressed, 0).await.unwrap();
        view.targets[0].outcome.clone()
    }
}
