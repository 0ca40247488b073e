// Package trend tells how a monthly series grows, what its seasons are, and where it
// goes, with the error that is to be expected.
//
// Growth compares the same platforms with themselves (comparable basis). Seasons are those
// of the classical decomposition: ratios to, or distances from, the centred moving average
// of twelve months (M. G. Kendall and A. Stuart, "The Advanced Theory of Statistics", vol.
// 3; R. J. Hyndman and G. Athanasopoulos, "Forecasting: Principles and Practice", 3rd
// ed., 3.4). Forecasts are by exponential smoothing with a damped trend: Holt–Winters with
// additive seasons (C. C. Holt 1957, P. R. Winters 1960, E. S. Gardner and E. McKenzie
// 1985; Hyndman and Athanasopoulos, 8.2 and 8.3), without seasons where there are fewer
// months, and a drift where there are fewer still. Errors are those that the method made
// when it had to forecast the known past from what was known before (rolling origin; MASE
// of R. J. Hyndman and A. B. Koehler, 2006).
//
// The action plan's forecast (modules/plan) is another thing: it extends a line through
// measurements at any times to the end of a period and knows no seasons.
package trend
