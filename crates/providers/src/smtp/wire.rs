//! A notice as the bytes of a mail. Must not know a connection.
//! Sources: RFC 5322 (the mail), RFC 3834 (Auto-Submitted), RFC 2369 (List-Unsubscribe).

use std::time::{Duration, SystemTime};

use cockpit_domain::Time;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::target::Notice;
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};

use super::config::Config;

/// Who a mail is for stands in the envelope alone, so that nobody reads the others' addresses.
const NOBODY_NAMED: &str = "undisclosed-recipients:;";

/// The mail's name: made from the notice's key, so that a second one of the same notice is known
/// as such by every mail server and program that looks for duplicates.
pub(super) fn message_id(config: &Config, key: &str) -> String {
    format!("<{key}.notice@{}>", config.from.email.domain())
}

/// The whole mail. The title and the body are the approved ones, with nothing added.
pub(super) fn mail(config: &Config, notice: &Notice, at: Time) -> Result<Vec<u8>, ProviderError> {
    let cannot = |what: &str| {
        ProviderError::new(
            ErrorKind::Rejected,
            format!("The notice cannot be made into a mail: {what}."),
        )
    };
    let since = u64::try_from(at.as_ms()).unwrap_or(0);
    let date = SystemTime::UNIX_EPOCH + Duration::from_millis(since);
    let envelope = Envelope::new(Some(config.from.email.clone()), config.to.clone())
        .map_err(|_| cannot("it has no recipient"))?;
    let mut mail = Message::builder()
        .from(config.from.clone())
        .raw_header(raw("To", NOBODY_NAMED))
        .subject(one_line(&notice.title))
        .date(date)
        .message_id(Some(message_id(config, &notice.key)))
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .header(ContentType::TEXT_PLAIN)
        .envelope(envelope);
    if let Some(address) = &config.unsubscribe {
        mail = mail.raw_header(raw("List-Unsubscribe", &format!("<{address}>")));
    }
    let mail = mail
        .body(format!("{}\n", notice.body.trim_end()))
        .map_err(|_| cannot("its text or title holds what a mail cannot"))?;
    Ok(mail.formatted())
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn one_line(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}
