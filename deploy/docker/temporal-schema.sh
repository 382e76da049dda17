#!/bin/sh
# Brings both of Temporal's databases to the schema of this version. Safe to run again.
set -eu
for database in temporal:temporal temporal_visibility:visibility; do
  name=${database%%:*}
  schema=/etc/temporal/schema/postgresql/v12/${database##*:}/versioned
  tool="temporal-sql-tool --plugin postgres12 --endpoint postgres --port 5432 --user temporal --database $name"
  $tool setup-schema --version 0.0 || echo "$name has a schema already"
  $tool update-schema --schema-dir "$schema"
done
