package sqldb

import "time"

// Time is a time that a column holds as milliseconds since 1970.
func Time(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// Instant is a time that may not have come: 0 in a column, nil here.
func Instant(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	at := Time(ms)
	return &at
}

// InstantMillis is what a column holds of a time that may not have come.
func InstantMillis(at *time.Time) int64 {
	if at == nil {
		return 0
	}
	return at.UnixMilli()
}

// TimeOrZero is a time that may not be there: 0 in a column, the zero time here.
func TimeOrZero(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return Time(ms)
}

// MillisOrZero is what a column holds of a time that may not be there.
func MillisOrZero(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}
