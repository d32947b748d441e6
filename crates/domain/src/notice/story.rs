//! Notices of one incident at one channel as one story: which of them a later one answers. Must not
//! know how a service shows that.

use super::incident::about;
use crate::event::Outcome;
use crate::state::{IntentRecord, State};
use crate::target::{Desired, Notice, Posted, TargetId, TargetState};

impl State {
    /// The first notice of the same incident that was seen to stand at the same channel in the same
    /// language, which a later one answers.
    pub fn first_of_story(&self, notice: &Notice, channel: &TargetId) -> Option<Posted> {
        let of = notice.about.as_ref()?;
        let told = &self.tell.incidents.get(&of.incident)?.told;
        let (_, first) = told
            .iter()
            .filter(|(place, told)| {
                told.sure && place.channel == *channel && place.locale == of.locale
            })
            .min_by_key(|(place, told)| (told.at, place.phase, place.update))?;
        let record = self.intents.get(&first.intent)?;
        about(record)?;
        record.posted().filter(|it| it.key != notice.key)
    }
}

impl IntentRecord {
    /// A notice that was seen to stand at its channel, with the service's own name of it.
    pub fn posted(&self) -> Option<Posted> {
        let (result, _) = self.result.as_ref()?;
        let Desired::Published { notice } = &self.intent.desired else {
            return None;
        };
        if result.outcome != Outcome::Confirmed {
            return None;
        }
        let key = &notice.key;
        let mut id = result.provider_request_id.clone();
        if let Some(TargetState::Channel(channel)) = &result.after {
            let read = channel.notices.iter().find(|it| it.key == *key);
            id = read.and_then(|it| it.id.clone()).or(id);
        }
        Some(Posted {
            key: key.clone(),
            id,
        })
    }
}
