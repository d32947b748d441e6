//! Which packages each system needs, by its own names. Installs nothing.

use super::Scope;

/// Debian, Ubuntu and their children. Names as in Debian 12 and Ubuntu 24.04.
pub fn debian(scope: Scope) -> Vec<&'static str> {
    select(
        scope,
        &[
            "build-essential",
            "pkg-config",
            "libwebkit2gtk-4.1-dev",
            "libayatana-appindicator3-1",
            "dbus",
        ],
        &[
            "webkit2gtk-driver",
            "xvfb",
            "xauth",
            "gnome-keyring",
            "postgresql",
            "prometheus",
            "python3-venv",
            "openssh-client",
            "openssl",
            "golang-go",
            "golang-golang-x-mod-dev",
        ],
    )
}

/// Fedora. A path names whichever package carries that file.
pub fn fedora(scope: Scope) -> Vec<&'static str> {
    select(
        scope,
        &[
            "gcc",
            "pkgconf-pkg-config",
            "webkit2gtk4.1-devel",
            "libayatana-appindicator-gtk3",
            "dbus-daemon",
        ],
        &[
            "/usr/bin/WebKitWebDriver",
            "/usr/bin/xvfb-run",
            "xorg-x11-xauth",
            "gnome-keyring",
            "postgresql-server",
            "/usr/bin/prometheus",
            "python3",
            "openssh-clients",
            "openssl",
            "golang-bin",
            "golang-x-mod-devel",
        ],
    )
}

fn select(scope: Scope, always: &[&'static str], for_tests: &[&'static str]) -> Vec<&'static str> {
    match scope {
        Scope::Run => always.to_vec(),
        Scope::Test => [always, for_tests].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_need_all_that_running_needs_and_more() {
        for table in [debian, fedora] {
            let (run, test) = (table(Scope::Run), table(Scope::Test));
            assert!(test.starts_with(&run) && test.len() > run.len());
        }
    }
}
