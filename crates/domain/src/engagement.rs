//! What people did with a notice at its channel, where the service counts it. Never guessed: what
//! is not counted is absent. Must not know a service's HTTP.

use cockpit_say::{mark, said};
use serde::{Deserialize, Serialize};

use crate::lint::ChannelKind;
use crate::notice::kind_of;
use crate::target::Service;

/// What a service counts of one post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engagement {
    /// The service's own name of the post.
    pub id: String,
    /// People who liked it, or marked it with a sign.
    pub likes: Option<u64>,
    /// People who handed it on.
    pub shares: Option<u64>,
    /// Answers to it.
    pub replies: Option<u64>,
}

/// What a service counts, one and many, in its own words; empty where it counts nothing.
pub fn counted(service: Service) -> &'static [(Counted, &'static str, &'static str)] {
    use Counted::{Likes, Replies, Shares};
    match kind_of(service) {
        Some(ChannelKind::Mastodon) => &[
            (Likes, mark!("favourite"), mark!("favourites")),
            (Shares, mark!("boost"), mark!("boosts")),
            (Replies, mark!("reply"), mark!("replies")),
        ],
        Some(ChannelKind::Bluesky) => &[
            (Likes, mark!("like"), mark!("likes")),
            (Shares, mark!("repost"), mark!("reposts")),
            (Replies, mark!("reply"), mark!("replies")),
        ],
        Some(ChannelKind::Slack) => &[
            (Likes, mark!("reaction"), mark!("reactions")),
            (Replies, mark!("reply"), mark!("replies")),
        ],
        Some(
            ChannelKind::StatusPage
            | ChannelKind::Email
            | ChannelKind::Push
            | ChannelKind::Banner
            | ChannelKind::Teams
            | ChannelKind::Matrix,
        )
        | None => &[],
    }
}

/// Which of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// [`Engagement::likes`]
    Likes,
    /// [`Engagement::shares`]
    Shares,
    /// [`Engagement::replies`]
    Replies,
}

impl Engagement {
    /// A figure; absent when the service did not say it.
    pub fn figure(&self, which: Counted) -> Option<u64> {
        match which {
            Counted::Likes => self.likes,
            Counted::Shares => self.shares,
            Counted::Replies => self.replies,
        }
    }

    /// "12 favourites · 3 boosts · 1 reply"; what was not said is left out.
    pub fn words(&self, service: Service) -> String {
        let parts: Vec<String> = counted(service)
            .iter()
            .filter_map(|(which, one, many)| {
                let count = self.figure(*which)?;
                let word = said(if count == 1 { one } else { many });
                Some(format!("{count} {word}"))
            })
            .collect();
        parts.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::Engagement;
    use crate::target::Service;

    #[test]
    fn what_was_not_said_is_left_out() {
        let it = Engagement {
            id: "1".to_owned(),
            likes: Some(1),
            shares: None,
            replies: Some(0),
        };
        assert_eq!(it.words(Service::Mastodon), "1 favourite · 0 replies");
        assert_eq!(it.words(Service::Statuspage), "");
    }
}
