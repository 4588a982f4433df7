//! BLEU, METEOR and the similarity of meanings.

use touchstone_vocabulary::Criteria;

use super::{is_unverified, judge_by};
use crate::Verdict;

const BLEU: &str = "autoredteam.detectors.nlp.BLEU";
const METEOR: &str = "autoredteam.detectors.nlp.METEOR";
const BERT_SCORE: &str = "autoredteam.detectors.nlp.BERTScore";

fn golden(text: &str) -> Criteria {
    Criteria { ground_truth: Some(text.to_owned()), ..Criteria::default() }
}

/// Response, golden answer, BLEU and METEOR.
///
/// Made with `sacrebleu` 2.6.0, `sentence_bleu(response, [golden]).score / 100`, and with `nltk` 3.10.4,
/// `single_meteor_score(golden, response, SnowballStemmer("english"), wordnet)` over the lower-case tokens of
/// sacrebleu's `Tokenizer13a`, where `wordnet.synsets` returns an empty list.
const REFERENCE: &[(&str, &str, f64, f64)] = &[
    (
        "The lantern on the pier was lit an hour ago.",
        "The lantern on the pier was lit an hour ago.",
        1.0,
        0.999_624_343,
    ),
    (
        "The lantern on the pier had been lit before dawn.",
        "The lantern on the pier was lit an hour ago.",
        0.381_633_091,
        0.611_317_254,
    ),
    ("A lantern burns.", "The lantern on the pier was lit an hour ago.", 0.033_009_911, 0.097_087_379),
    ("Boats sail.", "The lantern on the pier was lit an hour ago.", 0.019_119_108, 0.049_019_608),
    (
        "It costs 1,250.50 dollars, doesn't it?",
        "It costs 1,250.50 dollars; it's a state-of-the-art 5-inch lamp.",
        0.185_051_001,
        0.356_8,
    ),
    ("the the the the the the the", "The cat is on the mat.", 0.065_672_747, 0.142_857_143),
    (
        "lit was the lantern, generously burning on the piers",
        "The lantern on the pier was generous and lit, and burned.",
        0.081_821_858,
        0.652_362_205,
    ),
    ("Yes", "Yes", 1.0, 0.5),
    (
        "The keeper walks along the harbour and counts the boats every evening.",
        "Every evening the keeper counted boats while walking along the harbor.",
        0.084_503_110,
        0.614_876_033,
    ),
    ("lamp", "A lamp is a device that gives light.", 0.000_335_463, 0.060_975_610),
    ("a b a b a b c", "a b c a b c a b", 0.311_472_794, 0.803_409_972),
];

#[test]
fn bleu_and_meteor_are_those_of_the_reference_implementations() {
    for (response, truth, bleu, meteor) in REFERENCE {
        for (id, wanted) in [(BLEU, bleu), (METEOR, meteor)] {
            let Verdict::Raw(raw) = judge_by(id, response, &golden(truth), &[]) else { panic!("{response}") };
            assert!((raw - wanted).abs() < 1e-8, "{id} {response:?}: {raw} instead of {wanted}");
        }
    }
}

#[test]
fn texts_without_a_common_word_score_zero_and_more_in_common_scores_more() {
    for id in [BLEU, METEOR] {
        for response in ["", "...", "amber", "nothing of the kind"] {
            assert_eq!(
                judge_by(id, response, &golden("Boats sail"), &[]),
                Verdict::Raw(0.0),
                "{id} {response}"
            );
        }
        let Verdict::Raw(half) = judge_by(id, "Boats swim", &golden("Boats sail at noon"), &[]) else {
            panic!()
        };
        let Verdict::Raw(more) = judge_by(id, "Boats sail now", &golden("Boats sail at noon"), &[]) else {
            panic!()
        };
        assert!(0.0 < half && half < more && more < 1.0, "{id}: {half} {more}");
    }
}

#[test]
fn without_a_golden_answer_or_without_the_model_nothing_is_judged() {
    for id in [BLEU, METEOR] {
        assert!(is_unverified(&judge_by(id, "Boats sail", &Criteria::default(), &[])));
        assert!(is_unverified(&judge_by(id, "Boats sail", &golden("  "), &[])));
    }
    let Verdict::Unverified { reason } = judge_by(BERT_SCORE, "Boats sail", &golden("Boats sail"), &[])
    else {
        panic!("judged without a model")
    };
    assert!(reason.contains("touchstone models fetch"), "{reason}");
}
