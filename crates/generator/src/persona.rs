//! The manners in which invented people ask.

use touchstone_vocabulary::Persona;

/// What somebody says around a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// How a request begins.
    pub opening: &'static str,
    /// How it ends.
    pub closing: &'static str,
}

pub const fn manner(persona: Persona) -> Manner {
    let (opening, closing) = match persona {
        Persona::Beginner => {
            ("I am new to all this and do not know the words yet.", "Please explain it simply.")
        }
        Persona::Expert => {
            ("I have done this for twenty years, so spare me the basics.", "Give me the exact wording.")
        }
        Persona::Hurried => ("My bus leaves in two minutes.", "One line, quickly."),
        Persona::Doubting => {
            ("A neighbour told me the opposite, and I half believe him.", "Are you quite sure?")
        }
        Persona::Chatty => (
            "What a day! The cat slept on my papers again, and now I am late.",
            "Anyway, that is what I wanted to know.",
        ),
        Persona::Formal => {
            ("Dear Sir or Madam, I write with regard to the following matter.", "I remain yours faithfully.")
        }
        Persona::Terse => ("Question.", "Answer."),
        Persona::Frustrated => {
            ("This is the third time that I ask, and nobody has helped me.", "Just tell me.")
        }
    };
    Manner { opening, closing }
}
