//! Two laptops of one team, prepared by the product's own commands: a product lead's with the
//! stores and the flags, and customer success's with the channels. Knows no screen.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cockpit_domain::Service;
use cockpit_providers::form;
use cockpit_tests::mail_server::{self, RealMailServer};
use serde_json::Value;

use crate::desktop::{PASSPHRASE, target};

/// What is entered for a connection, by the keys of its form.
type Fields = BTreeMap<String, String>;

/// A workspace on a laptop.
pub struct Laptop {
    folder: PathBuf,
}

impl Laptop {
    /// The laptop with its workspace in this folder, which may not be there yet.
    pub fn on(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Runs a command that has to end well; gives what it printed.
    pub fn runs(&self, arguments: &[&str]) -> String {
        self.ends(arguments, &[], &[0])
    }

    /// As [`Laptop::runs`], with JSON as the answer, and one of these ends.
    pub fn answers(&self, arguments: &[&str], ends: &[i32]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        let said = self.ends(&arguments, &[], ends);
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    /// Connects a service with what the sandbox's document says of it.
    pub fn connects(&self, service: &str, document: &Value) {
        let given = document[service]
            .as_object()
            .unwrap_or_else(|| panic!("the sandbox has no {service}"));
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut fields: Fields = given
            .iter()
            .map(|(key, value)| (key.clone(), text(value)))
            .collect();
        // The sandbox's words for what the forms call otherwise.
        if let Some(key) = fields.remove("private_key_p8") {
            fields.insert("private_key".to_owned(), key);
        }
        if fields.remove("projects").is_some() {
            for platform in ["android", "ios"] {
                let project = text(&given["projects"][platform]);
                fields.insert(format!("{platform}_project"), project);
            }
            let package = "com.northwind.wallet".to_owned();
            fields.insert("package".to_owned(), package);
        }
        self.connects_with(service, fields);
    }

    /// Connects a real mail server.
    pub fn connects_mail(&self, server: &RealMailServer) {
        let fields = [
            ("host", "127.0.0.1".to_owned()),
            ("port", server.port.to_string()),
            ("user", mail_server::USER.to_owned()),
            ("password", mail_server::PASSWORD.to_owned()),
            ("from", "status@northwind.example".to_owned()),
            (
                "recipients",
                "a@customer.example, b@customer.example".to_owned(),
            ),
            ("ca", server.certificate.clone()),
        ];
        let fields = fields.map(|(key, value)| (key.to_owned(), value));
        self.connects_with("smtp", fields.into());
    }

    fn connects_with(&self, service: &str, mut fields: Fields) {
        let mut arguments = vec!["connect".to_owned(), service.to_owned()];
        let mut secrets = Vec::new();
        let known = Service::from_key(service).expect("there is such a service");
        for field in form(known).fields {
            let key = field.key;
            let Some(value) = fields.remove(key) else {
                continue;
            };
            if field.secret {
                let variable = format!("SECRET_{key}");
                arguments.extend(["--secret-env".to_owned(), format!("{key}={variable}")]);
                secrets.push((variable, value));
            } else {
                arguments.extend(["--field".to_owned(), format!("{key}={value}")]);
            }
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let said = self.ends(&arguments, &secrets, &[0]);
        assert!(said.contains("every permission is there"), "{said}");
    }

    fn ends(&self, arguments: &[&str], secrets: &[(String, String)], ends: &[i32]) -> String {
        let output = Command::new(program())
            .args(arguments)
            .arg("--workspace")
            .arg(&self.folder)
            .envs(secrets.iter().map(|(name, value)| (name, value)))
            .env("COCKPIT_PASSPHRASE", PASSPHRASE)
            .env_remove("COCKPIT_LOG")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdin(Stdio::null())
            .output()
            .expect("the command line can be started");
        let [out, err] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
        let code = output.status.code().unwrap_or(-1);
        assert!(
            ends.contains(&code),
            "{arguments:?} ended with {code}:\n{out}\n{err}"
        );
        out.into_owned()
    }
}

/// Brings a second person into the workspace of the first, over a folder that both can reach.
pub fn joins(first: &Laptop, second: &Laptop, folder: &Path, name: &str, role: &str) {
    let folder = folder.to_str().expect("our own folder has a name");
    first.runs(&["share", folder]);
    let invite = ["invite", "--role", role, "--name", name];
    let invited = first.answers(&invite, &[0]);
    let invitation = invited["invitation"].as_str().expect("it is text");
    let device = format!("{name}’s laptop");
    let joined = second.answers(&["join", invitation, "--device", &device], &[3]);
    let words: Vec<&str> = joined["joining"]["words"]
        .as_array()
        .expect("there are words")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    first.runs(&["people", "admit", "--words", &words.join(" ")]);
    second.runs(&["sync"]);
}

/// The built command line: what `COCKPIT_CLI` names, else the one beside this test.
fn program() -> PathBuf {
    env::var_os("COCKPIT_CLI").map_or_else(|| target().join("debug/cockpit"), PathBuf::from)
}
