//! A language in which every text of the catalogue stands in ⟦ and ⟧: what is outside of them was
//! not said in it. Must not know who speaks it.

use std::collections::BTreeMap;
use std::path::Path;

use cockpit_say::{Language, speak};
use serde_json::{Value, json};

/// Speaks it from here on, in this process.
pub fn speak_it() {
    // Asked for at run time: another clone with the same target folder may have built us.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let list = Path::new(&here)
        .ancestors()
        .map(|it| it.join("catalogue/texts.json"))
        .find(|it| it.exists())
        .expect("the catalogue is there");
    let list = std::fs::read_to_string(list).expect("the catalogue can be read");
    let english: BTreeMap<String, Value> = serde_json::from_str(&list).expect("a list of texts");
    let texts: BTreeMap<String, String> = english
        .into_keys()
        .map(|it| {
            let said = format!("⟦{it}⟧");
            (it, said)
        })
        .collect();
    let file = json!({"language": "en-XA", "decimal": ".", "group": " ", "texts": texts});
    let language = Language::read(&file.to_string()).expect("a language");
    // In a process of several tests the first one has set it.
    let _ = speak(language);
}

/// What of a text was not said in it.
#[allow(dead_code, reason = "not every test looks at texts")]
pub fn unsaid(text: &str) -> String {
    let mut depth = 0_usize;
    let mut rest = String::new();
    for letter in text.chars() {
        match letter {
            '⟦' => {
                depth += 1;
                rest.push(' ');
            }
            '⟧' => depth = depth.saturating_sub(1),
            letter if depth == 0 => rest.push(letter),
            _ => {}
        }
    }
    rest
}
