//! What the broker refuses, and what we do with what we cannot read.

use std::{
    collections::BTreeSet,
    slice::from_ref,
    time::{Duration, Instant},
};

use beffroi_model::Lane;
use beffroi_queue::{Queue, QueueError, QueueSettings, RetryDepth};
use lapin::{
    BasicProperties, Connection, ConnectionProperties, ExchangeKind,
    options::{
        BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions,
        QueueBindOptions, QueueDeclareOptions,
    },
    types::{AMQPValue, FieldTable, ShortString},
};
use tokio::net::TcpListener;

use crate::support::{Engine, PATIENCE, dead, dead_all, job, jobs, next, tests};

tests![
    a_message_that_cannot_be_read_is_buried_and_does_not_block_the_lane,
    a_message_that_needs_a_newer_reader_is_put_back_for_a_day,
    the_dead_of_before_are_moved_to_where_they_can_be_looked_at,
    a_job_that_comes_back_too_often_is_buried_by_the_broker,
    a_broker_that_is_not_there_is_named_without_the_password,
    a_wrong_password_is_refused_at_once,
    a_queue_with_other_properties_is_named,
];

/// Puts messages into the lane as another program would.
async fn publish_raw(engine: &Engine, prefix: &str, lane: &Lane, messages: &[(&[u8], FieldTable)]) {
    let properties = ConnectionProperties::default();
    let raw = Connection::connect(engine.url(), properties).await.unwrap();
    let channel = raw.create_channel().await.unwrap();
    let confirmed = channel.confirm_select(ConfirmSelectOptions::default());
    confirmed.await.unwrap();
    for (payload, headers) in messages {
        let exchange: ShortString = format!("{prefix}.jobs").into();
        let options = BasicPublishOptions::default();
        let properties = BasicProperties::default().with_headers(headers.clone());
        let published =
            channel.basic_publish(exchange, lane.as_str().into(), options, payload, properties);
        published.await.unwrap().await.unwrap();
    }
    raw.close(200, "done".into()).await.unwrap();
}

async fn a_message_that_cannot_be_read_is_buried_and_does_not_block_the_lane(
    engine: Engine,
    name: &'static str,
) {
    let (queue, lane) = engine.open(name).await;
    let bad = [b"\xff nonsense".as_slice(), b""];
    let mut headers = FieldTable::default();
    headers.insert("x-whence".into(), AMQPValue::LongString("elsewhere".into()));
    let messages = bad.map(|payload| (payload, headers.clone()));
    publish_raw(&engine, name, &lane, &messages).await;
    queue.publish(&jobs(&lane, 1)).await.unwrap();

    let mut consumer = queue.consume(&lane).await.unwrap();
    assert_eq!(next(&mut consumer).await.job(), &job(&lane, 0));
    let dead = dead_all(&queue, 2).await;
    let payloads: BTreeSet<&[u8]> = dead
        .iter()
        .map(|letter| letter.payload.as_slice())
        .collect();
    assert_eq!(payloads, BTreeSet::from(bad));
    for letter in &dead {
        assert!(letter.reason.starts_with("not a job"), "{letter:?}");
        assert_eq!(letter.lane, lane.as_str());
        assert!(letter.job().is_none());
        assert_eq!(letter.id.len(), 32);
    }
    assert_ne!(dead[0].id, dead[1].id);
}

async fn a_message_that_needs_a_newer_reader_is_put_back_for_a_day(
    engine: Engine,
    name: &'static str,
) {
    let (queue, lane) = engine.open(name).await;
    let header = |rounds| {
        let mut headers = FieldTable::default();
        headers.insert("x-beffroi-rounds".into(), AMQPValue::LongLongInt(rounds));
        headers.insert("x-whence".into(), AMQPValue::LongString("newer".into()));
        headers
    };
    let early = br#"{"schema":3,"new":"shape","turn":"early"}"#.as_slice();
    let late = br#"{"schema":3,"new":"shape","turn":"late"}"#.as_slice();
    let messages = [(early, header(7)), (late, header(1440))];
    publish_raw(&engine, name, &lane, &messages).await;
    queue.publish(&jobs(&lane, 1)).await.unwrap();

    let mut consumer = queue.consume(&lane).await.unwrap();
    assert_eq!(next(&mut consumer).await.job(), &job(&lane, 0));
    let dead = dead_all(&queue, 1).await;
    assert_eq!(dead[0].payload, late);
    assert_eq!(
        dead[0].reason,
        "needs a program that reads schema 3, and this one reads 2; no newer worker took it in \
         1440 minutes: upgrade the workers, then replay it"
    );
    // The other waits in the one-minute tier, as it was, for a newer worker.
    let begun = Instant::now();
    let waits = |it: &RetryDepth| it.delay == Duration::from_secs(60) && it.waiting == 1;
    while !queue.retry_depths().await.unwrap().iter().any(waits) {
        assert!(begun.elapsed() < PATIENCE, "it is not put back");
    }
    let properties = ConnectionProperties::default();
    let raw = Connection::connect(engine.url(), properties).await.unwrap();
    let channel = raw.create_channel().await.unwrap();
    let tier: ShortString = format!("{name}.v1.retry.1m").into();
    let got = channel.basic_get(tier, BasicGetOptions::default()).await;
    let put_back = got.unwrap().unwrap().delivery;
    assert_eq!(put_back.data, early);
    assert_eq!(put_back.routing_key.as_str(), lane.as_str());
    let headers = put_back.properties.headers().clone().unwrap();
    for (name, value) in header(8).inner() {
        assert_eq!(headers.inner().get(name), Some(value));
    }
    assert_eq!(queue.depth(from_ref(&lane)).await.unwrap(), 0);
}

async fn the_dead_of_before_are_moved_to_where_they_can_be_looked_at(
    engine: Engine,
    name: &'static str,
) {
    let properties = ConnectionProperties::default();
    let raw = Connection::connect(engine.url(), properties).await.unwrap();
    let channel = raw.create_channel().await.unwrap();
    let former: ShortString = format!("{name}.v1.dead").into();
    let exchange: ShortString = format!("{name}.dead").into();
    let mut quorum = FieldTable::default();
    quorum.insert(
        "x-queue-type".into(),
        AMQPValue::LongString("quorum".into()),
    );
    let declared = channel.queue_declare(former.clone(), QueueDeclareOptions::durable(), quorum);
    declared.await.unwrap();
    let options = ExchangeDeclareOptions {
        durable: true,
        ..ExchangeDeclareOptions::default()
    };
    let declared = channel.exchange_declare(
        exchange.clone(),
        ExchangeKind::Fanout,
        options,
        FieldTable::default(),
    );
    declared.await.unwrap();
    let bound = channel.queue_bind(
        former.clone(),
        exchange.clone(),
        "".into(),
        QueueBindOptions::default(),
        FieldTable::default(),
    );
    bound.await.unwrap();
    let confirmed = channel.confirm_select(ConfirmSelectOptions::default());
    confirmed.await.unwrap();
    for number in 0..600_u32 {
        let mut headers = FieldTable::default();
        let reason = AMQPValue::LongString(number.to_string().into());
        headers.insert("x-beffroi-reason".into(), reason);
        let published = channel.basic_publish(
            exchange.clone(),
            "host.01".into(),
            BasicPublishOptions::default(),
            b"old",
            BasicProperties::default().with_headers(headers),
        );
        published.await.unwrap().await.unwrap();
    }

    let (queue, lane) = engine.open(name).await;
    queue.bury(&job(&lane, 1), "new").await.unwrap();
    let dead = dead(&queue).await;
    assert_eq!(dead.len(), 601);
    assert!(dead[..600].iter().all(|letter| letter.lane == "host.01"));
    let reasons: BTreeSet<&str> = dead.iter().map(|letter| letter.reason.as_str()).collect();
    assert_eq!(reasons.len(), 601);
    let left = channel.basic_get(former, BasicGetOptions::default());
    assert!(left.await.unwrap().is_none(), "nothing is routed there");
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
    let dead = dead_all(&queue, 1).await;
    assert_eq!(dead[0].job(), Some(job(&lane, 0)));
    assert_eq!(dead[0].reason, "delivery_limit");
    assert!(dead[0].buried_at.is_some());
    let [departure] = &dead[0].history[..] else {
        panic!("it left one queue: {:?}", dead[0].history);
    };
    assert_eq!(departure.queue, format!("{name}.v1.host.01"));
    assert_eq!(departure.reason, "delivery_limit");
    assert_eq!(departure.count, 1);
    assert_eq!(departure.at, dead[0].buried_at);
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
