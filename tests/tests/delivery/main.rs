//! What leaves the house: events to systems and messages to people, brought by couriers to receivers that behave as their documents say.

mod calls;
mod couriers;
mod ground;
#[expect(dead_code, reason = "a lead is spoken for as in the engine's walks; not all of it is needed here")]
#[path = "../engine/ground.rs"]
mod leads;
mod live;
mod people;
mod receiver;
mod systems;
