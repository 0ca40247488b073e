// Package attraction follows companies from elsewhere that may come to the city
// (招商引进): from a lead (线索) to visits (走访), a commitment (签约) and landing (落地), or
// to being lost (流失), with the reason. A lead says which gap of an industrial chain the
// company would fill.
//
// Landed counts: it needs evidence and an accepted entry of the directory, each entry
// once. The day of landing says in which year it counts. It is the bureau's alone, as
// plans of companies are their secret.
//
// Tables: lead, lead_step, lead_evidence. Tells: nothing. Hears: nothing.
package attraction
