//! What /metrics shows. Each worker counts for itself, without locked instructions, since nobody else writes its
//! counters; whoever is asked adds up those of all.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// From 50 us (an L1 hit takes less) to 5 s (no request that ends well takes longer).
const BUCKETS_US: [u64; 16] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000,
];

const OPS: [&str; 3] = ["get", "put", "delete"];
const OUTCOMES: [&str; 8] = [
    "l1_hit",
    "l2_hit",
    "miss",
    "ok",
    "invalid",
    "too_large",
    "unavailable",
    "error",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Get,
    Put,
    Delete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    L1Hit,
    L2Hit,
    Miss,
    Ok,
    Invalid,
    TooLarge,
    Unavailable,
    /// The client went away before the answer.
    Error,
}

/// Of one worker.
#[derive(Default)]
pub struct Stats {
    requests: [[Counter; OUTCOMES.len()]; OPS.len()],
    request_duration: Histogram,
    redis_call_duration: Histogram,
    l1_bytes: Counter,
    l1_entries: Counter,
}

impl Stats {
    pub fn count(&self, op: Op, outcome: Outcome, took: Duration) {
        self.requests[op as usize][outcome as usize].add(1);
        self.request_duration.observe(took);
    }

    pub fn redis_answered(&self, took: Duration) {
        self.redis_call_duration.observe(took);
    }

    pub fn l1_holds(&self, bytes: u64, entries: u64) {
        self.l1_bytes.0.store(bytes, Relaxed);
        self.l1_entries.0.store(entries, Relaxed);
    }
}

/// Written by one thread, read by any.
#[derive(Default)]
struct Counter(AtomicU64);

impl Counter {
    fn add(&self, count: u64) {
        self.0.store(self.0.load(Relaxed) + count, Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

#[derive(Default)]
struct Histogram {
    /// How many were in each bucket alone; the last has no upper bound.
    counts: [Counter; BUCKETS_US.len() + 1],
    sum_ns: Counter,
}

impl Histogram {
    fn observe(&self, took: Duration) {
        let ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BUCKETS_US.iter().position(|&us| ns <= us * 1000);
        self.counts[bucket.unwrap_or(BUCKETS_US.len())].add(1);
        self.sum_ns.add(ns);
    }
}

/// The text of all workers together.
pub fn render(workers: &[Stats]) -> String {
    let mut text = String::new();
    // Writing to a String does not fail.
    _ = write_all(&mut text, workers);
    text
}

fn write_all(text: &mut String, workers: &[Stats]) -> std::fmt::Result {
    let total = |of: &dyn Fn(&Stats) -> u64| workers.iter().map(of).sum::<u64>();

    let help = "Requests on a key with an allowed method";
    introduce(text, "cache_requests_total", "counter", help)?;
    for (op, op_name) in OPS.iter().enumerate() {
        for (outcome, outcome_name) in OUTCOMES.iter().enumerate() {
            let count = total(&|stats| stats.requests[op][outcome].get());
            if count > 0 {
                writeln!(
                    text,
                    r#"cache_requests_total{{op="{op_name}",result="{outcome_name}"}} {count}"#
                )?;
            }
        }
    }
    let hit = (Op::Get as usize, Outcome::L1Hit as usize);
    for (name, kind, help, value) in [
        (
            "cache_l1_hits_total",
            "counter",
            "Values served from L1",
            total(&|stats| stats.requests[hit.0][hit.1].get()),
        ),
        (
            "cache_l1_bytes",
            "gauge",
            "Keys and values in L1",
            total(&|stats| stats.l1_bytes.get()),
        ),
        (
            "cache_l1_entries",
            "gauge",
            "Entries of L1, those of absent keys among them",
            total(&|stats| stats.l1_entries.get()),
        ),
        (
            "cache_workers",
            "gauge",
            "Threads that serve, each with an L1 of its own",
            workers.len() as u64,
        ),
    ] {
        introduce(text, name, kind, help)?;
        writeln!(text, "{name} {value}")?;
    }
    write_histogram(
        text,
        "cache_redis_call_duration_seconds",
        "Time until Redis answered",
        workers,
        |stats| &stats.redis_call_duration,
    )?;
    write_histogram(
        text,
        "cache_request_duration_seconds",
        "Time from a request's head to its answer",
        workers,
        |stats| &stats.request_duration,
    )?;
    introduce(
        text,
        "cache_info",
        "gauge",
        "The implementation that answers",
    )?;
    writeln!(
        text,
        r#"cache_info{{implementation="{}",version="{}",consistency="{}"}} 1"#,
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
        consistency(workers.len()),
    )
}

/// One worker reads what it wrote; of several, each hears of the others' writes from Redis, a moment later.
fn consistency(workers: usize) -> &'static str {
    if workers == 1 {
        "read-your-writes"
    } else {
        "bounded-staleness"
    }
}

fn introduce(text: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a sum of seconds needs no 64 bits"
)]
fn write_histogram(
    text: &mut String,
    name: &str,
    help: &str,
    workers: &[Stats],
    of: impl Fn(&Stats) -> &Histogram,
) -> std::fmt::Result {
    introduce(text, name, "histogram", help)?;
    let total = |bucket: usize| -> u64 {
        let counts = workers.iter().map(|stats| of(stats).counts[bucket].get());
        counts.sum()
    };
    let mut count = 0;
    for (bucket, us) in BUCKETS_US.iter().enumerate() {
        count += total(bucket);
        let bound = *us as f64 / 1e6;
        writeln!(text, r#"{name}_bucket{{le="{bound}"}} {count}"#)?;
    }
    count += total(BUCKETS_US.len());
    let sum_ns: u64 = workers.iter().map(|stats| of(stats).sum_ns.get()).sum();
    let sum = sum_ns as f64 / 1e9;
    writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {count}")?;
    writeln!(text, "{name}_sum {sum}\n{name}_count {count}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_adds_up_what_each_worker_counted() {
        let workers = [Stats::default(), Stats::default()];
        workers[0].count(Op::Get, Outcome::L1Hit, Duration::from_micros(20));
        workers[1].count(Op::Get, Outcome::L1Hit, Duration::from_micros(60));
        workers[1].count(Op::Put, Outcome::Ok, Duration::from_secs(6));
        workers[0].l1_holds(5, 1);
        workers[1].l1_holds(2, 1);
        let text = render(&workers);
        for line in [
            "cache_requests_total{op=\"get\",result=\"l1_hit\"} 2\n",
            "cache_requests_total{op=\"put\",result=\"ok\"} 1\n",
            "cache_l1_hits_total 2\n",
            "cache_l1_bytes 7\n",
            "cache_l1_entries 2\n",
            "cache_workers 2\n",
            "cache_request_duration_seconds_bucket{le=\"0.00005\"} 1\n",
            "cache_request_duration_seconds_bucket{le=\"0.0001\"} 2\n",
            "cache_request_duration_seconds_bucket{le=\"5\"} 2\n",
            "cache_request_duration_seconds_bucket{le=\"+Inf\"} 3\n",
            "cache_request_duration_seconds_sum 6.00008\n",
            "cache_request_duration_seconds_count 3\n",
            "cache_redis_call_duration_seconds_count 0\n",
            "cache_info{implementation=\"rust-tuned\",version=\"0.1.0\",consistency=\"bounded-staleness\"} 1\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(render(&[Stats::default()]).contains("consistency=\"read-your-writes\""));
    }
}
