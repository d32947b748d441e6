//! The fixed, worthless key pairs and the tokens that a seed gives. Must not know how they are checked.

use crate::dice;

pub(crate) const PLAY_PRIVATE: &str = include_str!("../keys/google_play.pkcs8.pem");
pub(crate) const PLAY_PUBLIC: &str = include_str!("../keys/google_play.public.pem");
pub(crate) const PLAY_KEY_ID: &str = "5a9db0c5a9db0c5a9db0c5a9db0c5a9db0c5a9db";
pub(crate) const PLAY_EMAIL: &str = "release-cockpit@northwind-sandbox.iam.gserviceaccount.com";

pub(crate) const APPLE_PRIVATE: &str = include_str!("../keys/app_store.p8");
pub(crate) const APPLE_PUBLIC: &str = include_str!("../keys/app_store.public.pem");
pub(crate) const APPLE_KEY_ID: &str = "SB5A9DB0C5";
pub(crate) const APPLE_ISSUER: &str = "5a9db0c5-0000-4000-a000-5a9db0c55a9d";

pub(crate) fn unleash_admin(seed: u64) -> String {
    format!("*:*.{}", dice::hex(seed, "unleash admin", 40))
}

pub(crate) fn unleash_client(seed: u64) -> String {
    format!(
        "default:production.{}",
        dice::hex(seed, "unleash client", 40)
    )
}

pub(crate) fn sentry(seed: u64) -> String {
    format!("sntrys_sandbox_{}", dice::hex(seed, "sentry", 40))
}

pub(crate) fn prometheus(seed: u64) -> String {
    dice::hex(seed, "prometheus", 40)
}

pub(crate) fn smtp(seed: u64) -> String {
    dice::hex(seed, "smtp", 24)
}

pub(crate) fn statuspage(seed: u64) -> String {
    dice::uuid(seed, "statuspage")
}
