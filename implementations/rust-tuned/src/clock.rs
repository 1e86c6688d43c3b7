//! The time of one worker: read once per request, and the Date field made once a second.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub struct Clock {
    now: Instant,
    date: String,
    next_date_at: Instant,
}

impl Clock {
    pub fn new() -> Self {
        let now = Instant::now();
        let mut clock = Self {
            now,
            date: String::new(),
            next_date_at: now,
        };
        clock.read();
        clock
    }

    /// Reads the time anew.
    pub fn read(&mut self) -> Instant {
        self.now = Instant::now();
        if self.now >= self.next_date_at {
            let time = SystemTime::now();
            self.date = httpdate::fmt_http_date(time);
            let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
            let into_second = Duration::from_nanos(since.subsec_nanos().into());
            self.next_date_at = self.now + Duration::from_secs(1).saturating_sub(into_second);
        }
        self.now
    }

    /// As of the last reading.
    pub fn now(&self) -> Instant {
        self.now
    }

    pub fn date(&self) -> &str {
        &self.date
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_now_and_is_made_again_when_its_second_is_over() {
        let mut clock = Clock::new();
        let date = httpdate::parse_http_date(clock.date()).unwrap();
        assert!(SystemTime::now().duration_since(date).unwrap() < Duration::from_secs(2));
        assert!(clock.next_date_at - clock.now() <= Duration::from_secs(1));
        clock.date.clear();
        clock.next_date_at = clock.now();
        clock.read();
        assert!(!clock.date().is_empty());
    }
}
