//! Statements written by hand, prepared once a connection.
//!
//! Diesel's `sql_query` prepares anew each time; this keeps the statement, which saves a round trip and the planning.

use chrono::{DateTime, Utc};
use diesel::deserialize::FromSqlRow;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{self as st, Untyped};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tracing::Instrument;
use uuid::Uuid;

use super::connection::Channel;
use super::timing::Timing;

/// A value to bind.
#[derive(Debug, Clone)]
pub enum Bind {
    /// `uuid`
    Uuid(Uuid),
    /// `uuid`, maybe null
    MaybeUuid(Option<Uuid>),
    /// `uuid[]`
    Uuids(Vec<Uuid>),
    /// `smallint`
    Small(i16),
    /// `smallint`, maybe null
    MaybeSmall(Option<i16>),
    /// `smallint[]`
    Smalls(Vec<i16>),
    /// `smallint[]` with nulls
    MaybeSmalls(Vec<Option<i16>>),
    /// `integer`
    Int(i32),
    /// `integer`, maybe null
    MaybeInt(Option<i32>),
    /// `integer[]`
    Ints(Vec<i32>),
    /// `bigint`
    Big(i64),
    /// `double precision`
    Double(f64),
    /// `boolean`
    Bool(bool),
    /// `text`
    Text(String),
    /// `text`, maybe null
    MaybeText(Option<String>),
    /// `text[]`
    Texts(Vec<String>),
    /// `text[]` with nulls
    MaybeTexts(Vec<Option<String>>),
    /// `uuid[]` with nulls
    MaybeUuids(Vec<Option<Uuid>>),
    /// `timestamptz`
    Time(DateTime<Utc>),
    /// `timestamptz`, maybe null
    MaybeTime(Option<DateTime<Utc>>),
    /// `timestamptz[]`
    Times(Vec<DateTime<Utc>>),
    /// `timestamptz[]` with nulls
    MaybeTimes(Vec<Option<DateTime<Utc>>>),
    /// `jsonb`
    Json(serde_json::Value),
    /// `bytea`
    Bytes(Vec<u8>),
}

/// A statement whose `$1`, `$2` … are the binds in their order.
#[derive(Debug, Clone)]
pub struct Sql {
    text: String,
    binds: Vec<Bind>,
    kept: bool,
}

/// A statement of fixed text: prepared once a connection and kept.
pub fn sql(text: &str, binds: impl IntoIterator<Item = Bind>) -> Sql {
    Sql {
        text: text.to_owned(),
        binds: binds.into_iter().collect(),
        kept: true,
    }
}

/// A statement whose text is put together from what a client asks for: not kept, or the connection would keep
/// as many as clients think of.
pub fn dynamic_sql(text: String, binds: Vec<Bind>) -> Sql {
    Sql {
        text,
        binds,
        kept: false,
    }
}

/// These stand before those of `RunQueryDsl`, so that every statement is timed wherever it is sent. A statement is sent
/// when its future is made, so that several can be on their way together.
impl Sql {
    /// Whether it stays prepared on its connection.
    pub(super) const fn is_kept(&self) -> bool {
        self.kept
    }

    /// Sends it and reads all its rows.
    pub(super) fn load<'c, R>(
        self,
        connection: &mut impl Channel<'c>,
    ) -> BoxFuture<'c, QueryResult<Vec<R>>>
    where
        R: FromSqlRow<Untyped, Pg> + Send + 'static,
    {
        self.answered(connection, |statement, mut raw| {
            RunQueryDsl::load(statement, &mut raw)
        })
    }

    /// Sends it and reads its one row; `NotFound` where there is none.
    pub(super) fn get_result<'c, R>(
        self,
        connection: &mut impl Channel<'c>,
    ) -> BoxFuture<'c, QueryResult<R>>
    where
        R: FromSqlRow<Untyped, Pg> + Send + 'static,
    {
        self.answered(connection, |statement, mut raw| {
            RunQueryDsl::get_result(statement, &mut raw)
        })
    }

    /// Sends it and tells how many rows it wrote.
    pub(super) fn execute<'c>(
        self,
        connection: &mut impl Channel<'c>,
    ) -> BoxFuture<'c, QueryResult<usize>> {
        self.answered(connection, |statement, mut raw| {
            RunQueryDsl::execute(statement, &mut raw)
        })
    }

    fn answered<'c, T, F>(
        self,
        connection: &mut impl Channel<'c>,
        send: impl FnOnce(Self, &'c AsyncPgConnection) -> F,
    ) -> BoxFuture<'c, QueryResult<T>>
    where
        T: Send + 'c,
        F: Future<Output = QueryResult<T>> + Send + 'c,
    {
        let raw = match connection.to_send() {
            Ok(raw) => raw,
            Err(gone) => return std::future::ready(Err(gone)).boxed(),
        };
        let (timing, span) = (Timing::start(&self.text), super::timing::span(&self.text));
        let answer = send(self, raw);
        let channel = *connection;
        async move {
            let answer = timing.end(answer.await);
            channel.answered().await?;
            answer
        }
        .instrument(span)
        .boxed()
    }

    fn push_bind<'b>(&'b self, number: &str, pass: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let index: usize = number.parse().unwrap_or(0);
        let Some(bind) = index.checked_sub(1).and_then(|index| self.binds.get(index)) else {
            let message = format!("no value for ${number} in {}", self.text);
            return Err(diesel::result::Error::QueryBuilderError(message.into()));
        };
        match bind {
            Bind::Uuid(v) => pass.push_bind_param::<st::Uuid, _>(v),
            Bind::MaybeUuid(v) => pass.push_bind_param::<st::Nullable<st::Uuid>, _>(v),
            Bind::Uuids(v) => pass.push_bind_param::<st::Array<st::Uuid>, _>(v),
            Bind::Small(v) => pass.push_bind_param::<st::SmallInt, _>(v),
            Bind::MaybeSmall(v) => pass.push_bind_param::<st::Nullable<st::SmallInt>, _>(v),
            Bind::Smalls(v) => pass.push_bind_param::<st::Array<st::SmallInt>, _>(v),
            Bind::MaybeSmalls(v) => {
                pass.push_bind_param::<st::Array<st::Nullable<st::SmallInt>>, _>(v)
            }
            Bind::Int(v) => pass.push_bind_param::<st::Integer, _>(v),
            Bind::MaybeInt(v) => pass.push_bind_param::<st::Nullable<st::Integer>, _>(v),
            Bind::Ints(v) => pass.push_bind_param::<st::Array<st::Integer>, _>(v),
            Bind::Big(v) => pass.push_bind_param::<st::BigInt, _>(v),
            Bind::Double(v) => pass.push_bind_param::<st::Double, _>(v),
            Bind::Bool(v) => pass.push_bind_param::<st::Bool, _>(v),
            Bind::Text(v) => pass.push_bind_param::<st::Text, _>(v),
            Bind::MaybeText(v) => pass.push_bind_param::<st::Nullable<st::Text>, _>(v),
            Bind::Texts(v) => pass.push_bind_param::<st::Array<st::Text>, _>(v),
            Bind::MaybeTexts(v) => pass.push_bind_param::<st::Array<st::Nullable<st::Text>>, _>(v),
            Bind::MaybeUuids(v) => pass.push_bind_param::<st::Array<st::Nullable<st::Uuid>>, _>(v),
            Bind::Time(v) => pass.push_bind_param::<st::Timestamptz, _>(v),
            Bind::MaybeTime(v) => pass.push_bind_param::<st::Nullable<st::Timestamptz>, _>(v),
            Bind::Times(v) => pass.push_bind_param::<st::Array<st::Timestamptz>, _>(v),
            Bind::MaybeTimes(v) => {
                pass.push_bind_param::<st::Array<st::Nullable<st::Timestamptz>>, _>(v)
            }
            Bind::Json(v) => pass.push_bind_param::<st::Jsonb, _>(v),
            Bind::Bytes(v) => pass.push_bind_param::<st::Binary, _>(v),
        }
    }
}

impl QueryFragment<Pg> for Sql {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.kept {
            pass.unsafe_to_cache_prepared();
        }
        let mut parts = self.text.split('$');
        pass.push_sql(parts.next().unwrap_or_default());
        for part in parts {
            let end = part
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(part.len());
            let (number, rest) = part.split_at(end);
            self.push_bind(number, &mut pass)?;
            pass.push_sql(rest);
        }
        Ok(())
    }
}

impl QueryId for Sql {
    type QueryId = ();
    // The text is the key of the statement cache.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql {
    type SqlType = Untyped;
}
