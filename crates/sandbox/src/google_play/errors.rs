//! Google's error envelope and the texts its API is known for. Must not know the state.

use serde_json::{Value, json};

use crate::wire::Answer;

/// An answer that is not the wanted one.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    code: u16,
    status: &'static str,
    reason: &'static str,
    message: String,
    details: Vec<Value>,
}

impl Refused {
    fn new(
        code: u16,
        status: &'static str,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Refused {
        Refused {
            code,
            status,
            reason,
            message: message.into(),
            details: Vec::new(),
        }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Refused {
        Refused::new(400, "INVALID_ARGUMENT", "badRequest", message)
    }

    pub(crate) fn precondition(message: impl Into<String>) -> Refused {
        Refused::new(400, "FAILED_PRECONDITION", "failedPrecondition", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Refused {
        Refused::new(404, "NOT_FOUND", "notFound", message)
    }

    pub(crate) fn denied(message: impl Into<String>) -> Refused {
        Refused::new(403, "PERMISSION_DENIED", "forbidden", message)
    }

    pub(crate) fn unauthenticated(message: impl Into<String>) -> Refused {
        Refused::new(401, "UNAUTHENTICATED", "authError", message)
    }

    pub(crate) fn exhausted(message: impl Into<String>) -> Refused {
        Refused::new(429, "RESOURCE_EXHAUSTED", "rateLimitExceeded", message)
    }

    pub(crate) fn edit_deleted() -> Refused {
        Refused::precondition("This Edit has been deleted.")
    }

    pub(crate) fn edit_expired() -> Refused {
        Refused::precondition("This edit has expired. Please create a new Edit.")
    }

    pub(crate) fn edit_committed() -> Refused {
        Refused::precondition(
            "This edit has already been successfully committed, please create a new Edit.",
        )
    }

    pub(crate) fn in_review(package: &str) -> Refused {
        let mut refused = Refused::precondition(
            "Changes are already in review. Cancel the review first, or commit with CANCEL_IN_REVIEW_AND_SUBMIT.",
        );
        refused.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "CHANGES_ALREADY_IN_REVIEW",
            "domain": "googleapis.com",
            "metadata": {"packageName": package},
        }));
        refused
    }

    pub(crate) fn scope_insufficient() -> Refused {
        let mut refused = Refused::denied("Request had insufficient authentication scopes.");
        refused.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
            "metadata": {"service": "androidpublisher.googleapis.com"},
        }));
        refused
    }

    pub(crate) fn unknown_name(name: &str, at: &str) -> Refused {
        let place = if at.is_empty() {
            String::new()
        } else {
            format!(" at '{at}'")
        };
        Refused::invalid(format!(
            "Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
        ))
    }

    pub(crate) fn unknown_parameter(name: &str) -> Refused {
        Refused::invalid(format!(
            "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be found in request message."
        ))
    }

    pub(crate) fn answer(self) -> Answer {
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "errors": [{"message": self.message, "domain": "global", "reason": self.reason}],
            "status": self.status,
        });
        if !self.details.is_empty() {
            error["details"] = Value::Array(self.details);
        }
        let answer = Answer::json(self.code, &json!({ "error": error }));
        if self.code == 401 {
            answer.header(
                "www-authenticate",
                "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
            )
        } else {
            answer
        }
    }
}

/// The envelope for a status that has nothing to do with the request.
pub(crate) fn failure(status: u16) -> Answer {
    match status {
        401 => Refused::unauthenticated(INVALID_TOKEN),
        403 => Refused::denied("The caller does not have permission"),
        404 => Refused::not_found("Requested entity was not found."),
        409 => Refused::new(409, "ABORTED", "conflict", "Concurrency update error."),
        429 => Refused::exhausted(
            "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'androidpublisher.googleapis.com'.",
        ),
        500 => Refused::new(500, "INTERNAL", "backendError", "Internal error encountered."),
        503 => Refused::new(503, "UNAVAILABLE", "backendError", "The service is currently unavailable."),
        504 => Refused::new(504, "DEADLINE_EXCEEDED", "backendError", "Deadline exceeded."),
        other => Refused::new(other, "UNKNOWN", "unknown", "Unknown error."),
    }
    .answer()
}

pub(crate) const INVALID_TOKEN: &str = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
pub(crate) const MISSING_TOKEN: &str = "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
