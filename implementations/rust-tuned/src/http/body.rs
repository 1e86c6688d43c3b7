//! How a body is delimited, and taking one in as it comes.

use httparse::{EMPTY_HEADER, Status};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framing {
    Length(usize),
    Chunked,
}

impl Framing {
    pub const NONE: Self = Self::Length(0);
}

#[derive(Debug, PartialEq, Eq)]
pub struct MalformedChunk;

/// A chunk's size line or trailer that is longer than this is no honest one.
const MAX_LINE_BYTES: usize = 4 << 10;

/// Where in a body the next byte stands.
#[derive(Debug)]
pub enum Progress {
    /// Bytes left, of the body or of the chunk.
    Data {
        left: usize,
        chunked: bool,
    },
    ChunkSize,
    ChunkEnd,
    Trailer,
    Done,
}

impl Progress {
    pub fn new(framing: &Framing) -> Self {
        match *framing {
            Framing::Length(0) => Self::Done,
            Framing::Length(left) => Self::Data {
                left,
                chunked: false,
            },
            Framing::Chunked => Self::ChunkSize,
        }
    }

    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }

    /// Takes in what it can and hands the body's bytes to `sink`; returns how many bytes of `input` it used.
    pub fn take(
        &mut self,
        input: &[u8],
        mut sink: impl FnMut(&[u8]),
    ) -> Result<usize, MalformedChunk> {
        let mut used = 0;
        loop {
            let rest = &input[used..];
            match self {
                Self::Done => return Ok(used),
                Self::Data { left, chunked } => {
                    let count = rest.len().min(*left);
                    sink(&rest[..count]);
                    used += count;
                    *left -= count;
                    if *left > 0 {
                        return Ok(used);
                    }
                    *self = if *chunked { Self::ChunkEnd } else { Self::Done };
                }
                Self::ChunkEnd => match rest {
                    [b'\r', b'\n', ..] => {
                        used += 2;
                        *self = Self::ChunkSize;
                    }
                    [] | [b'\r'] => return Ok(used),
                    _ => return Err(MalformedChunk),
                },
                Self::ChunkSize => match httparse::parse_chunk_size(rest) {
                    Ok(Status::Complete((length, size))) => {
                        used += length;
                        *self = match usize::try_from(size).map_err(|_| MalformedChunk)? {
                            0 => Self::Trailer,
                            left => Self::Data {
                                left,
                                chunked: true,
                            },
                        };
                    }
                    Ok(Status::Partial) if rest.len() < MAX_LINE_BYTES => return Ok(used),
                    _ => return Err(MalformedChunk),
                },
                Self::Trailer => match httparse::parse_headers(rest, &mut [EMPTY_HEADER; 16]) {
                    Ok(Status::Complete((length, _))) => {
                        used += length;
                        *self = Self::Done;
                    }
                    Ok(Status::Partial) if rest.len() < MAX_LINE_BYTES => return Ok(used),
                    _ => return Err(MalformedChunk),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body, and what comes after it; fed `step` bytes at a time.
    fn fed(framing: &Framing, input: &[u8], step: usize) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut progress = Progress::new(framing);
        let (mut body, mut held) = (Vec::new(), Vec::new());
        for piece in input.chunks(step) {
            held.extend_from_slice(piece);
            let used = progress.take(&held, |data| body.extend_from_slice(data));
            held.drain(..used.ok()?);
        }
        progress.is_done().then_some((body, held))
    }

    #[test]
    fn a_body_ends_where_its_framing_says_however_it_is_cut() {
        let chunked = b"3\r\nabc\r\nA;ext=1\r\n0123456789\r\n0\r\nX: y\r\n\r\nGET";
        for step in 1..chunked.len() {
            let (body, rest) = fed(&Framing::Chunked, chunked, step).unwrap();
            assert_eq!((&*body, &*rest), (&b"abc0123456789"[..], &b"GET"[..]));
            let (body, rest) = fed(&Framing::Length(4), b"abcdGET", step).unwrap();
            assert_eq!((&*body, &*rest), (&b"abcd"[..], &b"GET"[..]));
        }
        let (body, rest) = fed(&Framing::NONE, b"GET", 1).unwrap();
        assert_eq!((&*body, &*rest), (&b""[..], &b"GET"[..]));
    }

    #[test]
    fn a_body_that_is_not_whole_is_not_done() {
        assert_eq!(fed(&Framing::Length(4), b"abc", 2), None);
        assert_eq!(fed(&Framing::Chunked, b"3\r\nabc\r\n0\r\n", 2), None);
    }

    #[test]
    fn broken_chunks_are_refused() {
        for input in [
            &b"x\r\n"[..],
            b"1\r\nab\r\n",
            b"-1\r\n",
            b"fffffffffffffffff\r\n",
        ] {
            let taken = Progress::new(&Framing::Chunked).take(input, |_| {});
            assert_eq!(taken, Err(MalformedChunk), "{input:?}");
        }
        let endless = vec![b'1'; 2];
        let mut progress = Progress::new(&Framing::Chunked);
        assert_eq!(progress.take(&endless, |_| {}), Ok(0));
        let endless = [&b"1;"[..], &vec![b'e'; MAX_LINE_BYTES]].concat();
        assert_eq!(progress.take(&endless, |_| {}), Err(MalformedChunk));
    }
}
