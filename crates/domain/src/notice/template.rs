//! Templates: which words frame the slots, by severity, phase, audience, channel and language. A
//! template of one's own is an entry of the ledger, and its version is that entry; everything else
//! comes from the library. Must not know an incident.

use std::collections::BTreeMap;

use cockpit_say::say;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};

use super::{Audience, Severity, Slot, Slots, texts};
use crate::lint::{ChannelKind, Locale};
use crate::target::Phase;

/// The version of the library. It changes when a text of it does: an envelope names it.
pub const LIBRARY: &str = "library-1";

/// Longest title and body of a template, and of what it makes, in bytes.
const BYTES_MAX: usize = 20_000;

/// Conditions inside each other.
const DEPTH_MAX: usize = 8;

/// Steps that rendering may take.
const FUEL: u64 = 20_000;

/// Which template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TemplateKey {
    /// How bad it is.
    pub severity: Severity,
    /// The phase.
    pub phase: Phase,
    /// Whom it is for.
    pub audience: Audience,
    /// Where it goes.
    pub channel: ChannelKind,
    /// The language.
    pub locale: Locale,
}

/// A template, as it stands in the ledger and in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Where it is used.
    #[serde(flatten)]
    pub key: TemplateKey,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
}

/// A template of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRecord {
    /// Its version: the entry, in hex.
    pub version: String,
    /// Position of the entry.
    pub position: u64,
    /// The template.
    pub template: Template,
}

/// The slots could not be put into the template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotRendered(String);

impl TemplateKey {
    /// "major-investigating-customers-email-en".
    pub fn name(self) -> String {
        format!(
            "{}-{}-{}-{}-{}",
            self.severity.key(),
            super::phase_key(self.phase),
            self.audience.key(),
            channel_key(self.channel),
            super::locale_key(self.locale)
        )
    }
}

fn channel_key(channel: ChannelKind) -> &'static str {
    match channel {
        ChannelKind::StatusPage => "status_page",
        ChannelKind::Email => "email",
        ChannelKind::Push => "push",
        ChannelKind::Banner => "banner",
        ChannelKind::Slack => "slack",
        ChannelKind::Teams => "teams",
        ChannelKind::Matrix => "matrix",
        ChannelKind::Mastodon => "mastodon",
        ChannelKind::Bluesky => "bluesky",
    }
}

impl Template {
    /// The library's template.
    pub fn of_the_library(key: TemplateKey) -> Self {
        let body = texts::layout(key.locale, key.phase, key.audience, key.channel);
        Self {
            key,
            title: "{{ headline }}".to_owned(),
            body: body.to_owned(),
        }
    }

    /// What is wrong with it; `None` when it can be used.
    pub fn problem(&self) -> Option<String> {
        if self.title.trim().is_empty() || self.body.trim().is_empty() {
            return Some(say!("a template has a title and a text").to_owned());
        }
        if self.title.len() + self.body.len() > BYTES_MAX {
            return Some(say!("a template has at most {BYTES_MAX} bytes"));
        }
        if !plain(&self.title) || !plain(&self.body) {
            return Some(
                say!(
                    "a template holds words, names of slots such as {{{{ headline }}}}, and {{% \
                      if doing %}}…{{% else %}}…{{% endif %}} around what is there only with such \
                      a name"
                )
                .to_owned(),
            );
        }
        let sample = Slots {
            words: Slot::ALL
                .into_iter()
                .map(|slot| (slot, slot.name().to_owned()))
                .collect(),
            entries: BTreeMap::new(),
            next_update_at: None,
        };
        render(self, &sample).err().map(|error| error.to_string())
    }
}

/// The title and the text that a template makes of these slots.
///
/// # Errors
/// A name in it is no slot, or it does not end.
pub fn render(template: &Template, slots: &Slots) -> Result<(String, String), NotRendered> {
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    engine.set_fuel(Some(FUEL));
    let context = context(template.key.locale, slots);
    let made = |what: &str, source: &str| {
        let text = engine
            .render_str(source, &context)
            .map_err(|error| NotRendered(say!("the {what} of the template: {error}")))?;
        match text.len() > BYTES_MAX {
            true => Err(NotRendered(say!("the {what} is too long"))),
            false => Ok(tidy(&text)),
        }
    };
    let title = made(say!("title"), &template.title)?.replace('\n', " ");
    Ok((title, made(say!("text"), &template.body)?))
}

fn context(locale: Locale, slots: &Slots) -> BTreeMap<&'static str, String> {
    let joined = |slot: Slot| slots.lines(slot).collect::<Vec<_>>().join(" ");
    let first = |slot: Slot| slots.lines(slot).next().unwrap_or_default().to_owned();
    let mut context: BTreeMap<&'static str, String> = Slot::ALL
        .into_iter()
        .map(|slot| (slot.key(), joined(slot)))
        .collect();
    let promise = slots.next_update_at.map(|at| texts::promise(locale, at));
    context.insert("next_update", promise.unwrap_or_default());
    context.insert("brief", first(Slot::Happened));
    context.insert("first_unknown", first(Slot::Unknown));
    context
}

/// Whether a source is words, names of slots, and conditions on them: so little that every reader
/// of the log can render it again without this engine.
fn plain(source: &str) -> bool {
    if source.chars().any(|it| it.is_control() && it != '\n') {
        return false;
    }
    // Of each condition that is open, whether its other half has begun.
    let mut open: Vec<bool> = Vec::new();
    let mut rest = source;
    while let Some(at) = ["{{", "{%", "{#"]
        .iter()
        .filter_map(|it| rest.find(it))
        .min()
    {
        let Some((inner, is_name, after)) = marked(&rest[at..]) else {
            return false;
        };
        rest = after;
        let inner = inner.trim_matches(' ');
        match (is_name, inner.strip_prefix("if "), inner) {
            (true, _, name) if is_slot(name) => {}
            (false, Some(name), _) if is_slot(name.trim_start_matches(' ')) => {
                open.push(false);
                if open.len() > DEPTH_MAX {
                    return false;
                }
            }
            (false, None, "else") => match open.last_mut() {
                Some(half @ false) => *half = true,
                Some(true) | None => return false,
            },
            (false, None, "endif") if open.pop().is_some() => {}
            (_, _, _) => return false,
        }
    }
    open.is_empty()
}

/// What stands in the marks that a text begins with, whether they ask for words, and the rest.
fn marked(text: &str) -> Option<(&str, bool, &str)> {
    let (begin, end) = match text.starts_with("{{") {
        true => ("{{", "}}"),
        false => ("{%", "%}"),
    };
    let (inner, rest) = text.strip_prefix(begin)?.split_once(end)?;
    Some((inner, begin == "{{", rest))
}

fn is_slot(name: &str) -> bool {
    ["next_update", "brief", "first_unknown"].contains(&name)
        || Slot::ALL.iter().any(|slot| slot.key() == name)
}

/// Without white space around the lines, and without more than one empty line.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        let doubled = line.is_empty() && lines.last().is_none_or(|last| last.is_empty());
        if !doubled {
            lines.push(line);
        }
    }
    while lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines.join("\n")
}
