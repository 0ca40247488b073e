// Package pilot is how the city chooses pilots and demonstrations (试点示范).
//
// A call (征集) says what is asked by criteria (评价指标) with weights and vetoes, how many
// are chosen (名额), and until when. Enterprises apply (申报). At the deadline, by the
// server's clock, what was submitted is sealed (封存): the seal is a signed list of
// commitments, one for each application, each the SHA-256 of a document with a secret
// salt. It is public at once and tells nobody who applied; whoever has the document of an
// application can prove that it was there, and that it is what it was. Supplements (补正)
// that the city asks for are kept beside what was sealed, and are sealed in their turn
// when reviews begin.
//
// Reviewers (评审专家) are given applications by expertise, never where they are partial
// (利益冲突): by what they declared, by what is known of who works for whom and holds
// what, and by who belongs to whom in the register of organisations. Everybody has a
// pseudonym that is drawn for the call. In a double-blind call (双盲) who reviews in it
// sees pseudonyms only, whatever else they may be; applicants never see who reviewed.
//
// The panel (评审会) sees raw and calibrated totals, and gives a reason for each departure
// from the ranking. What it chose is noticed in public (公示), with objections (异议) until
// its end; then the list is published (公布), with a digest. Pilots are inspected every
// year (年度检查) and can be removed (撤销).
//
// Tables: pilot_call, pilot_application, pilot_file, pilot_seal, pilot_sealed,
// pilot_reviewer, pilot_review, pilot_relation, pilot_employment, pilot_objection,
// pilot_listing, pilot_inspection. Hears: system.membership.changed.
package pilot
