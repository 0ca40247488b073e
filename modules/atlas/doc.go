// Package atlas is the room of graphs (图谱): one property graph of the city's industry, fed
// by what rooms tell, and questions that it answers with ways and sources.
//
// Words: a node is an enterprise, an enterprise outside (市外企业), an organisation that is
// no enterprise of the directory, a chain (产业链), a stage of it (环节), a scenario of the
// catalogue (赋能场景), a platform, a capability (能力: one of the sixteen scenarios of the SME
// assessment), a product, a technology, a stage of the process, a mode (六化), a district or an
// industry. An edge (关系) says from whom it is known (来源), from which day until which day
// it holds, and whether it was made up for a demonstration. A stage is missing (缺失), has
// one enterprise only (独家) or depends on one supplier (依赖单一供应商).
//
// What is restricted is for the bureau alone: supplies between enterprises, figures, leads
// outside, who serves whom by an agreement, platforms. Others ask a view of the graph in
// which neither restricted edges nor what only these lead to is: so no way, count or
// download can show them. Of an enterprise the graph knows what the directory shows to
// everybody, and forgets what the enterprise hides later.
//
// Chains are versioned: the bureau edits and imports them, experts propose (建议) another
// version, which somebody else of the bureau accepts or refuses.
//
// Each replica holds the rows in memory and, for the days that are asked, a snapshot
// (lib/graph); a log of changes says what to read again.
//
// Tables: clock, change, node, edge, chain, chain_version, proposal, answer_list.
// Tells: nothing. Hears: enterpriseevent, scenarioevent, platformsevent, identifierevent,
// securityevent, planevent; and walks hourly through what these rooms have, for what was
// before.
package atlas
