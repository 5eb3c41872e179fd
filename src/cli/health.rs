//! `tandem health`: asks a server on this machine whether it is ready, for where there is no other client.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::args::SettingsArgs;
use super::{Done, Failure};

/// Above the time that the server itself gives the check.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the server at the address of the settings; fails with what it says where it is not ready.
pub(super) fn health(args: &SettingsArgs) -> Done {
    let address = here(args.load()?.listen);
    let answer = ask(address)
        .map_err(|error| Failure::new(1, format!("nothing answers at {address}: {error}")))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match head.split(' ').nth(1) {
        Some("200") => Ok(()),
        _ => Err(Failure::new(1, format!("not ready: {}", body.trim()))),
    }
}

/// Who listens everywhere is asked at home.
fn here(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request =
        format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
