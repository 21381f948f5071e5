//! The second lock: what the schema itself must say about tenants, asked of the catalogue, so that no table is forgotten.

use dev::demo::organisation_id;
use dev::postgres::Role;
use domain::playbook::SubjectKind;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use store::Scope;
use store::actions::{Action, record_about};
use store::engine::{self, Subject};
use tests::House;
use tests::doorstep::{new_id, new_visit, visit_at};
use tests::house::shared;
use uuid::Uuid;

/// Tables and views of the product; what extensions and the migrations' own book-keeping brought is none of it.
const OURS: &str = "c.relnamespace = 'public'::regnamespace and c.relname <> '_sqlx_migrations'
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')";

async fn as_role(house: &House, role: Role) -> PgConnection {
    PgConnection::connect(&shared().cluster.url(house.database(), role)).await.unwrap()
}

async fn texts(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(conn).await.unwrap()
}

/// Every table that holds rows of a tenant.
async fn tables(owner: &mut PgConnection) -> Vec<String> {
    let found = texts(owner, &format!("select c.relname::text from pg_class c where {OURS} and c.relkind in ('r', 'p') order by 1")).await;
    assert!(found.len() > 20, "{found:?}");
    found
}

async fn enter(conn: &mut PgConnection, organisation: &str) {
    sqlx::query("select app.enter_house($1)").bind(organisation_id(organisation)).execute(conn).await.unwrap();
}

#[tokio::test]
async fn every_table_has_row_security_that_holds_its_owner_too() {
    let house = House::open().await;
    let mut owner = as_role(&house, Role::Owner).await;
    let open = texts(
        &mut owner,
        &format!(
            "select c.relname::text from pg_class c where {OURS} and c.relkind in ('r', 'p')
               and (not c.relrowsecurity or not c.relforcerowsecurity
                    or not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'of_organisation'
                                   and p.polcmd = '*' and p.polqual is not null and p.polwithcheck is not null))"
        ),
    )
    .await;
    assert_eq!(open, [""; 0], "these are not locked");
    // Every policy looks at the organisation, except those by which the owner finds organisations, timers and deliveries that are due,
    // whom a callback is for, and whose link was opened, before there is a scope.
    let loose = texts(
        &mut owner,
        "select p.polrelid::regclass || '.' || p.polname from pg_policy p join pg_class c on c.oid = p.polrelid
         where c.relnamespace = 'public'::regnamespace and coalesce(pg_get_expr(p.polqual, p.polrelid), '') not like '%app.organisation()%'
           and not (c.relname in ('organisations', 'timers', 'deliveries', 'channels', 'document_links') and p.polcmd = 'r' and p.polroles = array[(select oid from pg_roles where rolname = current_user)])",
    )
    .await;
    assert_eq!(loose, [""; 0]);
}

#[tokio::test]
async fn the_servers_role_owns_nothing_and_passes_no_lock() {
    let house = House::open().await;
    let mut app = as_role(&house, Role::App).await;
    let powers = sqlx::query(
        "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as power,
            exists (select from pg_class c where c.relowner = r.oid) as owns,
            exists (select from pg_auth_members m where m.member = r.oid) as inherits
         from pg_roles r where rolname = current_user",
    );
    let row = powers.fetch_one(&mut app).await.unwrap();
    assert!(!row.get::<bool, _>("power") && !row.get::<bool, _>("owns") && !row.get::<bool, _>("inherits"));
    for forbidden in
        ["create table mine (id int)", "alter table visits disable row level security", "drop policy of_organisation on visits"]
    {
        let refused = sqlx::query(forbidden).execute(&mut app).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{forbidden}");
    }
}

#[tokio::test]
async fn without_a_scope_there_is_nothing_to_see_and_with_one_only_its_own() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    rep.put(&new_visit(), &visit_at(&house, &dev::demo::door("demo", 0), &[])).await.expect(201);
    let tables = tables(&mut as_role(&house, Role::Owner).await).await;
    let mut superuser = as_role(&house, Role::Superuser).await;
    let mut app = as_role(&house, Role::App).await;
    for table in tables {
        let key = if table == "organisations" { "id" } else { "organisation_id" };
        let count = format!("select count(*) from {table}");
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(count.clone())).fetch_one(&mut app).await.unwrap();
        assert_eq!(seen, 0, "{table} shows rows without a scope");
        let there: i64 = sqlx::query_scalar(AssertSqlSafe(format!("{count} where {key} = $1")))
            .bind(organisation_id("demo"))
            .fetch_one(&mut superuser)
            .await
            .unwrap();
        let mut tx = app.begin().await.unwrap();
        enter(&mut tx, "demo").await;
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(seen, there, "{table} shows its own organisation something else");
        tx.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn a_scope_ends_with_its_transaction_and_writes_nothing_elsewhere() {
    let house = House::open().await;
    let mut app = as_role(&house, Role::App).await;
    let mut tx = app.begin().await.unwrap();
    enter(&mut tx, "demo").await;
    let foreign =
        sqlx::query("insert into challenges (organisation_id, id, rep_id, issued_at, expires_at) values ($1, $2, $3, now(), now())")
            .bind(organisation_id("other"))
            .bind(new_id())
            .bind(dev::demo::id_of("other", "rep1"))
            .execute(&mut *tx)
            .await;
    assert_eq!(foreign.unwrap_err().as_database_error().unwrap().code().as_deref(), Some("42501"));
    tx.rollback().await.unwrap();
    let mut tx = app.begin().await.unwrap();
    enter(&mut tx, "demo").await;
    let touched = sqlx::query("update customers set name = 'x' where organisation_id = $1").bind(organisation_id("other"));
    assert_eq!(touched.execute(&mut *tx).await.unwrap().rows_affected(), 0);
    tx.commit().await.unwrap();
    let left: Option<Uuid> = sqlx::query_scalar("select app.organisation()").fetch_one(&mut app).await.unwrap();
    assert_eq!(left, None, "the scope outlived its transaction");
}

#[tokio::test]
async fn keys_and_references_lead_with_the_organisation() {
    let house = House::open().await;
    let mut owner = as_role(&house, Role::Owner).await;
    let stray = texts(
        &mut owner,
        &format!(
            "select c.relname || ': ' || i.indexrelid::regclass from pg_class c join pg_index i on i.indrelid = c.oid
             join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
             where {OURS} and c.relname <> 'organisations' and i.indisunique and a.attname <> 'organisation_id'"
        ),
    )
    .await;
    assert_eq!(stray, [""; 0], "unique over all organisations");
    let stray = texts(
        &mut owner,
        "select k.conrelid::regclass || ': ' || k.conname from pg_constraint k
         join pg_class c on c.oid = k.conrelid
         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
         join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1]
         where k.contype = 'f' and c.relnamespace = 'public'::regnamespace
           and not (a.attname = 'organisation_id' and (b.attname = 'organisation_id' or k.confrelid = 'organisations'::regclass))",
    )
    .await;
    assert_eq!(stray, [""; 0], "a reference that could leave its organisation");
    let keyless = texts(
        &mut owner,
        &format!(
            "select c.relname::text from pg_class c where {OURS} and c.relkind in ('r', 'p')
               and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')"
        ),
    )
    .await;
    assert_eq!(keyless, [""; 0], "no primary key");
}

/// A lead with a stay in its first stage, entered by an action that is about a customer too.
async fn enter_a_lead(house: &House) {
    let (id, now) = (new_id(), house.now());
    let mut tx = house.front.db.begin(&Scope::house(organisation_id("demo"))).await.unwrap();
    let unit_id = dev::demo::id_of("demo", "team1");
    let lead = Subject { kind: SubjectKind::Lead, id, name: "晨光超市", unit_id, department: None };
    engine::introduce(&mut tx, &lead).await.unwrap();
    let (kind, data) = ("lead.created", serde_json::json!({}));
    let action =
        Action { id: new_id(), actor_id: None, kind, subject_kind: "lead", subject_id: id, occurred_at: now, recorded_at: now, data };
    record_about(&mut tx, action, &[(SubjectKind::Customer, dev::demo::door("demo", 0).customer_id)]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_is_append_only_can_be_rewritten_by_nobody_who_runs_the_product() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    rep.put(&new_visit(), &visit_at(&house, &dev::demo::door("demo", 0), &[])).await.expect(201);
    enter_a_lead(&house).await;
    for role in [Role::App, Role::Owner] {
        let mut conn = as_role(&house, role).await;
        for table in ["verdicts", "actions", "actions_rest", "playbooks", "calendars", "stays", "action_subjects", "timeline"] {
            for change in [format!("update {table} set organisation_id = organisation_id"), format!("delete from {table}")] {
                let mut tx = conn.begin().await.unwrap();
                enter(&mut tx, "demo").await;
                let refused = sqlx::query(AssertSqlSafe(change.clone())).execute(&mut *tx).await;
                let code = refused.expect_err(&change).as_database_error().unwrap().code().unwrap().into_owned();
                assert!(["42501", "FP405"].contains(&code.as_str()), "{role:?}: {change}: {code}");
                tx.rollback().await.unwrap();
            }
        }
    }
    let mut app = as_role(&house, Role::App).await;
    for table in ["verdicts", "actions", "playbooks", "calendars", "stays", "action_subjects", "timeline"] {
        let refused = sqlx::query(AssertSqlSafe(format!("truncate {table}"))).execute(&mut app).await;
        assert_eq!(refused.unwrap_err().as_database_error().unwrap().code().as_deref(), Some("42501"), "{table}");
    }
}

#[tokio::test]
async fn views_and_functions_open_no_side_door() {
    let house = House::open().await;
    let mut owner = as_role(&house, Role::Owner).await;
    let views = texts(
        &mut owner,
        &format!(
            "select c.relname::text from pg_class c where {OURS} and c.relkind in ('v', 'm')
               and (c.relkind = 'm' or not coalesce(c.reloptions, '{{}}') @> '{{security_invoker=true}}')"
        ),
    )
    .await;
    assert_eq!(views, [""; 0], "these look with their owner's eyes");
    let loose = texts(
        &mut owner,
        "select p.proname::text from pg_proc p where p.pronamespace = 'app'::regnamespace and p.prosecdef
           and not coalesce(p.proconfig::text, '') like '%search_path=%'",
    )
    .await;
    assert_eq!(loose, [""; 0], "functions with their owner's rights and the caller's search path");
}
