//! People who are limited to inboxes: what is in others does not exist for them, whatever they ask, do or follow.

mod commands;
mod frames;
mod lists;
mod office;
mod reading;
mod settings;
mod wall;
