//! What /metrics shows, through the `metrics` facade.

use std::time::{Duration, Instant};

use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio::time::interval;

/// From 50 us (an L1 hit takes less) to 1 s, well past the default `REDIS_TIMEOUT_MS`.
const BUCKETS_S: [f64; 14] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0,
];
/// The exporter keeps every observation until somebody moves it into the buckets.
const UPKEEP: Duration = Duration::from_secs(1);

pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets(&BUCKETS_S)?
        .install_recorder()?;
    let info = gauge!("cache_info",
        "implementation" => env!("CARGO_PKG_NAME"),
        "version" => env!("CARGO_PKG_VERSION"),
        "consistency" => "read-your-writes");
    info.set(1);
    counter!("cache_l1_hits_total").absolute(0);
    Ok(handle)
}

pub async fn keep_up(handle: PrometheusHandle) {
    let mut ticks = interval(UPKEEP);
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}

pub fn request(op: &'static str, result: &'static str, started: Instant) {
    counter!("cache_requests_total", "op" => op, "result" => result).increment(1);
    if result == "l1_hit" {
        counter!("cache_l1_hits_total").increment(1);
    }
    histogram!("cache_request_duration_seconds").record(started.elapsed());
}

pub fn redis_call(started: Instant) {
    histogram!("cache_redis_call_duration_seconds").record(started.elapsed());
}

#[allow(clippy::cast_precision_loss)] // beyond 2^53 entries or bytes
pub fn l1_size((entries, bytes): (usize, usize)) {
    gauge!("cache_l1_entries").set(entries as f64);
    gauge!("cache_l1_bytes").set(bytes as f64);
}
