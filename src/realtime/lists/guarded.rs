//! What every stream of a subscriber has: it ends with the subscriber's access, and is counted.

use futures_util::{FutureExt, Stream, StreamExt, stream};

use crate::realtime::guard::Guard;
use crate::realtime::replay::StreamError;

/// The stream, ended with `Forbidden` when `withdrawn` resolves and after its first error; counted as one of `kind`.
pub(super) fn guarded<T: Send + 'static>(
    kind: &'static str,
    items: impl Stream<Item = Result<T, StreamError>> + Send + 'static,
    withdrawn: impl Future<Output = ()> + Send + 'static,
) -> impl Stream<Item = Result<T, StreamError>> + Send + 'static {
    let state = (
        Some(items.boxed()),
        Box::pin(withdrawn.fuse()),
        Guard::new(kind),
    );
    stream::unfold(state, |(items, mut withdrawn, mut guard)| async move {
        let mut items = items?;
        let next = tokio::select! {
            // Looked at first: who may no longer see must not be given one more frame.
            biased;
            () = &mut withdrawn => Some(Err(StreamError::Forbidden)),
            next = items.next() => next,
        };
        let items = match &next {
            Some(Ok(_)) => Some(items),
            Some(Err(error)) => {
                guard.failed(error);
                None
            }
            None => {
                guard.stopped();
                None
            }
        };
        next.map(|next| (next, (items, withdrawn, guard)))
    })
}
