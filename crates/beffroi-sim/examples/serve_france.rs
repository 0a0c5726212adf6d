//! Serves all of France on free ports until it is interrupted: to look around, and to measure the
//! server.

use beffroi_sim::{SimSettings, crawler_config, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = SimSettings {
        http_port: 0,
        https_port: 0,
        dns_port: 0,
        ..SimSettings::default()
    };
    let sim = serve(settings, beffroi_registry::shipped().collectivities).await?;
    println!("{}", crawler_config(&sim));
    println!("# control: {}", sim.control_url());
    tokio::signal::ctrl_c().await?;
    sim.stop().await;
    Ok(())
}
