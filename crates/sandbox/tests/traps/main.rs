//! The traps of the real services, each as a test. Must not reach around the wire: only requests,
//! the control API and sandbox time.

mod app_store;
mod channels;
mod client;
mod eas_update;
mod faults;
mod flagsmith;
mod google_play;
mod google_play_auth;
mod google_play_edits;
mod health;
mod huawei;
mod launchdarkly;
mod microsoft_store;
mod play;
mod recovery;
mod reviews;
mod samsung;
mod scenarios;
mod sentry;
mod served;
mod statuspage;
mod unleash;
