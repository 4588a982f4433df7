//! Events in, rows out, on both databases.

mod agents;
mod life;
mod others;
mod past;
mod portable;
mod split;
mod stage;
mod suite;
mod wall;
