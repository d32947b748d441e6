//! The services beside the first ones: channels that notices go to, flag services, stores and health
//! sources. Must not know
//! latency, faults or the other services.

mod bluesky;
mod fcm;
pub(crate) mod google;
mod mastodon;
mod matrix;
mod remote_config;
mod slack;
mod teams;

use std::collections::VecDeque;
use std::fmt::Debug;

use serde_json::{Value, json};

use crate::history::{Scene, Who};
use crate::scenario::{DATA_GAP, LATE_DATA, SLOW_BURN, VERSION_MIX};
use crate::wire::{Answer, Call};
use crate::{
    crashlytics, eas_update, flagsmith, huawei, launchdarkly, microsoft_store, play_reporting,
    prometheus, samsung,
};

/// A service's stand-in.
pub(crate) trait StandIn: Debug + Send {
    /// Answers a request to one of its paths.
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer;

    /// A status with the body that the service itself would send.
    fn failure(&self, status: u16) -> Answer;

    /// What really stands there: `posts`, each with its text, and our key where the service has it.
    fn truth(&self) -> Value;

    /// All that a client needs to connect.
    fn connection(&self, url: &str, seed: u64) -> Value;

    /// Sets server state.
    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String>;

    /// Lets time do its part.
    fn tick(&mut self, _now_ms: i64) {}

    /// Does what a person does in the service's console.
    fn console(&mut self, body: &Value, _scene: &mut Scene<'_>) -> Result<(), String> {
        Err(format!(
            "nobody works in the console of {}",
            body["service"]
        ))
    }
}

/// One further service of the sandbox.
pub(crate) struct Entry {
    pub name: &'static str,
    /// Whether a path is one of its own; the real hosts' paths do not overlap.
    pub owns: fn(&str) -> bool,
    pub new: fn() -> Box<dyn StandIn>,
    /// In which scenarios it stands beside the first services; it can be connected in all of them.
    pub stands_in: &'static [&'static str],
}

/// The scenario with every channel for notices.
pub(crate) const ALL_CHANNELS: &str = "all-channels";
/// The scenario with every flag service.
pub(crate) const ALL_FLAGS: &str = "all-flags";
/// The scenario with every store, and every channel that hands out releases over the air.
pub(crate) const ALL_STORES: &str = "all-stores";
/// The scenario with every service at which a stop has something to stop.
pub(crate) const ALL_STOPS: &str = "all-stops";

/// The scenario with every health source.
pub(crate) const ALL_HEALTH: &str = "all-health";
/// Where every health source stands.
const OF_HEALTH: &[&str] = &[ALL_HEALTH, SLOW_BURN, DATA_GAP, LATE_DATA, VERSION_MIX];

/// Every further service, each in one line.
#[rustfmt::skip]
pub(crate) static CHANNELS: [Entry; 16] = [
    Entry { name: "launchdarkly", owns: launchdarkly::owns, new: || Box::<launchdarkly::LaunchDarkly>::default(), stands_in: &[ALL_FLAGS, ALL_STOPS] },
    Entry { name: "flagsmith", owns: flagsmith::owns, new: || Box::<flagsmith::Flagsmith>::default(), stands_in: &[ALL_FLAGS, ALL_STOPS] },
    Entry { name: "huawei_app_gallery", owns: huawei::owns, new: || Box::<huawei::Huawei>::default(), stands_in: &[ALL_STORES, ALL_STOPS] },
    Entry { name: "samsung_galaxy_store", owns: samsung::owns, new: || Box::<samsung::Samsung>::default(), stands_in: &[ALL_STORES] },
    Entry { name: "microsoft_store", owns: microsoft_store::owns, new: || Box::<microsoft_store::MicrosoftStore>::default(), stands_in: &[ALL_STORES, ALL_STOPS] },
    Entry { name: "eas_update", owns: eas_update::owns, new: || Box::<eas_update::EasUpdate>::default(), stands_in: &[ALL_STORES, ALL_STOPS] },
    Entry { name: "slack", owns: slack::owns, new: || Box::<slack::Slack>::default(), stands_in: &[ALL_CHANNELS] },
    Entry { name: "teams", owns: teams::owns, new: || Box::<teams::Teams>::default(), stands_in: &[ALL_CHANNELS] },
    Entry { name: "matrix", owns: matrix::owns, new: || Box::<matrix::Matrix>::default(), stands_in: &[ALL_CHANNELS] },
    Entry { name: "mastodon", owns: mastodon::owns, new: || Box::<mastodon::Mastodon>::default(), stands_in: &[ALL_CHANNELS] },
    Entry { name: "bluesky", owns: bluesky::owns, new: || Box::<bluesky::Bluesky>::default(), stands_in: &[ALL_CHANNELS] },
    Entry { name: "fcm", owns: fcm::owns, new: || Box::<fcm::Fcm>::default(), stands_in: &[ALL_CHANNELS] },
    Entry { name: "remote_config", owns: remote_config::owns, new: || Box::<remote_config::RemoteConfig>::default(), stands_in: &[ALL_CHANNELS, ALL_FLAGS, ALL_STOPS] },
    Entry { name: "prometheus", owns: prometheus::owns, new: || Box::<prometheus::Prometheus>::default(), stands_in: OF_HEALTH },
    Entry { name: "play_reporting", owns: play_reporting::owns, new: || Box::<play_reporting::PlayReporting>::default(), stands_in: OF_HEALTH },
    Entry { name: "crashlytics", owns: crashlytics::owns, new: || Box::<crashlytics::Crashlytics>::default(), stands_in: OF_HEALTH },
];

/// A notice as it stands at a channel.
#[derive(Clone, Debug)]
struct Post {
    id: String,
    text: String,
    /// Our key, where the service keeps it with the post.
    key: Option<String>,
    at_ms: i64,
    reactions: Reactions,
    /// The post that it answers.
    answers: Option<String>,
}

/// What people did with a post.
#[derive(Clone, Copy, Debug, Default)]
struct Reactions {
    likes: u64,
    shares: u64,
    replies: u64,
}

/// People answer the newest post: `{"likes": 3, "shares": 1, "replies": 2}`.
fn react(posts: &mut [Post], body: &Value) -> Result<(), String> {
    let post = posts.last_mut().ok_or("nothing was posted yet")?;
    let more = |name: &str| body[name].as_u64().unwrap_or(0);
    post.reactions.likes += more("likes");
    post.reactions.shares += more("shares");
    post.reactions.replies += more("replies");
    Ok(())
}

impl Post {
    fn truth(&self) -> Value {
        json!({"id": self.id, "text": self.text, "key": self.key, "at_ms": self.at_ms, "answers": self.answers})
    }
}

fn truth_of(posts: &[Post]) -> Value {
    json!({"posts": posts.iter().map(Post::truth).collect::<Vec<_>>()})
}

/// Keeps a post and writes it into the diary.
fn keep(posts: &mut Vec<Post>, post: Post, scene: &mut Scene<'_>) {
    scene.history.record(
        scene.now_ms,
        Who::Api,
        scene.service,
        format!("posts/{}", post.id),
        Value::Null,
        post.truth(),
    );
    posts.push(post);
}

/// Counts requests in a window that moves.
#[derive(Debug, Default)]
pub(crate) struct Window {
    at_ms: VecDeque<i64>,
}

impl Window {
    /// Counts one more; gives after how long there is room when there is none.
    pub(crate) fn take(&mut self, now_ms: i64, window_ms: i64, most: usize) -> Result<(), i64> {
        while self
            .at_ms
            .front()
            .is_some_and(|at_ms| now_ms - at_ms >= window_ms)
        {
            self.at_ms.pop_front();
        }
        match self.at_ms.front() {
            Some(first) if self.at_ms.len() >= most => Err(first + window_ms - now_ms),
            Some(_) | None => {
                self.at_ms.push_back(now_ms);
                Ok(())
            }
        }
    }

    pub(crate) fn left(&self, most: usize) -> usize {
        most.saturating_sub(self.at_ms.len())
    }
}

/// Whole seconds, rounded up.
pub(crate) fn seconds(ms: i64) -> String {
    ((ms + 999) / 1_000).max(1).to_string()
}

pub(crate) fn wants_bool(name: &str, value: &Value) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| format!("\"{name}\" needs true or false"))
}

pub(crate) fn unknown_knob(name: &str) -> String {
    format!("unknown knob \"{name}\"")
}
