//! Bytes that have arrived from a socket and are not used up yet.

use std::io::{self, Read};

/// What one read may bring; also the size of a buffer that is kept.
const USUAL: usize = 16 << 10;

#[derive(Default)]
pub struct Buffer {
    /// Initialised once and reused; what counts is `start..end`.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

/// What a read says about the socket.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrived {
    /// There may be more.
    Full,
    /// For now that was all.
    Drained,
    Closed,
}

impl Buffer {
    pub fn data(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    pub fn consume(&mut self, count: usize) {
        self.start += count;
        debug_assert!(self.start <= self.end);
        if self.is_empty() {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Reads once. A read that does not fill the room has emptied the socket (see "edge-triggered" in
    /// epoll(7)), so the next call of read is spared.
    pub fn read(&mut self, socket: &mut impl Read) -> io::Result<Arrived> {
        self.make_room();
        let room = &mut self.bytes[self.end..];
        let size = room.len();
        match socket.read(room) {
            Ok(0) => Ok(Arrived::Closed),
            Ok(count) => {
                self.end += count;
                Ok(if count == size {
                    Arrived::Full
                } else {
                    Arrived::Drained
                })
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Arrived::Drained),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Arrived::Full),
            Err(error) => Err(error),
        }
    }

    fn make_room(&mut self) {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        // Half as much again as is held, so that what is large is not copied for every read.
        let size = self.end + (self.end / 2).max(USUAL);
        if self.bytes.len() < size {
            self.bytes.resize(size, 0);
        }
    }

    /// Has room, holds nothing, and is not larger than is worth keeping.
    pub fn is_spare(&self) -> bool {
        self.is_empty() && (1..=4 * USUAL).contains(&self.bytes.len())
    }

    pub fn has_room(&self) -> bool {
        !self.bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_consumed_is_gone_and_the_rest_stays() {
        let mut buffer = Buffer::default();
        assert_eq!(buffer.read(&mut &b"abcdef"[..]).unwrap(), Arrived::Drained);
        buffer.consume(2);
        assert_eq!(buffer.data(), b"cdef");
        buffer.read(&mut &b"gh"[..]).unwrap();
        assert_eq!(buffer.data(), b"cdefgh");
        buffer.consume(6);
        assert!(buffer.is_spare());
    }

    #[test]
    fn what_is_larger_than_a_read_is_held_whole() {
        let large: Vec<u8> = (0..=255).cycle().take(10 * USUAL).collect();
        let (mut buffer, mut rest) = (Buffer::default(), &large[..]);
        assert_eq!(buffer.read(&mut rest).unwrap(), Arrived::Full);
        while !rest.is_empty() {
            buffer.read(&mut rest).unwrap();
        }
        assert_eq!(buffer.data(), large);
        buffer.consume(large.len());
        assert!(buffer.is_empty() && !buffer.is_spare());
    }

    #[test]
    fn the_end_is_told() {
        let mut buffer = Buffer::default();
        assert!(!buffer.has_room());
        assert_eq!(buffer.read(&mut &b""[..]).unwrap(), Arrived::Closed);
    }
}
