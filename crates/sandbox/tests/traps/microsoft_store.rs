//! The Microsoft Store's traps: numbers as text at the sign-in, a rollout that is none, a halt that
//! is for good, and 100 % that is not everybody.

use serde_json::{Value, json};

use crate::client::{Answer, Client};

fn own(client: &Client, key: &str) -> String {
    let of = &client.connections["channels"]["microsoft_store"];
    of[key].as_str().unwrap().to_owned()
}

async fn sign_in(client: &Client, secret: &str, resource: &str) -> Answer {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &own(client, "client_id"))
        .append_pair("client_secret", secret)
        .append_pair("resource", resource)
        .finish();
    let path = format!("/{}/oauth2/token", own(client, "tenant_id"));
    client.try_send("POST", &path, "", &form).await.unwrap()
}

async fn token(client: &Client) -> String {
    let secret = own(client, "client_secret");
    let answer = sign_in(client, &secret, "https://manage.devcenter.microsoft.com").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    format!("Bearer {}", answer.body["access_token"].as_str().unwrap())
}

struct Store {
    client: Client,
    token: String,
}

impl Store {
    async fn new() -> Store {
        let client = Client::new("calm");
        let token = token(&client).await;
        Store { client, token }
    }

    async fn ask(&self, method: &str, path: &str) -> Answer {
        let path = format!(
            "/v1.0/my/applications/{}{path}",
            own(&self.client, "app_id")
        );
        self.client
            .send(method, &path, &self.token, &Value::Null)
            .await
    }

    /// The last published submission's number.
    async fn newest(&self) -> String {
        let app = self.ask("GET", "").await.body;
        let id = &app["lastPublishedApplicationSubmission"]["id"];
        id.as_str().unwrap().to_owned()
    }

    async fn post(&self, verb: &str) -> Answer {
        let path = format!("/submissions/{}/{verb}", self.newest().await);
        self.ask("POST", &path).await
    }

    async fn rollout(&self) -> Value {
        let path = format!("/submissions/{}/packagerollout", self.newest().await);
        self.ask("GET", &path).await.body
    }

    fn console(&self, mut body: Value) {
        body["service"] = json!("microsoft_store");
        self.client.control("console", body);
    }
}

fn conflict(answer: &Answer) {
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (409, &json!("InvalidState")),
        "{}",
        answer.text
    );
    assert_eq!(answer.body["source"], "Ingestion Api");
}

#[tokio::test(start_paused = true)]
async fn the_sign_in_writes_numbers_as_text_and_a_token_is_for_one_resource() {
    let client = Client::new("calm");
    let secret = own(&client, "client_secret");
    let answer = sign_in(&client, &secret, "https://manage.devcenter.microsoft.com").await;
    assert_eq!(answer.body["expires_in"], "3599");
    let wrong = sign_in(&client, "guess", "https://manage.devcenter.microsoft.com").await;
    assert_eq!(
        (wrong.status, &wrong.body["error"]),
        (401, &json!("invalid_client"))
    );
    assert!(wrong.text.contains("AADSTS7000215"));
    // Another resource's token is given all the same, and opens nothing here.
    let other = sign_in(&client, &secret, "https://graph.microsoft.com").await;
    let token = format!("Bearer {}", other.body["access_token"].as_str().unwrap());
    let path = format!("/v1.0/my/applications/{}", own(&client, "app_id"));
    let answer = client.send("GET", &path, &token, &Value::Null).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_after_an_hour() {
    let store = Store::new().await;
    assert_eq!(store.ask("GET", "").await.status, 200);
    store.client.advance_s(3_600);
    assert_eq!(store.ask("GET", "").await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn a_halt_shows_no_share_and_neither_goes_on_nor_ends_after_it() {
    let store = Store::new().await;
    let running = store.rollout().await;
    assert_eq!(running["packageRolloutStatus"], "PackageRolloutInProgress");
    assert_eq!(running["packageRolloutPercentage"], 25.0);
    let halted = store.post("haltpackagerollout").await;
    assert_eq!(halted.status, 200);
    assert_eq!(halted.body["packageRolloutStatus"], "PackageRolloutStopped");
    assert_eq!(halted.body["packageRolloutPercentage"], 0.0);
    assert_eq!(halted.body, store.rollout().await);
    for verb in [
        "haltpackagerollout",
        "finalizepackagerollout",
        "updatepackagerolloutpercentage?percentage=50",
    ] {
        conflict(&store.post(verb).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_submission_needs_the_rollout_s_end_and_copies_what_was_halted() {
    let store = Store::new().await;
    conflict(&store.ask("POST", "/submissions").await);
    store.post("haltpackagerollout").await;
    let made = store.ask("POST", "/submissions").await;
    assert_eq!(made.status, 201, "{}", made.text);
    let packages = made.body["applicationPackages"].as_array().unwrap();
    assert!(packages.iter().any(|it| it["version"] == "8.4.0.0"));
    // It is pending: what people get is still of the published one.
    let app = store.ask("GET", "").await.body;
    assert_eq!(app["pendingApplicationSubmission"]["id"], made.body["id"]);
    let path = format!(
        "/submissions/{}/haltpackagerollout",
        made.body["id"].as_str().unwrap()
    );
    conflict(&store.ask("POST", &path).await);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_per_cent_is_still_a_rollout() {
    let store = Store::new().await;
    let all = store
        .post("updatepackagerolloutpercentage?percentage=100")
        .await;
    assert_eq!(all.body["packageRolloutStatus"], "PackageRolloutInProgress");
    let done = store.post("finalizepackagerollout").await;
    assert_eq!(done.body["packageRolloutStatus"], "PackageRolloutComplete");
    conflict(&store.post("haltpackagerollout").await);
}

#[tokio::test(start_paused = true)]
async fn the_share_stands_in_the_query_and_only_rises() {
    let store = Store::new().await;
    for wrong in ["", "?percentage=0", "?percentage=101", "?percentage=many"] {
        let answer = store
            .post(&format!("updatepackagerolloutpercentage{wrong}"))
            .await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (400, &json!("InvalidParameterValue"))
        );
    }
    conflict(
        &store
            .post("updatepackagerolloutpercentage?percentage=5")
            .await,
    );
    assert_eq!(store.rollout().await["packageRolloutPercentage"], 25.0);
}

#[tokio::test(start_paused = true)]
async fn a_submission_without_a_rollout_shows_0_per_cent_and_reaches_everybody() {
    let store = Store::new().await;
    store.console(json!({"action": "publish", "version": "8.4.1.0"}));
    let rollout = store.rollout().await;
    assert_eq!(rollout["isPackageRollout"], false);
    assert_eq!(rollout["packageRolloutPercentage"], 0.0);
    assert_eq!(rollout["packageRolloutStatus"], "PackageRolloutNotStarted");
    assert_eq!(rollout["fallbackSubmissionId"], "0");
    conflict(&store.post("haltpackagerollout").await);
}

#[tokio::test(start_paused = true)]
async fn after_a_halt_the_next_rollout_falls_back_to_the_last_full_release() {
    let store = Store::new().await;
    let fallback = store.rollout().await["fallbackSubmissionId"].clone();
    store.post("haltpackagerollout").await;
    store.console(json!({"action": "publish", "version": "8.4.1.0", "percentage": 10}));
    assert_eq!(store.rollout().await["fallbackSubmissionId"], fallback);
}

#[tokio::test(start_paused = true)]
async fn a_submission_holds_the_packages_of_before_and_an_address_that_is_a_secret() {
    let store = Store::new().await;
    let path = format!("/submissions/{}", store.newest().await);
    let submission = store.ask("GET", &path).await.body;
    let versions: Vec<&str> = submission["applicationPackages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["version"].as_str().unwrap())
        .collect();
    assert_eq!(versions, ["8.3.2.0", "8.4.0.0"]);
    assert!(
        submission["fileUploadUrl"]
            .as_str()
            .unwrap()
            .contains("sig=")
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_interface_does_not_serve_it_says_with_409() {
    let store = Store::new().await;
    store
        .client
        .knob("microsoft_store", "unsupported", json!(true));
    let answer = store.post("haltpackagerollout").await;
    conflict(&answer);
    assert!(answer.text.contains("not supported by the submission API"));
    store
        .client
        .knob("microsoft_store", "permitted", json!(false));
    assert_eq!(store.ask("GET", "").await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn stores_stand_among_the_connections_where_the_scenario_says_so() {
    assert!(Client::new("calm").connections["microsoft_store"].is_null());
    let all = Client::new("all-stores");
    for store in ["microsoft_store", "eas_update"] {
        assert!(all.connections[store].is_object(), "{store}");
    }
    assert!(all.connections["slack"].is_null());
}
