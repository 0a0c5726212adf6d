//! Serves all of France until it is interrupted: to look around, and to measure the server.

use beffroi_sim::{SimSettings, crawler_config, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = serve(
        SimSettings::default(),
        beffroi_registry::shipped().collectivities,
    )
    .await?;
    println!("{}", crawler_config(&sim));
    println!("# control: {}", sim.control_url());
    tokio::signal::ctrl_c().await?;
    sim.stop().await;
    Ok(())
}
