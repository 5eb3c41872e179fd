//! The account's settings and who may do what: every mutation of them, with each of its refusals.

mod changes;
mod kept;
mod panel;
mod pipelines;
mod properties;
mod roles;
mod tenants;

/// Where an input's field is.
fn at(field: &str) -> [&str; 2] {
    ["input", field]
}
