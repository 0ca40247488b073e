package service

import (
	"fmt"
	"regexp"
	"strconv"

	"linghang/kernel/fault"
)

// quarterOf is the quarter of a day as a number that sorts: 20264 of 2026-11-03.
func quarterOf(day string) int {
	if len(day) < len("2026-11") {
		return 0
	}
	year, errYear := strconv.Atoi(day[:4])
	month, errMonth := strconv.Atoi(day[5:7])
	if errYear != nil || errMonth != nil {
		return 0
	}
	return year*10 + (month+2)/3
}

func quarterText(q int) string { return fmt.Sprintf("%dQ%d", q/10, q%10) }

// daysOf bounds the days of quarters, as texts that sort: the last is no later than the
// 31st of its month.
func daysOf(first, last int) (from, until string) {
	return fmt.Sprintf("%04d-%02d-01", first/10, first%10*3-2), fmt.Sprintf("%04d-%02d-31", last/10, last%10*3)
}

// period reads a year or a quarter, as 2026 or 2026Q4: its first and its last quarter.
// An empty one is all time.
func period(text string) (first, last int, err error) {
	m := regexp.MustCompile(`^(20\d\d)(?:Q([1-4]))?$`).FindStringSubmatch(text)
	switch {
	case text == "":
		return 0, 99999, nil
	case m == nil:
		return 0, 0, fault.New(fault.Invalid, "enterprise.service.period", "%q is no year and no quarter", text).At("query.quarter", "a year or a quarter, as 2026 or 2026Q4")
	}
	year, _ := strconv.Atoi(m[1]) // digits, by the pattern
	if m[2] == "" {
		return year*10 + 1, year*10 + 4, nil
	}
	quarter, _ := strconv.Atoi(m[2])
	return year*10 + quarter, year*10 + quarter, nil
}
