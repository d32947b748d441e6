//! A real mail server with STARTTLS and a login. Knows no adapter.

use std::{env, fs, path::PathBuf, process::Command, time::Duration};

use serde_json::Value;
use tempfile::TempDir;

use crate::repository;
use crate::supervised::{Supervised, free_port};
use crate::wait::wait_until;

/// The login's name.
pub const USER: &str = "status";
/// Not a real one: it opens this server only.
pub const PASSWORD: &str = "correct-horse-battery-staple";

/// A running server. It ends when this value is dropped.
pub struct RealMailServer {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// Its own certificate, which nobody else signed.
    pub certificate: String,
    server: Option<Supervised>,
    folder: TempDir,
}

impl RealMailServer {
    /// Starts it.
    ///
    /// # Panics
    /// When it is missing or does not come up.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("the folder for temporary files can be written");
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])
            .expect("a certificate can be made");
        let certificate = made.cert.pem();
        let (pem, key) = (folder.path().join("pem"), folder.path().join("key"));
        fs::write(&pem, &certificate).expect("our own folder can be written");
        fs::write(&key, made.signing_key.serialize_pem()).expect("our own folder can be written");
        let port = free_port();
        let mut server = Command::new(python());
        server
            .arg(repository::file("tests/peers/smtp/server.py"))
            .arg(port.to_string())
            .args([&pem, &key])
            .args([USER, PASSWORD]);
        let log = folder.path().join("log");
        let shell = Command::new("sh");
        let server =
            Supervised::start(shell, &server, "TERM", &log).expect("a shell can be started");
        let running = Self {
            port,
            certificate,
            server: Some(server),
            folder,
        };
        wait_until("the mail server", Duration::from_secs(60), async || {
            (!running.said().is_empty()).then_some(())
        })
        .await;
        running
    }

    /// The mails that it took.
    pub fn mails(&self) -> Vec<Value> {
        let mut said = self.said();
        said.retain(|line| line["to"].is_array());
        said
    }

    /// Ends it; what it took can be read on.
    pub fn stop(&mut self) {
        drop(self.server.take());
    }

    fn said(&self) -> Vec<Value> {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        log.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }
}

fn python() -> PathBuf {
    env::var_os("COCKPIT_SMTP_PYTHON")
        .expect("COCKPIT_SMTP_PYTHON has the mail server: `cargo xtask test` sets it")
        .into()
}
