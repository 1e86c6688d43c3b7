//! Commands as Redis reads them: arrays of bulk strings, appended to what is to be sent.

/// Before every key of ours.
pub const PREFIX: &str = "cache:";

pub fn get_and_pttl(out: &mut Vec<u8>, key: &str) {
    out.extend_from_slice(b"*2\r\n$3\r\nGET\r\n");
    name(out, key);
    out.extend_from_slice(b"*2\r\n$4\r\nPTTL\r\n");
    name(out, key);
}

pub fn set(out: &mut Vec<u8>, key: &str, body: &[u8], ttl_ms: u64) {
    out.extend_from_slice(b"*5\r\n$3\r\nSET\r\n");
    name(out, key);
    argument(out, body);
    out.extend_from_slice(b"$2\r\nPX\r\n");
    argument(out, itoa::Buffer::new().format(ttl_ms).as_bytes());
}

pub fn delete(out: &mut Vec<u8>, key: &str) {
    out.extend_from_slice(b"*2\r\n$3\r\nDEL\r\n");
    name(out, key);
}

/// Any command, given word by word.
pub fn words(out: &mut Vec<u8>, words: &[&str]) {
    header(out, b'*', words.len());
    for word in words {
        argument(out, word.as_bytes());
    }
}

fn name(out: &mut Vec<u8>, key: &str) {
    header(out, b'$', PREFIX.len() + key.len());
    out.extend_from_slice(PREFIX.as_bytes());
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\r\n");
}

fn argument(out: &mut Vec<u8>, bytes: &[u8]) {
    header(out, b'$', bytes.len());
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

fn header(out: &mut Vec<u8>, sign: u8, count: usize) {
    out.push(sign);
    out.extend_from_slice(itoa::Buffer::new().format(count).as_bytes());
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lengths_are_in_bytes_and_keys_have_their_prefix() {
        assert_eq!(
            written(|out| set(out, "é", b"[1]", 1500)),
            "*5\r\n$3\r\nSET\r\n$8\r\ncache:é\r\n$3\r\n[1]\r\n$2\r\nPX\r\n$4\r\n1500\r\n"
        );
        assert_eq!(
            written(|out| get_and_pttl(out, "k")),
            "*2\r\n$3\r\nGET\r\n$7\r\ncache:k\r\n*2\r\n$4\r\nPTTL\r\n$7\r\ncache:k\r\n"
        );
        assert_eq!(
            written(|out| delete(out, "k")),
            "*2\r\n$3\r\nDEL\r\n$7\r\ncache:k\r\n"
        );
        assert_eq!(
            written(|out| words(out, &["HELLO", "3"])),
            "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n"
        );
    }
}
