//! What both Firebase stand-ins share: the token endpoint, the error envelope, and refusing fields
//! that are not known. Must not know what a token opens.

use serde_json::{Value, json};

use crate::google_play::token::{Held, Tokens};
use crate::history::Scene;
use crate::keys;
use crate::wire::{Answer, Call};

pub(crate) const PROJECT: &str = "northwind-sandbox";
const PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Google's error envelope.
pub(crate) fn refused(status: u16, word: &str, message: &str, code: Option<&str>) -> Answer {
    let mut error = json!({"code": status, "message": message, "status": word});
    if let Some(code) = code {
        error["details"] = json!([{
            "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code,
        }]);
    }
    Answer::json(status, &json!({ "error": error }))
}

pub(super) fn failure(status: u16) -> Answer {
    let (word, message, code) = match status {
        400 => (
            "INVALID_ARGUMENT",
            "Request contains an invalid argument.",
            Some("INVALID_ARGUMENT"),
        ),
        401 => (
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials.",
            None,
        ),
        403 => (
            "PERMISSION_DENIED",
            "The caller does not have permission",
            None,
        ),
        404 => ("NOT_FOUND", "Requested entity was not found.", None),
        409 => ("ABORTED", "The operation was aborted.", None),
        412 => (
            "FAILED_PRECONDITION",
            "The ETag does not match the current version.",
            None,
        ),
        429 => (
            "RESOURCE_EXHAUSTED",
            "Quota exceeded.",
            Some("QUOTA_EXCEEDED"),
        ),
        503 => (
            "UNAVAILABLE",
            "The service is currently unavailable.",
            Some("UNAVAILABLE"),
        ),
        500.. => ("INTERNAL", "Internal error encountered.", Some("INTERNAL")),
        _ => ("INVALID_ARGUMENT", "Bad request.", None),
    };
    refused(status, word, message, code)
}

/// Why a request's token is not taken.
pub(crate) fn check(
    tokens: &Tokens,
    call: &Call,
    scene: &Scene<'_>,
    scope: &str,
) -> Result<(), Answer> {
    match tokens.held(call, scene.now_ms, &[scope, PLATFORM]) {
        Held::Good => Ok(()),
        Held::Missing | Held::Invalid => Err(failure(401)),
        Held::OtherScope => Err(refused(
            403,
            "PERMISSION_DENIED",
            "Request had insufficient authentication scopes.",
            None,
        )),
    }
}

/// The key file of the service account, with a token endpoint of its own.
pub(crate) fn key_file(url: &str, name: &str) -> Value {
    json!({
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": keys::PLAY_KEY_ID,
        "private_key": keys::PLAY_PRIVATE,
        "client_email": keys::PLAY_EMAIL,
        "client_id": "100000000000000000001",
        "auth_uri": format!("{url}/o/oauth2/auth"),
        "token_uri": format!("{url}/token/{name}"),
        "universe_domain": "googleapis.com",
    })
}

/// Google refuses fields that it does not know.
pub(crate) fn unknown_field(body: &Value, at: &str, known: &[&str]) -> Option<Answer> {
    let name = body
        .as_object()?
        .keys()
        .find(|name| !known.contains(&name.as_str()))?;
    let message = format!(
        "Invalid JSON payload received. Unknown name \"{name}\" at '{at}': Cannot find field."
    );
    Some(refused(400, "INVALID_ARGUMENT", &message, None))
}
