-- Up Migration

-- What was done at the edge and is not on record yet: it goes to the agent `edge`, and from there into the ledger.
CREATE TABLE edge_acts (
  id uuid PRIMARY KEY,
  act json NOT NULL
);
