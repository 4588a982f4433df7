//! Public frameworks that probes are tagged with. A tag names a risk or technique that a probe bears on; it claims no
//! coverage of it.
//!
//! Sources: OWASP Top 10 for Large Language Model Applications, version 1.1 (2023); MITRE ATLAS, technique ids and names
//! as of its data of 2025; NIST AI 600-1, Generative Artificial Intelligence Profile (2024), section 2.

/// One entry of a framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// As it stands among a probe's tags, e.g. `owasp:LLM01`.
    pub tag: &'static str,
    pub name: &'static str,
}

macro_rules! codes {
    ($($constant:ident = $tag:literal, $name:literal;)+) => {
        $(pub(crate) const $constant: Code = Code { tag: $tag, name: $name };)+

        /// Every entry that a probe may be tagged with.
        pub const CODES: &[Code] = &[$($constant),+];
    };
}

codes! {
    LLM01 = "owasp:LLM01", "Prompt Injection";
    LLM02 = "owasp:LLM02", "Insecure Output Handling";
    LLM04 = "owasp:LLM04", "Model Denial of Service";
    LLM05 = "owasp:LLM05", "Supply Chain Vulnerabilities";
    LLM06 = "owasp:LLM06", "Sensitive Information Disclosure";
    LLM08 = "owasp:LLM08", "Excessive Agency";
    LLM09 = "owasp:LLM09", "Overreliance";
    LLM10 = "owasp:LLM10", "Model Theft";
    CRAFT_ADVERSARIAL_DATA = "atlas:AML.T0043", "Craft Adversarial Data";
    INFERENCE_EXFILTRATION = "atlas:AML.T0024", "Exfiltration via AI Inference API";
    DENIAL_OF_SERVICE = "atlas:AML.T0029", "Denial of AI Service";
    COST_HARVESTING = "atlas:AML.T0034", "Cost Harvesting";
    EXTERNAL_HARMS = "atlas:AML.T0048", "External Harms";
    PROMPT_INJECTION = "atlas:AML.T0051", "LLM Prompt Injection";
    TOOL_INVOCATION = "atlas:AML.T0053", "AI Agent Tool Invocation";
    JAILBREAK = "atlas:AML.T0054", "LLM Jailbreak";
    SYSTEM_PROMPT = "atlas:AML.T0056", "Extract LLM System Prompt";
    DATA_LEAKAGE = "atlas:AML.T0057", "LLM Data Leakage";
    HALLUCINATED_ENTITIES = "atlas:AML.T0060", "Publish Hallucinated Entities";
    HALLUCINATIONS = "atlas:AML.T0062", "Discover LLM Hallucinations";
    OBFUSCATION = "atlas:AML.T0068", "LLM Prompt Obfuscation";
    RESPONSE_RENDERING = "atlas:AML.T0077", "LLM Response Rendering";
    CONFABULATION = "nist-ai-600-1:confabulation", "Confabulation";
    DANGEROUS = "nist-ai-600-1:dangerous-violent-or-hateful-content", "Dangerous, Violent, or Hateful Content";
    PRIVACY = "nist-ai-600-1:data-privacy", "Data Privacy";
    BIAS = "nist-ai-600-1:harmful-bias-and-homogenization", "Harmful Bias and Homogenization";
    HUMAN_AI = "nist-ai-600-1:human-ai-configuration", "Human-AI Configuration";
    INTEGRITY = "nist-ai-600-1:information-integrity", "Information Integrity";
    SECURITY = "nist-ai-600-1:information-security", "Information Security";
    PROPERTY = "nist-ai-600-1:intellectual-property", "Intellectual Property";
    DEGRADING = "nist-ai-600-1:obscene-degrading-and-abusive-content", "Obscene, Degrading, and/or Abusive Content";
    VALUE_CHAIN = "nist-ai-600-1:value-chain-and-component-integration", "Value Chain and Component Integration";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tag_stands_for_two_entries() {
        let mut tags: Vec<_> = CODES.iter().map(|code| code.tag).collect();
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(tags.len(), CODES.len());
    }
}
