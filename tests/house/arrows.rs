//! Which of our packages may build on which. Knows no library of others.

use crate::{
    complaints::none_of,
    manifests::{builds_on, packages},
    tree::files,
};

/// One package: where its source is, and what it builds on.
struct Place {
    package: &'static str,
    source: &'static str,
    builds_on: &'static [&'static str],
}

/// The drawing. `seal` and `sandbox` build on nothing of ours, and `domain` on nothing but the
/// language that it speaks: the rules and the cryptography stay pure, and a stand-in that shared a
/// type with its client would agree with it when both are wrong.
const DRAWN: &[Place] = &[
    Place {
        package: "release-cockpit",
        source: "src-tauri/",
        builds_on: &["cockpit-engine", "cockpit-sandbox", "cockpit-say"],
    },
    Place {
        package: "cockpit-cli",
        source: "crates/cli/src/",
        builds_on: &["cockpit-engine", "cockpit-sandbox", "cockpit-say"],
    },
    Place {
        package: "cockpit-engine",
        source: "crates/engine/src/",
        builds_on: &[
            "cockpit-domain",
            "cockpit-ledger",
            "cockpit-providers",
            "cockpit-say",
            "cockpit-seal",
            "cockpit-sync",
        ],
    },
    Place {
        package: "cockpit-providers",
        source: "crates/providers/src/",
        builds_on: &["cockpit-domain", "cockpit-say"],
    },
    Place {
        package: "cockpit-ledger",
        source: "crates/ledger/src/",
        builds_on: &["cockpit-say", "cockpit-seal"],
    },
    Place {
        package: "cockpit-sync",
        source: "crates/sync/src/",
        builds_on: &["cockpit-say", "cockpit-seal"],
    },
    Place {
        package: "cockpit-domain",
        source: "crates/domain/src/",
        builds_on: &["cockpit-say"],
    },
    Place {
        package: "cockpit-seal",
        source: "crates/seal/src/",
        builds_on: &[],
    },
    Place {
        package: "cockpit-sandbox",
        source: "crates/sandbox/src/",
        builds_on: &[],
    },
    Place {
        package: "cockpit-say",
        source: "crates/say/src/",
        builds_on: &["cockpit-say-macro"],
    },
    Place {
        package: "cockpit-say-macro",
        source: "crates/say-macro/src/",
        builds_on: &[],
    },
    Place {
        package: "xtask",
        source: "xtask/src/",
        builds_on: &[],
    },
];

/// May look at everything, and nothing looks at it.
const CHECKS: &str = "cockpit-tests";

#[test]
fn packages_build_on_each_other_only_as_drawn() {
    let mut complaints = Vec::new();
    let ours: Vec<_> = packages()
        .into_iter()
        .filter(|package| package.name.as_str() != CHECKS)
        .collect();
    for package in &ours {
        let name = package.name.as_str();
        let Some(place) = DRAWN.iter().find(|place| place.package == name) else {
            complaints.push(format!("{name} is not in the drawing"));
            continue;
        };
        let arrows: Vec<_> = builds_on(package)
            .filter(|on| on.starts_with("cockpit-") || *on == "release-cockpit" || *on == "xtask")
            .collect();
        for on in arrows.iter().filter(|on| !place.builds_on.contains(on)) {
            complaints.push(format!("{name} builds on {on}, which is not drawn"));
        }
        for on in place.builds_on.iter().filter(|on| !arrows.contains(on)) {
            complaints.push(format!(
                "{name} does not build on {on}, although it is drawn"
            ));
        }
    }
    for place in DRAWN
        .iter()
        .filter(|place| !ours.iter().any(|p| p.name.as_str() == place.package))
    {
        complaints.push(format!("{} is drawn and does not exist", place.package));
    }
    none_of(
        complaints,
        "each package hides one hard thing; an arrow that nobody drew lets it out",
        "move the code to where the arrow already points, or change the drawing here together \
         with docs/architecture.md",
    );
}

#[test]
fn every_arrow_is_used() {
    let files = files();
    let unused = |place: &Place, on: &str| {
        let name = on.replace('-', "_");
        let mut source = files
            .iter()
            .filter(|file| file.path.starts_with(place.source));
        !source.any(|file| file.text.contains(&name))
    };
    let complaints = DRAWN
        .iter()
        .flat_map(|place| {
            let idle = place.builds_on.iter().filter(|on| unused(place, on));
            idle.map(|on| format!("{} never names {on}", place.package))
                .collect::<Vec<_>>()
        })
        .collect();
    none_of(
        complaints,
        "an arrow that nobody uses costs build time and says something untrue",
        "take the dependency out of the manifest and out of the drawing here",
    );
}
