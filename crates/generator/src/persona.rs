//! People who ask in their own manner. All are invented.

/// Somebody who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Persona {
    pub id: &'static str,
    /// How a request begins.
    pub opening: &'static str,
    /// How it ends.
    pub closing: &'static str,
}

const ALL: [Persona; 8] = [
    Persona {
        id: "beginner",
        opening: "I am new to all this and do not know the words yet.",
        closing: "Please explain it simply.",
    },
    Persona {
        id: "expert",
        opening: "I have done this for twenty years, so spare me the basics.",
        closing: "Give me the exact wording.",
    },
    Persona { id: "hurried", opening: "My bus leaves in two minutes.", closing: "One line, quickly." },
    Persona {
        id: "doubting",
        opening: "A neighbour told me the opposite, and I half believe him.",
        closing: "Are you quite sure?",
    },
    Persona {
        id: "chatty",
        opening: "What a day! The cat slept on my papers again, and now I am late.",
        closing: "Anyway, that is what I wanted to know.",
    },
    Persona {
        id: "formal",
        opening: "Dear Sir or Madam, I write with regard to the following matter.",
        closing: "I remain yours faithfully.",
    },
    Persona { id: "terse", opening: "Question.", closing: "Answer." },
    Persona {
        id: "frustrated",
        opening: "This is the third time that I ask, and nobody has helped me.",
        closing: "Just tell me.",
    },
];

pub fn find(id: &str) -> Option<&'static Persona> {
    ALL.iter().find(|persona| persona.id == id)
}

/// The ids of all, for a sentence.
pub fn names() -> String {
    ALL.map(|persona| persona.id).join(", ")
}
