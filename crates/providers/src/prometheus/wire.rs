//! Prometheus' JSON. Must not know our words.
//! Source: the documents of the HTTP interface, "Expression query result formats".

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Debug, Deserialize)]
pub(super) struct Answered {
    pub status: String,
    #[serde(default)]
    pub data: Option<Data>,
}

/// What a query gave, by its kind.
#[derive(Debug, Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub(super) enum Data {
    Vector(Vec<Sample>),
    Matrix(Vec<Range>),
    Scalar(Point),
    /// No number.
    String(IgnoredAny),
}

#[derive(Debug, Deserialize)]
pub(super) struct Sample {
    #[serde(default)]
    pub metric: BTreeMap<String, String>,
    /// Absent for a native histogram, which is no number.
    #[serde(default)]
    pub value: Option<Point>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Range {
    #[serde(default)]
    pub metric: BTreeMap<String, String>,
    #[serde(default)]
    pub values: Vec<Point>,
}

/// Seconds since 1970, and the value as a text: "0.998", "NaN", "+Inf".
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Point(pub f64, pub String);
