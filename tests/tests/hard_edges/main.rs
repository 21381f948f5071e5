//! Hard edges: links that swallow bytes, stores that are away, clients that lie, drip or race. Nothing acknowledged may be lost, nothing
//! done twice, and nobody may hold the house up.

mod database;
mod logs;
mod races;
mod storage;
mod tokens;
mod transport;
mod uploads;
