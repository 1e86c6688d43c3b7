//! A cache service as fast and small as Rust goes: an in-process cache (L1) in front of Redis (L2), JSON values over HTTP.

mod backend;
mod buffer;
mod clock;
mod connection;
mod context;
mod http;
mod json;
mod key;
mod l1;
mod listener;
mod metrics;
mod redis;
mod service;
mod settings;
mod ttl;
mod waiter;
mod worker;

use std::{
    error::Error,
    io,
    net::{SocketAddr, ToSocketAddrs},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::channel,
    },
    thread,
};

use mio::Waker;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

use metrics::Stats;
use redis::address::Address;
use settings::Settings;
use worker::{Opening, Shared, Worker};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot run: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let settings = Settings::read(|name| std::env::var(name).ok())?;
    let address = Address::parse(&settings.redis_url)?;
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let shared = Arc::new(Shared {
        stopping: AtomicBool::new(false),
        silent_workers: Arc::new(AtomicUsize::new(0)),
        stats: (0..settings.workers).map(|_| Stats::default()).collect(),
    });

    let mut site = resolve(&settings)?;
    let mut openings = Vec::new();
    for _ in 0..settings.workers {
        let opening = Opening::new(site, settings.workers > 1)?;
        // The first one's, so that port 0 means the same free port for all.
        site = opening.site()?;
        openings.push(opening);
    }
    eprintln!("listening on {site} with {} worker(s)", openings.len());

    let wakers: Vec<_> = openings.iter().map(Opening::waker).collect();
    thread::spawn({
        let shared = shared.clone();
        move || {
            for _ in &mut signals {
                stop(&shared, &wakers);
            }
        }
    });
    let (sender, results) = channel();
    for (index, opening) in openings.into_iter().enumerate() {
        let (sender, settings, address) = (sender.clone(), settings.clone(), address.clone());
        let shared = shared.clone();
        thread::spawn(move || {
            let worker = Worker::new(opening, index, &settings, &address, shared);
            // Nobody listens any more once another has failed.
            _ = sender.send(worker.run());
        });
    }
    // The first that fails ends the process, which a supervisor can see.
    for _ in 0..settings.workers {
        results.recv()??;
    }
    Ok(())
}

fn stop(shared: &Shared, wakers: &[Arc<Waker>]) {
    shared.stopping.store(true, Ordering::SeqCst);
    for waker in wakers {
        if let Err(error) = waker.wake() {
            eprintln!("cannot wake a worker: {error}");
        }
    }
}

fn resolve(settings: &Settings) -> io::Result<SocketAddr> {
    let mut sites = (settings.host.as_str(), settings.port).to_socket_addrs()?;
    sites
        .next()
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "HOST has no address"))
}
