//! The server settings of a house: one set that keeps what it was given, one for tests that throw it away.

use std::fmt::Write;

/// What the cluster is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tuning {
    /// Data people want to keep: everything is on disk before a commit is answered.
    Durable,
    /// A test's cluster: fast, and worthless after a crash.
    Throwaway,
}

/// What both have: loopback only, no socket file (its path may be too long or unwritable), plain English logs.
const ALWAYS: &[(&str, &str)] = &[
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("password_encryption", "scram-sha-256"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C"),
    ("datestyle", "iso, ymd"),
    ("log_line_prefix", "%m [%p] %q%u@%d "),
    ("client_connection_check_interval", "10s"),
    // A client that connects at the moment of a shutdown and then says nothing would hold it up for this long.
    ("authentication_timeout", "10s"),
    ("jit", "off"),
    ("random_page_cost", "1.1"),
    ("work_mem", "16MB"),
];

const DURABLE: &[(&str, &str)] = &[
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("max_connections", "200"),
    ("shared_buffers", "256MB"),
    ("effective_cache_size", "1GB"),
    ("maintenance_work_mem", "128MB"),
    ("wal_compression", "on"),
    ("min_wal_size", "256MB"),
    ("max_wal_size", "2GB"),
    ("checkpoint_timeout", "10min"),
    ("track_io_timing", "on"),
    ("log_min_duration_statement", "1s"),
];

const THROWAWAY: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("min_wal_size", "64MB"),
    ("max_wal_size", "256MB"),
    ("max_connections", "400"),
    ("shared_buffers", "128MB"),
    ("autovacuum", "off"),
    // Inside the data directory, so that nothing of it can be left in /dev/shm.
    ("dynamic_shared_memory_type", "mmap"),
];

impl Tuning {
    /// The text of `postgresql.conf`.
    pub(crate) fn configuration(self, port: u16) -> String {
        let own = match self {
            Self::Durable => DURABLE,
            Self::Throwaway => THROWAWAY,
        };
        let mut text = format!("# Written at every start; changes made here are lost.\nport = {port}\n");
        for (name, value) in ALWAYS.iter().chain(own) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name} = '{value}'");
        }
        text
    }
}
