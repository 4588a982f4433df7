use touchstone_aggregates::invite::{Invite, InviteEvent};
use touchstone_aggregates::team::{Name, Team, TeamEvent};
use touchstone_kernel::testing::{given, meta};
use touchstone_kernel::{Actor, Command, Meta, State, Within};
use touchstone_vocabulary::{InviteId, TeamId, TeamRole, TextFault, Time, UserId};
use uuid::Uuid;

use super::*;
use crate::reservation::name_digest;

const TEAM: TeamId = TeamId(Uuid::from_u128(1));
/// Who acts in [`touchstone_kernel::testing::meta`].
const ADMIN: UserId = UserId(Uuid::from_u128(7));
const OTHER: UserId = UserId(Uuid::from_u128(8));

fn found() -> CreateTeam {
    CreateTeam {
        id: TEAM,
        founder: ADMIN,
        name: "Harbour".into(),
        description: None,
        is_single_user: false,
        among: Vec::new(),
    }
}

fn founded() -> Vec<TeamEvent> {
    given::<Team>(&[]).when(&found()).result().unwrap()
}

fn personal() -> Vec<TeamEvent> {
    given::<Team>(&[]).when(&CreateTeam { is_single_user: true, ..found() }).result().unwrap()
}

fn with(more: &[TeamEvent]) -> Vec<TeamEvent> {
    [founded(), more.to_vec()].concat()
}

fn member(user: UserId, role: TeamRole) -> TeamEvent {
    TeamEvent::MemberAdded { user, role }
}

fn update(name: Option<&str>, description: Option<&str>) -> UpdateTeam {
    UpdateTeam {
        id: TEAM,
        by: ADMIN,
        name: name.map(str::to_owned),
        description: description.map(str::to_owned),
        among: Vec::new(),
    }
}

fn name(text: &str, holder: UserId) -> Name {
    Name { text: text.to_owned().into(), digest: name_digest(text), holder }
}

#[test]
fn a_team_is_founded_once_with_its_founder_as_admin() {
    let created =
        TeamEvent::Created { name: name("Harbour", ADMIN), description: None, is_single_user: false };
    assert_eq!(founded(), [created, member(ADMIN, TeamRole::Admin)]);
    given::<Team>(&founded()).when(&found()).then_nothing();
    given::<Team>(&with(&[TeamEvent::Deleted {}])).when(&found()).then_refused(&TeamRefusal::NoSuchTeam);
}

#[test]
fn texts_are_checked() {
    let nameless = CreateTeam { name: " ".into(), ..found() };
    given::<Team>(&[]).when(&nameless).then_refused(&TeamRefusal::BadName(TextFault::Empty));
    let long = CreateTeam { description: Some("d".repeat(2000)), ..found() };
    given::<Team>(&[]).when(&long).then_refused(&TeamRefusal::BadDescription(TextFault::TooLong));
    given::<Team>(&founded())
        .when(&update(Some(""), None))
        .then_refused(&TeamRefusal::BadName(TextFault::Empty));
}

#[test]
fn no_two_of_a_persons_teams_have_one_name() {
    let mine = Team::fold(&founded());
    let theirs = Team::fold(&[founded().remove(0), member(OTHER, TeamRole::Admin)]);
    let gone = Team::fold(&with(&[TeamEvent::Deleted {}]));
    let again = CreateTeam { id: TeamId(Uuid::from_u128(2)), name: " HARBOUR".into(), ..found() };
    given::<Team>(&[])
        .when_knowing(&again, std::slice::from_ref(&mine))
        .then_refused(&TeamRefusal::NameTaken);
    assert_eq!(given::<Team>(&[]).when_knowing(&again, &[theirs, gone]).result().unwrap().len(), 2);
    let renamed = update(Some("harbour"), None);
    let lighthouse = CreateTeam { name: "Lighthouse".into(), ..found() };
    let lighthouse = given::<Team>(&[]).when(&lighthouse).result().unwrap();
    given::<Team>(&lighthouse).when_knowing(&renamed, &[mine]).then_refused(&TeamRefusal::NameTaken);
}

#[test]
fn a_name_is_claimed_with_the_team_moved_with_a_rename_and_freed_with_the_end() {
    let state = Team::fold(&founded());
    let claims = found().claims(&Team::Absent, &founded());
    assert_eq!((claims[0].within, claims[0].take), (Within::User(ADMIN), true));
    let moved = UpdateTeam { by: OTHER, ..update(Some("Lighthouse"), None) }.claims(&state, &[]);
    let digests = [name_digest("Harbour"), name_digest("Lighthouse")];
    assert_eq!(moved.iter().map(|claim| claim.digest.clone()).collect::<Vec<_>>(), digests);
    assert_eq!(moved.iter().map(|claim| claim.take).collect::<Vec<_>>(), [false, true]);
    assert_eq!(
        moved.iter().map(|c| c.within).collect::<Vec<_>>(),
        [Within::User(ADMIN), Within::User(OTHER)]
    );
    assert!(update(Some("HARBOUR"), None).claims(&state, &[]).is_empty(), "the same name, written otherwise");
    let freed = DeleteTeam { id: TEAM }.claims(&state, &[]);
    assert_eq!((freed[0].digest.clone(), freed[0].take), (name_digest("Harbour"), false));
}

#[test]
fn only_what_differs_is_changed() {
    let renamed = TeamEvent::DetailsChanged { name: Some(name("Lighthouse", ADMIN)), description: None };
    given::<Team>(&founded()).when(&update(Some("Lighthouse"), None)).then(std::slice::from_ref(&renamed));
    let described = TeamEvent::DetailsChanged { name: None, description: Some("d".to_owned().into()) };
    given::<Team>(&founded())
        .when(&update(Some("Harbour"), Some("d")))
        .then(std::slice::from_ref(&described));
    let both = with(&[renamed, described]);
    given::<Team>(&both).when(&update(Some("Lighthouse"), Some("d"))).then_nothing();
    given::<Team>(&both).when(&update(None, None)).then_nothing();
}

#[test]
fn the_operator_adds_a_member_once_and_changes_a_role() {
    let set = |role| SetMember { team: TEAM, user: OTHER, role };
    given::<Team>(&[]).when(&set(TeamRole::User)).then_refused(&TeamRefusal::NoSuchTeam);
    given::<Team>(&founded()).when(&set(TeamRole::User)).then(&[member(OTHER, TeamRole::User)]);
    let two = with(&[member(OTHER, TeamRole::User)]);
    given::<Team>(&two).when(&set(TeamRole::User)).then_nothing();
    let changed = TeamEvent::MemberRoleChanged { user: OTHER, role: TeamRole::Admin };
    given::<Team>(&two).when(&set(TeamRole::Admin)).then(&[changed]);
    given::<Team>(&personal()).when(&set(TeamRole::User)).then_refused(&TeamRefusal::Personal);
}

#[test]
fn the_last_admin_stays_admin_and_member() {
    let demote = ChangeRole { team: TEAM, user: ADMIN, role: TeamRole::User };
    let remove = RemoveMember { team: TEAM, user: ADMIN };
    for alone in [founded(), with(&[member(OTHER, TeamRole::User)])] {
        given::<Team>(&alone).when(&demote).then_refused(&TeamRefusal::LastAdmin);
        given::<Team>(&alone).when(&remove).then_refused(&TeamRefusal::LastAdmin);
    }
    let two = with(&[member(OTHER, TeamRole::Admin)]);
    given::<Team>(&two)
        .when(&demote)
        .then(&[TeamEvent::MemberRoleChanged { user: ADMIN, role: TeamRole::User }]);
    given::<Team>(&two).when(&remove).then(&[TeamEvent::MemberRemoved { user: ADMIN }]);
}

#[test]
fn a_role_is_changed_only_for_members() {
    let change = |role| ChangeRole { team: TEAM, user: OTHER, role };
    given::<Team>(&founded()).when(&change(TeamRole::Admin)).then_refused(&TeamRefusal::NoSuchMember);
    let two = with(&[member(OTHER, TeamRole::User)]);
    given::<Team>(&two).when(&change(TeamRole::User)).then_nothing();
    let left = with(&[member(OTHER, TeamRole::User), TeamEvent::MemberRemoved { user: OTHER }]);
    given::<Team>(&left).when(&change(TeamRole::Admin)).then_refused(&TeamRefusal::NoSuchMember);
    given::<Team>(&left).when(&RemoveMember { team: TEAM, user: OTHER }).then_nothing();
}

#[test]
fn a_team_is_changed_by_its_admins_and_to_strangers_it_is_missing() {
    fn refused<C: Command<On = Team, Refusal = TeamRefusal>>(command: &C, user: UserId) -> TeamRefusal {
        let state = Team::fold(&with(&[member(OTHER, TeamRole::User)]));
        let meta = Meta { actor: Actor::User(user), ..meta() };
        command.decide(&state, &[], &meta).unwrap_err()
    }
    let stranger = UserId(Uuid::from_u128(99));
    for (user, refusal) in [(OTHER, TeamRefusal::NoAdmin), (stranger, TeamRefusal::NoSuchTeam)] {
        assert_eq!(refused(&update(Some("x"), None), user), refusal);
        assert_eq!(refused(&DeleteTeam { id: TEAM }, user), refusal);
        assert_eq!(refused(&ChangeRole { team: TEAM, user: OTHER, role: TeamRole::Admin }, user), refusal);
        assert_eq!(refused(&SetMember { team: TEAM, user, role: TeamRole::Admin }, user), refusal);
        assert_eq!(refused(&RemoveMember { team: TEAM, user: OTHER }, user), refusal);
    }
}

#[test]
fn a_deleted_team_is_missing_and_a_personal_one_stays() {
    let delete = DeleteTeam { id: TEAM };
    given::<Team>(&founded()).when(&delete).then(&[TeamEvent::Deleted {}]);
    given::<Team>(&personal()).when(&delete).then_refused(&TeamRefusal::PersonalStays);
    let gone = with(&[TeamEvent::Deleted {}]);
    given::<Team>(&gone).when(&delete).then_refused(&TeamRefusal::NoSuchTeam);
    given::<Team>(&gone).when(&update(Some("x"), None)).then_refused(&TeamRefusal::NoSuchTeam);
    let set = SetMember { team: TEAM, user: OTHER, role: TeamRole::User };
    given::<Team>(&gone).when(&set).then_refused(&TeamRefusal::NoSuchTeam);
}

#[test]
fn whoever_accepted_an_invite_joins_with_the_offered_role_and_a_member_stays_what_he_is() {
    let admit = Admit { team: TEAM, invite: InviteId(Uuid::from_u128(3)) };
    let created = InviteEvent::Created {
        email: "bo@example.org".to_owned().into(),
        email_digest: "d".into(),
        role: TeamRole::User,
        expires_at: Time::from_secs(9),
    };
    let accepted = |by| Invite::fold(&[created.clone(), InviteEvent::Accepted { by }]);
    let team = given::<Team>(&founded());
    team.when_knowing(&admit, &[accepted(OTHER)]).then(&[member(OTHER, TeamRole::User)]);
    team.when_knowing(&admit, &[accepted(ADMIN)]).then_nothing();
    for other in [
        Invite::Absent,
        Invite::fold(std::slice::from_ref(&created)),
        Invite::fold(&[created.clone(), InviteEvent::Declined { by: OTHER }]),
    ] {
        team.when_knowing(&admit, &[other]).then_refused(&TeamRefusal::NoInvite);
    }
    let gone = given::<Team>(&with(&[TeamEvent::Deleted {}]));
    gone.when_knowing(&admit, &[accepted(OTHER)]).then_refused(&TeamRefusal::NoSuchTeam);
}
