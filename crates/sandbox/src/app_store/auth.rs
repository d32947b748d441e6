//! Whether a request's token is one that Apple would take. Must not know what it is asked for.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use super::errors::Refused;
use crate::keys;
use crate::wire::Call;

const AUDIENCE: &str = "appstoreconnect-v1";
const LIFETIME_S_MAX: i64 = 20 * 60;
/// How far ahead of Apple's clock `iat` may be. Not documented; clients set `iat` 60 s back.
const SKEW_S: i64 = 60;

/// Checks the ES256 token: key, audience, issuer or individual subject, lifetime, clock.
pub(super) fn check(call: &Call, wall_ms: i64) -> Result<(), Refused> {
    let claims = signed(call).ok_or_else(Refused::unauthorized)?;
    let team = claims["iss"].as_str() == Some(keys::APPLE_ISSUER);
    let individual = claims["iss"].is_null() && claims["sub"].as_str() == Some("user");
    let audience = match &claims["aud"] {
        Value::Array(all) => all.iter().any(|one| one.as_str() == Some(AUDIENCE)),
        one => one.as_str() == Some(AUDIENCE),
    };
    let now_s = wall_ms / 1000;
    let in_time = match (claims["iat"].as_i64(), claims["exp"].as_i64()) {
        (Some(iat), Some(exp)) => {
            exp - iat <= LIFETIME_S_MAX && exp > now_s && iat <= now_s + SKEW_S
        }
        (None, Some(exp)) => exp > now_s && exp - now_s <= LIFETIME_S_MAX,
        (_, None) => false,
    };
    if (team || individual) && audience && in_time {
        Ok(())
    } else {
        Err(Refused::unauthorized())
    }
}

fn signed(call: &Call) -> Option<Value> {
    let token = call.header("authorization")?.strip_prefix("Bearer ")?;
    let header = decode_header(token).ok()?;
    if header.alg != Algorithm::ES256 || header.kid.as_deref() != Some(keys::APPLE_KEY_ID) {
        return None;
    }
    let key = DecodingKey::from_ec_pem(keys::APPLE_PUBLIC.as_bytes()).ok()?;
    let mut rules = Validation::new(Algorithm::ES256);
    // The times are checked against sandbox time by the caller.
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    decode::<Value>(token, &key, &rules)
        .ok()
        .map(|token| token.claims)
}
