//! A connection in a transaction, or on its way into one; for one statement, in a session of its account.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use diesel::result::{Error as DieselError, QueryResult};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use super::pool::{Loan, Pooled};
use super::timing::batch;
use crate::domain::id::AccountId;
use crate::error::Result;

/// What statements are sent on.
pub(super) trait Channel<'c>: Copy + Send + 'c {
    /// The connection itself, to send one statement on.
    fn to_send(&self) -> QueryResult<&'c AsyncPgConnection>;

    /// To be looked at once a statement is answered: whether that was within the transaction that it was meant for.
    fn answered(&self) -> impl Future<Output = QueryResult<()>> + Send + 'c;
}

/// Without a transaction: each statement for itself.
impl<'c> Channel<'c> for &'c AsyncPgConnection {
    fn to_send(&self) -> QueryResult<&'c AsyncPgConnection> {
        Ok(self)
    }

    fn answered(&self) -> impl Future<Output = QueryResult<()>> + Send + 'c {
        std::future::ready(Ok(()))
    }
}

impl<'c> Channel<'c> for &'c Connection {
    fn to_send(&self) -> QueryResult<&'c AsyncPgConnection> {
        self.held.to_send()
    }

    fn answered(&self) -> impl Future<Output = QueryResult<()>> + Send + 'c {
        self.held.answered();
        self.begun()
    }
}

/// A connection whose transaction, where it is in one, is rolled back before anybody else gets it, unless it was ended.
/// Whenever and wherever this is dropped, whoever had it may be gone in the middle of a statement.
struct Held {
    loan: Option<Loan>,
    in_transaction: AtomicBool,
    /// How many statements are on their way.
    unanswered: AtomicUsize,
}

impl Held {
    const fn new(loan: Loan, in_transaction: bool) -> Self {
        Self {
            loan: Some(loan),
            in_transaction: AtomicBool::new(in_transaction),
            unanswered: AtomicUsize::new(0),
        }
    }

    fn loan(&self) -> QueryResult<&Pooled> {
        let loan = self.loan.as_deref();
        loan.ok_or(DieselError::BrokenTransactionManager)
    }

    fn to_send(&self) -> QueryResult<&AsyncPgConnection> {
        self.unanswered.fetch_add(1, Ordering::AcqRel);
        Ok(self.loan()?)
    }

    fn answered(&self) {
        self.unanswered.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(loan) = self.loan.take() else {
            return;
        };
        let in_transaction = *self.in_transaction.get_mut();
        if *self.unanswered.get_mut() == 0 {
            if !in_transaction {
                return;
            }
            // Postgres is waiting, and does this before what the next one sends: there is no answer to wait for.
            let sent = (&mut &**loan).batch_execute(ROLLBACK).now_or_never();
            if let Some(Err(_)) = sent {
                drop(Loan::take(loan));
            }
        } else if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            // Who gets the connection next is not to wait for what nobody wants any more.
            let last = if in_transaction { ROLLBACK } else { NOTHING };
            runtime.spawn(async move {
                if batch(&loan, last).await.is_err() {
                    drop(Loan::take(loan));
                }
            });
        } else {
            drop(Loan::take(loan));
        }
    }
}

const ROLLBACK: &str = "ROLLBACK";
/// Answered once all that was sent before is.
const NOTHING: &str = "";

/// A connection in a transaction, or on its way into one: what begins it is sent, and the first statements behind it, so
/// that nobody waits for its answer alone. What a statement answers is kept back until that answer is there too: outside
/// of the transaction a statement finds nothing, since no account is set there or another one, and that would be
/// believed. For one statement it may be a session that is of the account, or is being made so.
pub(super) struct Connection {
    held: Arc<Held>,
    begun: AtomicBool,
    beginning: Mutex<Option<BoxFuture<'static, QueryResult<()>>>>,
}

impl Connection {
    /// Sends what begins the transaction.
    pub(super) fn begin(loan: Loan, begin: String) -> Result<Self> {
        let held = Arc::new(Held::new(loan, true));
        let kept = Arc::clone(&held);
        let beginning = async move {
            let answer = batch(kept.to_send()?, &begin).await;
            kept.answered();
            answer
        };
        Self::beginning(held, beginning.boxed())
    }

    /// For one statement without a transaction: sends what makes the session the account's, where it is not yet.
    pub(super) fn of_account(loan: Loan, account: AccountId) -> Result<Self> {
        let held = Arc::new(Held::new(loan, false));
        if held.loan()?.is_of(account) {
            return Ok(Self {
                held,
                begun: AtomicBool::new(true),
                beginning: Mutex::default(),
            });
        }
        let kept = Arc::clone(&held);
        let beginning = async move {
            // Who is gone before the answer leaves it open whose the session is.
            kept.loan()?.set_account(None);
            let set = format!("SET tandem.account_id = '{}'", account.0);
            let answer = batch(kept.to_send()?, &set).await;
            kept.answered();
            answer?;
            kept.loan()?.set_account(Some(account));
            Ok(())
        };
        Self::beginning(held, beginning.boxed())
    }

    fn beginning(
        held: Arc<Held>,
        mut beginning: BoxFuture<'static, QueryResult<()>>,
    ) -> Result<Self> {
        // Polled for the first time, it is sent. Nobody needs to be woken by its answer: another one follows.
        let begun = match beginning.poll_unpin(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer.map(|()| true)?,
            Poll::Pending => false,
        };
        Ok(Self {
            held,
            begun: AtomicBool::new(begun),
            beginning: Mutex::new((!begun).then_some(beginning)),
        })
    }

    async fn begun(&self) -> QueryResult<()> {
        if self.begun.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut beginning = self.beginning.lock().await;
        if let Some(answer) = beginning.as_mut() {
            let answer = answer.await;
            *beginning = None;
            answer?;
            self.begun.store(true, Ordering::Release);
        }
        if self.begun.load(Ordering::Acquire) {
            return Ok(());
        }
        Err(DieselError::BrokenTransactionManager)
    }

    /// Sends statements without values.
    pub(super) async fn batch(&self, text: &str) -> QueryResult<()> {
        let answer = batch(self.held.to_send()?, text).await;
        (&self).answered().await?;
        answer
    }

    /// Ends the transaction by that statement; only then is the connection good for others.
    pub(super) async fn end(self, statement: &str) -> Result<()> {
        self.batch(statement).await?;
        self.has_ended();
        Ok(())
    }

    /// A statement ended the transaction: the connection is good for others.
    pub(super) fn has_ended(&self) {
        self.held.in_transaction.store(false, Ordering::Release);
    }
}
