//! The one state behind all stand-ins, and which of them a request goes to. Must not know HTTP
//! connections: waiting, closing and losing answers happen at the door.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::app_store::AppStore;
use crate::channels::{CHANNELS, StandIn};
use crate::clock::Clock;
use crate::fault::Faults;
use crate::google_play::GooglePlay;
use crate::health::Health;
use crate::history::{History, Scene};
use crate::log::Log;
use crate::sentry::Sentry;
use crate::smtp::Smtp;
use crate::statuspage::Statuspage;
use crate::unleash::Unleash;
use crate::wire::{Answer, Call, Service};
use crate::{Options, UnknownScenario, scenario};

#[derive(Debug)]
pub(crate) struct World {
    pub clock: Clock,
    pub seed: u64,
    pub scenario: String,
    pub url: String,
    pub latency_ms: u64,
    pub service_latency_ms: BTreeMap<Service, u64>,
    pub skew_ms: BTreeMap<Service, i64>,
    pub offline: BTreeSet<Service>,
    pub faults: Faults,
    pub history: History,
    /// What the health stand-ins tell of.
    pub health: Health,
    pub log: Log,
    pub google_play: GooglePlay,
    pub app_store: AppStore,
    pub unleash: Unleash,
    pub sentry: Sentry,
    pub statuspage: Statuspage,
    pub smtp: Smtp,
    /// By their places in [`CHANNELS`].
    pub channels: Vec<Box<dyn StandIn>>,
    /// What people will do in consoles, and when.
    agenda: Vec<(i64, Service, Value)>,
    options: Options,
}

impl World {
    pub(crate) fn new(options: Options) -> Result<World, UnknownScenario> {
        let clock = Clock::start(options.epoch_ms);
        let (seed, epoch_ms) = (options.seed, clock.epoch_ms());
        let mut world = World {
            seed,
            scenario: String::new(),
            // Without a port there is no URL; clients in process need only its shape.
            url: "http://127.0.0.1".to_owned(),
            latency_ms: options.latency_ms,
            service_latency_ms: BTreeMap::new(),
            skew_ms: BTreeMap::new(),
            offline: BTreeSet::new(),
            faults: Faults::default(),
            history: History::default(),
            health: Health::new(epoch_ms, seed),
            log: Log::default(),
            google_play: GooglePlay::new(epoch_ms),
            app_store: AppStore::new(epoch_ms),
            unleash: Unleash::new(seed, epoch_ms),
            sentry: Sentry::default(),
            statuspage: Statuspage::new(epoch_ms),
            smtp: Smtp::default(),
            channels: CHANNELS.iter().map(|channel| (channel.new)()).collect(),
            clock,
            agenda: Vec::new(),
            options: options.clone(),
        };
        world.play_scenario(&options.scenario)?;
        Ok(world)
    }

    /// Prepares a scenario on the present state: earlier faults end, targets stay where they are.
    pub(crate) fn play_scenario(&mut self, name: &str) -> Result<(), UnknownScenario> {
        let plan = scenario::plan(name).ok_or_else(|| UnknownScenario(name.to_owned()))?;
        self.scenario = name.to_owned();
        self.latency_ms = self.options.latency_ms.max(plan.latency_ms_min);
        self.faults.clear();
        self.faults.set_flaky(plan.flaky);
        for rule in plan.rules {
            self.faults.add(rule);
        }
        self.offline = if plan.offline {
            Service::all().collect()
        } else {
            BTreeSet::new()
        };
        self.google_play.console_moves_next(plan.console_moves);
        let started_ms = if self.log.next_seq() == 1 {
            self.clock.epoch_ms()
        } else {
            self.clock.now_ms()
        };
        self.health.trouble(plan.trouble.map(|(trouble, own)| {
            let after_s = self.options.spike_after_s.unwrap_or(own);
            (trouble, started_ms + after_s * 1000)
        }));
        // People write of what they meet.
        let worse = self.health.worse_since();
        self.google_play.spike_from(worse);
        self.app_store.spike_from(worse);
        Ok(())
    }

    pub(crate) fn set_url(&mut self, url: String) {
        self.url = url;
    }

    pub(crate) fn latency_ms(&self, service: Service) -> u64 {
        self.service_latency_ms
            .get(&service)
            .copied()
            .unwrap_or(self.latency_ms)
    }

    /// Lets time do its part: people who act later, phases that advance, pauses that run out.
    pub(crate) fn tick(&mut self) {
        let now_ms = self.clock.now_ms();
        while let Some(next) = (0..self.agenda.len())
            .filter(|index| self.agenda[*index].0 <= now_ms)
            .min_by_key(|index| self.agenda[*index].0)
        {
            let (at_ms, service, body) = self.agenda.remove(next);
            self.pass_to(at_ms);
            if let Err(error) = self.console(at_ms, service, &body) {
                tracing::debug!(%error, "a planned act in a console could not be done");
            }
        }
        self.pass_to(now_ms);
    }

    /// Plans what a person does in a console.
    pub(crate) fn plan(&mut self, in_ms: i64, service: Service, body: Value) {
        self.agenda
            .push((self.clock.now_ms() + in_ms.max(0), service, body));
    }

    /// Does what a person does in a console.
    pub(crate) fn console(
        &mut self,
        at_ms: i64,
        service: Service,
        body: &Value,
    ) -> Result<(), String> {
        let mut scene = Scene {
            now_ms: at_ms,
            wall_ms: at_ms,
            seed: self.seed,
            url: &self.url,
            health: &self.health,
            service,
            history: &mut self.history,
        };
        match service {
            Service::GooglePlay => self.google_play.console(body, &mut scene),
            Service::AppStore => self.app_store.console(body, &mut scene),
            Service::Unleash => self.unleash.console(body, &mut scene),
            Service::Sentry | Service::Statuspage | Service::Smtp => {
                Err(format!("nobody works in the console of {}", service.name()))
            }
            Service::Channel(place) => self.channels[place].console(body, &mut scene),
        }
    }

    fn pass_to(&mut self, now_ms: i64) {
        self.app_store.tick(now_ms, &mut self.history);
        self.unleash.tick(now_ms);
        for channel in &mut self.channels {
            channel.tick(now_ms);
        }
    }

    /// Answers a request. Gives whether the ground truth changed.
    pub(crate) fn answer(&mut self, service: Service, call: &Call, request: u64) -> (Answer, bool) {
        self.tick();
        self.history.answering(Some(request));
        let before = self.history.changes().len();
        let now_ms = self.clock.now_ms();
        let mut scene = Scene {
            now_ms,
            wall_ms: now_ms + self.skew_ms.get(&service).copied().unwrap_or(0),
            seed: self.seed,
            url: &self.url,
            health: &self.health,
            service,
            history: &mut self.history,
        };
        let answer = match service {
            Service::GooglePlay => self.google_play.answer(call, &mut scene),
            Service::AppStore => self.app_store.answer(call, &mut scene),
            Service::Unleash => self.unleash.answer(call, &mut scene),
            Service::Sentry => self.sentry.answer(call, &mut scene),
            Service::Statuspage => self.statuspage.answer(call, &mut scene),
            // No path leads there: a mail server has ports of its own.
            Service::Smtp => Answer::empty(404),
            Service::Channel(place) => self.channels[place].answer(call, &mut scene),
        };
        self.history.answering(None);
        (answer, self.history.changes().len() > before)
    }

    /// The mail server takes a mail; gives its name in the queue.
    pub(crate) fn take_mail(
        &mut self,
        from: String,
        to: Vec<String>,
        text: String,
        request: u64,
    ) -> String {
        self.tick();
        self.history.answering(Some(request));
        let now_ms = self.clock.now_ms();
        let mut scene = Scene {
            now_ms,
            wall_ms: now_ms,
            seed: self.seed,
            url: &self.url,
            health: &self.health,
            service: Service::Smtp,
            history: &mut self.history,
        };
        let queue_id = self.smtp.take(from, to, text, &mut scene);
        self.history.answering(None);
        if let Some(line) = self.log.line(request) {
            line.changed = true;
        }
        queue_id
    }

    /// A status with the body that the service itself would send.
    pub(crate) fn failure(&self, service: Service, status: u16) -> Answer {
        match service {
            Service::GooglePlay => crate::google_play::failure(status),
            Service::AppStore => crate::app_store::failure(status),
            Service::Unleash => crate::unleash::failure(status),
            Service::Sentry => crate::sentry::failure(status),
            Service::Statuspage => crate::statuspage::failure(status),
            Service::Smtp => Answer::empty(status),
            Service::Channel(place) => self.channels[place].failure(status),
        }
    }
}
