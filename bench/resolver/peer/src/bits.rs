//! With sets as bit masks over the versions that exist: names and versions are ordinals.

use crate::semver::parse_range;
use crate::{measure, Universe};
use pubgrub::{
    resolve, Dependencies, DependencyConstraints, DependencyProvider, PackageResolutionStatistics, SemanticVersion,
    VersionSet,
};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::{self, Display};

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mask(u64);

impl Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:b}", self.0)
    }
}

impl VersionSet for Mask {
    type V = u8;

    fn empty() -> Self {
        Mask(0)
    }
    fn singleton(v: u8) -> Self {
        Mask(1 << v)
    }
    fn complement(&self) -> Self {
        Mask(!self.0)
    }
    fn intersection(&self, other: &Self) -> Self {
        Mask(self.0 & other.0)
    }
    fn contains(&self, v: &u8) -> bool {
        self.0 >> v & 1 == 1
    }
    fn full() -> Self {
        Mask(u64::MAX)
    }
    fn union(&self, other: &Self) -> Self {
        Mask(self.0 | other.0)
    }
    fn is_disjoint(&self, other: &Self) -> bool {
        self.0 & other.0 == 0
    }
    fn subset_of(&self, other: &Self) -> bool {
        self.0 & !other.0 == 0
    }
}

struct Masks {
    /// Per package, a bit for each version that exists.
    existing: Vec<u64>,
    requires: Vec<Vec<DependencyConstraints<u32, Mask>>>,
}

impl DependencyProvider for Masks {
    type P = u32;
    type V = u8;
    type VS = Mask;
    type M = String;
    type Err = Infallible;
    type Priority = (u32, Reverse<u32>);

    fn prioritize(&self, package: &u32, range: &Mask, statistics: &PackageResolutionStatistics) -> Self::Priority {
        let count = (self.existing[*package as usize] & range.0).count_ones();
        if count == 0 {
            return (u32::MAX, Reverse(0));
        }
        (statistics.conflict_count(), Reverse(count))
    }

    fn choose_version(&self, package: &u32, range: &Mask) -> Result<Option<u8>, Infallible> {
        let left = self.existing[*package as usize] & range.0;
        Ok((left != 0).then(|| 63 - left.leading_zeros() as u8))
    }

    fn get_dependencies(&self, package: &u32, version: &u8) -> Result<Dependencies<u32, Mask, String>, Infallible> {
        Ok(Dependencies::Available(self.requires[*package as usize][*version as usize].clone()))
    }
}

pub fn run(universe: &Universe, rounds: usize) {
    let mut ordinals: HashMap<&str, u32> = HashMap::new();
    let mut versions: Vec<Vec<SemanticVersion>> = Vec::new();
    for package in &universe.packages {
        ordinals.insert(&package.name, versions.len() as u32);
        let mut sorted: Vec<SemanticVersion> =
            package.versions.iter().map(|each| each.version.parse().expect("a version")).collect();
        sorted.sort();
        assert!(sorted.len() <= 64, "a mask has 64 bits");
        versions.push(sorted);
    }
    let mut masks = Masks { existing: Vec::new(), requires: Vec::new() };
    let mut roots = Vec::new();
    for (at, package) in universe.packages.iter().enumerate() {
        let count = versions[at].len();
        masks.existing.push(if count == 64 { u64::MAX } else { (1 << count) - 1 });
        let mut requires = vec![DependencyConstraints::default(); count];
        for version in &package.versions {
            let id: SemanticVersion = version.version.parse().expect("a version");
            let bit = versions[at].binary_search(&id).expect("it was put there");
            requires[bit] = version
                .requires
                .iter()
                .map(|(name, range)| {
                    let target = ordinals[name.as_str()];
                    let set = parse_range(range);
                    let bits = versions[target as usize].iter().enumerate();
                    let mask = bits.filter(|(_, each)| set.contains(each)).fold(0, |mask, (bit, _)| mask | 1 << bit);
                    (target, Mask(mask))
                })
                .collect();
            roots.push((at as u32, bit as u8));
        }
        masks.requires.push(requires);
    }
    measure(&roots, rounds, |(package, version)| resolve(&masks, *package, *version).is_ok());
}
