DROP POLICY within_inboxes ON cascade_touches;
DROP FUNCTION tandem_sees_touch(uuid, smallint, uuid, uuid);
DROP POLICY within_inboxes ON cascades;
DROP FUNCTION tandem_sees_cascade(uuid, jsonb);
DROP POLICY within_inboxes ON trash_groups;
DROP POLICY within_inboxes ON ticket_properties;
DROP POLICY within_inboxes ON tickets;
DROP POLICY within_inboxes ON mail_references;
DROP POLICY within_inboxes ON messages;
DROP POLICY within_inboxes ON channels;
DROP POLICY within_inboxes ON conversations;
DROP POLICY within_inboxes ON inboxes;
DROP FUNCTION tandem_unlimited();
DROP FUNCTION tandem_inboxes();
-- A server of before would show all to whoever is limited: they are kept out instead, until an administrator lets them
-- in again. Row-level security binds the owner too.
SET LOCAL tandem.across_accounts = 'on';
UPDATE users SET active = false WHERE limited AND role <> 0;
DROP TABLE user_inboxes;
ALTER TABLE users DROP COLUMN limited;
