//! From a channel's answer to our words: which update is the newest, whom it reaches, and which one
//! people had before. Must not know HTTP.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use cockpit_domain::store::{Earlier, OverTheAir};
use cockpit_domain::target::{Store, StoreRollout, StoreStatus};
use serde_json::Value;

use super::wire::{Branch, Channel, Mapping, Update, Whole};

/// So many groups are compared with each other, the newest among them.
pub(super) const COMPARED_MAX: usize = 6;

/// What is in a group, so that the same content under another name is seen. Groups never change.
pub(super) type Contents = BTreeMap<String, u64>;

/// A digest of what a group gives to each platform.
pub(super) fn content(group: &[Whole]) -> u64 {
    let mut parts: Vec<(String, String)> = group
        .iter()
        .map(|it| {
            // Read and written again, the order of keys does not count.
            let manifest = serde_json::from_str::<Value>(&it.manifest_fragment);
            let manifest =
                manifest.map_or_else(|_| it.manifest_fragment.clone(), |it| it.to_string());
            (it.update.platform.clone(), manifest)
        })
        .collect();
    parts.sort();
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

/// The branch whose updates count, and what is known of the spreading.
pub(super) struct Place<'a> {
    pub branch: &'a Branch,
    /// People are spread over several branches.
    pub spread: bool,
    /// The share that the branch gets, where the rule is one that we know.
    pub share_bps: Option<u32>,
}

/// Where a channel leads; none while it leads nowhere.
pub(super) fn place(channel: &Channel) -> Option<Place<'_>> {
    let mapping: Mapping = serde_json::from_str(&channel.branch_mapping).ok()?;
    let first = mapping.data.first()?;
    let branch = channel
        .update_branches
        .iter()
        .find(|branch| branch.id == first.branch_id)?;
    let logic = &first.branch_mapping_logic;
    let alone = mapping.data.len() == 1 && *logic == "true";
    let by_hash = logic["branchMappingOperator"] == "hash_lt";
    let share_bps = logic["operand"]
        .as_f64()
        .filter(|_| by_hash && mapping.data.len() == 2)
        // Hundredths of a per cent of at most 1.0 fit.
        .map(|share| (share.clamp(0.0, 1.0) * 10_000.0).round() as u32);
    Some(Place {
        branch,
        spread: !alone,
        share_bps,
    })
}

/// The groups for the newest one's runtime version, newest first. Apps on another runtime version
/// get others.
pub(super) fn candidates(branch: &Branch) -> Vec<&[Update]> {
    let groups = || {
        branch
            .update_groups
            .iter()
            .filter(|group| !group.is_empty())
    };
    let Some(newest) = groups().next() else {
        return Vec::new();
    };
    let runtime = &newest[0].runtime.version;
    groups()
        .filter(|group| group[0].runtime.version == *runtime)
        .take(COMPARED_MAX)
        .map(Vec::as_slice)
        .collect()
}

/// The groups whose content must be known to tell what people had before.
pub(super) fn unknown(channel: &Channel, contents: &Contents) -> Vec<String> {
    let Some(place) = place(channel) else {
        return Vec::new();
    };
    candidates(place.branch)
        .into_iter()
        .filter(|group| !group[0].is_roll_back_to_embedded)
        .map(|group| group[0].group.clone())
        .filter(|group| !contents.contains_key(group))
        .collect()
}

pub(super) fn state(channel: &Channel, contents: &Contents) -> StoreRollout {
    let mut state = StoreRollout {
        store: Store::ExpoEasUpdate,
        version: String::new(),
        builds: Vec::new(),
        status: StoreStatus::Absent,
        fraction_bps: None,
        countries: Vec::new(),
        fallback: None,
        ends_at: None,
        submitted: None,
        air: None,
    };
    let Some(place) = place(channel) else {
        return state;
    };
    let groups = candidates(place.branch);
    let Some(newest) = groups.first() else {
        return state;
    };
    let share = newest.iter().filter_map(|update| update.rollout_percentage);
    let share = share.min().filter(|share| *share < 100);
    state.version.clone_from(&newest[0].runtime.version);
    state.builds = vec![newest[0].group.clone()];
    state.fraction_bps = match (place.share_bps, share) {
        // Of those who are led to the branch, a share.
        (Some(branch), Some(share)) => Some(branch * share / 100),
        (Some(branch), None) => Some(branch),
        (None, share) => share.map(|share| share * 100),
    };
    state.status = match (channel.is_paused, place.spread || share.is_some()) {
        (true, _) => StoreStatus::Halted,
        (false, true) => StoreStatus::InProgress,
        (false, false) => StoreStatus::Completed,
    };
    state.air = Some(over_the_air(&groups, contents, place.spread));
    state
}

fn over_the_air(groups: &[&[Update]], contents: &Contents, spread: bool) -> OverTheAir {
    let newest = &groups[0][0];
    let content = |group: &[Update]| contents.get(&group[0].group).copied();
    let now = content(groups[0]);
    let is_same = |group: &[Update]| {
        !group[0].is_roll_back_to_embedded && now.is_some() && content(group) == now
    };
    let same_as = groups[1..]
        .iter()
        .filter(|group| is_same(group))
        .map(|group| group[0].group.clone())
        .collect();
    // Where an older update was put back, what stands between it and the newest was left behind on
    // purpose: what people had before lies below the oldest of the same content.
    let oldest_same = groups.iter().rposition(|group| is_same(group)).unwrap_or(0);
    // Where that is the word to run what is in the build, only this can be gone back to.
    let earlier = groups
        .get(oldest_same + 1)
        .filter(|group| !group[0].is_roll_back_to_embedded && content(group).is_some())
        .filter(|_| !newest.is_roll_back_to_embedded && now.is_some())
        .map(|group| Earlier {
            update: group[0].group.clone(),
            title: title(&group[0]),
        });
    OverTheAir {
        title: title(newest),
        embedded: newest.is_roll_back_to_embedded,
        same_as,
        earlier,
        spread,
        signed: groups.iter().any(|group| {
            let signed = |update: &Update| update.code_signing_info.is_some();
            group.iter().any(signed)
        }),
    }
}

/// What people called the update; its name where they called it nothing.
fn title(update: &Update) -> String {
    let message = update.message.as_deref().unwrap_or_default().trim();
    if message.is_empty() {
        update.group.clone()
    } else {
        message.chars().take(120).collect()
    }
}
