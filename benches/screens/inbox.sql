-- What inbox.graphql shows, in one statement.
SELECT i.id, i.name, c.id, c.subject, c.status, c.last_activity_at, c.version, k.id, k.name, k.email, u.id, u.name,
       t.id, t.number, t.name, s.id, s.name, s.category, w.id, w.name, m.id, m.kind, m.text, m.created_at
FROM inboxes i
JOIN LATERAL (SELECT c.* FROM conversations c WHERE c.account_id = i.account_id AND c.inbox_id = i.id AND c.status = 0
              AND c.trash_group_id IS NULL ORDER BY c.last_activity_at DESC, c.id DESC LIMIT 51) c ON true
JOIN contacts k ON k.account_id = c.account_id AND k.id = c.contact_id
LEFT JOIN users u ON u.account_id = c.account_id AND u.id = c.owner_id
LEFT JOIN tickets t ON t.account_id = c.account_id AND t.id = c.ticket_id
LEFT JOIN ticket_statuses s ON s.account_id = t.account_id AND s.id = t.status_id
LEFT JOIN users w ON w.account_id = t.account_id AND w.id = t.owner_id
LEFT JOIN LATERAL (SELECT m.* FROM messages m WHERE m.account_id = c.account_id AND m.conversation_id = c.id
                   ORDER BY m.created_at DESC, m.id DESC LIMIT 1) m ON true
WHERE i.account_id = :account AND i.id = :inbox
ORDER BY c.last_activity_at DESC, c.id DESC;
