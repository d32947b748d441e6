//! Our words to a Bluesky server's and back. Must not know how a notice is kept from being posted
//! twice.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::engagement::Engagement;
use cockpit_domain::provider::{CredentialCheck, ProviderError, Reading};
use cockpit_domain::target::{Notice, Posted, Proof};
use cockpit_domain::{Service, Time};
use cockpit_say::say;
use futures_util::future::try_join_all;
use http::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::config::Config;
use super::errors::{RULES, message};
use super::tid;
use crate::channel::{About, Line, Sought};
use crate::form::note;
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature, Token, TokenCache};

/// Bluesky's own server allows 3 000 requests in 5 minutes, and 30 sign-ins. A reading takes one
/// for each notice that is looked for, so a low number would starve it.
const REQUESTS: Limit = Limit {
    burst: 120,
    per_minute: 400,
    reserve: 60,
};
/// So many posts are asked about at once (app.bsky.feed.getPosts).
const POSTS_MAX: usize = 25;
const COLLECTION: &str = "app.bsky.feed.post";
/// A session lasts two hours at Bluesky's own server; this much of it is used, in milliseconds.
const SESSION_MS: u64 = 60 * 60 * 1_000;

pub(crate) struct Bluesky {
    config: Config,
    client: Client,
    about: About,
    session: TokenCache,
    /// Who the account is, whatever its handle becomes.
    did: std::sync::OnceLock<String>,
}

impl Bluesky {
    pub(super) fn new(config: Config, http: &Http) -> Bluesky {
        let base_url = config.base_url.clone();
        Bluesky {
            client: Client::new(http, Service::Bluesky, base_url, REQUESTS, RULES, message),
            about: About {
                service: Service::Bluesky,
                name: config.handle.clone(),
                goes_to: format!("everybody, as @{}", config.handle),
                proof: Proof::Shown,
                repeatable: true,
                conditional_write: false,
            },
            config,
            session: TokenCache::default(),
            did: std::sync::OnceLock::new(),
        }
    }

    async fn sign_in(&self, urgent: bool) -> Result<Token, ProviderError> {
        let call = Call {
            method: Method::POST,
            body: Body::Json(json!({
                "identifier": self.config.handle,
                "password": self.config.password.expose_secret(),
            })),
            // It changes nothing that people see, but each one counts against a small limit.
            nature: Nature::Prepare,
            urgent,
            ..Call::get("/xrpc/com.atproto.server.createSession")
        };
        let (body, answer) = self.client.json::<Value>(&call).await?;
        let (Some(token), Some(did)) = (body["accessJwt"].as_str(), body["did"].as_str()) else {
            return Err(self.client.not_understood(Nature::Read));
        };
        let _ = self.did.set(did.to_owned());
        Token::bearer(token, answer.at, answer.at + SESSION_MS)
            .ok_or_else(|| self.client.not_understood(Nature::Read))
    }

    fn did(&self) -> &str {
        self.did.get().map_or("", String::as_str)
    }

    async fn sign<'a>(&self, call: Call<'a>) -> Result<Call<'a>, ProviderError> {
        let now = self.client.now();
        let session = self.session.get(now, self.sign_in(call.urgent)).await?;
        Ok(Call {
            authorization: Some(session),
            ..call
        })
    }

    /// Any answer. A session that ended before its time is made anew once: what was refused for it
    /// had no effect.
    async fn raw<'a>(
        &self,
        call: impl Fn() -> Call<'a> + Send + Sync,
    ) -> Result<Answer, ProviderError> {
        let answer = self.client.raw(&self.sign(call()).await?).await?;
        let is_over = matches!(answer.status, 400 | 401)
            && ["ExpiredToken", "InvalidToken"]
                .iter()
                .any(|it| message(&answer).contains(it));
        if !is_over {
            return Ok(answer);
        }
        self.session.forget().await;
        self.client.raw(&self.sign(call()).await?).await
    }

    async fn record(&self, sought: &Sought, urgent: bool) -> Result<Option<Posted>, ProviderError> {
        let key = tid::of(&sought.key);
        let query = [
            ("repo", self.did()),
            ("collection", COLLECTION),
            ("rkey", &key),
        ];
        let answer = self
            .raw(|| Call {
                query: &query,
                urgent,
                ..Call::get("/xrpc/com.atproto.repo.getRecord")
            })
            .await?;
        if matches!(answer.status, 400 | 404) && message(&answer).contains("RecordNotFound") {
            return Ok(None);
        }
        let body = self.understood(&answer, Nature::Read)?;
        Ok(body["value"].is_object().then(|| Posted {
            key: sought.key.clone(),
            id: body["uri"].as_str().map(str::to_owned),
        }))
    }

    fn understood(&self, answer: &Answer, nature: Nature) -> Result<Value, ProviderError> {
        if !answer.is_success() {
            return Err(self.client.refused(answer, nature));
        }
        answer
            .value()
            .filter(Value::is_object)
            .ok_or_else(|| self.client.not_understood(nature))
    }

    async fn whose(&self, urgent: bool) -> Result<(Value, Time), ProviderError> {
        let answer = self
            .raw(|| Call {
                urgent,
                ..Call::get("/xrpc/com.atproto.server.getSession")
            })
            .await?;
        Ok((self.understood(&answer, Nature::Read)?, answer.at))
    }
}

#[async_trait]
impl Line for Bluesky {
    fn about(&self) -> &About {
        &self.about
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let session = self.whose(false).await.map(|_| ());
        note(
            &mut check,
            say!("Handle and app password"),
            session,
            say!(
                "The account can be signed in to, which is all that an app password needs to post."
            ),
        )?;
        Ok(check)
    }

    async fn standing(
        &self,
        reading: Reading,
        sought: &[Sought],
    ) -> Result<(Vec<Posted>, Time), ProviderError> {
        let urgent = reading != Reading::Poll;
        // Also tells who the account is, and that it answers.
        let (_, at) = self.whose(urgent).await?;
        let found = try_join_all(sought.iter().map(|it| self.record(it, urgent))).await?;
        Ok((found.into_iter().flatten().collect(), at))
    }

    /// Counted by the AppView, to which the account's server hands the question on.
    async fn engagement(&self, posts: &[String]) -> Result<Vec<Engagement>, ProviderError> {
        let newest = &posts[posts.len().saturating_sub(POSTS_MAX)..];
        let query: Vec<(&str, &str)> = newest.iter().map(|it| ("uris", it.as_str())).collect();
        let answer = self
            .raw(|| Call {
                query: &query,
                ..Call::get("/xrpc/app.bsky.feed.getPosts")
            })
            .await?;
        let body = self.understood(&answer, Nature::Read)?;
        let found = body["posts"].as_array().into_iter().flatten();
        let found = found.filter_map(|it| {
            Some(Engagement {
                id: it["uri"].as_str()?.to_owned(),
                likes: it["likeCount"].as_u64(),
                shares: it["repostCount"].as_u64(),
                replies: it["replyCount"].as_u64(),
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
        // A reply names the post by its words too, as they stand there now.
        let named = self.named(first).await?;
        self.say(notice, named).await
    }
}

impl Bluesky {
    /// A post with the hash of its words; none when it is gone.
    async fn named(&self, uri: &str) -> Result<Option<Value>, ProviderError> {
        let Some((_, key)) = uri.rsplit_once('/') else {
            return Ok(None);
        };
        let query = [
            ("repo", self.did()),
            ("collection", COLLECTION),
            ("rkey", key),
        ];
        let answer = self
            .raw(|| Call {
                query: &query,
                urgent: true,
                ..Call::get("/xrpc/com.atproto.repo.getRecord")
            })
            .await?;
        if matches!(answer.status, 400 | 404) && message(&answer).contains("RecordNotFound") {
            return Ok(None);
        }
        let body = self.understood(&answer, Nature::Read)?;
        let cid = body["cid"].as_str();
        Ok(cid.map(|cid| json!({"uri": uri, "cid": cid})))
    }

    async fn say(
        &self,
        notice: &Notice,
        first: Option<Value>,
    ) -> Result<Option<String>, ProviderError> {
        let text = notice.as_text();
        let mut record = json!({
            "$type": COLLECTION,
            "text": text,
            "createdAt": self.client.now().to_string(),
        });
        let facets = links(&text);
        if !facets.is_empty() {
            record["facets"] = json!(facets);
        }
        if let Some(first) = first {
            record["reply"] = json!({"root": first, "parent": first});
        }
        let body = json!({
            "repo": self.did(),
            "collection": COLLECTION,
            "rkey": tid::of(&notice.key),
            "record": record,
        });
        let answer = self
            .raw(|| Call {
                method: Method::POST,
                body: Body::Json(body.clone()),
                nature: Nature::Commit,
                urgent: true,
                ..Call::get("/xrpc/com.atproto.repo.putRecord")
            })
            .await?;
        let body = self.understood(&answer, Nature::Commit)?;
        match body["uri"].as_str() {
            Some(uri) => Ok(Some(uri.to_owned())),
            None => Err(self.client.not_understood(Nature::Commit)),
        }
    }
}

/// Bluesky shows an address as a link only where the record says so, by places in bytes.
fn links(text: &str) -> Vec<Value> {
    let mut facets = Vec::new();
    let mut from = 0;
    for word in text.split_whitespace() {
        // Each word stands at or after the end of the one before.
        let Some(found) = text.get(from..).and_then(|rest| rest.find(word)) else {
            break;
        };
        let start = from + found;
        from = start + word.len();
        let address = word.trim_end_matches(['.', ',', ';', ':', ')', '?']);
        if address.starts_with("https://") && address.len() > "https://".len() {
            facets.push(json!({
                "index": {"byteStart": start, "byteEnd": start + address.len()},
                "features": [{"$type": "app.bsky.richtext.facet#link", "uri": address}],
            }));
        }
    }
    facets
}

impl fmt::Debug for Bluesky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bluesky")
            .field("handle", &self.config.handle)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn an_address_is_marked_by_its_bytes() {
        let text = "Zahlungen stehen – mehr: https://s.example/ä. Danke";
        let found = links(text);
        assert_eq!(found.len(), 1);
        let index = &found[0]["index"];
        let place = |key: &str| usize::try_from(index[key].as_u64().unwrap()).unwrap();
        assert_eq!(
            text.get(place("byteStart")..place("byteEnd")),
            Some("https://s.example/ä")
        );
    }
}
