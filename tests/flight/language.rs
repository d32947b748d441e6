//! The language of the system, where the catalogue has none for it. Must not know the catalogue.

use crate::cli;

#[tokio::test]
async fn a_system_in_a_language_that_is_not_there_reads_english() {
    let mut said = Vec::new();
    for (name, locale) in [
        ("LANG", "C"),
        ("LANG", "de_DE.UTF-8"),
        ("LC_ALL", "de_DE.UTF-8"),
        ("LANGUAGE", "de:fr"),
        ("LC_ALL", "not a locale"),
    ] {
        let mut command = cli::command(&["status", "--workspace", "/nonexistent/workspace"]);
        command.env_remove("LC_ALL").env(name, locale);
        said.push(
            cli::run(command)
                .await
                .exits(2)
                .says("There is no workspace")
                .err,
        );
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
}
