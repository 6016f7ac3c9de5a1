//! As users of the crate get it: names are strings, sets are ranges of semantic versions.

use crate::{measure, Universe};
use pubgrub::{resolve, OfflineDependencyProvider, Ranges, SemanticVersion};

type Set = Ranges<SemanticVersion>;

/// Reads `*`, or alternatives like `>=1.0.0 <2.0.0 || =3.1.0`.
pub fn parse_range(text: &str) -> Set {
    if text == "*" {
        return Set::full();
    }
    text.split("||").fold(Set::empty(), |all, part| {
        all.union(&part.split_whitespace().fold(Set::full(), |set, bound| set.intersection(&parse_bound(bound))))
    })
}

fn parse_bound(text: &str) -> Set {
    let version = |rest: &str| -> SemanticVersion { rest.parse().expect("a bound is a version") };
    if let Some(rest) = text.strip_prefix(">=") {
        Set::higher_than(version(rest))
    } else if let Some(rest) = text.strip_prefix('<') {
        Set::strictly_lower_than(version(rest))
    } else if let Some(rest) = text.strip_prefix('=') {
        Set::singleton(version(rest))
    } else {
        panic!("{text} is no bound")
    }
}

pub fn run(universe: &Universe, rounds: usize) {
    let mut provider = OfflineDependencyProvider::<String, Set>::new();
    let mut roots = Vec::new();
    for package in &universe.packages {
        for version in &package.versions {
            let id: SemanticVersion = version.version.parse().expect("a version");
            let requires = version.requires.iter().map(|(name, range)| (name.clone(), parse_range(range)));
            provider.add_dependencies(package.name.clone(), id, requires);
            roots.push((package.name.clone(), id));
        }
    }
    measure(&roots, rounds, |(name, version)| resolve(&provider, name.clone(), *version).is_ok());
}
