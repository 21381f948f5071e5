//! The measurements: what the product does per second on this machine, beside what the machine could do at best ("the roof"), found in
//! the same run, because absolute figures of two machines (or of one machine on two days) say little.
//!
//! Everything is real: the API is its own release process, PostgreSQL keeps every commit on disk, S3 is the one of the house.

mod batches;
mod check_ins;
mod cycle_times;
mod house;
mod load;
mod look_alikes;
mod machine;
mod pages;
mod pgbench;
mod plan;
mod report;
mod roof;
mod statements;
mod stock;
mod timeline;
mod timers;
mod told;
mod uploads;

use anyhow::bail;
use house::House;
use plan::Plan;
use report::Report;
use stock::Stock;

/// Every measurement by the name it is asked for, in the order they are run.
const MEASUREMENTS: [&str; 8] = ["check_ins", "batches", "uploads", "pages", "look_alikes", "timers", "timeline", "cycle_times"];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let plan = Plan::read(std::env::args().skip(1))?;
    if plan.measurements.is_empty() {
        println!("{}", plan::HELP);
        return Ok(());
    }
    let house = House::open(&plan).await?;
    let mut report = Report::new(machine::facts(&house).await?);
    let outcome = measure(&plan, &house, &mut report).await;
    house.close().await?;
    report.finish();
    print!("{report}");
    report.write(&plan.out)?;
    println!("\nwritten: {}", plan.out.display());
    outcome
}

async fn measure(plan: &Plan, house: &House, report: &mut Report) -> anyhow::Result<()> {
    let stock = &mut Stock::lay_in(house).await?;
    for name in &plan.measurements {
        eprintln!("-- {name}");
        match name.as_str() {
            "check_ins" => check_ins::measure(plan, house, stock, report).await?,
            "batches" => batches::measure(plan, house, stock, report).await?,
            "uploads" => uploads::measure(plan, house, stock, report).await?,
            "pages" => pages::measure(plan, house, stock, report).await?,
            "look_alikes" => look_alikes::measure(plan, house, report).await?,
            "timers" => timers::measure(plan, house, report).await?,
            "timeline" => timeline::measure(plan, house, report).await?,
            "cycle_times" => cycle_times::measure(plan, house, report).await?,
            unknown => bail!("there is no measurement `{unknown}`"),
        }
    }
    Ok(())
}
