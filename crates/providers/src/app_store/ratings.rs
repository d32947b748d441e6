//! What people say in the App Store's reviews, for all versions and for the one that people get.
//! Asks for stars and times alone; must not know an endpoint's shape.

use cockpit_domain::provider::ProviderError;
use cockpit_domain::signal::{Rating, Review};
use cockpit_domain::{Service, Time};
use cockpit_say::{mark, said};

use super::api::Api;
use super::wire::CustomerReview;

/// The same as Google shows, so that the two stand beside each other.
const PERIOD_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
const OF_APP: &str = "/v1/apps/{}/customerReviews";
const OF_VERSION: &str = "/v1/appStoreVersions/{}/customerReviews";
const LIMITS: &str =
    mark!("Only reviews with text, written in the last week; stars without words are not told.");

/// `version`: Apple's id of it, and its name.
pub(super) async fn read(
    api: &Api,
    app: &str,
    version: Option<(&str, &String)>,
) -> Result<Vec<Rating>, ProviderError> {
    let mut found = vec![one(api, OF_APP, app, None).await?];
    if let Some((id, name)) = version {
        found.push(one(api, OF_VERSION, id, Some(name.clone())).await?);
    }
    Ok(found)
}

async fn one(
    api: &Api,
    path: &'static str,
    id: &str,
    version: Option<String>,
) -> Result<Rating, ProviderError> {
    let (page, answer) = api.reviews(path, id).await?;
    let week = answer.at - PERIOD_MS;
    let all: Vec<Review> = page.data.iter().filter_map(review).collect();
    let oldest = all.iter().map(|it| it.at).min();
    // There are more pages, and this one does not reach back a week.
    let more = page.links.next.is_some() && oldest.is_some_and(|oldest| oldest > week);
    Ok(Rating {
        platform: "iOS".to_owned(),
        version,
        source: Service::AppStore,
        read_at: answer.at,
        since: oldest.filter(|_| more).unwrap_or(week),
        reviews: all.into_iter().filter(|it| it.at > week).collect(),
        more,
        limits: said(LIMITS).to_owned(),
    })
}

/// Nothing when it has no stars or no time.
fn review(it: &CustomerReview) -> Option<Review> {
    let at: Time = it.attributes.created_date.parse().ok()?;
    let stars = Some(it.attributes.rating).filter(|stars| (1..=5).contains(stars))?;
    Some(Review { at, stars })
}
