//! The end of an engine. Must not know what was under way.

use cockpit_engine::domain::Desired;
use cockpit_engine::keychain::Wish;

use crate::stage::{FLAG, PASSPHRASE, World, change, cockpit, file_wish, pass_ms, stop, stopped};

#[tokio::test(start_paused = true)]
async fn two_engines_do_not_write_to_one_folder() {
    let world = World::new("calm");
    let first = world.drill().await;
    let second = world.engine(Wish::Memory, false).await.err().unwrap();
    assert_eq!(second.kind, "read_only");
    assert!(second.sentence.contains("another window"), "{second:?}");
    first.close().await.unwrap();
    // Closed, but a window may still read.
    assert!(world.engine(Wish::Memory, false).await.is_err());
    drop(first);
    world.engine(Wish::Memory, false).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_closed_engine_refuses_acts_and_reads_on() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    stopped(&handle).await;
    let before = cockpit(&handle).await;
    handle.close().await.unwrap();
    let refused = change(&handle, FLAG, Desired::On).await.unwrap_err();
    assert_eq!(refused.kind, "read_only");
    assert!(refused.sentence.contains("being closed"), "{refused:?}");
    assert_eq!(cockpit(&handle).await.ledger, before.ledger);
    handle.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn pollers_and_effects_end_with_the_last_handle() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, true).await;
    world.offline(true);
    let _ = stop(&handle).await;
    let clone = handle.clone();
    drop(handle);
    pass_ms(1_000).await;
    drop(clone);
    world.offline(false);
    pass_ms(1_000).await;
    let asked = world.requests(|_, _, _| true);
    pass_ms(5 * 60_000).await;
    assert_eq!(world.requests(|_, _, _| true), asked);
    assert!(world.changes().is_empty());
    // And nobody holds the folder.
    world.engine(Wish::Memory, false).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_engine_without_a_key_closes_too() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    handle.close().await.unwrap();
    drop(handle);
    let locked = world
        .engine(Wish::Auto { passphrase: None }, true)
        .await
        .unwrap();
    locked.close().await.unwrap();
}
