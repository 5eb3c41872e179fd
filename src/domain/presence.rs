//! Who is at a conversation just now. It is never written down: it is known while it is true, and then forgotten.

use super::id::UserId;
use super::image::Time;

/// Somebody who looks at a conversation or writes in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Present {
    /// Who.
    pub user: UserId,
    /// Whether they write, in any of their windows.
    pub typing: bool,
    /// Since when: the earliest of their windows that are open now.
    pub since: Time,
}
