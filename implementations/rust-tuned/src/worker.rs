//! One worker: a thread with its own listener, connections, L1 and connection to Redis, around one epoll.

mod redis;

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use mio::{
    Events, Interest, Poll, Token, Waker,
    event::Event,
    net::{TcpListener, TcpStream},
};
use slab::Slab;

use crate::{
    backend::{Backend, Terms},
    buffer::Buffer,
    clock::Clock,
    connection::{Connection, Fate},
    context::Context,
    listener,
    metrics::Stats,
    redis::{address::Address, connector::Connector},
    settings::Settings,
};

const LISTENER: Token = Token(0);
const WAKER: Token = Token(1);
const REDIS: Token = Token(2);
/// Connections' tokens begin here.
const FIRST_CONNECTION: usize = 3;

/// How often what is overdue is looked for.
const SWEEP_INTERVAL: Duration = Duration::from_millis(250);

/// After SIGTERM load balancers need a moment to see that /readyz says 503.
const LISTENER_STAYS: Duration = Duration::from_millis(500);
/// Connections have until 4 s after SIGTERM to bring their last request (its answer says
/// `Connection: close`), and a little more to finish it. The contract allows 5 s in all.
const LAST_REQUESTS: Duration = Duration::from_secs(4);
const LAST_ANSWERS: Duration = Duration::from_millis(4500);

/// What all workers have in common.
pub struct Shared {
    pub stopping: AtomicBool,
    pub silent_workers: Arc<AtomicUsize>,
    pub stats: Arc<[Stats]>,
}

/// What a worker is made of on the main thread, where failing still ends the start.
pub struct Opening {
    poll: Poll,
    waker: Arc<Waker>,
    listener: TcpListener,
}

impl Opening {
    pub fn new(site: SocketAddr, shares_port: bool) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
        let mut listener = listener::bind(site, shares_port)?;
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)?;
        Ok(Self {
            poll,
            waker,
            listener,
        })
    }

    pub fn site(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    pub fn waker(&self) -> Arc<Waker> {
        self.waker.clone()
    }
}

pub struct Worker {
    poll: Poll,
    listener: Option<TcpListener>,
    connections: Slab<Connection<TcpStream>>,
    cx: Context<TcpStream>,
    connector: Connector,
    shared: Arc<Shared>,
    draining_since: Option<Instant>,
    next_sweep_at: Instant,
    /// Accepting failed, mostly for want of file descriptors, and is to be tried again.
    accept_again: bool,
}

impl Worker {
    pub fn new(
        opening: Opening,
        index: usize,
        settings: &Settings,
        address: &Address,
        shared: Arc<Shared>,
    ) -> Self {
        let terms = Terms {
            l1_max_bytes: settings.l1_max_bytes / settings.workers as u64,
            l1_ttl: settings.l1_ttl,
            redis_timeout: settings.redis_timeout,
            invalidation: settings.invalidation,
        };
        let clock = Clock::new();
        Self {
            poll: opening.poll,
            listener: Some(opening.listener),
            connections: Slab::new(),
            connector: Connector::new(address.clone(), opening.waker),
            draining_since: None,
            next_sweep_at: clock.now(),
            accept_again: false,
            cx: Context {
                backend: Backend::new(
                    terms,
                    address.clone(),
                    shared.silent_workers.clone(),
                    clock.now(),
                ),
                clock,
                workers: shared.stats.clone(),
                worker: index,
                max_value_bytes: settings.max_value_bytes,
                default_ttl: settings.default_ttl,
                draining: false,
                spare_input: Buffer::default(),
                spare_output: Vec::new(),
                deadlines: VecDeque::new(),
                last_serial: 0,
            },
            shared,
        }
    }

    /// Until `stopping`, and then until the connections are gone or out of time.
    pub fn run(mut self) -> io::Result<()> {
        self.connector.start(Duration::ZERO);
        let mut events = Events::with_capacity(1024);
        loop {
            let patience = self.patience();
            match self.poll.poll(&mut events, Some(patience)) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            self.cx.clock.read();
            for event in &events {
                match event.token() {
                    LISTENER => self.accept(),
                    WAKER => self.woken()?,
                    REDIS => self.hear_redis(event.is_read_closed()),
                    Token(number) => self.hear_client(number - FIRST_CONNECTION, event),
                }
            }
            let now = self.cx.clock.read();
            self.cx.backend.watch(now);
            self.refuse_late(now);
            if now >= self.next_sweep_at {
                self.next_sweep_at = now + SWEEP_INTERVAL;
                self.sweep(now);
            }
            if let Err(error) = self.cx.backend.flush() {
                self.lose_redis(&error);
            }
            if self.is_finished(now) {
                return Ok(());
            }
        }
    }

    fn patience(&self) -> Duration {
        let deadline = self.cx.deadlines.front().map(|(at, _)| *at);
        let next = deadline.map_or(self.next_sweep_at, |at| at.min(self.next_sweep_at));
        next.saturating_duration_since(self.cx.clock.now())
    }

    fn accept(&mut self) {
        let Some(listener) = &self.listener else {
            return;
        };
        self.accept_again = false;
        loop {
            match listener.accept() {
                Ok((mut stream, _)) => {
                    // Fails only if the client is gone, and then serving finds out.
                    _ = stream.set_nodelay(true);
                    let slot = self.connections.vacant_entry();
                    let token = Token(slot.key() + FIRST_CONNECTION);
                    let interest = Interest::READABLE | Interest::WRITABLE;
                    match self.poll.registry().register(&mut stream, token, interest) {
                        Ok(()) => _ = slot.insert(Connection::new(stream, self.cx.clock.now())),
                        Err(error) => eprintln!("cannot watch a connection: {error}"),
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    eprintln!("cannot accept a connection: {error}");
                    self.accept_again = true;
                    return;
                }
            }
        }
    }

    fn hear_client(&mut self, number: usize, event: &Event) {
        if let Some(connection) = self.connections.get_mut(number) {
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                connection.became_readable(event.is_read_closed());
            }
            self.drive(number);
        }
    }

    fn drive(&mut self, number: usize) {
        if let Some(connection) = self.connections.get_mut(number)
            && connection.drive(number, &mut self.cx) == Fate::Ends
        {
            self.close(number);
        }
    }

    fn close(&mut self, number: usize) {
        let mut connection = self.connections.remove(number);
        connection.abandon(&mut self.cx);
        // Closing it would do, too; this only fails if it was never watched.
        _ = self.poll.registry().deregister(connection.socket());
    }

    /// The main thread has a signal, or the connector a connection.
    fn woken(&mut self) -> io::Result<()> {
        let now = self.cx.clock.now();
        if self.shared.stopping.load(Ordering::SeqCst) && self.draining_since.is_none() {
            self.draining_since = Some(now);
            self.cx.draining = true;
        }
        self.meet_redis()
    }

    fn sweep(&mut self, now: Instant) {
        self.cx.backend.report(self.cx.stats());
        if self.accept_again {
            self.accept();
        }
        let drained_for = self.draining_since.map(|since| now - since);
        if drained_for.is_some_and(|time| time >= LISTENER_STAYS) && self.listener.is_some() {
            // Whoever is in the queue is let in first.
            self.accept();
            self.listener = None;
        }
        let no_more = drained_for.is_some_and(|time| time >= LAST_REQUESTS);
        let over = |one: &Connection<_>| one.is_overdue(now) || no_more && one.is_idle();
        let over: Vec<usize> = self
            .connections
            .iter()
            .filter_map(|(number, one)| over(one).then_some(number))
            .collect();
        for number in over {
            self.close(number);
        }
    }

    fn is_finished(&self, now: Instant) -> bool {
        self.draining_since.is_some_and(|since| {
            self.listener.is_none() && self.connections.is_empty() || now >= since + LAST_ANSWERS
        })
    }
}
