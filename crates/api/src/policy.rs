//! Who may do what: one row per operation, and nothing is served without a row.

use axum::http::Method;
use touchstone_vocabulary::TeamRole;

use crate::caller::Standing;
use crate::limit::Limits;
use crate::rate::Kind;
use Rule::{Admin, Member, Open, Signed, Token};

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Everybody, without a token.
    Open,
    /// Whoever holds the address, which is signed and was given to somebody for this one thing.
    Signed,
    /// Everybody with a token, services too: what is asked decides, not that something is.
    Token,
    /// Every member of the team.
    Member,
    /// Members with the role admin.
    Admin,
}

impl Rule {
    pub const fn admits(self, standing: Standing) -> bool {
        match self {
            Self::Open | Self::Signed | Self::Token => true,
            Self::Member => matches!(standing, Standing::Member(_)),
            Self::Admin => matches!(standing, Standing::Member(TeamRole::Admin)),
        }
    }

    /// What is missing to whom it does not admit.
    pub const fn demand(self) -> &'static str {
        match self {
            Self::Open | Self::Signed | Self::Token => "this needs nothing more than a token",
            Self::Member => "this needs a member's token; a service's token does not do",
            Self::Admin => "this needs the role admin in your team",
        }
    }
}

/// One operation and its rule.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub operation: &'static str,
    pub method: &'static str,
    /// As in the document.
    pub path: &'static str,
    pub rule: Rule,
}

const fn row(operation: &'static str, method: &'static str, path: &'static str, rule: Rule) -> Row {
    Row { operation, method, path, rule }
}

/// Every served operation.
pub const TABLE: &[Row] = &[
    row("get_healthz", "GET", "/healthz", Open),
    row("get_livez", "GET", "/livez", Open),
    row("get_readyz", "GET", "/readyz", Open),
    row("get_metrics", "GET", "/metrics", Open),
    row("get_openapi", "GET", "/openapi.json", Open),
    row("get_docs", "GET", "/docs", Open),
    row("get_users", "GET", "/v1/users", Member),
    row("get_users_me", "GET", "/v1/users/me", Member),
    row("get_users_by_id", "GET", "/v1/users/{id}", Member),
    row("post_users_set_role", "POST", "/v1/users/{id}/set-role", Admin),
    row("get_teams", "GET", "/v1/teams", Member),
    row("post_teams", "POST", "/v1/teams", Member),
    row("get_teams_by_id", "GET", "/v1/teams/{id}", Member),
    row("put_teams_by_id", "PUT", "/v1/teams/{id}", Admin),
    row("delete_teams_by_id", "DELETE", "/v1/teams/{id}", Admin),
    row("get_teams_users", "GET", "/v1/teams/{id}/users", Member),
    row("post_invites", "POST", "/v1/invites", Admin),
    row("get_invites_by_id", "GET", "/v1/invites/{invite_id}", Member),
    row("delete_invites_by_id", "DELETE", "/v1/invites/{invite_id}", Admin),
    row("get_invites_team_by_id", "GET", "/v1/invites/team/{team_id}", Admin),
    row("get_invites_status_by_status", "GET", "/v1/invites/status/{status}", Member),
    row("post_invites_accept", "POST", "/v1/invites/{invite_id}/accept", Member),
    row("post_invites_decline", "POST", "/v1/invites/{invite_id}/decline", Member),
    row("get_audit", "GET", "/v1/audit", Admin),
    row("post_events", "POST", "/v1/events", Token),
    row("get_hubs", "GET", "/v1/hubs", Member),
    row("get_api_keys", "GET", "/v1/api-keys", Member),
    row("post_api_keys", "POST", "/v1/api-keys", Admin),
    row("post_api_keys_test", "POST", "/v1/api-keys/test", Member),
    row("get_api_keys_by_id", "GET", "/v1/api-keys/{id}", Member),
    row("put_api_keys_by_id", "PUT", "/v1/api-keys/{id}", Admin),
    row("delete_api_keys_by_id", "DELETE", "/v1/api-keys/{id}", Admin),
    row("get_api_keys_models", "GET", "/v1/api-keys/{id}/models", Member),
    row("get_agent_configurations", "GET", "/v1/agent-configurations", Member),
    row("post_agent_configurations", "POST", "/v1/agent-configurations", Member),
    row("get_agent_configurations_by_id", "GET", "/v1/agent-configurations/{id}", Member),
    row("put_agent_configurations_update", "PUT", "/v1/agent-configurations/{id}/update", Member),
    row("put_agent_configurations_archive", "PUT", "/v1/agent-configurations/{id}/archive", Admin),
    row("get_agent_configurations_files", "GET", "/v1/agent-configurations/{id}/files", Member),
    row("post_agent_configurations_files", "POST", "/v1/agent-configurations/{id}/files", Member),
    row("put_uploads_by_token", "PUT", "/v1/uploads/{token}", Signed),
    row("get_local_eval_token", "GET", "/v1/local-eval-token", Member),
    row("delete_local_eval_token", "DELETE", "/v1/local-eval-token", Member),
    row("get_evaluations", "GET", "/v1/evaluations", Member),
    row("post_evaluations", "POST", "/v1/evaluations", Member),
    row("get_evaluations_by_id", "GET", "/v1/evaluations/{id}", Member),
    row("put_evaluations_by_id", "PUT", "/v1/evaluations/{id}", Member),
    row("get_evaluations_metadata_by_id", "GET", "/v1/evaluations/metadata/{id}", Member),
    row("post_evaluations_score", "POST", "/v1/evaluations/{id}/score", Member),
    row("post_evaluations_cancel", "POST", "/v1/evaluations/{id}/cancel", Member),
    row("post_evaluations_delete", "POST", "/v1/evaluations/{id}/delete", Member),
    row("get_evaluations_response_errors", "GET", "/v1/evaluations/{evaluation_id}/response-errors", Member),
    row("get_evaluations_events", "GET", "/v1/evaluations/{id}/events", Member),
    row("get_harness", "GET", "/v1/harness", Member),
    row("get_harness_by_id", "GET", "/v1/harness/{id}", Member),
    row("get_harness_configs", "GET", "/v1/harness-configs", Member),
    row("get_harness_configs_versions", "GET", "/v1/harness-configs/versions", Member),
    row("get_harness_configs_by_id", "GET", "/v1/harness-configs/{harness_config_id}", Member),
    row("get_scenarios", "GET", "/v1/scenarios", Member),
    row("get_scenarios_by_id", "GET", "/v1/scenarios/{id}", Member),
    row("get_scenario_configs", "GET", "/v1/scenario-configs", Member),
    row("get_probes", "GET", "/v1/probes", Member),
    row("get_probes_by_id", "GET", "/v1/probes/{id}", Member),
    row("get_probe_configs", "GET", "/v1/probe-configs", Member),
    row("post_harness_configs", "POST", "/v1/harness-configs", Member),
    row("delete_harness_configs_by_id", "DELETE", "/v1/harness-configs/{harness_config_id}", Admin),
    row(
        "put_harness_configs_versions_archive",
        "PUT",
        "/v1/harness-configs/{harness_config_id}/versions/{version}/archive",
        Admin,
    ),
    row("put_probe_configs_by_id", "PUT", "/v1/probe-configs/{id}", Member),
    row("get_prompts", "GET", "/v1/prompts", Member),
    row("post_prompts", "POST", "/v1/prompts", Member),
    row("post_prompts_bulk", "POST", "/v1/prompts/bulk", Member),
    row("get_prompts_search_find", "GET", "/v1/prompts/search/find", Member),
    row("get_prompts_by_id", "GET", "/v1/prompts/{id}", Member),
    row("put_prompts_by_id", "PUT", "/v1/prompts/{id}", Member),
    row("get_tests", "GET", "/v1/tests", Member),
    row("get_tests_by_id", "GET", "/v1/tests/{id}", Member),
    row("get_responses", "GET", "/v1/responses", Member),
    row("get_responses_by_id", "GET", "/v1/responses/{id}", Member),
    row("get_detectors", "GET", "/v1/detectors", Member),
    row("get_detectors_by_id", "GET", "/v1/detectors/{id}", Member),
    row(
        "get_harness_configs_custom_eval_config_inputs",
        "GET",
        "/v1/harness-configs/custom/eval-config-inputs",
        Member,
    ),
    row(
        "get_harness_configs_stages_files",
        "GET",
        "/v1/harness-configs/{harness_config_id}/stages/{staging_id}/files",
        Member,
    ),
    row(
        "post_harness_configs_stages_files",
        "POST",
        "/v1/harness-configs/{harness_config_id}/stages/{staging_id}/files",
        Member,
    ),
    row(
        "delete_harness_configs_stages_files_by_id",
        "DELETE",
        "/v1/harness-configs/{harness_config_id}/stages/{staging_id}/files/{file_id}",
        Member,
    ),
    row("post_harness_creation_agent", "POST", "/v1/harness-creation-agent", Member),
    row("post_harness_creation_agent_chat", "POST", "/v1/harness-creation-agent/chat", Member),
    row("get_harness_config_stages", "GET", "/v1/harness-config-stages", Member),
    row("get_harness_configs_stages", "GET", "/v1/harness-configs/{harness_config_id}/stages", Member),
    row("post_harness_configs_stages", "POST", "/v1/harness-configs/{harness_config_id}/stages", Member),
    row(
        "get_harness_configs_stages_by_id",
        "GET",
        "/v1/harness-configs/{harness_config_id}/stages/{staging_id}",
        Member,
    ),
    row(
        "put_harness_configs_stages_by_id",
        "PUT",
        "/v1/harness-configs/{harness_config_id}/stages/{staging_id}",
        Member,
    ),
    row(
        "delete_harness_configs_stages_by_id",
        "DELETE",
        "/v1/harness-configs/{harness_config_id}/stages/{staging_id}",
        Member,
    ),
];

impl Row {
    /// What a request for it counts as.
    pub fn kind(&self) -> Kind {
        match (self.method, self.path) {
            ("POST", "/v1/api-keys/test") => Kind::KeyTest,
            ("POST", "/v1/invites") => Kind::Invite,
            ("GET", _) => Kind::Read,
            _ => Kind::Write,
        }
    }

    /// How long its answer may take: some wait for a model, or for a whole file.
    pub fn seconds(&self, limits: &Limits) -> u64 {
        match self.rule {
            Signed => limits.upload_seconds,
            Open | Token | Member | Admin if self.is_chat() => limits.chat_seconds,
            Open | Token | Member | Admin => limits.request_seconds,
        }
    }

    /// Whether its answer waits for a model.
    fn is_chat(&self) -> bool {
        matches!(
            (self.method, self.path),
            ("POST", "/v1/chat_complete" | "/v1/playgrounds/{id}/messages" | "/v1/api-keys/test")
        )
    }
}

/// The row of a route; one without a row is closed to all.
pub fn row_of(method: &Method, path: &str) -> Option<&'static Row> {
    // HEAD is answered by the handler of GET.
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    TABLE.iter().find(|row| row.method == method && row.path == path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn served() -> Vec<(String, String, String)> {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        let mut found = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                found.push((id, method.to_uppercase(), path.clone()));
            }
        }
        found
    }

    #[test]
    fn every_operation_has_exactly_one_row_and_every_row_an_operation() {
        let rows: BTreeSet<_> =
            TABLE.iter().map(|r| (r.operation.to_owned(), r.method.to_owned(), r.path.to_owned())).collect();
        assert_eq!(rows.len(), TABLE.len());
        assert_eq!(served().into_iter().collect::<BTreeSet<_>>(), rows);
    }

    #[test]
    fn operation_ids_are_unique() {
        let ids: Vec<_> = served().into_iter().map(|(id, ..)| id).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    }

    /// What only admins may do, decided once for all operations of the contract, and the audit of ours.
    const FOR_ADMINS: [&str; 13] = [
        "POST /v1/users/{id}/set-role",
        "POST /v1/invites",
        "DELETE /v1/invites/{invite_id}",
        "GET /v1/invites/team/{team_id}",
        "PUT /v1/teams/{id}",
        "DELETE /v1/teams/{id}",
        "POST /v1/api-keys",
        "PUT /v1/api-keys/{id}",
        "DELETE /v1/api-keys/{id}",
        "PUT /v1/agent-configurations/{id}/archive",
        "PUT /v1/harness-configs/{harness_config_id}/versions/{version}/archive",
        "DELETE /v1/harness-configs/{harness_config_id}",
        "GET /v1/audit",
    ];

    #[test]
    fn exactly_the_decided_operations_are_for_admins() {
        for row in TABLE {
            let name = format!("{} {}", row.method, row.path);
            assert_eq!(row.rule == Admin, FOR_ADMINS.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn only_monitoring_and_documents_are_open_and_only_the_event_door_to_services() {
        for row in TABLE {
            assert_eq!(row.rule == Open, !row.path.starts_with("/v1"), "{}", row.operation);
            assert_eq!(row.rule == Signed, row.path.starts_with("/v1/uploads/"), "{}", row.operation);
            assert_eq!(row.rule == Token, row.operation == "post_events", "{}", row.operation);
        }
        let (admin, user) = (Standing::Member(TeamRole::Admin), Standing::Member(TeamRole::User));
        let admitted = |rule: Rule| [admin, user, Standing::Service].map(|standing| rule.admits(standing));
        assert_eq!(admitted(Admin), [true, false, false]);
        assert_eq!(admitted(Member), [true, true, false]);
        assert_eq!(admitted(Token), [true, true, true]);
    }
}
