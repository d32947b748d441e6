//! Throws that a seed repeats: uniform, normal and counted. Must not know what is thrown for.

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same everywhere.
pub struct Dice(u64);

impl Dice {
    /// Dice of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        it ^ (it >> 31)
    }

    /// From 0 up to, but not, 1.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Between two bounds.
    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.share()
    }

    /// Between two bounds, every doubling as likely as another.
    pub fn doubling(&mut self, from: f64, to: f64) -> f64 {
        self.between(from.ln(), to.ln()).exp()
    }

    /// Whole, from 0 up to, but not, `below`.
    pub fn below(&mut self, below: u64) -> u64 {
        (self.share() * below as f64) as u64
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }

    /// A factor around 1 whose logarithm deviates so much.
    pub fn factor(&mut self, deviation: f64) -> f64 {
        (deviation * self.normal()).exp()
    }

    /// How often a rare thing happens that is expected so often (Poisson; Knuth's product for few,
    /// the normal for many).
    pub fn count(&mut self, expected: f64) -> u64 {
        if expected > 50.0 {
            return (expected + expected.sqrt() * self.normal())
                .round()
                .max(0.0) as u64;
        }
        let limit = (-expected).exp();
        let mut product = self.share();
        let mut count = 0;
        while product > limit {
            product *= self.share();
            count += 1;
        }
        count
    }
}
