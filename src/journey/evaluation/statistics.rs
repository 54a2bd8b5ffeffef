//! How sure a share and a difference of shares are (ALGORITHMS C10). Chance is drawn from a fixed seed:
//! the same run has the same figures.

/// Draws of the randomisation test and of the bootstrap.
const DRAWS: usize = 10_000;
const SEED: u64 = 0x5745_4E5A_4845_4E31;
/// The 97.5 % point of the normal distribution.
const Z: f64 = 1.959_964;

/// Wilson's 95 % interval of the share `k` of `n`; all of 0 to 1 when nothing was counted.
pub(super) fn wilson(k: usize, n: usize) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let (k, n) = (k as f64, n as f64);
    let (share, z2) = (k / n, Z * Z);
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt() / (1.0 + z2 / n);
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// The chance of differences as large as these in sum when each might as well have the other sign:
/// the paired randomisation test, two-sided.
pub(super) fn randomisation(differences: &[f64]) -> f64 {
    let seen = differences.iter().sum::<f64>().abs();
    let mut random = Random(SEED);
    let as_large = (0..DRAWS).filter(|_| {
        let signed = differences.iter().map(|d| if random.next() >> 63 == 0 { *d } else { -d });
        signed.sum::<f64>().abs() >= seen - 1e-9
    });
    (as_large.count() + 1) as f64 / (DRAWS + 1) as f64
}

/// The 95 % interval of the mean of `differences` by the paired bootstrap (percentiles).
pub(super) fn bootstrap(differences: &[f64]) -> (f64, f64) {
    let n = differences.len();
    if n == 0 {
        return (0.0, 0.0);
    }
    let mut random = Random(SEED);
    let mut means: Vec<f64> =
        (0..DRAWS).map(|_| (0..n).map(|_| differences[random.below(n)]).sum::<f64>() / n as f64).collect();
    means.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| means[((DRAWS - 1) as f64 * share).round() as usize];
    (at(0.025), at(0.975))
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is small against 2^64.
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near((a, b): (f64, f64), (c, d): (f64, f64), by: f64) -> bool {
        (a - c).abs() < by && (b - d).abs() < by
    }

    #[test]
    fn the_interval_of_a_share_is_wilsons() {
        // ALGORITHMS E; 0 of 10 and 10 of 10 from Wilson's formula by hand: z²/(n + z²).
        assert!(near(wilson(85, 100), (0.767, 0.907), 0.0005), "{:?}", wilson(85, 100));
        assert!(near(wilson(0, 10), (0.0, 0.2775), 0.0005) && near(wilson(10, 10), (0.7225, 1.0), 0.0005));
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn the_chance_of_a_difference_is_that_of_its_signs() {
        // Exactly: 2 of 32 patterns of signs are as extreme as five of one sign.
        assert!((randomisation(&[1.0; 5]) - 2.0 / 32.0).abs() < 0.01);
        // Ten up, two down: 2·(1 + 12 + 66) of 4096.
        let mixed: Vec<f64> = (0..12).map(|i| if i < 10 { 1.0 } else { -1.0 }).collect();
        assert!((randomisation(&mixed) - 158.0 / 4096.0).abs() < 0.01);
        assert!((randomisation(&[0.0; 9]) - 1.0).abs() < 1e-9, "nothing moved");
        assert!((randomisation(&[1.0, -1.0]) - 1.0).abs() < 1e-9, "as many up as down");
    }

    #[test]
    fn the_interval_of_a_difference_is_that_of_its_draws() {
        let differences: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i < 85))).collect();
        // The normal approximation: 0.85 ± 1.96·√(0.85·0.15/100).
        assert!(near(bootstrap(&differences), (0.78, 0.92), 0.011), "{:?}", bootstrap(&differences));
        assert_eq!(bootstrap(&[1.0; 7]), (1.0, 1.0));
        assert_eq!(bootstrap(&differences), bootstrap(&differences), "the same again");
    }
}
