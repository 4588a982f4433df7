//! Users: who calls, and by what identity providers know them. A user belongs to no team by itself, so the tables are
//! keyed by the user or the identity alone.

use std::collections::BTreeMap;

use async_trait::async_trait;
use touchstone_aggregates::user::UserEvent;
use touchstone_kernel::{Global, Recorded};
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{UserId, fold_key};

use crate::batch::{clean, event, replacing, stream};

/// Fills the tables of users and identities.
pub struct UserRows;

const IDENTITY_COLUMNS: &[&str] = &["digest", "user_id"];
const COLUMNS: &[&str] = &["id", "ordinal", "email", "email_key", "given_name", "family_name", "created_at"];

#[async_trait]
impl Projection for UserRows {
    fn name(&self) -> &'static str {
        "user"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_user", "rm_identity"]
    }

    fn teamless(&self) -> &'static [&'static str] {
        self.tables()
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/user.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        let mut rows: BTreeMap<String, Vec<Arg>> = BTreeMap::new();
        let mut identities: BTreeMap<String, String> = BTreeMap::new();
        for recorded in events.iter().filter(|recorded| recorded.is::<UserEvent>()) {
            let id = stream::<Global<UserId>>(recorded)?.0.to_string();
            match event::<UserEvent>(recorded)? {
                UserEvent::Registered { email, given_name, family_name } => {
                    let email = clean(email.text());
                    let row = vec![
                        Arg::Text(id.clone()),
                        Arg::Int(recorded.envelope.seq),
                        Arg::Text(email.clone()),
                        Arg::Text(fold_key(&email)),
                        Arg::Text(clean(given_name.text())),
                        Arg::Text(clean(family_name.text())),
                        Arg::Int(recorded.at().secs()),
                    ];
                    rows.insert(id, row);
                }
                UserEvent::IdentityLinked { identity } => drop(identities.insert(identity, id)),
            }
        }
        if !rows.is_empty() {
            let suffix = replacing(&["id"], COLUMNS);
            tx.insert("rm_user", COLUMNS, rows.into_values().collect(), &suffix).await?;
        }
        if !identities.is_empty() {
            let rows =
                identities.into_iter().map(|(identity, user)| vec![Arg::Text(identity), Arg::Text(user)]);
            let suffix = replacing(&["digest"], IDENTITY_COLUMNS);
            tx.insert("rm_identity", IDENTITY_COLUMNS, rows.collect(), &suffix).await?;
        }
        Ok(())
    }
}
