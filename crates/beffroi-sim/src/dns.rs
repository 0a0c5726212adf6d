//! The world's name server: A records for its names, NXDOMAIN for all others, nothing forwarded.

use std::{net::Ipv4Addr, sync::Arc};

use hickory_proto::{
    op::{Message, MessageType, ResponseCode},
    rr::{DNSClass, RData, Record, RecordType, rdata::A},
};
use tokio::net::UdpSocket;

use crate::world::{World, host::Dns};

/// Seconds for which an answer may be kept.
const TTL: u32 = 300;

/// Answers for ever; ends with the task.
pub(crate) async fn serve(socket: UdpSocket, world: Arc<World>) {
    // Queries without TCP fall-back are 512 bytes; with EDNS a little more.
    let mut buffer = [0u8; 4096];
    loop {
        let Ok((length, peer)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        if let Some(reply) = answer(&world, &buffer[..length])
            && let Err(error) = socket.send_to(&reply, peer).await
        {
            tracing::debug!(%error, "a name server's answer could not be sent");
        }
    }
}

/// The answer to a query; none to what is no query.
fn answer(world: &World, query: &[u8]) -> Option<Vec<u8>> {
    let query = Message::from_vec(query).ok()?;
    if query.metadata.message_type != MessageType::Query {
        return None;
    }
    let question = query.queries.first()?.clone();
    let mut reply = Message::response(query.metadata.id, query.metadata.op_code);
    reply.metadata.recursion_desired = query.metadata.recursion_desired;
    reply.metadata.recursion_available = true;
    reply.metadata.authoritative = true;
    reply.add_query(question.clone());
    let name = question.name().to_ascii();
    match look_up(world, name.trim_end_matches('.')) {
        Ok(address) => {
            if question.query_type() == RecordType::A && question.query_class() == DNSClass::IN {
                let data = RData::A(A(address));
                reply.add_answer(Record::from_rdata(question.name().clone(), TTL, data));
            }
        }
        Err(code) => reply.metadata.response_code = code,
    }
    reply.to_vec().ok()
}

fn look_up(world: &World, name: &str) -> Result<Ipv4Addr, ResponseCode> {
    let host = world
        .host_index(name)
        .map(|index| &world.hosts[index as usize]);
    match host {
        Some(host) => match host.dns {
            Dns::Address => Ok(host.address),
            Dns::ServFail => Err(ResponseCode::ServFail),
            Dns::NxDomain => Err(ResponseCode::NXDomain),
        },
        None => Err(ResponseCode::NXDomain),
    }
}
