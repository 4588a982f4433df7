//! The way into the installation's tunnel, for agents that run on a member's own machine.

use std::sync::Arc;

use axum::extract::State;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use touchstone_commands::local_eval_token::{IssueLocalEvalToken, RevokeLocalEvalToken, Tunnel};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::Caller;
use crate::reply::{Answer, Deleted, Reply};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(show, revoke))
}

/// A tunnel that the operator rents or runs. The token stays with the process; nothing stores it.
#[derive(Clone)]
pub struct TunnelProvider {
    pub domain: String,
    pub token: SecretString,
}

/// How to reach the tunnel; both null where the operator has none.
#[derive(Serialize, ToSchema)]
#[schema(as = NgrokTokenResponse)]
struct Access {
    #[schema(required = false)]
    token: Option<String>,
    #[schema(required = false)]
    domain: Option<String>,
}

/// The credential of the installation's tunnel. That a member was given it is recorded once.
#[utoipa::path(get, path = "/v1/local-eval-token", operation_id = "get_local_eval_token",
    tag = "Ngrok Token Issuer", responses((status = 200, body = Access)))]
async fn show(State(app): State<Arc<App>>, caller: Caller) -> Answer<Access> {
    let Some(TunnelProvider { domain, token }) = &app.tunnel else {
        return Ok(Reply::now(Access { token: None, domain: None }));
    };
    let fingerprint = app.vault.fingerprint(caller.team, token).await?;
    let tunnel = Tunnel { domain: domain.clone(), fingerprint };
    let command = IssueLocalEvalToken { team: caller.team, user: caller.user, tunnel };
    let access = Access { token: Some(token.expose_secret().to_owned()), domain: Some(domain.clone()) };
    Ok(app.send(&caller, command).await?.reply(access))
}

/// Gives the leave back. Where there is none, nothing changes.
#[utoipa::path(delete, path = "/v1/local-eval-token", operation_id = "delete_local_eval_token",
    tag = "Ngrok Token Issuer", responses((status = 200, body = Deleted)))]
async fn revoke(State(app): State<Arc<App>>, caller: Caller) -> Answer<Deleted> {
    let sent = app.send(&caller, RevokeLocalEvalToken { team: caller.team, user: caller.user }).await?;
    Ok(sent.reply(Deleted::new(caller.user.to_string())))
}
