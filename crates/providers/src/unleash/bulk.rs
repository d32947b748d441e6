//! Flags that are turned off at the same moment go off in one request. Each caller has its own
//! outcome of it and reads back its own flag. Must not know why they are turned off.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cockpit_domain::provider::{ErrorKind, ProviderError, Receipt};
use cockpit_say::say;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::sleep;

use super::api::Api;

/// Whoever comes within so many milliseconds of the first goes along.
const GATHER_MS: u64 = 20;
/// So many flags go into one request.
const FLAGS_MAX: usize = 100;

type Sent = Shared<BoxFuture<'static, Result<(), Refused>>>;

/// Why it was not taken, and whether it was of one flag alone.
#[derive(Clone)]
struct Refused {
    error: ProviderError,
    alone: bool,
}

/// A request that waits for more flags.
struct Gathering {
    /// Taken when it is sent; none from then on.
    flags: Arc<Mutex<Option<Vec<String>>>>,
    sent: Sent,
}

pub(super) struct Bulk {
    api: Arc<Api>,
    gathering: Mutex<Option<Gathering>>,
}

impl Bulk {
    pub(super) fn new(api: Arc<Api>) -> Bulk {
        Bulk {
            api,
            gathering: Mutex::new(None),
        }
    }

    /// Turns a flag off, with all that are turned off at this moment.
    ///
    /// The request is driven by whoever still waits for it: one caller that gives up keeps none of
    /// the others waiting, and when all gave up before it was sent, nothing is.
    pub(super) async fn off(&self, flag: &str) -> Result<Receipt, ProviderError> {
        let refused = match self.join(flag).await {
            Ok(()) => return Ok(Receipt::default()),
            Err(refused) if refused.alone => return Err(refused.error),
            Err(refused) => refused.error,
        };
        // One that is not there must not keep the others on, so each is then asked for alone.
        match refused.kind {
            ErrorKind::NotFound | ErrorKind::Rejected => self.alone(flag).await,
            ErrorKind::Unreachable
            | ErrorKind::Timeout
            | ErrorKind::RateLimited
            | ErrorKind::Server
            | ErrorKind::Unauthorized
            | ErrorKind::Forbidden
            | ErrorKind::Moved
            | ErrorKind::NeedsPerson
            | ErrorKind::Unsupported
            | ErrorKind::Protocol => Err(refused),
        }
    }

    /// Nothing is sent a second time without a look: it may have gone off since.
    async fn alone(&self, flag: &str) -> Result<Receipt, ProviderError> {
        let (feature, _) = self.api.feature(flag, true).await?;
        if !feature.is_on(self.api.environment()) {
            return Ok(Receipt {
                provider_request_id: None,
                notes: vec![say!("It was off already: nothing was sent for it alone.").to_owned()],
            });
        }
        self.api.switch(flag, false).await?;
        Ok(Receipt::default())
    }

    fn join(&self, flag: &str) -> Sent {
        let mut gathering = self
            .gathering
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = gathering.as_ref()
            && add(&open.flags, flag)
        {
            return open.sent.clone();
        }
        let flags = Arc::new(Mutex::new(Some(vec![flag.to_owned()])));
        let (api, waiting) = (Arc::clone(&self.api), Arc::clone(&flags));
        let sent = async move {
            sleep(Duration::from_millis(GATHER_MS)).await;
            let flags = waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
                .unwrap_or_default();
            let alone = flags.len() == 1;
            let done = match flags.as_slice() {
                [one] => api.switch(one, false).await,
                several => api.all_off(several).await,
            };
            done.map_err(|error| Refused { error, alone })
        };
        let sent = sent.boxed().shared();
        *gathering = Some(Gathering {
            flags,
            sent: sent.clone(),
        });
        sent
    }
}

/// Whether the flag goes along: the request was not sent yet, and has room.
fn add(flags: &Mutex<Option<Vec<String>>>, flag: &str) -> bool {
    let mut flags = flags.lock().unwrap_or_else(PoisonError::into_inner);
    match flags.as_mut() {
        Some(flags) if flags.iter().any(|it| it == flag) => true,
        Some(flags) if flags.len() < FLAGS_MAX => {
            flags.push(flag.to_owned());
            true
        }
        Some(_) | None => false,
    }
}

impl fmt::Debug for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulk").finish_non_exhaustive()
    }
}
