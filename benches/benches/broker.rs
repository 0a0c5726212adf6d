//! Jobs a second through RabbitMQ: published with confirmations, consumed and acknowledged one by one,
//! and both at once; our queue against a loop over plain lapin that sends ready-made bytes into the same
//! kind of queue and reads none. Turn by turn in one run.

use std::{
    future::Future,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use beffroi_benches::{
    broker::BenchBroker,
    child,
    table::{Column, Table},
    towns::Night,
    usage::Meter,
};
use beffroi_model::{Job, Lane};
use beffroi_queue::{Queue, QueueSettings};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties,
    options::{
        BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions,
        ConfirmSelectOptions, QueueDeclareOptions,
    },
    types::{AMQPValue, FieldTable},
};

const ROUNDS: usize = 3;
const JOBS: usize = 50_000;
const QUICK_JOBS: usize = 5_000;

/// Jobs handed to our queue in one call, as `beffroi run` does.
const PUBLISH_JOBS: usize = 2_000;

/// Messages sent and not confirmed, and messages taken and not acknowledged: the loop has what our
/// queue has by default.
const WINDOW: usize = 500;
const PREFETCH: u16 = 256;

const PLAIN_QUEUE: &str = "plain";
const PERSISTENT: u8 = 2;

/// A broker that brings nothing for so long has lost something.
const PATIENCE: Duration = Duration::from_secs(60);

const COLUMNS: &[Column] = &[
    Column::new("round", "round", 0),
    Column::new("phase", "what", 0),
    Column::new("plain_per_s", "plain lapin, jobs a second", 0),
    Column::new("per_s", "our queue", 0),
    Column::new("ratio", "ratio", 2),
    Column::new("plain_cpu_us", "plain lapin, processor µs a job", 1),
    Column::new("cpu_us", "our queue", 1),
    Column::new("broker_plain_us", "RabbitMQ's for plain lapin", 1),
    Column::new("broker_us", "for our queue", 1),
];

fn main() -> ExitCode {
    if let Some(played) = child::play() {
        return played;
    }
    match bench() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> anyhow::Result<()> {
    let count = match std::env::args().any(|argument| argument == "--quick") {
        true => QUICK_JOBS,
        false => JOBS,
    };
    let broker = BenchBroker::start()?;
    let night = Night::new("broker", 80);
    let mut jobs: Vec<Job> = (0..count).map(|number| night.bluesky_job(number)).collect();
    let lane = Lane::host(0);
    for job in &mut jobs {
        job.lane = lane.clone();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(rounds(&broker, &jobs, &lane))
}

async fn rounds(broker: &BenchBroker, jobs: &[Job], lane: &Lane) -> anyhow::Result<()> {
    let ours = Ours::open(broker, lane).await?;
    let plain = Plain::open(broker, jobs).await?;
    let bytes: usize = plain.payloads.iter().map(Vec::len).sum();
    println!("{} jobs of {} bytes", jobs.len(), bytes / jobs.len());
    let mut table = Table::new(COLUMNS);
    for round in 1..=ROUNDS {
        for phase in ["publish", "consume", "both at once"] {
            let of_plain = measure(broker, jobs.len(), async || match phase {
                "publish" => plain.publish().await,
                "consume" => plain.consume().await,
                _ => both(plain.publish(), plain.consume()).await,
            })
            .await?;
            let of_ours = measure(broker, jobs.len(), async || match phase {
                "publish" => ours.publish(jobs).await,
                "consume" => ours.consume(jobs.len()).await,
                _ => both(ours.publish(jobs), ours.consume(jobs.len())).await,
            })
            .await?;
            table.add(serde_json::json!({
                "bench": "broker",
                "round": round,
                "phase": phase,
                "jobs": jobs.len(),
                "plain_per_s": of_plain.per_s,
                "per_s": of_ours.per_s,
                "ratio": of_ours.per_s / of_plain.per_s,
                "plain_cpu_us": of_plain.cpu_us,
                "cpu_us": of_ours.cpu_us,
                "broker_plain_us": of_plain.broker_us,
                "broker_us": of_ours.broker_us,
            }));
        }
    }
    ours.queue.close().await;
    table.print();
    Ok(())
}

async fn both(
    one: impl Future<Output = anyhow::Result<()>>,
    other: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    futures::future::try_join(one, other).await?;
    Ok(())
}

struct Measured {
    per_s: f64,
    cpu_us: f64,
    broker_us: f64,
}

async fn measure(
    broker: &BenchBroker,
    jobs: usize,
    work: impl AsyncFnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<Measured> {
    let meter = Meter::start(&[broker.pid()])?;
    work().await?;
    let spent = meter.stop()?;
    let each = |time: Duration| time.as_secs_f64() * 1e6 / jobs as f64;
    Ok(Measured {
        per_s: jobs as f64 / spent.wall.as_secs_f64(),
        cpu_us: each(spent.cpu),
        broker_us: each(spent.others[0]),
    })
}

/// Our queue.
struct Ours {
    queue: Queue,
    lane: Lane,
}

impl Ours {
    async fn open(broker: &BenchBroker, lane: &Lane) -> anyhow::Result<Self> {
        let settings = QueueSettings {
            url: broker.url().parse()?,
            ..QueueSettings::default()
        };
        let queue = Queue::connect(&settings).await?;
        queue.declare(std::slice::from_ref(lane)).await?;
        let lane = lane.clone();
        Ok(Self { queue, lane })
    }

    async fn publish(&self, jobs: &[Job]) -> anyhow::Result<()> {
        for part in jobs.chunks(PUBLISH_JOBS) {
            self.queue.publish(part).await?;
        }
        Ok(())
    }

    async fn consume(&self, jobs: usize) -> anyhow::Result<()> {
        let mut consumer = self.queue.consume(&self.lane).await?;
        for taken in 0..jobs {
            let next = tokio::time::timeout(PATIENCE, consumer.next()).await;
            let next = next.with_context(|| format!("only {taken} of {jobs} jobs came"))?;
            next.context("the lane is consumed no more")?.ack().await?;
        }
        consumer.close().await?;
        Ok(())
    }
}

/// What anybody would write with lapin.
struct Plain {
    publishing: Channel,
    consuming: Connection,
    payloads: Vec<Vec<u8>>,
    _connection: Connection,
}

impl Plain {
    async fn open(broker: &BenchBroker, jobs: &[Job]) -> anyhow::Result<Self> {
        let connect =
            async || Connection::connect(&broker.url(), ConnectionProperties::default()).await;
        let connection = connect().await?;
        let consuming = connect().await?;
        let publishing = connection.create_channel().await?;
        publishing
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        let mut arguments = FieldTable::default();
        arguments.insert(
            "x-queue-type".into(),
            AMQPValue::LongString("quorum".into()),
        );
        arguments.insert("x-single-active-consumer".into(), AMQPValue::Boolean(true));
        arguments.insert("x-delivery-limit".into(), AMQPValue::LongLongInt(100));
        publishing
            .queue_declare(
                PLAIN_QUEUE.into(),
                QueueDeclareOptions::durable(),
                arguments,
            )
            .await?;
        let payloads = jobs.iter().map(serde_json::to_vec);
        Ok(Self {
            publishing,
            consuming,
            payloads: payloads.collect::<Result<_, _>>()?,
            _connection: connection,
        })
    }

    async fn publish(&self) -> anyhow::Result<()> {
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        stream::iter(&self.payloads)
            .map(|payload| async move {
                let properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
                let sent = self.publishing.basic_publish(
                    "".into(),
                    PLAIN_QUEUE.into(),
                    options,
                    payload,
                    properties,
                );
                let confirmation = sent.await?.await?;
                ensure!(
                    matches!(confirmation, Confirmation::Ack(None)),
                    "a message was refused"
                );
                Ok(())
            })
            .buffer_unordered(WINDOW)
            .try_collect()
            .await
    }

    async fn consume(&self) -> anyhow::Result<()> {
        let channel = self.consuming.create_channel().await?;
        channel
            .basic_qos(PREFETCH, BasicQosOptions::default())
            .await?;
        let mut consumer = channel
            .basic_consume(
                PLAIN_QUEUE.into(),
                "".into(),
                BasicConsumeOptions::default(),
                FieldTable::default(),
            )
            .await?;
        let begin = Instant::now();
        for taken in 0..self.payloads.len() {
            let next = tokio::time::timeout(PATIENCE, consumer.next()).await;
            let next = next
                .with_context(|| format!("only {taken} messages came in {:?}", begin.elapsed()))?;
            let delivery = next.context("the queue is consumed no more")??;
            delivery.ack(BasicAckOptions::default()).await?;
        }
        Ok(channel.close(200, "done".into()).await?)
    }
}
