//! Customers in answers.

use chrono::{DateTime, Utc};
use domain::place::Datum;
use serde::Serialize;
use store::customers::Customer;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::place::{GeoPoint, Pin, Place, Precision};

/// A company or shop.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct CustomerBody {
    pub id: Uuid,
    #[schema(example = "晨光便利店（人民路）")]
    pub name: String,
    /// The number that another system knows the customer by.
    #[schema(example = "C-0042")]
    pub external_id: Option<String>,
    #[schema(example = "上海市黄浦区人民路 18 号")]
    pub address: Option<String>,
    pub unit_id: Uuid,
    /// Null until somebody or a visit says where the customer is.
    pub pin: Option<Pin>,
    /// Fence radius that visits are held against, metres: the customer's own, else the visit policy's.
    #[schema(example = 200.0)]
    pub fence_m: f64,
    /// The radius that this customer states for itself.
    pub own_fence_m: Option<f64>,
    /// Metres from `near`, where the list was ordered by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub distance_m: Option<f64>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// How customers are shown to this reader: the datum of their pins and how exact they are, and the fence of those that state none.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    pub datum: Datum,
    pub precision: Precision,
    pub policy_fence_m: f64,
}

impl Manner {
    /// The customer as its reader wants it; metres from `near` where that was asked.
    pub fn show(self, customer: &Customer, distance_m: Option<f64>) -> CustomerBody {
        CustomerBody {
            id: customer.id,
            name: customer.name.clone(),
            external_id: customer.external_id.clone(),
            address: customer.address.clone(),
            unit_id: customer.unit_id,
            pin: customer.pin.as_ref().map(|pin| Pin::shown(pin, self.datum, self.precision)),
            fence_m: customer.own_fence_m.unwrap_or(self.policy_fence_m),
            own_fence_m: customer.own_fence_m,
            distance_m,
            version: customer.version,
            created_at: customer.created_at,
            updated_at: customer.updated_at,
        }
    }

    /// The customer as a `GeoJSON` feature: its geometry is WGS-84 whatever its properties show.
    pub fn feature(self, customer: &Customer, distance_m: Option<f64>) -> Feature {
        Feature {
            r#type: "Feature",
            id: customer.id,
            geometry: customer.pin.as_ref().map(|pin| Place::shown(pin.located.position, self.precision).into()),
            properties: self.show(customer, distance_m),
        }
    }
}

/// A customer as a `GeoJSON` feature (RFC 7946).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CustomerFeature)]
pub struct Feature {
    #[schema(pattern = "^Feature$")]
    r#type: &'static str,
    id: Uuid,
    /// WGS-84; null for a customer without a pin.
    geometry: Option<GeoPoint>,
    properties: CustomerBody,
}

/// Customers as a `GeoJSON` feature collection (RFC 7946).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CustomerFeatureCollection)]
pub struct FeatureCollection {
    #[schema(pattern = "^FeatureCollection$")]
    r#type: &'static str,
    features: Vec<Feature>,
    /// Ask for the next page with `?cursor=`; null on the last page.
    next_cursor: Option<String>,
}

impl FeatureCollection {
    pub fn new(features: Vec<Feature>, next_cursor: Option<String>) -> Self {
        Self { r#type: "FeatureCollection", features, next_cursor }
    }
}
