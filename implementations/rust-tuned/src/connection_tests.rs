use std::{collections::VecDeque, sync::Arc};

use super::*;
use crate::{
    backend::{Backend, Terms},
    clock::Clock,
    metrics::Stats,
    redis::address::Address,
};

/// Brings what it was given, and takes what it is sent.
#[derive(Default)]
struct Pipe {
    brings: Vec<u8>,
    took: Vec<u8>,
    ended: bool,
}

impl Read for Pipe {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.brings.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = self.brings.len().min(room.len());
        room[..count].copy_from_slice(&self.brings[..count]);
        self.brings.drain(..count);
        Ok(count)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.took.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Socket for Pipe {
    fn end_output(&mut self) {
        self.ended = true;
    }
}

struct Bench {
    connection: Connection<Pipe>,
    cx: Context<Pipe>,
}

const LIMIT: usize = 64;

fn bench() -> Bench {
    let terms = Terms {
        l1_max_bytes: 1 << 20,
        l1_ttl: Duration::from_secs(60),
        redis_timeout: Duration::from_millis(250),
        invalidation: false,
    };
    let clock = Clock::new();
    let address = Address::parse("redis://h").unwrap();
    let mut backend = Backend::new(terms, address, Arc::default(), clock.now());
    backend.connected(Pipe::default(), clock.now());
    let mut bench = Bench {
        connection: Connection::new(Pipe::default(), clock.now()),
        cx: Context {
            backend,
            clock,
            workers: [Stats::default()].into(),
            worker: 0,
            max_value_bytes: LIMIT,
            default_ttl: Duration::from_secs(300),
            draining: false,
            spare_input: Buffer::default(),
            spare_output: Vec::new(),
            deadlines: VecDeque::new(),
            last_serial: 0,
        },
    };
    bench.redis("+OK\r\n");
    bench
}

impl Bench {
    /// Brings a piece of requests; returns what was answered.
    fn client(&mut self, bytes: &str) -> String {
        self.connection.socket.brings.extend(bytes.bytes());
        self.connection.became_readable(false);
        self.connection.drive(0, &mut self.cx);
        self.answered()
    }

    /// Redis says this; returns what the client is answered.
    fn redis(&mut self, says: &str) -> String {
        let socket = self.cx.backend.socket().unwrap();
        socket.brings.extend(says.bytes());
        self.cx.backend.receive().unwrap();
        let now = self.cx.clock.now();
        while let Some(settled) = self.cx.backend.next(&self.cx.workers[0], now).unwrap() {
            self.connection.finish(&mut self.cx, &settled.outcome);
            self.connection.drive(0, &mut self.cx);
        }
        self.answered()
    }

    fn answered(&mut self) -> String {
        let took = std::mem::take(&mut self.connection.socket.took);
        String::from_utf8(took).unwrap()
    }

    fn asked_redis(&mut self) -> String {
        self.cx.backend.flush().unwrap();
        let took = std::mem::take(&mut self.cx.backend.socket().unwrap().took);
        String::from_utf8(took).unwrap()
    }

    fn counted(&self, op: &str, result: &str) -> bool {
        let line = format!("cache_requests_total{{op=\"{op}\",result=\"{result}\"}} 1\n");
        metrics::render(&self.cx.workers).contains(&line)
    }
}

fn statuses(answers: &str) -> Vec<&str> {
    let lines = answers.split("HTTP/1.1 ").skip(1);
    lines.map(|answer| &answer[..3]).collect()
}

const PUT_K: &str = "PUT /v1/cache/k?ttl=7 HTTP/1.1\r\nContent-Length: 3\r\n\r\n[1]";
const GET_K: &str = "GET /v1/cache/k HTTP/1.1\r\n\r\n";

#[test]
fn a_put_is_answered_when_redis_acknowledged_and_the_get_after_it_is_from_l1() {
    let mut bench = bench();
    bench.asked_redis();
    assert_eq!(bench.client(PUT_K), "");
    let set = "*5\r\n$3\r\nSET\r\n$7\r\ncache:k\r\n$3\r\n[1]\r\n$2\r\nPX\r\n$4\r\n7000\r\n";
    assert_eq!(bench.asked_redis(), set);
    assert_eq!(statuses(&bench.redis("+OK\r\n")), ["204"]);
    let answer = bench.client(GET_K);
    assert!(answer.contains("\r\nX-Cache: L1\r\n") && answer.ends_with("\r\n\r\n[1]"));
    assert!(bench.counted("put", "ok") && bench.counted("get", "l1_hit"));
    assert!(bench.asked_redis().is_empty());
}

#[test]
fn a_connection_at_rest_holds_no_buffer() {
    let mut bench = bench();
    bench.client("GET /livez HTTP/1.1\r\n\r\n");
    assert!(!bench.connection.input.has_room());
    assert_eq!(bench.connection.output.capacity(), 0);
    bench.client("GET /li");
    assert!(bench.connection.input.has_room());
}

#[test]
fn requests_that_come_byte_by_byte_or_all_at_once_are_answered_in_order() {
    let requests = "GET /livez HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nxx\
                    PUT /v1/cache/k HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    let mut whole = bench();
    assert_eq!(statuses(&whole.client(requests)), ["200", "404", "400"]);
    let mut bytewise = bench();
    let mut answers = String::new();
    for at in 0..requests.len() {
        answers += &bytewise.client(&requests[at..=at]);
    }
    assert_eq!(statuses(&answers), ["200", "404", "400"]);
}

#[test]
fn a_request_behind_one_that_waits_for_redis_waits_too() {
    let mut bench = bench();
    bench.asked_redis();
    assert_eq!(bench.client(&format!("{PUT_K}{GET_K}{PUT_K}")), "");
    assert_eq!(bench.asked_redis().matches("SET").count(), 1);
    assert_eq!(statuses(&bench.redis("+OK\r\n")), ["204", "200"]);
    assert_eq!(statuses(&bench.redis("+OK\r\n")), ["204"]);
}

#[test]
fn a_body_over_the_limit_is_refused_and_read_away() {
    let mut bench = bench();
    let long = "1".repeat(LIMIT + 1);
    for framed in [
        format!("Content-Length: {}\r\n\r\n{long}", LIMIT + 1),
        format!("Transfer-Encoding: chunked\r\n\r\n41\r\n{long}\r\n0\r\n\r\n"),
    ] {
        let request = format!("PUT /v1/cache/k HTTP/1.1\r\n{framed}");
        let (first, last) = request.split_at(request.len() - 3);
        assert_eq!(statuses(&bench.client(first)), ["413"]);
        assert_eq!(bench.client(last), "");
        assert_eq!(
            statuses(&bench.client("GET /livez HTTP/1.1\r\n\r\n")),
            ["200"]
        );
    }
}

#[test]
fn a_client_that_waits_for_100_continue_gets_it_or_is_closed() {
    let mut bench = bench();
    let head = "PUT /v1/cache/k HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length:";
    assert_eq!(
        bench.client(&format!("{head} 2\r\n\r\n")),
        "HTTP/1.1 100 Continue\r\n\r\n"
    );
    assert_eq!(bench.client("12"), "");
    assert_eq!(statuses(&bench.redis("+OK\r\n")), ["204"]);
    let answer = bench.client(&format!("{head} 65\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("\r\nConnection: close\r\n"));
    assert!(bench.connection.socket.ended);
}

#[test]
fn what_is_not_http_is_answered_and_closed() {
    let mut bench = bench();
    assert_eq!(
        statuses(&bench.client("\0\r\n\r\nGET / HTTP/1.1\r\n\r\n")),
        ["400"]
    );
    assert!(bench.connection.socket.ended);
    assert_eq!(bench.client(GET_K), "");
}

#[test]
fn while_draining_the_last_request_that_is_there_ends_the_connection() {
    let mut bench = bench();
    bench.cx.draining = true;
    let answers = bench.client("GET /livez HTTP/1.1\r\n\r\nGET /readyz HTTP/1.1\r\n\r\n");
    assert_eq!(statuses(&answers), ["200", "503"]);
    assert_eq!(answers.matches("Connection: close").count(), 1);
    assert!(bench.connection.socket.ended && bench.connection.is_idle());
}

#[test]
fn when_redis_cannot_be_asked_the_answer_is_503_at_once() {
    let mut bench = bench();
    let now = bench.cx.clock.now();
    bench.cx.backend.lost(now);
    bench
        .cx
        .backend
        .watch(now + bench.cx.backend.redis_timeout());
    for request in [GET_K, PUT_K, "GET /readyz HTTP/1.1\r\n\r\n"] {
        let answer = bench.client(request);
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        assert!(answer.contains("\r\nRetry-After: 1\r\n"), "{answer}");
    }
    assert!(bench.counted("get", "unavailable") && bench.counted("put", "unavailable"));
}

#[test]
fn a_request_whose_client_left_is_counted() {
    let mut bench = bench();
    bench.client(GET_K);
    bench.connection.abandon(&mut bench.cx);
    assert!(bench.counted("get", "error"));
}
