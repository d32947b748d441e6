//! From a status and a text to a kind of failure, by each adapter's table. Must not know any
//! service.

use cockpit_domain::provider::ErrorKind;
use cockpit_say::say;

/// One line of an adapter's error table. The first that matches counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    /// The status, or 0 for any that is not a success.
    pub status: u16,
    /// Part of the answer's codes and messages, without regard to case; empty for any.
    pub contains: &'static str,
    /// What it means to the caller.
    pub kind: ErrorKind,
    /// What happened, in our words; the service's own message follows it.
    pub sentence: &'static str,
    /// What a person can do; empty when there is nothing.
    pub hint: &'static str,
}

/// A line of an adapter's error table.
pub(crate) const fn rule(
    status: u16,
    contains: &'static str,
    kind: ErrorKind,
    sentence: &'static str,
    hint: &'static str,
) -> Rule {
    Rule {
        status,
        contains,
        kind,
        sentence,
        hint,
    }
}

impl Rule {
    pub(crate) fn matches(&self, status: u16, text: &str) -> bool {
        (self.status == 0 || self.status == status)
            && text
                .to_ascii_lowercase()
                .contains(&self.contains.to_ascii_lowercase())
    }
}

/// What a status means when no table has a line for it.
pub(crate) fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 | 410 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        412 => ErrorKind::Moved,
        420 | 429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::Rejected,
        500..=599 => ErrorKind::Server,
        _ => ErrorKind::Protocol,
    }
}

/// What a kind of failure means, after a service's name.
pub(crate) fn in_words(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Unauthorized => say!("does not accept the credential."),
        ErrorKind::Forbidden => say!("does not allow this with the credential."),
        ErrorKind::NotFound => say!("does not know this."),
        ErrorKind::Timeout => say!("did not finish in time."),
        ErrorKind::Moved => say!("holds another state than the one that was read."),
        ErrorKind::RateLimited => say!("asks to come back later."),
        ErrorKind::Server => "failed.",
        ErrorKind::Rejected => say!("refused the request."),
        ErrorKind::NeedsPerson => say!("needs a person in its console first."),
        ErrorKind::Unsupported => say!("does not offer this."),
        ErrorKind::Unreachable => say!("cannot be reached."),
        ErrorKind::Protocol => say!("answered in an unexpected way."),
    }
}

const QUOTE_CHARS_MAX: usize = 240;
/// Longer runs without a space look like a key or token.
const WORD_CHARS_MAX: usize = 60;

/// A service's message as it may be shown: one line, short, without anything like a token.
pub(crate) fn quoted(message: &str) -> String {
    let mut quote = String::new();
    for word in message.split_whitespace() {
        let opaque = word
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric())
            .count();
        let is_url = word.contains("://");
        let shown = if opaque > WORD_CHARS_MAX && !is_url {
            "[left out]"
        } else {
            word
        };
        if quote.chars().count() + shown.chars().count() > QUOTE_CHARS_MAX {
            quote.push('…');
            break;
        }
        if !quote.is_empty() {
            quote.push(' ');
        }
        quote.extend(shown.chars().filter(|letter| !letter.is_control()));
    }
    quote
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_short_and_holds_nothing_like_a_token() {
        let token = "a".repeat(100);
        assert_eq!(
            quoted(&format!("bad\ntoken {token} here")),
            "bad token [left out] here"
        );
        assert!(quoted(&"word ".repeat(500)).chars().count() <= 250);
    }
}
