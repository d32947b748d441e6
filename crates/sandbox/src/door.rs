//! Where requests come in: reading, waiting, faults, lost answers and the log. Must not know what a
//! service means.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;

use crate::fault::{Fault, HANG_MS, Strike};
use crate::line::Cutter;
use crate::log::Line;
use crate::wire::{Answer, Call, Service};
use crate::{Sandbox, control};

const BODY_BYTES_MAX: usize = 1 << 20;

pub(crate) fn router(sandbox: Sandbox) -> Router {
    Router::new().fallback(enter).with_state(sandbox)
}

async fn enter(State(sandbox): State<Sandbox>, request: Request) -> Response {
    let cutter = request
        .extensions()
        .get::<ConnectInfo<Cutter>>()
        .map(|info| info.0.clone());
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return response(Answer::json(
            413,
            &json!({"error": "The sandbox takes bodies of up to 1 MiB."}),
        ));
    };
    let query = head.uri.query().unwrap_or_default();
    let call = Call::new(head.method, head.uri.path(), query, head.headers, body);
    if call.path.starts_with("/_sandbox") {
        return response(control::enter(&sandbox, &call));
    }
    let Some(service) = Service::of_path(&call.path) else {
        return response(Answer::json(
            404,
            &json!({"error": "No service of the sandbox has this path."}),
        ));
    };
    let query = call.operation().unwrap_or_else(|| query.to_owned());
    // A task of its own: a service goes on with a request whose client has given up.
    let visit = tokio::spawn(visit(sandbox, service, call, query));
    match visit.await {
        Ok(Some(answer)) => response(answer),
        Ok(None) | Err(_) => closed(cutter),
    }
}

/// One request to a service from arrival to answer; None when the connection closes instead.
async fn visit(sandbox: Sandbox, service: Service, call: Call, query: String) -> Option<Answer> {
    let (seq, strike, offline, latency_ms) = arrive(&sandbox, service, &call, query);
    if offline {
        leave(&sandbox, seq, None);
        return None;
    }
    let extra_ms = match strike.as_ref().map(|strike| &strike.fault) {
        Some(Fault::Slow(ms)) => *ms,
        _ => 0,
    };
    let before_ms = (latency_ms + extra_ms) / 2;
    wait(before_ms).await;
    let answer = take_effect(&sandbox, service, &call, seq, strike).await;
    wait(latency_ms + extra_ms - before_ms).await;
    leave(&sandbox, seq, answer.as_ref());
    answer
}

fn arrive(
    sandbox: &Sandbox,
    service: Service,
    call: &Call,
    query: String,
) -> (u64, Option<Strike>, bool, u64) {
    let mut world = sandbox.lock();
    let offline = world.offline.contains(&service);
    let full = if query.is_empty() {
        format!("{} {}", call.method, call.path)
    } else {
        format!("{} {}?{query}", call.method, call.path)
    };
    let seed = world.seed;
    let strike = if offline {
        None
    } else {
        world.faults.strike(seed, service, &full)
    };
    let line = Line {
        seq: world.log.next_seq(),
        at: world.clock.now_ms(),
        service: service.name(),
        method: call.method.to_string(),
        path: call.path.clone(),
        query,
        flags: call.flags_named(),
        status: None,
        duration_ms: None,
        started_ms: world.clock.elapsed_ms(),
        ended_ms: None,
        fault: if offline {
            Some("offline".to_owned())
        } else {
            strike.as_ref().map(|strike| strike.fault.name())
        },
        changed: false,
    };
    let seq = line.seq;
    world.log.open(line);
    (seq, strike, offline, world.latency_ms(service))
}

async fn take_effect(
    sandbox: &Sandbox,
    service: Service,
    call: &Call,
    seq: u64,
    strike: Option<Strike>,
) -> Option<Answer> {
    let answer = || {
        let mut world = sandbox.lock();
        let (answer, changed) = world.answer(service, call, seq);
        if let Some(line) = world.log.line(seq) {
            line.changed = changed;
        }
        answer
    };
    let Some(strike) = strike else {
        return Some(answer());
    };
    match strike.fault {
        Fault::Slow(_) => Some(answer()),
        Fault::Status(status) => {
            let failure = sandbox.lock().failure(service, status);
            Some(match strike.retry_after_s {
                Some(seconds) => failure.header("retry-after", seconds.to_string()),
                None => failure,
            })
        }
        Fault::EditDeleted => {
            sandbox.lock().google_play.kill_open_edit();
            Some(answer())
        }
        Fault::Garbage => Some(Answer {
            status: 200,
            headers: vec![("content-type", "text/html".to_owned())],
            body: "<!doctype html><title>Welcome to the train's wireless network</title>"
                .to_owned(),
        }),
        Fault::Close => None,
        Fault::LostReplyClose => {
            answer();
            None
        }
        Fault::Hang => {
            hang(sandbox).await;
            None
        }
        Fault::LostReply => {
            answer();
            hang(sandbox).await;
            None
        }
    }
}

fn leave(sandbox: &Sandbox, seq: u64, answer: Option<&Answer>) {
    let mut world = sandbox.lock();
    let ended_ms = world.clock.elapsed_ms();
    if let Some(line) = world.log.line(seq) {
        line.status = answer.map(|answer| answer.status);
        line.ended_ms = Some(ended_ms);
        line.duration_ms = Some(ended_ms - line.started_ms);
    }
}

/// Nothing comes, until the client must have given up or the server ends.
async fn hang(sandbox: &Sandbox) {
    tokio::select! {
        () = wait(HANG_MS) => {}
        () = sandbox.closing.notified() => {}
    }
}

async fn wait(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

fn response(answer: Answer) -> Response {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response
        .body(Body::from(answer.body))
        .unwrap_or_else(|error| {
            // Only a header value from a request, echoed, could be malformed.
            let mut response = Response::new(Body::from(error.to_string()));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        })
}

/// An answer that never reaches the client whole: the line is cut, and in process, where there is
/// no line, reading the body fails.
fn closed(cutter: Option<Cutter>) -> Response {
    if let Some(cutter) = cutter {
        cutter.cut();
    }
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Response::new(Body::from_stream(stream::iter([Err::<Bytes, _>(broken)])))
}
