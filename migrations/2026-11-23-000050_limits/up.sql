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
CREATE POLICY own_account ON user_inboxes
    USING (account_id = (SELECT tandem_account()) OR (SELECT tandem_across_accounts()));

-- The inboxes that this transaction reads for somebody who is limited to them. Unset: no limit, as for the servers of
-- before and for commands, which follow the rules in full.
CREATE FUNCTION tandem_inboxes() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('tandem.inboxes', true), '')::uuid[]
$$;
-- True, or null where there is a limit. Of `… IS NOT NULL` the planner takes nearly all rows to pass, which is so for
-- nearly all who ask: their plans stay what they were.
CREATE FUNCTION tandem_unlimited() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN coalesce(current_setting('tandem.inboxes', true), '') = '' THEN true END
$$;

-- The second wall. Each policy restricts what `own_account` permits, and only reading. A conversation is seen in its
-- inbox, and all else through conversations; the policies of the tables within a policy hold there too.
CREATE POLICY within_inboxes ON inboxes AS RESTRICTIVE FOR SELECT
    USING ((SELECT tandem_unlimited()) IS NOT NULL OR id = ANY ((SELECT tandem_inboxes())::uuid[]));
CREATE POLICY within_inboxes ON conversations AS RESTRICTIVE FOR SELECT
    USING ((SELECT tandem_unlimited()) IS NOT NULL OR inbox_id = ANY ((SELECT tandem_inboxes())::uuid[]));
-- A conversation keeps the channel that it came by (rule 29), so that one may come by the channel of another inbox.
CREATE POLICY within_inboxes ON channels AS RESTRICTIVE FOR SELECT
    USING ((SELECT tandem_unlimited()) IS NOT NULL OR inbox_id = ANY ((SELECT tandem_inboxes())::uuid[])
        OR EXISTS (SELECT FROM conversations c
                   WHERE c.account_id = channels.account_id AND c.channel_id = channels.id));
CREATE POLICY within_inboxes ON messages AS RESTRICTIVE FOR SELECT
    USING ((SELECT tandem_unlimited()) IS NOT NULL OR EXISTS (SELECT FROM conversations c
        WHERE c.account_id = messages.account_id AND c.id = messages.conversation_id));
CREATE POLICY within_inboxes ON mail_references AS RESTRICTIVE FOR SELECT
    USING ((SELECT tandem_unlimited()) IS NOT NULL OR EXISTS (SELECT FROM conversations c
        WHERE c.account_id = mail_references.account_id AND c.id = mail_references.conversation_id));
CREATE POLICY within_inboxes ON tickets AS RESTRICTIVE FOR SELECT
    USING ((SELECT tandem_unlimited()) IS NOT NULL OR EXISTS (SELECT FROM conversations c
        WHERE c.account_id = tickets.account_id AND c.ticket_id = tickets.id));
CREATE POLICY within_inboxes ON ticket_properties AS RESTRICTIVE FOR SELECT
    USING ((SELECT tandem_unlimited()) IS NOT NULL OR EXISTS (SELECT FROM conversations c
        WHERE c.account_id = ticket_properties.account_id AND c.ticket_id = ticket_properties.ticket_id));
CREATE POLICY within_inboxes ON trash_groups AS RESTRICTIVE FOR SELECT
    USING ((SELECT tandem_unlimited()) IS NOT NULL OR EXISTS (SELECT FROM conversations c
        WHERE c.account_id = trash_groups.account_id AND c.trash_group_id = trash_groups.id));

-- Whether anything that a cascade happened to is seen. Which of its effects are shown to whom, the application says:
-- src/domain/access/shown.rs.
CREATE FUNCTION tandem_sees_cascade(account uuid, effects jsonb) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT FROM jsonb_array_elements(effects) e
        WHERE EXISTS (SELECT FROM conversations c
                      WHERE c.account_id = account AND c.id = (e -> 'subject' ->> 'conversation')::uuid)
           OR EXISTS (SELECT FROM conversations c
                      WHERE c.account_id = account AND c.ticket_id = (e -> 'subject' ->> 'ticket')::uuid)
    )
$$;
CREATE POLICY within_inboxes ON cascades AS RESTRICTIVE FOR SELECT
    USING ((SELECT tandem_unlimited()) IS NOT NULL OR tandem_sees_cascade(account_id, body -> 'effects'));
-- What a seen cascade touched beside what is seen is not told either.
CREATE FUNCTION tandem_sees_touch(account uuid, kind smallint, thing uuid, cascade uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE kind
        WHEN 1 THEN thing = ANY (tandem_inboxes())
        WHEN 2 THEN EXISTS (SELECT FROM conversations c WHERE c.account_id = account AND c.ticket_id = thing)
        WHEN 3 THEN EXISTS (SELECT FROM conversations c WHERE c.account_id = account AND c.id = thing)
        ELSE true
    END AND EXISTS (SELECT FROM cascades l WHERE l.account_id = account AND l.id = cascade)
$$;
CREATE POLICY within_inboxes ON cascade_touches AS RESTRICTIVE FOR SELECT
    USING ((SELECT tandem_unlimited()) IS NOT NULL OR tandem_sees_touch(account_id, kind, thing_id, cascade_id));
