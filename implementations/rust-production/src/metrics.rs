//! What /metrics shows.

use prometheus::{
    Encoder, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use crate::l1::Usage;

/// From 50 us (an L1 hit takes less) to 5 s (no request that ends well takes longer).
const DURATION_BUCKETS_S: [f64; 16] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0, 2.5, 5.0,
];

#[derive(Debug, Clone, Copy)]
pub enum Op {
    Get,
    Put,
    Delete,
}

#[derive(Debug, Clone, Copy)]
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

pub struct Metrics {
    registry: Registry,
    /// By operation and outcome, looked up once.
    requests: [[IntCounter; Outcome::ALL.len()]; Op::ALL.len()],
    l1_hits: IntCounter,
    l1_bytes: IntGauge,
    l1_entries: IntGauge,
    pub redis_call_duration: Histogram,
    pub request_duration: Histogram,
}

impl Metrics {
    pub fn new(workers: usize) -> prometheus::Result<Self> {
        let histogram = |name, help| {
            let buckets = DURATION_BUCKETS_S.to_vec();
            Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets))
        };
        let info = IntGaugeVec::new(
            Opts::new("cache_info", "The implementation that answers"),
            &["implementation", "version", "consistency"],
        )?;
        info.with_label_values(&[
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            "read-your-writes",
        ])
        .set(1);
        let serving = IntGauge::new("cache_workers", "Threads that serve, all on one L1")?;
        serving.set(workers.try_into().unwrap_or(i64::MAX));
        let requests = IntCounterVec::new(
            Opts::new(
                "cache_requests_total",
                "Requests on a key with an allowed method",
            ),
            &["op", "result"],
        )?;
        let counter =
            |op: Op, outcome: Outcome| requests.with_label_values(&[op.label(), outcome.label()]);
        let metrics = Self {
            registry: Registry::new(),
            requests: Op::ALL.map(|op| Outcome::ALL.map(|outcome| counter(op, outcome))),
            l1_hits: IntCounter::new("cache_l1_hits_total", "Values served from L1")?,
            l1_bytes: IntGauge::new("cache_l1_bytes", "Keys and values in L1")?,
            l1_entries: IntGauge::new(
                "cache_l1_entries",
                "Entries of L1, those of absent keys among them",
            )?,
            redis_call_duration: histogram(
                "cache_redis_call_duration_seconds",
                "Time until Redis answered or was given up",
            )?,
            request_duration: histogram(
                "cache_request_duration_seconds",
                "Time from a request's head to its answer",
            )?,
        };
        let registry = &metrics.registry;
        registry.register(Box::new(info))?;
        registry.register(Box::new(serving))?;
        registry.register(Box::new(requests))?;
        registry.register(Box::new(metrics.l1_hits.clone()))?;
        registry.register(Box::new(metrics.l1_bytes.clone()))?;
        registry.register(Box::new(metrics.l1_entries.clone()))?;
        registry.register(Box::new(metrics.redis_call_duration.clone()))?;
        registry.register(Box::new(metrics.request_duration.clone()))?;
        Ok(metrics)
    }

    pub fn count(&self, op: Op, outcome: Outcome) {
        self.requests[op as usize][outcome as usize].inc();
        if matches!(outcome, Outcome::L1Hit) {
            self.l1_hits.inc();
        }
    }

    pub fn render(&self, l1: &Usage) -> prometheus::Result<Vec<u8>> {
        self.l1_bytes.set(l1.bytes.try_into().unwrap_or(i64::MAX));
        self.l1_entries
            .set(l1.entries.try_into().unwrap_or(i64::MAX));
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

impl Op {
    /// In the order of their declaration.
    const ALL: [Self; 3] = [Self::Get, Self::Put, Self::Delete];

    fn label(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Delete => "delete",
        }
    }
}

impl Outcome {
    /// In the order of their declaration.
    const ALL: [Self; 8] = [
        Self::L1Hit,
        Self::L2Hit,
        Self::Miss,
        Self::Ok,
        Self::Invalid,
        Self::TooLarge,
        Self::Unavailable,
        Self::Error,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::L1Hit => "l1_hit",
            Self::L2Hit => "l2_hit",
            Self::Miss => "miss",
            Self::Ok => "ok",
            Self::Invalid => "invalid",
            Self::TooLarge => "too_large",
            Self::Unavailable => "unavailable",
            Self::Error => "error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_every_name_of_the_contract() {
        let metrics = Metrics::new(2).unwrap();
        metrics.count(Op::Get, Outcome::L1Hit);
        metrics.count(Op::Delete, Outcome::Unavailable);
        metrics.request_duration.observe(0.001);
        let text = metrics
            .render(&Usage {
                bytes: 7,
                entries: 1,
            })
            .unwrap();
        let text = String::from_utf8(text).unwrap();
        for line in [
            "cache_requests_total{op=\"get\",result=\"l1_hit\"} 1\n",
            "cache_requests_total{op=\"delete\",result=\"unavailable\"} 1\n",
            "cache_l1_hits_total 1\n",
            "cache_workers 2\n",
            "cache_l1_bytes 7\n",
            "cache_l1_entries 1\n",
            "cache_redis_call_duration_seconds_count 0\n",
            "cache_request_duration_seconds_count 1\n",
            "cache_info{consistency=\"read-your-writes\",implementation=\"rust-production\",version=\"0.1.0\"} 1\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
