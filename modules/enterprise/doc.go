// Package enterprise is the room of services for enterprises (企业综合服务平台).
// Its first part is the directory (企业名录): who the city's enterprises are, by
// unified social credit code (GB 32100-2015).
//
// Words: an entry (登记) is what the directory has of one enterprise. Its own
// organisation files it (申报), or the bureau enters it; the bureau accepts it,
// sends it back with what to mend (退回), or refuses it. Qualifications (资质) run
// from a day until a day; evidence (佐证) is a file beside one.
//
// What of an entry who may see is the enterprise's own choice (公开范围): each group
// of fields is public, for partners, or for the bureau only. Name, code, district
// and industry are public always. Public means to everybody who is signed in;
// partners (合作伙伴) are the organisations with which the enterprise shares its entry by
// a rule of the kernel. Entry.as is the one place that takes fields away, for pages,
// lists, downloads and evidence; lists filter and sort by nothing that is taken
// away. Who was given something that is not public stands in the access log (查阅记录),
// which the enterprise reads.
//
// Two entries that are one enterprise (重复) are found by rules that say why, and merged by
// the bureau into one; the other's code leads to the survivor from then on. A merge is
// undone exactly, while nothing was done with the survivor since.
//
// Services to enterprises, diagnoses and companies that have landed follow a merge, and
// come back: entry_merge_moved says which.
//
// Parts of the room stand in internal: diagnosis, provider (服务商), need (供需对接),
// policy (政策), cultivation (梯度培育), service (服务家次) and attraction (招商引进).
//
// Tables: entry, entry_profile, entry_contact, entry_qualification, entry_evidence,
// entry_step, entry_access, entry_merge, entry_merge_moved,
// entry_distinct. Tells: enterpriseevent. Hears: its own, for the parts in internal.
package enterprise
