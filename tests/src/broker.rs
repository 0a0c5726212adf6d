//! A RabbitMQ of the test's own: the node that the queue's tests use, with what the end-to-end tests
//! ask of it besides.

#[path = "../../crates/beffroi-queue/tests/rabbitmq/broker.rs"]
mod node;

use std::{net::SocketAddr, time::Duration};

use futures::StreamExt;
use lapin::{Connection, ConnectionProperties, options::BasicConsumeOptions, types::FieldTable};
use serde_json::Value;
use tokio::{runtime::Builder, time::timeout};

/// When no message has come for so long, none is there.
const SILENCE: Duration = Duration::from_millis(500);

/// A running node; it ends with its value, at the latest with the thread that started it.
#[derive(Debug)]
pub struct Broker(node::Broker);

/// A queue as the broker sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSeen {
    /// Its name.
    pub name: String,
    /// `quorum`, `classic` or `stream`.
    pub kind: String,
    /// Messages in it, those taken and not yet settled among them.
    pub messages: u64,
    /// How many consume it.
    pub consumers: u64,
}

impl Broker {
    /// Starts one and waits until it serves.
    ///
    /// # Panics
    ///
    /// When RabbitMQ is not installed; the message says how to mend that.
    pub fn start() -> Self {
        let remedy =
            "no rabbitmq-server was found: `apt-get install rabbitmq-server`, or `make packages`";
        assert!(node::installation().is_some(), "{remedy}");
        Self(node::Broker::start())
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Its address when it is reached by another way.
    pub fn url_by(&self, way: SocketAddr) -> String {
        self.url()
            .replace(&self.address().to_string(), &way.to_string())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        let url = self.url();
        let address = url.split(['@', '/']).nth(3);
        address.unwrap().parse().unwrap()
    }

    /// As a power cut would, save for the disk.
    pub fn kill(&mut self) {
        self.0.kill();
    }

    /// Starts again on the same data.
    pub fn restart(&mut self) {
        self.0.restart();
    }

    /// Raises the memory alarm, which blocks whoever publishes, or ends it.
    pub fn set_memory_alarm(&self, is_on: bool) {
        let limit = if is_on { "0.00001" } else { "1000MB" };
        let arguments: &[&str] = if is_on {
            &["set_vm_memory_high_watermark", limit]
        } else {
            &["set_vm_memory_high_watermark", "absolute", limit]
        };
        self.0.ctl(arguments);
    }

    /// The queues whose names begin so.
    pub fn queues(&self, prefix: &str) -> Vec<QueueSeen> {
        let columns = ["name", "type", "messages", "consumers"];
        let options = ["list_queues", "--quiet", "--no-table-headers"];
        let listed = self.0.ctl(&[&options[..], &columns].concat());
        let queues = listed.lines().filter_map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [name, kind, messages, consumers] = fields[..] else {
                panic!("rabbitmqctl lists: {line}");
            };
            // A queue whose leader is being chosen has no numbers yet.
            let number = |text: &str| text.parse().unwrap_or_default();
            name.starts_with(prefix).then(|| QueueSeen {
                name: name.to_owned(),
                kind: kind.trim_start_matches("rabbit_").replace("_queue", ""),
                messages: number(messages),
                consumers: number(consumers),
            })
        });
        queues.collect()
    }

    /// The ids of the jobs in a queue that nobody consumes; they stay in it.
    pub fn jobs_in(&self, queue: &str) -> Vec<String> {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(jobs_in(&self.url(), queue)).unwrap()
    }

    /// Deletes the queues and exchanges whose names begin so.
    pub fn forget(&self, prefix: &str) {
        let begins =
            format!("string:prefix(binary_to_list(element(4, N)), \"{prefix}\") =/= nomatch");
        let expression = format!(
            "[rabbit_amqqueue:delete(Q, false, false, <<\"tests\">>) \
               || Q <- rabbit_amqqueue:list(), N <- [amqqueue:get_name(Q)], {begins}], \
             [rabbit_exchange:delete(N, false, <<\"tests\">>) \
               || E <- rabbit_exchange:list(<<\"/\">>), N <- [element(2, E)], {begins}], ok."
        );
        self.0.ctl(&["eval", &expression]);
    }
}

async fn jobs_in(url: &str, queue: &str) -> lapin::Result<Vec<String>> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    // Not `basic.get`: a queue with a single active consumer refuses it.
    let mut consumer = channel
        .basic_consume(
            queue.into(),
            "tests".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await?;
    let mut jobs = Vec::new();
    while let Ok(Some(delivery)) = timeout(SILENCE, consumer.next()).await {
        let job: Value = serde_json::from_slice(&delivery?.data).unwrap_or_default();
        jobs.push(job["job_id"].as_str().unwrap_or("no job").to_owned());
    }
    // What was not acknowledged goes back.
    connection.close(200, "bye".into()).await?;
    Ok(jobs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_url_and_can_be_replaced() {
        let broker = Broker::start();
        assert!(broker.address().ip().is_loopback());
        let way = "127.0.0.1:7".parse().unwrap();
        assert_eq!(broker.url_by(way), "amqp://guest:guest@127.0.0.1:7/%2f");
        assert_eq!(broker.queues(""), []);
        broker.set_memory_alarm(true);
        broker.set_memory_alarm(false);
        broker.forget("nothing");
    }
}
