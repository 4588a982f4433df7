//! Views over seeded rows, on both databases. Queries and projections share nothing but the definitions of the tables,
//! so the rows are written here as those say.

mod agents;
mod evaluations;
mod others;
mod quota;
mod responses;
mod stage;
mod suites;
mod trees;
