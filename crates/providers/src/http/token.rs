//! Keeps an access token and gets the next one early. Must not know how a token is made.

use cockpit_domain::Time;
use cockpit_domain::provider::ProviderError;
use http::HeaderValue;

/// A token as a header value, marked sensitive so that it is not printed.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub header: HeaderValue,
    pub from: Time,
    pub until: Time,
}

/// One token, made at most once at a time.
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    token: tokio::sync::Mutex<Option<Token>>,
}

/// A token is replaced when this is left of it, so that no stop waits for one.
const EARLY_MS: u64 = 5 * 60 * 1000;
/// A token with less than this left is not used even when no other can be had.
const LATE_MS: u64 = 20 * 1000;

impl TokenCache {
    /// The token to use at `now`; `make` is asked when there is none or it ends soon.
    ///
    /// # Errors
    /// What `make` says, when the token at hand cannot be used either.
    pub(crate) async fn get<F>(&self, now: Time, make: F) -> Result<HeaderValue, ProviderError>
    where
        F: Future<Output = Result<Token, ProviderError>>,
    {
        let mut held = self.token.lock().await;
        if let Some(token) = held.as_ref()
            && token.usable(now, EARLY_MS)
        {
            return Ok(token.header.clone());
        }
        match make.await {
            Ok(token) => {
                let header = token.header.clone();
                *held = Some(token);
                Ok(header)
            }
            Err(error) => match held.as_ref() {
                Some(token) if token.usable(now, LATE_MS) => Ok(token.header.clone()),
                Some(_) | None => Err(error),
            },
        }
    }

    /// The service did not take the token: the next call gets another.
    pub(crate) async fn forget(&self) {
        *self.token.lock().await = None;
    }
}

impl Token {
    /// A bearer token.
    ///
    /// # Errors
    /// When the text cannot stand in a header.
    pub(crate) fn bearer(text: &str, from: Time, until: Time) -> Option<Token> {
        Some(Token {
            header: sensitive(&format!("Bearer {text}"))?,
            from,
            until,
        })
    }

    /// A clock that was set back makes the token unusable: its age is not known then.
    fn usable(&self, now: Time, margin_ms: u64) -> bool {
        now >= self.from && now + margin_ms < self.until
    }
}

/// A header value that is never printed.
pub(crate) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
