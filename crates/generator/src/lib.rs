//! Custom harnesses: prompts made from a system prompt, a policy, a function and personas, without any model
//! and better with one.
//!
//! What is made is a pure function of the material ([`make()`]), so that it comes out the same again after a crash: it
//! has no clock and draws no number. Every prompt tells what it was made from. Nothing that it asks for can hurt: where
//! a prompt tempts, it tempts to break a rule of the material or to say its words.
//!
//! Where the operator has named a model ([`Scribe`]), it may put what is asked into words of its own. They are kept in the
//! stage's stream before they are used, so that they too come out the same; what is not usable stays a template.
//!
//! Around it is a consumer of the log ([`Generator`]): it hears that a stage shall be made, makes prompts, probes and
//! the harness command by command, and tells the stage how far it has come. One process leads. Whatever it did before it
//! died comes out the same when the next one does it again, so nothing is made twice.
//!
//! Judges are deterministic: whether the answer has the expected word, whether it refuses, which tools it calls.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod argument;
mod board;
mod family;
mod generator;
mod language;
mod make;
mod material;
mod persona;
mod rank;
mod rule;
mod schema;
mod scribe;
mod stage;
#[cfg(test)]
mod tests;
mod text;
mod wording;

pub use generator::Generator;
pub use make::{Made, Order, Probe, Prompt, Unmakeable, make};
pub use material::{Document, Function, Lineage, Material};
pub use rule::{Modality, Rule, rules};
pub use schema::{SchemaFault, read as read_schema};
pub use scribe::Scribe;
pub use stage::Tools;
pub use text::{Place, Sentence, sentences};
pub use wording::{Licence, Task};
