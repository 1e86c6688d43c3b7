//! Who waits for Redis: a connection, and which of its requests, since connections' numbers are reused.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiter {
    pub connection: usize,
    pub serial: u64,
}
