//! The transports, over a backend of their own: see `support`.

mod events;
mod fairness;
mod health;
mod idle;
mod limited;
mod over_http;
mod pings;
mod socket_end;
mod sockets;
mod stopping;
mod support;
