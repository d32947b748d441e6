//! Statuspage: incidents and components of one page. Must not know latency, faults or the other
//! services.

mod incident;

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::clock::rfc3339_ms;
use crate::history::{Scene, Who};
use crate::keys;
use crate::wire::{Answer, Call, Service};
use incident::Incident;

/// The page that exists.
pub(crate) const PAGE: &str = "nwstatus2026";
const STATES: [&str; 5] = [
    "operational",
    "under_maintenance",
    "degraded_performance",
    "partial_outage",
    "major_outage",
];

#[derive(Debug, Clone)]
struct Component {
    id: &'static str,
    name: &'static str,
    status: String,
    updated_ms: i64,
}

#[derive(Debug)]
pub(crate) struct Statuspage {
    components: Vec<Component>,
    incidents: Vec<Incident>,
    created_ms: i64,
    queries_ms: VecDeque<i64>,
    limit_status: u16,
}

impl Statuspage {
    pub(crate) fn new(epoch_ms: i64) -> Statuspage {
        let component = |id, name| Component {
            id,
            name,
            status: STATES[0].to_owned(),
            updated_ms: epoch_ms,
        };
        Statuspage {
            components: vec![
                component("c1wallet0app", "Wallet app"),
                component("c2transfers0", "Transfers"),
                component("c3signin0000", "Sign-in"),
            ],
            incidents: Vec::new(),
            created_ms: epoch_ms,
            queries_ms: VecDeque::new(),
            limit_status: 420,
        }
    }

    pub(crate) fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        while self
            .queries_ms
            .front()
            .is_some_and(|at_ms| scene.now_ms - at_ms >= 60_000)
        {
            self.queries_ms.pop_front();
        }
        if self.queries_ms.len() >= 60 {
            return failure(self.limit_status);
        }
        self.queries_ms.push_back(scene.now_ms);
        self.route(call, scene).unwrap_or_else(|refused| refused)
    }

    fn route(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        let key = call
            .header("authorization")
            .and_then(|header| header.strip_prefix("OAuth "));
        if key != Some(keys::statuspage(scene.seed).as_str()) {
            return Err(failure(401));
        }
        let parts = call.parts(1);
        let ["pages", PAGE, rest @ ..] = parts.as_slice() else {
            return Err(failure(404));
        };
        match (call.method.as_str(), rest) {
            ("GET", []) => Ok(Answer::json(
                200,
                &json!({
                    "id": PAGE, "name": "Northwind status", "subdomain": "northwind-sandbox", "url": null,
                    "time_zone": "UTC", "created_at": rfc3339_ms(self.created_ms), "updated_at": rfc3339_ms(self.created_ms),
                }),
            )),
            ("GET", ["components"]) => {
                let all: Vec<Value> = self
                    .components
                    .iter()
                    .map(|one| self.component(one))
                    .collect();
                Ok(Answer::json(200, &page_of(call, "per_page", all)?))
            }
            ("GET", ["components", id]) => {
                let found = self
                    .components
                    .iter()
                    .find(|one| one.id == *id)
                    .ok_or_else(|| failure(404))?;
                Ok(Answer::json(200, &self.component(found)))
            }
            ("PATCH" | "PUT", ["components", id]) => {
                let body = call.json().ok_or_else(|| failure(400))?;
                let status = body["component"]["status"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                self.set_component(id, &status, scene)?;
                let found = self
                    .components
                    .iter()
                    .find(|one| one.id == *id)
                    .ok_or_else(|| failure(404))?;
                Ok(Answer::json(200, &self.component(found)))
            }
            ("GET", ["incidents"]) => {
                let words = call.query("q").unwrap_or_default();
                let all = self.shown(|incident| incident.name.contains(words));
                Ok(Answer::json(200, &page_of(call, "limit", all)?))
            }
            ("GET", ["incidents", "unresolved"]) => {
                let all = self.shown(Incident::is_open);
                Ok(Answer::json(200, &page_of(call, "per_page", all)?))
            }
            ("POST", ["incidents"]) => self.create(call, scene),
            ("GET", ["incidents", id]) => {
                let found = self
                    .incidents
                    .iter()
                    .find(|one| one.id == *id)
                    .ok_or_else(|| failure(404))?;
                Ok(Answer::json(200, &self.incident(found)))
            }
            ("PATCH" | "PUT", ["incidents", id]) => self.update(call, id, scene),
            ("GET", ["incident_templates"]) => Ok(Answer::json(200, &json!([]))),
            _ => Err(failure(404)),
        }
    }

    fn create(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        let body = call.json().ok_or_else(|| failure(400))?;
        let number = self.incidents.len() + 1;
        let id = crate::dice::hex(scene.seed, &format!("incident {number}"), 12);
        let mut incident = Incident::new(id, scene.now_ms);
        let wanted = incident
            .take(&body["incident"], true, scene.now_ms, scene.seed)
            .map_err(|all| invalid(&all))?;
        self.set_components(&wanted, scene)?;
        scene.history.record(
            scene.now_ms,
            Who::Api,
            Service::Statuspage,
            format!("incidents/{}", incident.id),
            Value::Null,
            incident.truth(),
        );
        let answer = Answer::json(201, &self.incident(&incident));
        self.incidents.push(incident);
        Ok(answer)
    }

    fn update(&mut self, call: &Call, id: &str, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        let body = call.json().ok_or_else(|| failure(400))?;
        let index = self
            .incidents
            .iter()
            .position(|one| one.id == id)
            .ok_or_else(|| failure(404))?;
        let mut incident = self.incidents[index].clone();
        let before = incident.truth();
        let wanted = incident
            .take(&body["incident"], false, scene.now_ms, scene.seed)
            .map_err(|all| invalid(&all))?;
        self.set_components(&wanted, scene)?;
        scene.history.record(
            scene.now_ms,
            Who::Api,
            Service::Statuspage,
            format!("incidents/{id}"),
            before,
            incident.truth(),
        );
        let answer = Answer::json(200, &self.incident(&incident));
        self.incidents[index] = incident;
        Ok(answer)
    }

    fn set_components(
        &mut self,
        wanted: &[(String, String)],
        scene: &mut Scene<'_>,
    ) -> Result<(), Answer> {
        for (id, status) in wanted {
            if !self.components.iter().any(|one| one.id == id) {
                return Err(invalid(&[format!("Component {id} is not on this page")]));
            }
            if !STATES.contains(&status.as_str()) {
                return Err(invalid(&[format!(
                    "Component status {status} is not valid"
                )]));
            }
        }
        for (id, status) in wanted {
            self.set_component(id, status, scene)?;
        }
        Ok(())
    }

    fn set_component(
        &mut self,
        id: &str,
        status: &str,
        scene: &mut Scene<'_>,
    ) -> Result<(), Answer> {
        if !STATES.contains(&status) {
            return Err(invalid(&[format!(
                "Component status {status} is not valid"
            )]));
        }
        let found = self
            .components
            .iter_mut()
            .find(|one| one.id == id)
            .ok_or_else(|| failure(404))?;
        if found.status != status {
            let before = std::mem::replace(&mut found.status, status.to_owned());
            found.updated_ms = scene.now_ms;
            let target = format!("components/{id}");
            scene.history.record(
                scene.now_ms,
                Who::Api,
                Service::Statuspage,
                target,
                json!(before),
                json!(status),
            );
        }
        Ok(())
    }

    fn component(&self, component: &Component) -> Value {
        let position = self
            .components
            .iter()
            .position(|one| one.id == component.id)
            .unwrap_or(0)
            + 1;
        json!({
            "id": component.id,
            "page_id": PAGE,
            "group_id": null,
            "created_at": rfc3339_ms(self.created_ms),
            "updated_at": rfc3339_ms(component.updated_ms),
            "group": false,
            "name": component.name,
            "description": null,
            "position": position,
            "status": component.status,
            "showcase": true,
            "only_show_if_degraded": false,
            "automation_email": format!("{}@notifications.example", component.id),
        })
    }

    fn incident(&self, incident: &Incident) -> Value {
        let components: Vec<Value> = self
            .components
            .iter()
            .filter(|one| incident.component_ids.iter().any(|id| id == one.id))
            .map(|one| self.component(one))
            .collect();
        incident.wire(components)
    }

    /// Newest first.
    fn shown(&self, wanted: impl Fn(&Incident) -> bool) -> Vec<Value> {
        self.incidents
            .iter()
            .rev()
            .filter(|one| wanted(one))
            .map(|one| self.incident(one))
            .collect()
    }

    pub(crate) fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match (name, value.as_u64()) {
            ("limit_status", Some(420)) => self.limit_status = 420,
            ("limit_status", Some(429)) => self.limit_status = 429,
            ("limit_status", _) => return Err("\"limit_status\" is 420 or 429".to_owned()),
            _ => {
                return Err(format!(
                    "unknown knob \"{name}\" for statuspage; known: limit_status"
                ));
            }
        }
        Ok(())
    }

    /// The truth: what readers of the page see, and what was mailed to them.
    pub(crate) fn truth(&self) -> Value {
        let incidents: Vec<Value> = self.incidents.iter().map(Incident::truth).collect();
        let components: serde_json::Map<String, Value> = self
            .components
            .iter()
            .map(|one| (one.id.to_owned(), json!(one.status)))
            .collect();
        json!({"page_id": PAGE, "incidents": incidents, "components": components})
    }
}

fn page_of(call: &Call, size: &str, all: Vec<Value>) -> Result<Value, Answer> {
    let number = |name: &str, default: usize| {
        call.query(name)
            .map_or(Ok(default), |text| text.parse().map_err(|_| failure(400)))
    };
    let size = number(size, 100)?.clamp(1, 100);
    let page = number("page", 1)?.max(1);
    Ok(Value::Array(
        all.into_iter().skip((page - 1) * size).take(size).collect(),
    ))
}

fn invalid(messages: &[String]) -> Answer {
    Answer::json(422, &json!({ "error": messages }))
}

/// The body for a status that has nothing to do with the request.
pub(crate) fn failure(status: u16) -> Answer {
    let text = match status {
        400 => "Bad request",
        401 => "Could not authenticate",
        403 => "You are not authorized to access this resource.",
        404 => "Not found",
        420 | 429 => "Too many requests",
        _ => "Internal server error",
    };
    Answer::json(status, &json!({ "error": text }))
}
