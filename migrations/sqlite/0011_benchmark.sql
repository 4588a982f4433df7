-- Data sets that an operator imported for benchmarks. Operational: neither log nor projection; they are not ours, and
-- what has to outlive them stands in the log. A set never changes and is never taken away: evaluations name it.
create table benchmark_set (
    digest      text not null,
    benchmark   text not null,
    -- The newest of a benchmark is the one that is run. Microseconds since the Unix epoch.
    imported_at integer not null,
    -- JSON: the name of each portion, how it is judged, and how many rows it has.
    portions    text not null,
    primary key (benchmark, digest)
) without rowid;
create table benchmark_row (
    benchmark text not null,
    digest    text not null,
    portion   integer not null,
    place     integer not null,
    -- JSON: what is asked, and what the answer is judged by.
    content   text not null,
    primary key (benchmark, digest, portion, place)
);
