-- Up Migration
-- How that stands which an agent looks after, as its kind says it. Null where the kind says nothing, and in rows of before that no
-- event has come to since: of those it is worked out as they are read.
ALTER TABLE agents ADD COLUMN health json;
