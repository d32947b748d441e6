//! The page's types are what the api table says. `cargo xtask bindings` writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cockpit_engine::api::{Act, Approval, Line, Problem, Query, Tag};
use ts_rs::{Config, TS};

#[test]
fn the_pages_types_are_what_the_table_says() {
    // Asked for at run time: another clone with the same target folder may have built us.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let folder = Path::new(&here).join("../../ui/src/backend/generated");
    if std::env::var_os("COCKPIT_WRITE_BINDINGS").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        write_bindings(&folder);
        return;
    }
    let fresh = tempfile::tempdir().expect("a temporary folder");
    write_bindings(fresh.path());
    assert_eq!(
        files(&folder),
        files(fresh.path()),
        "ui/src/backend/generated is stale: run `cargo xtask bindings`"
    );
}

fn write_bindings(folder: &Path) {
    let config = Config::default().with_out_dir(folder);
    Query::export(&config).expect("queries export");
    Act::export(&config).expect("acts export");
    Approval::export(&config).expect("approvals export");
    Problem::export_all(&config).expect("problem exports");
    Tag::export_all(&config).expect("tag exports");
    std::fs::write(folder.join("api.ts"), api_module(&config)).expect("api.ts is written");
}

fn api_module(config: &Config) -> String {
    let tables = [
        ("Queries", Query::table(config)),
        ("Acts", Act::table(config)),
        ("Approvals", Approval::table(config)),
    ];
    let mut names: Vec<String> = tables
        .iter()
        .flat_map(|(_, lines)| lines)
        .flat_map(|line| [line.args.clone(), line.answer.clone()])
        .collect();
    names.push("Tag".to_owned());
    names.sort();
    names.dedup();
    let mut text =
        String::from("// Made from the api table by `cargo xtask bindings`. Do not edit.\n");
    for name in names {
        writeln!(text, "import type {{ {name} }} from \"./{name}\";").expect("a string takes text");
    }
    for (title, lines) in &tables {
        writeln!(text, "\nexport interface {title} {{").expect("a string takes text");
        for Line {
            name,
            args,
            answer,
            purpose,
            ..
        } in lines
        {
            writeln!(
                text,
                "  /** {purpose} */\n  {name}: {{ args: {args}; answer: {answer} }};"
            )
            .expect("a string takes text");
        }
        text.push_str("}\n");
    }
    text.push_str("\n/** Changes with these tags make a query stale. */\nexport const queryTags: Record<keyof Queries, readonly Tag[]> = {\n");
    for Line { name, tags, .. } in &tables[0].1 {
        let tags = serde_json::to_string(tags).expect("tags are plain");
        writeln!(text, "  {name}: {tags},").expect("a string takes text");
    }
    text.push_str("};\n");
    text
}

fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for item in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = item.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .expect("inside the folder")
                    .to_path_buf();
                found.insert(name, std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    found
}
