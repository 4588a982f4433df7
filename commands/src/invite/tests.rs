use touchstone_aggregates::team::{Name, TeamEvent};
use touchstone_kernel::State;
use touchstone_kernel::testing::{given, meta};
use touchstone_vocabulary::{TextFault, Time};
use uuid::Uuid;

use super::*;

const TEAM: TeamId = TeamId(Uuid::from_u128(1));
const ID: InviteId = InviteId(Uuid::from_u128(2));
/// Who acts in [`touchstone_kernel::testing::meta`].
const ADMIN: UserId = UserId(Uuid::from_u128(7));
const BO: UserId = UserId(Uuid::from_u128(8));

fn team(is_single_user: bool, more: &[TeamEvent]) -> Team {
    let name = Name { text: "Harbour".to_owned().into(), digest: "d".into(), holder: ADMIN };
    let created = TeamEvent::Created { name, description: None, is_single_user };
    let admin = TeamEvent::MemberAdded { user: ADMIN, role: TeamRole::Admin };
    Team::fold(&[vec![created, admin], more.to_vec()].concat())
}

fn create() -> CreateInvite {
    CreateInvite { team: TEAM, id: ID, email: "bo@example.org".into(), role: TeamRole::User, addressee: None }
}

fn bo() -> Addressee {
    Addressee { user: BO, email: " Bo@Example.org".into() }
}

fn accept() -> AcceptInvite {
    AcceptInvite { team: TEAM, id: ID, by: bo() }
}

fn decline() -> DeclineInvite {
    DeclineInvite { team: TEAM, id: ID, by: bo() }
}

fn revoke() -> RevokeInvite {
    RevokeInvite { team: TEAM, id: ID }
}

fn offered(expires_at: Time) -> InviteEvent {
    InviteEvent::Created {
        email: "bo@example.org".to_owned().into(),
        email_digest: name_digest("bo@example.org"),
        role: TeamRole::User,
        expires_at,
    }
}

/// Every life that an invite can have had.
fn lives() -> Vec<(&'static str, Vec<InviteEvent>)> {
    let (now, fresh) = (meta().at, offered(meta().at.plus(VALID)));
    vec![
        ("absent", vec![]),
        ("pending", vec![fresh.clone()]),
        ("overdue", vec![offered(now)]),
        ("accepted", vec![fresh.clone(), InviteEvent::Accepted { by: BO }]),
        ("accepted by another", vec![fresh.clone(), InviteEvent::Accepted { by: ADMIN }]),
        ("declined", vec![fresh.clone(), InviteEvent::Declined { by: BO }]),
        ("revoked", vec![fresh.clone(), InviteEvent::Revoked {}]),
        ("expired", vec![fresh, InviteEvent::Expired {}]),
    ]
}

/// What a command does in each of them: an event, nothing, or a kind of refusal.
#[track_caller]
fn assert_behaviour<C: Command<On = Invite, Refusal = InviteRefusal>>(
    command: &C,
    facts: &[C::Wants],
    expected: &[(&str, &str)],
) {
    let found: Vec<(&str, String)> = lives()
        .into_iter()
        .map(|(life, events)| {
            let outcome = match given::<Invite>(&events).when_knowing(command, facts).result() {
                Ok(events) if events.is_empty() => "nothing".to_owned(),
                Ok(events) => {
                    events.iter().map(|event| touchstone_kernel::encode(event).unwrap().0).collect()
                }
                Err(refusal) => format!("{:?}", refusal.kind()),
            };
            (life, outcome)
        })
        .collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(life, outcome)| (*life, outcome.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn an_offer_is_made_once_for_fourteen_days() {
    let expected = offered(Time::from_secs(meta().at.secs() + 14 * 24 * 3600));
    let team = team(false, &[]);
    given::<Invite>(&[]).when_knowing(&create(), std::slice::from_ref(&team)).then(&[expected]);
    assert_behaviour(
        &create(),
        &[team],
        &[
            ("absent", "invite.created"),
            ("pending", "nothing"),
            ("overdue", "nothing"),
            ("accepted", "nothing"),
            ("accepted by another", "nothing"),
            ("declined", "nothing"),
            ("revoked", "nothing"),
            ("expired", "nothing"),
        ],
    );
}

#[test]
fn an_offer_needs_an_address_a_team_to_join_and_somebody_who_is_no_member_yet() {
    let absent = given::<Invite>(&[]);
    let bad = CreateInvite { email: "bo".into(), ..create() };
    absent.when_knowing(&bad, &[team(false, &[])]).then_refused(&InviteRefusal::BadEmail(AddressFault::Form));
    let empty = CreateInvite { email: String::new(), ..create() };
    let fault = AddressFault::Text(TextFault::Empty);
    absent.when_knowing(&empty, &[team(false, &[])]).then_refused(&InviteRefusal::BadEmail(fault));
    absent.when_knowing(&create(), &[team(true, &[])]).then_refused(&InviteRefusal::Personal);
    let gone = team(false, &[TeamEvent::Deleted {}]);
    for missing in [Team::Absent, gone] {
        absent.when_knowing(&create(), &[missing]).then_refused(&InviteRefusal::NoSuchTeam);
    }
    let member = team(false, &[TeamEvent::MemberAdded { user: BO, role: TeamRole::User }]);
    let known = CreateInvite { addressee: Some(BO), ..create() };
    absent.when_knowing(&known, &[member]).then_refused(&InviteRefusal::AlreadyMember);
}

#[test]
fn only_admins_of_the_team_offer_and_revoke() {
    let demoted = [
        TeamEvent::MemberAdded { user: BO, role: TeamRole::Admin },
        TeamEvent::MemberRoleChanged { user: ADMIN, role: TeamRole::User },
    ];
    let left = [
        TeamEvent::MemberAdded { user: BO, role: TeamRole::Admin },
        TeamEvent::MemberRemoved { user: ADMIN },
    ];
    for (past, refusal) in [(&demoted, InviteRefusal::NoAdmin), (&left, InviteRefusal::NoSuchTeam)] {
        let team = team(false, past);
        given::<Invite>(&[]).when_knowing(&create(), std::slice::from_ref(&team)).then_refused(&refusal);
        given::<Invite>(&lives()[1].1).when_knowing(&revoke(), &[team]).then_refused(&refusal);
    }
}

#[test]
fn an_offer_is_accepted_once_in_its_time() {
    assert_behaviour(
        &accept(),
        &[team(false, &[])],
        &[
            ("absent", "Missing"),
            ("pending", "invite.accepted"),
            ("overdue", "Conflict"),
            ("accepted", "nothing"),
            ("accepted by another", "Conflict"),
            ("declined", "Conflict"),
            ("revoked", "Conflict"),
            ("expired", "Conflict"),
        ],
    );
    let gone = team(false, &[TeamEvent::Deleted {}]);
    given::<Invite>(&lives()[1].1)
        .when_knowing(&accept(), &[gone])
        .then_refused(&InviteRefusal::NoSuchInvite);
}

#[test]
fn an_offer_is_declined_once_in_its_time() {
    assert_behaviour(
        &decline(),
        &[],
        &[
            ("absent", "Missing"),
            ("pending", "invite.declined"),
            ("overdue", "Conflict"),
            ("accepted", "Conflict"),
            ("accepted by another", "Conflict"),
            ("declined", "nothing"),
            ("revoked", "Conflict"),
            ("expired", "Conflict"),
        ],
    );
}

#[test]
fn an_offer_is_revoked_while_it_is_pending() {
    assert_behaviour(
        &revoke(),
        &[team(false, &[])],
        &[
            ("absent", "Missing"),
            ("pending", "invite.revoked"),
            ("overdue", "invite.revoked"),
            ("accepted", "Conflict"),
            ("accepted by another", "Conflict"),
            ("declined", "Conflict"),
            ("revoked", "Missing"),
            ("expired", "Conflict"),
        ],
    );
}

#[test]
fn an_offer_expires_when_its_time_is_over() {
    assert_behaviour(
        &ExpireInvite { team: TEAM, id: ID },
        &[],
        &[
            ("absent", "nothing"),
            ("pending", "nothing"),
            ("overdue", "invite.expired"),
            ("accepted", "nothing"),
            ("accepted by another", "nothing"),
            ("declined", "nothing"),
            ("revoked", "nothing"),
            ("expired", "nothing"),
        ],
    );
}

#[test]
fn to_anybody_but_the_addressee_there_is_no_invite() {
    let stranger = Addressee { user: BO, email: "eve@example.org".into() };
    for (_, life) in lives() {
        let invite = given::<Invite>(&life);
        let accept = AcceptInvite { by: stranger.clone(), ..accept() };
        invite.when_knowing(&accept, &[team(false, &[])]).then_refused(&InviteRefusal::NoSuchInvite);
        let decline = DeclineInvite { by: stranger.clone(), ..decline() };
        invite.when(&decline).then_refused(&InviteRefusal::NoSuchInvite);
    }
}

#[test]
fn an_address_is_taken_with_the_offer_and_freed_by_every_end() {
    let taken = create().claims(&Invite::Absent, &[]);
    assert_eq!((taken[0].within, taken[0].take), (Within::Team(TEAM), true));
    let pending = Invite::fold(&lives()[1].1);
    for freed in [
        accept().claims(&pending, &[]),
        decline().claims(&pending, &[]),
        revoke().claims(&pending, &[]),
        ExpireInvite { team: TEAM, id: ID }.claims(&pending, &[]),
    ] {
        assert_eq!(freed, [Claim { take: false, ..taken[0].clone() }]);
    }
}
