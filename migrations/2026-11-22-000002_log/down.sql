DROP TABLE cascade_touches, cascades, log_horizon;
DROP FUNCTION tandem_add_log_month(timestamptz);
DROP FUNCTION tandem_uuid_at(timestamptz);
DROP SEQUENCE cascades_position;
