//! What each channel takes. Hides in which unit each of them counts. Must not know how a notice
//! is posted.

use unicode_segmentation::UnicodeSegmentation as _;

use super::face::{ChannelKind, Draft, Finding, Part, Rule, Weight};
use super::text::Text;

/// In what a channel counts.
#[derive(Clone, Copy)]
enum Unit {
    /// UTF-8.
    Bytes,
    /// Unicode scalar values.
    Characters,
    /// What a reader takes for one character.
    Graphemes,
    /// Graphemes, where any web address counts as 23 (Mastodon's `StatusLengthValidator`).
    GraphemesOfMastodon,
}

#[derive(Clone, Copy)]
enum Of {
    Title,
    Body,
    /// Title, an empty line, body: how a channel without headlines is written to.
    Both,
}

struct Limit {
    of: Of,
    unit: Unit,
    most: usize,
    weight: Weight,
    why: &'static str,
}

const fn limit(of: Of, most: usize, unit: Unit, weight: Weight, why: &'static str) -> Limit {
    Limit {
        of,
        unit,
        most,
        weight,
        why,
    }
}

/// The limits of a channel, the strictest first.
///
/// Sources: Statuspage's API reference (name 255, body 25 000 characters). RFC 5322 section 2.1.1
/// (a line of at most 998 characters, better 78). FCM's error reference (a message to a topic has
/// 2 048 bytes with its keys, of which 200 are left for ours). Slack's "Truncating really long
/// messages" (40 000 characters, better 4 000). Teams' webhook reference (28 KB a message, of
/// which 2 KB are left for the card around the text). The Matrix client-server specification,
/// "Size limits" (an event has 65 536 bytes, of which 2 KB are left for the rest of it).
/// Mastodon's default of 500 characters. Bluesky's lexicon `app.bsky.feed.post` (300 graphemes,
/// 3 000 bytes). What only advises about a push and a banner is what phones show without cutting.
fn limits(channel: ChannelKind) -> &'static [Limit] {
    use Of::{Body, Both, Title};
    use Unit::{Bytes, Characters, Graphemes, GraphemesOfMastodon};
    use Weight::{Advising, Blocking};
    const STATUSPAGE: &[Limit] = &[
        limit(Title, 255, Characters, Blocking, "Statuspage refuses it"),
        limit(Body, 25_000, Characters, Blocking, "Statuspage refuses it"),
    ];
    const EMAIL: &[Limit] = &[
        limit(
            Title,
            989,
            Characters,
            Blocking,
            "with \"Subject: \" a line may have 998",
        ),
        limit(
            Title,
            78,
            Graphemes,
            Advising,
            "longer subjects are cut in most lists of mail",
        ),
    ];
    const PUSH: &[Limit] = &[
        limit(
            Both,
            1_848,
            Bytes,
            Blocking,
            "FCM refuses a larger message to a topic",
        ),
        limit(Title, 50, Graphemes, Advising, "phones cut it"),
        limit(Body, 150, Graphemes, Advising, "phones cut it"),
    ];
    const BANNER: &[Limit] = &[
        limit(Title, 60, Graphemes, Advising, "it covers the app"),
        limit(Body, 240, Graphemes, Advising, "it covers the app"),
    ];
    const SLACK: &[Limit] = &[
        limit(Both, 40_000, Characters, Blocking, "Slack cuts it"),
        limit(
            Both,
            4_000,
            Characters,
            Advising,
            "Slack asks for shorter messages",
        ),
    ];
    const TEAMS: &[Limit] = &[limit(
        Both,
        26 * 1024,
        Bytes,
        Blocking,
        "Teams drops it without a word",
    )];
    const MATRIX: &[Limit] = &[limit(Both, 63 * 1024, Bytes, Blocking, "Matrix refuses it")];
    const MASTODON: &[Limit] = &[limit(
        Both,
        500,
        GraphemesOfMastodon,
        Blocking,
        "Mastodon refuses it",
    )];
    const BLUESKY: &[Limit] = &[
        limit(Both, 300, Graphemes, Blocking, "Bluesky refuses it"),
        limit(Both, 3_000, Bytes, Blocking, "Bluesky refuses it"),
    ];
    match channel {
        ChannelKind::StatusPage => STATUSPAGE,
        ChannelKind::Email => EMAIL,
        ChannelKind::Push => PUSH,
        ChannelKind::Banner => BANNER,
        ChannelKind::Slack => SLACK,
        ChannelKind::Teams => TEAMS,
        ChannelKind::Matrix => MATRIX,
        ChannelKind::Mastodon => MASTODON,
        ChannelKind::Bluesky => BLUESKY,
    }
}

/// What is too long for its channel; of several limits on one text, the first.
pub(super) fn check(draft: &Draft, title: &Text<'_>, body: &Text<'_>, out: &mut Vec<Finding>) {
    let mut told: Vec<(Part, Weight)> = Vec::new();
    for limit in limits(draft.channel) {
        let (text, what, ahead) = match limit.of {
            Of::Title => (title, "The title", String::new()),
            Of::Body => (body, "The text", String::new()),
            Of::Both if draft.title.is_empty() => (body, "The text", String::new()),
            Of::Both => (body, "Title and text", format!("{}\n\n", draft.title)),
        };
        let long = limit.unit.count(&ahead) + limit.unit.count(text.source);
        let seen = |(part, _): &(Part, Weight)| *part == text.part;
        if long <= limit.most || told.iter().any(seen) {
            continue;
        }
        told.push((text.part, limit.weight));
        let room = limit.most.saturating_sub(limit.unit.count(&ahead));
        let from = limit.unit.cut(text.source, room);
        out.push(Finding {
            rule: Rule::ChannelLimit,
            weight: limit.weight,
            span: (from < text.source.len()).then(|| text.span_of(from..text.source.len())),
            reason: format!(
                "{what} has {long} {}, and {} fit: {}.",
                limit.unit.name(),
                limit.most,
                limit.why
            ),
            fix: format!("Take {} away.", long - limit.most),
            instead: None,
        });
    }
    if let (ChannelKind::Email, Some(at)) = (draft.channel, draft.title.find(['\r', '\n'])) {
        out.push(Finding {
            rule: Rule::ChannelLimit,
            weight: Weight::Blocking,
            span: Some(title.span_of(at..at + 1)),
            reason: "A mail's subject is one line.".to_owned(),
            fix: "Take the line break out.".to_owned(),
            instead: None,
        });
    }
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Characters | Self::Graphemes | Self::GraphemesOfMastodon => "characters",
        }
    }

    fn count(self, text: &str) -> usize {
        match self {
            Self::Bytes => text.len(),
            Self::Characters => text.chars().count(),
            Self::Graphemes => text.graphemes(true).count(),
            Self::GraphemesOfMastodon => {
                const ADDRESS: usize = 23;
                let addresses = addresses(text);
                let saved: usize = addresses.map(|it| it.graphemes(true).count()).sum();
                let count = super::limits::addresses(text).count();
                text.graphemes(true).count() - saved + ADDRESS * count
            }
        }
    }

    /// The byte where what no longer fits begins, on a whole character.
    fn cut(self, text: &str, room: usize) -> usize {
        let mut used = 0;
        for (at, grapheme) in text.grapheme_indices(true) {
            used += match self {
                Self::Bytes => grapheme.len(),
                Self::Characters => grapheme.chars().count(),
                Self::Graphemes | Self::GraphemesOfMastodon => 1,
            };
            if used > room {
                return at;
            }
        }
        text.len()
    }
}

/// Web addresses, up to the next white space.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .filter(|word| word.starts_with("https://") || word.starts_with("http://"))
}
