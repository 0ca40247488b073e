// Package plan is the room of the action plan (行动计划): every target of the
// city's plan with its value as it is now, where the value comes from, where it
// is going, and whether that is enough.
//
// Words. A plan (计划) has actions (行动), an action has measures (措施), and
// targets (目标) belong to measures. A target has a goal, a direction, an owner
// and a period, and gets its values in one of two ways. Live: a formula over
// the measures of the kernel's register, which other rooms answer; this room
// knows none of them. Reported: a person reports a value with evidence, a
// second one reviews it, a third approves it; only then does it count. A live
// target takes reports too: they stand in while its measure has no value, and
// the answer says so. What nobody can measure yet says what it waits for.
//
// Formulas: numbers, measure ids, + - * /, parentheses, and min, max, sum of a
// list. A formula is unknown as soon as one measure in it is, and when it
// divides by zero.
//
// History. target_value holds every value a target ever had: valid_at is the
// time that it is about, known_at when it began to count. A correction is a new
// value about the same time; ?known_at= answers what was known then. The
// sampler reads the measures of live targets every second, tells browsers what
// moved (topic plan.board), and keeps a value when it changed (at most every
// ten seconds) and every hour.
//
// Forecast. The line of Theil and Sen through the history, extended to the end
// of the period, with Sen's 80 % interval for the slope, never narrower than
// the error of the method's own back-test. That error is in every forecast,
// beside the error of repeating the last value. With fewer than five values, a
// history of less than a week or of less than a tenth of what lies ahead, or
// after the period, there is no forecast but a reason.
//
// Traffic light, by the plan's rules (defaults in brackets): reached when the
// goal is met; missed when the period ended without it; with a forecast, on
// track from on_track_chance [0.7] of reaching the goal, at risk from
// at_risk_chance [0.3], else late; without one, the value against a straight
// line: on track from on_track_pace [0.9], at risk from at_risk_pace [0.7],
// else late, but not within grace_days [60]. An overdue milestone keeps a
// target from being on track. "About" goals are met within about_tolerance
// [0.1]; more than the plan asks for is no failure unless exceeding_fails.
// Values of reported targets are due every report_every_days [92].
//
// Access. The organisation that made a plan sees and manages all of it; an
// organisation that owns a target sees that target and reports it.
//
// Tables: plan, plan_action, plan_measure, target, target_change, target_value,
// evidence, value_evidence, milestone, remark, reminder; the view seen.
// Tells: planevent. Hears: nothing; it reads the register of measures.
package plan
