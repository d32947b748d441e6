//! From Samsung's listings to one state. Must not know a request.

use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::store::{CountryShare, Store, StoreRollout, StoreStatus, Submitted};
use cockpit_domain::target::Review;
use cockpit_say::say;

use super::wire::{Binary, Listing, Rate};

/// The listing that people meet, when there is one: for sale, or suspended.
pub(super) fn met(listings: &[Listing]) -> Option<&Listing> {
    ["FOR_SALE", "SUSPENDED"]
        .into_iter()
        .find_map(|status| listings.iter().find(|it| it.status == status))
}

/// The listings must be of this content and this app: another's would be changed else.
pub(super) fn are_of(
    listings: &[Listing],
    content_id: &str,
    package: &str,
) -> Result<(), ProviderError> {
    let other = |found: &str| {
        let found: String = found.chars().take(80).collect();
        ProviderError::new(
            ErrorKind::NotFound,
            say!("The content ID {content_id} is of {found}, not of {package}."),
        )
        .hint(say!("Check the content ID in Seller Portal."))
    };
    for listing in listings {
        if listing.content_id != content_id {
            return Err(other(&format!("content {}", listing.content_id)));
        }
        let named = listing
            .binaries
            .iter()
            .filter_map(|it| it.package.as_deref());
        if let Some(found) = named.into_iter().find(|found| *found != package) {
            return Err(other(found));
        }
    }
    Ok(())
}

/// Whether a binary has its part in a staged rollout.
pub(super) fn is_staged(binary: &Binary) -> bool {
    matches!(binary.rollout.as_deref(), Some("ENABLED" | "PAUSED"))
}

/// The state out of what is met, what is staged and its rate.
pub(super) fn rollout(
    listings: &[Listing],
    staged: &[Binary],
    rate: Option<&Rate>,
) -> StoreRollout {
    let submitted = submitted(listings);
    let nothing = |status| StoreRollout {
        store: Store::SamsungGalaxyStore,
        version: String::new(),
        builds: Vec::new(),
        status,
        fraction_bps: None,
        countries: Vec::new(),
        fallback: None,
        ends_at: None,
        submitted: submitted.clone(),
        air: None,
    };
    let Some(listing) = met(listings) else {
        return nothing(StoreStatus::Absent);
    };
    let rolling: Vec<&Binary> = staged.iter().filter(|it| is_staged(it)).collect();
    let others = |it: &&Binary| !rolling.iter().any(|staged| staged.seq == it.seq);
    let before = listing
        .binaries
        .iter()
        .filter(others)
        .max_by_key(|it| it.number());
    let newest = rolling
        .iter()
        .copied()
        .max_by_key(|it| it.number())
        .or(before);
    let Some(newest) = newest else {
        return nothing(StoreStatus::Absent);
    };
    let version = named(newest, listing);
    let status = if listing.status == "SUSPENDED" {
        StoreStatus::Removed
    } else if rolling.is_empty() {
        StoreStatus::Completed
    } else if rolling
        .iter()
        .any(|it| it.rollout.as_deref() == Some("ENABLED"))
    {
        StoreStatus::InProgress
    } else {
        StoreStatus::Halted
    };
    // One version may have several binaries, for different devices.
    let of_version = |it: &&&Binary| named(it, listing) == version;
    let builds = match rolling.iter().filter(of_version).count() {
        0 => vec![newest.code.clone()],
        _ => rolling
            .iter()
            .filter(of_version)
            .map(|it| it.code.clone())
            .collect(),
    };
    StoreRollout {
        fraction_bps: rate.map(|rate| rate.rollout_rate * 100),
        countries: rate.map_or_else(Vec::new, countries),
        fallback: before
            .filter(|_| !rolling.is_empty())
            .map(|it| named(it, listing)),
        version,
        builds,
        ..nothing(status)
    }
}

/// A staged binary may come without its name: the listing has it.
fn named(binary: &Binary, listing: &Listing) -> String {
    let listed = listing.binaries.iter().find(|it| it.seq == binary.seq);
    binary
        .version
        .clone()
        .or_else(|| listed.and_then(|it| it.version.clone()))
        .unwrap_or_else(|| binary.code.clone())
}

fn countries(rate: &Rate) -> Vec<CountryShare> {
    rate.countries
        .iter()
        .map(|it| CountryShare {
            country: it.country_code.clone(),
            fraction_bps: it.rollout_rate * 100,
        })
        .collect()
}

/// What is being changed beside what is for sale.
fn submitted(listings: &[Listing]) -> Option<Submitted> {
    let listing = listings
        .iter()
        .find(|it| !["FOR_SALE", "SUSPENDED", "TERMINATED"].contains(&it.status.as_str()))?;
    let newest = listing.binaries.iter().max_by_key(|it| it.number());
    Some(Submitted {
        version: newest.map(|it| named(it, listing)).unwrap_or_default(),
        review: review(&listing.status)?,
    })
}

/// A submission that was not approved goes back to the first line, so that is what is said of it.
/// Nothing for what is cancelled.
fn review(status: &str) -> Option<Review> {
    match status {
        "REGISTERING" | "UPDATING" | "RE_REGISTERING" => Some(Review::NotSent),
        "READY_FOR_SALE" | "READY_FOR_CHANGE" => Some(Review::Approved),
        "CANCELED" => None,
        // Samsung's review has more steps than its documents list.
        _ => Some(Review::InReview),
    }
}
