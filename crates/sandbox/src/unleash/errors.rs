//! Unleash's error bodies. Must not know the state.

use serde_json::{Value, json};

use crate::wire::Answer;

#[derive(Debug, Clone)]
pub(crate) struct Refused {
    status: u16,
    name: &'static str,
    message: String,
    path: Option<String>,
}

impl Refused {
    pub(crate) fn new(status: u16, name: &'static str, message: impl Into<String>) -> Refused {
        Refused {
            status,
            name,
            message: message.into(),
            path: None,
        }
    }

    pub(crate) fn bad(path: &str, message: impl Into<String>) -> Refused {
        Refused {
            path: Some(path.to_owned()),
            ..Refused::new(400, "BadDataError", message)
        }
    }

    pub(crate) fn no_header() -> Refused {
        Refused::new(
            401,
            "AuthenticationRequired",
            "You must log in to use Unleash. Your request had no authorization header, so we could not authorize you. Try logging in at /auth/simple/login.",
        )
    }

    pub(crate) fn wrong_token() -> Refused {
        Refused::new(
            401,
            "UnauthorizedError",
            "You could not be authorized with the token that was sent.",
        )
    }

    pub(crate) fn wrong_kind() -> Refused {
        Refused::new(
            403,
            "",
            "invalid token: expected a different token type for this endpoint",
        )
    }

    pub(crate) fn no_flag(name: &str) -> Refused {
        Refused::new(
            404,
            "NotFoundError",
            format!("Could not find feature with name {name}"),
        )
    }

    pub(crate) fn no_environment(flag: &str, environment: &str) -> Refused {
        Refused::new(
            404,
            "NotFoundError",
            format!("Could not find environment {environment} for feature {flag}"),
        )
    }

    pub(crate) fn change_request() -> Refused {
        Refused::new(
            403,
            "PermissionError",
            "Change requests are enabled for this environment. To change it directly you need the \"SKIP_CHANGE_REQUEST\" permission.",
        )
    }

    pub(crate) fn answer(self) -> Answer {
        if self.name.is_empty() {
            return Answer::json(self.status, &json!({"message": self.message}));
        }
        let mut detail = json!({"message": self.message});
        if let Some(path) = self.path {
            detail["path"] = Value::String(path);
        }
        Answer::json(
            self.status,
            &json!({
                "id": "5a9db0c5-0000-4000-a000-0000000e44e4",
                "name": self.name,
                "message": self.message,
                "details": [detail],
            }),
        )
    }
}

/// The body for a status that has nothing to do with the request.
pub(crate) fn failure(status: u16) -> Answer {
    match status {
        401 => Refused::wrong_token().answer(),
        403 => Refused::new(
            403,
            "NoAccessError",
            "You need the permission to perform this operation.",
        )
        .answer(),
        429 => Refused::new(
            429,
            "RateLimitError",
            "Too many requests, please try again later.",
        )
        .answer(),
        status => Refused::new(status, "InternalError", "Something went wrong.").answer(),
    }
}
