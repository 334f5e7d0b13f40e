-- The installation's time zone (`days.zone`), in which dashboards cut days: the store makes this view anew with it at its start.
CREATE VIEW IF NOT EXISTS installation AS
SELECT 'Europe/Moscow' AS zone;
