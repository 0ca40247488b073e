package plan

import "linghang/kernel/sqldb"

// personal is where the room keeps something about persons: who changed,
// reported, reviewed, decided and said what. What they did stays, without names.
func personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "target_change", Person: "actor", Columns: []string{"name"}, Show: []string{"target_id", "field", "at"}},
		{Table: "target_value", Person: "reported_by", Columns: []string{"reported_by_name"}, Show: []string{"target_id", "number", "reported_at"}},
		{Table: "target_value", Person: "reviewed_by", Columns: []string{"reviewed_by_name"}, Show: []string{"target_id", "number", "reviewed_at"}},
		{Table: "target_value", Person: "decided_by", Columns: []string{"decided_by_name"}, Show: []string{"target_id", "number", "decided_at"}},
		{Table: "evidence", Person: "uploaded_by", Columns: []string{"uploaded_by_name"}, Show: []string{"name", "uploaded_at"}},
		{Table: "remark", Person: "author", Columns: []string{"name"}, Show: []string{"target_id", "body", "at"}},
		{Table: "reminder", Person: "created_by", Columns: []string{"name"}, Show: []string{"target_id", "note", "created_at"}},
	}
}
