//! What every adapter must hold, whatever its service, and each service's own traps. Runs in one
//! process against the sandbox on paused time; must not know an adapter's inside.

mod app_store;
mod cases;
mod chats;
mod connecting;
mod eas_update;
mod engagement;
mod firebase;
mod flagsmith;
mod google_play;
mod google_play_recovery;
mod google_play_traps;
mod http;
mod huawei_app_gallery;
mod launchdarkly;
mod microsoft_store;
mod prometheus;
mod ratings;
mod rehearsals;
mod remote_config;
mod samsung_galaxy_store;
mod secrets;
mod sentry;
mod smtp;
mod social;
mod sockets;
mod stage;
mod statuspage;
mod suite;
mod unleash;
mod vitals;
