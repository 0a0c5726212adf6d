//! What the broker refuses, and what we do with what we cannot read.

use std::time::{Duration, Instant};

use beffroi_queue::{Queue, QueueError, QueueSettings};
use lapin::{
    BasicProperties, Connection, ConnectionProperties, options::BasicPublishOptions,
    types::ShortString,
};
use tokio::net::TcpListener;

use crate::support::{Engine, PATIENCE, job, jobs, next, tests};

tests![
    a_message_that_cannot_be_read_is_buried_and_does_not_block_the_lane,
    a_job_that_comes_back_too_often_is_buried_by_the_broker,
    a_broker_that_is_not_there_is_named_without_the_password,
    a_wrong_password_is_refused_at_once,
    a_queue_with_other_properties_is_named,
];

async fn a_message_that_cannot_be_read_is_buried_and_does_not_block_the_lane(
    engine: Engine,
    name: &'static str,
) {
    let (queue, lane) = engine.open(name).await;
    let properties = ConnectionProperties::default();
    let raw = Connection::connect(engine.url(), properties).await.unwrap();
    let channel = raw.create_channel().await.unwrap();
    let bad = [
        b"\xff nonsense".as_slice(),
        br#"{"schema":3,"new":"shape"}"#,
        b"",
    ];
    for message in bad {
        let exchange: ShortString = format!("{name}.jobs").into();
        let options = BasicPublishOptions::default();
        let properties = BasicProperties::default();
        let published =
            channel.basic_publish(exchange, lane.as_str().into(), options, message, properties);
        published.await.unwrap().await.unwrap();
    }
    raw.close(200, "done".into()).await.unwrap();
    queue.publish(&jobs(&lane, 1)).await.unwrap();

    let mut consumer = queue.consume(&lane).await.unwrap();
    assert_eq!(next(&mut consumer).await.job(), &job(&lane, 0));
    let dead = queue.take_dead(10).await.unwrap();
    let payloads: Vec<&[u8]> = dead
        .iter()
        .map(|letter| letter.payload.as_slice())
        .collect();
    assert_eq!(payloads, bad);
    assert!(
        dead[0].reason.starts_with("not a job"),
        "{}",
        dead[0].reason
    );
    assert_eq!(dead[1].reason, "schema 3 is newer than 2");
    assert_eq!(dead[1].lane, lane.as_str());
    assert!(dead.iter().all(|letter| letter.job().is_none()));
}

async fn a_job_that_comes_back_too_often_is_buried_by_the_broker(
    engine: Engine,
    name: &'static str,
) {
    let settings = QueueSettings {
        delivery_limit: 2,
        ..engine.settings(name)
    };
    let queue = Queue::connect(&settings).await.unwrap();
    let lane = beffroi_model::Lane::host(1);
    queue.declare(std::slice::from_ref(&lane)).await.unwrap();
    queue.publish(&jobs(&lane, 1)).await.unwrap();
    let mut consumer = queue.consume(&lane).await.unwrap();
    for _ in 0..3 {
        drop(next(&mut consumer).await);
    }
    let begun = Instant::now();
    let dead = loop {
        let dead = queue.take_dead(1).await.unwrap();
        if let Some(letter) = dead.into_iter().next() {
            break letter;
        }
        assert!(begun.elapsed() < PATIENCE, "not buried");
    };
    assert_eq!(dead.job(), Some(job(&lane, 0)));
    assert_eq!(dead.reason, "delivery_limit");
}

async fn a_broker_that_is_not_there_is_named_without_the_password(
    _engine: Engine,
    name: &'static str,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let settings = QueueSettings {
        url: format!("amqp://worker:s3cret@127.0.0.1:{port}/%2f")
            .parse()
            .unwrap(),
        prefix: name.to_owned(),
        connect_timeout: Duration::from_secs(1),
        ..QueueSettings::default()
    };
    let begun = Instant::now();
    let error = Queue::connect(&settings).await.unwrap_err();
    assert!(
        begun.elapsed() >= Duration::from_secs(1),
        "it is tried again for a while"
    );
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "and not for ever"
    );
    assert!(
        matches!(
            error,
            QueueError::Unreachable {
                source: Some(_),
                ..
            }
        ),
        "{error:?}"
    );
    let message = error.to_string();
    assert!(
        message.contains(&format!("`127.0.0.1:{port}` within 1s")),
        "{message}"
    );
    assert!(!format!("{error:?} {error} {settings:?}").contains("s3cret"));
}

async fn a_wrong_password_is_refused_at_once(engine: Engine, name: &'static str) {
    let settings = QueueSettings {
        url: engine
            .url()
            .replace("guest:guest", "guest:s3cret")
            .parse()
            .unwrap(),
        ..engine.settings(name)
    };
    let begun = Instant::now();
    let error = Queue::connect(&settings).await.unwrap_err();
    assert!(matches!(error, QueueError::Refused { .. }), "{error:?}");
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "{:?}",
        begun.elapsed()
    );
    assert!(!format!("{error:?} {error}").contains("s3cret"));
}

async fn a_queue_with_other_properties_is_named(engine: Engine, name: &'static str) {
    let (_queue, lane) = engine.open(name).await;
    let settings = QueueSettings {
        delivery_limit: 7,
        ..engine.settings(name)
    };
    let other = Queue::connect(&settings).await.unwrap();
    let error = other
        .declare(std::slice::from_ref(&lane))
        .await
        .unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains(&format!("`{name}.v1.host.01`")),
        "{message}"
    );
    // The refusal closed a channel of its own only.
    other.publish(&jobs(&lane, 1)).await.unwrap();
}
