//! The one error of Tandem, and the only place that decides what of it a client may see.

use crate::domain::refusal::Refusal;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules or the input refuse it: a `UserError` of the payload.
    #[error("{}", .0.message)]
    Refused(Box<Refusal>),
    /// The request itself is wrong: a GraphQL error with that code.
    #[error("{message}")]
    Request {
        /// `extensions.code`
        code: &'static str,
        /// What is wrong and what to do.
        message: String,
    },
    /// The database cannot be reached, or has no connection to spare, just now.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The database refused a statement.
    #[error("database: {0}")]
    Database(diesel::result::Error),
    /// Something that should be impossible.
    #[error("internal: {0}")]
    Internal(String),
}

/// What functions of Tandem return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Diesel};
        match error {
            Diesel::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, info) => {
                Self::Unavailable(info.message().to_owned())
            }
            error => Self::Database(error),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl Error {
    /// An error of the request itself.
    pub fn request(code: &'static str, message: impl Into<String>) -> Self {
        Self::Request {
            code,
            message: message.into(),
        }
    }

    /// Whether the same command may well work if it is simply tried again: the transaction lost against another
    /// one (serialization failure, deadlock) or met a row that appeared in between.
    #[must_use]
    pub fn is_passing_conflict(&self) -> bool {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Diesel};
        match self {
            Self::Database(Diesel::DatabaseError(
                Kind::SerializationFailure | Kind::UniqueViolation,
                _,
            )) => true,
            // A status whose category an administrator changed since it was read.
            Self::Database(Diesel::DatabaseError(Kind::ForeignKeyViolation, info)) => {
                info.constraint_name() == Some("tickets_status_fkey")
            }
            // Diesel has no kind for deadlocks; the text is Postgres' own, in the C locale of the connection.
            Self::Database(Diesel::DatabaseError(_, info)) => info.message() == "deadlock detected",
            _ => false,
        }
    }

    /// Whether a unique index refused it.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Diesel};
        matches!(
            self,
            Self::Database(Diesel::DatabaseError(Kind::UniqueViolation, _))
        )
    }

    /// The GraphQL error for it: what a client caused is explained; a fault shows a fixed text, its cause goes to
    /// the log alone.
    #[must_use]
    pub fn into_graphql(self) -> async_graphql::Error {
        use async_graphql::ErrorExtensions;
        let (code, message) = match &self {
            Self::Refused(refusal) => ("BAD_USER_INPUT", refusal.message.clone()),
            Self::Request { code, message } => (*code, message.clone()),
            Self::Unavailable(cause) => {
                tracing::warn!(%cause, "database unavailable");
                (
                    "UNAVAILABLE",
                    "The service is busy or its database is away; try again soon.".to_owned(),
                )
            }
            Self::Database(_) | Self::Internal(_) => {
                tracing::error!(cause = %self, "request failed");
                let text = "Something went wrong on the server; its operators find the cause by the request id.";
                ("INTERNAL", text.to_owned())
            }
        };
        async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_never_shows_its_cause() {
        for error in [
            Error::Internal("password=hunter2".into()),
            Error::Unavailable("10.0.0.7 refused".into()),
        ] {
            let shown = error.into_graphql();
            assert!(!shown.message.contains("hunter2") && !shown.message.contains("10.0.0.7"));
        }
    }
}
