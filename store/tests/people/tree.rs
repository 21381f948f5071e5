#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

use domain::people::{Role, UNIT_LEVELS_MAX};
use store::StoreError;
use store::people::units::{self, Changed, Unit, UnitChange};
use store::people::users::{self, UserChange, UserFilter};
use uuid::Uuid;

use crate::ground::{Ground, now, on_a_database};

async fn grow(ground: &Ground, id: u128, parent_id: Uuid, name: &str) -> Unit {
    let mut tx = ground.begin().await;
    let Changed::Done(unit) = units::create(&mut tx, &ground.ids, Uuid::from_u128(id), parent_id, name, now()).await.unwrap() else {
        panic!("{name}")
    };
    tx.commit().await.unwrap();
    unit
}

#[test]
fn a_subtree_moves_whole_and_its_people_need_new_tokens() {
    on_a_database(async |ground: Ground| {
        let east = grow(&ground, 1, ground.root_id, "east").await;
        let west = grow(&ground, 2, ground.root_id, "west").await;
        let city = grow(&ground, 3, east.id, "city").await;
        let team = grow(&ground, 4, city.id, "team").await;
        let (inside, outside) =
            (ground.create_user(5, "inside", Role::Rep, team.id).await, ground.create_user(6, "outside", Role::Rep, east.id).await);
        let (moved, stayed) = (ground.sign_in(&inside, 7, 1).await, ground.sign_in(&outside, 8, 1).await);

        let mut tx = ground.begin().await;
        let renamed = UnitChange { name: Some("CITY"), parent_id: Some(west.id) };
        let change = units::change(&mut tx, &ground.ids, city.id, Some(1), renamed, now()).await.unwrap();
        assert_eq!(change, Changed::Done(Unit { parent_id: Some(west.id), name: "CITY".to_owned(), version: 2, ..city.clone() }));
        assert_eq!(units::names_down_to(&mut tx, team.id).await.unwrap(), ["acme", "west", "CITY", "team"]);
        tx.commit().await.unwrap();
        assert!(matches!(ground.db.begin(&moved).await, Err(StoreError::SessionOver)));
        assert!(ground.db.begin(&stayed).await.is_ok());

        let mut tx = ground.begin().await;
        for (id, version, parent_id, expected) in [
            (city.id, Some(1), None, Changed::VersionDiffers),
            (Uuid::from_u128(9), None, None, Changed::NotThere),
            (city.id, None, Some(Uuid::from_u128(9)), Changed::ParentUnknown),
            (west.id, None, Some(team.id), Changed::IntoItself),
            (west.id, None, Some(west.id), Changed::IntoItself),
            (ground.root_id, None, Some(east.id), Changed::IntoItself),
        ] {
            assert_eq!(
                units::change(&mut tx, &ground.ids, id, version, UnitChange { name: None, parent_id }, now()).await.unwrap(),
                expected
            );
        }
        assert!(!units::remove(&mut tx, &ground.ids, Uuid::from_u128(9), now()).await.unwrap());
        assert_eq!(units::remove(&mut tx, &ground.ids, team.id, now()).await.unwrap_err().constraint(), Some("user_unit_exists"));
    });
}

#[test]
fn the_tree_gets_no_deeper_than_allowed() {
    on_a_database(async |ground: Ground| {
        let mut deepest = ground.root_id;
        for level in 2..=UNIT_LEVELS_MAX {
            deepest = grow(&ground, 100 + u128::try_from(level).unwrap(), deepest, "level").await.id;
        }
        let mut tx = ground.begin().await;
        assert_eq!(units::create(&mut tx, &ground.ids, Uuid::from_u128(1), deepest, "too deep", now()).await.unwrap(), Changed::TooDeep);
        drop(tx);
        let branch = grow(&ground, 2, ground.root_id, "branch").await;
        grow(&ground, 3, branch.id, "twig").await;
        let mut tx = ground.begin().await;
        let above_deepest = Uuid::from_u128(100 + u128::try_from(UNIT_LEVELS_MAX).unwrap() - 1);
        assert_eq!(
            units::change(&mut tx, &ground.ids, branch.id, None, UnitChange { name: None, parent_id: Some(above_deepest) }, now())
                .await
                .unwrap(),
            Changed::TooDeep
        );
    });
}

#[test]
fn a_supervisor_sees_their_unit_and_below_and_an_admin_everything() {
    on_a_database(async |ground: Ground| {
        let east = grow(&ground, 1, ground.root_id, "east").await;
        let team = grow(&ground, 2, east.id, "team").await;
        let boss = ground.create_user(3, "boss", Role::Supervisor, east.id).await;
        let rep = ground.create_user(4, "rep", Role::Rep, team.id).await;
        let scope = ground.sign_in(&boss, 5, 1).await;

        let mut tx = ground.db.begin(&scope).await.unwrap();
        let seen = units::list(&mut tx, None, 10).await.unwrap();
        assert_eq!(seen.iter().map(|unit| (unit.id, unit.parent_id)).collect::<Vec<_>>(), [(east.id, None), (team.id, Some(east.id))]);
        assert!(units::find(&mut tx, ground.root_id).await.unwrap().is_none());
        assert_eq!(units::find(&mut tx, east.id).await.unwrap().unwrap().parent_id, None);
        let logins = |users: Vec<users::User>| users.into_iter().map(|user| user.login).collect::<Vec<_>>();
        assert_eq!(logins(users::list(&mut tx, &UserFilter::default(), None, 10).await.unwrap()), ["boss", "rep"]);
        assert!(users::find(&mut tx, ground.admin_id).await.unwrap().is_none());
        assert_eq!(users::find(&mut tx, rep.id).await.unwrap(), Some(rep.clone()));
        assert_eq!(users::myself(&mut tx).await.unwrap(), boss);
        drop(tx);

        let mut tx = ground.begin().await;
        for (filter, after, expected) in [
            (UserFilter::default(), None, &["admin", "boss", "rep"][..]),
            (UserFilter::default(), Some("admin"), &["boss", "rep"]),
            (UserFilter { unit_id: Some(team.id), ..UserFilter::default() }, None, &["rep"]),
            (UserFilter { role: Some(Role::Admin), ..UserFilter::default() }, None, &["admin"]),
            (UserFilter { q: Some("OS"), ..UserFilter::default() }, None, &["boss"]),
            (UserFilter { q: Some("%"), ..UserFilter::default() }, None, &[]),
        ] {
            assert_eq!(logins(users::list(&mut tx, &filter, after, 10).await.unwrap()), expected, "{filter:?}");
        }
    });
}

#[test]
fn the_last_admin_stays_and_standing_counts() {
    on_a_database(async |ground: Ground| {
        let demote = || UserChange { role: Some(Role::Rep), ..UserChange::default() };
        let mut tx = ground.begin().await;
        assert_eq!(users::change(&mut tx, &ground.ids, ground.admin_id, None, demote(), now()).await.unwrap(), users::Changed::LastAdmin);
        let disable = UserChange { disabled: Some(true), ..UserChange::default() };
        assert_eq!(users::change(&mut tx, &ground.ids, ground.admin_id, None, disable, now()).await.unwrap(), users::Changed::LastAdmin);
        drop(tx);

        let second = ground.create_user(1, "second", Role::Admin, ground.root_id).await;
        let scope = ground.sign_in(&second, 2, 1).await;
        let mut tx = ground.begin().await;
        let rename = UserChange { name: Some("Second".to_owned()), language: Some(Some("en".to_owned())), ..UserChange::default() };
        assert!(matches!(users::change(&mut tx, &ground.ids, second.id, Some(1), rename, now()).await.unwrap(), users::Changed::Done(_)));
        assert_eq!(users::change(&mut tx, &ground.ids, second.id, Some(1), demote(), now()).await.unwrap(), users::Changed::VersionDiffers);
        tx.commit().await.unwrap();
        assert!(ground.db.begin(&scope).await.is_ok(), "a name is no standing");
        let mut tx = ground.begin().await;
        let users::Changed::Done(rep) = users::change(&mut tx, &ground.ids, second.id, Some(2), demote(), now()).await.unwrap() else {
            panic!("not done")
        };
        assert_eq!((rep.role.0, rep.language.as_deref(), rep.version), (Role::Rep, Some("en"), 3));
        tx.commit().await.unwrap();
        assert!(matches!(ground.db.begin(&scope).await, Err(StoreError::SessionOver)));

        let mut tx = ground.begin().await;
        let nowhere = UserChange { unit_id: Some(Uuid::nil()), ..UserChange::default() };
        assert_eq!(
            users::change(&mut tx, &ground.ids, rep.id, None, nowhere, now()).await.unwrap_err().constraint(),
            Some("user_unit_exists")
        );
    });
}
