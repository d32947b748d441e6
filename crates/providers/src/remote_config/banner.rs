//! A notice as a banner inside the app, in one parameter. Must not know how a notice is kept from
//! being shown twice.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use cockpit_domain::provider::{CredentialCheck, ProviderError, Reading};
use cockpit_domain::target::{Notice, Posted, Proof};
use cockpit_domain::{Service, Time};
use cockpit_say::say;
use serde_json::{Value, json};

use super::api::{Api, Template};
use crate::channel::{About, Line, Sought};
use crate::form::note;

/// So many notices are named in the parameter's description, the newest first.
const NAMED_MAX: usize = 6;
const NAMED: &str = "Set by Release Cockpit. Notices: ";

pub(crate) struct Banner {
    parameter: String,
    hours: u64,
    api: Arc<Api>,
    about: About,
}

impl Banner {
    pub(super) fn new(parameter: String, hours: u64, api: Arc<Api>) -> Banner {
        Banner {
            about: About {
                service: Service::RemoteConfig,
                name: format!("{}/{parameter}", api.project()),
                goes_to: format!("everybody with the app, in {parameter}"),
                proof: Proof::Stored,
                repeatable: true,
                conditional_write: true,
            },
            parameter,
            hours,
            api,
        }
    }

    /// Our keys in the parameter: first the one that is shown, then earlier ones.
    fn keys(&self, template: &Value) -> Vec<String> {
        let parameter = &template["parameters"][&self.parameter];
        let value = parameter["defaultValue"]["value"].as_str();
        let shown: Option<Value> = value.and_then(|text| serde_json::from_str(text).ok());
        let shown = shown.and_then(|it| it["key"].as_str().map(str::to_owned));
        let named = parameter["description"]
            .as_str()
            .and_then(|text| text.strip_prefix(NAMED));
        let mut keys: Vec<String> = shown.into_iter().collect();
        for key in named.unwrap_or_default().split_whitespace() {
            if !keys.iter().any(|it| it == key) {
                keys.push(key.to_owned());
            }
        }
        keys
    }

    /// What the app reads: the words and until when they hold, so that a phone that is offline
    /// does not show them for ever.
    fn banner(&self, notice: &Notice, now: Time) -> String {
        json!({
            "key": notice.key,
            "phase": notice.phase,
            "title": notice.title,
            "text": notice.body,
            "from": now,
            "until": now + self.hours * 60 * 60 * 1_000,
        })
        .to_string()
    }
}

#[async_trait]
impl Line for Banner {
    fn about(&self) -> &About {
        &self.about
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let signed_in = self.api.firebase.signed_in(false).await;
        let who = say!("Signed in as {}.", self.api.firebase.email());
        if note(&mut check, say!("Service account"), signed_in, &who)? {
            let read = self.api.template(false).await;
            let there = read
                .as_ref()
                .is_ok_and(|template| template.body["parameters"][&self.parameter].is_object());
            let sentence = if there {
                say!(
                    "The template can be read and has the parameter {}.",
                    self.parameter
                )
            } else {
                say!(
                    "The template can be read. It has no parameter {} yet; the first notice makes it. The app must read it.",
                    self.parameter
                )
            };
            note(
                &mut check,
                "cloudconfig.configs.get",
                read.map(|_| ()),
                &sentence,
            )?;
        }
        Ok(check)
    }

    async fn standing(
        &self,
        reading: Reading,
        _sought: &[Sought],
    ) -> Result<(Vec<Posted>, Time), ProviderError> {
        let template = match reading {
            Reading::Poll => self.api.polled().await?.0,
            Reading::Fresh | Reading::Serving => Arc::new(self.api.template(true).await?),
        };
        let version = template.body["version"]["versionNumber"].as_str();
        let posted = |key| Posted {
            key,
            id: version.map(|number| format!("version {number}")),
        };
        let found = self.keys(&template.body).into_iter().map(posted).collect();
        Ok((found, template.at))
    }

    async fn post(&self, notice: &Notice) -> Result<Option<String>, ProviderError> {
        let Template { mut body, etag, .. } = self.api.template(true).await?;
        let mut named = vec![notice.key.clone()];
        named.extend(
            self.keys(&body)
                .into_iter()
                .filter(|key| *key != notice.key),
        );
        named.truncate(NAMED_MAX);
        // The rest of the template goes back as it came; only this parameter is ours.
        let mut parameter = body["parameters"][&self.parameter].take();
        if !parameter.is_object() {
            parameter = json!({});
        }
        parameter["defaultValue"] =
            json!({"value": self.banner(notice, self.api.firebase.client.now())});
        parameter["valueType"] = json!("JSON");
        parameter["description"] = json!(format!("{NAMED}{}", named.join(" ")));
        if !body["parameters"].is_object() {
            body["parameters"] = json!({});
        }
        body["parameters"][&self.parameter] = parameter;
        body["version"] = json!({"description": format!("Release Cockpit: notice {}", notice.key)});
        let version = self.api.publish(body, &etag).await?;
        Ok(version.map(|number| format!("version {number}")))
    }
}

impl fmt::Debug for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Banner")
            .field("project", &self.api.project())
            .field("parameter", &self.parameter)
            .finish_non_exhaustive()
    }
}
