//! Traces, for a collector that speaks OpenTelemetry's protocol over HTTP (OTLP, protobuf).
//!
//! The collector is expected near the server, as the protocol's authors advise, so this speaks plain HTTP; the
//! collector passes on, encrypted, to wherever.

use std::fmt;
use std::future::ready;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::pin::Pin;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};

/// The longest that handing a batch over may take. It waits on a thread of its own, so it holds up nothing.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where traces go, and how many of them.
#[derive(Debug, Clone)]
pub struct Traces {
    /// The collector's address, such as `http://127.0.0.1:4318/v1/traces`.
    pub endpoint: String,
    /// Of a hundred requests so many are traced.
    pub percent: u32,
}

/// Begins to collect; the provider hands over what is left when it is shut down.
pub(super) fn start(traces: &Traces) -> Result<(SdkTracer, SdkTracerProvider), String> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(&traces.endpoint)
        .with_timeout(PATIENCE)
        .with_http_client(Plain)
        .build()
        .map_err(|error| error.to_string())?;
    let share = f64::from(traces.percent) / 100.0;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(Resource::builder().with_service_name("tandem").build())
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
            share,
        ))))
        .build();
    Ok((provider.tracer("tandem"), provider))
}

/// HTTP without encryption, one connection a request: there is one every few seconds.
#[derive(Debug)]
struct Plain;

#[derive(Debug)]
struct Failed(&'static str);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Failed {}

impl HttpClient for Plain {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        // Called on the exporter's own thread, which may block.
        Box::pin(ready(send(&request)))
    }
}

fn send(request: &Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let uri = request.uri();
    if uri.scheme_str() != Some("http") {
        return Err(Failed("the collector's address must begin with http://").into());
    }
    let host = uri
        .host()
        .ok_or(Failed("the collector's address has no host"))?;
    let address = (host.trim_matches(['[', ']']), uri.port_u16().unwrap_or(80))
        .to_socket_addrs()?
        .next()
        .ok_or(Failed("the collector's host has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or(host, |authority| authority.as_str());
    let length = request.body().len();
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Length: {length}\r\n"
    );
    for (name, value) in request.headers() {
        if let Ok(value) = value.to_str() {
            head += &format!("{name}: {value}\r\n");
        }
    }
    head += "\r\n";
    stream.write_all(head.as_bytes())?;
    stream.write_all(request.body())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let status: u16 = line
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or(Failed("the collector's answer is not HTTP"))?;
    Ok(Response::builder().status(status).body(Bytes::new())?)
}
