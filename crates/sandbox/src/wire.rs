//! One request and one answer as plain values. Knows HTTP's shapes and no service.

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use serde_json::Value;

use crate::channels::CHANNELS;

/// The outside services that the sandbox stands in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    GooglePlay,
    AppStore,
    Unleash,
    Sentry,
    Statuspage,
    Smtp,
    /// One of [`CHANNELS`], by its place.
    Channel(usize),
}

impl Service {
    pub(crate) fn all() -> impl Iterator<Item = Service> {
        [
            Service::GooglePlay,
            Service::AppStore,
            Service::Unleash,
            Service::Sentry,
            Service::Statuspage,
            Service::Smtp,
        ]
        .into_iter()
        .chain((0..CHANNELS.len()).map(Service::Channel))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Service::GooglePlay => "google_play",
            Service::AppStore => "app_store",
            Service::Unleash => "unleash",
            Service::Sentry => "sentry",
            Service::Statuspage => "statuspage",
            Service::Smtp => "smtp",
            Service::Channel(place) => CHANNELS[place].name,
        }
    }

    pub(crate) fn by_name(name: &str) -> Option<Service> {
        Service::all().find(|service| service.name() == name)
    }

    /// Which service a path belongs to; the real hosts' paths do not overlap.
    pub(crate) fn of_path(path: &str) -> Option<Service> {
        let channel = CHANNELS.iter().position(|channel| (channel.owns)(path));
        if let Some(place) = channel {
            Some(Service::Channel(place))
        } else if path.starts_with("/androidpublisher/") || path == "/token" {
            Some(Service::GooglePlay)
        } else if path.starts_with("/v1/pages/") || path == "/v1/pages" {
            Some(Service::Statuspage)
        } else if path.starts_with("/v1/") || path.starts_with("/v2/") {
            Some(Service::AppStore)
        } else if path.starts_with("/api/0/") {
            Some(Service::Sentry)
        } else if path.starts_with("/api/admin")
            || path.starts_with("/api/client")
            || path.starts_with("/api/frontend")
        {
            Some(Service::Unleash)
        } else {
            None
        }
    }
}

/// A request, read to its end.
#[derive(Debug)]
pub(crate) struct Call {
    pub method: Method,
    pub path: String,
    pub segments: Vec<String>,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    pub(crate) fn new(
        method: Method,
        path: &str,
        query: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Call {
        Call {
            segments: path
                .split('/')
                .filter(|segment| !segment.is_empty())
                .map(percent_decoded)
                .collect(),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            path: path.to_owned(),
            method,
            headers,
            body,
        }
    }

    /// The path's parts after the first `skip`, for matching.
    pub(crate) fn parts(&self, skip: usize) -> Vec<&str> {
        self.segments
            .iter()
            .skip(skip)
            .map(String::as_str)
            .collect()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter's values, both repeated and comma separated.
    pub(crate) fn query_list(&self, name: &str) -> Vec<&str> {
        self.query
            .iter()
            .filter(|(key, _)| key == name)
            .flat_map(|(_, value)| value.split(','))
            .filter(|value| !value.is_empty())
            .collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The name of a GraphQL operation: all of them have one path, so only this tells them apart.
    pub(crate) fn operation(&self) -> Option<String> {
        if self.path != "/graphql" {
            return None;
        }
        self.json()?["operationName"].as_str().map(str::to_owned)
    }

    /// The flags of a request for several: all of them have one path, so only its body names them.
    pub(crate) fn flags_named(&self) -> Vec<String> {
        if !self.path.contains("/bulk_features/") {
            return Vec::new();
        }
        let body = self.json().unwrap_or_default();
        let names = body["features"].as_array().into_iter().flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

fn percent_decoded(segment: &str) -> String {
    // `+` is a literal plus in a path, a space only in a form.
    let escaped = segment.replace('+', "%2B");
    url::form_urlencoded::parse(format!("{escaped}=").as_bytes())
        .next()
        .map(|(key, _)| key.into_owned())
        .unwrap_or_default()
}

/// What a service answers.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Answer {
        Answer {
            status,
            headers: vec![("content-type", "application/json; charset=utf-8".to_owned())],
            body: body.to_string(),
        }
    }

    pub(crate) fn empty(status: u16) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }
}
