//! A service account's key file and the tokens that it gives, for every interface of Google. Must
//! not know what a token opens.
//! Source: "Using OAuth 2.0 for server to server applications".

use std::fmt;

use cockpit_domain::Service;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_say::say;
use http::{HeaderValue, Method};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::form::{Settings, allowed_url};
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature, Rule, Token, TokenCache};

const TOKENS: Limit = Limit {
    burst: 20,
    per_minute: 20,
    reserve: 10,
};

/// The parts of a service account's key file that are used.
pub(crate) struct Account {
    pub email: String,
    /// The Google Cloud project that the account belongs to.
    pub project: Option<String>,
    key_id: Option<String>,
    token_url: String,
    key: EncodingKey,
}

#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key: String,
    #[serde(default)]
    private_key_id: Option<String>,
    #[serde(default)]
    project_id: Option<String>,
    #[serde(default)]
    token_uri: Option<String>,
}

impl Account {
    /// Reads the field `service_account`.
    ///
    /// # Errors
    /// Names what the file lacks; never quotes it.
    pub(crate) fn read(settings: &Settings<'_>) -> Result<Account, ProviderError> {
        let file = settings.secret("service_account")?;
        // The parser's own message may quote the file, so it is left out.
        let file: KeyFile = serde_json::from_str(file.expose_secret()).map_err(|_| {
            settings.unusable(
                "service_account",
                say!("is not the JSON file of a service account key (it has client_email and private_key)"),
            )
        })?;
        let key = EncodingKey::from_rsa_pem(file.private_key.as_bytes()).map_err(|_| {
            settings.unusable("service_account", say!("holds no usable RSA private key"))
        })?;
        let token_url = file
            .token_uri
            .as_deref()
            .unwrap_or("https://oauth2.googleapis.com/token");
        let token_url = allowed_url(token_url).map_err(|_| {
            settings.unusable(
                "service_account",
                say!("names a token_uri that is not https"),
            )
        })?;
        Ok(Account {
            email: file.client_email,
            project: file.project_id,
            key_id: file.private_key_id,
            token_url,
            key,
        })
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    /// Seconds.
    expires_in: u64,
}

/// An account signed in for one scope.
pub(crate) struct SignIn {
    account: Account,
    scope: &'static str,
    client: Client,
    token: TokenCache,
}

impl SignIn {
    pub(crate) fn new(
        http: &Http,
        service: Service,
        account: Account,
        scope: &'static str,
        rules: &'static [Rule],
    ) -> SignIn {
        let token_url = account.token_url.clone();
        SignIn {
            account,
            scope,
            client: Client::new(http, service, token_url, TOKENS, rules, message),
            token: TokenCache::default(),
        }
    }

    pub(crate) fn email(&self) -> &str {
        &self.account.email
    }

    /// The header of a token that lasts; signs in when there is none.
    pub(crate) async fn header(&self, urgent: bool) -> Result<HeaderValue, ProviderError> {
        self.token.get(self.client.now(), self.fetch(urgent)).await
    }

    /// The service did not take the token: the next call gets another.
    pub(crate) async fn forget(&self) {
        self.token.forget().await;
    }

    async fn fetch(&self, urgent: bool) -> Result<Token, ProviderError> {
        let now = self.client.now();
        let iat = now.as_ms() / 1000;
        let claims = Claims {
            iss: &self.account.email,
            scope: self.scope,
            aud: &self.account.token_url,
            iat,
            exp: iat + 3_600,
        };
        let mut header = Header::new(Algorithm::RS256);
        header.kid.clone_from(&self.account.key_id);
        let assertion = encode(&header, &claims, &self.account.key).map_err(|_| {
            ProviderError::new(
                ErrorKind::Unauthorized,
                say!("The service account's key could not sign the request to Google."),
            )
            .hint(say!("Connect again with the whole JSON key file."))
        })?;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
            .append_pair("assertion", &assertion)
            .finish();
        let call = Call {
            method: Method::POST,
            body: Body::Form(form),
            urgent,
            ..Call::get("")
        };
        let (answer, _) = self.client.json::<TokenAnswer>(&call).await?;
        let until = now + answer.expires_in.saturating_mul(1000);
        Token::bearer(&answer.access_token, now, until)
            .ok_or_else(|| self.client.not_understood(Nature::Read))
    }
}

/// Requests of one interface of Google, each with a token of the account.
pub(crate) struct Signed {
    pub client: Client,
    sign_in: SignIn,
}

impl Signed {
    pub(crate) fn new(
        http: &Http,
        service: Service,
        client: Client,
        account: Account,
        scope: &'static str,
        rules: &'static [Rule],
    ) -> Signed {
        Signed {
            client,
            sign_in: SignIn::new(http, service, account, scope, rules),
        }
    }

    pub(crate) fn email(&self) -> &str {
        self.sign_in.email()
    }

    pub(crate) async fn signed_in(&self, urgent: bool) -> Result<(), ProviderError> {
        self.sign_in.header(urgent).await.map(|_| ())
    }

    /// Sends a call with a token. One that is not accepted is made anew once, but for a write,
    /// which is not sent twice.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Answer, ProviderError> {
        let call = self.with_token(call).await?;
        let outcome = self.client.send(&call).await;
        match &outcome {
            Err(error) if error.kind == ErrorKind::Unauthorized => self.sign_in.forget().await,
            Ok(_) | Err(_) => return outcome,
        }
        if call.nature == Nature::Commit {
            return outcome;
        }
        let call = self.with_token(call).await?;
        self.client.send(&call).await
    }

    /// Sends a reading and reads the JSON of its answer.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
    ) -> Result<(T, Answer), ProviderError> {
        let answer = self.send(call).await?;
        serde_json::from_slice(&answer.body)
            .map(|value| (value, answer))
            .map_err(|_| self.client.not_understood(Nature::Read))
    }

    async fn with_token<'a>(&self, mut call: Call<'a>) -> Result<Call<'a>, ProviderError> {
        call.authorization = Some(self.sign_in.header(call.urgent).await?);
        Ok(call)
    }
}

/// The message, status word and reasons of Google's error envelope, or of the token endpoint's.
pub(crate) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let error = &body["error"];
    let mut parts: Vec<&str> = Vec::new();
    parts.extend(error["message"].as_str());
    parts.extend(error["status"].as_str());
    for list in ["errors", "details"] {
        for it in error[list].as_array().into_iter().flatten() {
            parts.extend(it["reason"].as_str());
            parts.extend(it["errorCode"].as_str());
        }
    }
    parts.extend(error.as_str());
    parts.extend(body["error_description"].as_str());
    parts.join(" · ")
}
