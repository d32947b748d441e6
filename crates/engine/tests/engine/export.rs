//! The log as it leaves through the window's act: where it lies, what is said, and one at a time.
//! Must not know the form of any file.

use std::path::{Path, PathBuf};

use cockpit_engine::api::{Act, ExportArgs, ExportProgress, Exported, Nothing, Problem, Query};
use cockpit_engine::keychain::Wish;
use cockpit_engine::{Handle, verify_pack};

use crate::stage::{PASSPHRASE, World, file_wish, log, stopped};

async fn export(handle: &Handle, args: ExportArgs) -> Result<Exported, Problem> {
    handle.do_it(Act::Export(args)).await
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test(start_paused = true)]
async fn it_lies_in_the_workspace_and_each_has_a_name_of_its_own() {
    let world = World::new("calm");
    let handle = world.drill().await;
    stopped(&handle).await;
    let entries = log(&handle).await.len();
    let first = export(&handle, ExportArgs::default()).await.unwrap();
    let again = ExportArgs {
        through: Some(entries as u64),
        ..ExportArgs::default()
    };
    let second = export(&handle, again).await.unwrap();
    assert_eq!(first.sums, second.sums);
    let name = format!("evidence-northwind-wallet-1-to-{entries}");
    assert_eq!(
        names(&world.folder.path().join("exports")),
        [name.clone(), format!("{name}-2")]
    );
    let check = verify_pack(PathBuf::from(&first.folder), None, |_| {}).await;
    assert!(check.unwrap().holds());
    // Each export is an entry with what left and the hash of it.
    let rows = log(&handle).await;
    assert_eq!(rows.len(), entries + 2);
    for row in &rows[..2] {
        assert_eq!(row.decision, "Exported the log");
        assert_eq!(row.target, format!("entries 1 to {entries}"));
        assert!(row.reason.contains(&first.sums[..4]), "{}", row.reason);
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_key_nobody_signs_and_nothing_is_recorded() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    let entries = log(&handle).await.len();
    handle.close().await.unwrap();
    drop(handle);
    let locked = world
        .engine(Wish::Auto { passphrase: None }, false)
        .await
        .unwrap();
    let made = export(&locked, ExportArgs::default()).await.unwrap();
    assert!(made.holds && !made.in_log, "{made:?}");
    assert_eq!(made.allowed_signer, None);
    assert!(made.sentence.contains("not in the log"), "{made:?}");
    assert_eq!(log(&locked).await.len(), entries);
    let check = verify_pack(PathBuf::from(&made.folder), None, |_| {}).await;
    let check = check.unwrap();
    assert!(
        check.sentence.contains("Nobody signed this pack"),
        "{}",
        check.sentence
    );
}

#[tokio::test(start_paused = true)]
async fn there_is_one_at_a_time_and_it_can_be_called_off() {
    let world = World::new("calm");
    let handle = world.drill().await;
    let idle: ExportProgress = handle.ask(Query::ExportProgress(Nothing {})).await.unwrap();
    assert_eq!(idle, ExportProgress::default());
    let none = handle.act(Act::CancelExport(Nothing {})).await.unwrap_err();
    assert_eq!(none.kind, "not_found");
    // Two that begin together: the second is refused, or comes after the first has ended.
    let (first, second) = tokio::join!(
        export(&handle, ExportArgs::default()),
        export(&handle, ExportArgs::default())
    );
    let made = [&first, &second].into_iter().flatten().count();
    let refused = [&first, &second]
        .into_iter()
        .filter_map(|it| it.as_ref().err())
        .filter(|it| it.kind == "refused")
        .count();
    assert_eq!(made + refused, 2, "{first:?} {second:?}");
    assert!(made >= 1);
    assert_eq!(names(&world.folder.path().join("exports")).len(), made);
}

#[tokio::test(start_paused = true)]
async fn a_place_that_cannot_be_written_leaves_the_log_as_it_was() {
    let world = World::new("calm");
    let handle = world.drill().await;
    let entries = log(&handle).await.len();
    let file = world.folder.path().join("a file");
    std::fs::write(&file, "no folder").unwrap();
    let place = file.join("pack");
    let problem = handle.export(ExportArgs::default(), place).await;
    assert_eq!(problem.unwrap_err().kind, "storage");
    assert_eq!(log(&handle).await.len(), entries);
}
