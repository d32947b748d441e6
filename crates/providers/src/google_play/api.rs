//! Google Play's endpoints, without meaning. Must not know our words.

use cockpit_domain::Service;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_say::say;
use http::{HeaderValue, Method};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::config::Config;
use super::errors::RULES;
use super::wire::{
    Action, Actions, AppEdit, Empty, ReviewList, Summaries, Summary, Track, TrackList,
};
use crate::google::{SignIn, message};
use crate::guide::Counted;
use crate::http::{Answer, Body, Bucket, Call, Client, Http, Limit, Nature};

const SCOPE: &str = "https://www.googleapis.com/auth/androidpublisher";
/// Google allows 3 000 requests a minute to one app's publishing interfaces.
const REQUESTS: Limit = Limit {
    burst: 600,
    per_minute: 2_400,
    reserve: 100,
};
/// The number of edits a day is limited too, at a number that Google does not publish. This is
/// our own, well below what continuous delivery services are known to use.
const EDITS: Limit = Limit {
    burst: 60,
    per_minute: 2,
    reserve: 30,
};
/// What a dry run takes at most: the edit, the track in it, the change, its check, its end.
const DRY_RUN_REQUESTS: u32 = 8;
/// Its own edit and the tripwire after it.
const DRY_RUN_EDITS: u32 = 2;

/// Google allows 200 requests for reviews an hour to each app.
const REVIEWS: Limit = Limit {
    burst: 20,
    per_minute: 1,
    reserve: 0,
};
/// Reviews in one answer; Google gives no more.
const REVIEWS_A_PAGE: &str = "100";

pub(super) struct Api {
    package: String,
    client: Client,
    sign_in: SignIn,
    edits: Bucket,
    reviews: Bucket,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        let service = Service::GooglePlay;
        Api {
            package: config.package,
            client: Client::new(http, service, config.base_url, REQUESTS, RULES, message),
            sign_in: SignIn::new(http, service, config.account, SCOPE, RULES),
            edits: Bucket::new(EDITS),
            reviews: Bucket::new(REVIEWS),
        }
    }

    pub(super) fn package(&self) -> &str {
        &self.package
    }

    pub(super) fn email(&self) -> &str {
        self.sign_in.email()
    }

    pub(super) fn now(&self) -> cockpit_domain::Time {
        self.client.now()
    }

    /// Says that no dry run is made, where what it takes is kept for stops.
    pub(super) fn spares_a_dry_run(&self) -> Result<(), Rehearsal> {
        self.client.spares(DRY_RUN_REQUESTS)?;
        if self.edits.can_spare(DRY_RUN_EDITS) {
            return Ok(());
        }
        Err(Rehearsal::not_proven(say!(
            "No dry run was made: the edits of Google Play that are left for today are kept for a stop itself."
        )))
    }

    /// Signs in when there is no token that lasts.
    pub(super) async fn sign_in(&self, urgent: bool) -> Result<HeaderValue, ProviderError> {
        self.sign_in.header(urgent).await
    }

    pub(super) async fn insert_edit(&self, urgent: bool) -> Result<AppEdit, ProviderError> {
        if let Err(wait_ms) = self.edits.take(urgent) {
            return Err(ProviderError::new(
                ErrorKind::RateLimited,
                say!("Google Play was not asked: too many edits were opened lately, and Google limits them for each day."),
            )
            .retry_after(wait_ms));
        }
        self.client.count(Counted::Edits);
        let call = Call {
            method: Method::POST,
            arguments: &[&self.package],
            body: Body::Json(json!({})),
            nature: Nature::Prepare,
            urgent,
            ..Call::get("/androidpublisher/v3/applications/{}/edits")
        };
        Ok(self.json(call).await?.0)
    }

    pub(super) async fn list_tracks(&self, edit: &str) -> Result<Vec<Track>, ProviderError> {
        let call = Call {
            arguments: &[&self.package, edit],
            ..Call::get("/androidpublisher/v3/applications/{}/edits/{}/tracks")
        };
        Ok(self.json::<TrackList>(call).await?.0.tracks)
    }

    pub(super) async fn get_track(
        &self,
        edit: &str,
        track: &str,
        urgent: bool,
    ) -> Result<(Track, Answer), ProviderError> {
        let call = Call {
            arguments: &[&self.package, edit, track],
            urgent,
            ..Call::get("/androidpublisher/v3/applications/{}/edits/{}/tracks/{}")
        };
        self.json(call).await
    }

    /// What stands on a track and where its review is; needs no edit.
    pub(super) async fn summaries(&self, track: &str) -> Result<Vec<Summary>, ProviderError> {
        let call = Call {
            arguments: &[&self.package, track],
            ..Call::get("/androidpublisher/v3/applications/{}/tracks/{}/releases")
        };
        Ok(self.json::<Summaries>(call).await?.0.releases)
    }

    /// A page of reviews: the first, or the one that a page before named.
    pub(super) async fn reviews(
        &self,
        page: Option<&str>,
    ) -> Result<(ReviewList, Answer), ProviderError> {
        if let Err(wait_ms) = self.reviews.take(false) {
            return Err(ProviderError::new(
                ErrorKind::RateLimited,
                say!("Google Play was not asked for reviews: it allows 200 requests an hour, and they were asked for lately."),
            )
            .retry_after(wait_ms));
        }
        self.client.count(Counted::Reviews);
        let mut query = vec![("maxResults", REVIEWS_A_PAGE)];
        query.extend(page.map(|page| ("token", page)));
        let call = Call {
            arguments: &[&self.package],
            query: &query,
            ..Call::get("/androidpublisher/v3/applications/{}/reviews")
        };
        self.json(call).await
    }

    /// The recoveries that target a version code. Google gives no pages of them.
    pub(super) async fn recoveries(
        &self,
        code: &str,
        urgent: bool,
    ) -> Result<(Vec<Action>, Answer), ProviderError> {
        let call = Call {
            arguments: &[&self.package],
            query: &[("versionCode", code)],
            urgent,
            ..Call::get("/androidpublisher/v3/applications/{}/appRecoveries")
        };
        let (found, answer) = self.json::<Actions>(call).await?;
        Ok((found.recovery_actions, answer))
    }

    /// Makes a recovery for everybody who has one of these version codes. It asks nobody before it
    /// is deployed. Sent twice it is two.
    pub(super) async fn create_recovery(&self, codes: &[String]) -> Result<Action, ProviderError> {
        let body = json!({
            "remoteInAppUpdate": {"isRemoteInAppUpdateRequested": true},
            "targeting": {
                "versionList": {"versionCodes": codes},
                "allUsers": {"isAllUsersRequested": true},
            },
        });
        let call = Call {
            method: Method::POST,
            arguments: &[&self.package],
            body: Body::Json(body),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get("/androidpublisher/v3/applications/{}/appRecoveries")
        };
        Ok(self.json(call).await?.0)
    }

    pub(super) async fn deploy_recovery(&self, id: &str) -> Result<(), ProviderError> {
        let path = "/androidpublisher/v3/applications/{}/appRecoveries/{}:deploy";
        self.change_recovery(path, id).await
    }

    pub(super) async fn cancel_recovery(&self, id: &str) -> Result<(), ProviderError> {
        let path = "/androidpublisher/v3/applications/{}/appRecoveries/{}:cancel";
        self.change_recovery(path, id).await
    }

    async fn change_recovery(&self, path: &'static str, id: &str) -> Result<(), ProviderError> {
        let call = Call {
            method: Method::POST,
            arguments: &[&self.package, id],
            body: Body::Json(json!({})),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get(path)
        };
        self.json::<Empty>(call).await.map(|_| ())
    }

    pub(super) async fn put_track(&self, edit: &str, track: &Track) -> Result<(), ProviderError> {
        let body =
            serde_json::to_value(track).map_err(|_| self.client.not_understood(Nature::Prepare))?;
        let call = Call {
            method: Method::PUT,
            arguments: &[&self.package, edit, &track.track],
            body: Body::Json(body),
            nature: Nature::Prepare,
            urgent: true,
            ..Call::get("/androidpublisher/v3/applications/{}/edits/{}/tracks/{}")
        };
        self.json::<Track>(call).await.map(|_| ())
    }

    pub(super) async fn validate(&self, edit: &str) -> Result<(), ProviderError> {
        let call = Call {
            method: Method::POST,
            arguments: &[&self.package, edit],
            nature: Nature::Prepare,
            ..Call::get("/androidpublisher/v3/applications/{}/edits/{}:validate")
        };
        self.json::<AppEdit>(call).await.map(|_| ())
    }

    /// Without `ERROR_IF_IN_REVIEW` Google would cancel a review that runs, by default and silently.
    pub(super) async fn commit(&self, edit: &str) -> Result<AppEdit, ProviderError> {
        let call = Call {
            method: Method::POST,
            arguments: &[&self.package, edit],
            query: &[("changesInReviewBehavior", "ERROR_IF_IN_REVIEW")],
            nature: Nature::Commit,
            urgent: true,
            ..Call::get("/androidpublisher/v3/applications/{}/edits/{}:commit")
        };
        Ok(self.json(call).await?.0)
    }

    /// Throws an edit away.
    pub(super) async fn delete_edit(&self, edit: &str) -> Result<(), ProviderError> {
        let call = Call {
            method: Method::DELETE,
            arguments: &[&self.package, edit],
            nature: Nature::Prepare,
            urgent: true,
            ..Call::get("/androidpublisher/v3/applications/{}/edits/{}")
        };
        let call = self.signed(call).await?;
        self.client.send(&call).await.map(|_| ())
    }

    async fn json<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
    ) -> Result<(T, Answer), ProviderError> {
        let nature = call.nature;
        let call = self.signed(call).await?;
        let outcome = self.client.json(&call).await;
        match &outcome {
            Err(error) if error.kind == ErrorKind::Unauthorized => self.sign_in.forget().await,
            Ok(_) | Err(_) => return outcome,
        }
        if nature == Nature::Commit {
            return outcome;
        }
        // A token can be revoked before its time: a new one is tried once.
        let call = self.signed(call).await?;
        self.client.json(&call).await
    }

    async fn signed<'a>(&self, mut call: Call<'a>) -> Result<Call<'a>, ProviderError> {
        call.authorization = Some(self.sign_in(call.urgent).await?);
        Ok(call)
    }
}
