//! Two laptops over one folder and the same services: what one begins and the other ends, a shared
//! log that does not answer, and that both fold the same. Must not know how a slot is written.

use std::path::{Path, PathBuf};

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, Approval, ChangeArg, Done, InviteArgs, Invited, JoinArgs, Nothing, Problem, ProposeArgs,
    Proposed, Query, TeamView,
};
use cockpit_engine::domain::Desired;
use cockpit_engine::domain::authority::{Mandate, Quorum};
use cockpit_engine::domain::policy::{ActKind, Role};
use cockpit_engine::domain::views::{ChangeDraft, PeopleView, VoidSlotsView};
use cockpit_engine::keychain::Wish;
use serde_json::json;
use tempfile::TempDir;

use crate::stage::{
    FLAG, PASSPHRASE, PLAY, World, approve, change, cockpit, file_wish, log, pass_ms, press,
    refresh, stop, words,
};

const MINUTE: u64 = 60_000;

/// Mira and Ben, each at a laptop, both administrators and product leads.
struct Team {
    worlds: [World; 2],
    folder: TempDir,
    mira: Handle,
    ben: Handle,
}

impl Team {
    async fn new(poll: bool) -> Self {
        let world = World::new("calm");
        let worlds = [world.beside(), world];
        let folder = tempfile::tempdir().unwrap();
        let mira = worlds[0].workspace(file_wish(PASSPHRASE), poll).await;
        mira.share(folder.path().to_owned()).await.unwrap();
        let invited: Invited = mira
            .do_it(Act::Invite(InviteArgs {
                roles: vec![Role::Administrator, Role::ProductLead],
                name: "Ben".to_owned(),
                hours: 1,
            }))
            .await
            .unwrap();
        let ben = worlds[1].engine(file_wish(PASSPHRASE), poll).await.unwrap();
        let join = JoinArgs {
            invitation: invited.text,
            person: String::new(),
            device: String::new(),
            folder: None,
        };
        let _: Done = ben.do_it(Act::Join(join)).await.unwrap();
        mira.sync().await.unwrap();
        let request = people(&mira).await.requests.remove(0);
        let admit = ChangeDraft::Admit {
            request: request.request,
            person: None,
            roles: request.roles,
        };
        signs(&mira, admit).await.unwrap();
        mira.sync().await.unwrap();
        ben.sync().await.unwrap();
        for service in ["google_play", "app_store", "unleash"] {
            let form = worlds[1].form(service);
            let _: Done = ben.do_it(Act::Connect(form)).await.unwrap();
        }
        refresh(&ben).await;
        let team = Self {
            worlds,
            folder,
            mira,
            ben,
        };
        team.in_step().await;
        team
    }

    async fn in_step(&self) {
        self.ben.sync().await.unwrap();
        self.mira.sync().await.unwrap();
        self.ben.sync().await.unwrap();
    }

    /// The folder does not answer any more; gives where its slots are meanwhile.
    fn cut(&self) -> (PathBuf, PathBuf) {
        let (log, away) = (
            self.folder.path().join("log"),
            self.folder.path().join("away"),
        );
        std::fs::rename(&log, &away).unwrap();
        std::fs::write(&log, b"in the way").unwrap();
        (log, away)
    }
}

fn mend((log, away): (PathBuf, PathBuf)) {
    std::fs::remove_file(&log).unwrap();
    std::fs::rename(away, log).unwrap();
}

async fn people(handle: &Handle) -> PeopleView {
    handle.ask(Query::People(Nothing {})).await.unwrap()
}

async fn signs(handle: &Handle, change: ChangeDraft) -> Result<(), Problem> {
    let proposed: Proposed = handle.do_it(Act::Propose(ProposeArgs { change })).await?;
    let change = proposed.change;
    let signed = Approval::SignChange(ChangeArg { change });
    handle.approve(signed).await.map(|_| ())
}

async fn reviews(handle: &Handle) -> Vec<String> {
    let reviews = people(handle).await.reviews;
    let mut titles: Vec<String> = reviews.into_iter().map(|it| it.title).collect();
    titles.sort();
    titles.retain(|title| title != "A new device");
    titles
}

async fn results(handle: &Handle) -> usize {
    let rows = log(handle).await;
    rows.iter().filter(|row| row.outcome.is_some()).count()
}

#[tokio::test(start_paused = true)]
async fn both_read_the_same_and_fold_the_same() {
    let team = Team::new(false).await;
    for round in 0..4 {
        let (one, other) = match round % 2 {
            0 => (&team.mira, &team.ben),
            _ => (&team.ben, &team.mira),
        };
        // Both record before either reads what the other has.
        let desired = if round % 2 == 0 {
            Desired::Off
        } else {
            Desired::On
        };
        let asked = change(one, FLAG, desired).await.unwrap();
        if round % 2 == 1 {
            approve(one, &asked.intents[0]).await.unwrap();
        }
        let stage = ChangeDraft::Threshold { administrators: 2 };
        let _ = signs(other, stage).await;
        pass_ms(5_000).await;
        team.in_step().await;
        refresh(&team.mira).await;
        refresh(&team.ben).await;
        assert_eq!(team.mira.state_hash(), team.ben.state_hash());
    }
    let reviews = reviews(&team.mira).await;
    assert!(reviews.iter().all(|it| it != "Entries are missing"));
    let ids = |rows: Vec<cockpit_engine::domain::views::LogRow>| {
        let mut ids: Vec<String> = rows.into_iter().map(|it| it.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(log(&team.mira).await), ids(log(&team.ben).await));
}

#[tokio::test(start_paused = true)]
async fn slots_that_come_late_twice_or_in_any_order_give_the_same_state() {
    let team = Team::new(false).await;
    let asked = stop(&team.mira).await;
    team.mira.settled(&asked, 10_000).await.unwrap();
    team.in_step().await;
    // A void slot in between, and more after it.
    let log_folder = team.folder.path().join("log");
    let count = |folder: &Path| {
        let numbered = |it: &std::fs::DirEntry| it.file_name().to_string_lossy().len() == 16;
        let files = std::fs::read_dir(folder).unwrap();
        files.filter(|it| numbered(it.as_ref().unwrap())).count()
    };
    let next = count(&log_folder);
    std::fs::write(log_folder.join(format!("{next:016}")), b"junk").unwrap();
    refresh(&team.ben).await;
    let _ = change(&team.ben, FLAG, Desired::On).await.unwrap();
    team.in_step().await;
    let whole = team.mira.state_hash();
    assert_eq!(whole, team.ben.state_hash());
    let slots = count(&log_folder);
    assert!(slots >= 6, "{slots} slots");

    let genesis = log(&team.mira).await.pop().unwrap().id;
    for seed in 0..6_usize {
        let world = team.worlds[0].beside();
        let copy = tempfile::tempdir().unwrap();
        std::fs::create_dir(copy.path().join("log")).unwrap();
        let bring = |n: usize| {
            let name = format!("log/{n:016}");
            let from = team.folder.path().join(&name);
            std::fs::copy(from, copy.path().join(&name)).unwrap();
        };
        bring(0);
        let reader = world.engine(Wish::Memory, false).await.unwrap();
        reader
            .follow(copy.path().to_owned(), &genesis)
            .await
            .unwrap();
        // A walk over all numbers whose step shares no divisor with how many there are.
        let step = (1..).filter(|it| gcd(*it, slots) == 1).nth(seed).unwrap();
        for turn in 0..slots {
            let n = (seed + turn * step) % slots;
            bring(n);
            reader.sync().await.unwrap();
            if turn % 3 == 0 {
                bring(n);
                reader.sync().await.unwrap();
            }
        }
        assert_eq!(reader.state_hash(), whole, "walk {seed} by {step}");
        let void: VoidSlotsView = reader.ask(Query::VoidSlots(Nothing {})).await.unwrap();
        let found: Vec<u64> = void.slots.iter().map(|it| it.n).collect();
        assert_eq!(found, [next as u64]);
        assert_eq!(void.slots[0].bytes, 4);
        assert!(void.slots[0].why.ends_with('.'), "{}", void.slots[0].why);
        let told = cockpit(&reader).await.ledger.sentence;
        assert!(
            told.contains("1 slot of the log is void and admits nothing."),
            "{told}"
        );
    }
}

fn gcd(one: usize, other: usize) -> usize {
    match other {
        0 => one,
        other => gcd(other, one % other),
    }
}

/// Mira's laptop dies with a stop in its hands, before it has sent anything.
#[tokio::test(start_paused = true)]
async fn another_laptop_takes_over_once_the_lease_is_over() {
    let Team {
        worlds,
        folder: _folder,
        mira,
        ben,
    } = Team::new(true).await;
    pass_ms(3_000).await;
    let world = &worlds[1];
    let hangs = json!({"service": "unleash", "match": "", "fault": "hang", "times": 1_000});
    world.control("POST", "fault", &hangs);
    let asked = change(&mira, FLAG, Desired::Off).await.unwrap();
    pass_ms(5_000).await;
    drop(mira);
    world.control("DELETE", "fault", &json!({}));
    pass_ms(100_000).await;
    assert!(world.changes().is_empty(), "the lease holds");
    pass_ms(30_000).await;
    let view = press(&ben, &asked).await;
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    assert_eq!(world.changes().len(), 1);
}

/// It dies after it has sent, before it has seen what came of it.
#[tokio::test(start_paused = true)]
async fn what_another_laptop_has_sent_is_read_and_not_sent_again() {
    let Team {
        worlds,
        folder: _folder,
        mira,
        ben,
    } = Team::new(true).await;
    pass_ms(3_000).await;
    let world = &worlds[1];
    let lost = json!({
        "service": "unleash", "match": "/environments/production/off", "fault": "slow:60000",
    });
    world.control("POST", "fault", &lost);
    let asked = change(&mira, FLAG, Desired::Off).await.unwrap();
    let sent = || world.requests(|_, method, path| method == "POST" && path.ends_with("/off"));
    while sent() == 0 {
        pass_ms(100).await;
    }
    pass_ms(1_000).await;
    drop(mira);
    pass_ms(150_000).await;
    let view = press(&ben, &asked).await;
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    let told = &view.targets[0].outcome.sentence;
    assert!(told.starts_with("Another laptop had begun it"), "{told}");
    assert_eq!(sent(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_the_shared_log_a_stop_waits_and_glass_may_be_broken() {
    let team = Team::new(false).await;
    let world = &team.worlds[1];
    let away = team.cut();
    let asked = change(&team.mira, FLAG, Desired::Off).await.unwrap();
    let view = team.mira.settled(&asked, 10_100).await.unwrap();
    assert_eq!(words(&view), ["queued"], "{view:#?}");
    let told = &view.targets[0].outcome.sentence;
    assert!(told.starts_with("The shared log does not answer"), "{told}");
    assert!(told.contains("not in effect"), "{told}");
    assert!(world.changes().is_empty());
    let shown = cockpit(&team.mira).await;
    assert_eq!(shown.ledger.badge.words, "Log not in step");

    let glass = |reason: &str| ChangeDraft::BreakGlass {
        intent: asked.intents[0].clone(),
        reason: reason.to_owned(),
    };
    assert!(signs(&team.mira, glass(" ")).await.is_err(), "no reason");
    signs(&team.mira, glass("the file server is down"))
        .await
        .unwrap();
    pass_ms(20_000).await;
    let view = press(&team.mira, &asked).await;
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    assert_eq!(world.changes().len(), 1);
    assert_eq!(reviews(&team.mira).await, ["A stop without its approvals"]);
    mend(away);
    team.in_step().await;
    assert_eq!(team.mira.state_hash(), team.ben.state_hash());
    assert_eq!(words(&press(&team.ben, &asked).await), ["confirmed"]);
    assert_eq!(cockpit(&team.mira).await.ledger.badge.words, "Intact");
}

#[tokio::test(start_paused = true)]
async fn without_the_shared_log_nothing_that_exposes_people_is_done() {
    let team = Team::new(false).await;
    let stopped = change(&team.mira, PLAY, Desired::Stopped).await.unwrap();
    team.mira.settled(&stopped, 10_000).await.unwrap();
    let resume = Desired::RollingOut { fraction_bps: None };
    let asked = change(&team.mira, PLAY, resume).await.unwrap();
    let so_far = team.worlds[1].changes().len();
    let away = team.cut();
    approve(&team.mira, &asked.intents[0]).await.unwrap();
    let view = team.mira.settled(&asked, 10_100).await.unwrap();
    assert_eq!(words(&view), ["refused"], "{view:#?}");
    let glass = ChangeDraft::BreakGlass {
        intent: asked.intents[0].clone(),
        reason: "the file server is down".to_owned(),
    };
    assert!(signs(&team.mira, glass).await.is_err());
    mend(away);
    pass_ms(60_000).await;
    assert_eq!(team.worlds[1].changes().len(), so_far);
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_nobody_judges_goes_on_at_its_time_and_not_before() {
    let team = Team::new(true).await;
    let two = Mandate {
        ask: vec![Role::ProductLead],
        approve: vec![Quorum {
            roles: vec![Role::ProductLead],
            persons: 1,
        }],
        expires_ms: 15 * MINUTE,
        fallback: vec![cockpit_engine::domain::authority::Fallback {
            after_ms: 5 * MINUTE,
            roles: vec![Role::Administrator],
        }],
        default_after_ms: Some(10 * MINUTE),
        break_glass: vec![Role::ProductLead],
    };
    let act = ActKind::TurnOff;
    let mandate = ChangeDraft::Mandate { act, mandate: two };
    signs(&team.mira, mandate).await.unwrap();
    let asked = change(&team.mira, FLAG, Desired::Off).await.unwrap();
    pass_ms(3_000).await;
    assert_eq!(words(&press(&team.ben, &asked).await), ["waiting"]);
    let said = cockpit(&team.mira).await.waiting.remove(0).why_not.unwrap();
    assert!(said.contains("Ben (product lead) may approve"), "{said}");
    assert!(said.contains("after that Ben (administrator)"), "{said}");
    pass_ms(10 * MINUTE - 4_000).await;
    assert!(team.worlds[1].changes().is_empty(), "not before its time");
    pass_ms(6_000).await;
    let view = press(&team.mira, &asked).await;
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    assert_eq!(team.worlds[1].changes().len(), 1, "once, on both laptops");
    pass_ms(10_000).await;
    assert_eq!(
        reviews(&team.ben).await,
        ["A stop that nobody judged in time"]
    );
    assert!(results(&team.ben).await > 0);
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let to = to.join(file.file_name());
        match file.path().is_dir() {
            true => copy_all(&file.path(), &to),
            false => {
                std::fs::copy(file.path(), to).unwrap();
            }
        }
    }
}

/// Ben's own chain is whole in both copies; what is missing was decided by Mira.
#[tokio::test(start_paused = true)]
async fn an_older_copy_of_database_and_folder_is_found_by_the_newest_slot() {
    let Team {
        worlds,
        folder,
        mira,
        ben,
    } = Team::new(false).await;
    ben.close().await.unwrap();
    drop(ben);
    let (own, shared) = (worlds[1].folder.path(), folder.path());
    let older = tempfile::tempdir().unwrap();
    copy_all(&shared.join("log"), &older.path().join("log"));
    std::fs::copy(own.join("ledger.db"), older.path().join("ledger.db")).unwrap();

    let asked = change(&mira, FLAG, Desired::Off).await.unwrap();
    mira.settled(&asked, 10_000).await.unwrap();
    mira.sync().await.unwrap();
    let ben = worlds[1]
        .engine(file_wish(PASSPHRASE), false)
        .await
        .unwrap();
    ben.sync().await.unwrap();
    ben.close().await.unwrap();
    drop(ben);

    let newer = tempfile::tempdir().unwrap();
    copy_all(&shared.join("log"), &newer.path().join("log"));
    std::fs::remove_dir_all(shared.join("log")).unwrap();
    copy_all(&older.path().join("log"), &shared.join("log"));
    for name in ["ledger.db-wal", "ledger.db-shm"] {
        let _ = std::fs::remove_file(own.join(name));
    }
    std::fs::copy(older.path().join("ledger.db"), own.join("ledger.db")).unwrap();
    let ben = worlds[1]
        .engine(file_wish(PASSPHRASE), false)
        .await
        .unwrap();
    let refused = ben.sync().await.unwrap_err();
    assert_eq!(refused.kind, "read_only");
    assert!(
        refused.sentence.starts_with("The log ends before slot"),
        "{refused:?}"
    );
    let told = cockpit(&ben).await.ledger;
    assert_eq!(told.badge.words, "Log not in step");
    assert!(told.sentence.contains("an older copy"), "{told:?}");
    let done: Done = ben.do_it(Act::VerifyLog(Nothing {})).await.unwrap();
    assert!(done.sentence.contains("an older copy"), "{done:?}");

    // The newer folder alone makes it good.
    copy_all(&newer.path().join("log"), &shared.join("log"));
    ben.sync().await.unwrap();
    let _: Done = ben.do_it(Act::VerifyLog(Nothing {})).await.unwrap();
    assert_eq!(cockpit(&ben).await.ledger.badge.words, "Intact");
    assert_eq!(ben.state_hash(), mira.state_hash());
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_is_cut_while_it_is_open_gets_nothing_more() {
    let team = Team::new(false).await;
    let log_folder = team.folder.path().join("log");
    let away = team.folder.path().join("away");
    std::fs::rename(&log_folder, &away).unwrap();
    std::fs::create_dir(&log_folder).unwrap();
    let _ = change(&team.mira, FLAG, Desired::Off).await.unwrap();
    let refused = team.mira.sync().await.unwrap_err();
    assert!(
        refused.sentence.contains("was there and is gone"),
        "{refused:?}"
    );
    assert_eq!(std::fs::read_dir(&log_folder).unwrap().count(), 0);
    let view: TeamView = team.mira.ask(Query::Team(Nothing {})).await.unwrap();
    assert!(view.problem.is_some());
}
