import type { Migration } from "./migration.ts";

/** Attempts and logs of jobs, and the names of schedulers that are gone. */
export const jobHistory: Migration = {
  version: 2,
  name: "attempts and logs of jobs",
  minCompatibleVersion: 1,
  statements: ({ tables: { jobs, schedulers, attempts, logs, names } }) => [
    `create table ${attempts}(
      job_seq integer not null, claim_number integer not null, attempt integer not null, owner integer,
      started_at integer not null, finished_at integer not null, outcome text not null, error text,
      primary key(job_seq, claim_number)) strict, without rowid`,
    `create table ${logs}(
      job_seq integer not null, ordinal integer not null, claim_number integer not null, part text not null,
      line integer not null, at integer not null, level text not null, message text not null, fields text,
      bytes integer not null, primary key(job_seq, ordinal)) strict, without rowid`,
    `create table ${names}(incarnation integer primary key, name text not null) strict`,
    `insert into ${names} select incarnation, name from ${schedulers}`,
    // A trigger, so that no way of deleting a job leaves its history behind.
    `create trigger ${jobs}_forgotten after delete on ${jobs} begin
      delete from ${attempts} where job_seq = old.seq;
      delete from ${logs} where job_seq = old.seq;
    end`,
  ],
};
