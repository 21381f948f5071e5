//! The engine: one process's share of the queue, kept turning until it is asked to stop.
//!
//! The queue's library ends its loop at the first trouble with the database, and waits for ever on a link that swallows bytes. So a
//! loop is only a *turn*: when it ends, or when the queue has not heard from it for a while although the database answers, the next
//! turn begins with fresh connections, and what the last one held is taken up again by whoever sweeps next.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use graphile_worker::{LocalQueueConfig, RefetchDelayConfig, Worker, WorkerOptions, WorkerRecoveryConfig, WorkerShutdownConfig};
use platform::settings::Settings;
use platform::{Chance, Clock, Ids};
use store::{Database, Objects, Scope, StoreError, migrate, queue};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::courier::{self, Courier};
use crate::darkroom::{Bench, Letters};
use crate::{analyst, chores, health, timekeeper};

/// What every chore can reach.
#[derive(Debug)]
pub struct EngineRoom {
    pub db: Database,
    pub objects: Objects,
    pub clock: Clock,
    pub ids: Ids,
    /// Where pictures are decoded.
    pub bench: Bench,
    pub letters: Letters,
}

impl EngineRoom {
    /// Puts the room together; nothing is connected yet.
    ///
    /// # Errors
    /// When the database's URL cannot be understood.
    pub fn open(settings: &Settings, clock: Clock) -> Result<Arc<Self>, StoreError> {
        let db = Database::new(settings.database_url.reveal(), settings.database_connections, settings.database_timeout)?;
        Ok(Arc::new(Self {
            db: db.by_clock(clock.clone()),
            objects: Objects::new(&settings.s3),
            ids: Ids::new(clock.clone()),
            clock,
            bench: Bench::new(settings.worker_jobs),
            letters: Letters::of_system(),
        }))
    }
}

/// Renders the process's figures for whoever collects them.
pub type Figures = Box<dyn Fn() -> String + Send + Sync>;

/// Does chores until `stop`, and shows its health on `workers_listen`.
///
/// # Errors
/// When a setting cannot be used.
pub async fn run(settings: Settings, clock: Clock, stop: CancellationToken) -> anyhow::Result<()> {
    let listener = listen(&settings).await?;
    run_on(listener, settings, clock, stop, None).await
}

/// Takes the address of the health page.
///
/// # Errors
/// When it is somebody else's.
pub async fn listen(settings: &Settings) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(settings.workers_listen).await;
    listener.with_context(|| format!("cannot listen on {}", settings.workers_listen))
}

/// As [`run`] with the health page, and `figures` beside it, on a listener that is there already.
///
/// # Errors
/// As [`run`].
pub async fn run_on(
    listener: TcpListener,
    settings: Settings,
    clock: Clock,
    stop: CancellationToken,
    figures: Option<Figures>,
) -> anyhow::Result<()> {
    let room = EngineRoom::open(&settings, clock).context("database_url cannot be understood")?;
    let listens = listener.local_addr()?;
    let page = tokio::spawn(health::serve(listener, Arc::clone(&room), figures, stop.clone()));
    let courier = Courier::new(&settings, room.db.clone(), room.clock.clone(), Chance::default()).context("nothing can be delivered")?;
    let post = tokio::spawn(courier::keep(Arc::new(courier), stop.clone()));
    let time = tokio::spawn(timekeeper::keep(room.db.clone(), room.clock.clone(), stop.clone()));
    let figures_of_before = tokio::spawn(analyst::begin(room.db.clone(), stop.clone()));
    tracing::info!(jobs = settings.worker_jobs, listen = %listens, "working");
    while !stop.is_cancelled() {
        if let Err(error) = turn(&settings, &room, &stop).await {
            tracing::warn!(why = format!("{error:#}"), "the queue cannot be worked on for the moment");
            tokio::select! { () = stop.cancelled() => {} () = tokio::time::sleep(PAUSE_AFTER) => {} }
        }
    }
    let _ = figures_of_before.await;
    let _ = time.await;
    let _ = post.await;
    let _ = page.await;
    room.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Between a turn that failed and the next.
const PAUSE_AFTER: Duration = Duration::from_secs(1);
/// A worker shows that it lives this often; one that has not for `DEAD_AFTER` is taken for dead, which its peers look for this often.
const HEARTBEAT_AFTER: Duration = Duration::from_secs(2);
const SWEEP_AFTER: Duration = Duration::from_secs(3);
const DEAD_AFTER: Duration = Duration::from_secs(10);
/// What is in hand when the process is asked to stop has this long to finish; what has not is taken up by another worker.
const FINISH_AFTER: Duration = Duration::from_secs(15);
/// And everything together ends by then.
const STOP_AFTER: Duration = Duration::from_secs(19);
/// Chores fetched ahead: one at a time, the queue would be asked as often as there are chores.
const FETCHED_AHEAD: usize = 100;
/// An idle queue is asked this often, for chores whose time has come and for notifications that were lost.
const POLL_AFTER: Duration = Duration::from_secs(2);
/// Connections beside one for each chore: listening, heartbeat, sweeping, fetching.
const EXTRA_CONNECTIONS: u32 = 4;

/// The timetable, in UTC: off the full hour, when everybody else is at it.
const TIMETABLE: &str = "17 * * * * sweep_hourly\n41 19 * * * sweep_daily\n";

async fn turn(settings: &Settings, room: &Arc<EngineRoom>, stop: &CancellationToken) -> anyhow::Result<()> {
    let connections = u32::try_from(settings.worker_jobs).unwrap_or(u32::MAX).saturating_add(EXTRA_CONNECTIONS);
    let queue_db = Database::new(settings.database_url.reveal(), connections, settings.database_timeout)?;
    let options = options(settings, room, stop)?.pg_pool(queue_db.pool().clone());
    let worker = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        begun = tokio::time::timeout(settings.database_timeout, options.init()) => begun.context("the queue did not answer in time")??,
    };
    tokio::select! {
        ended = worker.run() => ended.context("the turn ended")?,
        () = silence(room, &worker, stop) => {
            worker.request_shutdown();
            anyhow::bail!("the queue has not heard from this worker, although the database answers");
        }
        () = too_long(stop) => tracing::warn!("some chores did not finish in time and will be taken up again"),
    }
    Ok(())
}

fn options(settings: &Settings, room: &Arc<EngineRoom>, stop: &CancellationToken) -> anyhow::Result<WorkerOptions> {
    let recovery = WorkerRecoveryConfig::default()
        .heartbeat_interval(HEARTBEAT_AFTER)
        .sweep_interval(SWEEP_AFTER)
        .sweep_threshold(DEAD_AFTER)
        .recovery_delay(Duration::ZERO);
    let stopping = WorkerShutdownConfig::default()
        .listen_os_shutdown_signals(false)
        .grace_period(FINISH_AFTER)
        .interrupted_job_retry_delay(Duration::ZERO)
        .shutdown_signal(stop.clone().cancelled_owned());
    // Without a delay the queue wakes itself after every empty fetch and asks again at once, some hundred times a second. One
    // notification ends the delay, so that nobody waits for it.
    let idle = RefetchDelayConfig::default().with_duration(POLL_AFTER).with_max_abort_threshold(1);
    let options = WorkerOptions::default()
        .schema(migrate::QUEUE_SCHEMA)
        .concurrency(settings.worker_jobs.max(1))
        .poll_interval(POLL_AFTER)
        .local_queue(LocalQueueConfig::default().with_size(FETCHED_AHEAD).with_refetch_delay(idle))
        .worker_recovery(recovery)
        .worker_shutdown(stopping)
        .add_extension(Arc::clone(room))
        .with_cron(TIMETABLE)
        .context("the timetable cannot be read")?;
    Ok(chores::define(options))
}

/// Completes when the database answers and yet the queue has not heard from the worker for too long.
async fn silence(room: &EngineRoom, worker: &Worker, stop: &CancellationToken) {
    let mut unheard = 0;
    while unheard < 2 {
        tokio::time::sleep(DEAD_AFTER / 2).await;
        let asked = async {
            let mut tx = room.db.begin(&Scope::house(Uuid::nil())).await?;
            let hears = queue::hears_from(&mut tx, worker.worker_id(), DEAD_AFTER).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(hears)
        };
        match asked.await {
            Ok(false) if !stop.is_cancelled() => unheard += 1,
            // Away for everybody is no silence.
            Ok(_) | Err(_) => unheard = 0,
        }
    }
}

async fn too_long(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(STOP_AFTER).await;
}
