//! The sign-in of Azure AD by a client's secret, as the submission API needs it. Must not know what
//! a token opens.

use serde_json::json;

use super::{MicrosoftStore, RESOURCE, TOKEN_S, client_id, client_secret, tenant};
use crate::dice;
use crate::history::Scene;
use crate::wire::{Answer, Call};

impl MicrosoftStore {
    pub(super) fn sign_in(&mut self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
        let asked = call.parts(0).first().copied().unwrap_or_default();
        if asked != tenant(scene.seed) {
            let text = format!("Tenant '{asked}' not found.");
            return Err(sign_in_refused(400, "invalid_request", 90_002, &text));
        }
        let form: Vec<(String, String)> = url::form_urlencoded::parse(&call.body)
            .into_owned()
            .collect();
        let field = |name: &str| {
            let found = form.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        if field("grant_type") != "client_credentials" {
            let text = "The grant type is not supported.";
            return Err(sign_in_refused(400, "unsupported_grant_type", 70_003, text));
        }
        if field("client_id") != client_id(scene.seed) {
            let text = "Application was not found in the directory.";
            return Err(sign_in_refused(400, "unauthorized_client", 700_016, text));
        }
        if field("client_secret") != client_secret(scene.seed) {
            let text = "Invalid client secret provided.";
            return Err(sign_in_refused(401, "invalid_client", 7_000_215, text));
        }
        if self.secret_expired {
            let text = "The provided client secret keys for app are expired.";
            return Err(sign_in_refused(401, "invalid_client", 7_000_222, text));
        }
        let label = format!("microsoft token {}", self.tokens.len());
        let token = dice::hex(scene.seed, &label, 48);
        let good = field("resource") == RESOURCE;
        self.tokens
            .push((token.clone(), scene.wall_ms + TOKEN_S * 1_000, good));
        let now_s = scene.wall_ms / 1_000;
        // This endpoint writes its numbers as text.
        Ok(Answer::json(
            200,
            &json!({
                "token_type": "Bearer",
                "expires_in": TOKEN_S.to_string(),
                "ext_expires_in": TOKEN_S.to_string(),
                "expires_on": (now_s + TOKEN_S).to_string(),
                "not_before": (now_s - 300).to_string(),
                "resource": field("resource"),
                "access_token": token,
            }),
        ))
    }
}

/// A refusal of the sign-in.
fn sign_in_refused(status: u16, error: &str, code: u32, text: &str) -> Answer {
    Answer::json(
        status,
        &json!({
            "error": error,
            "error_description": format!("AADSTS{code}: {text} Trace ID: 4d5c Correlation ID: 9a1e"),
            "error_codes": [code],
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        }),
    )
}
