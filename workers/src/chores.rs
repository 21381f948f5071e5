//! A chore is work that nobody but the machine waits for: taken from the queue, carried out, and done again until it succeeds.
//!
//! A handler says how it failed in one of two ways, and never decides what becomes of it: [`Fault::Retry`] puts the same chore back for
//! later, as often as it takes; [`Fault::GiveUp`] leaves its row in the queue, with the reason, for people to find.

use std::sync::Arc;
use std::time::Duration;

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext, WorkerOptions};
use serde::{Deserialize, Serialize};
use store::queue::{self, AwaitChore, CustomerChore, OrganisationChore, PhotoChore, SimulationChore};
use store::{Scope, StoreError};
use uuid::Uuid;

use crate::EngineRoom;
use crate::{darkroom, doorman, rejudge, replan, simulate, sweeper};

/// How a chore failed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Something is away; the same again later.
    #[error("to be tried again: {why}")]
    Retry { after: Duration, why: String },
    /// It will never succeed.
    #[error("given up: {why}")]
    GiveUp { why: String },
}

/// What is away is asked again after this long: soon enough to catch up within a minute, seldom enough not to stand in its way.
const RETRY_AFTER: Duration = Duration::from_secs(10);

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let why = chain(&error);
        match error {
            StoreError::Unavailable { .. } => Self::Retry { after: RETRY_AFTER, why },
            _ => Self::GiveUp { why },
        }
    }
}

/// An error with its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Makes a queue's task out of a payload and the function that does it.
macro_rules! chore {
    ($(#[$about:meta])* $name:ident($payload:ty) is $task:expr, done by $carry_out:path) => {
        $(#[$about])*
        #[derive(Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        struct $name($payload);

        impl TaskHandler for $name {
            const IDENTIFIER: &'static str = $task;

            async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
                let room = room(&ctx)?;
                let outcome = $carry_out(&room, self.0).await;
                settle(&room, &ctx, Self::IDENTIFIER, outcome).await
            }
        }
    };
}

/// What the timetable puts into a payload is of no interest.
#[derive(Debug, Serialize, Deserialize)]
pub struct Round {}

chore!(Develop(PhotoChore) is queue::DEVELOP_PHOTO, done by darkroom::develop);
chore!(Watermark(PhotoChore) is queue::WATERMARK_PHOTO, done by darkroom::watermark);
chore!(Await(AwaitChore) is queue::AWAIT_PHOTO, done by doorman::look);
chore!(Rejudge(CustomerChore) is queue::REJUDGE_CUSTOMER, done by rejudge::customer);
chore!(Replan(OrganisationChore) is queue::REPLAN_TIMERS, done by replan::timers);
chore!(Simulate(SimulationChore) is queue::SIMULATE_PLAYBOOK, done by simulate::playbook);
chore!(SweepHourly(Round) is queue::SWEEP_HOURLY, done by sweeper::hourly);
chore!(SweepDaily(Round) is queue::SWEEP_DAILY, done by sweeper::daily);

/// Every chore there is.
pub(crate) fn define(options: WorkerOptions) -> WorkerOptions {
    options
        .define_job::<Develop>()
        .define_job::<Watermark>()
        .define_job::<Await>()
        .define_job::<Rejudge>()
        .define_job::<Replan>()
        .define_job::<Simulate>()
        .define_job::<SweepHourly>()
        .define_job::<SweepDaily>()
}

fn room(ctx: &WorkerContext) -> Result<Arc<EngineRoom>, String> {
    ctx.extensions().get::<Arc<EngineRoom>>().cloned().ok_or_else(|| "the engine room is not there".to_owned())
}

/// Tells the queue what became of a chore. An error is logged here and nowhere else.
async fn settle(room: &EngineRoom, ctx: &WorkerContext, task: &'static str, outcome: Result<(), Fault>) -> Result<(), String> {
    let (label, settled) = match outcome {
        Ok(()) => ("done", Ok(())),
        Err(Fault::Retry { after, why }) => {
            tracing::warn!(task, job_id = ctx.job().id(), after_ms = after.as_millis(), why, "a chore is put off");
            ("put_off", put_back(room, ctx, task, after).await)
        }
        Err(Fault::GiveUp { why }) => {
            tracing::error!(task, job_id = ctx.job().id(), why, "a chore is given up");
            bury(room, *ctx.job().id()).await;
            ("given_up", Err(why))
        }
    };
    metrics::counter!("fieldproof_chores_total", "task" => task, "outcome" => label).increment(1);
    settled
}

/// Puts the same chore back under its key. Where that cannot be done, the queue's own way of trying again has to do.
async fn put_back(room: &EngineRoom, ctx: &WorkerContext, task: &str, after: Duration) -> Result<(), String> {
    let Some(key) = ctx.job().key() else { return Err("put off, and has no key to be put back under".to_owned()) };
    let put = async {
        let mut tx = room.db.begin(&Scope::house(Uuid::nil())).await?;
        queue::enqueue_after(&mut tx, task, ctx.payload(), key, after).await?;
        tx.commit().await
    };
    put.await.map_err(|error: StoreError| chain(&error))
}

async fn bury(room: &EngineRoom, job_id: i64) {
    let buried = async {
        let mut tx = room.db.begin(&Scope::house(Uuid::nil())).await?;
        queue::bury(&mut tx, job_id).await?;
        tx.commit().await
    };
    if let Err(error) = buried.await {
        // It will be tried again, and given up again.
        tracing::warn!(job_id, why = chain(&error), "a chore that was given up could not be put aside");
    }
}
