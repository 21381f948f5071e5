//! The body of a visit.

use api::proving::visit;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::problem;

const VISIT: Uuid = Uuid::from_u128(0x1000);

/// Reads the bytes as the body of `PUT /v1/visits/{id}`. What is accepted is an object that comes back from what is written of it, and
/// keeps every bound; what is not says where it is wrong.
pub fn json(body: &[u8]) {
    let received_at = DateTime::<Utc>::from_timestamp(1_790_000_000, 0).expect("an instant");
    let (written, submission) = match visit(body, VISIT, received_at) {
        Ok(read) => read,
        Err(refusal) => {
            problem::holds(&refusal);
            let is_pointer = |pointer: &str| pointer.is_empty() || pointer.starts_with('/');
            assert!(refusal.faults.iter().all(|fault| is_pointer(&fault.pointer)), "{refusal:?}");
            return;
        }
    };
    assert!(serde_json::from_slice::<Value>(body).is_ok_and(|value| value.is_object()), "no object was taken for one");
    let (again, same) = visit(written.as_bytes(), VISIT, received_at).expect("what we write can be read");
    assert_eq!(again, written);
    assert_eq!(same.body_sha256, submission.body_sha256, "the same visit twice is two");
    assert!(submission.photo_ids.len() <= 10 && submission.ended_at.is_none_or(|at| at >= submission.started_at), "{submission:?}");
    assert!(submission.key_info.chars().count() <= 4000 && submission.decision_role.chars().count() <= 64, "{submission:?}");
    assert!(!submission.key_info.contains('\0') && !submission.decision_role.contains('\0'), "{submission:?}");
    assert!(submission.challenge_sent || submission.challenge_id.is_none(), "{submission:?}");
    if let Some(fix) = submission.device.and_then(|device| device.fix) {
        assert!(fix.position.lat.abs() <= 90.0 && fix.position.lon.abs() <= 180.0, "{fix:?}");
        assert!(fix.accuracy_m.is_none_or(|metres| (0.0..=100_000.0).contains(&metres)), "{fix:?}");
    }
}
