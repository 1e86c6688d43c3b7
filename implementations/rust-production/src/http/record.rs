//! The trace each request on a key leaves in the metrics.

use std::time::Instant;

use crate::metrics::{Metrics, Op, Outcome};

pub struct Record<'a> {
    metrics: &'a Metrics,
    op: Op,
    opened_at: Instant,
    outcome: Outcome,
}

impl<'a> Record<'a> {
    pub fn open(metrics: &'a Metrics, op: Op) -> Self {
        Self {
            metrics,
            op,
            opened_at: Instant::now(),
            outcome: Outcome::Error,
        }
    }

    pub fn close(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

/// On drop, so that a request whose client left is counted too, as an error.
impl Drop for Record<'_> {
    fn drop(&mut self) {
        self.metrics.count(self.op, self.outcome);
        let took = self.opened_at.elapsed();
        self.metrics.request_duration.observe(took.as_secs_f64());
    }
}
