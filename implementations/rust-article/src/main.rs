//! The cache service in the shape of the articles' Rust listing: a `DashMap` in front of Redis,
//! JSON values over HTTP.

mod cache;
mod door;
mod http;
mod metrics;
mod rules;
mod settings;

use std::{
    error::Error,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::TcpListener,
    runtime::Builder,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
    time::{sleep, timeout},
};

use cache::Cache;
use door::{Door, Guest};
use http::Service;
use settings::Settings;

// After SIGTERM, together below the 5 s of the contract.
const LISTENER_STAYS: Duration = Duration::from_millis(500);
const CONNECTIONS_STAY: Duration = Duration::from_secs(3);
const REQUESTS_FINISH: Duration = Duration::from_secs(1);

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
    let runtime = Builder::new_multi_thread()
        .worker_threads(settings.workers)
        .enable_all()
        .build()?;
    let result = runtime.block_on(run(settings));
    runtime.shutdown_background();
    result
}

async fn run(settings: Settings) -> Result<(), Box<dyn Error>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let metrics = metrics::install()?;
    tokio::spawn(metrics::keep_up(metrics.clone()));
    let service = Arc::new(Service {
        cache: Cache::new(&settings.redis_url, settings.redis_timeout)?,
        default_ttl_s: settings.default_ttl_s,
        max_value_bytes: settings.max_value_bytes,
        metrics,
        draining: AtomicBool::new(false),
    });
    let listener = TcpListener::bind((settings.host.as_str(), settings.port)).await?;
    let (door, doorkeeper) = Door::new(listener);
    let app = http::router(service.clone()).into_make_service_with_connect_info::<Guest>();
    let (end, ended) = oneshot::channel();
    let mut server = tokio::spawn(async move {
        let ended = async { _ = ended.await };
        axum::serve(door, app).with_graceful_shutdown(ended).await
    });
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    // axum's shutdown alone would close idle connections at once, and with them the requests on
    // their way: first every answer says `Connection: close`.
    service.draining.store(true, Ordering::Relaxed);
    sleep(LISTENER_STAYS).await;
    doorkeeper.close();
    _ = timeout(CONNECTIONS_STAY, doorkeeper.all_gone()).await;
    _ = end.send(());
    _ = timeout(REQUESTS_FINISH, &mut server).await;
    Ok(())
}
