//! No secret in what is printed: Debug, errors, traces at their loudest. Must not know where an
//! adapter keeps them.

use std::io;
use std::sync::{Arc, Mutex};

use cockpit_domain::provider::Reading;
use cockpit_domain::{Service, TargetId};
use cockpit_providers::connect;
use cockpit_sandbox::{Options, Sandbox};
use secrecy::ExposeSecret;
use tracing_subscriber::fmt::MakeWriter;

use crate::cases::cases;
use crate::sockets::over_sockets;
use crate::stage::{Secret, Stage, act, settings};

#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    fn add(&self, text: &str) {
        self.0.lock().unwrap().extend_from_slice(text.as_bytes());
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Printed {
    type Writer = Printed;
    fn make_writer(&'a self) -> Printed {
        self.clone()
    }
}

/// Everything that is traced from here on by this thread.
fn listening() -> (Printed, tracing::subscriber::DefaultGuard) {
    let printed = Printed::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(printed.clone())
        .finish();
    (printed, tracing::subscriber::set_default(subscriber))
}

/// A key file is as secret as each of its lines.
fn lines_of(secret: &Secret) -> Vec<String> {
    secret
        .values()
        .flat_map(|value| value.expose_secret().split("\\n").flat_map(str::lines))
        .filter(|line| line.len() >= 20)
        .map(str::to_owned)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn nothing_that_is_printed_holds_a_secret() {
    let (printed, _guard) = listening();
    let mut secrets = vec!["ya29.".to_owned(), "eyJ".to_owned(), "assertion".to_owned()];
    for service in Service::ALL {
        let stage = Stage::new();
        let (plain, secret) = settings(&stage.sandbox.connections(), service);
        secrets.extend(lines_of(&secret));
        let adapter = connect(service, &plain, &secret, &stage.http).unwrap();
        printed.add(&format!("{adapter:?}\n{:?}\n", adapter.check().await));
        printed.add(&format!(
            "{:?}\n{:?}\n",
            adapter.targets().await,
            adapter.signals().await
        ));
        for case in cases().iter().filter(|case| case.service == service) {
            printed.add(&format!(
                "{:?}\n",
                act(&*adapter, case.target, &case.desired).await
            ));
        }
        for status in [400, 401, 403, 404, 409, 422, 429, 500] {
            stage.fault("", &format!("status:{status}"), 40);
            let adapter = connect(service, &plain, &secret, &stage.http).unwrap();
            printed.add(&format!(
                "{:?}\n{:?}\n",
                adapter.check().await,
                adapter.signals().await
            ));
            for case in cases().iter().filter(|case| case.service == service) {
                let target = TargetId(case.target.to_owned());
                printed.add(&format!(
                    "{:?}\n",
                    adapter.observe(&target, Reading::Fresh).await
                ));
            }
            stage.clear_faults();
        }
    }
    let text = printed.text();
    assert!(
        text.contains("status=200") && text.contains("/v1/apps/{}"),
        "traces are on"
    );
    for secret in secrets {
        assert!(!text.contains(&secret), "printed: {secret}");
    }
}

/// The connections' own traces are heard here too.
#[tokio::test]
async fn nothing_that_real_connections_trace_holds_a_secret() {
    let (printed, _guard) = listening();
    let served = Sandbox::serve(Options::default(), 0).await.unwrap();
    let mut secrets = vec!["ya29.".to_owned(), "eyJ".to_owned()];
    for service in Service::ALL {
        secrets.extend(lines_of(
            &settings(&served.sandbox().connections(), service).1,
        ));
        let adapter = over_sockets(&served, service);
        adapter.check().await.unwrap();
        for case in cases().iter().filter(|case| case.service == service) {
            act(&*adapter, case.target, &case.desired).await.unwrap();
        }
    }
    let text = printed.text();
    assert!(text.contains("hyper"), "the connections' traces are on");
    for secret in secrets {
        assert!(!text.contains(&secret), "traced: {secret}");
    }
}
