//! What people did with a notice, as the services that count it say, and notices that answer
//! each other. Must not know the screen.

use cockpit_domain::engagement::{Engagement, counted};
use cockpit_domain::provider::Reading;
use cockpit_domain::target::Posted;
use cockpit_domain::{Desired, Service, Time};
use serde_json::{Value, json};

use crate::cases::notice;
use crate::stage::{Stage, act, read};

/// Posts once; gives the service's own name of the post.
async fn posted(stage: &Stage, service: Service) -> String {
    let adapter = stage.connect(service);
    let target = adapter.targets().await.unwrap().remove(0).id;
    let desired = Desired::Published {
        notice: notice("n-1"),
    };
    let receipt = act(&*adapter, &target.to_string(), &desired).await.unwrap();
    // What is read back has the same name.
    read(&*adapter, &target.to_string(), Reading::Serving).await;
    receipt.provider_request_id.unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_people_did_is_what_the_service_counts() {
    for (service, words) in [
        (Service::Mastodon, "3 favourites · 1 boost · 2 replies"),
        (Service::Bluesky, "3 likes · 1 repost · 2 replies"),
        (Service::Slack, "3 reactions · 2 replies"),
    ] {
        let stage = Stage::new();
        let id = posted(&stage, service).await;
        let adapter = stage.connect(service);
        let ids = [id.clone()];
        let before = adapter.engagement(&ids).await.unwrap();
        assert_eq!(before[0].replies, Some(0), "{service:?}");
        stage.console(json!({"service": service.key(), "likes": 3, "shares": 1, "replies": 2}));
        let now: Vec<Engagement> = adapter.engagement(&ids).await.unwrap();
        assert_eq!(now.len(), 1, "{service:?}");
        assert_eq!((&now[0].id, now[0].words(service)), (&id, words.to_owned()));
        // Of a post that it does not know it says nothing, rather than zero.
        let gone = adapter.engagement(&["no such post".to_owned()]).await;
        assert_eq!(gone.unwrap(), [], "{service:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_counts_nothing_is_not_asked() {
    let stage = Stage::new();
    for service in [Service::Statuspage, Service::Teams, Service::Fcm] {
        let adapter = stage.connect(service);
        let requests = stage.requests().len();
        assert_eq!(adapter.engagement(&["1".to_owned()]).await.unwrap(), []);
        assert_eq!(stage.requests().len(), requests, "{service:?}");
        assert!(counted(service).is_empty());
    }
}

/// A later notice of an incident answers the first one, so that people read one story.
#[tokio::test(start_paused = true)]
async fn a_later_notice_answers_the_first() {
    for service in [
        Service::Slack,
        Service::Matrix,
        Service::Mastodon,
        Service::Bluesky,
    ] {
        let stage = Stage::new();
        let id = posted(&stage, service).await;
        let adapter = stage.connect(service);
        let target = adapter.targets().await.unwrap().remove(0).id.to_string();
        let first = Posted {
            key: "n-1".to_owned(),
            id: Some(id.clone()),
        };
        let mut later = notice("n-2");
        later.body = "We found the cause.".to_owned();
        adapter.answers(&later, &first);
        let desired = Desired::Published { notice: later };
        act(&*adapter, &target, &desired).await.unwrap();
        let posts = stage.truth()[service.key()]["posts"].clone();
        assert_eq!(posts[0]["answers"], Value::Null, "{service:?}");
        assert_eq!(posts[1]["answers"], id.as_str(), "{service:?}");
        // And it is seen to stand there like any other, by a process that knows nothing of it.
        let other = stage.connect(service);
        if let Desired::Published { notice } = &desired {
            other.look_for(notice, Time::from_ms(0));
        }
        let seen = read(&*other, &target, Reading::Serving).await;
        assert!(desired.is_met_by(&seen.state), "{service:?}");
    }
}
