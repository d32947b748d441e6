//! From a status and a text to a kind of failure, by each adapter's table. Must not know any
//! service.

use cockpit_domain::provider::ErrorKind;

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
