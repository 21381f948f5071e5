//! What can go wrong in the archive, with its source kept.

/// A failed errand to PostgreSQL or S3.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// PostgreSQL or S3 did not answer: trying again later may help, and nothing is known to have happened.
    #[error("{what} is unavailable")]
    Unavailable {
        what: &'static str,
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A constraint of the schema said no; its name says which law.
    #[error("{0} is violated")]
    Conflict(String),
    /// The session, key or user that opened the scope is not valid any more.
    #[error("the session is over")]
    SessionOver,
    /// A row that this code cannot understand.
    #[error("{table}.{column} is corrupt")]
    Corrupt { table: &'static str, column: &'static str },
    #[error("the database refused a statement")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    /// Names the constraint that was violated, if one was.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Conflict(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn s3(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable { what: "object storage", source: Some(Box::new(source)) }
    }
}

/// The SQLSTATE that `app.enter_user` and `app.enter_key` raise.
const SESSION_OVER: &str = "FP401";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refusal) => match refusal.code().as_deref() {
                Some(SESSION_OVER) => Self::SessionOver,
                // Integrity constraints carry the name of the law they state.
                Some(code) if code.starts_with("23") => Self::Conflict(refusal.constraint().unwrap_or("a constraint").to_owned()),
                // Connection trouble, resources, shutdowns, time limits, deadlocks and full disks pass by themselves.
                Some(code)
                    if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class))
                        || matches!(code, "40001" | "40P01" | "55P03" | "25P03" | "25006") =>
                {
                    Self::Unavailable { what: "the database", source: Some(Box::new(error)) }
                }
                _ => Self::Database(error),
            },
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Unavailable { what: "the database", source: Some(Box::new(error)) },
            _ => Self::Database(error),
        }
    }
}
