//! SMTP's commands: their order, what each needs before it, and faults on the way. Must not know
//! ports or certificates. Sources: RFC 5321, RFC 3207, RFC 4954.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use super::{Reply, Smtp};
use crate::Sandbox;
use crate::fault::{Fault, HANG_MS};
use crate::log::Line;
use crate::wire::Service;

const LINE_BYTES_MAX: u64 = 4 << 10;
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Lines in, replies out.
pub(super) struct Talk<S> {
    line: BufReader<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    pub(super) fn new(line: S) -> Talk<S> {
        Talk {
            line: BufReader::new(line),
        }
    }

    /// The plain line, for TLS. What was sent before its time is dropped, as RFC 3207 asks.
    pub(super) fn into_line(self) -> S {
        self.line.into_inner()
    }

    /// The next line without its end; None when the client has left.
    async fn hear(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        let mut limited = (&mut self.line).take(LINE_BYTES_MAX);
        if limited.read_until(b'\n', &mut bytes).await? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&bytes);
        Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    async fn say(&mut self, (code, words): Reply) -> io::Result<()> {
        let mut lines = words.lines().peekable();
        let mut text = String::new();
        while let Some(line) = lines.next() {
            let more = if lines.peek().is_some() { '-' } else { ' ' };
            text.push_str(&format!("{code}{more}{line}\r\n"));
        }
        self.line.get_mut().write_all(text.as_bytes()).await?;
        self.line.get_mut().flush().await
    }

    /// The text up to the single dot; None when the client has left.
    async fn hear_text(&mut self) -> io::Result<Option<String>> {
        let mut text = String::new();
        while let Some(line) = self.hear().await? {
            if line == "." {
                return Ok(Some(text));
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push_str("\r\n");
            if text.len() > TEXT_BYTES_MAX {
                return Ok(None);
            }
        }
        Ok(None)
    }
}

/// What a session goes on with after a reply.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Listen,
    Encrypt,
    Password { user: Option<String> },
    Text,
    Leave,
}

/// One client's session.
pub(super) struct Session {
    sandbox: Sandbox,
    encrypted: bool,
    admitted: bool,
    from: Option<String>,
    to: Vec<String>,
}

impl Session {
    pub(super) fn new(sandbox: Sandbox) -> Session {
        Session {
            sandbox,
            encrypted: false,
            admitted: false,
            from: None,
            to: Vec::new(),
        }
    }

    pub(super) fn is_encrypted(&mut self) {
        self.encrypted = true;
    }

    /// Answers until the client leaves. Gives true when TLS is to begin.
    pub(super) async fn goes_on<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        talk: &mut Talk<S>,
        greets: bool,
    ) -> io::Result<bool> {
        if greets {
            let greeting = || (220, "northwind-sandbox ESMTP".to_owned());
            let (reply, _) = self.visit("CONNECT", "CONNECT", |_, _| greeting()).await;
            match reply {
                Some(reply) => talk.say(reply).await?,
                None => return Ok(false),
            }
        }
        while let Some(command) = talk.hear().await? {
            let verb = command
                .split([' ', ':'])
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            // A password is no part of what faults or the log see.
            let seen = if verb == "AUTH" { "AUTH" } else { &command };
            let mut next = Next::Listen;
            let (reply, _) = self
                .visit(&verb, seen, |session, _| {
                    let (reply, then) = session.answer(&verb, &command);
                    next = then;
                    reply
                })
                .await;
            let Some(reply) = reply else { return Ok(false) };
            let goes_as_meant = reply.0 < 400;
            talk.say(reply).await?;
            match next {
                Next::Leave => return Ok(false),
                Next::Encrypt if goes_as_meant => return Ok(true),
                Next::Password { user } if goes_as_meant => self.login(talk, user).await?,
                Next::Text if goes_as_meant => {
                    let Some(text) = talk.hear_text().await? else {
                        return Ok(false);
                    };
                    let (reply, _) = self
                        .visit("TEXT", "TEXT", |session, seq| session.take(text, seq))
                        .await;
                    match reply {
                        Some(reply) => talk.say(reply).await?,
                        None => return Ok(false),
                    }
                }
                Next::Listen | Next::Encrypt | Next::Password { .. } | Next::Text => {}
            }
        }
        Ok(false)
    }

    fn answer(&mut self, verb: &str, command: &str) -> (Reply, Next) {
        let ok = |words: &str| ((250, words.to_owned()), Next::Listen);
        let no = |code, words: &str| ((code, words.to_owned()), Next::Listen);
        match verb {
            "EHLO" | "HELO" => {
                let offers_tls = !self.encrypted && !self.sandbox.lock().smtp.without_tls;
                let more = match (self.encrypted, offers_tls) {
                    (true, _) => "\nAUTH PLAIN LOGIN",
                    (false, true) => "\nSTARTTLS",
                    (false, false) => "",
                };
                ok(&format!(
                    "northwind-sandbox\n8BITMIME\nENHANCEDSTATUSCODES{more}"
                ))
            }
            "NOOP" => ok("2.0.0 Ok"),
            "QUIT" => ((221, "2.0.0 Bye".to_owned()), Next::Leave),
            "STARTTLS" if !self.encrypted && !self.sandbox.lock().smtp.without_tls => {
                ((220, "2.0.0 Ready to start TLS".to_owned()), Next::Encrypt)
            }
            "STARTTLS" => no(502, "5.5.1 Command not implemented"),
            _ if !self.encrypted => no(530, "5.7.0 Must issue a STARTTLS command first"),
            "AUTH" => self.begin_login(command),
            _ if !self.admitted => no(530, "5.7.0 Authentication required"),
            "RSET" => {
                self.forget();
                ok("2.0.0 Ok")
            }
            "MAIL" => {
                let from = address(command);
                let reply = Smtp::sender(&from);
                if reply.0 == 250 {
                    self.forget();
                    self.from = Some(from);
                }
                (reply, Next::Listen)
            }
            "RCPT" if self.from.is_some() => {
                let to = address(command);
                let reply = self.sandbox.lock().smtp.recipient(&to);
                if reply.0 == 250 {
                    self.to.push(to);
                }
                (reply, Next::Listen)
            }
            "DATA" if !self.to.is_empty() => (
                (354, "End data with <CR><LF>.<CR><LF>".to_owned()),
                Next::Text,
            ),
            "RCPT" | "DATA" => no(503, "5.5.1 Bad sequence of commands"),
            _ => no(500, "5.5.2 Command not recognized"),
        }
    }

    fn begin_login(&mut self, command: &str) -> (Reply, Next) {
        let mut words = command.split_whitespace().skip(1);
        let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
        match (mechanism.as_str(), words.next()) {
            ("PLAIN", Some(first)) => (self.admit_plain(first), Next::Listen),
            ("PLAIN", None) => ((334, " ".to_owned()), Next::Password { user: None }),
            ("LOGIN", _) => (
                (334, STANDARD.encode("Username:")),
                Next::Password {
                    user: Some(String::new()),
                },
            ),
            _ => (
                (504, "5.5.4 Mechanism not supported".to_owned()),
                Next::Listen,
            ),
        }
    }

    /// The rest of a login that takes more than one line.
    async fn login<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        talk: &mut Talk<S>,
        user: Option<String>,
    ) -> io::Result<()> {
        let Some(first) = talk.hear().await? else {
            return Ok(());
        };
        let reply = match user {
            None => self.admit_plain(&first),
            Some(_) => {
                talk.say((334, STANDARD.encode("Password:"))).await?;
                let Some(second) = talk.hear().await? else {
                    return Ok(());
                };
                self.admit(&decoded(&first), &decoded(&second))
            }
        };
        talk.say(reply).await
    }

    fn admit_plain(&mut self, words: &str) -> Reply {
        let words = decoded(words);
        let mut parts = words.split('\0').skip(1);
        let (user, password) = (parts.next(), parts.next());
        self.admit(user.unwrap_or_default(), password.unwrap_or_default())
    }

    fn admit(&mut self, user: &str, password: &str) -> Reply {
        self.admitted = Smtp::admits(user, password, self.sandbox.lock().seed);
        if self.admitted {
            (235, "2.7.0 Authentication successful".to_owned())
        } else {
            (535, "5.7.8 Authentication credentials invalid".to_owned())
        }
    }

    fn take(&mut self, text: String, seq: u64) -> Reply {
        let (from, to) = (self.from.take(), std::mem::take(&mut self.to));
        let from = from.unwrap_or_default();
        let mut world = self.sandbox.lock();
        let queue_id = world.take_mail(from, to, text, seq);
        (250, format!("2.0.0 Ok: queued as {queue_id}"))
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    /// One command from arrival to reply; no reply when the connection ends instead. `seen` is what
    /// faults are matched with, after the verb's own name.
    async fn visit(
        &mut self,
        verb: &str,
        seen: &str,
        answer: impl FnOnce(&mut Session, u64) -> Reply,
    ) -> (Option<Reply>, u64) {
        let (seq, fault, latency_ms) = self.arrive(verb, seen);
        let reply = match fault {
            None => {
                wait(latency_ms).await;
                Some(answer(self, seq))
            }
            Some(Strike::Offline | Strike::Fault(Fault::Close)) => None,
            Some(Strike::Fault(fault)) => {
                let extra_ms = match fault {
                    Fault::Slow(ms) => ms,
                    _ => 0,
                };
                wait(latency_ms + extra_ms).await;
                self.struck(fault, seq, answer).await
            }
        };
        let mut world = self.sandbox.lock();
        let ended_ms = world.clock.elapsed_ms();
        if let Some(line) = world.log.line(seq) {
            line.status = reply.as_ref().map(|(code, _)| *code);
            line.ended_ms = Some(ended_ms);
            line.duration_ms = Some(ended_ms - line.started_ms);
        }
        (reply, seq)
    }

    async fn struck(
        &mut self,
        fault: Fault,
        seq: u64,
        answer: impl FnOnce(&mut Session, u64) -> Reply,
    ) -> Option<Reply> {
        match fault {
            Fault::Slow(_) | Fault::EditDeleted => Some(answer(self, seq)),
            // The codes that a web server's bad luck has stand for a moment's here.
            Fault::Status(429 | 500 | 503) => Some((451, "4.3.0 Try again later".to_owned())),
            Fault::Status(code) => Some((code, "The sandbox was told to say so".to_owned())),
            Fault::Garbage => Some((999, "<!doctype html> Welcome to the train".to_owned())),
            Fault::Close => None,
            Fault::LostReplyClose => {
                answer(self, seq);
                None
            }
            Fault::Hang => {
                wait(HANG_MS).await;
                None
            }
            Fault::LostReply => {
                answer(self, seq);
                wait(HANG_MS).await;
                None
            }
        }
    }

    fn arrive(&self, verb: &str, seen: &str) -> (u64, Option<Strike>, u64) {
        let mut world = self.sandbox.lock();
        let seed = world.seed;
        let strike = if world.offline.contains(&Service::Smtp) {
            Some(Strike::Offline)
        } else {
            let strike = world.faults.strike(seed, Service::Smtp, seen);
            strike.map(|strike| Strike::Fault(strike.fault))
        };
        let line = Line {
            seq: world.log.next_seq(),
            at: world.clock.now_ms(),
            service: Service::Smtp.name(),
            method: verb.chars().take(16).collect(),
            path: String::new(),
            query: String::new(),
            flags: Vec::new(),
            status: None,
            duration_ms: None,
            started_ms: world.clock.elapsed_ms(),
            ended_ms: None,
            fault: strike.as_ref().map(|strike| match strike {
                Strike::Offline => "offline".to_owned(),
                Strike::Fault(fault) => fault.name(),
            }),
            changed: false,
        };
        let seq = line.seq;
        world.log.open(line);
        (seq, strike, world.latency_ms(Service::Smtp))
    }
}

enum Strike {
    Offline,
    Fault(Fault),
}

/// The address between the angle brackets.
fn address(command: &str) -> String {
    let after = command.split_once('<').map_or("", |(_, after)| after);
    after.split('>').next().unwrap_or_default().to_owned()
}

fn decoded(words: &str) -> String {
    let bytes = STANDARD.decode(words.trim()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn wait(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}
