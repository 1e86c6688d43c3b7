//! `REDIS_URL`: `redis://[user:password@]host[:port][/db]`.

use percent_encoding::percent_decode_str;
use thiserror::Error;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// For the resolver: host and port.
    pub host: String,
    pub port: u16,
    pub login: Option<Login>,
    pub database: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: String,
}

#[derive(Debug, Error, PartialEq, Eq)]
pub enum InvalidUrl {
    #[error("REDIS_URL is not redis://[user:password@]host[:port][/db]")]
    Form,
    #[error("REDIS_URL names a cluster, which rust-tuned cannot use; rust-production can")]
    Cluster,
}

impl Address {
    pub fn parse(url: &str) -> Result<Self, InvalidUrl> {
        if url.starts_with("redis+cluster:") {
            return Err(InvalidUrl::Cluster);
        }
        let rest = url.strip_prefix("redis://").ok_or(InvalidUrl::Form)?;
        let (login, rest) = match rest.rsplit_once('@') {
            Some((login, rest)) => (Some(parse_login(login)?), rest),
            None => (None, rest),
        };
        let (site, path) = rest.split_once('/').unwrap_or((rest, ""));
        let database = match path {
            "" => 0,
            number => number.parse().map_err(|_| InvalidUrl::Form)?,
        };
        // The colons of an IPv6 address are within brackets.
        let (host, port) = match site.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| InvalidUrl::Form)?)
            }
            _ => (site, 6379),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(InvalidUrl::Form);
        }
        Ok(Self {
            host: host.to_owned(),
            port,
            login,
            database,
        })
    }
}

fn parse_login(text: &str) -> Result<Login, InvalidUrl> {
    let (user, password) = text.split_once(':').ok_or(InvalidUrl::Form)?;
    let user = if user.is_empty() { "default" } else { user };
    let decoded = |part| {
        let text = percent_decode_str(part).decode_utf8();
        text.map(String::from).map_err(|_| InvalidUrl::Form)
    };
    Ok(Login {
        user: decoded(user)?,
        password: decoded(password)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(url: &str) -> (String, u16, u32) {
        let address = Address::parse(url).unwrap();
        (address.host, address.port, address.database)
    }

    #[test]
    fn what_is_left_out_is_redis_own_default() {
        assert_eq!(site("redis://localhost"), ("localhost".into(), 6379, 0));
        assert_eq!(site("redis://h:7000/"), ("h".into(), 7000, 0));
        assert_eq!(site("redis://[::1]:7000/2"), ("::1".into(), 7000, 2));
        assert_eq!(site("redis://[::1]"), ("::1".into(), 6379, 0));
    }

    #[test]
    fn a_login_may_be_escaped_and_lack_the_user() {
        let login = |url| Address::parse(url).unwrap().login.unwrap();
        let (user, password) = ("me".to_owned(), "p@ss".to_owned());
        assert_eq!(login("redis://me:p%40ss@h"), Login { user, password });
        assert_eq!(login("redis://:word@h").user, "default");
    }

    #[test]
    fn anything_else_is_refused() {
        for url in [
            "",
            "h:1",
            "http://h",
            "redis://",
            "redis://h:x",
            "redis://h/x",
            "redis://u@h",
        ] {
            assert_eq!(Address::parse(url), Err(InvalidUrl::Form), "{url}");
        }
        let cluster = Address::parse("redis+cluster://h:1,h:2");
        assert_eq!(cluster, Err(InvalidUrl::Cluster));
    }
}
