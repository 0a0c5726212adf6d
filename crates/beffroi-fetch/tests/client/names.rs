//! Names, with a real name server on loopback.

use std::{
    net::Ipv4Addr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use beffroi_fetch::{
    BudgetSpec, DnsSettings, Document, FetchClient, FetchSettings, Holder, Request,
};
use beffroi_model::{Absent, Failed, Forbidden, Outcome};
use hickory_proto::{
    op::{Message, OpCode, ResponseCode},
    rr::{RData, Record, RecordType, rdata::A},
};
use tokio::{net::UdpSocket, task::JoinHandle};

use crate::server::{Reply, Server, settings};

/// A name server that answers by the first label of the name.
struct NameServer {
    address: String,
    queries: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl NameServer {
    async fn start() -> Self {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let address = socket.local_addr().unwrap().to_string();
        let queries = Arc::<AtomicUsize>::default();
        let count = queries.clone();
        let task = tokio::spawn(async move {
            let mut buffer = [0; 1500];
            while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
                let query = Message::from_vec(&buffer[..length]).unwrap();
                let is_first = count.fetch_add(1, Ordering::SeqCst) < 2; // A and AAAA
                let answer = answer(&query, is_first).to_vec().unwrap();
                socket.send_to(&answer, peer).await.unwrap();
            }
        });
        Self {
            address,
            queries,
            task,
        }
    }
}

fn answer(query: &Message, is_first: bool) -> Message {
    let mut answer = Message::response(query.metadata.id, OpCode::Query);
    let question = query.queries[0].clone();
    let name = question.name().clone();
    let addresses: &[[u8; 4]] = match name.to_string().split('.').next().unwrap() {
        "private" => &[[10, 0, 0, 1]],
        "metadata" => &[[169, 254, 169, 254]],
        "rebind" if is_first => &[[127, 0, 0, 1]],
        "rebind" => &[[127, 0, 0, 2]],
        "site" => &[[127, 0, 0, 1]],
        "mixed" => &[[10, 0, 0, 1], [127, 0, 0, 1], [169, 254, 169, 254]],
        "broken" => {
            answer.metadata.response_code = ResponseCode::ServFail;
            &[]
        }
        "empty" => &[],
        _ => {
            answer.metadata.response_code = ResponseCode::NXDomain;
            &[]
        }
    };
    if question.query_type() == RecordType::A {
        for address in addresses {
            let data = RData::A(A(Ipv4Addr::from(*address)));
            answer.add_answer(Record::from_rdata(name.clone(), 0, data));
        }
    }
    answer.add_query(question);
    answer
}

async fn outcome(names: &NameServer, server: &Server, host: &str, port: u16) -> Outcome {
    let dns = DnsSettings {
        server: Some(names.address.clone()),
        ..DnsSettings::default()
    };
    let client = FetchClient::try_new(FetchSettings {
        dns,
        ..settings(&[server])
    })
    .unwrap();
    let url = format!("http://{host}:{port}/").parse().unwrap();
    match client.get(Request::site(url, Document::Page)).await {
        Ok(_) => Outcome::Measured,
        Err(error) => error.outcome,
    }
}

#[tokio::test]
async fn the_answers_of_the_name_server_are_told_apart() {
    let names = NameServer::start().await;
    let server = Server::start(|_| Reply::page("x")).await;
    let port = server.address.port();
    for (host, port, expected) in [
        ("site.example", port, Outcome::Measured),
        ("mixed.example", port, Outcome::Measured),
        (
            "site.example",
            80,
            Outcome::Forbidden(Forbidden::PrivateAddress),
        ),
        (
            "private.example",
            80,
            Outcome::Forbidden(Forbidden::PrivateAddress),
        ),
        (
            "metadata.example",
            80,
            Outcome::Forbidden(Forbidden::PrivateAddress),
        ),
        ("missing.example", 80, Outcome::Absent(Absent::DnsNxdomain)),
        ("empty.example", 80, Outcome::Absent(Absent::DnsNxdomain)),
        ("broken.example", 80, Outcome::Failed(Failed::DnsServfail)),
    ] {
        assert_eq!(
            outcome(&names, &server, host, port).await,
            expected,
            "{host}:{port}"
        );
    }
    assert_eq!(
        server.seen()[0].headers["host"],
        format!("site.example:{port}")
    );
}

#[tokio::test]
async fn a_name_that_changes_its_answer_gains_nothing() {
    let names = NameServer::start().await;
    let server = Server::start_whole(|_| Reply::new(200, &[], "{}")).await;
    let dns = DnsSettings {
        server: Some(names.address.clone()),
        ..DnsSettings::default()
    };
    let client = FetchClient::try_new(FetchSettings {
        dns,
        ..settings(&[&server])
    })
    .unwrap();
    let url: url::Url = format!("http://rebind.example:{}/", server.address.port())
        .parse()
        .unwrap();
    let one = NonZeroU32::MIN;
    let budget = BudgetSpec {
        requests: one,
        per: Duration::from_millis(1),
        concurrency: one,
        holder: Holder::default(),
    };
    client.get(Request::api(url.clone(), budget)).await.unwrap();
    assert_eq!(
        names.queries.load(Ordering::SeqCst),
        2,
        "asked once, then pinned"
    );
    let error = client.get(Request::api(url, budget)).await.unwrap_err();
    assert_eq!(error.outcome, Outcome::Forbidden(Forbidden::PrivateAddress));
    assert_eq!(server.paths().len(), 1);
}
