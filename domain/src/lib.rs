pub mod visits; pub mod place;
