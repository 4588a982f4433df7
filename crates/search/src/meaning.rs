//! What a text means, as a direction.

use std::sync::Arc;

use touchstone_embeddings::Model;

use crate::vectors::Packed;

/// A model, and the direction into which all texts of a kind point.
///
/// Means of word vectors have much in common, whatever the texts are about; what is left when that is taken away tells
/// them apart far better (Mu and Viswanath, All-but-the-Top, ICLR 2018).
pub struct Meaning {
    model: Arc<Model>,
    common: Vec<f32>,
}

impl Meaning {
    /// `usual` are texts of the kind that will be searched, some hundred.
    pub fn of<'a>(model: Arc<Model>, usual: impl Iterator<Item = &'a str>) -> Self {
        let mut common = vec![0.0; model.width()];
        let mut count = 0.0_f32;
        for text in usual {
            for (sum, number) in common.iter_mut().zip(model.embed(text)) {
                *sum += number;
            }
            count += 1.0;
        }
        for sum in &mut common {
            *sum /= count.max(1.0);
        }
        Self { model, common }
    }

    pub(crate) fn vector(&self, text: &str) -> Packed {
        let mut vector = self.model.embed(text);
        for (number, common) in vector.iter_mut().zip(&self.common) {
            *number -= common;
        }
        let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
        if length > 0.0 {
            for number in &mut vector {
                *number /= length;
            }
        }
        Packed::of(&vector)
    }
}
