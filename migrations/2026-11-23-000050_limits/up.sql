-- People who are limited to inboxes: what is in others does not exist for them.

-- Whether `user_inboxes` is all that this user sees, be it nothing, or there is no limit. An administrator is never
-- limited, whatever stands here.
ALTER TABLE users ADD COLUMN limited boolean NOT NULL DEFAULT false;

CREATE TABLE user_inboxes (
    account_id uuid NOT NULL REFERENCES accounts,
    user_id uuid NOT NULL,
    inbox_id uuid NOT NULL,
    PRIMARY KEY (account_id, user_id, inbox_id),
    FOREIGN KEY (account_id, user_id) REFERENCES users,
    FOREIGN KEY (account_id, inbox_id) REFERENCES inboxes
);
CREATE INDEX user_inboxes_inbox ON user_inboxes (account_id, inbox_id);
ALTER TABLE user_inboxes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_account ON user_inboxes USING ((account_id = (SELECT tandem_account())) IS NOT FALSE);

-- The inboxes that this transaction reads for somebody who is limited to them. Null: no limit, as for the servers of
-- before and for commands, which follow the rules in full.
CREATE FUNCTION tandem_inboxes() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('tandem.inboxes', true), '')::uuid[]
$$;
-- As tandem_account(), where all of the account is seen; where only some inboxes are, an account that nobody has.
CREATE FUNCTION tandem_whole_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN coalesce(current_setting('tandem.inboxes', true), '') = '' THEN tandem_account()
        ELSE '00000000-0000-0000-0000-000000000000'::uuid END
$$;

-- The second wall. Of these tables a transaction with a limit has no row by its account, but only, and only to read,
-- those that one of the policies below lets in: a conversation is seen in its inbox, and all else through
-- conversations. These stand in functions, which cost nothing where they are not asked, and nearly nobody is limited.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['inboxes', 'channels', 'conversations', 'messages', 'mail_references', 'tickets',
        'ticket_properties', 'trash_groups', 'cascades', 'cascade_touches'] LOOP
        EXECUTE format('ALTER POLICY own_account ON %I
            USING ((account_id = (SELECT tandem_whole_account())) IS NOT FALSE)', name);
    END LOOP;
END
$$;

-- Of two policies Postgres asks that one first whose name comes later: own_account, which nearly all rows pass.
CREATE POLICY in_inboxes ON inboxes FOR SELECT USING (id = ANY ((SELECT tandem_inboxes())::uuid[]));
CREATE POLICY in_inboxes ON conversations FOR SELECT USING (inbox_id = ANY ((SELECT tandem_inboxes())::uuid[]));

-- Within them the policies of the conversations hold. Where there is no limit they are asked of the rows of other accounts
-- only, and say no at once.
CREATE FUNCTION tandem_sees_conversation(account uuid, conversation uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1 AS $$
BEGIN
    RETURN tandem_inboxes() IS NOT NULL
        AND EXISTS (SELECT FROM conversations c WHERE c.account_id = account AND c.id = conversation);
END
$$;
CREATE FUNCTION tandem_sees_ticket(account uuid, ticket uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1 AS $$
BEGIN
    RETURN tandem_inboxes() IS NOT NULL
        AND EXISTS (SELECT FROM conversations c WHERE c.account_id = account AND c.ticket_id = ticket);
END
$$;
CREATE FUNCTION tandem_sees_trash_group(account uuid, trash_group uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1 AS $$
BEGIN
    RETURN tandem_inboxes() IS NOT NULL
        AND EXISTS (SELECT FROM conversations c WHERE c.account_id = account AND c.trash_group_id = trash_group);
END
$$;
-- A conversation keeps the channel that it came by (rule 29), so that one may come by the channel of another inbox.
CREATE FUNCTION tandem_sees_channel(account uuid, channel uuid, inbox uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1 AS $$
BEGIN
    RETURN inbox = ANY (tandem_inboxes()) OR (tandem_inboxes() IS NOT NULL
        AND EXISTS (SELECT FROM conversations c WHERE c.account_id = account AND c.channel_id = channel));
END
$$;
-- Whether anything that a cascade happened to is seen. Which of its effects are shown to whom, the application says:
-- src/domain/access/shown.rs.
CREATE FUNCTION tandem_sees_cascade(account uuid, effects jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1 AS $$
BEGIN
    RETURN tandem_inboxes() IS NOT NULL AND EXISTS (
        SELECT FROM jsonb_array_elements(effects) e
        WHERE EXISTS (SELECT FROM conversations c
                      WHERE c.account_id = account AND c.id = (e -> 'subject' ->> 'conversation')::uuid)
           OR EXISTS (SELECT FROM conversations c
                      WHERE c.account_id = account AND c.ticket_id = (e -> 'subject' ->> 'ticket')::uuid)
    );
END
$$;
-- What a seen cascade touched beside what is seen is not told either.
CREATE FUNCTION tandem_sees_touch(account uuid, kind smallint, thing uuid, cascade uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1 AS $$
BEGIN
    RETURN tandem_inboxes() IS NOT NULL AND CASE kind
        WHEN 1 THEN thing = ANY (tandem_inboxes())
        WHEN 2 THEN EXISTS (SELECT FROM conversations c WHERE c.account_id = account AND c.ticket_id = thing)
        WHEN 3 THEN EXISTS (SELECT FROM conversations c WHERE c.account_id = account AND c.id = thing)
        ELSE true
    END AND EXISTS (SELECT FROM cascades l WHERE l.account_id = account AND l.id = cascade);
END
$$;

CREATE POLICY in_inboxes ON channels FOR SELECT USING (tandem_sees_channel(account_id, id, inbox_id));
CREATE POLICY in_inboxes ON messages FOR SELECT USING (tandem_sees_conversation(account_id, conversation_id));
CREATE POLICY in_inboxes ON mail_references FOR SELECT
    USING (tandem_sees_conversation(account_id, conversation_id));
CREATE POLICY in_inboxes ON tickets FOR SELECT USING (tandem_sees_ticket(account_id, id));
CREATE POLICY in_inboxes ON ticket_properties FOR SELECT USING (tandem_sees_ticket(account_id, ticket_id));
CREATE POLICY in_inboxes ON trash_groups FOR SELECT USING (tandem_sees_trash_group(account_id, id));
CREATE POLICY in_inboxes ON cascades FOR SELECT USING (tandem_sees_cascade(account_id, body -> 'effects'));
CREATE POLICY in_inboxes ON cascade_touches FOR SELECT
    USING (tandem_sees_touch(account_id, kind, thing_id, cascade_id));
