//! A network on which the answer to a write may be lost, and adapters on it. Must not know a service.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;
use cockpit_domain::provider::{Applied, Effect, Reading};
use cockpit_domain::target::{Notice, Phase, Posted};
use cockpit_domain::{Desired, Service, Time};
use cockpit_providers::{
    Adapter, Http, SecretString, Transport, TransportError, connect, reqwest_transport,
};

/// A process that begins, and the wire on which its answers are lost.
pub fn process(
    service: Service,
    plain: &[(&str, &str)],
    secret: (&str, &str),
) -> (Box<dyn Adapter>, Arc<Wire>) {
    let wire = Arc::new(Wire {
        inner: reqwest_transport().unwrap(),
        loses: AtomicBool::new(false),
    });
    let clock = Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Time::from_ms(i64::try_from(since.as_millis()).unwrap())
    });
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let plain: BTreeMap<String, String> = plain.iter().map(owned).collect();
    let secret = BTreeMap::from([(secret.0.to_owned(), SecretString::from(secret.1.to_owned()))]);
    let http = Http::new(Arc::clone(&wire) as Arc<dyn Transport>, clock);
    (connect(service, &plain, &secret, &http).unwrap(), wire)
}

pub struct Wire {
    inner: Arc<dyn Transport>,
    loses: AtomicBool,
}

#[async_trait]
impl Transport for Wire {
    async fn send(
        &self,
        request: axum::http::Request<Bytes>,
    ) -> Result<axum::http::Response<Bytes>, TransportError> {
        let writes = request.method() != "GET";
        let answer = self.inner.send(request).await?;
        match writes && self.loses.swap(false, Ordering::SeqCst) {
            true => Err(TransportError::Interrupted { sent: true }),
            false => Ok(answer),
        }
    }
}

pub fn notice(key: &str, body: &str) -> Notice {
    Notice {
        key: key.to_owned(),
        title: "Transfers are paused".to_owned(),
        body: body.to_owned(),
        phase: Phase::Investigating,
        notify_subscribers: false,
        about: None,
    }
}

/// Sends one notice three times, the third by a process that knows nothing, and another whose answer
/// is lost, as an answer to the first. Gives the two texts, and the service's name of the first.
pub async fn sends_again_and_again(
    process: impl Fn() -> (Box<dyn Adapter>, Arc<Wire>),
) -> ([String; 2], String) {
    let (adapter, wire) = process();
    assert!(adapter.check().await.unwrap().items.iter().all(|it| it.ok));
    let target = adapter.targets().await.unwrap().remove(0).id;
    let before = adapter.observe(&target, Reading::Fresh).await.unwrap();
    let effect = |notice: &Notice| Effect {
        key: notice.key.clone(),
        target: target.clone(),
        desired: Desired::Published {
            notice: notice.clone(),
        },
        before: before.clone(),
        head: String::new(),
    };
    let first = notice("n-1", "We are looking into it.");
    let receipt = adapter.apply(&effect(&first)).await.unwrap();
    let id = receipt.provider_request_id.unwrap();
    adapter.apply(&effect(&first)).await.unwrap();
    process().0.apply(&effect(&first)).await.unwrap();

    let lost = notice("n-2", "We found the cause.");
    let known = Posted {
        key: first.key.clone(),
        id: Some(id.clone()),
    };
    adapter.answers(&lost, &known);
    wire.loses.store(true, Ordering::SeqCst);
    let error = adapter.apply(&effect(&lost)).await.unwrap_err();
    assert_eq!(error.applied, Applied::Unknown);
    let seen = adapter.observe(&target, Reading::Serving).await.unwrap();
    assert!(effect(&lost).desired.is_met_by(&seen.state), "it is found");
    adapter.apply(&effect(&lost)).await.unwrap();
    ([first.as_text(), lost.as_text()], id)
}
