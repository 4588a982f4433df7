//! The model that helps where a model can: it words the prompts of custom harnesses.

use std::path::Path;

use anyhow::{Result, bail};
use touchstone_hubs::Target;
use touchstone_vocabulary::Hub;

use super::secret;

const VARIABLE: &str = "TOUCHSTONE_JUDGE_KEY";
/// Asked at OpenAI unless another is named.
const MODEL: &str = "gpt-4o";

/// What the settings say of it.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub hub: Option<String>,
    pub model: Option<String>,
    pub url: Option<String>,
}

/// The model, where there is a key for it.
pub fn named(told: Told, file: Option<&Path>) -> Result<Option<Target>> {
    resolve(told, secret::given(VARIABLE), file)
}

fn resolve(told: Told, given: Option<String>, file: Option<&Path>) -> Result<Option<Target>> {
    let Told { hub, model, url } = told;
    let Some(key) = secret::one(VARIABLE, given, file)? else {
        if hub.is_some() || model.is_some() || url.is_some() {
            bail!("judge_hub needs a key: name its file with --judge-key-file, or set {VARIABLE}");
        }
        return Ok(None);
    };
    let hub = match hub {
        None => Hub::OpenAi,
        Some(name) => match name.parse::<Hub>() {
            Ok(hub) if hub.is_spoken() => hub,
            Ok(_) | Err(_) => {
                bail!("judge_hub: {name:?} cannot be asked; use one of {}", Hub::spoken_names())
            }
        },
    };
    let usual = (hub == Hub::OpenAi).then(|| MODEL.to_owned());
    let Some(model) = model.filter(|model| !model.trim().is_empty()).or(usual) else {
        bail!("judge_model is missing: say which model of the hub {hub} is asked")
    };
    if url.is_none() && hub.needs_url() {
        bail!("judge_url is missing: say where the hub {hub} is");
    }
    Ok(Some(Target { hub, url, model, secret: key.into() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(hub: &str, model: &str, url: &str) -> Told {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Told { hub: some(hub), model: some(model), url: some(url) }
    }

    #[test]
    fn a_key_alone_means_the_usual_model_and_without_a_key_there_is_none() {
        assert!(resolve(Told::default(), None, None).unwrap().is_none());
        let target = resolve(Told::default(), Some("amber".into()), None).unwrap().unwrap();
        assert_eq!((target.hub, target.model.as_str(), target.url), (Hub::OpenAi, "gpt-4o", None));
        let near = told("custom", "small", "http://127.0.0.1:1/v1");
        let target = resolve(near, Some("amber".into()), None).unwrap().unwrap();
        assert_eq!((target.hub, target.model.as_str()), (Hub::Custom, "small"));
        assert_eq!(target.url.as_deref(), Some("http://127.0.0.1:1/v1"));
    }

    #[test]
    fn a_model_is_named_whole_or_not_at_all() {
        for (told, key, word) in [
            (told("openai", "", ""), None, "needs a key"),
            (told("", "gpt-4o", ""), Some(""), "needs a key"),
            (told("lantern", "m", ""), Some("amber"), "use one of openai"),
            (told("vertex", "m", ""), Some("amber"), "use one of openai"),
            (told("mistral", "", ""), Some("amber"), "judge_model is missing"),
            (told("custom", "m", ""), Some("amber"), "judge_url is missing"),
        ] {
            let fault = resolve(told, key.map(str::to_owned), None).err().unwrap().to_string();
            assert!(fault.contains(word) && !fault.contains("amber"), "{fault}");
        }
    }
}
