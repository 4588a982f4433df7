//! Agent configurations and their files.

use touchstone_aggregates::agent_configuration::{
    Agent, AgentConfiguration, AgentConfigurationEvent, AgentHubConfig,
};
use touchstone_kernel::Owned;
use touchstone_vocabulary::{AgentConfigurationId, ApiKeyId, ConfigField, FileId, Hub, MediaType, Time};
use uuid::Uuid;

use super::past::{OTHER_TEAM, Past, TEAM, USER};
use super::stage::Stage;

const FILE: FileId = FileId(Uuid::from_u128(0xf1));

fn agent(name: &str) -> Agent {
    Agent {
        name: name.to_owned().into(),
        name_digest: "d".to_owned(),
        hub: Hub::Custom,
        model: "m".to_owned(),
        url: None,
        api_key: Some(ApiKeyId(Uuid::from_u128(11))),
        system_prompt: Some("Keep the\0 word.".to_owned().into()),
        hub_config: None,
    }
}

/// One agent that everything happened to, and one of another team with the same id.
pub fn agents() -> Past {
    let mut past = Past::default();
    let id = AgentConfigurationId(Uuid::from_u128(0xa9));
    let created = |name| AgentConfigurationEvent::Created { created_by: USER, agent: agent(name) };
    let config =
        AgentHubConfig::from([(ConfigField::AgentId, Some("a".to_owned())), (ConfigField::AgentKey, None)]);
    let requested = AgentConfigurationEvent::FileRequested {
        file: FILE,
        requested_by: USER,
        name: "policy.pdf".to_owned().into(),
        media: MediaType::Pdf,
        size: None,
        checksum: None,
        expires_at: Time::from_secs(900),
    };
    let verified = AgentConfigurationEvent::FileVerified {
        file: FILE,
        size: 5,
        checksum: "c".to_owned().into(),
        digest: "d".to_owned().into(),
    };
    for event in [
        created("helper"),
        requested.clone(),
        AgentConfigurationEvent::Updated {
            agent: Agent { api_key: None, system_prompt: None, hub_config: Some(config), ..agent("other") },
        },
        verified,
        AgentConfigurationEvent::Archived {},
        AgentConfigurationEvent::Activated {},
    ] {
        past.push::<AgentConfiguration>(&Owned::new(TEAM, id), &event);
    }
    for event in [created("theirs"), requested, AgentConfigurationEvent::Archived {}] {
        past.push::<AgentConfiguration>(&Owned::new(OTHER_TEAM, id), &event);
    }
    past
}

#[tokio::test]
async fn an_agent_is_shown_as_it_became_and_its_file_as_it_came() {
    for stage in Stage::both().await {
        stage.apply(&agents().events).await;
        let agents = "select name || ' ' || status || ' ' || coalesce(api_key_id, '-') || ' ' || \
            coalesce(system_prompt, '-') || ' ' || coalesce(hub_config, '-') || ' ' || \
            cast(stream_version as text) as line from rm_agent_configuration order by ordinal";
        let key = Uuid::from_u128(11);
        assert_eq!(
            stage.lines(agents, vec![]).await,
            [
                "other active - - {\"agent_id\":\"a\",\"agent_key\":null} 6".to_owned(),
                format!("theirs archived {key} Keep the\u{fffd} word. - 3"),
            ]
        );
        let files = "select name || ' ' || media || ' ' || coalesce(cast(size as text), '-') || ' ' || \
            coalesce(checksum, '-') || ' ' || cast(verified_at is not null as text) as line from rm_agent_file \
            order by ordinal";
        let shown = stage.lines(files, vec![]).await;
        assert!(shown[0].starts_with("policy.pdf application/pdf 5 c "), "{shown:?}");
        assert!(shown[1].starts_with("policy.pdf application/pdf - - "), "{shown:?}");
    }
}
