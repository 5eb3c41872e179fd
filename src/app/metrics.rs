//! `/metrics`, beside the routes that clients use or on a listener of its own.

use axum::Router;
use axum::http::header;
use axum::routing::get;
use tokio::net::TcpListener;

use super::App;
use crate::http::{Backend, Shutdown};
use crate::telemetry::Metrics;

impl App {
    /// The route.
    pub fn metrics(&self, metrics: Metrics) -> Router {
        let app = self.clone();
        let page = move || {
            let (app, metrics) = (app.clone(), metrics.clone());
            async move {
                let kind = [(
                    header::CONTENT_TYPE,
                    "text/plain; version=0.0.4; charset=utf-8",
                )];
                app.observe().await;
                (kind, metrics.render())
            }
        };
        Router::new().route("/metrics", get(page))
    }

    /// Serves the route, and nothing else, until the shutdown begins.
    pub async fn serve_metrics(&self, metrics: Metrics, listener: TcpListener, shutdown: Shutdown) {
        let serving = axum::serve(listener, self.metrics(metrics));
        tokio::select! {
            () = shutdown.begun() => {}
            ended = serving.into_future() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "metrics are no longer served");
                }
            }
        }
    }

    /// Looks at what is not counted as it happens.
    async fn observe(&self) {
        self.inner.store.observe();
        self.inner.auth.observe();
        self.inner.realtime.observe();
        let ready = self.ready().await.is_ok();
        metrics::gauge!("tandem_ready").set(f64::from(u8::from(ready)));
    }
}
