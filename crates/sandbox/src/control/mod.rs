//! The control API under `/_sandbox`: truth, log, faults, the hand in a console. Must not be needed
//! by a client that only wants the services.

use serde_json::{Value, json};

use crate::channels::{ALL_CHANNELS, CHANNELS};
use crate::fault::Rule;
use crate::wire::{Answer, Call, Service};
use crate::world::World;
use crate::{SCENARIOS, Sandbox, app_store, clock, google_play, keys, quota, unleash};

/// A control request that came by HTTP.
pub(crate) fn enter(sandbox: &Sandbox, call: &Call) -> Answer {
    // A page in a browser could be led here under another name; only loopback names are served.
    let host = call
        .header("host")
        .map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    if !matches!(host, None | Some("127.0.0.1" | "localhost")) || call.header("origin").is_some() {
        return Answer::json(
            403,
            &json!({"error": "The control API serves only programs on this machine."}),
        );
    }
    let body = if call.body.is_empty() {
        json!({})
    } else if let Some(body) = call.json() {
        body
    } else {
        return Answer::json(400, &json!({"error": "The body is not valid JSON."}));
    };
    let (status, value) = answer(
        &mut sandbox.lock(),
        call.method.as_str(),
        &call.path,
        &call.query,
        &body,
    );
    Answer::json(status, &value)
}

pub(crate) fn answer(
    world: &mut World,
    method: &str,
    path: &str,
    query: &[(String, String)],
    body: &Value,
) -> (u16, Value) {
    let name = path.trim_start_matches("/_sandbox").trim_matches('/');
    let done = match (method, name) {
        ("GET", "connections") => return (200, connections(world)),
        ("GET", "truth") => return (200, truth(world)),
        ("GET", "mails") => return (200, world.smtp.truth()),
        ("GET", "log") => return (200, log(world, query)),
        ("GET", "quotas") => return (200, quota::used(world.log.lines())),
        ("DELETE", "log") => {
            world.log.clear();
            Ok(())
        }
        ("GET", "" | "state") => return (200, state(world)),
        ("GET", "fault") => return (200, json!({"faults": world.faults.in_force()})),
        ("POST", "fault") => Rule::parse(body).map(|rule| world.faults.add(rule)),
        ("DELETE", "fault") => {
            world.faults.clear();
            Ok(())
        }
        ("POST", "scenario") => body["name"]
            .as_str()
            .ok_or_else(|| "\"name\" is missing".to_owned())
            .and_then(|name| world.play_scenario(name).map_err(|error| error.to_string())),
        ("POST", "console") => console(world, body),
        ("POST", "offline") => offline(world, body),
        ("POST", "advance") => body["ms"].as_i64().filter(|ms| *ms >= 0).map_or(
            Err("\"ms\" is missing or below 0".to_owned()),
            |ms| {
                world.clock.advance(ms);
                world.tick();
                Ok(())
            },
        ),
        ("POST", "knobs") => knobs(world, body),
        _ => {
            return (
                404,
                json!({"error": format!("The control API has no {method} {path}.")}),
            );
        }
    };
    match done {
        Ok(()) => (200, state(world)),
        Err(error) => (400, json!({ "error": error })),
    }
}

/// All that a client needs to connect to each service.
pub(crate) fn connections(world: &World) -> Value {
    let (url, seed) = (&world.url, world.seed);
    let mut all = json!({
        "google_play": {
            "base_url": url,
            "package": google_play::PACKAGE,
            "service_account": {
                "type": "service_account",
                "project_id": "northwind-sandbox",
                "private_key_id": keys::PLAY_KEY_ID,
                "private_key": keys::PLAY_PRIVATE,
                "client_email": keys::PLAY_EMAIL,
                "client_id": "100000000000000000001",
                "auth_uri": format!("{url}/o/oauth2/auth"),
                "token_uri": format!("{url}/token"),
                "universe_domain": "googleapis.com",
            },
        },
        "app_store": {
            "base_url": url,
            "issuer_id": keys::APPLE_ISSUER,
            "key_id": keys::APPLE_KEY_ID,
            "private_key_p8": keys::APPLE_PRIVATE,
            "bundle_id": app_store::BUNDLE_ID,
        },
        "unleash": {
            "base_url": url,
            "admin_token": keys::unleash_admin(seed),
            "client_token": keys::unleash_client(seed),
            "project": unleash::PROJECT,
            "environment": unleash::ENVIRONMENT,
        },
        "sentry": {
            "base_url": url,
            "token": keys::sentry(seed),
            "organization": crate::sentry::ORGANIZATION,
            "projects": {"android": crate::sentry::ANDROID.to_string(), "ios": crate::sentry::IOS.to_string()},
        },
        "statuspage": {
            "base_url": url,
            "api_key": keys::statuspage(seed),
            "page_id": crate::statuspage::PAGE,
        },
    });
    // A mail server has ports of its own, so it is there only while the sandbox is served.
    if let Some(smtp) = world.smtp.connection(seed) {
        all["smtp"] = smtp;
    }
    for (channel, entry) in world.channels.iter().zip(&CHANNELS) {
        let connection = channel.connection(url, seed);
        if entry.stands_in.contains(&world.scenario.as_str()) {
            all[entry.name] = connection.clone();
            // Where it stands for its notices alone.
            if let (ALL_CHANNELS, Some(fields)) =
                (world.scenario.as_str(), all[entry.name].as_object_mut())
            {
                fields.remove("flags");
            }
        }
        all["channels"][entry.name] = connection;
    }
    all
}

/// What is really so at each service, and how it came to be.
pub(crate) fn truth(world: &mut World) -> Value {
    world.tick();
    let now_ms = world.clock.now_ms();
    let mut truth = json!({
        "at": clock::rfc3339_ms(now_ms),
        "at_ms": now_ms,
        "google_play": world.google_play.truth(now_ms),
        "app_store": world.app_store.truth(now_ms),
        "unleash": world.unleash.truth(),
        "statuspage": world.statuspage.truth(),
        "smtp": world.smtp.truth(),
        "history": world.history.changes(),
    });
    for (channel, entry) in world.channels.iter().zip(&CHANNELS) {
        truth[entry.name] = channel.truth();
    }
    truth
}

fn log(world: &World, query: &[(String, String)]) -> Value {
    let asked = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let after = asked("after")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0_u64);
    let service = asked("service");
    let lines: Vec<_> = world
        .log
        .lines()
        .iter()
        .filter(|line| line.seq > after && service.is_none_or(|service| service == line.service))
        .collect();
    json!({"now_ms": world.clock.elapsed_ms(), "requests": lines})
}

fn state(world: &World) -> Value {
    let now_ms = world.clock.now_ms();
    let latency: serde_json::Map<String, Value> = Service::all()
        .map(|service| (service.name().to_owned(), json!(world.latency_ms(service))))
        .collect();
    let offline: Vec<&str> = world.offline.iter().map(|service| service.name()).collect();
    let scenarios: Vec<Value> = SCENARIOS
        .iter()
        .map(|scenario| json!({"name": scenario.name, "about": scenario.about}))
        .collect();
    json!({
        "scenario": world.scenario,
        "seed": world.seed,
        "at": clock::rfc3339_ms(now_ms),
        "at_ms": now_ms,
        "url": world.url,
        "latency_ms": latency,
        "offline": offline,
        "faults": world.faults.in_force(),
        "requests": world.log.next_seq() - 1,
        "changes": world.history.changes().len(),
        "scenarios": scenarios,
    })
}

fn console(world: &mut World, body: &Value) -> Result<(), String> {
    world.tick();
    let service = service(body)?;
    match &body["in_ms"] {
        Value::Null => world.console(world.clock.now_ms(), service, body),
        later => {
            let in_ms = later
                .as_i64()
                .filter(|ms| *ms >= 0)
                .ok_or("\"in_ms\" needs milliseconds")?;
            world.plan(in_ms, service, body.clone());
            Ok(())
        }
    }
}

fn offline(world: &mut World, body: &Value) -> Result<(), String> {
    let on = body["on"]
        .as_bool()
        .ok_or("\"on\" is missing: true or false")?;
    let services: Vec<Service> = match &body["services"] {
        Value::Null => Service::all().collect(),
        Value::String(all) if all == "all" => Service::all().collect(),
        Value::Array(names) => names
            .iter()
            .map(|name| {
                name.as_str()
                    .and_then(Service::by_name)
                    .ok_or_else(|| format!("unknown service {name}"))
            })
            .collect::<Result<_, _>>()?,
        other => return Err(format!("\"services\" is a list or \"all\", not {other}")),
    };
    for service in services {
        if on {
            world.offline.insert(service);
        } else {
            world.offline.remove(&service);
        }
    }
    Ok(())
}

/// `{"service", "<knob>": value, …}`. Every service has `latency_ms` and `clock_skew_ms`.
fn knobs(world: &mut World, body: &Value) -> Result<(), String> {
    let service = service(body)?;
    for (name, value) in body.as_object().into_iter().flatten() {
        match name.as_str() {
            "service" => {}
            "latency_ms" => {
                let ms = value.as_u64().ok_or("\"latency_ms\" needs milliseconds")?;
                world.service_latency_ms.insert(service, ms);
            }
            "clock_skew_ms" => {
                let ms = value
                    .as_i64()
                    .ok_or("\"clock_skew_ms\" needs milliseconds")?;
                world.skew_ms.insert(service, ms);
            }
            _ => match service {
                Service::GooglePlay => world.google_play.knob(name, value)?,
                Service::AppStore => world.app_store.knob(name, value)?,
                Service::Unleash => world.unleash.knob(name, value)?,
                Service::Statuspage => world.statuspage.knob(name, value)?,
                Service::Smtp => world.smtp.knob(name, value)?,
                Service::Channel(place) => world.channels[place].knob(name, value)?,
                Service::Sentry => return Err(format!("unknown knob \"{name}\" for sentry")),
            },
        }
    }
    Ok(())
}

fn service(body: &Value) -> Result<Service, String> {
    let name = body["service"].as_str().ok_or("\"service\" is missing")?;
    Service::by_name(name).ok_or_else(|| {
        let known: Vec<&str> = Service::all().map(Service::name).collect();
        format!("unknown service \"{name}\"; known: {}", known.join(", "))
    })
}
