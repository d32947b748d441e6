//! One service's requests: limits before, deadline around, retries and meaning after.
//! Must not know any service's words; they come in as a table.

use std::time::Duration;

use bytes::Bytes;
use cockpit_domain::Service;
use cockpit_domain::Time;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_say::say;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout};

use super::errors::{Rule, in_words, kind_of_status, quoted};
use super::{Bucket, Http, Limit, TransportError};
use crate::guide::Counted;

/// What a request does at the service, and so what its loss means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    /// Changes nothing: may be sent again.
    Read,
    /// Changes only what nobody is served from (an open edit): not sent again, its loss is no harm.
    Prepare,
    /// The write itself: sent once; when the answer is lost, it may have taken effect.
    Commit,
}

/// A request body.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    None,
    Json(serde_json::Value),
    Form(String),
}

/// One request of an adapter.
#[derive(Clone, Debug)]
pub(crate) struct Call<'a> {
    pub method: Method,
    /// The path with `{}` for each argument. This, and no argument, is what the trace shows.
    pub template: &'static str,
    pub arguments: &'a [&'a str],
    pub query: &'a [(&'a str, &'a str)],
    /// Headers beside the usual ones; names in lower case.
    pub headers: &'a [(&'static str, &'a str)],
    pub authorization: Option<HeaderValue>,
    pub body: Body,
    pub nature: Nature,
    /// May use the reserve.
    pub urgent: bool,
}

impl Call<'_> {
    pub(crate) fn get(template: &'static str) -> Self {
        Self {
            method: Method::GET,
            template,
            arguments: &[],
            query: &[],
            headers: &[],
            authorization: None,
            body: Body::None,
            nature: Nature::Read,
            urgent: false,
        }
    }
}

/// An answer with any status.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// When it arrived.
    pub at: Time,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn value(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

#[derive(Debug)]
pub(crate) struct Client {
    http: Http,
    service: Service,
    base: String,
    bucket: Bucket,
    rules: &'static [Rule],
    /// Finds the codes and messages in an error answer.
    message: fn(&Answer) -> String,
}

/// A read is sent again at most this often.
const RETRIES_MAX: u32 = 2;
/// No retry begins later than this after the first try.
const RETRY_WINDOW_MS: u64 = 3_000;
const RETRY_FIRST_MS: u64 = 200;
/// An urgent request waits at most this long for the bucket.
const URGENT_WAIT_MS_MAX: u64 = 1_000;
/// When a limiting or failing service does not say when to come back.
const LIMITED_MS: u64 = 5_000;
const FAILING_MS: u64 = 1_000;

impl Client {
    pub(crate) fn new(
        http: &Http,
        service: Service,
        base: String,
        limit: Limit,
        rules: &'static [Rule],
        message: fn(&Answer) -> String,
    ) -> Self {
        Self {
            http: http.clone(),
            service,
            base,
            bucket: Bucket::new(limit),
            rules,
            message,
        }
    }

    pub(crate) fn now(&self) -> Time {
        self.http.now()
    }

    pub(crate) fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    /// Counts something beside requests.
    pub(crate) fn count(&self, of: Counted) {
        self.http.count(self.service, of);
    }

    /// Says that a dry run of so many requests is not made, where they are kept for stops.
    pub(crate) fn spares(&self, requests: u32) -> Result<(), Rehearsal> {
        if self.bucket.can_spare(requests) {
            return Ok(());
        }
        Err(Rehearsal::not_proven(say!(
            "No dry run was made: what {} allows for the moment is kept for a stop itself.",
            self.service.name()
        )))
    }

    /// Sends a call and gives its successful answer.
    ///
    /// # Errors
    /// As [`Client::raw`], and every other answer by the adapter's table.
    pub(crate) async fn send(&self, call: &Call<'_>) -> Result<Answer, ProviderError> {
        let answer = self.raw(call).await?;
        if answer.is_success() {
            Ok(answer)
        } else {
            Err(self.refused(&answer, call.nature))
        }
    }

    /// Sends a call and reads the JSON of its successful answer.
    ///
    /// # Errors
    /// As [`Client::send`]; an answer of another shape is [`ErrorKind::Protocol`].
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        call: &Call<'_>,
    ) -> Result<(T, Answer), ProviderError> {
        let answer = self.send(call).await?;
        match serde_json::from_slice(&answer.body) {
            Ok(value) => Ok((value, answer)),
            Err(error) => {
                // Where, never what: the body may hold anything.
                tracing::debug!(
                    line = error.line(),
                    column = error.column(),
                    "answer not understood"
                );
                Err(self.not_understood(call.nature))
            }
        }
    }

    /// Sends a call and gives its answer whatever the status; reads are retried.
    ///
    /// # Errors
    /// When the bucket is empty or no whole answer arrived.
    pub(crate) async fn raw(&self, call: &Call<'_>) -> Result<Answer, ProviderError> {
        self.take(call).await?;
        let started = Instant::now();
        let mut wait_ms = RETRY_FIRST_MS;
        let mut retry = 0;
        loop {
            let outcome = self.once(call).await;
            let again_ms = match &outcome {
                _ if call.nature != Nature::Read || retry == RETRIES_MAX => None,
                Ok(answer) => self.worth_again(answer, wait_ms),
                Err(TransportError::Interrupted { .. }) => Some(wait_ms),
                Err(
                    TransportError::Connect | TransportError::Timeout | TransportError::TooLarge,
                ) => None,
            };
            match again_ms {
                Some(ms) if elapsed_ms(started) + ms <= RETRY_WINDOW_MS => {
                    sleep(Duration::from_millis(ms)).await;
                }
                Some(_) | None => return self.final_outcome(outcome, call.nature),
            }
            // A read that was answered badly says more than an empty bucket.
            if self.bucket.take(call.urgent).is_err() {
                return self.final_outcome(outcome, call.nature);
            }
            wait_ms *= 2;
            retry += 1;
        }
    }

    fn final_outcome(
        &self,
        outcome: Result<Answer, TransportError>,
        nature: Nature,
    ) -> Result<Answer, ProviderError> {
        outcome.map_err(|error| self.lost(error, nature))
    }

    async fn take(&self, call: &Call<'_>) -> Result<(), ProviderError> {
        let Err(wait_ms) = self.bucket.take(call.urgent) else {
            return Ok(());
        };
        if call.urgent && wait_ms <= URGENT_WAIT_MS_MAX {
            sleep(Duration::from_millis(wait_ms)).await;
            if self.bucket.take(true).is_ok() {
                return Ok(());
            }
        }
        let error = ProviderError::new(
            ErrorKind::RateLimited,
            say!(
                "{} was not asked: the requests it allows are used up for the moment.{}",
                self.service.name(),
                nothing_changed(call.nature)
            ),
        );
        Err(error.retry_after(wait_ms))
    }

    async fn once(&self, call: &Call<'_>) -> Result<Answer, TransportError> {
        let request = self
            .request(call)
            .ok_or(TransportError::Interrupted { sent: false })?;
        let started = Instant::now();
        let limit = Duration::from_millis(self.http.timeout_ms);
        self.http.meter.count(self.service, Counted::Requests);
        let outcome = match timeout(limit, self.http.transport.send(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(TransportError::Timeout),
        };
        let ms = elapsed_ms(started);
        let (service, method, path) = (self.service.key(), &call.method, call.template);
        match outcome {
            Ok(answer) => {
                let status = answer.status().as_u16();
                tracing::debug!(service, %method, path, status, ms, "answer");
                let (head, body) = answer.into_parts();
                let answer = Answer {
                    status,
                    headers: head.headers,
                    body,
                    at: self.now(),
                };
                if matches!(status, 420 | 429) {
                    self.bucket
                        .close_for(retry_after_ms(&answer).unwrap_or(LIMITED_MS));
                }
                Ok(answer)
            }
            Err(error) => {
                tracing::debug!(service, %method, path, ?error, ms, "no answer");
                Err(error)
            }
        }
    }

    fn request(&self, call: &Call<'_>) -> Option<http::Request<Bytes>> {
        // These would change the path itself, and no service has a thing by such a name.
        if call
            .arguments
            .iter()
            .any(|argument| matches!(*argument, "" | "." | ".."))
        {
            return None;
        }
        let mut address = format!("{}{}", self.base, filled(call.template, call.arguments));
        if !call.query.is_empty() {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(call.query)
                .finish();
            address.push('?');
            address.push_str(&query);
        }
        let (kind, body) = match &call.body {
            Body::None => (None, Bytes::new()),
            Body::Json(value) => (Some("application/json"), Bytes::from(value.to_string())),
            Body::Form(text) => (
                Some("application/x-www-form-urlencoded"),
                Bytes::from(text.clone()),
            ),
        };
        let mut request = http::Request::new(body);
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = address.parse().ok()?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        for (name, value) in call.headers {
            headers.insert(*name, HeaderValue::from_str(value).ok()?);
        }
        if let Some(authorization) = &call.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        Some(request)
    }

    /// How long to wait before a read is tried again after this answer.
    fn worth_again(&self, answer: &Answer, wait_ms: u64) -> Option<u64> {
        match answer.status {
            429 | 420 => retry_after_ms(answer),
            500 | 502 | 503 | 504 => Some(retry_after_ms(answer).unwrap_or(wait_ms)),
            _ => None,
        }
    }

    /// What an answer that is no success means.
    pub(crate) fn refused(&self, answer: &Answer, nature: Nature) -> ProviderError {
        let text = (self.message)(answer);
        let said = quoted(&text);
        let said = if said.is_empty() {
            say!(" It answered {}.", answer.status)
        } else {
            say!(" It said: \"{said}\"")
        };
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.matches(answer.status, &text));
        let kind = rule.map_or_else(|| kind_of_status(answer.status), |rule| rule.kind);
        let unsure = answer.status == 408 || !(400..500).contains(&answer.status);
        let unknown = nature == Nature::Commit && unsure;
        let sentence = match rule {
            Some(rule) => cockpit_say::said(rule.sentence).to_owned(),
            None => format!("{} {}", self.service.name(), in_words(kind)),
        };
        let mut error = ProviderError::new(
            kind,
            format!(
                "{sentence}{said}{}",
                if unknown {
                    maybe()
                } else {
                    nothing_changed(nature)
                }
            ),
        );
        if unknown {
            error = error.maybe_applied();
        }
        if let Some(hint) = rule.map(|rule| rule.hint).filter(|hint| !hint.is_empty()) {
            error = error.hint(cockpit_say::said(hint));
        }
        match (retry_after_ms(answer), kind) {
            (Some(ms), _) => error.retry_after(ms),
            (None, ErrorKind::RateLimited) => error.retry_after(LIMITED_MS),
            (None, ErrorKind::Server | ErrorKind::Timeout) => error.retry_after(FAILING_MS),
            (None, _) => error,
        }
    }

    /// A successful answer whose content is not the service's.
    pub(crate) fn not_understood(&self, nature: Nature) -> ProviderError {
        let error = ProviderError::new(
            ErrorKind::Protocol,
            say!(
                "The answer in the name of {} could not be understood.{}",
                self.service.name(),
                if nature == Nature::Commit { maybe() } else { nothing_changed(nature) }
            ),
        )
        .hint(say!("A wireless network's sign-in page or a proxy may stand in between: open a page in the browser, then try again."));
        if nature == Nature::Commit {
            error.maybe_applied()
        } else {
            error
        }
    }

    fn lost(&self, why: TransportError, nature: Nature) -> ProviderError {
        let name = self.service.name();
        let (kind, sent, what) = match why {
            TransportError::Connect => (
                ErrorKind::Unreachable,
                false,
                say!("{name} cannot be reached."),
            ),
            TransportError::Timeout => (
                ErrorKind::Timeout,
                true,
                say!("{name} did not answer in time."),
            ),
            TransportError::Interrupted { sent } => (
                ErrorKind::Unreachable,
                sent,
                say!("The connection to {name} broke before an answer came."),
            ),
            TransportError::TooLarge => (
                ErrorKind::Protocol,
                true,
                say!("{name} sent more than can be read."),
            ),
        };
        let unknown = sent && nature == Nature::Commit;
        let end = if unknown {
            maybe()
        } else {
            nothing_changed(nature)
        };
        let error = ProviderError::new(kind, format!("{what}{end}"));
        let error = if unknown {
            error.maybe_applied()
        } else {
            error
        };
        match kind {
            ErrorKind::Unreachable => error.hint(say!(
                "Check the network connection. Reading goes on as soon as it is back."
            )),
            _ => error,
        }
    }
}

fn maybe() -> &'static str {
    say!(" The change may be in effect: it must be read back.")
}

fn nothing_changed(nature: Nature) -> &'static str {
    match nature {
        Nature::Read => "",
        Nature::Prepare | Nature::Commit => say!(" Nothing was changed."),
    }
}

/// The path with each `{}` replaced by an argument, percent-encoded.
fn filled(template: &str, arguments: &[&str]) -> String {
    let mut path = String::new();
    let mut rest = arguments.iter();
    for (index, part) in template.split("{}").enumerate() {
        if index > 0 {
            for byte in rest.next().copied().unwrap_or_default().bytes() {
                match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                        path.push(char::from(byte));
                    }
                    _ => path.push_str(&format!("%{byte:02X}")),
                }
            }
        }
        path.push_str(part);
    }
    path
}

/// The whole seconds of a `Retry-After` header, in milliseconds. The services in use send no dates;
/// Matrix says it in the body.
fn retry_after_ms(answer: &Answer) -> Option<u64> {
    let seconds = answer.header(RETRY_AFTER.as_str());
    if let Some(seconds) = seconds.and_then(|text| text.trim().parse::<u64>().ok()) {
        return Some(seconds.min(86_400) * 1_000);
    }
    let ms = match answer.status {
        429 => until_reset_ms(answer).or_else(|| answer.value()?["retry_after_ms"].as_u64())?,
        _ => return None,
    };
    Some(ms.min(86_400_000))
}

/// LaunchDarkly names the end of its window in milliseconds since 1970. Others count seconds there,
/// which are far smaller numbers.
fn until_reset_ms(answer: &Answer) -> Option<u64> {
    const MILLISECONDS_FROM: i64 = 100_000_000_000;
    /// The computer's clock may be off, so a wait is as long as a window at most.
    const WAIT_MS_MAX: u64 = 10_000;
    let reset_ms: i64 = answer.header("x-ratelimit-reset")?.trim().parse().ok()?;
    (reset_ms >= MILLISECONDS_FROM).then(|| {
        Time::from_ms(reset_ms)
            .ms_since(answer.at)
            .clamp(1, WAIT_MS_MAX)
    })
}

fn elapsed_ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_cannot_leave_their_place_in_the_path() {
        assert_eq!(
            filled("/a/{}/b/{}:c", &["x/../y?z", "1#2"]),
            "/a/x%2F..%2Fy%3Fz/b/1%232:c"
        );
    }
}
