//! The vectors of a model.

use std::path::Path;

use safetensors::{Dtype, SafeTensors};

use crate::tokenizer::Tokenizer;

/// The file of the vectors, in a model's directory.
pub const VECTORS: &str = "model.safetensors";
/// The file of the tokenizer beside it.
pub const TOKENIZER: &str = "tokenizer.json";

/// An installed model that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the embedding model in {directory} cannot be used: {fault}. Run touchstone models fetch again")]
pub struct Broken {
    directory: String,
    fault: String,
}

/// A model in memory; it is as large as its file.
pub struct Model {
    tokenizer: Tokenizer,
    /// One row for each token, as half-precision bits.
    vectors: Vec<u16>,
    width: usize,
}

impl Model {
    /// Reads the model in a directory; `None` where none is installed.
    pub fn load(directory: &Path) -> Result<Option<Self>, Broken> {
        let broken = |fault: String| Broken { directory: directory.display().to_string(), fault };
        let read = |name: &str| {
            std::fs::read(directory.join(name)).map_err(|fault| broken(format!("{name}: {fault}")))
        };
        if !directory.join(VECTORS).exists() {
            return Ok(None);
        }
        Self::of_bytes(&read(VECTORS)?, &read(TOKENIZER)?).map(Some).map_err(broken)
    }

    fn of_bytes(vectors: &[u8], tokenizer: &[u8]) -> Result<Self, String> {
        let tokenizer = Tokenizer::of_json(tokenizer)?;
        let file = SafeTensors::deserialize(vectors).map_err(|fault| format!("{VECTORS}: {fault}"))?;
        let tables = file.tensors();
        let (_, table) = tables
            .iter()
            .find(|(_, tensor)| tensor.shape().len() == 2)
            .ok_or_else(|| format!("{VECTORS} has no table of vectors"))?;
        let [rows, width] = *table.shape() else { return Err(format!("{VECTORS} has no table of vectors")) };
        if table.dtype() != Dtype::F16 || width == 0 || rows < tokenizer.size() {
            return Err(format!("{VECTORS} must hold a half-precision vector for each token"));
        }
        let vectors =
            table.data().chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        Ok(Self { tokenizer, vectors, width })
    }

    /// Numbers in a vector.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// The text's vector, of length 1; of a text without tokens, all zero.
    pub fn embed(&self, text: &str) -> Vec<f32> {
        let mut sum = vec![0.0; self.width];
        for token in self.tokenizer.encode(text, usize::MAX) {
            for (sum, bits) in sum.iter_mut().zip(self.row(token)) {
                *sum += single(*bits);
            }
        }
        normalised(sum)
    }

    /// The vectors of the first `limit` tokens, each of length 1.
    pub fn token_embeddings(&self, text: &str, limit: usize) -> Vec<Vec<f32>> {
        let tokens = self.tokenizer.encode(text, limit).into_iter();
        tokens.map(|token| normalised(self.row(token).iter().copied().map(single).collect())).collect()
    }

    fn row(&self, token: u32) -> &[u16] {
        let start = usize::try_from(token).unwrap_or(usize::MAX).saturating_mul(self.width);
        self.vectors.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }
}

fn normalised(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    if length > 0.0 {
        for number in &mut vector {
            *number /= length;
        }
    }
    vector
}

/// Half precision (IEEE 754 binary16) as single precision, without loss.
fn single(bits: u16) -> f32 {
    let (sign, exponent, fraction) =
        (u32::from(bits >> 15) << 31, u32::from(bits >> 10 & 0x1f), u32::from(bits & 0x3ff));
    match exponent {
        0 => {
            let small = f32::from(bits & 0x3ff) / 16_777_216.0;
            if sign == 0 { small } else { -small }
        }
        0x1f => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    use safetensors::tensor::TensorView;

    /// Two dimensions: warm and cold. `▁sun` and `▁heat` are warm, `▁ice` is cold.
    fn toy() -> (Vec<u8>, Vec<u8>) {
        let tokens = [
            "<unk>", "▁", "s", "u", "n", "h", "e", "a", "t", "i", "c", "▁s", "un", "▁sun", "▁h", "ea", "eat",
            "▁heat", "▁i", "ce", "▁ice",
        ];
        let vocab: HashMap<&str, usize> = tokens.iter().enumerate().map(|(id, token)| (*token, id)).collect();
        let merges = ["▁ s", "u n", "▁s un", "▁ h", "e a", "ea t", "▁h eat", "▁ i", "c e", "▁i ce"];
        let tokenizer = serde_json::json!({"model": {"type": "BPE", "vocab": vocab, "merges": merges}});
        // 1.0, 0.0 and -2.0 in half precision.
        let row = |token: &str| match token {
            "▁sun" | "▁heat" => [0x3c00_u16, 0],
            "▁ice" => [0, 0xc000],
            _ => [0, 0],
        };
        let bytes: Vec<u8> = tokens.iter().flat_map(|token| row(token)).flat_map(u16::to_le_bytes).collect();
        let view = TensorView::new(Dtype::F16, vec![tokens.len(), 2], &bytes).unwrap();
        let file = safetensors::serialize([("embedding.weight", view)], None).unwrap();
        (file, tokenizer.to_string().into_bytes())
    }

    #[test]
    fn texts_of_like_meaning_have_like_vectors_of_length_one() {
        let (vectors, tokenizer) = toy();
        let model = Model::of_bytes(&vectors, &tokenizer).unwrap();
        assert_eq!(model.width(), 2);
        assert_eq!(model.embed("sun"), [1.0, 0.0]);
        assert_eq!(model.embed("sun heat"), [1.0, 0.0]);
        assert_eq!(model.embed("ice"), [0.0, -1.0]);
        assert_eq!(model.embed(""), [0.0, 0.0]);
        assert_eq!(model.token_embeddings("sun ice heat", 2), [[1.0, 0.0], [0.0, -1.0]]);
    }

    #[test]
    fn a_directory_holds_no_model_or_a_whole_one_or_is_broken() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Model::load(dir.path()).unwrap().is_none());
        let (vectors, tokenizer) = toy();
        std::fs::write(dir.path().join(VECTORS), &vectors).unwrap();
        let fault = Model::load(dir.path()).err().unwrap().to_string();
        assert!(fault.contains(TOKENIZER) && fault.contains("touchstone models fetch"), "{fault}");
        std::fs::write(dir.path().join(TOKENIZER), &tokenizer).unwrap();
        assert!(Model::load(dir.path()).unwrap().is_some());
        std::fs::write(dir.path().join(VECTORS), &vectors[..vectors.len() - 1]).unwrap();
        assert!(Model::load(dir.path()).is_err());
    }

    #[test]
    fn half_precision_is_read_without_loss() {
        // Reference values: IEEE 754-2019, binary16.
        for (bits, number) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x7bff, 65504.0),
            (0x0400, 0.000_061_035_156),
            (0x0001, 0.000_000_059_604_645),
            (0x8001, -0.000_000_059_604_645),
        ] {
            assert_eq!(single(bits).to_bits(), f32::to_bits(number), "{bits:x}");
        }
        assert!(single(0x7c00).is_infinite() && single(0x7e00).is_nan());
    }
}
