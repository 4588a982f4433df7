//! Where the contract and the common clients disagree, the clients are right unless the operator says otherwise.

use anyhow::{Context, Result};
use figment::Figment;
use figment::providers::Serialized;
use figment::value::{Dict, Value};
use serde::Deserialize;
use touchstone_api::AgentsList;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Compat {
    agents_list: AgentsList,
}

/// The form of the list of agents: the file's table, and over it the pairs `name=value`.
pub fn agents_list(mut table: Dict, pairs: &[String]) -> Result<AgentsList> {
    for pair in pairs.iter().map(|pair| pair.trim()).filter(|pair| !pair.is_empty()) {
        let (name, value) =
            pair.split_once('=').with_context(|| format!("compat: {pair:?} is no name=value"))?;
        table.insert(name.trim().to_owned(), Value::from(value.trim()));
    }
    let compat: Compat =
        Figment::from(Serialized::defaults(table)).extract().context("compat cannot be read")?;
    Ok(compat.agents_list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pair: &str) -> Result<AgentsList> {
        agents_list(Dict::new(), &[pair.to_owned()])
    }

    #[test]
    fn the_list_of_agents_is_an_envelope_unless_the_operator_wants_the_contracts_array() {
        assert_eq!(read("").unwrap(), AgentsList::Envelope);
        assert_eq!(read("agents_list = array").unwrap(), AgentsList::Array);
        let table = Dict::from([("agents_list".to_owned(), Value::from("array"))]);
        assert_eq!(agents_list(table.clone(), &[]).unwrap(), AgentsList::Array);
        assert_eq!(agents_list(table, &["agents_list=envelope".into()]).unwrap(), AgentsList::Envelope);
        for (wrong, named) in
            [("agents_list=heap", "heap"), ("agent_list=array", "agent_list"), ("array", "name=value")]
        {
            let fault = format!("{:#}", read(wrong).unwrap_err());
            assert!(fault.contains(named), "{fault}");
        }
    }
}
