-- First and last by client, kind and action, kept by each part as in 0022, in the place of `first_and_last`, which did not tell the client's
-- messages from ours: the list and the card ask it instead of all days.
ALTER TABLE events ADD PROJECTION IF NOT EXISTS seen (SELECT lead_id, kind, action, min(ts), max(ts) GROUP BY lead_id, kind, action);

ALTER TABLE events MATERIALIZE PROJECTION seen;

ALTER TABLE events DROP PROJECTION IF EXISTS first_and_last;
