//! Leads: potential customers being approached. What a first contact is, when two leads are one, and how fast leads are answered.

pub mod company;
pub mod contact;
pub mod permitted;
pub mod phone;
pub mod reasons;
pub mod response;
