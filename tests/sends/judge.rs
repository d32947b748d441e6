//! What must be true of every send, by what really stands at its channel. Must not know what went
//! wrong on the way.

use std::fmt::Write as _;

use cockpit_domain::Service;
use cockpit_domain::event::Outcome;
use serde_json::Value;

use crate::drive::{Run, Send};

pub fn complaints(run: &Run) -> Vec<String> {
    let mut complaints = Vec::new();
    for send in &run.sends {
        let there = texts(&run.truth, send.service)
            .iter()
            .filter(|text| **text == wanted(send))
            .count();
        let last = send.results.last().map(|it| it.outcome);
        let why = match (last, there) {
            (_, 2..) => format!("stands there {there} times"),
            (None, _) => "nothing was ever said of it".to_owned(),
            (Some(Outcome::Confirmed), 0) => "is confirmed and is not there".to_owned(),
            (Some(Outcome::Queued), _) => "is queued for ever".to_owned(),
            (Some(Outcome::Refused | Outcome::Stale | Outcome::Failed), 1) => {
                format!("is {last:?} and stands there")
            }
            (Some(Outcome::Confirmed | Outcome::Unknown), _)
            | (Some(Outcome::Refused | Outcome::Stale | Outcome::Failed), _) => continue,
        };
        complaints.push(format!(
            "{} {}: {why}",
            send.service.key(),
            send.notice.title
        ));
    }
    // Whatever stands anywhere was asked for, to the letter.
    for service in crate::plan::CHANNELS {
        for text in texts(&run.truth, service) {
            let asked = run
                .sends
                .iter()
                .any(|send| send.service == service && wanted(send) == text);
            if !asked {
                complaints.push(format!("{}: nobody asked for “{text}”", service.key()));
            }
        }
    }
    complaints
}

/// The words as they must stand there.
fn wanted(send: &Send) -> String {
    send.notice.as_text()
}

/// Every notice that stands at a channel.
fn texts(truth: &Value, service: Service) -> Vec<String> {
    let of = &truth[service.key()];
    if service == Service::Statuspage {
        let incidents = of["incidents"].as_array().unwrap().iter();
        // The incident has the newest notice's headline, and each text names its own.
        return incidents
            .flat_map(|incident| incident["updates"].as_array().unwrap())
            .map(|update| {
                let body = update["body"].as_str().unwrap().to_owned();
                let number = body
                    .split_whitespace()
                    .nth(6)
                    .unwrap()
                    .trim_end_matches('.');
                format!("Transfers, notice {number}\n\n{body}")
            })
            .collect();
    }
    if service == Service::Smtp {
        return mails(of);
    }
    let posts = of["posts"].as_array().unwrap().iter();
    posts
        .map(|post| post["text"].as_str().unwrap().to_owned())
        .collect()
}

/// What somebody finds in their mailbox, whose program knows a mail by its Message-ID and shows a
/// second copy of it not at all.
fn mails(of: &Value) -> Vec<String> {
    let mut shown: Vec<(String, String)> = Vec::new();
    let mut found = Vec::new();
    for mail in of["mails"].as_array().unwrap() {
        let text = mail["text"].as_str().unwrap();
        let header = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap().trim().to_owned()
        };
        let parts = text.split("\r\n\r\n").nth(2).unwrap();
        let plain = parts.split("\r\n--").next().unwrap().trim_end();
        let name = (header("Message-ID:"), header("Subject:"));
        // Handed on twice it is one; taken from us twice it is two, whatever its name is.
        let other = shown.iter().any(|(id, of)| *id == name.0 && *of != name.1);
        assert!(!other, "two notices have one Message-ID: {}", name.0);
        assert!((1..=2).contains(&mail["copies"].as_u64().unwrap()));
        found.push(format!("{}\n\n{plain}", name.1));
        shown.push(name);
    }
    found
}

/// The run for a person.
pub fn story(run: &Run) -> String {
    let mut text = String::new();
    for send in &run.sends {
        let _ = writeln!(
            text,
            "{} {} {:?}",
            send.service.key(),
            send.notice.title,
            send.plan
        );
        for result in &send.results {
            let _ = writeln!(text, "    {:?} {}", result.outcome, result.sentence);
        }
    }
    let _ = writeln!(text, "{}", complaints(run).join("\n"));
    text
}
