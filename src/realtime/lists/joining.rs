//! How somebody comes to a live list or to live numbers, and what they are given from then on.

use futures_util::{Stream, stream};

use super::Frame;
use crate::realtime::replay::StreamError;

/// How it began.
pub(super) enum Joined<M> {
    /// With things as they are.
    In(M, Frame),
    /// With an answer that shows nothing but what went wrong, and that is all.
    Refused(Frame),
    /// Not at all: the server stops.
    Stopped,
}

/// One who has come in.
pub(super) trait Member: Send + 'static {
    /// What has changed since; none when the server stops.
    fn next(&mut self) -> impl Future<Output = Option<Result<Frame, StreamError>>> + Send;
}

enum Stage<O, M> {
    Opening(O),
    Following(M),
    Over,
}

/// What somebody is given who comes in by `opening`.
pub(super) fn frames<M: Member>(
    opening: impl Future<Output = Result<Joined<M>, StreamError>> + Send + 'static,
) -> impl Stream<Item = Result<Frame, StreamError>> + Send + 'static {
    stream::unfold(
        Stage::<_, Box<M>>::Opening(Box::pin(opening)),
        async |stage| match stage {
            Stage::Opening(opening) => match opening.await {
                Ok(Joined::In(member, first)) => {
                    Some((Ok(first), Stage::Following(Box::new(member))))
                }
                Ok(Joined::Refused(answer)) => Some((Ok(answer), Stage::Over)),
                Ok(Joined::Stopped) => None,
                Err(error) => Some((Err(error), Stage::Over)),
            },
            Stage::Following(mut member) => {
                let next = member.next().await?;
                Some((next, Stage::Following(member)))
            }
            Stage::Over => None,
        },
    )
}
