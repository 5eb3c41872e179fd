-- What tickets.graphql shows, in one statement.
SELECT t.id, t.number, t.name, t.priority, t.last_activity_at, t.version, s.id, s.name, s.category, p.id, p.name,
       u.id, u.name, k.id, k.name, k.email
FROM (SELECT t.* FROM tickets t WHERE t.account_id = :account AND t.category = 0 AND t.trash_group_id IS NULL
      ORDER BY t.last_activity_at DESC, t.id DESC LIMIT 51) t
JOIN ticket_statuses s ON s.account_id = t.account_id AND s.id = t.status_id
JOIN pipelines p ON p.account_id = t.account_id AND p.id = t.pipeline_id
LEFT JOIN users u ON u.account_id = t.account_id AND u.id = t.owner_id
LEFT JOIN contacts k ON k.account_id = t.account_id AND k.id = t.contact_id
ORDER BY t.last_activity_at DESC, t.id DESC;
