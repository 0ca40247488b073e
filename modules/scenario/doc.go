// Package scenario is the room of industrial scenarios (工业赋能场景): the catalogue of
// what can be done where and with which effect, and how scenarios are opened.
//
// Words: a scenario (场景) is one matter, with versions. A version is a draft (草稿)
// until it is handed in for review (待审核); the bureau publishes it (已发布), and the
// version before it is then revised (已修订) and stays readable, or sends it back to
// its draft with what to mend. A published scenario may be withdrawn (已撤下). The
// taxonomy (分类目录) is data in editions.
//
// Conflicts of interest of pilots count what the graph of the city knows, asked by a bridge.
//
// Tables: see migrations. Tells: scenarioevent. Hears: nothing.
package scenario
