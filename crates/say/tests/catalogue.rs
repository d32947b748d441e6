//! The catalogue holds the texts that the code says, and each language all of them.
//! `cargo xtask catalogue` writes the list again. Must not know what a text is about.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cockpit_say::{Language, catalogued};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::LitStr;

/// English texts, each with the files that say it.
type Texts = BTreeMap<String, Vec<String>>;

#[test]
fn the_catalogue_holds_what_the_code_says() {
    let path = top().join("catalogue/texts.json");
    let found = texts();
    assert!(!found.is_empty());
    let mut fresh = serde_json::to_string_pretty(&found).expect("texts are plain");
    fresh.push('\n');
    if std::env::var_os("COCKPIT_WRITE_CATALOGUE").is_some() {
        fs::write(&path, fresh).expect("the list is written");
        return;
    }
    let kept = fs::read_to_string(&path).expect("catalogue/texts.json is there");
    assert!(
        kept == fresh,
        "catalogue/texts.json is stale: run `cargo xtask catalogue`"
    );
}

#[test]
fn every_language_has_every_text() {
    let texts = texts();
    let mut languages = Vec::new();
    for item in fs::read_dir(top().join("catalogue")).expect("the catalogue is there") {
        let path = item.expect("a folder can be listed").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(tag) = name.strip_suffix(".json").filter(|it| *it != "texts") else {
            continue;
        };
        let file = fs::read_to_string(&path).expect("a language can be read");
        let language = Language::read(&file).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        assert_eq!(language.tag(), tag, "{name} names another language");
        let lacks = language.lacks(texts.keys().map(String::as_str));
        assert!(lacks.is_empty(), "{name} lacks {lacks:#?}");
        languages.push(tag.to_owned());
    }
    languages.sort();
    assert_eq!(
        languages,
        cockpit_say::languages(),
        "crates/say/src/catalogue.rs lists every language once, in order"
    );
}

#[test]
fn the_rule_sees_what_it_looks_for() {
    let code = r#"
        fn a() { vec![say!("One {}.", 1), format!("{}", say!("Two"))]; }
        const B: &str = cockpit_say::mark!("Thr\
            ee");
        fn c(n: u8) -> String { count!(n + 1, "act", "acts") }
        // say!("Not this")
        #[doc = "say!(\"nor this\")"]
        fn d() { other!("nor that") }
    "#;
    let mut found = Vec::new();
    look(code.parse().expect("code"), &mut |text| found.push(text));
    assert_eq!(found, ["One {0}.", "Two", "Three", "1 act", "{count} acts"]);
}

fn texts() -> Texts {
    let mut texts = Texts::new();
    for path in sources() {
        let code = fs::read_to_string(&path).expect("a source file can be read");
        let name = path.strip_prefix(top()).expect("below the top");
        let name = name.to_string_lossy().replace('\\', "/");
        let tokens = code.parse().unwrap_or_else(|_| panic!("{name} is Rust"));
        look(tokens, &mut |text| {
            let files = texts.entry(text).or_default();
            if files.last() != Some(&name) {
                files.push(name.clone());
            }
        });
    }
    texts
}

/// Finds the texts of `say!`, `mark!` and `count!`, also inside other macros.
fn look(tokens: TokenStream, out: &mut impl FnMut(String)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        match at.checked_sub(2).map(|first| &tokens[first..at]) {
            Some([TokenTree::Ident(name), TokenTree::Punct(mark)])
                if mark.as_char() == '!' && group.delimiter() == Delimiter::Parenthesis =>
            {
                said(&name.to_string(), group.stream(), out);
            }
            Some(_) | None => {}
        }
        look(group.stream(), out);
    }
}

fn said(name: &str, inside: TokenStream, out: &mut impl FnMut(String)) {
    let mut found = inside.into_iter().filter_map(|token| match token {
        TokenTree::Literal(literal) => syn::parse2::<LitStr>(TokenTree::from(literal).into()).ok(),
        TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Punct(_) => None,
    });
    let mut next = || {
        let text = found.next().map(|it| it.value());
        text.unwrap_or_else(|| panic!("{name}! has a text"))
    };
    let as_key = |code: String| catalogued(&code).unwrap_or_else(|why| panic!("{code:?}: {why}"));
    match name {
        "say" => out(as_key(next())),
        // No value is in it, whatever stands in braces.
        "mark" => out(next()),
        "count" => {
            out(as_key(format!("1 {}", next())));
            out(as_key(format!("{{count}} {}", next())));
        }
        _ => {}
    }
}

fn sources() -> Vec<PathBuf> {
    let mut open = vec![top().join("src-tauri")];
    for item in fs::read_dir(top().join("crates")).expect("the crates are there") {
        let name = item.expect("a folder can be listed").file_name();
        if name != "say" && name != "say-macro" {
            open.push(top().join("crates").join(name).join("src"));
        }
    }
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for item in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = item.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn top() -> PathBuf {
    // Asked for at run time: another clone with the same target folder may have built us.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let top = Path::new(&here).ancestors().nth(2);
    top.expect("two folders below the top").to_path_buf()
}
