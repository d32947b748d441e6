//! What each channel takes, and what its readers see of it. Hides where a text that is too long
//! would be cut. Must not know how a notice is posted.

use cockpit_say::say;
use unicode_segmentation::UnicodeSegmentation as _;

use super::face::{ChannelKind, Draft, Finding, Part, Rule, Weight};
use super::text::Text;
use crate::provider::{Length, limits_of};

/// One limit on one part, or on both as one text.
struct Limit {
    of: Of,
    length: Length,
    weight: Weight,
    why: &'static str,
}

#[derive(Clone, Copy)]
enum Of {
    Title,
    Body,
    /// Title, an empty line, body: how a channel without headlines is written to.
    Both,
}

/// The limits of a channel, the strictest first: what its adapter refuses, and what is better
/// shorter.
fn limits(channel: ChannelKind) -> Vec<Limit> {
    let adapter = limits_of(channel);
    let of = match adapter.title {
        Some(_) => Of::Body,
        None => Of::Both,
    };
    let refused = |of, length| Limit {
        of,
        length,
        weight: Weight::Blocking,
        why: say!("it would be refused"),
    };
    let title = adapter.title.into_iter().map(|it| refused(Of::Title, it));
    let text = adapter.text.iter().map(|it| refused(of, *it));
    title.chain(text).chain(closer(channel)).collect()
}

/// What lies closer than the adapter's limits.
///
/// A message to a topic has 2 048 bytes with its keys (FCM's error reference), of which 200 are
/// left for ours. A line of mail should have 78 characters (RFC 5322, section 2.1.1). Slack asks
/// for at most 4 000 characters ("Truncating really long messages"). The others are what phones
/// show of a push or a banner without cutting it.
fn closer(channel: ChannelKind) -> Vec<Limit> {
    let limit = |of, length, weight, why| Limit {
        of,
        length,
        weight,
        why,
    };
    let better = |of, most, why| limit(of, Length::Graphemes(most), Weight::Advising, why);
    match channel {
        ChannelKind::Email => vec![better(Of::Title, 78, say!("most lists of mail cut it"))],
        ChannelKind::Push => vec![
            limit(
                Of::Both,
                Length::Bytes(1_848),
                Weight::Blocking,
                say!("FCM refuses a larger message to a topic"),
            ),
            better(Of::Title, 50, say!("phones cut it")),
            better(Of::Body, 150, say!("phones cut it")),
        ],
        ChannelKind::Banner => vec![
            better(Of::Title, 60, say!("it covers the app")),
            better(Of::Body, 240, say!("it covers the app")),
        ],
        ChannelKind::Slack => vec![better(
            Of::Both,
            4_000,
            say!("Slack asks for shorter messages"),
        )],
        ChannelKind::StatusPage
        | ChannelKind::Teams
        | ChannelKind::Matrix
        | ChannelKind::Mastodon
        | ChannelKind::Bluesky => Vec::new(),
    }
}

/// What is too long for its channel; of several limits on one part, the first.
pub(super) fn check(draft: &Draft, title: &Text<'_>, body: &Text<'_>, out: &mut Vec<Finding>) {
    let mut told: Vec<Part> = Vec::new();
    for limit in limits(draft.channel) {
        let (text, what, ahead) = match limit.of {
            Of::Title => (title, say!("The title"), String::new()),
            Of::Body => (body, say!("The text"), String::new()),
            Of::Both if draft.title.is_empty() => (body, say!("The text"), String::new()),
            Of::Both => (body, say!("Title and text"), format!("{}\n\n", draft.title)),
        };
        let (most, ahead) = (limit.length.most(), limit.length.of(&ahead));
        let long = ahead + limit.length.of(text.source);
        if long <= most || told.contains(&text.part) {
            continue;
        }
        told.push(text.part);
        let from = cut(limit.length, text.source, most.saturating_sub(ahead));
        out.push(Finding {
            rule: Rule::ChannelLimit,
            weight: limit.weight,
            span: (from < text.source.len()).then(|| text.span_of(from..text.source.len())),
            reason: say!(
                "{what} has {long} {}, and {most} fit: {}.",
                limit.length.unit(),
                limit.why
            ),
            fix: say!("Take {} away.", long - most),
            instead: None,
        });
    }
    if let (ChannelKind::Email, Some(at)) = (draft.channel, draft.title.find(['\r', '\n'])) {
        out.push(Finding {
            rule: Rule::ChannelLimit,
            weight: Weight::Blocking,
            span: Some(title.span_of(at..at + 1)),
            reason: say!("A mail's subject is one line.").to_owned(),
            fix: say!("Take the line break out.").to_owned(),
            instead: None,
        });
    }
}

/// The byte where what no longer fits begins, on a whole character as readers see it.
fn cut(length: Length, text: &str, room: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += length.of(grapheme);
        if used > room {
            return at;
        }
    }
    text.len()
}
