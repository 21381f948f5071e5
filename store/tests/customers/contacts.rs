use store::customers::contacts::{self, Contact};
use store::customers::decision_roles;

use crate::{Ground, now, on_a_ground};

fn role(code: &str) -> (String, String, String) {
    (code.to_owned(), format!("{code} 中文"), format!("{code} in English"))
}

#[test]
fn a_contact_is_seen_by_whoever_sees_its_customer() {
    on_a_ground(async |ground: Ground| {
        let customer = ground.customer(ground.first, "甲");
        ground.add(&customer).await;
        let mut tx = ground.house().await;
        decision_roles::replace(&mut tx, &ground.ids, now(), &[role("champion")]).await.unwrap();
        let contact = |name: &str| Contact {
            id: ground.ids.next(),
            customer_id: customer.id,
            name: name.to_owned(),
            title: None,
            phone: Some("13800000000".into()),
            email: None,
            decision_role: "champion".into(),
            version: 1,
            created_at: now(),
            updated_at: now(),
        };
        let (wang, li) = (contact("王芳"), contact("李雷"));
        for made in [&wang, &li] {
            assert!(contacts::insert(&mut tx, &ground.ids, made).await.unwrap());
            assert!(!contacts::insert(&mut tx, &ground.ids, made).await.unwrap());
        }
        tx.commit().await.unwrap();

        let mut tx = ground.within(ground.second).await;
        assert!(contacts::find(&mut tx, wang.id).await.unwrap().is_none());
        assert!(contacts::hold(&mut tx, wang.id).await.unwrap().is_none());

        let mut tx = ground.within(ground.first).await;
        let first = contacts::of_customer(&mut tx, customer.id, None, 1).await.unwrap();
        assert_eq!(first, std::slice::from_ref(&li));
        let after = Some((li.name.clone(), li.id));
        assert_eq!(contacts::of_customer(&mut tx, customer.id, after, 5).await.unwrap(), std::slice::from_ref(&wang));
        let mut promoted = contacts::hold(&mut tx, wang.id).await.unwrap().unwrap();
        promoted.title = Some("店长".into());
        for _ in 0..2 {
            let before = contacts::hold(&mut tx, wang.id).await.unwrap().unwrap();
            contacts::change(&mut tx, &ground.ids, now(), &before, &promoted).await.unwrap();
        }
        let kept = contacts::find(&mut tx, wang.id).await.unwrap().unwrap();
        assert_eq!((kept.version, kept.title.as_deref()), (2, Some("店长")));
        contacts::delete(&mut tx, &ground.ids, now(), &kept).await.unwrap();
        assert!(contacts::find(&mut tx, wang.id).await.unwrap().is_none());
        tx.commit().await.unwrap();
        assert_eq!(ground.actions("contact.created").await, 2);
        assert_eq!((ground.actions("contact.changed").await, ground.actions("contact.deleted").await), (1, 1));
    });
}

#[test]
fn roles_leave_the_list_and_come_back() {
    on_a_ground(async |ground: Ground| {
        let mut tx = ground.house().await;
        decision_roles::hold(&mut tx).await.unwrap();
        for (list, codes, retired) in [
            (vec!["champion", "blocker"], vec!["champion", "blocker"], vec![]),
            (vec!["coach", "champion"], vec!["coach", "champion"], vec!["blocker"]),
            (vec!["blocker"], vec!["blocker"], vec!["coach", "champion"]),
        ] {
            let list: Vec<_> = list.into_iter().map(role).collect();
            decision_roles::replace(&mut tx, &ground.ids, now(), &list).await.unwrap();
            assert_eq!(decision_roles::codes(&mut tx).await.unwrap(), codes);
            let all = decision_roles::all(&mut tx).await.unwrap();
            let gone: Vec<_> = all.iter().filter(|role| role.retired_at.is_some()).map(|role| role.code.as_str()).collect();
            assert_eq!(gone, retired);
        }
    });
}
