//! Unleash's JSON. Must not know our words.
//! Source: Unleash's OpenAPI description 8.2.0; tried against server 6.10.

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Deserialize)]
pub(super) struct Features {
    pub features: Vec<Feature>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Feature {
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub environments: Vec<Environment>,
}

impl Feature {
    /// What is not shown as off is taken for on.
    pub(super) fn is_on(&self, environment: &str) -> bool {
        let mut all = self.environments.iter();
        all.find(|it| it.name == environment)
            .is_none_or(|it| it.enabled)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Environment {
    pub name: String,
    pub enabled: bool,
    #[serde(default)]
    pub strategies: Vec<Strategy>,
    /// The rest, where a field that is null says something else than one that is missing.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Environment {
    /// When an app last said that it asked; none when the server does not tell, and the inner one
    /// none when it never did.
    pub(super) fn last_seen(&self) -> Option<Option<&str>> {
        self.rest.get("lastSeenAt").map(Value::as_str)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Strategy {
    /// Apps are not told.
    #[serde(default)]
    pub id: Option<String>,
    pub name: String,
    #[serde(default)]
    pub disabled: Option<bool>,
    #[serde(default)]
    pub constraints: Vec<Value>,
    #[serde(default)]
    pub parameters: Map<String, Value>,
}

/// What client apps evaluate from.
#[derive(Debug, Deserialize)]
pub(super) struct ClientFeatures {
    pub features: Vec<ClientFeature>,
    /// What the server made of the token and the query.
    #[serde(default)]
    pub query: ClientQuery,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ClientQuery {
    /// Absent for an admin token: every flag is then shown as off.
    #[serde(default)]
    pub environment: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ClientFeature {
    pub name: String,
    pub enabled: bool,
    #[serde(default)]
    pub strategies: Vec<Strategy>,
}

/// The owner of a token, as far as it matters.
#[derive(Debug, Deserialize)]
pub(super) struct Me {
    pub permissions: Vec<Permission>,
}

/// A permission with where it holds: everywhere when nothing is named.
#[derive(Debug, Deserialize)]
pub(super) struct Permission {
    pub permission: String,
    #[serde(default)]
    pub project: Option<String>,
    #[serde(default)]
    pub environment: Option<String>,
}

impl Permission {
    pub(super) fn allows(&self, wanted: &str, project: &str, environment: &str) -> bool {
        let holds = |named: &Option<String>, here: &str| {
            let named = named.as_deref().filter(|named| !matches!(*named, "" | "*"));
            named.is_none_or(|named| named == here)
        };
        self.permission == "ADMIN"
            || (self.permission == wanted
                && holds(&self.project, project)
                && holds(&self.environment, environment))
    }
}

/// Whether changes in an environment of a project are asked for first.
#[derive(Debug, Deserialize)]
pub(super) struct ChangeRequests {
    pub environment: String,
    #[serde(rename = "changeRequestEnabled")]
    pub enabled: bool,
}
