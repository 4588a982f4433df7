//! Vectors as bytes: a quarter of the memory of single precision, and close enough to rank by.

/// One vector: whole numbers, and what one of them is worth.
pub struct Packed {
    pub numbers: Vec<i8>,
    pub unit: f32,
}

impl Packed {
    /// The greatest number becomes 127, so that small vectors lose no more than large ones.
    #[expect(clippy::cast_possible_truncation, reason = "rounded numbers between -127 and 127")]
    pub fn of(vector: &[f32]) -> Self {
        let greatest = vector.iter().fold(0.0_f32, |most, number| most.max(number.abs()));
        let unit = if greatest > 0.0 { greatest / 127.0 } else { 0.0 };
        let number = |number: &f32| if unit > 0.0 { (number / unit).round() as i8 } else { 0 };
        Self { numbers: vector.iter().map(number).collect(), unit }
    }
}

/// Vectors of one width, one after the other.
#[derive(Default)]
pub struct Vectors {
    width: usize,
    numbers: Vec<i8>,
    units: Vec<f32>,
}

impl Vectors {
    pub fn push(&mut self, packed: &Packed) {
        self.width = packed.numbers.len();
        self.numbers.extend_from_slice(&packed.numbers);
        self.units.push(packed.unit);
    }

    /// The scalar products with each, in order: cosines, since all are of length 1.
    pub fn products<'a>(&'a self, query: &'a Packed) -> impl Iterator<Item = f32> + 'a {
        self.numbers.chunks_exact(self.width.max(1)).zip(&self.units).map(|(numbers, unit)| {
            let product: i32 =
                numbers.iter().zip(&query.numbers).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
            #[expect(clippy::cast_precision_loss, reason = "at most 127 squared times the width, below 2^23")]
            let product = product as f32;
            product * unit * query.unit
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_rank_like_numbers() {
        let rows = [[0.6, 0.8, 0.0], [0.0, 0.6, -0.8], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]];
        let mut vectors = Vectors::default();
        for row in &rows {
            vectors.push(&Packed::of(row));
        }
        let products: Vec<f32> = vectors.products(&Packed::of(&[0.6, 0.8, 0.0])).collect();
        for (product, exact) in products.iter().zip([1.0, 0.48, 0.6, 0.0]) {
            assert!((product - exact).abs() < 0.01, "{product} for {exact}");
        }
    }
}
