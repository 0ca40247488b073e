package scenario

import "linghang/kernel/sqldb"

// personal are the names of who wrote and decided.
func personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "scenario_version", Person: "author", Columns: []string{"author_name"}, Show: []string{"scenario_id", "number", "written_at"}},
		{Table: "scenario_version", Person: "decided_by", Columns: []string{"decided_name"}, Show: []string{"scenario_id", "number", "decided_at"}},
		{Table: "scenario_picture", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"scenario_id", "name", "at"}},
		{Table: "scenario_pair", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"kept_id", "other_id", "at"}},
		{Table: "scenario_pair", Person: "undone_by", Columns: []string{"undone_name"}, Show: []string{"kept_id", "other_id", "undone_at"}},
		{Table: "scenario_list", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"year", "number", "released_at"}},
	}
}
