package kerneltest

import (
	"testing"
	"time"
)

func TestAScenarioDoesNotBeginJustBeforeMidnight(t *testing.T) {
	for begins, moved := range map[string]time.Duration{"12:00": 0, "22:59": 0, "23:01": time.Hour, "23:59": time.Hour, "00:00": 0} {
		at, err := time.ParseInLocation("15:04", begins, china())
		if err != nil {
			t.Fatal(err)
		}
		var c Clock
		now := c.Now().In(china())
		c.Turn(time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 1, 0, china()).Sub(now))
		before := c.ahead.Load()
		c.awayFromMidnight()
		if by := time.Duration(c.ahead.Load() - before); by != moved {
			t.Errorf("at %s the clock is turned by %s, want %s", begins, by, moved)
		}
	}
}
