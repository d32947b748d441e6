//! A notice as the bytes of a mail. Must not know a connection.
//! Sources: RFC 5322 (the mail), RFC 3834 (Auto-Submitted), RFC 2369 (List-Unsubscribe).

use std::time::{Duration, SystemTime};

use cockpit_domain::Time;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::target::Notice;
use cockpit_say::say;
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{MultiPart, SinglePart};

use super::config::Config;

/// Who a mail is for stands in the envelope alone, so that nobody reads the others' addresses.
const NOBODY_NAMED: &str = "undisclosed-recipients:;";

/// The mail's name: made from the notice's key, so that a second one of the same notice is known
/// as such by every mail server and program that looks for duplicates.
pub(super) fn message_id(config: &Config, key: &str) -> String {
    format!("<{key}.notice@{}>", config.from.email.domain())
}

/// The whole mail. The title and the body are the approved ones, with nothing added; a mail of the
/// same story, by its notice's key, is the one that it answers.
pub(super) fn mail(
    config: &Config,
    notice: &Notice,
    first: Option<&str>,
    at: Time,
) -> Result<Vec<u8>, ProviderError> {
    let cannot = |what: &str| {
        ProviderError::new(
            ErrorKind::Rejected,
            say!("The notice cannot be made into a mail: {what}."),
        )
    };
    let since = u64::try_from(at.as_ms()).unwrap_or(0);
    let date = SystemTime::UNIX_EPOCH + Duration::from_millis(since);
    let envelope = Envelope::new(Some(config.from.email.clone()), config.to.clone())
        .map_err(|_| cannot(say!("it has no recipient")))?;
    let mut mail = Message::builder()
        .from(config.from.clone())
        .raw_header(raw("To", NOBODY_NAMED))
        .subject(one_line(&notice.title))
        .date(date)
        .message_id(Some(message_id(config, &notice.key)))
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .envelope(envelope);
    if let Some(address) = &config.unsubscribe {
        mail = mail.raw_header(raw("List-Unsubscribe", &format!("<{address}>")));
    }
    if let Some(first) = first.map(|key| message_id(config, key)) {
        mail = mail.in_reply_to(first.clone()).references(first);
    }
    let mail = mail
        .multipart(both_ways(notice))
        .map_err(|_| cannot(say!("its text or title holds what a mail cannot")))?;
    Ok(mail.formatted())
}

/// The same words twice: as plain text, and as HTML for programs that show only that. The border
/// between them follows from the notice, so that the same notice is the same bytes.
fn both_ways(notice: &Notice) -> MultiPart {
    MultiPart::alternative()
        .boundary(format!("=_notice_{}", notice.key))
        .singlepart(SinglePart::plain(format!("{}\n", notice.body.trim_end())))
        .singlepart(SinglePart::html(html(&notice.body)))
}

/// Paragraphs, line breaks and addresses as links; every other word as it was approved.
fn html(text: &str) -> String {
    let mut html = String::from("<!doctype html>\n<html><body>\n");
    for paragraph in text.split("\n\n").filter(|it| !it.trim().is_empty()) {
        let lines: Vec<String> = paragraph
            .trim()
            .lines()
            .map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" "))
            .collect();
        html.push_str(&format!("<p>{}</p>\n", lines.join("<br>\n")));
    }
    html.push_str("</body></html>\n");
    html
}

fn word(word: &str) -> String {
    let escaped = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
    };
    let address = word.trim_end_matches(['.', ',', ';', ':', ')', '?']);
    if !address.starts_with("https://") {
        return escaped(word);
    }
    let rest = escaped(&word[address.len()..]);
    let address = escaped(address);
    format!("<a href=\"{address}\">{address}</a>{rest}")
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn one_line(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn html_says_what_the_text_says() {
        assert_eq!(
            html("Paused & <safe>.\nMore: https://s.example/a?b=1&c.\n\nThanks"),
            "<!doctype html>\n<html><body>\n<p>Paused &amp; &lt;safe&gt;.<br>\nMore: \
             <a href=\"https://s.example/a?b=1&amp;c\">https://s.example/a?b=1&amp;c</a>.</p>\n\
             <p>Thanks</p>\n</body></html>\n"
        );
    }
}
