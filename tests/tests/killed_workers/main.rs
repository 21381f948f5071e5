//! Workers that are killed: between every two steps, and at random under load. Nothing is missing afterwards, and nothing is double.

mod chance;
mod ground;
mod history;
mod link;
mod steps;
