use super::*;

/// Says what it was told to, and takes a few bytes at a time.
#[derive(Default)]
struct Socket {
    says: Vec<u8>,
    took: Vec<u8>,
    room: usize,
}

impl Read for Socket {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.says.len().min(room.len());
        room[..count].copy_from_slice(&self.says[..count]);
        self.says.drain(..count);
        Ok(count)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.room);
        if count == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.room -= count;
        self.took.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn pipe(says: &str) -> Pipe<Socket> {
    let says = says.as_bytes().to_vec();
    let mut pipe = Pipe::new();
    pipe.connect(Socket {
        says,
        ..Socket::default()
    });
    pipe
}

#[test]
fn what_the_socket_does_not_take_is_sent_later() {
    let mut pipe = pipe("");
    pipe.ping(None, Instant::now());
    for _ in 0..4 {
        pipe.socket().unwrap().room = 5;
        pipe.flush().unwrap();
    }
    assert_eq!(pipe.socket().unwrap().took, b"*1\r\n$4\r\nPING\r\n");
}

#[test]
fn without_a_socket_commands_wait() {
    let mut pipe = Pipe::new();
    pipe.ping(None, Instant::now());
    pipe.flush().unwrap();
    assert!(!pipe.receive().unwrap());
    let room = 100;
    pipe.connect(Socket {
        room,
        ..Socket::default()
    });
    pipe.flush().unwrap();
    assert_eq!(pipe.socket().unwrap().took, b"*1\r\n$4\r\nPING\r\n");
}

#[test]
fn replies_go_to_the_calls_in_their_order_and_pushes_to_none() {
    let mut pipe = pipe(">1\r\n+x\r\n+PONG\r\n$1\r\n7\r\n:5\r\n");
    let at = Instant::now();
    pipe.ping(None, at);
    pipe.get("k".into(), at);
    assert!(!pipe.receive().unwrap());
    let mut seen = Vec::new();
    while let Some(one) = pipe
        .next(|sent, reply| Ok((sent.map(|sent| sent.call), format!("{reply:?}"))))
        .unwrap()
    {
        seen.push(one);
    }
    let expected = [
        (None, "Push([43, 120, 13, 10])"),
        (Some(Call::Ping(None)), "Status"),
        (Some(Call::Value), "Bulk([55])"),
        (Some(Call::Life("k".into())), "Integer(5)"),
    ];
    assert_eq!(seen, expected.map(|(call, reply)| (call, reply.to_owned())));
    assert_eq!(pipe.oldest_at(), None);
}

#[test]
fn a_reply_that_nobody_asked_for_ends_the_connection() {
    let mut pipe = pipe("+OK\r\n");
    pipe.receive().unwrap();
    assert!(pipe.next(|_, _| Ok(())).is_err());
}

#[test]
fn the_end_of_the_connection_is_an_error() {
    assert!(pipe("").receive().is_err());
}
