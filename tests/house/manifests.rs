//! What the manifests of our packages say, without a look at the network. Knows no rule.

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use cockpit_tests::repository::top;

/// Our packages.
pub fn packages() -> Vec<Package> {
    let metadata = MetadataCommand::new()
        .manifest_path(top().join("Cargo.toml"))
        .no_deps()
        .exec();
    metadata.expect("cargo reads our manifests").packages
}

/// What a package is built from: everything but what only its tests need.
pub fn builds_on(package: &Package) -> impl Iterator<Item = &str> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development)
        .map(|dependency| dependency.name.as_str())
}
