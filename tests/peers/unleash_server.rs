//! The real Unleash server on a database of its own. Knows no flag.

use std::{
    env,
    path::PathBuf,
    process::Command,
    sync::{Arc, Weak},
    time::Duration,
};

use cockpit_tests::wait::wait_until;
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::{
    postgres::{Postgres, printed},
    supervised::{Supervised, free_port},
};

/// A running Unleash with the project `default` and the environments `development` and
/// `production`. It ends, with its database, when this value is dropped.
pub struct RealUnleash {
    /// Where it listens, without a slash at the end.
    pub url: String,
    /// May do everything: `Authorization` of the admin API.
    pub admin_token: String,
    /// May read the flags of `development`, as an app's SDK does.
    pub client_token: String,
    /// May do everything too, until a test deletes it: for one test of a server.
    pub spare_admin_token: String,
    server: Option<Supervised>,
    _database: Postgres,
    _log: TempDir,
}

/// The one that tests share while at least one of them holds it.
static SHARED: Mutex<Weak<RealUnleash>> = Mutex::const_new(Weak::new());

impl RealUnleash {
    /// A server shared with the other tests of this process: use flags of your own on it.
    pub async fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().await;
        if let Some(running) = shared.upgrade() {
            return running;
        }
        let started = Arc::new(Self::start().await);
        *shared = Arc::downgrade(&started);
        started
    }

    /// A server for one test alone, for example to stop it in the midst.
    ///
    /// # Panics
    /// When Unleash is missing or does not come up, with what it printed.
    pub async fn start() -> Self {
        let program = installed();
        let database = Postgres::start().await;
        let folder = tempfile::tempdir().expect("the folder for temporary files can be written");
        let log = folder.path().join("unleash.log");
        let admin_token = "*:*.unleash-admin-api-token".to_owned();
        let spare_admin_token = "*:*.unleash-spare-admin-api-token".to_owned();
        let client_token = "default:development.client-token".to_owned();
        let port = free_port();
        let mut server = Command::new("node");
        server.arg(program).envs([
            ("DATABASE_URL", database.url.as_str()),
            ("DATABASE_SSL", "false"),
            ("HTTP_HOST", "127.0.0.1"),
            ("HTTP_PORT", &port.to_string()),
            (
                "INIT_ADMIN_API_TOKENS",
                &format!("{admin_token},{spare_admin_token}"),
            ),
            ("INIT_CLIENT_API_TOKENS", &client_token),
            // Nothing leaves this machine.
            ("CHECK_VERSION", "false"),
            ("SEND_TELEMETRY", "false"),
            ("NODE_ENV", "production"),
        ]);
        let mut server =
            Supervised::start(Command::new("sh"), &server, "KILL", &log).expect("a shell starts");
        let url = format!("http://127.0.0.1:{port}");
        wait_until("Unleash to be GOOD", Duration::from_secs(180), async || {
            assert!(!server.has_ended(), "Unleash ended:\n{}", printed(&log));
            let answer = reqwest::get(format!("{url}/health")).await.ok()?;
            answer.text().await.ok()?.contains("GOOD").then_some(())
        })
        .await;
        Self {
            url,
            admin_token,
            client_token,
            spare_admin_token,
            server: Some(server),
            _database: database,
            _log: folder,
        }
    }

    /// Ends the server as a power cut would; its address stays known and answers no more.
    pub fn stop_server(&mut self) {
        self.server = None;
    }
}

/// Where the servers and their clients are installed.
pub fn peers() -> PathBuf {
    env::var_os("COCKPIT_PEERS")
        .expect("COCKPIT_PEERS names the installed servers: run `cargo xtask test --only peers`")
        .into()
}

fn installed() -> PathBuf {
    let program = peers().join("unleash/node_modules/unleash-server/dist/server.js");
    assert!(
        program.is_file(),
        "{} is missing: run `cargo xtask test --only peers`, which installs it",
        program.display()
    );
    program
}
