//! What people say in Google Play's reviews, for all versions and for the newest two. Reads stars,
//! times and versions; must not keep anybody's words or name.

use std::collections::BTreeMap;

use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::signal::{Rating, Review};
use cockpit_domain::{Service, Time};
use cockpit_say::{mark, said, say};

use super::api::Api;
use super::wire::UserComment;

/// What Google shows of reviews by this way.
const PERIOD_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
/// Of 100 reviews each. Looking every ten minutes takes 24 of the 200 requests an hour.
const PAGES_MAX: usize = 4;
const VERSIONS_MAX: usize = 2;
const LIMITS: &str = mark!(
    "Only reviews with text, of production, written or changed in the last week; stars without words are not told."
);

pub(super) async fn read(api: &Api) -> Result<Vec<Rating>, ProviderError> {
    let mut found: Vec<(Review, Option<(u64, String)>)> = Vec::new();
    let mut page = None;
    let mut read_at = api.now();
    for _ in 0..PAGES_MAX {
        let (list, answer) = api.reviews(page.as_deref()).await.map_err(named)?;
        read_at = answer.at;
        let comments = list.reviews.into_iter().flat_map(|it| it.comments);
        let written = comments.filter_map(|it| it.user_comment);
        found.extend(written.filter_map(one));
        page = list.token_pagination.next_page_token;
        if page.is_none() {
            break;
        }
    }
    let week = read_at - PERIOD_MS;
    found.retain(|(review, _)| review.at > week);
    let oldest = found.iter().map(|(review, _)| review.at).min();
    let more = page.is_some();
    let rating = |version: Option<String>, reviews: Vec<Review>| Rating {
        platform: "Android".to_owned(),
        version,
        source: Service::GooglePlay,
        read_at,
        since: if more { oldest.unwrap_or(week) } else { week },
        reviews,
        more,
        limits: said(LIMITS).to_owned(),
    };
    let mut versions: BTreeMap<(u64, String), Vec<Review>> = BTreeMap::new();
    for (review, version) in &found {
        if let Some(version) = version {
            versions.entry(version.clone()).or_default().push(*review);
        }
    }
    let all = found.into_iter().map(|(review, _)| review).collect();
    let newest = versions.into_iter().rev().take(VERSIONS_MAX);
    let newest = newest.map(|((_, version), reviews)| rating(Some(version), reviews));
    Ok([rating(None, all)].into_iter().chain(newest).collect())
}

/// Seeing reviews takes a right of its own, and nothing but this needs it.
fn named(error: ProviderError) -> ProviderError {
    if error.kind != ErrorKind::Forbidden {
        return error;
    }
    ProviderError::new(
        ErrorKind::Forbidden,
        say!("The service account may not see reviews on Google Play. A stop does not need them."),
    )
    .hint(say!("In the Play console, Users and permissions: give the service account \"Reply to reviews\" for this app. The cockpit answers none."))
}

/// A review with the version that it was written on; nothing when it has no stars or no time.
fn one(it: UserComment) -> Option<(Review, Option<(u64, String)>)> {
    let seconds: i64 = it.last_modified.seconds.parse().ok()?;
    let review = Review {
        at: Time::from_ms(seconds.checked_mul(1_000)?),
        stars: Some(it.star_rating).filter(|stars| (1..=5).contains(stars))?,
    };
    let name = it.app_version_name.filter(|name| !name.trim().is_empty());
    Some((review, it.app_version_code.zip(name)))
}
