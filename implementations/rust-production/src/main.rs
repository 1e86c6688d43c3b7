//! A cache service: an in-process cache (L1) in front of Redis (L2), JSON values over HTTP.

mod cache;
mod guard;
mod http;
mod json;
mod key;
mod l1;
mod metrics;
mod server;
mod settings;
mod store;
mod ttl;

use std::{
    error::Error,
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
};

use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    signal::unix::{SignalKind, signal},
};

use cache::Cache;
use http::Service;
use l1::L1;
use metrics::Metrics;
use settings::Settings;
use store::{
    address::Address,
    breaker::Breaker,
    redis::RedisStore,
    tracking::{self, Listener},
};

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot run: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Box<dyn Error>> {
    let settings = Settings::read(|name| std::env::var(name).ok())?;
    let runtime = runtime(settings.workers)?;
    let result = runtime.block_on(run(settings));
    // What is still under way, such as connecting to Redis, is not waited for.
    runtime.shutdown_background();
    result
}

/// One worker needs no work stealing: a single-threaded runtime takes ready connections strictly in
/// turn and wakes nobody, which costs less and is fairer.
fn runtime(workers: usize) -> std::io::Result<Runtime> {
    let mut builder = match workers {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.worker_threads(workers).enable_all().build()
}

async fn run(settings: Settings) -> Result<(), Box<dyn Error>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listener = TcpListener::bind((settings.host.as_str(), settings.port)).await?;
    let address = Address::parse(&settings.redis_url)?;
    let metrics = Arc::new(Metrics::new(settings.workers)?);
    let redis = RedisStore::new(
        address.clone(),
        settings.redis_timeout,
        metrics.redis_call_duration.clone(),
    )?;
    let store = Arc::new(Breaker::new(redis));
    let l1 = L1::new(settings.l1_max_bytes, settings.workers);
    let cache = Arc::new(Cache::new(store, l1, settings.l1_ttl));
    if settings.invalidation {
        tokio::spawn(tracking::follow(address, cache.clone()));
    } else {
        cache.trust();
    }
    let service = Arc::new(Service {
        cache,
        metrics,
        default_ttl: settings.default_ttl,
        max_value_bytes: settings.max_value_bytes,
        draining: AtomicBool::new(false),
    });
    eprintln!(
        "listening on {} with {} worker(s)",
        listener.local_addr()?,
        settings.workers
    );
    server::serve(listener, service, async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
    .await;
    Ok(())
}
