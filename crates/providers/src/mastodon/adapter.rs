//! Our words to Mastodon's and back. Must not know how a notice is kept from being posted twice.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::engagement::Engagement;
use cockpit_domain::provider::{CredentialCheck, ProviderError, Reading};
use cockpit_domain::target::{Notice, Posted, Proof};
use cockpit_domain::{Service, Time};
use cockpit_say::say;
use http::Method;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::config::Config;
use super::errors::{RULES, message};
use crate::channel::{About, Line, Sought};
use crate::form::note;
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature};

/// Mastodon's own limit is 300 requests in 5 minutes for each account.
const REQUESTS: Limit = Limit {
    burst: 40,
    per_minute: 50,
    reserve: 15,
};
/// A notice is looked for among so many newest statuses of the account; Mastodon gives no more.
const NEWEST: &str = "40";
/// The server's clock may be behind ours by so much, in milliseconds.
const SKEW_MS: u64 = 5 * 60 * 1_000;

pub(crate) struct Mastodon {
    config: Config,
    client: Client,
    about: About,
    /// The account's identifier, asked for once.
    account: OnceCell<String>,
}

impl Mastodon {
    pub(super) fn new(config: Config, http: &Http) -> Mastodon {
        let base_url = config.base_url.clone();
        Mastodon {
            client: Client::new(http, Service::Mastodon, base_url, REQUESTS, RULES, message),
            about: About {
                service: Service::Mastodon,
                name: config.host.clone(),
                goes_to: format!("{} on {}", in_words(config.visibility), config.host),
                proof: Proof::Shown,
                repeatable: true,
                conditional_write: false,
            },
            config,
            account: OnceCell::new(),
        }
    }

    async fn json(&self, call: Call<'_>) -> Result<(Value, Answer), ProviderError> {
        let call = Call {
            authorization: Some(self.config.authorization.clone()),
            ..call
        };
        let (body, answer) = self.client.json::<Value>(&call).await?;
        if let Some(left) = answer
            .header("x-ratelimit-remaining")
            .and_then(|left| left.parse().ok())
        {
            self.client.bucket().left(left);
        }
        Ok((body, answer))
    }

    async fn account(&self, urgent: bool) -> Result<(String, Value), ProviderError> {
        let (body, _) = self
            .json(Call {
                urgent,
                ..Call::get("/api/v1/accounts/verify_credentials")
            })
            .await?;
        match body["id"].as_str() {
            Some(id) => Ok((id.to_owned(), body)),
            None => Err(self.client.not_understood(Nature::Read)),
        }
    }

    async fn statuses(&self, urgent: bool) -> Result<(Value, Answer), ProviderError> {
        let account = self
            .account
            .get_or_try_init(async || Ok::<_, ProviderError>(self.account(urgent).await?.0))
            .await?;
        self.json(Call {
            arguments: &[account],
            query: &[("limit", NEWEST), ("exclude_reblogs", "true")],
            urgent,
            ..Call::get("/api/v1/accounts/{}/statuses")
        })
        .await
    }
}

#[async_trait]
impl Line for Mastodon {
    fn about(&self) -> &About {
        &self.about
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let account = self.account(false).await;
        let named = match &account {
            Ok((_, body)) => say!(
                "The token belongs to @{}.",
                body["acct"].as_str().unwrap_or(say!("an account"))
            ),
            Err(_) => String::new(),
        };
        if note(
            &mut check,
            say!("Access token"),
            account.map(|_| ()),
            &named,
        )? {
            let read = self.statuses(false).await.map(|_| ());
            note(
                &mut check,
                "read:statuses",
                read,
                say!("Posts can be read. Whether they may be written shows only when one is."),
            )?;
        }
        Ok(check)
    }

    async fn standing(
        &self,
        reading: Reading,
        sought: &[Sought],
    ) -> Result<(Vec<Posted>, Time), ProviderError> {
        let (body, answer) = self.statuses(reading != Reading::Poll).await?;
        let Some(statuses) = body.as_array() else {
            return Err(self.client.not_understood(Nature::Read));
        };
        let mut posts: Vec<(Time, String, &Value)> = statuses
            .iter()
            .filter_map(|it| {
                let at = it["created_at"].as_str()?.parse().ok()?;
                Some((at, words_of(it["content"].as_str()?), it))
            })
            .collect();
        posts.sort_by_key(|(at, ..)| *at);
        let mut wanted: Vec<&Sought> = sought.iter().collect();
        wanted.sort_by_key(|it| it.since);
        let mut found = Vec::new();
        for it in wanted {
            let text = spaced(&it.text);
            let place = posts
                .iter()
                .position(|(at, words, _)| *at + SKEW_MS >= it.since && *words == text);
            if let Some(place) = place {
                // One post is one notice, also when two say the same.
                let (_, _, post) = posts.remove(place);
                found.push(Posted {
                    key: it.key.clone(),
                    id: post["id"].as_str().map(str::to_owned),
                });
            }
        }
        Ok((found, answer.at))
    }

    async fn engagement(&self, posts: &[String]) -> Result<Vec<Engagement>, ProviderError> {
        let (body, _) = self.statuses(false).await?;
        let Some(statuses) = body.as_array() else {
            return Err(self.client.not_understood(Nature::Read));
        };
        let found = statuses.iter().filter_map(|it| {
            let id = it["id"]
                .as_str()
                .filter(|id| posts.iter().any(|of| of == id))?;
            Some(Engagement {
                id: id.to_owned(),
                likes: it["favourites_count"].as_u64(),
                shares: it["reblogs_count"].as_u64(),
                replies: it["replies_count"].as_u64(),
            })
        });
        Ok(found.collect())
    }

    async fn post(&self, notice: &Notice) -> Result<Option<String>, ProviderError> {
        self.say(notice, None).await
    }

    async fn post_after(
        &self,
        notice: &Notice,
        first: &str,
    ) -> Result<Option<String>, ProviderError> {
        self.say(notice, Some(first)).await
    }
}

impl Mastodon {
    async fn say(
        &self,
        notice: &Notice,
        first: Option<&str>,
    ) -> Result<Option<String>, ProviderError> {
        let mut status = json!({
            "status": notice.as_text(),
            "visibility": self.config.visibility,
        });
        if let Some(first) = first {
            status["in_reply_to_id"] = json!(first);
        }
        let (body, _) = self
            .json(Call {
                method: Method::POST,
                headers: &[("idempotency-key", &notice.key)],
                body: Body::Json(status),
                nature: Nature::Commit,
                urgent: true,
                ..Call::get("/api/v1/statuses")
            })
            .await?;
        match body["id"].as_str() {
            Some(id) => Ok(Some(id.to_owned())),
            None => Err(self.client.not_understood(Nature::Commit)),
        }
    }
}

fn in_words(visibility: &str) -> &str {
    match visibility {
        "private" => "followers",
        "unlisted" => "everybody, unlisted,",
        _ => "everybody",
    }
}

/// The words of a post out of the HTML that Mastodon makes of them.
fn words_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, next) = after.split_once('>').unwrap_or((after, ""));
        if tag.starts_with("br") || tag.starts_with("/p") {
            text.push('\n');
        }
        rest = next;
    }
    text.push_str(rest);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    spaced(&text)
}

/// Words with one space between, as no post says more of white space than that.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Debug for Mastodon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mastodon")
            .field("host", &self.config.host)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::words_of;

    #[test]
    fn the_words_of_a_post_are_found_again() {
        let html = "<p>Transfers &amp; cards are paused.</p><p>More at <a href=\"https://s.example/a\">\
                    <span class=\"invisible\">https://</span><span>s.example/a</span></a><br />Thanks</p>";
        assert_eq!(
            words_of(html),
            "Transfers & cards are paused. More at https://s.example/a Thanks"
        );
    }
}
