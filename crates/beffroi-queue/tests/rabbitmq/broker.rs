//! A private RabbitMQ node on loopback: its own folder, node name, ports and port mapper. It dies with
//! the thread that started it.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// A node starts in 6 seconds on a free machine.
const START_LIMIT: Duration = Duration::from_secs(120);

/// A node and what it needs.
#[derive(Debug)]
pub(crate) struct Broker {
    dir: tempfile::TempDir,
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

/// RabbitMQ's own start script. Debian's on PATH is a wrapper that changes the user.
pub(crate) fn installation() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let wrapper = std::env::split_paths(&path)
        .map(|dir| dir.join("rabbitmq-server"))
        .find(|file| file.is_file())?;
    let own = wrapper
        .parent()?
        .join("../lib/rabbitmq/bin/rabbitmq-server");
    Some(if own.is_file() { own } else { wrapper })
}

impl Broker {
    pub(crate) fn start() -> Self {
        let dir = match option_env!("CARGO_TARGET_TMPDIR") {
            Some(folder) => tempfile::tempdir_in(folder),
            // The harness of the end-to-end tests includes this file too.
            None => tempfile::tempdir(),
        };
        let dir = dir.unwrap();
        let [amqp, distribution, port_mapper] = free_ports();
        let ports = Ports {
            amqp,
            distribution,
            port_mapper,
        };
        write_files(dir.path(), ports);
        let port_mapper = dying_with_us("epmd")
            .args(["-address", "127.0.0.1", "-port", &port_mapper.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let node = start_node(dir.path(), ports);
        let broker = Self {
            dir,
            ports,
            port_mapper,
            node,
        };
        broker.wait_until_serving();
        broker
    }

    pub(crate) fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.ports.amqp)
    }

    /// As a power cut would, save for the disk.
    pub(crate) fn kill(&mut self) {
        self.node.kill().unwrap();
        self.node.wait().unwrap();
    }

    /// Starts again on the same data.
    pub(crate) fn restart(&mut self) {
        self.node = start_node(self.dir.path(), self.ports);
        self.wait_until_serving();
    }

    /// Asks the node by RabbitMQ's own tool.
    #[allow(
        dead_code,
        reason = "the end-to-end tests have this file too, and may need only the node"
    )]
    pub(crate) fn ctl(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(installation().unwrap().with_file_name("rabbitmqctl"));
        let output = surroundings(&mut command, self.dir.path(), self.ports)
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn wait_until_serving(&self) {
        let deadline = Instant::now() + START_LIMIT;
        while !speaks_amqp(self.ports.amqp) {
            assert!(Instant::now() < deadline, "{}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("node.log")).unwrap_or_default()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let pid = Pid::from_raw(self.node.id().try_into().unwrap());
        let _ = kill(pid, Signal::SIGKILL);
        let _ = self.node.wait();
        let _ = self.port_mapper.kill();
        let _ = self.port_mapper.wait();
    }
}

fn free_ports<const N: usize>() -> [u16; N] {
    // All at once, or the same one might come twice.
    let listeners = [(); N].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// A command that the kernel kills when our thread ends, by whatever cause.
fn dying_with_us(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program.as_ref());
    command
}

fn write_files(dir: &Path, ports: Ports) {
    fs::write(dir.join(".erlang.cookie"), "beffroi-tests").unwrap();
    fs::set_permissions(
        dir.join(".erlang.cookie"),
        fs::Permissions::from_mode(0o400),
    )
    .unwrap();
    fs::write(dir.join("enabled_plugins"), "[].").unwrap();
    let settings = format!(
        "listeners.tcp.default = 127.0.0.1:{}\n\
         vm_memory_high_watermark.absolute = 1GB\n\
         disk_free_limit.absolute = 50MB\n\
         log.console.level = warning\n\
         raft.wal_max_size_bytes = 67108864\n",
        ports.amqp
    );
    fs::write(dir.join("rabbitmq.conf"), settings).unwrap();
}

fn start_node(dir: &Path, ports: Ports) -> Child {
    let log = File::options()
        .create(true)
        .append(true)
        .open(dir.join("node.log"))
        .unwrap();
    surroundings(&mut dying_with_us(installation().unwrap()), dir, ports)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// What RabbitMQ's scripts need to know, so that they know nothing else of this machine.
fn surroundings<'c>(command: &'c mut Command, dir: &Path, ports: Ports) -> &'c mut Command {
    let path = |name: &str| dir.join(name);
    command
        .env("HOME", dir)
        .env("LANG", "C.UTF-8")
        // Makes RabbitMQ's script become the node, so that our child is the node itself.
        .env("RUNNING_UNDER_SYSTEMD", "1")
        .env("RABBITMQ_NODENAME", node_name(ports))
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
            // No busy waiting beside our own tests; the distribution stays on loopback.
            "+sbwt none +sbwtdcpu none +sbwtdio none \
             -kernel inet_dist_use_interface {127,0,0,1}",
        )
}

fn node_name(ports: Ports) -> String {
    format!("tests{}@localhost", ports.amqp)
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
