//! Deals: moved by what is known of them, explained, moved by hand, and seen by those who answer for them.

mod contacts;
mod explain;
mod facts;
mod ground;
mod hands;
mod nodes;
mod records;
mod scope;
mod visits;
