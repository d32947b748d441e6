//! The OAuth token endpoint: a signed assertion in, an access token out. Must not know the API it opens.

use std::collections::BTreeMap;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::errors::{INVALID_TOKEN, MISSING_TOKEN, Refused};
use crate::history::Scene;
use crate::wire::{Answer, Call};
use crate::{dice, keys};

pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/androidpublisher";
const GOOGLE_TOKEN_URL: &str = "https://oauth2.googleapis.com/token";
const LIFETIME_S: i64 = 3599;
const SKEW_S: i64 = 600;
const BAD_TIME: &str = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.";

/// Whether a request carries a token that opens what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Good,
    Missing,
    Invalid,
    OtherScope,
}

/// Access tokens given out, with their end and their scopes.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    given: BTreeMap<String, (i64, Vec<String>)>,
}

impl Tokens {
    pub(crate) fn answer(&mut self, call: &Call, scene: &Scene<'_>) -> Answer {
        match self.grant(call, scene) {
            Ok(token) => Answer::json(
                200,
                &json!({"access_token": token, "expires_in": LIFETIME_S, "token_type": "Bearer"}),
            ),
            Err((error, description)) => Answer::json(
                400,
                &json!({"error": error, "error_description": description}),
            ),
        }
    }

    fn grant(&mut self, call: &Call, scene: &Scene<'_>) -> Result<String, (&'static str, String)> {
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&call.body)
            .into_owned()
            .collect();
        let text = |key: &str| form.get(key).map(String::as_str).unwrap_or_default();
        if text("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
            return Err((
                "unsupported_grant_type",
                format!("Invalid grant_type: {}", text("grant_type")),
            ));
        }
        if text("assertion").is_empty() {
            return Err((
                "invalid_request",
                "Missing required parameter: assertion".to_owned(),
            ));
        }
        let claims = checked(text("assertion"), scene)?;
        let scopes: Vec<String> = claims["scope"]
            .as_str()
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        if scopes.is_empty() {
            return Err((
                "invalid_scope",
                "Empty or missing scope not allowed.".to_owned(),
            ));
        }
        if scopes
            .iter()
            .any(|scope| !scope.starts_with("https://www.googleapis.com/auth/"))
        {
            return Err((
                "invalid_scope",
                "Invalid OAuth scope or ID token audience provided.".to_owned(),
            ));
        }
        let secret = dice::hex(scene.seed, &format!("play token {}", self.given.len()), 48);
        let token = format!("ya29.c.sandbox_{secret}");
        self.given
            .insert(token.clone(), (scene.now_ms + LIFETIME_S * 1000, scopes));
        Ok(token)
    }

    /// Whether the request carries a token that is still good for the publishing API.
    pub(super) fn check(&self, call: &Call, now_ms: i64) -> Result<(), Refused> {
        match self.held(call, now_ms, &[SCOPE]) {
            Held::Good => Ok(()),
            Held::Missing => Err(Refused::unauthenticated(MISSING_TOKEN)),
            Held::Invalid => Err(Refused::unauthenticated(INVALID_TOKEN)),
            Held::OtherScope => Err(Refused::scope_insufficient()),
        }
    }

    /// Whether the request carries a token that is still good for one of these scopes.
    pub(crate) fn held(&self, call: &Call, now_ms: i64, wanted: &[&str]) -> Held {
        let Some(header) = call.header("authorization") else {
            return Held::Missing;
        };
        let token = header.strip_prefix("Bearer ").unwrap_or_default();
        match self.given.get(token) {
            Some((end_ms, scopes)) if *end_ms > now_ms => {
                if scopes.iter().any(|scope| wanted.contains(&scope.as_str())) {
                    Held::Good
                } else {
                    Held::OtherScope
                }
            }
            Some(_) | None => Held::Invalid,
        }
    }

    pub(super) fn revoke_all(&mut self) {
        for (end_ms, _) in self.given.values_mut() {
            *end_ms = i64::MIN;
        }
    }
}

fn checked(assertion: &str, scene: &Scene<'_>) -> Result<Value, (&'static str, String)> {
    let grant = |text: &str| ("invalid_grant", text.to_owned());
    let bad_signature = || grant("Invalid JWT Signature.");
    let header = decode_header(assertion).map_err(|_| grant("Bad Request"))?;
    if header.alg != Algorithm::RS256 {
        return Err(grant("Invalid JWT: Unsupported algorithm."));
    }
    if header
        .kid
        .as_deref()
        .is_some_and(|kid| kid != keys::PLAY_KEY_ID)
    {
        return Err(bad_signature());
    }
    let key =
        DecodingKey::from_rsa_pem(keys::PLAY_PUBLIC.as_bytes()).map_err(|_| bad_signature())?;
    let mut rules = Validation::new(Algorithm::RS256);
    // The times and the audience have errors of their own, below.
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let claims = decode::<Value>(assertion, &key, &rules)
        .map_err(|_| bad_signature())?
        .claims;
    if claims["iss"].as_str() != Some(keys::PLAY_EMAIL) {
        return Err(grant("Invalid grant: account not found"));
    }
    let own = format!("{}/token", scene.url);
    if !claims["aud"]
        .as_str()
        .is_some_and(|aud| aud == GOOGLE_TOKEN_URL || aud.starts_with(&own))
    {
        return Err((
            "invalid_grant",
            format!("Invalid JWT: Failed audience check. The right audience is {GOOGLE_TOKEN_URL}"),
        ));
    }
    let now_s = scene.wall_ms / 1000;
    let (Some(iat), Some(exp)) = (claims["iat"].as_i64(), claims["exp"].as_i64()) else {
        return Err(grant(BAD_TIME));
    };
    let short = exp - iat <= 3600 && exp > iat;
    if !short || iat > now_s + SKEW_S || exp < now_s - SKEW_S || iat < now_s - 3600 - SKEW_S {
        return Err(grant(BAD_TIME));
    }
    Ok(claims)
}
