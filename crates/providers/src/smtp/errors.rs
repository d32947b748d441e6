//! A mail server's refusals and what they mean. Must not know how they are handled.
//! Source: RFC 5321 (replies), RFC 4954 (530, 534, 535), and what servers say to refuse a sender.

use std::error::Error as _;

use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_say::{mark, say};
use lettre::transport::smtp::Error;

use crate::http::{Rule, quoted};

/// Where in the talk with the server something went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// Connecting, up to the answer to EHLO.
    Connect,
    /// Becoming an encrypted connection.
    Tls,
    /// The user name and password.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, and the text itself.
    Text,
}

const fn rule(status: u16, kind: ErrorKind, sentence: &'static str, hint: &'static str) -> Rule {
    Rule {
        status,
        contains: "",
        kind,
        sentence,
        hint,
    }
}

const COPY_THE_LOGIN: &str = mark!(
    "Enter the user name and password again; some providers want an app password, made in the account's settings."
);
const ALLOW_THE_SENDER: &str = mark!(
    "Use a sender that this login may send as, or have the mail server's administrator allow it."
);

const NOT_LOGGED_IN: Rule = rule(
    530,
    ErrorKind::Unauthorized,
    "The mail server asks for a login that it did not accept.",
    COPY_THE_LOGIN,
);

static CONNECT: &[Rule] = &[rule(
    0,
    ErrorKind::Rejected,
    "The mail server refuses this computer.",
    mark!("Check the mail server's name and port, and whether it takes mail from this network."),
)];
static TLS: &[Rule] = &[rule(
    0,
    ErrorKind::Rejected,
    "The mail server refuses to encrypt the connection.",
    mark!("Nothing is sent without TLS: have TLS set up there, or use another mail server."),
)];
static LOGIN: &[Rule] = &[rule(
    0,
    ErrorKind::Unauthorized,
    "The mail server does not accept the user name and password.",
    COPY_THE_LOGIN,
)];
static SENDER: &[Rule] = &[
    NOT_LOGGED_IN,
    rule(
        0,
        ErrorKind::Rejected,
        "The mail server refuses the sender's address.",
        ALLOW_THE_SENDER,
    ),
];
static RECIPIENT: &[Rule] = &[
    NOT_LOGGED_IN,
    rule(
        0,
        ErrorKind::Rejected,
        "The mail server refuses every recipient.",
        mark!("Check the recipients in the connection's settings."),
    ),
];
static TEXT: &[Rule] = &[
    rule(
        553,
        ErrorKind::Rejected,
        "The mail server refuses the mail from this sender.",
        ALLOW_THE_SENDER,
    ),
    rule(
        0,
        ErrorKind::Rejected,
        "The mail server refuses the mail as it is.",
        mark!("Read its reason, change the notice or the sender, and have it approved again."),
    ),
];

/// The first line that matches counts; a status of 0 is any 5xx.
fn rules(at: At) -> &'static [Rule] {
    match at {
        At::Connect => CONNECT,
        At::Tls => TLS,
        At::Login => LOGIN,
        At::Sender => SENDER,
        At::Recipient => RECIPIENT,
        At::Text => TEXT,
    }
}

/// Asked to come back later, as servers do that do not know a sender yet.
const LATER_MS: u64 = 30_000;

/// What a failure means. Nothing was taken; what comes after the text is [`after_the_text`]'s.
pub(super) fn meaning(at: At, error: &Error) -> ProviderError {
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    // So the client calls a line that ends before a whole answer came.
    if error.is_response() && said == "incomplete response" {
        return unreachable();
    }
    if let Some(code) = error.status() {
        let status: u16 = code.to_string().parse().unwrap_or(0);
        if error.is_transient() {
            return ProviderError::new(
                ErrorKind::Server,
                say!(
                    "The mail server asks to come back later ({status}): {}",
                    end(&said)
                ),
            )
            .retry_after(LATER_MS);
        }
        let found = rules(at).iter().find(|rule| rule.matches(status, ""));
        return match found {
            Some(rule) => ProviderError::new(
                rule.kind,
                say!(
                    "{} It answered {status}: {}",
                    cockpit_say::said(rule.sentence),
                    end(&said)
                ),
            )
            .hint(cockpit_say::said(rule.hint)),
            None => ProviderError::new(ErrorKind::Rejected, end(&said)),
        };
    }
    if error.is_timeout() {
        return too_late(at);
    }
    if said_in_chain(error, "certificate") {
        return ProviderError::new(
            ErrorKind::Rejected,
            say!("The mail server's certificate is not trusted, so nothing was said to it."),
        )
        .hint(say!(
            "Check the mail server's name. When its certificate is a private one, enter the \
             certificate authority in the connection's settings."
        ));
    }
    if error.is_client() && at == At::Login {
        return ProviderError::new(
            ErrorKind::Rejected,
            say!("The mail server offers no login by user name and password."),
        )
        .hint(say!(
            "Use a mail server or a port that takes a login; often that is port 587."
        ));
    }
    if error.is_response() {
        return ProviderError::new(
            ErrorKind::Protocol,
            say!("The mail server answered in a way that is not SMTP."),
        )
        .hint(say!(
            "Check the mail server's name, its port and the kind of TLS."
        ));
    }
    unreachable()
}

fn unreachable() -> ProviderError {
    ProviderError::new(
        ErrorKind::Unreachable,
        say!("The mail server cannot be reached."),
    )
    .hint(say!(
        "Check the network, the mail server's name, its port and the kind of TLS."
    ))
}

/// The server does not encrypt, so nothing is said to it.
pub(super) fn no_tls() -> ProviderError {
    ProviderError::new(
        ErrorKind::Rejected,
        say!("The mail server offers no TLS, so no password and no notice was sent to it."),
    )
    .hint(say!(
        "Have TLS set up there, or use the port that speaks it; often that is 587 or 465."
    ))
}

pub(super) fn too_late(at: At) -> ProviderError {
    let kind = match at {
        At::Connect => ErrorKind::Unreachable,
        At::Tls | At::Login | At::Sender | At::Recipient | At::Text => ErrorKind::Timeout,
    };
    ProviderError::new(kind, say!("The mail server did not answer in time.")).hint(say!(
        "Check the network, then look whether the mail server is well."
    ))
}

/// Whether a failure is the server's own answer, after which it goes on listening.
pub(super) fn is_answer(error: &ProviderError) -> bool {
    match error.kind {
        ErrorKind::Server | ErrorKind::Rejected | ErrorKind::Unauthorized => true,
        ErrorKind::Unreachable
        | ErrorKind::Timeout
        | ErrorKind::RateLimited
        | ErrorKind::Forbidden
        | ErrorKind::NotFound
        | ErrorKind::Moved
        | ErrorKind::NeedsPerson
        | ErrorKind::Unsupported
        | ErrorKind::Protocol => false,
    }
}

/// Once the text is on its way only the server's own answer says that it was not taken.
pub(super) fn after_the_text(error: ProviderError) -> ProviderError {
    if is_answer(&error) {
        return error;
    }
    let sentence = match error.kind {
        ErrorKind::Protocol => say!("The mail was sent, and the answer to it was not SMTP."),
        _ => say!("The mail was sent, and the mail server's answer to it was lost."),
    };
    ProviderError::new(error.kind, sentence).maybe_applied()
}

fn said_in_chain(error: &Error, word: &str) -> bool {
    let mut cause: Option<&dyn std::error::Error> = error.source();
    while let Some(it) = cause {
        if it.to_string().contains(word) {
            return true;
        }
        cause = it.source();
    }
    false
}

fn end(said: &str) -> String {
    let said = quoted(said);
    if said.is_empty() {
        say!("no reason was given.").to_owned()
    } else if said.ends_with('.') {
        said
    } else {
        format!("{said}.")
    }
}
