//! Google's token endpoint: what it takes, and the exact words in which it refuses.

use serde_json::{Value, json};

use crate::client::Client;

const BAD_TIME: &str = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.";

/// Exchanges an assertion with one claim changed.
async fn check(claim: &str, value: Value, error: &str, description: &str) {
    let client = Client::new("calm");
    let mut claims = client.play_claims();
    claims[claim] = value;
    let answer = client.exchange(&client.play_assertion(&claims)).await;
    assert_eq!(answer.status, 400, "{claim}: {}", answer.text);
    assert_eq!(
        answer.body,
        json!({"error": error, "error_description": description}),
        "{claim}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_wrong_claim_is_an_invalid_grant() {
    let now_s = Client::new("calm").now_s();
    check(
        "iss",
        json!("someone@else.example"),
        "invalid_grant",
        "Invalid grant: account not found",
    )
    .await;
    check("exp", json!(now_s + 3601), "invalid_grant", BAD_TIME).await;
    check("iat", json!(now_s + 660), "invalid_grant", BAD_TIME).await;
    check("exp", Value::Null, "invalid_grant", BAD_TIME).await;
    check(
        "scope",
        json!(""),
        "invalid_scope",
        "Empty or missing scope not allowed.",
    )
    .await;
    let audience = "Invalid JWT: Failed audience check. The right audience is https://oauth2.googleapis.com/token";
    check(
        "aud",
        json!("https://example.com/token"),
        "invalid_grant",
        audience,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_changed_assertion_has_an_invalid_signature() {
    let client = Client::new("calm");
    let assertion = client.play_assertion(&client.play_claims());
    let (head, signature) = assertion.rsplit_once('.').unwrap();
    let mut turned: Vec<char> = signature.chars().collect();
    turned.swap(10, 11);
    turned[12] = if turned[12] == 'A' { 'B' } else { 'A' };
    let forged = format!("{head}.{}", turned.into_iter().collect::<String>());
    let answer = client.exchange(&forged).await;
    assert_eq!(
        (answer.status, answer.body),
        (
            400,
            json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
        ),
    );
}

#[tokio::test(start_paused = true)]
async fn the_own_token_url_is_an_audience_too() {
    let client = Client::new("calm");
    let mut claims = client.play_claims();
    claims["aud"] = client.connections["google_play"]["service_account"]["token_uri"].clone();
    assert_eq!(
        client
            .exchange(&client.play_assertion(&claims))
            .await
            .status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn ten_minutes_of_clock_skew_pass_and_eleven_do_not() {
    for (skew_ms, status) in [(-600_000, 200), (-660_000, 400), (600_000, 200)] {
        let client = Client::new("calm");
        client.knob("google_play", "clock_skew_ms", json!(skew_ms));
        let answer = client
            .exchange(&client.play_assertion(&client.play_claims()))
            .await;
        assert_eq!(answer.status, status, "{skew_ms}: {}", answer.text);
    }
}

#[tokio::test(start_paused = true)]
async fn an_access_token_ends_after_an_hour() {
    let client = Client::new("calm");
    let token = client.play_token().await;
    let path = "/androidpublisher/v3/applications/com.northwind.wallet/tracks/production/releases";
    assert_eq!(
        client.send("GET", path, &token, &Value::Null).await.status,
        200
    );
    client.advance_s(3600);
    let answer = client.send("GET", path, &token, &Value::Null).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.body["error"]["status"], "UNAUTHENTICATED");
    assert_eq!(client.send("GET", path, "", &Value::Null).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn the_reporting_scope_does_not_open_publishing() {
    let client = Client::new("calm");
    let mut claims = client.play_claims();
    claims["scope"] = json!("https://www.googleapis.com/auth/playdeveloperreporting");
    let token = client.exchange(&client.play_assertion(&claims)).await.body["access_token"].clone();
    let path = "/androidpublisher/v3/applications/com.northwind.wallet/tracks/production/releases";
    let answer = client
        .send(
            "GET",
            path,
            &format!("Bearer {}", token.as_str().unwrap()),
            &Value::Null,
        )
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.body["error"]["details"][0]["reason"],
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    );
}
