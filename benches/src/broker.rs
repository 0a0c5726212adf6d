//! A RabbitMQ of the benchmark's own, on a folder that goes away with it. It needs the distribution's
//! package, and dies with the thread that started it.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;

use crate::program::temporary_folder;

/// A node starts in 6 seconds on a free machine.
const START_LIMIT: Duration = Duration::from_secs(180);

/// Memory from which the node blocks who publishes, MiB. Far above what any bench needs: a blocked
/// publisher would be measured as a slow broker.
const MEMORY_MB: u32 = 10_000;

/// A node with its port mapper.
#[derive(Debug)]
pub struct BenchBroker {
    folder: TempDir,
    ports: Ports,
    port_mapper: Child,
    node: Child,
}

#[derive(Debug, Clone, Copy)]
struct Ports {
    amqp: u16,
    distribution: u16,
    port_mapper: u16,
}

impl BenchBroker {
    /// Starts a node on an empty folder and waits until it serves.
    pub fn start() -> anyhow::Result<Self> {
        let folder = temporary_folder()?;
        let [amqp, distribution, port_mapper] = free_ports()?;
        let ports = Ports {
            amqp,
            distribution,
            port_mapper,
        };
        write_files(folder.path(), ports)?;
        let port_mapper = dying_with_us("epmd")
            .args(["-address", "127.0.0.1", "-port", &port_mapper.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("`epmd` could not be started; `make packages` installs RabbitMQ")?;
        let node = start_node(folder.path(), ports)?;
        let mut broker = Self {
            folder,
            ports,
            port_mapper,
            node,
        };
        broker.wait_until_serving()?;
        Ok(broker)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.ports.amqp)
    }

    /// The process of the node.
    pub fn pid(&self) -> u32 {
        self.node.id()
    }

    /// Space that its folder takes, bytes. Blocks, not lengths: its files are made large and filled
    /// later.
    pub fn disk_bytes(&self) -> anyhow::Result<u64> {
        folder_bytes(self.folder.path())
    }

    fn wait_until_serving(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        while !speaks_amqp(self.ports.amqp) {
            let has_ended = self.node.try_wait()?.is_some();
            if has_ended || Instant::now() > deadline {
                let log = fs::read_to_string(self.folder.path().join("node.log"));
                bail!("RabbitMQ does not serve: {}", log.unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for BenchBroker {
    fn drop(&mut self) {
        // Nothing of it is wanted any more, so it need not tidy up.
        let _ = self.node.kill();
        let _ = self.node.wait();
        let _ = self.port_mapper.kill();
        let _ = self.port_mapper.wait();
    }
}

/// Files come and go while this counts; one that has gone takes no space.
fn folder_bytes(folder: &Path) -> anyhow::Result<u64> {
    const BLOCK: u64 = 512;
    let mut bytes = 0;
    for entry in fs::read_dir(folder)?.flatten() {
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_dir() {
            bytes += folder_bytes(&entry.path()).unwrap_or_default();
        } else {
            bytes += metadata.blocks() * BLOCK;
        }
    }
    Ok(bytes)
}

fn free_ports<const N: usize>() -> anyhow::Result<[u16; N]> {
    // All at once, or the same one might come twice.
    let mut listeners = Vec::new();
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        *port = listener.local_addr()?.port();
        listeners.push(listener);
    }
    Ok(ports)
}

/// RabbitMQ's own start script. Debian's on PATH is a wrapper that changes the user.
fn installation() -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let wrapper = std::env::split_paths(&path)
        .map(|folder| folder.join("rabbitmq-server"))
        .find(|file| file.is_file())
        .context("no `rabbitmq-server` was found; `make packages` installs it")?;
    let own = wrapper
        .parent()
        .map(|folder| folder.join("../lib/rabbitmq/bin/rabbitmq-server"));
    Ok(own.filter(|own| own.is_file()).unwrap_or(wrapper))
}

/// A command that the kernel kills when our thread ends, by whatever cause.
fn dying_with_us(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program.as_ref());
    command
}

fn write_files(folder: &Path, ports: Ports) -> anyhow::Result<()> {
    let cookie = folder.join(".erlang.cookie");
    fs::write(&cookie, "beffroi-benches")?;
    fs::set_permissions(cookie, fs::Permissions::from_mode(0o400))?;
    fs::write(folder.join("enabled_plugins"), "[].")?;
    let settings = format!(
        "listeners.tcp.default = 127.0.0.1:{}\n\
         vm_memory_high_watermark.absolute = {MEMORY_MB}MB\n\
         disk_free_limit.absolute = 2GB\n\
         log.console.level = warning\n\
         raft.wal_max_size_bytes = 67108864\n",
        ports.amqp
    );
    fs::write(folder.join("rabbitmq.conf"), settings)?;
    Ok(())
}

fn start_node(folder: &Path, ports: Ports) -> anyhow::Result<Child> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.join("node.log"))?;
    let path = |name: &str| folder.join(name);
    let node = dying_with_us(installation()?)
        .env("HOME", folder)
        .env("LANG", "C.UTF-8")
        // Makes RabbitMQ's script become the node, so that our child is the node itself.
        .env("RUNNING_UNDER_SYSTEMD", "1")
        .env(
            "RABBITMQ_NODENAME",
            format!("benches{}@localhost", ports.amqp),
        )
        .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
        .env("RABBITMQ_NODE_PORT", ports.amqp.to_string())
        .env("RABBITMQ_DIST_PORT", ports.distribution.to_string())
        .env("ERL_EPMD_PORT", ports.port_mapper.to_string())
        .env("ERL_EPMD_ADDRESS", "127.0.0.1")
        .env("RABBITMQ_MNESIA_BASE", path("data"))
        .env("RABBITMQ_LOG_BASE", path("log"))
        .env("RABBITMQ_LOGS", "-")
        .env("RABBITMQ_ENABLED_PLUGINS_FILE", path("enabled_plugins"))
        .env("RABBITMQ_GENERATED_CONFIG_DIR", path("generated"))
        .env("RABBITMQ_CONFIG_FILE", path("rabbitmq.conf"))
        .env("RABBITMQ_ADVANCED_CONFIG_FILE", path("advanced.config"))
        .env("RABBITMQ_CONF_ENV_FILE", path("none"))
        .env("RABBITMQ_PID_FILE", path("node.pid"))
        .env(
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
            // No busy waiting beside what is measured; the distribution stays on loopback.
            "+sbwt none +sbwtdcpu none +sbwtdio none \
             -kernel inet_dist_use_interface {127,0,0,1}",
        )
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn();
    node.context("RabbitMQ could not be started (with `setpriv`, of util-linux)")
}

/// A serving node answers the protocol header; a starting one refuses the connection.
fn speaks_amqp(port: u16) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"AMQP\0\0\x09\x01")?;
        stream.read_exact(&mut [0])
    };
    ask().is_ok()
}

/// Fails unless the disk of the scratch folder has so much left.
pub fn ensure_free_gb(wanted: u64) -> anyhow::Result<()> {
    let free = free_bytes()?;
    ensure!(
        free >= wanted * 1_000_000_000,
        "{:.1} GB are free, {wanted} are needed",
        free as f64 / 1e9
    );
    Ok(())
}

/// Bytes that the disk of the scratch folder has left.
pub fn free_bytes() -> anyhow::Result<u64> {
    let folder = temporary_folder()?;
    let disk = nix::sys::statvfs::statvfs(folder.path())?;
    Ok(disk.blocks_available() * disk.fragment_size())
}
