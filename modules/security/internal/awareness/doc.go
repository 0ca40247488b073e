// Package awareness is how an enterprise, a district and the city stand (态势): a risk from
// 0 to 100, and beside it a confidence, which says how much of the enterprise is seen at all.
//
// # Risk
//
// A risk is a sum of findings by name, so that every point leads to what it is for. A
// finding has a kind and, where its kind has them, a level; the pack of weights of the day
// says how many points it is worth. Points of a group are added up to the group's cap, and
// the caps of all groups make 100. Findings of what is over, such as a closed incident, lose
// half of their points with each half-life; what is open does not.
//
// # Confidence
//
// Confidence is coverage × freshness × completeness: which share of the sensors reports, how
// long ago the last one did, and of which share of the declared assets enough is known to
// tell whether a weakness concerns them. What is not seen lowers the confidence and never
// the risk; a page shows it hatched, not green.
//
// # Districts
//
// A district stands at half of the mean of its enterprises, each with its importance, and
// half of their 95th percentile: one plant that burns is not averaged away. Fewer than five
// enterprises have no figure for others than the city.
package awareness
