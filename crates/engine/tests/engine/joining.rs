//! Laptops that become one workspace over a folder: shared, invited, asked, compared, admitted,
//! revoked; and what is refused on the way. Must not know how a slot is written.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cockpit_engine::Handle;
use cockpit_engine::api::{Act, ChangeArg, Done, JoinArgs, Proposed, Query, ShareArgs};
use cockpit_engine::domain::policy::Role;
use cockpit_engine::domain::views::{ChangeDraft, ChangeSheetView};
use cockpit_seal::BodyHash;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::{self, FLAG, PASSPHRASE, World, create, file_wish, log, pass_ms, refresh};
use crate::team::{admit, boot, change, invite, join, join_args, people, sign, sync, team};

/// A founder whose log lies in a folder, and somebody who has joined and waits.
struct Pair {
    worlds: [World; 2],
    folder: TempDir,
    first: Handle,
    second: Handle,
    text: String,
}

impl Pair {
    async fn shared() -> (World, TempDir, Handle) {
        let world = World::new("calm");
        let folder = tempfile::tempdir().unwrap();
        let first = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
        create(&first).await;
        first.share(folder.path().to_owned()).await.unwrap();
        (world, folder, first)
    }

    async fn waiting(poll: bool) -> Self {
        let worlds = [World::new("calm"), World::new("calm")];
        let folder = tempfile::tempdir().unwrap();
        let first = worlds[0].engine(file_wish(PASSPHRASE), poll).await.unwrap();
        create(&first).await;
        first.share(folder.path().to_owned()).await.unwrap();
        let text = invite(&first, Role::ProductLead).await.unwrap().text;
        let second = worlds[1].engine(file_wish(PASSPHRASE), poll).await.unwrap();
        join(&second, &text).await.unwrap();
        Self {
            worlds,
            folder,
            first,
            second,
            text,
        }
    }

    async fn admitted() -> Self {
        let pair = Self::waiting(false).await;
        sync(&pair.first).await;
        let words = team(&pair.second).await.joining.unwrap().words;
        admit(&pair.first, &words).await.unwrap();
        sync(&pair.first).await;
        sync(&pair.second).await;
        pair
    }
}

#[tokio::test(start_paused = true)]
async fn two_open_apps_see_each_other_by_themselves() {
    let pair = Pair::waiting(true).await;
    assert!(boot(&pair.second).await.joining);
    let waiting = team(&pair.second).await.joining.unwrap();
    assert_eq!(waiting.invited_by.as_deref(), Some("Mira"));
    assert_eq!(waiting.name, "Ben");
    assert_eq!(waiting.words.len(), 6);
    pass_ms(5_000).await;
    let request = people(&pair.first).await.requests.remove(0);
    assert_eq!(request.words, waiting.words);
    assert_eq!(request.warning, None);
    assert_eq!(request.roles, [Role::ProductLead]);
    admit(&pair.first, &waiting.words).await.unwrap();
    pass_ms(5_000).await;
    assert!(!boot(&pair.second).await.joining);
    let view = team(&pair.second).await;
    assert_eq!(
        (view.joining, view.problem, view.unpublished),
        (None, None, 0)
    );
    assert!(view.looked_at.is_some());
    let you = people(&pair.second).await.people.remove(0);
    assert!(you.you);
    assert_eq!(
        (you.name.as_str(), you.roles),
        ("Ben", vec![Role::ProductLead])
    );
    let ids = async |handle: &Handle| -> Vec<String> {
        log(handle).await.into_iter().map(|row| row.id).collect()
    };
    assert_eq!(ids(&pair.first).await, ids(&pair.second).await);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_decides_nothing_and_whoever_is_admitted_acts_within_their_roles() {
    let pair = Pair::waiting(false).await;
    let refused = invite(&pair.second, Role::Auditor).await.unwrap_err();
    assert!(
        refused.sentence.contains("belongs to nobody"),
        "{refused:?}"
    );
    sync(&pair.first).await;
    let words = team(&pair.second).await.joining.unwrap().words;
    let mut others = words.clone();
    others.swap(0, 5);
    let requests = people(&pair.first).await.requests;
    assert!(requests.iter().all(|it| it.words != others));
    admit(&pair.first, &words).await.unwrap();
    sync(&pair.first).await;
    sync(&pair.second).await;
    let refused = invite(&pair.second, Role::Auditor).await.unwrap_err();
    assert!(
        refused.sentence.starts_with("Ben is not an administrator"),
        "{refused:?}"
    );
    // A second administrator by the first one's hand may.
    let ben = people(&pair.first).await.people.remove(1);
    let draft = ChangeDraft::Roles {
        person: ben.id,
        roles: vec![Role::Administrator, Role::Responder],
    };
    change(&pair.first, draft).await.unwrap();
    sync(&pair.first).await;
    sync(&pair.second).await;
    invite(&pair.second, Role::Auditor).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_revoked_device_can_no_longer_act() {
    let pair = Pair::admitted().await;
    let ben = people(&pair.first).await.people.remove(1);
    let draft = ChangeDraft::Remove {
        person: ben.id,
        reason: "left the team".to_owned(),
    };
    change(&pair.first, draft).await.unwrap();
    sync(&pair.first).await;
    sync(&pair.second).await;
    let check = async |handle: &Handle| {
        let refused = change(handle, ChangeDraft::Threshold { administrators: 1 })
            .await
            .unwrap_err();
        assert!(
            refused
                .sentence
                .starts_with("This device of Ben was revoked at")
                && refused.sentence.contains("left the team"),
            "{refused:?}"
        );
    };
    check(&pair.second).await;
    // Also after a start, and what it reads goes on.
    pair.second.close().await.unwrap();
    drop(pair.second);
    let again = pair.worlds[1].engine(file_wish(PASSPHRASE), false).await;
    let again = again.unwrap();
    assert_eq!(boot(&again).await.locked, None);
    check(&again).await;
    sync(&again).await;
    assert_eq!(log(&again).await.len(), log(&pair.first).await.len());
}

#[tokio::test(start_paused = true)]
async fn an_invitation_is_good_once() {
    let pair = Pair::admitted().await;
    let third = World::new("calm");
    let handle = third.engine(file_wish(PASSPHRASE), false).await.unwrap();
    let refused = join(&handle, &pair.text).await.unwrap_err();
    assert_eq!(
        refused.sentence,
        "Somebody was admitted with this invitation already. Nothing was made."
    );
    assert!(!boot(&handle).await.has_workspace);
    assert!(log(&handle).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_invitation_expires() {
    let (_world, _folder, first) = Pair::shared().await;
    let text = invite(&first, Role::Responder).await.unwrap().text;
    let other = World::new("calm");
    let second = other.engine(file_wish(PASSPHRASE), false).await.unwrap();
    pass_ms(61 * 60_000).await;
    let refused = join(&second, &text).await.unwrap_err();
    assert!(
        refused.sentence.starts_with("The invitation expired at"),
        "{refused:?}"
    );
    assert!(!boot(&second).await.has_workspace);
}

/// The same invitation with other words in it, and whole again.
fn altered(text: &str, key: &str, value: &Value) -> String {
    let (prefix, rest) = text.split_once('.').unwrap();
    let (payload, _) = rest.split_once('.').unwrap();
    let json = URL_SAFE_NO_PAD.decode(payload).unwrap();
    let mut written: Value = serde_json::from_slice(&json).unwrap();
    written[key] = value.clone();
    let payload = URL_SAFE_NO_PAD.encode(written.to_string());
    let hash = BodyHash::of_body_line(payload.as_bytes()).to_string();
    format!("{prefix}.{payload}.{}", &hash[..12])
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_an_invitation_is_said_before_anything_is_made() {
    let (_world, folder, first) = Pair::shared().await;
    let text = invite(&first, Role::Responder).await.unwrap().text;
    let (_other_world, other_folder, other) = Pair::shared().await;
    let stranger = invite(&other, Role::Responder).await.unwrap().text;
    let world = World::new("calm");
    let second = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    let check = async |invitation: &str, place: Option<&Path>, kind: &str, words: &str| {
        let args = JoinArgs {
            folder: place.map(|it| it.display().to_string()),
            ..join_args(invitation)
        };
        let refused = second.do_it::<Done>(Act::Join(args)).await.unwrap_err();
        assert_eq!(refused.kind, kind, "{refused:?}");
        assert!(refused.sentence.contains(words), "{refused:?}");
        assert!(refused.hint.is_some(), "{refused:?}");
        assert!(!boot(&second).await.has_workspace);
    };
    check("hello", None, "bad_input", "not an invitation").await;
    check(&text[..90], None, "bad_input", "not whole").await;
    let code = altered(&text, "c", &json!("00"));
    check(&code, None, "refused", "code of this invitation is not").await;
    let entry = altered(&text, "i", &json!("ab".repeat(32)));
    check(&entry, None, "refused", "no such invitation").await;
    let nowhere = Path::new("/nonexistent/team");
    check(&text, Some(nowhere), "refused", "is not on this computer").await;
    let theirs = Some(other_folder.path());
    check(&text, theirs, "refused", "does not keep the log of").await;
    let ours = Some(folder.path());
    check(&stranger, ours, "refused", "does not keep the log of").await;
    check(&text, Some(Path::new("team")), "bad_input", "from its root").await;
    // The right one still does.
    join(&second, &text).await.unwrap();
    let again = join(&second, &text).await.unwrap_err();
    assert!(again.sentence.contains("has asked already"), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn a_log_that_was_tampered_with_or_cut_is_not_joined() {
    let (_world, folder, first) = Pair::shared().await;
    invite(&first, Role::Auditor).await.unwrap();
    let text = invite(&first, Role::Responder).await.unwrap().text;
    let mut slots: Vec<_> = std::fs::read_dir(folder.path().join("log"))
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    slots.sort();
    let world = World::new("calm");
    let second = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    for slot in &slots {
        let whole = std::fs::read(slot).unwrap();
        for place in [0, whole.len() / 3, whole.len() / 2, whole.len() - 2] {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            std::fs::write(slot, bytes).unwrap();
            let refused = join(&second, &text).await.unwrap_err();
            assert!(!boot(&second).await.has_workspace, "{slot:?}: {refused:?}");
        }
        std::fs::write(slot, whole).unwrap();
    }
    let last = slots.last().unwrap();
    let whole = std::fs::read(last).unwrap();
    std::fs::remove_file(last).unwrap();
    let refused = join(&second, &text).await.unwrap_err();
    assert!(
        refused.sentence.contains("ends before the invitation"),
        "{refused:?}"
    );
    std::fs::write(last, whole).unwrap();
    join(&second, &text).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn whoever_was_turned_down_may_be_invited_again() {
    let pair = Pair::waiting(false).await;
    sync(&pair.first).await;
    let request = people(&pair.first).await.requests.remove(0).request;
    let reason = "the words differ".to_owned();
    change(&pair.first, ChangeDraft::Refuse { request, reason })
        .await
        .unwrap();
    sync(&pair.first).await;
    sync(&pair.second).await;
    let joining = team(&pair.second).await.joining.unwrap();
    assert!(joining.again);
    assert!(
        joining.sentence.contains("turned down: the words differ"),
        "{joining:?}"
    );
    assert!(joining.words.is_empty());
    let text = invite(&pair.first, Role::Auditor).await.unwrap().text;
    sync(&pair.first).await;
    join(&pair.second, &text).await.unwrap();
    sync(&pair.first).await;
    let words = team(&pair.second).await.joining.unwrap().words;
    admit(&pair.first, &words).await.unwrap();
    sync(&pair.first).await;
    sync(&pair.second).await;
    assert!(!boot(&pair.second).await.joining);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_still_waits_after_a_start() {
    let pair = Pair::waiting(false).await;
    let before = team(&pair.second).await.joining.unwrap();
    pair.second.close().await.unwrap();
    drop(pair.second);
    let second = pair.worlds[1].engine(file_wish(PASSPHRASE), false).await;
    let second = second.unwrap();
    assert_eq!(boot(&second).await.locked, None);
    assert_eq!(team(&second).await.joining.unwrap(), before);
    sync(&pair.first).await;
    admit(&pair.first, &before.words).await.unwrap();
    sync(&pair.first).await;
    sync(&second).await;
    assert_eq!(team(&second).await.joining, None);
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_for_the_folder_and_goes_out_when_it_is_back() {
    let pair = Pair::admitted().await;
    let text = invite(&pair.first, Role::Auditor).await.unwrap().text;
    let world = World::new("calm");
    let third = world.engine(file_wish(PASSPHRASE), true).await.unwrap();
    join(&third, &text).await.unwrap();
    let log_folder = pair.folder.path().join("log");
    let away = pair.folder.path().join("away");
    std::fs::rename(&log_folder, &away).unwrap();
    std::fs::write(&log_folder, b"in the way").unwrap();
    pass_ms(5_000).await;
    let problem = team(&third).await.problem;
    assert!(problem.is_some());
    std::fs::remove_file(&log_folder).unwrap();
    std::fs::rename(&away, &log_folder).unwrap();
    pass_ms(60_000).await;
    assert_eq!(team(&third).await.problem, None);
    sync(&pair.first).await;
    assert_eq!(people(&pair.first).await.requests.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_window_shares_only_what_the_approval_window_signed() {
    let world = World::new("calm");
    let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    create(&handle).await;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    let refused = invite(&handle, Role::Responder).await.unwrap_err();
    assert!(refused.sentence.contains("on this laptop alone"));
    let relative = Act::Share(ShareArgs {
        folder: "team".to_owned(),
    });
    let refused = handle.do_it::<Proposed>(relative).await.unwrap_err();
    assert_eq!(refused.kind, "bad_input");
    let share = Act::Share(ShareArgs {
        folder: place.clone(),
    });
    let proposed: Proposed = handle.do_it(share.clone()).await.unwrap();
    assert_eq!(team(&handle).await.folder, None, "nothing is signed yet");
    let change = proposed.change;
    let sheet: ChangeSheetView = handle
        .ask(Query::ChangeSheet(ChangeArg {
            change: change.clone(),
        }))
        .await
        .unwrap();
    assert_eq!(sheet.title, "Share the log of Northwind Wallet");
    assert_eq!(sheet.facts[0].value, place);
    let sentence = sign(&handle, change).await.unwrap();
    assert!(sentence.contains(&place), "{sentence}");
    assert_eq!(team(&handle).await.folder, Some(place));
    let refused = handle.do_it::<Proposed>(share).await.unwrap_err();
    assert!(refused.sentence.contains("already"), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn folders_that_cannot_tell_who_was_first_are_refused_in_words() {
    let world = World::new("calm");
    let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    create(&handle).await;
    let place = tempfile::tempdir().unwrap();
    let marked = place.path().join("marked");
    std::fs::create_dir_all(marked.join(".stfolder")).unwrap();
    let named = place.path().join("Dropbox").join("team");
    for (folder, tool) in [(marked, "Syncthing"), (named, "Dropbox")] {
        let refused = handle.share(folder).await.unwrap_err();
        assert!(refused.sentence.contains(tool), "{refused:?}");
        assert!(refused.sentence.contains("Nothing was shared"));
        assert!(refused.hint.is_some());
    }
    let (_other, taken, _first) = Pair::shared().await;
    let refused = handle.share(taken.path().to_owned()).await.unwrap_err();
    assert!(
        refused.sentence.contains("keeps another log already"),
        "{refused:?}"
    );
    assert_eq!(team(&handle).await.folder, None);
}

#[tokio::test(start_paused = true)]
async fn the_code_of_an_invitation_is_not_kept_by_whoever_invites() {
    let (world, folder, first) = Pair::shared().await;
    let text = invite(&first, Role::Responder).await.unwrap().text;
    let payload = text.split('.').nth(1).unwrap();
    let json = URL_SAFE_NO_PAD.decode(payload).unwrap();
    let written: Value = serde_json::from_slice(&json).unwrap();
    let code = written["c"].as_str().unwrap().to_owned();
    first.close().await.unwrap();
    drop(first);
    assert_eq!(code.len(), 20);
    for place in [world.folder.path(), &folder.path().join("log")] {
        for file in std::fs::read_dir(place).unwrap() {
            let path = file.unwrap().path();
            let Ok(bytes) = std::fs::read(&path) else {
                continue;
            };
            let found = bytes.windows(code.len()).any(|it| it == code.as_bytes());
            assert!(!found, "the code is in {}", path.display());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_member_brings_their_own_keys_and_acts_from_their_own_laptop() {
    let worlds = [World::new("calm"), World::new("calm")];
    let folder = tempfile::tempdir().unwrap();
    let first = worlds[0].workspace(file_wish(PASSPHRASE), false).await;
    first.share(folder.path().to_owned()).await.unwrap();
    let text = invite(&first, Role::Responder).await.unwrap().text;
    let second = worlds[1].engine(file_wish(PASSPHRASE), false).await;
    let second = second.unwrap();
    join(&second, &text).await.unwrap();
    let form = || Act::Connect(worlds[1].form("unleash"));
    // Nobody connects anything before they are admitted.
    assert!(second.do_it::<Done>(form()).await.is_err());
    sync(&first).await;
    let words = team(&second).await.joining.unwrap().words;
    admit(&first, &words).await.unwrap();
    sync(&first).await;
    sync(&second).await;
    let before = log(&second).await.len();
    let _: Done = second.do_it(form()).await.unwrap();
    assert_eq!(log(&second).await.len(), before, "only the keys are new");
    refresh(&second).await;
    let off = cockpit_engine::domain::Desired::Off;
    let pressed = stage::change(&second, FLAG, off).await.unwrap();
    let view = second.settled(&pressed, 20_000).await.unwrap();
    assert_eq!(stage::words(&view), ["confirmed"], "{view:#?}");
    // Another connection than the workspace's is an administrator's.
    let mut other = worlds[1].form("unleash");
    other
        .fields
        .insert("project".to_owned(), "other".to_owned());
    let refused = second.do_it::<Done>(Act::Connect(other)).await;
    assert!(refused.is_err());
    sync(&second).await;
    sync(&first).await;
    assert_eq!(log(&first).await.len(), log(&second).await.len());
}
