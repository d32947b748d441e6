//! Which package is the home of a library that only one of them may build on.
//! Knows no arrow between our own.

use crate::{
    complaints::none_of,
    manifests::{builds_on, packages},
};

/// A library and the one package that may build on it.
struct Home {
    library: &'static str,
    /// Also every library whose name begins or ends so.
    family: Option<&'static str>,
    package: &'static str,
}

const HOMES: &[Home] = &[
    Home {
        library: "tauri",
        family: Some("tauri-"),
        package: "release-cockpit",
    },
    Home {
        library: "rusqlite",
        family: None,
        package: "cockpit-ledger",
    },
    Home {
        library: "reqwest",
        family: None,
        package: "cockpit-providers",
    },
    Home {
        library: "object_store",
        family: None,
        package: "cockpit-sync",
    },
    Home {
        library: "keyring-core",
        family: Some("-keyring-store"),
        package: "cockpit-engine",
    },
    Home {
        library: "ed25519-dalek",
        family: None,
        package: "cockpit-seal",
    },
    Home {
        library: "sha2",
        family: None,
        package: "cockpit-seal",
    },
];

impl Home {
    fn houses(&self, name: &str) -> bool {
        let related = |part| name.starts_with(part) || name.ends_with(part);
        name == self.library || self.family.is_some_and(related)
    }
}

#[test]
fn libraries_stay_in_their_homes() {
    // The checks may use any library to look at a package from outside.
    let packages: Vec<_> = packages()
        .into_iter()
        .filter(|package| package.name.as_str() != "cockpit-tests")
        .collect();
    let mut complaints = Vec::new();
    for home in HOMES {
        for package in &packages {
            let at_home = package.name.as_str() == home.package;
            for guest in builds_on(package).filter(|name| home.houses(name)) {
                if !at_home {
                    let name = &package.name;
                    complaints.push(format!(
                        "{name} builds on {guest}, at home in {}",
                        home.package
                    ));
                }
            }
            if at_home && !builds_on(package).any(|name| name == home.library) {
                complaints.push(format!(
                    "{} is home to {} and does not use it",
                    home.package, home.library
                ));
            }
        }
    }
    none_of(
        complaints,
        "a library in two places is two ways to do one thing: two ways to sign, to store, to \
         reach the network",
        "ask the home package for what you need, or move the home here with a reason",
    );
}
