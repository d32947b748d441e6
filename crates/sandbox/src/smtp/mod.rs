//! A mail server: who may log in, which recipients it takes, and the mails that it took. Must not
//! know sockets or faults.

mod server;
mod talk;

use serde_json::{Value, json};

use crate::clock::rfc3339_ms;
use crate::history::{Scene, Who};
use crate::wire::Service;
use crate::{dice, keys};

pub(crate) use server::{Doors, answer, line, open};

/// The login's name.
pub(crate) const USER: &str = "northwind-status";
/// The one sender that the login may send as.
pub(crate) const FROM: &str = "status@northwind.example";
/// Who gets notices.
pub(crate) const RECIPIENTS: &str =
    "anna@customer.example, bert@customer.example, care@partner.example";

/// What the server answers.
pub(crate) type Reply = (u16, String);

/// A mail as it was taken.
#[derive(Clone, Debug)]
struct Mail {
    queue_id: String,
    at_ms: i64,
    from: String,
    to: Vec<String>,
    text: String,
    /// How often it came to each recipient.
    copies: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Smtp {
    mails: Vec<Mail>,
    /// Where it listens and what its certificate is, once it is served.
    pub doors: Option<Doors>,
    /// Parts of recipients' addresses that it refuses.
    refuses: Vec<String>,
    /// Parts of recipients' addresses that it asks to come back later for, as greylisting does.
    defers: Vec<String>,
    /// It does not offer STARTTLS.
    pub without_tls: bool,
    /// It delivers each mail that it takes a second time, as one does whose own next server's answer
    /// was lost.
    delivers_twice: bool,
}

impl Smtp {
    /// Whether this is the login.
    pub(crate) fn admits(user: &str, password: &str, seed: u64) -> bool {
        user == USER && password == keys::smtp(seed)
    }

    pub(crate) fn sender(from: &str) -> Reply {
        if from.eq_ignore_ascii_case(FROM) {
            (250, "2.1.0 Ok".to_owned())
        } else {
            let words = format!("5.7.1 <{from}>: Sender address rejected: not owned by the login");
            (553, words)
        }
    }

    pub(crate) fn recipient(&self, to: &str) -> Reply {
        let is_one = |parts: &[String]| parts.iter().any(|part| to.contains(part.as_str()));
        if is_one(&self.refuses) {
            (550, format!("5.1.1 <{to}>: Recipient address rejected"))
        } else if is_one(&self.defers) {
            (
                450,
                format!("4.2.0 <{to}>: Recipient address rejected: Greylisted"),
            )
        } else {
            (250, "2.1.5 Ok".to_owned())
        }
    }

    /// Takes a mail; gives its name in the queue.
    pub(crate) fn take(
        &mut self,
        from: String,
        to: Vec<String>,
        text: String,
        scene: &mut Scene<'_>,
    ) -> String {
        let number = self.mails.len();
        let queue_id = dice::hex(scene.seed, &format!("mail {number}"), 10).to_uppercase();
        let after = json!({"queue_id": queue_id, "recipients": to.len()});
        self.mails.push(Mail {
            queue_id: queue_id.clone(),
            at_ms: scene.now_ms,
            from,
            to,
            text,
            copies: 1 + u32::from(self.delivers_twice),
        });
        scene.history.record(
            scene.now_ms,
            Who::Api,
            Service::Smtp,
            FROM,
            Value::Null,
            after,
        );
        queue_id
    }

    pub(crate) fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let parts = || -> Result<Vec<String>, String> {
            serde_json::from_value(value.clone())
                .map_err(|_| format!("\"{name}\" needs a list of parts of addresses"))
        };
        match name {
            "refuses" => self.refuses = parts()?,
            "defers" => self.defers = parts()?,
            "without_tls" => {
                self.without_tls = value
                    .as_bool()
                    .ok_or("\"without_tls\" needs true or false")?;
            }
            "delivers_twice" => {
                self.delivers_twice = value
                    .as_bool()
                    .ok_or("\"delivers_twice\" needs true or false")?;
            }
            _ => return Err(format!("unknown knob \"{name}\" for smtp")),
        }
        Ok(())
    }

    /// All that a client needs to connect; None while nothing is served.
    pub(crate) fn connection(&self, seed: u64) -> Option<Value> {
        let doors = self.doors.as_ref()?;
        Some(json!({
            "host": "127.0.0.1",
            "port": doors.port,
            "tls_port": doors.tls_port,
            "security": "starttls",
            "user": USER,
            "password": keys::smtp(seed),
            "from": format!("Northwind status <{FROM}>"),
            "recipients": RECIPIENTS,
            "unsubscribe": "https://status.northwind.example/leave",
            "ca": doors.certificate_pem,
        }))
    }

    /// The mails that it took, oldest first. The text is whole, with its headers.
    pub(crate) fn truth(&self) -> Value {
        let mails: Vec<Value> = self
            .mails
            .iter()
            .map(|mail| {
                json!({
                    "queue_id": mail.queue_id,
                    "at": rfc3339_ms(mail.at_ms),
                    "from": mail.from,
                    "to": mail.to,
                    "text": mail.text,
                    "copies": mail.copies,
                })
            })
            .collect();
        json!({ "mails": mails })
    }
}
