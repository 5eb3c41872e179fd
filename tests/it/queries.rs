//! Lists and ids: paging, counts, filters against an evaluation of their own, and `nodes`.

mod again;
mod chance;
mod counts;
mod evaluation;
mod filters;
mod left_out;
mod moving;
mod named;
mod nodes;
mod page_info;
mod plain;
mod walk;
mod world;

use serde_json::Value;

use crate::support::desk::text;

/// The ids of a page.
fn ids(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().expect("nodes").iter();
    nodes.map(|node| text(&node["id"])).collect()
}
