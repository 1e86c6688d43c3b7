use super::*;

/// A socket that says what it was told to.
#[derive(Default)]
struct Socket {
    says: Vec<u8>,
}

impl Read for Socket {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.says.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = self.says.len().min(room.len());
        room[..count].copy_from_slice(&self.says[..count]);
        self.says.drain(..count);
        Ok(count)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const TIMEOUT: Duration = Duration::from_millis(250);
const MINUTE: Duration = Duration::from_secs(60);

fn waiter(serial: u64) -> Waiter {
    Waiter {
        connection: 0,
        serial,
    }
}

struct Bench {
    backend: Backend<Socket>,
    stats: Stats,
    now: Instant,
}

impl Bench {
    fn new(silent_workers: &Arc<AtomicUsize>) -> Self {
        let terms = Terms {
            l1_max_bytes: 1 << 20,
            l1_ttl: MINUTE,
            redis_timeout: TIMEOUT,
            invalidation: true,
        };
        let (address, now) = (Address::parse("redis://h").unwrap(), Instant::now());
        let mut bench = Self {
            backend: Backend::new(terms, address, silent_workers.clone(), now),
            stats: Stats::default(),
            now,
        };
        assert_eq!(bench.connect(), []);
        bench
    }

    /// Returns who waited too long for it.
    fn connect(&mut self) -> Vec<Waiter> {
        let late = self.backend.connected(Socket::default(), self.now);
        assert_eq!(self.hear("+OK\r\n+OK\r\n"), []);
        late
    }

    fn fetch(&mut self, key: &str, serial: u64) -> bool {
        self.backend.fetch(key, waiter(serial), self.now)
    }

    fn set(&mut self, key: &str, body: &str, serial: u64) -> bool {
        let body = body.as_bytes();
        self.backend
            .set(key, body, MINUTE, waiter(serial), self.now)
    }

    /// What is settled when Redis says this.
    fn hear(&mut self, says: &str) -> Vec<(Vec<u64>, Outcome)> {
        self.backend.socket().unwrap().says.extend(says.bytes());
        assert!(!self.backend.receive().unwrap());
        let mut all = Vec::new();
        while let Some(settled) = self.backend.next(&self.stats, self.now).unwrap() {
            let serials = settled.waiters.iter().map(|waiter| waiter.serial);
            all.push((serials.collect(), settled.outcome));
        }
        all
    }

    fn l1(&self, key: &str) -> Lookup<'_> {
        self.backend.look_up(key, self.now)
    }
}

fn bench() -> Bench {
    Bench::new(&Arc::default())
}

fn value(body: &str) -> Outcome {
    Outcome::Value(body.as_bytes().into())
}

const NEWS_OF_K: &str = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$7\r\ncache:k\r\n";

#[test]
fn one_read_serves_all_who_ask_and_fills_l1() {
    let mut bench = bench();
    assert!(bench.fetch("k", 1) && bench.fetch("k", 2));
    let settled = bench.hear("$1\r\n7\r\n:5000\r\n");
    assert_eq!(settled, [(vec![1, 2], value("7"))]);
    assert_eq!(bench.l1("k"), Lookup::Value(b"7"));
    bench.now += Duration::from_secs(5);
    assert_eq!(bench.l1("k"), Lookup::Unknown);
}

#[test]
fn a_value_without_a_ttl_is_kept_for_the_life_of_l1_and_a_gone_one_is_not() {
    let mut bench = bench();
    assert!(bench.fetch("stays", 1) && bench.fetch("gone", 2));
    bench.hear("$1\r\n1\r\n:-1\r\n$1\r\n2\r\n:-2\r\n");
    assert_eq!(bench.l1("stays"), Lookup::Value(b"1"));
    assert_eq!(bench.l1("gone"), Lookup::Unknown);
    bench.now += MINUTE;
    assert_eq!(bench.l1("stays"), Lookup::Unknown);
}

#[test]
fn absence_is_known_until_somebody_writes() {
    let mut bench = bench();
    assert!(bench.fetch("k", 1));
    assert_eq!(bench.hear("_\r\n:-2\r\n"), [(vec![1], Outcome::Absent)]);
    assert_eq!(bench.l1("k"), Lookup::Absent);
    bench.hear(NEWS_OF_K);
    assert_eq!(bench.l1("k"), Lookup::Unknown);
}

#[test]
fn a_write_is_in_l1_once_it_is_acknowledged() {
    let mut bench = bench();
    assert!(bench.set("k", "1", 1));
    assert_eq!(bench.l1("k"), Lookup::Unknown);
    assert_eq!(bench.hear("+OK\r\n"), [(vec![1], Outcome::Written)]);
    assert_eq!(bench.l1("k"), Lookup::Value(b"1"));
    assert!(bench.backend.delete("k", waiter(2), bench.now));
    assert_eq!(bench.hear(":1\r\n"), [(vec![2], Outcome::Written)]);
    assert_eq!(bench.l1("k"), Lookup::Unknown);
}

#[test]
fn what_is_done_last_in_redis_is_what_l1_holds() {
    let mut bench = bench();
    assert!(bench.fetch("k", 1) && bench.set("k", "new", 2));
    bench.hear("$3\r\nold\r\n:-1\r\n+OK\r\n");
    assert_eq!(bench.l1("k"), Lookup::Value(b"new"));
    bench.hear(NEWS_OF_K);
    assert_eq!(bench.l1("k"), Lookup::Unknown);
}

#[test]
fn news_between_a_value_and_its_ttl_keep_it_out_of_l1() {
    let mut bench = bench();
    assert!(bench.fetch("k", 1));
    let settled = bench.hear(&format!("$3\r\nold\r\n{NEWS_OF_K}:5000\r\n"));
    assert_eq!(settled, [(vec![1], value("old"))]);
    assert_eq!(bench.l1("k"), Lookup::Unknown);
}

#[test]
fn a_refused_write_leaves_nothing_in_l1() {
    let mut bench = bench();
    assert!(bench.set("k", "1", 1));
    bench.hear("+OK\r\n");
    assert!(bench.set("k", "2", 2));
    let refused = (vec![2], Outcome::Unavailable);
    assert_eq!(bench.hear("-OOM no room\r\n"), [refused]);
    assert_eq!(bench.l1("k"), Lookup::Unknown);
}

#[test]
fn a_flush_of_redis_empties_l1() {
    let mut bench = bench();
    assert!(bench.set("k", "1", 1));
    bench.hear("+OK\r\n>2\r\n$10\r\ninvalidate\r\n_\r\n");
    assert_eq!(bench.l1("k"), Lookup::Unknown);
}

#[test]
fn a_silent_redis_is_asked_nothing_until_it_answers_and_hits_are_served() {
    let mut bench = bench();
    assert!(bench.set("k", "1", 1));
    bench.hear("+OK\r\n");
    assert!(bench.fetch("other", 2));
    bench.now += TIMEOUT;
    bench.backend.watch(bench.now);
    assert!(!bench.fetch("another", 3) && !bench.set("k", "2", 4));
    assert_eq!(bench.l1("k"), Lookup::Value(b"1"));
    bench.hear("$1\r\n7\r\n:-1\r\n");
    bench.backend.watch(bench.now);
    assert!(bench.fetch("another", 5) && bench.set("k", "2", 6));
}

#[test]
fn while_one_worker_finds_redis_silent_no_other_writes() {
    let silent_workers = Arc::default();
    let (mut one, mut other) = (Bench::new(&silent_workers), Bench::new(&silent_workers));
    assert!(one.set("k", "1", 1));
    one.backend.watch(one.now + TIMEOUT);
    assert!(!other.set("k", "2", 1) && other.fetch("k", 2));
    one.hear("+OK\r\n");
    one.backend.watch(one.now + TIMEOUT);
    assert!(other.set("k", "2", 3));
}

#[test]
fn a_lost_connection_empties_l1_and_fails_all_who_wait() {
    let mut bench = bench();
    assert!(bench.set("k", "1", 1));
    bench.hear("+OK\r\n");
    assert!(bench.fetch("other", 2) && bench.set("k", "2", 3));
    let (waiters, was_of_use) = bench.backend.lost(bench.now);
    assert_eq!(waiters, [waiter(2), waiter(3)]);
    assert!(was_of_use);
    assert_eq!(bench.l1("k"), Lookup::Unknown);
}

#[test]
fn calls_wait_for_a_connection_as_long_as_for_an_answer() {
    let mut bench = bench();
    bench.backend.lost(bench.now);
    assert!(bench.fetch("k", 1));
    assert_eq!(bench.connect(), []);
    assert_eq!(bench.hear("_\r\n:-2\r\n"), [(vec![1], Outcome::Absent)]);

    bench.backend.lost(bench.now);
    assert!(bench.set("k", "late", 2));
    bench.now += TIMEOUT;
    bench.backend.watch(bench.now);
    assert!(!bench.set("k", "later", 3));
    assert_eq!(bench.connect(), [waiter(2)]);
    assert!(bench.set("k", "new", 4));
    assert_eq!(bench.hear("+OK\r\n"), [(vec![4], Outcome::Written)]);
}

#[test]
fn a_worker_without_a_connection_does_not_keep_others_from_writing() {
    let silent_workers = Arc::default();
    let (mut one, mut other) = (Bench::new(&silent_workers), Bench::new(&silent_workers));
    one.backend.lost(one.now);
    one.backend.watch(one.now + TIMEOUT);
    assert!(!one.set("k", "1", 1) && other.set("k", "2", 1));
}

#[test]
fn a_connection_that_was_set_up_is_of_use_even_if_nothing_was_asked() {
    let mut bench = bench();
    assert_eq!(bench.backend.lost(bench.now), (vec![], true));
    assert_eq!(bench.backend.lost(bench.now), (vec![], false));
}

#[test]
fn a_redis_that_will_not_track_is_of_no_use() {
    let mut bench = bench();
    bench.backend.lost(bench.now);
    bench.backend.connected(Socket::default(), bench.now);
    let says = b"-NOPERM no\r\n";
    bench.backend.socket().unwrap().says.extend(says);
    bench.backend.receive().unwrap();
    assert!(bench.backend.next(&bench.stats, bench.now).is_err());
    let (_, was_of_use) = bench.backend.lost(bench.now);
    assert!(!was_of_use);
}
