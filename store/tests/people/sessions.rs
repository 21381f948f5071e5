use std::time::Duration;

use chrono::TimeDelta;
use domain::people::Role;
use domain::people::brake::Brake;
use domain::people::refresh::Kept;
use store::people::sessions::{self, Ending};
use store::people::users::{self, Changed, NamedBy, UserChange};
use store::people::{brakes, passwords};
use store::{Scope, StoreError};
use uuid::Uuid;

use crate::ground::{Ground, now, on_a_database, session};

const HOUR: Duration = Duration::from_hours(1);

#[test]
fn a_session_lives_until_it_is_ended_or_expires() {
    on_a_database(async |ground: Ground| {
        let rep = ground.create_user(1, "li.wei", Role::Rep, ground.root_id).await;
        let scope = ground.sign_in(&rep, 10, 1).await;
        let id = Uuid::from_u128(10);
        let mut tx = ground.begin_house().await;
        let (person, kept) = sessions::hold(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((person.id, person.role, person.access_epoch), (rep.id, Role::Rep, 1));
        assert_eq!(kept, Kept { current: [1; 32], previous: None, previous_repeated: false });
        let turned = Kept { current: [2; 32], previous: Some([1; 32]), previous_repeated: true };
        sessions::keep(&mut tx, id, &turned, HOUR).await.unwrap();
        assert_eq!(sessions::hold(&mut tx, id).await.unwrap().unwrap().1, turned);
        tx.commit().await.unwrap();

        let mut tx = ground.begin().await;
        assert_eq!(sessions::list(&mut tx, rep.id, None, 10).await.unwrap().len(), 1);
        assert!(sessions::list(&mut tx, rep.id, Some(id), 10).await.unwrap().is_empty());
        assert!(ground.db.begin(&scope).await.is_ok());
        assert!(sessions::end(&mut tx, &ground.ids, id, Ending::Ended, now()).await.unwrap());
        assert!(!sessions::end(&mut tx, &ground.ids, id, Ending::Ended, now()).await.unwrap());
        assert!(sessions::list(&mut tx, rep.id, None, 10).await.unwrap().is_empty());
        tx.commit().await.unwrap();
        assert!(matches!(ground.db.begin(&scope).await, Err(StoreError::SessionOver)));

        let scope = ground.sign_in(&rep, 11, 1).await;
        let mut tx = ground.begin_house().await;
        sessions::keep(&mut tx, Uuid::from_u128(11), &turned, Duration::ZERO).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(ground.db.begin(&scope).await, Err(StoreError::SessionOver)), "an expired session");
        let mut tx = ground.begin_house().await;
        assert!(sessions::hold(&mut tx, Uuid::from_u128(11)).await.unwrap().is_none());
    });
}

#[test]
fn another_organisation_finds_no_session_user_or_password() {
    on_a_database(async |ground: Ground| {
        let rep = ground.create_user(1, "li.wei", Role::Rep, ground.root_id).await;
        ground.sign_in(&rep, 10, 1).await;
        let other = ground.found("beta").await;
        let mut tx = other.begin_house().await;
        assert!(sessions::hold(&mut tx, Uuid::from_u128(10)).await.unwrap().is_none());
        assert!(!sessions::end(&mut tx, &ground.ids, Uuid::from_u128(10), Ending::Ended, now()).await.unwrap());
        assert!(passwords::find(&mut tx, "li.wei").await.unwrap().is_none());
        assert!(!passwords::set(&mut tx, &ground.ids, rep.id, "$other", now()).await.unwrap());
        assert!(users::find(&mut tx, rep.id).await.unwrap().is_none());
        assert_eq!(users::change(&mut tx, &ground.ids, rep.id, None, UserChange::default(), now()).await.unwrap(), Changed::NotThere);
    });
}

#[test]
fn a_new_password_makes_old_tokens_worthless() {
    on_a_database(async |ground: Ground| {
        let rep = ground.create_user(1, "li.wei", Role::Rep, ground.root_id).await;
        let scope = ground.sign_in(&rep, 10, 1).await;
        let mut tx = ground.begin().await;
        assert!(passwords::set(&mut tx, &ground.ids, rep.id, "$new", now()).await.unwrap());
        tx.commit().await.unwrap();
        assert!(matches!(ground.db.begin(&scope).await, Err(StoreError::SessionOver)), "a token of an older epoch");
        let mut tx = ground.begin_house().await;
        let found = passwords::find(&mut tx, "li.wei").await.unwrap().unwrap();
        assert_eq!((found.password_hash.as_deref(), found.access_epoch), (Some("$new"), 2));
        let stale = sessions::open(&mut tx, &ground.ids, &session(Uuid::from_u128(11), rep.id, 1), now()).await.unwrap();
        assert!(stale.is_none(), "a sign-in that began before the change");
        sessions::end_all(&mut tx, &ground.ids, rep.id, Ending::PasswordSet, now()).await.unwrap();
        assert!(sessions::hold(&mut tx, Uuid::from_u128(10)).await.unwrap().is_none());
    });
}

#[test]
fn who_is_disabled_is_nowhere_signed_in_and_cannot_sign_in() {
    on_a_database(async |ground: Ground| {
        let rep = ground.create_user(1, "li.wei", Role::Rep, ground.root_id).await;
        let scope = ground.sign_in(&rep, 10, 1).await;
        let mut tx = ground.begin().await;
        let subject = UserChange { external_subject: Some(Some("subject-1".to_owned())), ..UserChange::default() };
        assert!(matches!(users::change(&mut tx, &ground.ids, rep.id, Some(1), subject, now()).await.unwrap(), Changed::Done(_)));
        for by in [NamedBy::ExternalSubject("subject-1"), NamedBy::Login("li.wei")] {
            assert_eq!(users::named(&mut tx, by).await.unwrap().unwrap().user_id, rep.id);
        }
        assert!(users::named(&mut tx, NamedBy::Login("subject-1")).await.unwrap().is_none());
        let disable = UserChange { disabled: Some(true), ..UserChange::default() };
        let Changed::Done(disabled) = users::change(&mut tx, &ground.ids, rep.id, Some(2), disable, now()).await.unwrap() else {
            panic!("not done")
        };
        assert_eq!(disabled.disabled_at, Some(now()));
        tx.commit().await.unwrap();
        assert!(matches!(ground.db.begin(&scope).await, Err(StoreError::SessionOver)));
        let mut tx = ground.begin_house().await;
        assert!(passwords::find(&mut tx, "li.wei").await.unwrap().is_none());
        assert!(users::named(&mut tx, NamedBy::Login("li.wei")).await.unwrap().is_none());
        assert!(sessions::open(&mut tx, &ground.ids, &session(Uuid::from_u128(11), rep.id, 2), now()).await.unwrap().is_none());
    });
}

#[test]
fn wrong_passwords_are_counted_even_where_no_organisation_is() {
    on_a_database(async |ground: Ground| {
        for organisation_id in [ground.organisation_id, Uuid::nil()] {
            let scope = Scope::house(organisation_id);
            let mut tx = ground.db.begin(&scope).await.unwrap();
            let key = [3; 32];
            assert_eq!(brakes::glance(&mut tx, &key).await.unwrap(), None);
            assert_eq!(brakes::hold(&mut tx, &key).await.unwrap(), None);
            let brake = brakes::hold_or_make(&mut tx, &key, now()).await.unwrap();
            assert_eq!(brake, Brake::loose(now()));
            let brake = brake.after_failure(now());
            brakes::set(&mut tx, &key, &brake).await.unwrap();
            tx.commit().await.unwrap();

            let mut tx = ground.db.begin(&scope).await.unwrap();
            assert_eq!(brakes::hold_or_make(&mut tx, &key, now() + TimeDelta::hours(1)).await.unwrap(), brake);
            assert_eq!(brakes::hold(&mut tx, &key).await.unwrap(), Some(brake));
            assert_eq!(brakes::sweep(&mut tx, now()).await.unwrap(), 0);
            assert_eq!(brakes::sweep(&mut tx, now() + TimeDelta::seconds(1)).await.unwrap(), 1);
            brakes::set(&mut tx, &key, &brake).await.unwrap();
            brakes::hold_or_make(&mut tx, &key, now()).await.unwrap();
            brakes::release(&mut tx, &key).await.unwrap();
            assert_eq!(brakes::glance(&mut tx, &key).await.unwrap(), None);
        }
    });
}
