//! Apple's error document. Must not know the state.

use serde_json::{Value, json};

use crate::wire::Answer;

#[derive(Debug, Clone)]
pub(crate) struct Refused {
    status: u16,
    code: &'static str,
    title: String,
    detail: String,
    source: Option<Box<Value>>,
    meta: Option<Box<Value>>,
}

impl Refused {
    pub(crate) fn new(
        status: u16,
        code: &'static str,
        title: &str,
        detail: impl Into<String>,
    ) -> Refused {
        Refused {
            status,
            code,
            title: title.to_owned(),
            detail: detail.into(),
            source: None,
            meta: None,
        }
    }

    pub(crate) fn unauthorized() -> Refused {
        Refused::new(
            401,
            "NOT_AUTHORIZED",
            "Authentication credentials are missing or invalid.",
            "Provide a properly configured and signed bearer token, and make sure that it has not expired. Learn more about Generating Tokens for API Requests https://developer.apple.com/go/?id=api-generating-tokens",
        )
    }

    pub(crate) fn forbidden() -> Refused {
        Refused::new(
            403,
            "FORBIDDEN_ERROR",
            "This request is forbidden for security reasons",
            "The API key in use does not allow this request",
        )
    }

    pub(crate) fn no_resource(kind: &str, id: &str) -> Refused {
        Refused::new(
            404,
            "NOT_FOUND",
            "The specified resource does not exist",
            format!("There is no resource of type '{kind}' with id '{id}'"),
        )
    }

    pub(crate) fn no_path(path: &str) -> Refused {
        Refused::new(
            404,
            "PATH_ERROR",
            "The URL path is not valid",
            format!("The path provided does not match a defined resource type: {path}"),
        )
    }

    pub(crate) fn parameter(name: &str, detail: impl Into<String>) -> Refused {
        let mut refused = Refused::new(
            400,
            "PARAMETER_ERROR.INVALID",
            "A parameter has an invalid value",
            detail,
        );
        refused.source = Some(Box::new(json!({ "parameter": name })));
        refused
    }

    pub(crate) fn body(detail: &str) -> Refused {
        Refused::new(
            422,
            "ENTITY_UNPROCESSABLE",
            "The request entity could not be processed",
            detail,
        )
    }

    pub(crate) fn attribute(pointer: &str, detail: &str) -> Refused {
        let mut refused = Refused::new(
            409,
            "ENTITY_ERROR.ATTRIBUTE.INVALID",
            "The provided entity includes an attribute with an invalid value",
            detail,
        );
        refused.source = Some(Box::new(json!({ "pointer": pointer })));
        refused
    }

    pub(crate) fn state(detail: &str) -> Refused {
        Refused::new(
            409,
            "STATE_ERROR",
            "The request cannot be fulfilled because of the state of another resource.",
            detail,
        )
    }

    /// Where Apple hides the real cause.
    pub(crate) fn because(mut self, resource: &str, cause: Refused) -> Refused {
        self.meta = Some(Box::new(
            json!({"associatedErrors": {resource: [cause.wire()]}}),
        ));
        self
    }

    fn wire(&self) -> Value {
        let mut error = json!({
            "id": "5a9db0c5-0000-4000-a000-00000000e440",
            "status": self.status.to_string(),
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
        });
        if let Some(source) = &self.source {
            error["source"] = (**source).clone();
        }
        if let Some(meta) = &self.meta {
            error["meta"] = (**meta).clone();
        }
        error
    }

    pub(crate) fn answer(&self) -> Answer {
        Answer::json(self.status, &json!({"errors": [self.wire()]}))
    }
}

/// The document for a status that has nothing to do with the request.
pub(crate) fn failure(status: u16) -> Answer {
    match status {
        401 => Refused::unauthorized(),
        403 => Refused::forbidden(),
        429 => Refused::new(
            429,
            "RATE_LIMIT_EXCEEDED",
            "The request rate limit has been reached.",
            "We've received too many requests for this API. Please wait and try again or slow down your request rate.",
        ),
        503 => Refused::new(503, "SERVICE_UNAVAILABLE", "The service is unavailable", "Please try again later."),
        500 => Refused::new(
            500,
            "UNEXPECTED_ERROR",
            "An unexpected error occurred.",
            "An unexpected error occurred on the server side. If this issue continues, contact us at https://developer.apple.com/contact/.",
        ),
        other => Refused::new(other, "UNEXPECTED_ERROR", "An unexpected error occurred.", "No detail is known."),
    }
    .answer()
}
