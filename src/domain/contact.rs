//! Contacts: how a channel names who wrote.

/// Who wrote a message, as its channel says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sender {
    /// An address; case does not matter.
    pub email: Option<String>,
    /// A telephone number; only its digits matter.
    pub phone: Option<String>,
    /// What they call themselves.
    pub name: Option<String>,
}
