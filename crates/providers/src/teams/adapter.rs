//! Our words to a workflow's. Must not know how a notice is kept from being posted twice.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{CheckItem, CredentialCheck, ErrorKind, ProviderError, Reading};
use cockpit_domain::target::{Notice, Posted, Proof};
use cockpit_domain::{Service, Time};
use cockpit_say::say;
use http::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::config::Config;
use super::errors::{RULES, message};
use crate::channel::{About, Line, Sought};
use crate::http::{Body, Call, Client, Http, Limit, Nature};

/// Teams throttles at four requests a second; notices need far fewer.
const REQUESTS: Limit = Limit {
    burst: 10,
    per_minute: 30,
    reserve: 5,
};
/// A larger message is refused after the 202, where nobody sees it.
const BYTES_MAX: usize = 28 * 1024;

pub(crate) struct Teams {
    client: Client,
    about: About,
}

impl Teams {
    pub(super) fn new(config: Config, http: &Http) -> Teams {
        let url = config.url.expose_secret().to_owned();
        Teams {
            client: Client::new(http, Service::Teams, url, REQUESTS, RULES, message),
            about: About {
                service: Service::Teams,
                goes_to: config.name.clone(),
                name: config.name,
                proof: Proof::Accepted,
                repeatable: false,
                conditional_write: false,
            },
        }
    }
}

#[async_trait]
impl Line for Teams {
    fn about(&self) -> &About {
        &self.about
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        Ok(CredentialCheck {
            items: vec![CheckItem {
                permission: say!("Workflow address").to_owned(),
                ok: true,
                sentence: say!("It has the form of an address. A workflow can only be tried by posting, so nothing was sent to it.").to_owned(),
            }],
        })
    }

    /// A workflow cannot be asked anything: any request is a post.
    async fn standing(
        &self,
        _reading: Reading,
        _sought: &[Sought],
    ) -> Result<(Vec<Posted>, Time), ProviderError> {
        Ok((Vec::new(), self.client.now()))
    }

    async fn post(&self, notice: &Notice) -> Result<Option<String>, ProviderError> {
        let message = message_with(notice);
        if message.to_string().len() > BYTES_MAX {
            return Err(ProviderError::new(
                ErrorKind::Rejected,
                say!("The notice is too long for Teams, which takes 28 KB. Nothing was sent."),
            )
            .hint(say!("Shorten the notice and have it approved again.")));
        }
        let call = Call {
            method: Method::POST,
            body: Body::Json(message),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get("")
        };
        let answer = self.client.send(&call).await?;
        // The workflow's own template answers 202; one that answers by itself says 200 without HTML.
        let is_page = answer
            .header("content-type")
            .is_some_and(|kind| kind.contains("html"));
        if is_page {
            return Err(self.client.not_understood(Nature::Commit));
        }
        Ok(answer.header("x-ms-workflow-run-id").map(str::to_owned))
    }
}

/// One adaptive card: the title, then each paragraph. A card has no place for our key.
fn message_with(notice: &Notice) -> Value {
    let mut blocks = vec![json!({
        "type": "TextBlock", "text": notice.title, "weight": "Bolder", "size": "Medium", "wrap": true,
    })];
    blocks.extend(
        notice
            .body
            .split("\n\n")
            .filter(|paragraph| !paragraph.trim().is_empty())
            .map(|paragraph| json!({"type": "TextBlock", "text": paragraph, "wrap": true})),
    );
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": blocks,
            },
        }],
    })
}

impl fmt::Debug for Teams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Teams")
            .field("name", &self.about.name)
            .finish_non_exhaustive()
    }
}
