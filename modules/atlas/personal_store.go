package atlas

import "linghang/kernel/sqldb"

// personal are the names of who said, edited, proposed and kept something.
func personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "edge", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"kind", "at"}},
		{Table: "chain_version", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"chain_id", "version", "at"}},
		{Table: "proposal", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"chain_id", "at", "note"}},
		{Table: "proposal", Person: "decided_by", Columns: []string{"decided_name"}, Show: []string{"chain_id", "decided_at", "reason"}},
		{Table: "answer_list", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"title", "at"}},
	}
}
