//! The system's own prompt before an approval: what its answer is worth, and what a policy that asks
//! for it does. Must not know how a desktop shows a prompt.

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, Approval, ChangeArg, Done, EntryArgs, Nothing, Problem, ProposeArgs, Proposed, Query,
};
use cockpit_engine::domain::Desired;
use cockpit_engine::domain::views::{ChangeDraft, EntryView, PeopleView};
use cockpit_engine::keychain::Wish;
use cockpit_engine::presence::Answer;

use crate::stage::{PLAY, World, approve, change, log, stopped};

/// A resume that waits for its approval.
async fn asked(handle: &Handle) -> String {
    stopped(handle).await;
    let resume = Desired::RollingOut { fraction_bps: None };
    let pressed = change(handle, PLAY, resume).await.unwrap();
    pressed.intents[0].clone()
}

async fn newest(handle: &Handle, decision: &str) -> EntryView {
    let rows = log(handle).await;
    let row = rows.iter().find(|it| it.decision == decision).unwrap();
    let position = row.position;
    handle
        .ask(Query::Entry(EntryArgs { position }))
        .await
        .unwrap()
}

async fn require(handle: &Handle, required: bool) -> Result<Done, Problem> {
    let change = ChangeDraft::Presence { required };
    let proposed: Proposed = handle.do_it(Act::Propose(ProposeArgs { change })).await?;
    let change = proposed.change;
    let signed = handle
        .approve(Approval::SignChange(ChangeArg { change }))
        .await?;
    Ok(serde_json::from_value(signed).unwrap())
}

async fn is_required(handle: &Handle) -> bool {
    let people: PeopleView = handle.ask(Query::People(Nothing {})).await.unwrap();
    people.presence.required
}

#[tokio::test(start_paused = true)]
async fn an_approval_says_whether_the_prompt_was_answered() {
    let world = World::new("calm");
    let handle = world.drill().await;
    world.desk.prompt_is(Answer::Present);
    let intent = asked(&handle).await;
    let done = approve(&handle, &intent).await.unwrap();
    let sentence = done["sentence"].as_str().unwrap();
    assert!(
        sentence.ends_with("You answered the system's own prompt before it."),
        "{sentence}"
    );
    let entry = newest(&handle, "Approved").await;
    assert!(entry.raw.contains(r#""presence":"answered""#));
    let told = entry.facts.iter().find(|it| it.name == "Presence").unwrap();
    assert_eq!(
        told.value,
        "the system's own prompt was answered, as this laptop says"
    );
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_prompt_the_approval_says_so_and_counts() {
    let world = World::new("calm");
    let handle = world.drill().await;
    let intent = asked(&handle).await;
    let done = approve(&handle, &intent).await.unwrap();
    let sentence = done["sentence"].as_str().unwrap();
    assert!(
        sentence.ends_with("was not asked for: there is none in this test."),
        "{sentence}"
    );
    let entry = newest(&handle, "Approved").await;
    assert!(entry.raw.contains(r#""presence":"not_offered""#));
}

#[tokio::test(start_paused = true)]
async fn a_prompt_that_was_closed_signs_nothing() {
    let world = World::new("calm");
    let handle = world.drill().await;
    let intent = asked(&handle).await;
    let before = log(&handle).await.len();
    world.desk.prompt_is(Answer::Declined);
    let refused = approve(&handle, &intent).await.unwrap_err();
    assert_eq!(refused.kind, "refused");
    assert!(
        refused
            .sentence
            .ends_with("Nothing was signed, and it still waits."),
        "{refused:?}"
    );
    assert_eq!(log(&handle).await.len(), before);
    // It waits, and the next answer counts.
    world.desk.prompt_is(Answer::Present);
    approve(&handle, &intent).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_wants_the_prompt_is_held_and_is_not_set_where_there_is_none() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, false).await;
    let refused = require(&handle, true).await.unwrap_err();
    assert!(
        refused.sentence.contains("nobody could approve"),
        "{refused:?}"
    );
    assert!(!is_required(&handle).await);

    world.desk.prompt_is(Answer::Present);
    require(&handle, true).await.unwrap();
    assert!(is_required(&handle).await);
    let intent = asked(&handle).await;
    world
        .desk
        .prompt_is(Answer::NotOffered("polkit does not run".to_owned()));
    let refused = approve(&handle, &intent).await.unwrap_err();
    assert!(
        refused.sentence.contains("polkit does not run")
            && refused.sentence.ends_with("and it still waits."),
        "{refused:?}"
    );
    assert!(refused.hint.is_some());

    // A system without a prompt can set the policy back, or it would be a trap.
    require(&handle, false).await.unwrap();
    assert!(!is_required(&handle).await);
    approve(&handle, &intent).await.unwrap();
}

#[cfg(target_os = "linux")]
mod polkit {
    //! The real question, on a message bus of its own with a stand-in for polkit on it.

    use std::collections::HashMap;
    use std::io::{BufRead as _, BufReader};
    use std::process::{Child, Command, Stdio};

    use cockpit_engine::presence::{Answer, ask_on};
    use zbus::zvariant::OwnedValue;
    use zbus::{Connection, connection, fdo};

    /// A message bus that ends with the test.
    struct Bus {
        daemon: Child,
        address: String,
    }

    impl Bus {
        fn start() -> Self {
            let mut daemon = Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
                .stdout(Stdio::piped())
                .spawn()
                .expect("dbus-daemon is there");
            let mut address = String::new();
            BufReader::new(daemon.stdout.take().unwrap())
                .read_line(&mut address)
                .unwrap();
            let address = address.trim().to_owned();
            Self { daemon, address }
        }

        /// With a polkit that answers so to a question, and so once it may ask the person.
        async fn with(&self, quiet: fdo::Result<(bool, bool)>, asked: (bool, bool)) -> Connection {
            connection::Builder::address(self.address.as_str())
                .unwrap()
                .name("org.freedesktop.PolicyKit1")
                .unwrap()
                .serve_at(
                    "/org/freedesktop/PolicyKit1/Authority",
                    Authority { quiet, asked },
                )
                .unwrap()
                .build()
                .await
                .unwrap()
        }
    }

    impl Drop for Bus {
        fn drop(&mut self) {
            let _ = self.daemon.kill();
            let _ = self.daemon.wait();
        }
    }

    struct Authority {
        quiet: fdo::Result<(bool, bool)>,
        asked: (bool, bool),
    }

    type Details = HashMap<String, String>;

    #[zbus::interface(name = "org.freedesktop.PolicyKit1.Authority")]
    impl Authority {
        fn check_authorization(
            &self,
            subject: (String, HashMap<String, OwnedValue>),
            action: String,
            _details: Details,
            flags: u32,
            _cancellation: String,
        ) -> fdo::Result<((bool, bool, Details),)> {
            assert_eq!(subject.0, "system-bus-name");
            assert!(subject.1.contains_key("name"));
            assert_eq!(action, "app.release-cockpit.approve");
            let (authorized, challenge) = match flags {
                0 => self.quiet.clone()?,
                _ => self.asked,
            };
            Ok(((authorized, challenge, Details::new()),))
        }
    }

    const ASKS: fdo::Result<(bool, bool)> = Ok((false, true));

    fn why(answer: Answer) -> String {
        match answer {
            Answer::NotOffered(why) => why,
            Answer::Present | Answer::Declined => panic!("{answer:?}"),
        }
    }

    #[tokio::test]
    async fn a_prompt_that_was_answered_or_closed() {
        let bus = Bus::start();
        let polkit = bus.with(ASKS, (true, false)).await;
        assert_eq!(ask_on(&bus.address).await, Answer::Present);
        drop(polkit);
        let bus = Bus::start();
        let _polkit = bus.with(ASKS, (false, false)).await;
        assert_eq!(ask_on(&bus.address).await, Answer::Declined);
    }

    #[tokio::test]
    async fn what_is_let_through_without_a_prompt_proves_nobody() {
        let bus = Bus::start();
        let _polkit = bus.with(Ok((true, false)), (true, false)).await;
        let why = why(ask_on(&bus.address).await);
        assert!(why.contains("without asking anybody"), "{why}");
    }

    #[tokio::test]
    async fn a_session_without_an_agent_says_so() {
        let bus = Bus::start();
        let _polkit = bus.with(ASKS, (false, true)).await;
        let why = why(ask_on(&bus.address).await);
        assert!(why.contains("(a polkit agent)"), "{why}");
    }

    #[tokio::test]
    async fn a_policy_file_that_is_not_installed_is_named() {
        let unknown =
            fdo::Error::Failed("Action app.release-cockpit.approve is not registered".to_owned());
        let bus = Bus::start();
        let _polkit = bus.with(Err(unknown), (false, false)).await;
        let why = why(ask_on(&bus.address).await);
        assert!(why.contains("policy file is not installed"), "{why}");
    }

    #[tokio::test]
    async fn without_polkit_or_a_bus_there_is_no_prompt() {
        let bus = Bus::start();
        let reason = why(ask_on(&bus.address).await);
        assert!(reason.contains("polkit is not installed"), "{reason}");
        let reason = why(ask_on("unix:path=/nowhere/bus").await);
        assert!(reason.contains("no system message bus"), "{reason}");
    }
}
