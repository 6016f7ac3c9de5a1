//! Solves a universe for every version as root with the crate `pubgrub` and prints the processor time of each round.
//!
//! usage: resolver-peer UNIVERSE.json semver|bits ROUNDS

mod bits;
mod semver;

use serde::Deserialize;
use std::collections::BTreeMap;

/// One version of a package and the ranges of its dependencies, as text.
#[derive(Deserialize)]
pub struct Version {
    pub version: String,
    pub requires: BTreeMap<String, String>,
}

#[derive(Deserialize)]
pub struct Package {
    pub name: String,
    pub versions: Vec<Version>,
}

#[derive(Deserialize)]
pub struct Universe {
    pub packages: Vec<Package>,
}

/// Processor time of this process so far, in seconds.
fn cpu_seconds() -> f64 {
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// Solves every root in every round; `solve` answers whether there is a solution.
pub fn measure<R>(roots: &[R], rounds: usize, solve: impl Fn(&R) -> bool) {
    let mut times = Vec::new();
    let mut verdicts = String::new();
    for _ in 0..rounds {
        let start = cpu_seconds();
        verdicts = roots.iter().map(|root| if solve(root) { '1' } else { '0' }).collect();
        times.push(cpu_seconds() - start);
    }
    println!("{}", serde_json::json!({ "cpu": times, "verdicts": verdicts }));
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&args[1]).expect("the universe can be read");
    let universe: Universe = serde_json::from_str(&text).expect("the universe is valid");
    let rounds: usize = args[3].parse().expect("rounds is a number");
    match args[2].as_str() {
        "semver" => semver::run(&universe, rounds),
        "bits" => bits::run(&universe, rounds),
        other => panic!("no form is called {other}"),
    }
}
