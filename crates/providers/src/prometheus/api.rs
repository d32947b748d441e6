//! Prometheus' two query endpoints, without meaning. Must not know our words.

use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::{Service, Time};
use cockpit_say::say;
use http::Method;

use super::config::Config;
use super::errors::{RULES, message};
use super::wire::{Answered, Data, Range};
use crate::http::{Body, Call, Client, Http, Limit, Nature, quoted};

/// No number is published: a server bears what its owner lets it bear.
const REQUESTS: Limit = Limit {
    burst: 200,
    per_minute: 1_800,
    reserve: 0,
};

pub(super) struct Api {
    config: Config,
    client: Client,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        let base_url = config.base_url.clone();
        let client = Client::new(
            http,
            Service::Prometheus,
            base_url,
            REQUESTS,
            RULES,
            message,
        );
        Api { config, client }
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn now(&self) -> Time {
        self.client.now()
    }

    /// What a query gives now, by the server's own clock: a clock of ours that is off would ask for
    /// a time that has not come, and find nothing.
    pub(super) async fn at_once(&self, query: &str) -> Result<Vec<Range>, ProviderError> {
        self.ask("/api/v1/query", &[("query", query)]).await
    }

    /// What a query gives at each step from `start` to `end`.
    pub(super) async fn over(
        &self,
        query: &str,
        start: Time,
        end: Time,
        step_ms: u64,
    ) -> Result<Vec<Range>, ProviderError> {
        let seconds = |at: Time| (at.as_ms() / 1_000).to_string();
        let pairs = [
            ("query", query),
            ("start", &seconds(start)),
            ("end", &seconds(end)),
            ("step", &(step_ms / 1_000).to_string()),
        ];
        self.ask("/api/v1/query_range", &pairs).await
    }

    /// In a body, as a query may be longer than an address.
    async fn ask(
        &self,
        path: &'static str,
        pairs: &[(&str, &str)],
    ) -> Result<Vec<Range>, ProviderError> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let call = Call {
            method: Method::POST,
            body: Body::Form(form),
            authorization: self.config.authorization.clone(),
            ..Call::get(path)
        };
        let (answered, answer) = self.client.json::<Answered>(&call).await?;
        match answered.data {
            Some(data) if answered.status == "success" => Ok(ranges(data)),
            Some(_) => Err(refused(&message(&answer))),
            None if answered.status == "error" => Err(refused(&message(&answer))),
            None => Err(self.client.not_understood(Nature::Read)),
        }
    }
}

/// Every kind of answer as series of points; a text is no number.
fn ranges(data: Data) -> Vec<Range> {
    let one = |metric, point| Range {
        metric,
        values: vec![point],
    };
    match data {
        Data::Matrix(all) => all,
        Data::Vector(all) => all
            .into_iter()
            .filter_map(|it| Some(one(it.metric, it.value?)))
            .collect(),
        Data::Scalar(point) => vec![one(Default::default(), point)],
        Data::String(_) => Vec::new(),
    }
}

/// An error that came as a success.
fn refused(text: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::Rejected,
        say!(
            "Prometheus does not accept the query. It said: \"{}\"",
            quoted(text)
        ),
    )
    .hint(say!(
        "Try the query in Prometheus itself, then enter it again."
    ))
}
