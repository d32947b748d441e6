//! Pages, links and included resources of a document. Must not know which resources there are.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::errors::Refused;
use crate::wire::{Answer, Call};

/// Which part of a list a request gets.
#[derive(Debug)]
pub(super) struct Page {
    pub start: usize,
    pub limit: usize,
    total: usize,
}

impl Page {
    pub(super) fn of(call: &Call, total: usize) -> Result<Page, Refused> {
        Ok(Page {
            start: cursor(call)?,
            limit: limit(call)?,
            total,
        })
    }

    pub(super) fn links(&self, call: &Call, url: &str) -> Value {
        let mut links = json!({"self": own_url(call, url)});
        if let Some(next) = self.next() {
            links["next"] = json!(next_url(call, url, &next));
        }
        links
    }

    pub(super) fn paging(&self) -> Value {
        let mut paging = json!({"total": self.total, "limit": self.limit});
        if let Some(next) = self.next() {
            paging["nextCursor"] = json!(next);
        }
        paging
    }

    fn next(&self) -> Option<String> {
        let end = self.start + self.limit;
        (end < self.total).then(|| URL_SAFE_NO_PAD.encode(end.to_string()))
    }
}

pub(super) fn one(data: Value, extra: Vec<Value>, call: &Call, url: &str) -> Answer {
    let mut document = json!({"data": data, "links": {"self": own_url(call, url)}});
    if !extra.is_empty() {
        document["included"] = Value::Array(extra);
    }
    Answer::json(200, &document)
}

fn limit(call: &Call) -> Result<usize, Refused> {
    let Some(text) = call.query("limit") else {
        return Ok(50);
    };
    match text.parse() {
        Ok(limit) if (1..=200).contains(&limit) => Ok(limit),
        _ => Err(Refused::parameter(
            "limit",
            format!("'{text}' is not between 1 and 200"),
        )),
    }
}

fn cursor(call: &Call) -> Result<usize, Refused> {
    let Some(text) = call.query("cursor") else {
        return Ok(0);
    };
    URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            Refused::parameter(
                "cursor",
                format!("'{text}' is not a valid cursor for this request"),
            )
        })
}

fn own_url(call: &Call, url: &str) -> String {
    with_query(call, url, &call.query)
}

fn next_url(call: &Call, url: &str, cursor: &str) -> String {
    let mut query: Vec<(String, String)> = call
        .query
        .iter()
        .filter(|(name, _)| name != "cursor")
        .cloned()
        .collect();
    query.push(("cursor".to_owned(), cursor.to_owned()));
    with_query(call, url, &query)
}

fn with_query(call: &Call, url: &str, query: &[(String, String)]) -> String {
    if query.is_empty() {
        return format!("{url}{}", call.path);
    }
    let text = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    format!("{url}{}?{text}", call.path)
}
